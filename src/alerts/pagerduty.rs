//! PagerDuty, by its webhooks (version 3): one event of one incident. Only the beginning and the end of an incident
//! change anything; who acknowledged it or added a note there does not.
//!
//! <https://developer.pagerduty.com/docs/webhooks-overview>

use super::fields::{Found, joined, json, labels, needed, text, time};
use super::{Delivery, Unreadable};
use crate::plan::Alert;

const LABELS: [(&str, &str); 8] = [
    ("incident_key", "/event/data/incident_key"),
    ("number", "/event/data/number"),
    ("service", "/event/data/service/summary"),
    ("service_id", "/event/data/service/id"),
    ("priority", "/event/data/priority/summary"),
    ("urgency", "/event/data/urgency"),
    ("escalation_policy", "/event/data/escalation_policy/summary"),
    ("event_type", "/event/event_type"),
];

pub(super) fn read(delivery: &Delivery<'_>) -> Result<Vec<Alert>, Unreadable> {
    let payload = json(delivery.body)?;
    let firing = match needed(&payload, "/event/event_type")?.as_str() {
        "incident.triggered" | "incident.reopened" => true,
        "incident.resolved" => false,
        _ => return Ok(Vec::new()),
    };
    let mut labels = labels(&payload, &LABELS);
    labels.extend(joined(&payload, "/event/data/teams", "/summary").map(|teams| ("teams".to_string(), teams)));
    let found = Found {
        fingerprint: needed(&payload, "/event/data/id")?,
        firing,
        title: text(&payload, "/event/data/title"),
        text: text(&payload, "/event/data/resolve_reason/type"),
        labels,
        at: time(&payload, "/event/occurred_at"),
        link: text(&payload, "/event/data/html_url"),
    };
    Ok(vec![found.of(delivery)])
}
