//! Where alerts come from, as the configuration says it.

use std::collections::BTreeMap;

use serde_json::Value;

/// What kind of program a source is, and so what it sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertKind {
    Alertmanager,
    Grafana,
    Pagerduty,
    Sentry,
    Datadog,
    /// Through a topic of Amazon SNS.
    Cloudwatch,
    UptimeKuma,
    Cloudevents,
    /// Any JSON, read by a mapping.
    Json,
}

impl AlertKind {
    pub const ALL: [AlertKind; 9] = [
        AlertKind::Alertmanager,
        AlertKind::Grafana,
        AlertKind::Pagerduty,
        AlertKind::Sentry,
        AlertKind::Datadog,
        AlertKind::Cloudwatch,
        AlertKind::UptimeKuma,
        AlertKind::Cloudevents,
        AlertKind::Json,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            AlertKind::Alertmanager => "alertmanager",
            AlertKind::Grafana => "grafana",
            AlertKind::Pagerduty => "pagerduty",
            AlertKind::Sentry => "sentry",
            AlertKind::Datadog => "datadog",
            AlertKind::Cloudwatch => "cloudwatch",
            AlertKind::UptimeKuma => "uptime_kuma",
            AlertKind::Cloudevents => "cloudevents",
            AlertKind::Json => "json",
        }
    }

    /// The header that its signature comes in, if it has one of its own.
    pub fn signature_header(self) -> Option<&'static str> {
        match self {
            AlertKind::Grafana => Some("x-grafana-alerting-signature"),
            AlertKind::Pagerduty => Some("x-pagerduty-signature"),
            AlertKind::Sentry => Some("sentry-hook-signature"),
            _ => None,
        }
    }

    /// A mapping can say how it is read.
    pub fn is_mapped(self) -> bool {
        matches!(self, AlertKind::Json | AlertKind::Cloudevents)
    }
}

/// Where in a payload it stands what an alert is. Paths are JSON Pointers (RFC 6901): `/check/id`, `/hosts/0/name`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertMapping {
    /// A list of alerts; all other paths are within one of them. Without it the payload is one alert.
    pub each: Option<String>,
    pub fingerprint: Option<String>,
    pub title: Option<String>,
    pub text: Option<String>,
    pub link: Option<String>,
    /// RFC 3339, or Unix time in seconds or milliseconds.
    pub at: Option<String>,
    /// What tells whether it is wrong; see [`AlertMapping::is_firing`].
    pub firing: Option<String>,
    pub firing_values: Vec<String>,
    pub resolved_values: Vec<String>,
    /// The path of each label, by its name.
    pub labels: BTreeMap<String, String>,
}

impl AlertMapping {
    /// Whether it is wrong when this stands at `firing`. With values for both, anything else is `None`: no change.
    /// With values for one of them, anything else is the other. Without values, `true` and `false` mean themselves.
    pub fn is_firing(&self, found: &Value) -> Option<bool> {
        let word = match found {
            Value::String(word) => word.clone(),
            other => other.to_string(),
        };
        let among = |values: &[String]| values.iter().any(|value| value.eq_ignore_ascii_case(&word));
        match (self.firing_values.is_empty(), self.resolved_values.is_empty()) {
            (true, true) => word.parse().ok(),
            (false, true) => Some(among(&self.firing_values)),
            (true, false) => Some(!among(&self.resolved_values)),
            (false, false) if among(&self.firing_values) => Some(true),
            (false, false) => among(&self.resolved_values).then_some(false),
        }
    }
}
