//! Sentry, by the webhooks of an integration: issue alerts, metric alerts, and issues that come and go. An issue alert
//! is about an issue, and is over when that issue is resolved.
//!
//! <https://docs.sentry.io/organization/integrations/integration-platform/webhooks/>

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::fields::{Found, Labels, in_words, joined, json, labels, needed, text, time, time_of};
use super::{Delivery, Unreadable};
use crate::plan::Alert;

pub(super) fn read(delivery: &Delivery<'_>) -> Result<Vec<Alert>, Unreadable> {
    let resource = (delivery.header)("sentry-hook-resource");
    let Some(resource) = resource else { return Err(Unreadable::new("the header Sentry-Hook-Resource is missing")) };
    let payload = json(delivery.body)?;
    let action = needed(&payload, "/action")?;
    let found = match (resource.as_str(), action.as_str()) {
        ("event_alert", "triggered") => issue_alert(&payload)?,
        ("metric_alert", "open" | "critical" | "warning") => metric_alert(delivery, &payload, true)?,
        ("metric_alert", "resolved") => metric_alert(delivery, &payload, false)?,
        ("issue", "created" | "unresolved") => issue(delivery, &payload, true)?,
        // Whoever archives an issue does not want to hear of it any more.
        ("issue", "resolved" | "archived" | "ignored") => issue(delivery, &payload, false)?,
        _ => return Ok(Vec::new()),
    };
    let mut found = found;
    found.labels.insert("resource".into(), resource);
    found.labels.insert("action".into(), action);
    Ok(vec![found.of(delivery)])
}

/// When Sentry sent it.
fn sent(delivery: &Delivery<'_>) -> Option<DateTime<Utc>> {
    (delivery.header)("sentry-hook-timestamp").and_then(|time| time_of(&time))
}

fn issue_alert(payload: &Value) -> Result<Found, Unreadable> {
    let mut labels = labels(
        payload,
        &[
            ("triggered_rule", "/data/triggered_rule"),
            ("level", "/data/event/level"),
            ("culprit", "/data/event/culprit"),
            ("platform", "/data/event/platform"),
            ("project", "/data/event/project"),
            ("environment", "/data/event/environment"),
            ("release", "/data/event/release"),
        ],
    );
    labels.extend(tags(payload.pointer("/data/event/tags")));
    Ok(Found {
        fingerprint: format!("issue/{}", needed(payload, "/data/event/issue_id")?),
        firing: true,
        title: text(payload, "/data/event/title"),
        text: text(payload, "/data/event/message").or_else(|| text(payload, "/data/event/culprit")),
        labels,
        at: time(payload, "/data/event/datetime"),
        link: text(payload, "/data/event/web_url"),
    })
}

/// A list of pairs.
fn tags(tags: Option<&Value>) -> Labels {
    let pairs = tags.and_then(Value::as_array).into_iter().flatten();
    pairs.filter_map(|pair| Some((text(pair, "/0")?, in_words(pair.get(1)?)?))).collect()
}

fn metric_alert(delivery: &Delivery<'_>, payload: &Value, firing: bool) -> Result<Found, Unreadable> {
    let id = text(payload, "/data/metric_alert/alert_rule/id")
        .map_or_else(|| needed(payload, "/data/metric_alert/id"), Ok)?;
    let mut labels = labels(
        payload,
        &[
            ("alert_rule", "/data/metric_alert/alert_rule/name"),
            ("aggregate", "/data/metric_alert/alert_rule/aggregate"),
            ("query", "/data/metric_alert/alert_rule/query"),
            ("environment", "/data/metric_alert/alert_rule/environment"),
        ],
    );
    labels
        .extend(joined(payload, "/data/metric_alert/projects", "").map(|projects| ("projects".to_string(), projects)));
    Ok(Found {
        fingerprint: format!("metric_alert/{id}"),
        firing,
        title: text(payload, "/data/description_title"),
        text: text(payload, "/data/description_text"),
        labels,
        // That a warning has become critical is news, and its beginning is still that of the warning.
        at: sent(delivery).or_else(|| time(payload, "/data/metric_alert/date_detected")),
        link: text(payload, "/data/web_url"),
    })
}

fn issue(delivery: &Delivery<'_>, payload: &Value, firing: bool) -> Result<Found, Unreadable> {
    let labels = labels(
        payload,
        &[
            ("level", "/data/issue/level"),
            ("culprit", "/data/issue/culprit"),
            ("platform", "/data/issue/platform"),
            ("project", "/data/issue/project/slug"),
            ("shortId", "/data/issue/shortId"),
            ("substatus", "/data/issue/substatus"),
        ],
    );
    Ok(Found {
        fingerprint: format!("issue/{}", needed(payload, "/data/issue/id")?),
        firing,
        title: text(payload, "/data/issue/title"),
        text: text(payload, "/data/issue/culprit"),
        labels,
        at: sent(delivery).or_else(|| time(payload, "/data/issue/lastSeen")),
        link: text(payload, "/data/issue/web_url").or_else(|| text(payload, "/data/issue/permalink")),
    })
}
