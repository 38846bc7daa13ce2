//! What the public reads of an incident: nothing but what was made public, in words of its own.

use chrono::{DateTime, Utc};

use sha2::{Digest, Sha256};

use super::{Incident, Recorded, Status};
use crate::plan::Number;

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

/// What the public calls an incident: twelve letters and digits, the same wherever it is made.
pub fn public_id(number: Number) -> String {
    public_name("incident", &number.to_string())
}

/// The same for whatever else has to have a name out there: Statuspage's ids look like that.
pub fn public_name(of: &str, key: &str) -> String {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let digest = Sha256::digest(format!("{of}/{key}").as_bytes());
    digest.iter().take(12).map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect()
}

impl Incident {
    /// What the public reads because of this event.
    pub fn told_by(&self, fact: &Recorded) -> Option<&PublicUpdate> {
        let public = self.public.as_ref().filter(|_| !self.private)?;
        public.updates.last().filter(|update| update.seq == fact.seq)
    }
}

impl PublicUpdate {
    /// `investigating`, `identified`, `monitoring` or `resolved`: whatever ended is over for the public.
    pub fn status_word(&self) -> &'static str {
        match self.status {
            Status::Investigating => "investigating",
            Status::Identified => "identified",
            Status::Monitoring => "monitoring",
            Status::Resolved | Status::Closed | Status::Canceled | Status::Merged => "resolved",
        }
    }
}

impl Public {
    /// Those words of it, or general ones where nobody has written more than the status.
    pub fn words(&self, update: &PublicUpdate) -> String {
        let first = self.updates.first().is_some_and(|first| first.seq == update.seq);
        let general = match update.status {
            _ if !update.text.is_empty() => &update.text,
            Status::Investigating if first => "We are looking into a problem.",
            Status::Investigating => "We are looking into it again.",
            Status::Identified => "The cause is known, and we are working on it.",
            Status::Monitoring => "It is mended, and we are watching it.",
            Status::Resolved | Status::Closed | Status::Canceled | Status::Merged => "This incident is over.",
        };
        general.to_string()
    }

    /// `None`: not over, as far as the public knows.
    pub fn resolved(&self) -> Option<DateTime<Utc>> {
        self.updates.last().filter(|update| !update.status.is_active()).map(|update| update.at)
    }
}
