//! Why a command changed nothing.

use chrono::{DateTime, Utc};

use super::Status;
use crate::plan::{Number, Permission, Person, RoleKey, Room, Rule, SeverityKey};

#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// It is so already. A reaction swallows this, a typed command answers it.
    AlreadySo(AlreadySo),
    NotPermitted {
        permission: Permission,
        rules: Vec<Rule>,
    },
    /// The incident is closed, canceled or merged; `into` tells where it goes on.
    NotOpen {
        status: Status,
        into: Option<Number>,
    },
    /// Only what is over can be opened again.
    StillOpen {
        status: Status,
    },
    /// Status words that have commands of their own.
    StatusNeedsCommand {
        status: Status,
    },
    RoleHeld {
        role: RoleKey,
        by: Person,
    },
    /// Only who is in command hands over.
    NotYours {
        role: RoleKey,
        held_by: Option<Person>,
    },
    UnknownRole {
        word: RoleKey,
    },
    UnknownSeverity {
        word: SeverityKey,
    },
    UnknownService {
        word: String,
    },
    NoSuchTask {
        number: u32,
        open: Vec<u32>,
    },
    NoSuchAction {
        number: u32,
        open: Vec<u32>,
    },
    /// `latest`: when this person last changed something, if that is too long ago.
    NothingToUndo {
        latest: Option<DateTime<Utc>>,
    },
    /// Somebody changed the same thing since.
    Overtaken {
        what: String,
        by: String,
    },
    InTheFuture {
        when: DateTime<Utc>,
    },
    /// Nobody notices what has not begun.
    DetectedBeforeStarted,
    NoSuchIncident {
        number: Number,
    },
    MergeWithItself,
    MergeIntoEnded {
        number: Number,
        status: Status,
    },
    /// One of the two is private, the other is not.
    MergeWouldExpose {
        number: Number,
    },
    /// An open incident has this title.
    SameTitle {
        number: Number,
        title: String,
        room: Option<Room>,
    },
    /// An open incident may be the same in other words.
    Alike {
        number: Number,
        title: String,
        room: Option<Room>,
    },
    TextMissing {
        what: &'static str,
    },
    TextTooLong {
        what: &'static str,
        limit: usize,
    },
    NotALink {
        text: String,
    },
    NoUpdateDue,
    /// The plan names nobody for it, or nobody is on call.
    NobodyToPage {
        label: String,
    },
    NothingPaged,
    /// What is private is told to nobody else.
    PrivateStaysPrivate,
}

impl Refusal {
    /// The other incident that it names, with more than the asker has said of it.
    pub fn names(&self) -> Option<Number> {
        match self {
            Refusal::SameTitle { number, .. }
            | Refusal::Alike { number, .. }
            | Refusal::MergeIntoEnded { number, .. }
            | Refusal::MergeWouldExpose { number } => Some(*number),
            _ => None,
        }
    }
}

/// What is so already.
#[derive(Clone, Debug, PartialEq)]
pub enum AlreadySo {
    Role {
        role: RoleKey,
        person: Person,
    },
    Severity {
        severity: SeverityKey,
    },
    Status {
        status: Status,
    },
    Title,
    Link,
    TaskDone {
        number: u32,
    },
    ActionDone {
        number: u32,
    },
    Marked,
    Unmarked,
    /// A message that is not on the timeline, an edit that changes nothing, a room that is known.
    Noted,
    /// A page still calls them.
    Paged {
        label: String,
    },
    Acknowledged {
        by: String,
        at: DateTime<Utc>,
    },
    /// The reminder is not needed any more.
    Settled,
}
