//! What is to be done about an alert.

use regex::Regex;

use super::{Alert, PageTarget, RoomId, SeverityKey};

/// For the alerts that it takes; of several rules the first counts.
#[derive(Clone, Debug)]
pub struct AlertRule {
    /// Unique among the rules.
    pub name: String,
    /// The sources that it is for; empty: all.
    pub sources: Vec<String>,
    /// All of them have to match.
    pub matches: Vec<Matcher>,
    pub does: AlertDeed,
    /// Its alerts are of this service, whatever their labels say.
    pub service: Option<String>,
    /// The label that names the service.
    pub service_label: String,
    /// Without a service, alerts of the same values of these labels belong together.
    pub group_by: Vec<String>,
}

/// A label, or one of the fields `title`, `text` and `source`, whose whole value the pattern has to match.
#[derive(Clone, Debug)]
pub struct Matcher {
    pub field: String,
    pub pattern: Regex,
}

/// From the least to the most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertDeed {
    /// It is shown on the board.
    Note,
    /// It is noted in the open incident of what it belongs to.
    Attach,
    /// If there is none, one is suggested in these rooms; if they are none, where such an incident would be announced.
    Suggest { rooms: Vec<RoomId>, severity: SeverityKey },
    /// If there is none, one is declared, and these are paged beside those whom the plan pages for the severity.
    Declare { severity: SeverityKey, page: Vec<PageTarget> },
}

impl AlertRule {
    pub fn takes(&self, alert: &Alert) -> bool {
        (self.sources.is_empty() || self.sources.contains(&alert.source))
            && self.matches.iter().all(|m| m.matches(alert))
    }
}

impl Matcher {
    fn matches(&self, alert: &Alert) -> bool {
        let value = match (alert.labels.get(&self.field), self.field.as_str()) {
            (Some(label), _) => Some(label.as_str()),
            (None, "title") => Some(alert.title.as_str()),
            (None, "text") => alert.text.as_deref(),
            (None, "source") => Some(alert.source.as_str()),
            (None, _) => None,
        };
        // A label that is not there is empty, as in Prometheus.
        self.pattern.is_match(value.unwrap_or_default())
    }
}
