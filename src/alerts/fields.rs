//! What the payloads of all sources have in common: JSON with texts of any length, times that are none, links that
//! lead nowhere.
//!
//! Fields are looked up one by one: an alert counts whatever else is wrong in its payload.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, SubsecRound, TimeDelta, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Delivery, Unreadable};
use crate::plan::Alert;

pub(super) type Labels = BTreeMap<String, String>;

/// What fits into one line of a chat; a title becomes the name of an incident.
const TITLE: usize = 120;
/// What fits into a message of any chat with something around it.
const TEXT: usize = 4000;
const LABELS: usize = 100;
const LABEL_NAME: usize = 200;
const LABEL_VALUE: usize = 1000;
const LINK: usize = 2000;
/// Longer ones are hashed: a database has an index of them.
const FINGERPRINT: usize = 200;
/// Before that there were none of these programs: it is a zero, or a clock that was never set.
const EARLIEST: i64 = 946_684_800; // 2000-01-01.
/// Clocks differ, but not by more.
const AHEAD: TimeDelta = TimeDelta::days(1);
/// Unix times above this are milliseconds: in seconds it is the year 5138.
const MILLISECONDS: f64 = 1e11;

/// What begins the name of a label that was an annotation: a text for people, not a mark.
pub(super) const ANNOTATION: &str = "annotation.";

/// An alert as a payload tells it, of any length.
#[derive(Default)]
pub(super) struct Found {
    pub fingerprint: String,
    pub firing: bool,
    pub title: Option<String>,
    pub text: Option<String>,
    pub labels: Labels,
    pub at: Option<DateTime<Utc>>,
    pub link: Option<String>,
}

impl Found {
    /// Within bounds, and with what it lacks.
    pub fn of(self, delivery: &Delivery<'_>) -> Alert {
        let title = self.title.map(|title| one_line(&title)).filter(|title| !title.is_empty());
        let text = self.text.map(|text| cut(text.trim(), TEXT)).filter(|text| !text.is_empty());
        Alert {
            source: delivery.source.name.clone(),
            fingerprint: short_fingerprint(&self.fingerprint),
            firing: self.firing,
            title: cut(&title.unwrap_or_else(|| format!("An alert of {}", delivery.source.name)), TITLE),
            text,
            labels: bounded(self.labels),
            at: sane(self.at, delivery.at).unwrap_or(delivery.at),
            link: self.link.filter(|link| is_link(link)),
        }
    }
}

pub(super) fn json(body: &[u8]) -> Result<Value, Unreadable> {
    serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Unreadable::new(format!("the body is not JSON: something is wrong at line {line}, column {column}"))
    })
}

pub(super) fn list<'v>(value: &'v Value, path: &str) -> Result<&'v [Value], Unreadable> {
    match value.pointer(path).and_then(Value::as_array) {
        Some(list) => Ok(list),
        None => Err(Unreadable::new(format!("there is no list at {path}"))),
    }
}

/// The text at this path, if there is one that is not blank; a number or a truth value in words.
pub(super) fn text(value: &Value, path: &str) -> Option<String> {
    value.pointer(path).and_then(in_words)
}

pub(super) fn needed(value: &Value, path: &str) -> Result<String, Unreadable> {
    text(value, path).ok_or_else(|| Unreadable::new(format!("there is nothing at {path}")))
}

/// `None`: null, or blank.
pub(super) fn in_words(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        other => Some(other.to_string()),
    }
}

/// Those of the names that are there, each as a label.
pub(super) fn labels(value: &Value, named: &[(&str, &str)]) -> Labels {
    let found = named.iter().filter_map(|(name, path)| Some((name.to_string(), text(value, path)?)));
    found.collect()
}

/// Each entry of an object as a label, with this before its name.
pub(super) fn entries(value: Option<&Value>, before: &str) -> Labels {
    let object = value.and_then(Value::as_object);
    let found = object.into_iter().flatten().filter_map(|(name, v)| Some((format!("{before}{name}"), in_words(v)?)));
    found.collect()
}

/// The texts of a list, one behind the other.
pub(super) fn joined(value: &Value, path: &str, within: &str) -> Option<String> {
    let list = value.pointer(path)?.as_array()?;
    let texts: Vec<String> = list.iter().filter_map(|entry| text(entry, within)).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

/// The same for the same parts.
pub(super) fn hash<'p>(parts: impl IntoIterator<Item = &'p str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // With its length, so that no two lists of parts are the same bytes.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(&hash.finalize()[..16])
}

/// What identifies an alert that has nothing else to be known by.
pub(super) fn hash_of_labels(title: &str, labels: &Labels) -> String {
    let parts = labels.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
    hash([title].into_iter().chain(parts))
}

// --- Times ------------------------------------------------------------------------------------------------------------

/// RFC 3339, as Amazon writes it (`+0000`), without a zone (then it is UTC), or Unix time in seconds or milliseconds.
pub(super) fn time(value: &Value, path: &str) -> Option<DateTime<Utc>> {
    match value.pointer(path)? {
        Value::Number(number) => unix(number.as_f64()?),
        Value::String(text) => time_of(text),
        _ => None,
    }
}

pub(super) fn time_of(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return unix(number);
    }
    let with_zone =
        DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
    let without = || {
        let formats = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"];
        formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
    };
    with_zone.ok().map(|time| time.to_utc()).or_else(|| without().map(|time| time.and_utc()))
}

fn unix(number: f64) -> Option<DateTime<Utc>> {
    let seconds = if number.abs() > MILLISECONDS { number / 1000.0 } else { number };
    if !seconds.is_finite() || seconds.abs() > MILLISECONDS {
        return None;
    }
    // Rounded: what a floating-point number has beyond that is noise, and would be another time each way it is written.
    DateTime::from_timestamp_millis((seconds * 1000.0).round() as i64)
}

/// In whole microseconds, if it can be meant.
pub(super) fn sane(time: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let time = time?.trunc_subsecs(6);
    (time.timestamp() >= EARLIEST && time <= now + AHEAD).then_some(time)
}

// --- Bounds -----------------------------------------------------------------------------------------------------------

fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// At most that many characters; cut behind a word, if there is one in the last quarter.
fn cut(text: &str, most: usize) -> String {
    let text = without_nul(text);
    let Some((end, _)) = text.char_indices().nth(most) else { return text };
    let room = &text[..end];
    let last = room.char_indices().next_back().map_or(0, |(at, _)| at);
    let whole = room.rfind(char::is_whitespace).filter(|at| at * 4 >= room.len() * 3);
    format!("{}…", room[..whole.unwrap_or(last)].trim_end())
}

/// No database keeps one in a text.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn short_fingerprint(fingerprint: &str) -> String {
    match fingerprint.chars().count() > FINGERPRINT {
        true => hash([fingerprint]),
        false => without_nul(fingerprint),
    }
}

/// Annotations are the first to go.
fn bounded(labels: Labels) -> Labels {
    let (annotations, marks): (Vec<_>, Vec<_>) = labels.into_iter().partition(|(name, _)| name.starts_with(ANNOTATION));
    let kept = marks.into_iter().chain(annotations).take(LABELS);
    kept.map(|(name, value)| (cut(&name, LABEL_NAME), cut(&value, LABEL_VALUE))).collect()
}

/// A browser finds something there.
fn is_link(link: &str) -> bool {
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    host.is_some_and(|host| !host.is_empty()) && link.len() <= LINK && !link.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_behind_a_word() {
        assert_eq!(cut("short", 120), "short");
        assert_eq!(cut(&"x".repeat(120), 120), "x".repeat(120));
        assert_eq!(cut(&"x".repeat(121), 120), format!("{}…", "x".repeat(119)));
        assert_eq!(cut("The disk of db-1 is nearly full", 20), "The disk of db-1 is…");
        assert_eq!(cut("ééééééé", 4), "ééé…");
        assert_eq!(one_line(" Disk\n is\tfull\u{0} "), "Disk is full");
    }

    #[test]
    fn times_are_read_in_all_their_forms() {
        let time = Some("2026-11-26T09:51:03.250Z".parse().unwrap());
        for text in [
            "2026-11-26T09:51:03.25Z",
            "2026-11-26T10:51:03.250+01:00",
            "2026-11-26T09:51:03.250+0000",
            "2026-11-26 09:51:03.250",
            "1795686663.25",
            "1795686663250",
        ] {
            assert_eq!(time_of(text), time, "{text}");
        }
        for text in ["", "soon", "NaN", "inf", "-1e300", "99999999999999999999", "2026-11-26"] {
            assert_eq!(time_of(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_that_can_not_be_meant_is_none() {
        let now = "2026-11-26T10:00:00Z".parse().unwrap();
        let sane = |text: &str| sane(Some(text.parse().unwrap()), now).is_some();
        assert!(sane("2026-11-26T09:00:00Z") && sane("2026-11-27T09:00:00Z"));
        assert!(!sane("0001-01-01T00:00:00Z") && !sane("1970-01-01T00:00:00Z") && !sane("2036-01-01T00:00:00Z"));
    }

    #[test]
    fn of_many_labels_annotations_go_first() {
        let many = (0..90)
            .map(|n| (format!("{ANNOTATION}{n}"), "a".into()))
            .chain((0..90).map(|n| (format!("l{n}"), "b".into())));
        let kept = bounded(many.collect());
        assert_eq!(kept.len(), LABELS);
        assert_eq!(kept.keys().filter(|name| name.starts_with('l')).count(), 90);
    }

    #[test]
    fn links_lead_somewhere() {
        for link in ["https://a.example/b?c#d", "http://10.0.0.1:3000"] {
            assert!(is_link(link), "{link}");
        }
        for link in ["", "https://", "javascript:alert(1)", "https://a b", "ftp://a.example", "/relative"] {
            assert!(!is_link(link), "{link}");
        }
    }
}
