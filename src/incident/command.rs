//! What can be asked of an incident: by people, by time, and by the chats' answers.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    ActionAim, Actor, AlertState, Answerer, Gap, Incident, Loss, Milestone, NotedAlert, Origin, Reminder, SaidMessage,
    Status,
};
use crate::plan::{Mark, MessageId, NextStep, Number, PageTarget, Person, RoleKey, Room, RoomId, SeverityKey};

/// Who asks, when, where, and what they may.
#[derive(Clone, Debug)]
pub struct Asked {
    pub by: Actor,
    pub at: DateTime<Utc>,
    pub place: Option<RoomId>,
    /// Shares a workspace or an announcement room with the bot.
    pub known: bool,
    /// Is in a room of the incident.
    pub member: bool,
    /// The chat's own groups that the person is in.
    pub groups: Vec<String>,
}

impl Asked {
    /// Firebell's own commands: learnt from a chat, or due by time.
    pub fn by_firebell(at: DateTime<Utc>) -> Self {
        Asked { by: Actor::Firebell, at, place: None, known: true, member: true, groups: Vec::new() }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Declare {
        title: String,
        severity: Option<SeverityKey>,
        service: Option<String>,
        private: bool,
        origin: Option<Origin>,
        /// An open incident that this may be, and that this person may see.
        same: Option<Same>,
        /// They have seen what it may be, and it is not.
        anyway: bool,
    },
    /// Give a role to somebody; a commander may always be named anew.
    Assign {
        role: RoleKey,
        to: Person,
    },
    /// Take a role that is free.
    Claim {
        role: RoleKey,
    },
    /// Give one's own command away.
    HandOver {
        to: Person,
        note: Option<String>,
    },
    SetSeverity {
        severity: SeverityKey,
        reason: Option<String>,
    },
    SetStatus {
        status: Status,
        note: Option<String>,
    },
    Close {
        note: Option<String>,
    },
    Reopen {
        reason: String,
    },
    Cancel {
        reason: String,
    },
    SetMilestone {
        milestone: Milestone,
        when: DateTime<Utc>,
    },
    Update {
        text: String,
        /// The public reads it, too.
        public: bool,
        /// What the public calls the incident from then on.
        title: Option<String>,
    },
    Log {
        when: Option<DateTime<Utc>>,
        text: String,
    },
    Undo,
    AddTask {
        text: String,
        owner: Option<Person>,
    },
    FinishTask {
        number: u32,
    },
    AddAction {
        text: String,
        owner: Option<Person>,
        due: Option<NaiveDate>,
        aim: Option<ActionAim>,
    },
    FinishAction {
        number: u32,
    },
    AddLink {
        url: String,
        label: Option<String>,
    },
    Rename {
        title: String,
    },
    /// `None`: there is no such incident, or none that this person may see.
    Merge {
        into: Number,
        target: Option<MergeTarget>,
    },
    Snooze {
        until: DateTime<Utc>,
    },
    Page {
        paging: Paging,
        text: Option<String>,
    },
    /// Whom the plan pages for this severity and service.
    PageByPlan {
        pages: Vec<Paging>,
    },
    /// Nobody has answered the page in time; `None`: there is nobody to call just now.
    Escalate {
        page: u32,
        next: Option<NextStep>,
    },
    Acknowledge,
    AcknowledgeByLink {
        page: u32,
        who: Answerer,
    },
    Mark {
        mark: Mark,
        message: SaidMessage,
        pin: bool,
        by_hand: bool,
    },
    Unmark {
        mark: Mark,
        message: MessageId,
        pin: bool,
    },
    Revise {
        message: MessageId,
        text: String,
    },
    Erase {
        message: MessageId,
    },
    /// What follows in the other incident from `Merge`.
    Absorb {
        other: Box<Incident>,
    },
    /// The chat has made the room.
    NoteRoom {
        room: Room,
    },
    /// The chat has posted the card.
    NoteCard {
        message: MessageId,
    },
    /// The chat has posted the announcement.
    NoteAnnouncement {
        message: MessageId,
    },
    /// The room has another name in the chat.
    NoteRename {
        room: Room,
    },
    NoteLoss {
        room: RoomId,
        why: Loss,
    },
    NoteFound {
        room: RoomId,
    },
    NoteGap {
        gap: Gap,
        found: u32,
        whole: bool,
    },
    NoteUnread {
        message: MessageId,
        author: Person,
    },
    NoteRead {
        message: MessageId,
    },
    NoteAlert {
        alert: NotedAlert,
        state: AlertState,
    },
    /// A time has come.
    Ring(Alarm),
}

/// Who is to be paged, and who that is now; `next: None`: nobody.
#[derive(Clone, Debug, PartialEq)]
pub struct Paging {
    pub target: PageTarget,
    pub label: String,
    pub next: Option<NextStep>,
}

/// An incident that would be declared a second time.
#[derive(Clone, Debug, PartialEq)]
pub struct Same {
    pub number: Number,
    pub title: String,
    pub room: Option<Room>,
    /// It has the very same title; otherwise it is only alike.
    pub exact: bool,
}

/// The incident that another one is to be merged into.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MergeTarget {
    pub status: Status,
    pub private: bool,
}

/// Something to look at again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "alarm", rename_all = "snake_case")]
pub enum Alarm {
    /// Is there a commander by now?
    Commander,
    /// Was the update that is due at `due` written?
    Update { reminder: Reminder, due: DateTime<Utc> },
    /// Has somebody answered the page by now?
    Page { page: u32 },
}
