//! `[[alerts.rule]]`: what is to be done about an alert.

use regex::Regex;

use super::error::instead;
use super::people::page_targets;
use super::response::{service_key, severity_key};
use super::values::{Judge, names, start};
use super::written::{self, Text};
use crate::plan::{AlertDeed, AlertRule, Matcher, Plan};

const RULE: &str = "[[alerts.rule]]";

#[derive(Clone, Copy, PartialEq)]
enum Does {
    Note,
    Attach,
    Suggest,
    Declare,
}

const DEEDS: [(&str, Does); 4] =
    [("note", Does::Note), ("attach", Does::Attach), ("suggest", Does::Suggest), ("declare", Does::Declare)];

/// `sources` are the names that rules can name.
pub(super) fn rules(
    judge: &mut Judge<'_>,
    plan: &Plan,
    sources: &[String],
    written: &written::Alerts,
) -> Vec<AlertRule> {
    let mut rules: Vec<AlertRule> = Vec::new();
    for (n, entry) in written.rule.iter().enumerate() {
        let rule = rule(judge, plan, sources, n, start(entry), entry.get_ref());
        if rules.iter().any(|other| other.name == rule.name) {
            judge.wrong(start(entry), RULE, format!("\"{}\" already names another one", rule.name));
        }
        rules.push(rule);
    }
    rules
}

fn rule(
    judge: &mut Judge<'_>,
    plan: &Plan,
    sources: &[String],
    n: usize,
    at: usize,
    written: &written::AlertRule,
) -> AlertRule {
    let key = |name: &str| format!("{RULE} {name}");
    for source in names(written.source.as_ref()).iter().filter(|s| !sources.contains(s.get_ref())) {
        let what = format!("unknown source \"{}\"; {}", source.get_ref(), instead(source.get_ref(), sources));
        judge.wrong(start(source), &key("source"), what);
    }
    let matches = written.matches.iter().filter_map(|(field, pattern)| matcher(judge, field, pattern)).collect();
    let group_by = names(written.group_by.as_ref()).iter().map(|label| label.get_ref().clone()).collect();
    let service = written.service.as_ref().map(|w| service_key(judge, plan, &key("service"), w));
    AlertRule {
        name: written.name.as_ref().map_or((n + 1).to_string(), |w| judge.word(&key("name"), w)),
        sources: names(written.source.as_ref()).iter().map(|s| s.get_ref().clone()).collect(),
        matches,
        does: deed(judge, plan, at, written),
        service,
        service_label: judge.text_or(&key("service_label"), written.service_label.as_ref(), "service"),
        group_by,
    }
}

/// The whole value has to match, as in Prometheus.
fn matcher(judge: &mut Judge<'_>, field: &str, pattern: &Text) -> Option<Matcher> {
    match Regex::new(&format!("^(?:{})$", pattern.get_ref())) {
        Ok(pattern) => Some(Matcher { field: field.into(), pattern }),
        Err(_) => {
            let what = format!("{field}: \"{}\" is not a regular expression", pattern.get_ref());
            judge.wrong(start(pattern), "[[alerts.rule]] match", what);
            None
        }
    }
}

fn deed(judge: &mut Judge<'_>, plan: &Plan, at: usize, written: &written::AlertRule) -> AlertDeed {
    let does = match &written.does {
        Some(word) => judge.choice("[[alerts.rule]] does", word, &DEEDS, Does::Note),
        None => {
            judge.wrong(at, RULE, "does nothing; add does = \"note\", \"attach\", \"suggest\" or \"declare\"");
            Does::Note
        }
    };
    let severity = written.severity.as_ref();
    let severity = severity.map(|w| severity_key(judge, plan, "[[alerts.rule]] severity", w));
    let severity = severity.unwrap_or_else(|| plan.default_severity.clone());
    let page = page_targets(judge, plan, "[[alerts.rule]] page", written.page.as_ref());
    let rooms = judge.rooms("[[alerts.rule]] rooms", written.rooms.as_ref());
    let only_for = |judge: &mut Judge<'_>, name: &str, at: Option<usize>, fits: bool, deeds: &str| {
        if let Some(at) = at.filter(|_| !fits) {
            judge.wrong(at, &format!("{RULE} {name}"), format!("goes with does = {deeds}"));
        }
    };
    let asks = matches!(does, Does::Suggest | Does::Declare);
    only_for(judge, "severity", written.severity.as_ref().map(start), asks, "\"suggest\" or \"declare\"");
    only_for(judge, "page", written.page.as_ref().map(|l| l.at), does == Does::Declare, "\"declare\"");
    only_for(judge, "rooms", written.rooms.as_ref().map(|l| l.at), does == Does::Suggest, "\"suggest\"");
    match does {
        Does::Note => AlertDeed::Note,
        Does::Attach => AlertDeed::Attach,
        Does::Suggest => AlertDeed::Suggest { rooms, severity },
        Does::Declare => AlertDeed::Declare { severity, page },
    }
}
