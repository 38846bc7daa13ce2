//! The timeline: what is worth reading afterwards, in order of when it happened.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Actor;
use crate::plan::{Mark, MessageId, Person, PersonId};

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The event that made it; with `number` of the incident it is unique, also after a merge.
    pub incident: i64,
    pub seq: i64,
    /// When it happened, which may be long before it was written down.
    pub at: DateTime<Utc>,
    /// Who said or did it.
    pub author: Actor,
    pub kind: EntryKind,
    /// Empty for a deleted message.
    pub text: String,
    pub source: Source,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    Note,
    Finding,
    Hypothesis,
    Decision,
    Mitigation,
    Declared,
    Status,
    Severity,
    Role,
    Milestone,
    Update,
    Task,
    Action,
    Link,
    Title,
    Merge,
    TakenBack,
    Gap,
    /// Somebody was paged, or has answered.
    Page,
    Alert,
}

impl EntryKind {
    pub fn as_str(self) -> &'static str {
        match self {
            EntryKind::Note => "note",
            EntryKind::Finding => "finding",
            EntryKind::Hypothesis => "hypothesis",
            EntryKind::Decision => "decision",
            EntryKind::Mitigation => "mitigation",
            EntryKind::Declared => "declared",
            EntryKind::Status => "status",
            EntryKind::Severity => "severity",
            EntryKind::Role => "role",
            EntryKind::Milestone => "milestone",
            EntryKind::Update => "update",
            EntryKind::Task => "task",
            EntryKind::Action => "action",
            EntryKind::Link => "link",
            EntryKind::Title => "title",
            EntryKind::Merge => "merge",
            EntryKind::TakenBack => "taken_back",
            EntryKind::Gap => "gap",
            EntryKind::Page => "page",
            EntryKind::Alert => "alert",
        }
    }
}

impl From<Mark> for EntryKind {
    fn from(mark: Mark) -> Self {
        match mark {
            Mark::Note => EntryKind::Note,
            Mark::Finding => EntryKind::Finding,
            Mark::Hypothesis => EntryKind::Hypothesis,
            Mark::Decision => EntryKind::Decision,
            Mark::Mitigation => EntryKind::Mitigation,
            Mark::Action => EntryKind::Action,
        }
    }
}

/// Where an entry comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Source {
    /// A command, or what followed from one.
    Event,
    /// `log`.
    Log,
    /// A message that people marked.
    Message {
        message: MessageId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<String>,
        /// Who marked it, how; the entry goes with the last of them.
        marks: Vec<Marked>,
        /// The text at the time of the first mark, if it was edited since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first_text: Option<String>,
        #[serde(default)]
        deleted: bool,
    },
    /// A message that could not be decrypted.
    Unread { message: MessageId },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    pub by: Person,
    pub mark: Mark,
    /// By the chat's own pin.
    #[serde(default)]
    pub pin: bool,
    /// Counts as a pin, and the chat has none there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
}

impl Marked {
    /// An emoji is taken off by whoever put it on. A message has one pin, and everyone can take that off.
    pub fn can_be_taken_off_by(&self, person: &PersonId) -> bool {
        self.by.id == *person || (self.pin && !self.by_hand)
    }
}

impl Entry {
    /// Sorts by time; what happened at the same time, in the order in which it was written down.
    pub fn order(&self) -> (DateTime<Utc>, i64, i64) {
        (self.at, self.incident, self.seq)
    }

    pub fn marks(&self) -> &[Marked] {
        match &self.source {
            Source::Message { marks, .. } => marks,
            _ => &[],
        }
    }

    pub fn is_of(&self, id: &MessageId) -> bool {
        matches!(&self.source, Source::Message { message, .. } if message == id)
    }

    /// It stands for this message, which could not be decrypted.
    pub fn is_unread(&self, id: &MessageId) -> bool {
        matches!(&self.source, Source::Unread { message } if message == id)
    }

    pub fn is_marked_by(&self, person: &PersonId, mark: Mark, pin: bool) -> bool {
        self.marks().iter().any(|m| m.by.id == *person && m.mark == mark && m.pin == pin)
    }

    pub fn is_deleted(&self) -> bool {
        matches!(self.source, Source::Message { deleted: true, .. })
    }
}

/// The kind of an entry with these marks: what the latest emoji says that says more than a pin does.
pub(super) fn kind_of(marks: &[Marked]) -> EntryKind {
    let telling = marks.iter().rev().find(|m| !matches!(m.mark, Mark::Note | Mark::Action));
    telling.or(marks.last()).map_or(EntryKind::Note, |m| m.mark.into())
}
