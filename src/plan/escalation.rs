//! Whom a page goes to, one step after the other, until somebody answers.

use chrono::TimeDelta;

use super::{Address, ContactKey, PersonId};

/// Whom a step names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Whoever is on call in this rotation at that moment.
    Rotation(String),
    Contact(ContactKey),
    /// Everyone of the team.
    Team(String),
    /// An account that is no contact's.
    Account(PersonId),
    /// A program, a topic, a mailbox: nobody in person.
    Address(Address),
}

/// Who is paged, and how long they have to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub page: Vec<Target>,
    /// Until the next step, or the first one again.
    pub wait: TimeDelta,
}

/// Steps that are gone through until somebody acknowledges; after the last comes the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escalation {
    pub key: String,
    pub label: String,
    /// Never empty.
    pub steps: Vec<Step>,
}

/// People who own services together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    pub key: String,
    pub label: String,
    pub members: Vec<ContactKey>,
    /// How the team is paged; `None`: all of its members at once.
    pub escalation: Option<String>,
}
