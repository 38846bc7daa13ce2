//! What has happened to an incident. Past tense; written once and never changed: a released shape must load for
//! ever, so fields are only ever added, with a default.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{ActionAim, AlertState, Entry, IncidentRoom, Milestone, NotedAlert, Status};
use crate::plan::{Mark, MessageId, Number, PageTarget, Person, Reached, RoleKey, Room, RoomId, SeverityKey};

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    Person(Person),
    /// Firebell itself: a room it made, a reminder it sent.
    Firebell,
}

impl Actor {
    pub fn person(&self) -> Option<&Person> {
        match self {
            Actor::Person(person) => Some(person),
            Actor::Firebell => None,
        }
    }

    pub fn name(&self) -> &str {
        self.person().map_or("Firebell", |p| &p.name)
    }
}

/// One event in its place: the `seq`th of its incident, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    pub incident: Number,
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub by: Actor,
    /// The room it was said in, if it was said in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<RoomId>,
    pub event: Event,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    Declared {
        title: String,
        severity: SeverityKey,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        service: Option<String>,
        #[serde(default)]
        private: bool,
        /// The message that it was declared from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<Origin>,
        /// When the next update is due by the plan.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        update_due: Option<DateTime<Utc>>,
    },
    RoomOpened {
        room: Room,
    },
    CardPosted {
        message: MessageId,
    },
    Announced {
        message: MessageId,
    },
    /// `to: None` leaves the role empty.
    RoleChanged {
        role: RoleKey,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Person>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Person>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// By `handover`: the one who leaves says what the next one needs to know.
        #[serde(default)]
        handover: bool,
    },
    SeverityChanged {
        from: SeverityKey,
        to: SeverityKey,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        update_due: Option<DateTime<Utc>>,
    },
    /// Any change of status but a merge; `note` is the reason of a reopening or cancelling.
    StatusChanged {
        from: Status,
        to: Status,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        update_due: Option<DateTime<Utc>>,
    },
    /// A milestone that only people know: when the impact began, when it was noticed.
    MilestoneSet {
        milestone: Milestone,
        when: DateTime<Utc>,
    },
    Updated {
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        update_due: Option<DateTime<Utc>>,
        /// The public reads it, too.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        public: bool,
        /// What the public calls the incident from then on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
    },
    /// The plan makes it public, in general words.
    Published {
        title: String,
    },
    Logged {
        when: DateTime<Utc>,
        text: String,
    },
    /// Somebody put an emoji, or the chat's pin, on a message of this incident.
    Marked {
        mark: Mark,
        message: SaidMessage,
        /// The number of the action item that it makes, for `Mark::Action`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action: Option<u32>,
        /// Put on by the chat's own pin, not an emoji.
        #[serde(default)]
        pin: bool,
        /// Put on by neither, but by hand: it counts as a pin, and the chat has none there that could be taken off.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_hand: bool,
    },
    Unmarked {
        mark: Mark,
        message: MessageId,
        #[serde(default)]
        pin: bool,
    },
    /// A marked message was edited.
    MessageRevised {
        message: MessageId,
        text: String,
    },
    /// A marked message was deleted.
    MessageDeleted {
        message: MessageId,
    },
    TaskAdded {
        number: u32,
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<Person>,
        /// It is one of the plan's first things to do.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_plan: bool,
    },
    TaskDone {
        number: u32,
    },
    ActionAdded {
        number: u32,
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<Person>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<NaiveDate>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        aim: Option<ActionAim>,
    },
    ActionDone {
        number: u32,
    },
    LinkAdded {
        url: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
    },
    Renamed {
        from: String,
        to: String,
    },
    /// This incident goes on in another one.
    Merged {
        into: Number,
    },
    /// Another incident goes on in this one and brings what it has.
    Absorbed {
        other: Number,
        title: String,
        rooms: Vec<IncidentRoom>,
        timeline: Vec<Entry>,
        tasks: Vec<super::Task>,
        actions: Vec<super::ActionItem>,
        links: Vec<super::Link>,
    },
    /// The event `seq` was taken back by the one who did it.
    TakenBack {
        seq: i64,
        /// What it was, in words: `severity SEV1`.
        what: String,
        restore: Restore,
    },
    /// Nobody is in command; the room was asked for one.
    CommanderAsked,
    /// Somebody was reminded of the next update.
    UpdateReminded {
        reminder: Reminder,
        /// The one who was asked; `None`: the room, since there is nobody.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Person>,
        due: DateTime<Utc>,
    },
    Snoozed {
        until: DateTime<Utc>,
    },
    /// Somebody gave the room another name in the chat.
    RoomRenamed {
        room: Room,
    },
    /// From now on nothing is heard in the room.
    RoomLost {
        room: RoomId,
        why: Loss,
    },
    /// The room is heard again.
    RoomFound {
        room: RoomId,
    },
    /// For a while nothing was heard in the room; what could be read back of it is on the transcript.
    GapNoted {
        gap: Gap,
        /// How many messages, edits and emoji were read back.
        found: u32,
        /// All of it was read back.
        whole: bool,
    },
    /// Somebody said something that is encrypted, and its key is not there.
    MessageUnread {
        message: MessageId,
        author: Person,
    },
    /// The key has come: the message is on the transcript now.
    MessageRead {
        message: MessageId,
    },
    /// Somebody was called: by a new page, or since nobody has answered the one before.
    Paged {
        page: u32,
        target: PageTarget,
        /// As people read the target.
        label: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// Of the escalation, counted from 0.
        step: usize,
        /// Counted from 1 in this page.
        attempt: u32,
        /// Empty: there was nobody to call.
        to: Vec<Reached>,
        /// When the next are called, if nobody answers.
        next: DateTime<Utc>,
    },
    /// An alert that belongs to this incident fires, is over, or does both again and again.
    AlertNoted {
        alert: NotedAlert,
        state: AlertState,
    },
    /// Somebody comes.
    PageAcknowledged {
        page: u32,
        by: String,
    },
}

/// Why a room is not heard any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    Archived,
    /// Firebell was taken out of it.
    Removed,
    Deleted,
}

impl Loss {
    pub fn as_str(self) -> &'static str {
        match self {
            Loss::Archived => "the room was archived",
            Loss::Removed => "Firebell was removed from the room",
            Loss::Deleted => "the room was deleted",
        }
    }
}

/// A time in which a room was not heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub room: RoomId,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
    /// `None`: Firebell was away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<Loss>,
}

/// What a taken-back event leaves behind, as it was before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Restore {
    Severity {
        severity: SeverityKey,
        update_due: Option<DateTime<Utc>>,
    },
    /// Only the milestones that a status sets: others may have been set since.
    Status {
        status: Status,
        mitigated: Option<DateTime<Utc>>,
        resolved: Option<DateTime<Utc>>,
        closed: Option<DateTime<Utc>>,
        update_due: Option<DateTime<Utc>>,
    },
    Milestone {
        milestone: Milestone,
        when: Option<DateTime<Utc>>,
    },
    Role {
        role: RoleKey,
        person: Option<Person>,
        acknowledged: Option<DateTime<Utc>>,
    },
    Title {
        title: String,
    },
    /// The entry that the event made goes.
    Entry,
    Update {
        update_due: Option<DateTime<Utc>>,
    },
    TaskRemoved {
        number: u32,
    },
    TaskOpen {
        number: u32,
    },
    ActionRemoved {
        number: u32,
    },
    ActionOpen {
        number: u32,
    },
    Link {
        url: String,
    },
    Snooze {
        until: Option<DateTime<Utc>>,
    },
}

/// Which of the reminders of one update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reminder {
    /// To the one responsible, a little before it is due.
    Soon,
    /// To the one responsible, when it is due.
    Overdue,
    /// To the commander, later, and again until it is written.
    Escalated,
}

/// A message as it was when it was marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidMessage {
    pub id: MessageId,
    pub author: Person,
    pub at: DateTime<Utc>,
    pub text: String,
    /// Where a browser finds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// What an incident was declared from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub message: MessageId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}
