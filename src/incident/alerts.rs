//! The alerts that belong to an incident.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::plan::Alert;

/// An alert, as far as an incident is concerned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotedAlert {
    pub source: String,
    pub fingerprint: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Since when it is as it is.
    pub at: DateTime<Utc>,
}

/// How an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    Firing,
    Over,
    /// It fires and is over, again and again: nobody can say how it is.
    Flapping,
}

/// An alert with how it was last told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentAlert {
    pub alert: NotedAlert,
    pub state: AlertState,
    /// The event that told it.
    pub seq: i64,
}

impl NotedAlert {
    pub fn is(&self, other: &NotedAlert) -> bool {
        self.source == other.source && self.fingerprint == other.fingerprint
    }
}

impl From<&Alert> for NotedAlert {
    fn from(alert: &Alert) -> Self {
        NotedAlert {
            source: alert.source.clone(),
            fingerprint: alert.fingerprint.clone(),
            title: alert.title.clone(),
            link: alert.link.clone(),
            at: alert.at,
        }
    }
}
