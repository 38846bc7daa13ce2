//! Uptime Kuma, by its webhook notification with the body `application/json`.
//!
//! <https://github.com/louislam/uptime-kuma/wiki/Notification-Methods>

use serde_json::Value;

use super::fields::{Found, Labels, json, labels, needed, text, time};
use super::{Delivery, Unreadable};
use crate::plan::Alert;

const LABELS: [(&str, &str); 6] = [
    ("name", "/monitor/name"),
    ("type", "/monitor/type"),
    ("url", "/monitor/url"),
    ("hostname", "/monitor/hostname"),
    ("port", "/monitor/port"),
    ("pathName", "/monitor/pathName"),
];

pub(super) fn read(delivery: &Delivery<'_>) -> Result<Vec<Alert>, Unreadable> {
    let payload = json(delivery.body).map_err(|Unreadable(why)| {
        Unreadable(format!("{why}; the webhook's request body in Uptime Kuma has to be \"application/json\""))
    })?;
    // A test, or that a certificate runs out soon: neither is up or down.
    if payload.get("heartbeat").is_some_and(Value::is_null) {
        return Ok(Vec::new());
    }
    let firing = match payload.pointer("/heartbeat/status").and_then(Value::as_i64) {
        Some(0) => true,
        Some(1) => false,
        // Pending, and under maintenance.
        Some(_) => return Ok(Vec::new()),
        None => return Err(Unreadable::new("there is no number at /heartbeat/status")),
    };
    let id = text(&payload, "/monitor/id").map_or_else(|| needed(&payload, "/heartbeat/monitorID"), Ok)?;
    let name = text(&payload, "/monitor/name").unwrap_or_else(|| format!("Monitor {id}"));
    let mut labels = labels(&payload, &LABELS);
    labels.extend(tags(payload.pointer("/monitor/tags")));
    let found = Found {
        fingerprint: id,
        firing,
        title: Some(format!("{name} is {}", if firing { "down" } else { "up" })),
        text: text(&payload, "/heartbeat/msg"),
        labels,
        at: time(&payload, "/heartbeat/time"),
        link: text(&payload, "/monitor/url"),
    };
    Ok(vec![found.of(delivery)])
}

/// Each has a name, and may have a value.
fn tags(tags: Option<&Value>) -> Labels {
    let tags = tags.and_then(Value::as_array).into_iter().flatten();
    tags.filter_map(|tag| Some((text(tag, "/name")?, text(tag, "/value").unwrap_or_default()))).collect()
}
