//! The draft as data: what templates, exports and pages read. Every field is always there, so that a template may
//! name it; what is not known is `none`, with a reason beside it where one can be given.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::plan::Person;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Postmortem {
    /// `INC-42`.
    pub key: String,
    pub title: String,
    /// As people read it: `SEV1`.
    pub severity: String,
    pub status: &'static str,
    pub service: Option<String>,
    pub private: bool,
    pub drafted: DateTime<Utc>,
    /// Sentences: what, when, by whom.
    pub summary: Vec<String>,
    /// Sentences: how bad, for how long.
    pub impact: Vec<String>,
    /// The last status update: how it ended, in the words of those who were there.
    pub last_update: Option<UpdateLine>,
    /// All seven, in their order.
    pub milestones: Vec<MilestoneLine>,
    pub durations: Vec<Span>,
    /// In order of time.
    pub timeline: Vec<TimelineLine>,
    /// Who held which role, in order of time.
    pub roles: Vec<RoleLine>,
    /// Who took part in the conversation, those who said most first.
    pub people: Vec<Participant>,
    pub what_helped: Vec<Helped>,
    pub action_items: Vec<ActionLine>,
    /// Sentences: what the record does not tell.
    pub gaps: Vec<String>,
    pub links: Vec<LinkLine>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UpdateLine {
    pub at: DateTime<Utc>,
    pub by: String,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MilestoneLine {
    pub name: &'static str,
    pub at: Option<DateTime<Utc>>,
    /// What would have set it.
    pub missing: Option<&'static str>,
}

/// A duration between two milestones.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Span {
    pub name: &'static str,
    pub from: &'static str,
    pub to: &'static str,
    pub seconds: Option<i64>,
    /// `1 h 12 min`.
    pub words: Option<String>,
    /// Why it is not known.
    pub missing: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimelineLine {
    pub at: DateTime<Utc>,
    pub author: String,
    /// `finding`, `status` …
    pub kind: &'static str,
    /// Empty for a deleted message.
    pub text: String,
    pub marked_by: Vec<String>,
    /// What a message said when it was first marked, if it was edited since.
    pub first_text: Option<String>,
    pub deleted: bool,
    pub link: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RoleLine {
    pub role: String,
    pub person: String,
    pub from: DateTime<Utc>,
    /// `none`: to the end.
    pub until: Option<DateTime<Utc>>,
    /// Handed over by the one before, with what they said.
    pub handover: bool,
    pub note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Participant {
    pub person: Person,
    pub messages: usize,
}

/// Something that moved the incident on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Helped {
    /// `mitigation`, `finding`, `decision` or `task`.
    pub kind: &'static str,
    pub at: DateTime<Utc>,
    pub by: Option<String>,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActionLine {
    pub number: u32,
    pub text: String,
    pub owner: Option<String>,
    pub due: Option<NaiveDate>,
    pub aim: Option<&'static str>,
    pub done: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinkLine {
    pub url: String,
    pub label: String,
}
