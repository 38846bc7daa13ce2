//! `[[alerts.source]]`: the programs whose alerts come in, and how they are known.

use super::AlertSource;
use super::error::instead;
use super::values::{Judge, names, start};
use super::written::{self, List, Text};
use crate::plan::{AlertKind, AlertMapping};

const SOURCE: &str = "[[alerts.source]]";
/// Of a name: it stands in an address.
const LONGEST: usize = 40;

pub(super) fn sources(judge: &mut Judge<'_>, written: &written::Alerts) -> Vec<AlertSource> {
    let mut sources: Vec<AlertSource> = Vec::new();
    for entry in &written.source {
        let at = start(entry);
        let Some(source) = source(judge, at, entry.get_ref()) else { continue };
        if sources.iter().any(|other| other.name == source.name) {
            judge.wrong(at, SOURCE, format!("\"{}\" already names another one", source.name));
        }
        sources.push(source);
    }
    sources
}

fn source(judge: &mut Judge<'_>, at: usize, written: &written::AlertSource) -> Option<AlertSource> {
    let name = name(judge, at, written.name.as_ref());
    let kind = kind(judge, at, written.kind.as_ref());
    let token = judge.secret(&key("token"), written.token.as_ref(), written.token_file.as_ref());
    let secret = judge.secret(&key("secret"), written.secret.as_ref(), written.secret_file.as_ref());
    let signature_header = written.signature_header.as_ref().map(|w| header(judge, "signature_header", w));
    let timestamp_header = written.timestamp_header.as_ref().map(|w| header(judge, "timestamp_header", w));
    let topics = topics(judge, written.topics.as_ref());
    let mapping = written.mapping.as_ref().map(|w| mapping(judge, w.get_ref())).unwrap_or_default();
    let kind = kind?;
    is_guarded(judge, at, kind, written);
    has_a_header(judge, kind, written);
    is_mapped(judge, at, kind, written);
    Some(AlertSource { name: name?, kind, token, secret, signature_header, timestamp_header, topics, mapping })
}

fn key(name: &str) -> String {
    format!("{SOURCE} {name}")
}

fn name(judge: &mut Judge<'_>, at: usize, written: Option<&Text>) -> Option<String> {
    let Some(written) = written else {
        judge.wrong(at, SOURCE, "has no name; it is posted to at /alerts/NAME");
        return None;
    };
    let name = written.get_ref();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if name.is_empty() || name.len() > LONGEST || !name.chars().all(fits) {
        let what = format!("\"{name}\" is not one word of lower-case letters, digits, - and _ ({LONGEST} at most)");
        judge.wrong(start(written), &key("name"), what);
    }
    Some(name.clone())
}

fn kind(judge: &mut Judge<'_>, at: usize, written: Option<&Text>) -> Option<AlertKind> {
    let kinds = AlertKind::ALL.map(|kind| (kind.as_str(), kind));
    match written {
        Some(written) => {
            let before = judge.problems.len();
            let kind = judge.choice(&key("kind"), written, &kinds, AlertKind::Json);
            // What it lacks depends on what was meant.
            (judge.problems.len() == before).then_some(kind)
        }
        None => {
            let what = format!("has no kind; {}", instead("", &kinds.map(|(name, _)| name)));
            judge.wrong(at, SOURCE, what);
            None
        }
    }
}

/// Whoever may declare incidents should not be everyone.
fn is_guarded(judge: &mut Judge<'_>, at: usize, kind: AlertKind, written: &written::AlertSource) {
    let secret = written.secret.as_ref().or(written.secret_file.as_ref());
    let token = written.token.as_ref().or(written.token_file.as_ref());
    match (kind, secret) {
        (AlertKind::Cloudwatch, Some(secret)) => {
            judge.wrong(start(secret), &key("secret"), "takes no part: Amazon signs with a key of its own");
        }
        (AlertKind::Cloudwatch, None) if names(written.topics.as_ref()).is_empty() => {
            let what = "has no topics: anyone's would be listened to; add topics = [\"arn:aws:sns:…\"]";
            judge.wrong(at, SOURCE, what);
        }
        (AlertKind::Cloudwatch, None) => {}
        (_, None) if token.is_none() => {
            let what = match kind.signature_header() {
                Some(_) => {
                    "has neither a secret nor a token: anyone could post to it; add what it signs with, as secret"
                }
                None => {
                    "has neither a token nor a secret: anyone could post to it; add a token that the sender has, too"
                }
            };
            judge.wrong(at, SOURCE, what);
        }
        _ => {}
    }
    if let Some(topics) = written.topics.as_ref().filter(|_| kind != AlertKind::Cloudwatch) {
        judge.wrong(topics.at, &key("topics"), "are Amazon's; they go with kind = \"cloudwatch\"");
    }
}

/// What is signed has to be found.
fn has_a_header(judge: &mut Judge<'_>, kind: AlertKind, written: &written::AlertSource) {
    let secret = written.secret.as_ref().or(written.secret_file.as_ref());
    let headers = [("signature_header", &written.signature_header), ("timestamp_header", &written.timestamp_header)];
    let own = matches!(kind, AlertKind::Pagerduty | AlertKind::Sentry | AlertKind::Cloudwatch);
    for (name, header) in headers {
        let Some(header) = header else { continue };
        if own {
            let what = format!("takes no part: {} says by itself where its signature is", kind.as_str());
            judge.wrong(start(header), &key(name), what);
        } else if secret.is_none() {
            judge.wrong(start(header), &key(name), "needs a secret to sign with");
        }
    }
    if let Some(secret) =
        secret.filter(|_| !own && kind.signature_header().is_none() && written.signature_header.is_none())
    {
        let what = "needs signature_header: the header that the signature is in, such as \"X-Signature\"";
        judge.wrong(start(secret), &key("secret"), what);
    }
}

fn is_mapped(judge: &mut Judge<'_>, at: usize, kind: AlertKind, written: &written::AlertSource) {
    match &written.mapping {
        Some(mapping) if !kind.is_mapped() => {
            let what = format!("takes no part: what {} sends is known", kind.as_str());
            judge.wrong(start(mapping), &key("mapping"), what);
        }
        Some(mapping) if kind == AlertKind::Json && mapping.get_ref().title.is_none() => {
            judge.wrong(start(mapping), &key("mapping"), "has no title; say where it is, such as title = \"/message\"");
        }
        None if kind == AlertKind::Json => {
            judge.wrong(at, SOURCE, "has no mapping; say where things are, such as mapping = { title = \"/message\" }");
        }
        _ => {}
    }
}

/// Headers are looked up by small letters.
fn header(judge: &mut Judge<'_>, name: &str, written: &Text) -> String {
    let header = written.get_ref().to_lowercase();
    if header.is_empty() || !header.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        judge.wrong(start(written), &key(name), format!("\"{}\" is not a header's name", written.get_ref()));
    }
    header
}

fn topics(judge: &mut Judge<'_>, list: Option<&List>) -> Vec<String> {
    for topic in names(list) {
        let parts: Vec<&str> = topic.get_ref().split(':').collect();
        let fits =
            matches!(parts[..], ["arn", _, "sns", region, account, name] if ![region, account, name].contains(&""));
        if !fits {
            let what = format!(
                "\"{}\" is not a topic's ARN, such as arn:aws:sns:eu-west-1:123456789012:alarms",
                topic.get_ref()
            );
            judge.wrong(start(topic), &key("topics"), what);
        }
    }
    names(list).iter().map(|topic| topic.get_ref().clone()).collect()
}

fn mapping(judge: &mut Judge<'_>, written: &written::AlertMapping) -> AlertMapping {
    let mut path = |name: &str, path: &Option<Text>| path.as_ref().map(|path| pointer(judge, name, path));
    let mapping = AlertMapping {
        each: path("each", &written.each),
        fingerprint: path("fingerprint", &written.fingerprint),
        title: path("title", &written.title),
        text: path("text", &written.text),
        link: path("link", &written.link),
        at: path("at", &written.at),
        firing: path("firing", &written.firing),
        firing_values: names(written.firing_values.as_ref()).iter().map(|v| v.get_ref().clone()).collect(),
        resolved_values: names(written.resolved_values.as_ref()).iter().map(|v| v.get_ref().clone()).collect(),
        labels: written.labels.iter().map(|(name, path)| (name.clone(), pointer(judge, name, path))).collect(),
    };
    let values = [("firing_values", &written.firing_values), ("resolved_values", &written.resolved_values)];
    for (name, values) in values {
        if let Some(values) = values.as_ref().filter(|_| written.firing.is_none()) {
            let what = format!("{name} needs firing: where the value is, such as firing = \"/status\"");
            judge.wrong(values.at, &key("mapping"), what);
        }
    }
    mapping
}

/// A JSON Pointer (RFC 6901). The empty one is the whole payload, which only a list can be.
fn pointer(judge: &mut Judge<'_>, name: &str, written: &Text) -> String {
    let path = written.get_ref();
    let is_whole = path.is_empty() && name == "each";
    if !path.starts_with('/') && !is_whole {
        let what = format!("{name}: \"{path}\" is not a path such as /check/id");
        judge.wrong(start(written), &key("mapping"), what);
    }
    path.clone()
}
