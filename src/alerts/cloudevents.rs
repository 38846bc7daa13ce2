//! CloudEvents 1.0 over HTTP, in all three modes: an event as JSON, several as a list, or an event's data with its
//! attributes in headers. The mapping's paths are those of an event as JSON: `/severity`, `/data/host/name`.
//!
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::fields::{Found, json, labels, needed, text, time};
use super::mapping::{firing, mapped};
use super::{Delivery, Unreadable};
use crate::plan::{Alert, AlertMapping};

const STRUCTURED: &str = "application/cloudevents";
const BATCHED: &str = "application/cloudevents-batch";
const ATTRIBUTES: [&str; 6] = ["specversion", "id", "source", "type", "subject", "time"];
/// What an event's type ends in that says that something is over.
const OVER: [&str; 4] = [".resolved", ".recovered", ".ok", ".closed"];

pub(super) fn read(delivery: &Delivery<'_>) -> Result<Vec<Alert>, Unreadable> {
    let content_type = (delivery.header)("content-type").unwrap_or_default().to_lowercase();
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_string();
    let events = match media_type.strip_suffix("+json") {
        Some(BATCHED) => match json(delivery.body)? {
            Value::Array(events) => events,
            _ => return Err(Unreadable::new("a batch of events has to be a list")),
        },
        Some(STRUCTURED) => vec![json(delivery.body)?],
        None if media_type.starts_with(STRUCTURED) => {
            return Err(Unreadable::new(format!("events come as {media_type}; only JSON is read")));
        }
        _ => vec![from_headers(delivery, &media_type)?],
    };
    let mut alerts = Vec::new();
    for event in &events {
        alerts.extend(found(&delivery.source.mapping, event)?.map(|found| found.of(delivery)));
    }
    Ok(alerts)
}

/// Attributes are in headers, and the body is the event's data.
fn from_headers(delivery: &Delivery<'_>, media_type: &str) -> Result<Value, Unreadable> {
    if (delivery.header)("ce-specversion").is_none() {
        return Err(Unreadable::new(
            "this is no CloudEvent: neither is the Content-Type application/cloudevents+json, nor is there a header \
             ce-specversion",
        ));
    }
    let names = ATTRIBUTES.into_iter().chain(extensions(&delivery.source.mapping));
    let attribute =
        |name: &str| Some((name.to_string(), Value::String(decoded(&(delivery.header)(&format!("ce-{name}"))?))));
    let mut event: Map<String, Value> = names.filter_map(attribute).collect();
    let data = match media_type.ends_with("json") {
        true if !delivery.body.is_empty() => json(delivery.body)?,
        _ => Value::String(String::from_utf8_lossy(delivery.body).into_owned()),
    };
    event.insert("data".into(), data);
    Ok(Value::Object(event))
}

/// The attributes that the mapping asks for, beside those that every event has.
fn extensions(mapping: &AlertMapping) -> BTreeSet<&str> {
    let AlertMapping { fingerprint, title, text, link, at, firing, labels, .. } = mapping;
    let paths = [fingerprint, title, text, link, at, firing].into_iter().flatten().chain(labels.values());
    let first = paths.filter_map(|path| path.split('/').nth(1));
    first.filter(|name| *name != "data").collect()
}

/// Header values are percent-encoded, as there is more in the world than ASCII.
fn decoded(value: &str) -> String {
    percent_decode_str(value).decode_utf8_lossy().into_owned()
}

/// `None`: nothing has changed.
fn found(mapping: &AlertMapping, event: &Value) -> Result<Option<Found>, Unreadable> {
    match needed(event, "/specversion")?.as_str() {
        "1.0" => {}
        other => return Err(Unreadable::new(format!("the event is of version {other}; only 1.0 is read"))),
    }
    let kind = needed(event, "/type")?;
    let firing = match &mapping.firing {
        Some(path) => firing(mapping, path, event)?,
        None => Some(!OVER.iter().any(|end| kind.to_lowercase().ends_with(end))),
    };
    let Some(firing) = firing else { return Ok(None) };
    let mapped = mapped(mapping, event);
    let subject = text(event, "/subject");
    let known_by = match (&subject, mapped.fingerprint) {
        (_, Some(fingerprint)) => fingerprint,
        (Some(subject), None) => format!("{}/{subject}", needed(event, "/source")?),
        (None, None) => needed(event, "/id")?,
    };
    let mut labels = labels(event, &[("source", "/source"), ("type", "/type"), ("subject", "/subject")]);
    labels.extend(mapped.labels);
    Ok(Some(Found {
        fingerprint: known_by,
        firing,
        title: mapped.title.or_else(|| Some(subject.map_or(kind.clone(), |subject| format!("{kind}: {subject}")))),
        text: mapped.text,
        labels,
        at: mapped.at.or_else(|| time(event, "/time")),
        link: mapped.link,
    }))
}
