//! What the public reads of an incident: nothing but what was made public, in words of its own.

use chrono::{DateTime, Utc};

use super::Status;

/// An incident as the public knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    pub title: String,
    pub since: DateTime<Utc>,
    /// In order of time; each change of status is among them.
    pub updates: Vec<PublicUpdate>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUpdate {
    /// The event that it follows from: its identity in the incident.
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub status: Status,
    /// Empty: nobody has written more than the status.
    pub text: String,
}

impl Public {
    /// `None`: not over, as far as the public knows.
    pub fn resolved(&self) -> Option<DateTime<Utc>> {
        self.updates.last().filter(|update| !update.status.is_active()).map(|update| update.at)
    }
}
