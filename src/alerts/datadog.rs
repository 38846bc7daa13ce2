//! Datadog, by its webhooks integration. What it sends is what somebody has written into the integration's payload;
//! for this file to read it, that has to be:
//!
//! ```json
//! {
//!   "alert_transition": "$ALERT_TRANSITION",
//!   "aggreg_key": "$AGGREG_KEY",
//!   "alert_cycle_key": "$ALERT_CYCLE_KEY",
//!   "alert_id": "$ALERT_ID",
//!   "alert_scope": "$ALERT_SCOPE",
//!   "alert_metric": "$ALERT_METRIC",
//!   "alert_priority": "$ALERT_PRIORITY",
//!   "event_title": "$EVENT_TITLE",
//!   "text": "$TEXT_ONLY_MSG",
//!   "hostname": "$HOSTNAME",
//!   "tags": "$TAGS",
//!   "link": "$LINK",
//!   "date": "$DATE"
//! }
//! ```
//!
//! <https://docs.datadoghq.com/integrations/webhooks/>

use serde_json::Value;

use super::fields::{self, Found, Labels, json, time};
use super::{Delivery, Unreadable};
use crate::plan::Alert;

const LABELS: [(&str, &str); 6] = [
    ("alert_id", "/alert_id"),
    ("alert_scope", "/alert_scope"),
    ("alert_metric", "/alert_metric"),
    ("alert_priority", "/alert_priority"),
    ("alert_transition", "/alert_transition"),
    ("hostname", "/hostname"),
];

pub(super) fn read(delivery: &Delivery<'_>) -> Result<Vec<Alert>, Unreadable> {
    let payload = json(delivery.body)?;
    if payload.get("alert_transition").is_none() {
        return Err(Unreadable::new(
            "alert_transition is missing: the payload in Datadog's webhook has to be the one that config/firebell.toml \
             shows",
        ));
    }
    // An event that is not of a monitor has none.
    let Some(transition) = text(&payload, "/alert_transition") else { return Ok(Vec::new()) };
    let Some(firing) = is_firing(&transition)? else { return Ok(Vec::new()) };
    let named = LABELS.iter().filter_map(|(name, path)| Some((name.to_string(), text(&payload, path)?)));
    let tags = text(&payload, "/tags").map(|tags| of_tags(&tags)).unwrap_or_default();
    let found = Found {
        fingerprint: fingerprint(&payload)?,
        firing,
        title: text(&payload, "/event_title"),
        text: text(&payload, "/text"),
        labels: named.chain(tags).collect(),
        at: time(&payload, "/date"),
        link: text(&payload, "/link"),
    };
    Ok(vec![found.of(delivery)])
}

/// `None`: nothing has changed.
fn is_firing(transition: &str) -> Result<Option<bool>, Unreadable> {
    let word = transition.to_lowercase();
    match word.strip_prefix("re-").unwrap_or(&word) {
        "triggered" | "no data" | "warn" | "renotify" => Ok(Some(true)),
        recovered if recovered.ends_with("recovered") || recovered.starts_with("recovered") => Ok(Some(false)),
        _ => Err(Unreadable::new(format!("alert_transition is {transition}, which is not known"))),
    }
}

/// The aggregation key is the same each time that one group of a monitor alerts; a cycle ends with the recovery.
fn fingerprint(payload: &Value) -> Result<String, Unreadable> {
    let of_monitor =
        || Some(format!("{}/{}", text(payload, "/alert_id")?, text(payload, "/alert_scope").unwrap_or_default()));
    let found = text(payload, "/aggreg_key").or_else(|| text(payload, "/alert_cycle_key")).or_else(of_monitor);
    found.ok_or_else(|| Unreadable::new("there is neither an aggreg_key, an alert_cycle_key nor an alert_id"))
}

/// A variable without a value is empty, says null, or is left standing as it was written.
fn text(payload: &Value, path: &str) -> Option<String> {
    fields::text(payload, path).filter(|text| !text.starts_with('$') && !text.eq_ignore_ascii_case("null"))
}

/// `env:prod,team:shop,canary`; of several with one name, each value.
fn of_tags(tags: &str) -> Labels {
    let mut labels = Labels::new();
    for tag in tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        let (name, value) = tag.split_once(':').unwrap_or((tag, ""));
        let before = labels.get(name).map(|before| format!("{before}, {value}"));
        labels.insert(name.to_string(), before.unwrap_or_else(|| value.to_string()));
    }
    labels
}
