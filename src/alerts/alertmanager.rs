//! Prometheus Alertmanager, by its webhook (version 4 of its payload): a group of alerts, each with its own state.
//!
//! <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::fields::{ANNOTATION, Found, Labels, entries, hash_of_labels, json, list, needed, sane, text, time};
use super::{Delivery, Unreadable};
use crate::plan::Alert;

pub(super) fn read(delivery: &Delivery<'_>) -> Result<Vec<Alert>, Unreadable> {
    let payload = json(delivery.body)?;
    let found = list(&payload, "/alerts")?.iter().map(|alert| found(delivery, alert));
    found.map(|found| found.map(|found| found.of(delivery))).collect()
}

/// One alert of the group.
pub(super) fn found(delivery: &Delivery<'_>, alert: &Value) -> Result<Found, Unreadable> {
    let firing = match needed(alert, "/status")?.as_str() {
        "firing" => true,
        "resolved" => false,
        other => return Err(Unreadable::new(format!("an alert has the status {other}, not firing or resolved"))),
    };
    let marks = entries(alert.get("labels"), "");
    let annotations = entries(alert.get("annotations"), ANNOTATION);
    let annotation = |name: &str| annotations.get(&format!("{ANNOTATION}{name}")).cloned();
    let description = annotation("description");
    let title = annotation("summary").or_else(|| description.clone()).or_else(|| marks.get("alertname").cloned());
    Ok(Found {
        fingerprint: text(alert, "/fingerprint").unwrap_or_else(|| hash_of_labels("", &marks)),
        firing,
        text: description.filter(|text| Some(text) != title.as_ref()),
        title,
        at: at(delivery, alert, firing),
        link: text(alert, "/generatorURL"),
        labels: marks.into_iter().chain(annotations).collect::<Labels>(),
    })
}

/// An alert that has no end yet has the year 1 there, or when it would be over if nobody said any more.
fn at(delivery: &Delivery<'_>, alert: &Value, firing: bool) -> Option<DateTime<Utc>> {
    let started = sane(time(alert, "/startsAt"), delivery.at);
    if firing {
        return started;
    }
    let ended = sane(time(alert, "/endsAt"), delivery.at);
    ended.filter(|ended| started.is_none_or(|started| started <= *ended))
}
