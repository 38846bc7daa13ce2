//! An incident as its events have made it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{AlertState, Entry, IncidentAlert, Loss, Origin, Page, Public, Reminder, Restore};
use crate::plan::{COMMANDER, COMMUNICATIONS, MessageId, Number, Person, RoleKey, Room, RoomId, SeverityKey, key};

/// Where an incident is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Investigating,
    /// The cause is known.
    Identified,
    /// A mitigation is in place; it is watched.
    Monitoring,
    Resolved,
    /// Nothing is left to do in the room; the postmortem is drafted.
    Closed,
    /// It was none.
    Canceled,
    /// It goes on in another incident.
    Merged,
}

impl Status {
    pub const ALL: [Status; 7] = [
        Status::Investigating,
        Status::Identified,
        Status::Monitoring,
        Status::Resolved,
        Status::Closed,
        Status::Canceled,
        Status::Merged,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Status::Investigating => "investigating",
            Status::Identified => "identified",
            Status::Monitoring => "monitoring",
            Status::Resolved => "resolved",
            Status::Closed => "closed",
            Status::Canceled => "canceled",
            Status::Merged => "merged",
        }
    }

    /// People still have something to do: it is on the board. A resolved incident is open until it is closed.
    pub fn is_open(self) -> bool {
        !matches!(self, Status::Closed | Status::Canceled | Status::Merged)
    }

    /// The impact goes on, as far as is known: updates are due.
    pub fn is_active(self) -> bool {
        matches!(self, Status::Investigating | Status::Identified | Status::Monitoring)
    }
}

/// A moment that durations are measured between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// The impact began.
    Started,
    /// Somebody, or an alert, noticed.
    Detected,
    Declared,
    /// A commander exists.
    Acknowledged,
    /// First time at monitoring since it was last worse.
    Mitigated,
    Resolved,
    Closed,
}

impl Milestone {
    pub const ALL: [Milestone; 7] = [
        Milestone::Started,
        Milestone::Detected,
        Milestone::Declared,
        Milestone::Acknowledged,
        Milestone::Mitigated,
        Milestone::Resolved,
        Milestone::Closed,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Milestone::Started => "started",
            Milestone::Detected => "detected",
            Milestone::Declared => "declared",
            Milestone::Acknowledged => "acknowledged",
            Milestone::Mitigated => "mitigated",
            Milestone::Resolved => "resolved",
            Milestone::Closed => "closed",
        }
    }
}

/// The time of each milestone, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestones {
    pub started: Option<DateTime<Utc>>,
    pub detected: Option<DateTime<Utc>>,
    pub declared: Option<DateTime<Utc>>,
    pub acknowledged: Option<DateTime<Utc>>,
    pub mitigated: Option<DateTime<Utc>>,
    pub resolved: Option<DateTime<Utc>>,
    pub closed: Option<DateTime<Utc>>,
}

impl Milestones {
    pub fn get(&self, milestone: Milestone) -> Option<DateTime<Utc>> {
        match milestone {
            Milestone::Started => self.started,
            Milestone::Detected => self.detected,
            Milestone::Declared => self.declared,
            Milestone::Acknowledged => self.acknowledged,
            Milestone::Mitigated => self.mitigated,
            Milestone::Resolved => self.resolved,
            Milestone::Closed => self.closed,
        }
    }

    /// `None`: it is not known any more.
    pub fn put(&mut self, milestone: Milestone, when: Option<DateTime<Utc>>) {
        let slot = match milestone {
            Milestone::Started => &mut self.started,
            Milestone::Detected => &mut self.detected,
            Milestone::Declared => &mut self.declared,
            Milestone::Acknowledged => &mut self.acknowledged,
            Milestone::Mitigated => &mut self.mitigated,
            Milestone::Resolved => &mut self.resolved,
            Milestone::Closed => &mut self.closed,
        };
        *slot = when;
    }
}

/// A room of the incident and the message in it that is the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentRoom {
    pub room: Room,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<MessageId>,
    /// It is not heard just now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<LostRoom>,
}

/// Since when, and why, a room is not heard; `seq` is the event that said so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostRoom {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub why: Loss,
}

/// To do during the incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub number: u32,
    pub text: String,
    pub owner: Option<Person>,
    pub done: Option<DateTime<Utc>>,
}

/// What an action item is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionAim {
    /// It does not happen again.
    Prevent,
    /// It hurts less.
    Mitigate,
    /// It is noticed sooner.
    Detect,
}

impl ActionAim {
    pub fn as_str(self) -> &'static str {
        match self {
            ActionAim::Prevent => "prevent",
            ActionAim::Mitigate => "mitigate",
            ActionAim::Detect => "detect",
        }
    }
}

/// To do after the incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionItem {
    pub number: u32,
    pub text: String,
    pub owner: Option<Person>,
    pub due: Option<NaiveDate>,
    pub aim: Option<ActionAim>,
    /// The message that was marked to make it.
    pub source: Option<MessageId>,
    pub added: DateTime<Utc>,
    pub done: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub url: String,
    pub label: Option<String>,
}

/// A status update that was sent out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub by: Person,
    pub text: String,
}

/// The latest reminder of the update that is due at `due`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminded {
    pub due: DateTime<Utc>,
    pub reminder: Reminder,
}

/// A change that its author may still take back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub by: Person,
    pub what: String,
    pub restore: Restore,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    pub number: Number,
    /// How many events made it.
    pub seq: i64,
    pub title: String,
    pub severity: SeverityKey,
    pub status: Status,
    pub service: Option<String>,
    pub private: bool,
    pub declared_by: Option<Person>,
    /// Where the command was typed; the answer goes there.
    pub declared_in: Option<RoomId>,
    pub origin: Option<Origin>,
    pub milestones: Milestones,
    /// In the order in which they were opened or absorbed; the first is the incident's own.
    pub rooms: Vec<IncidentRoom>,
    pub roles: BTreeMap<RoleKey, Person>,
    /// In order of time.
    pub timeline: Vec<Entry>,
    pub tasks: Vec<Task>,
    pub actions: Vec<ActionItem>,
    pub links: Vec<Link>,
    /// In the order of their numbers.
    pub pages: Vec<Page>,
    /// In the order in which they were first noted.
    pub alerts: Vec<IncidentAlert>,
    pub updates: Vec<Update>,
    /// What the public reads of it; `None`: nothing.
    pub public: Option<Public>,
    pub update_due: Option<DateTime<Utc>>,
    pub reminded: Option<Reminded>,
    pub snoozed_until: Option<DateTime<Utc>>,
    /// The one message per announcement room.
    pub announcements: BTreeMap<RoomId, MessageId>,
    /// Since when it is closed, canceled or merged.
    pub ended: Option<DateTime<Utc>>,
    pub merged_into: Option<Number>,
    pub absorbed: Vec<Number>,
    /// Newest last.
    pub changes: Vec<Change>,
    /// The highest task and action numbers ever given: a number is not used twice.
    pub last_task: u32,
    pub last_action: u32,
}

impl Incident {
    /// An incident that has no events yet.
    pub fn unborn(number: Number) -> Self {
        Incident {
            number,
            seq: 0,
            title: String::new(),
            severity: String::new(),
            status: Status::Investigating,
            service: None,
            private: false,
            declared_by: None,
            declared_in: None,
            origin: None,
            milestones: Milestones::default(),
            rooms: Vec::new(),
            roles: BTreeMap::new(),
            timeline: Vec::new(),
            tasks: Vec::new(),
            actions: Vec::new(),
            links: Vec::new(),
            pages: Vec::new(),
            alerts: Vec::new(),
            updates: Vec::new(),
            public: None,
            update_due: None,
            reminded: None,
            snoozed_until: None,
            announcements: BTreeMap::new(),
            ended: None,
            merged_into: None,
            absorbed: Vec::new(),
            changes: Vec::new(),
            last_task: 0,
            last_action: 0,
        }
    }

    /// `INC-42`.
    pub fn key(&self) -> String {
        key(self.number)
    }

    pub fn commander(&self) -> Option<&Person> {
        self.roles.get(COMMANDER)
    }

    /// Who owes the updates: the communications lead, else the commander.
    pub fn updates_by(&self) -> Option<&Person> {
        self.roles.get(COMMUNICATIONS).or_else(|| self.commander())
    }

    /// The room that was made for it.
    pub fn room(&self) -> Option<&Room> {
        self.rooms.first().map(|r| &r.room)
    }

    /// What people call this room of the incident's.
    pub fn room_name<'a>(&'a self, room: &'a RoomId) -> &'a str {
        self.rooms.iter().find(|r| r.room.id == *room).map_or(&room.id, |r| &r.room.name)
    }

    pub fn has_room(&self, room: &RoomId) -> bool {
        self.rooms.iter().any(|r| r.room.id == *room)
    }

    /// Somebody has said it, and it could not be decrypted.
    pub fn is_unread(&self, message: &MessageId) -> bool {
        self.timeline.iter().any(|entry| entry.is_unread(message))
    }

    pub fn roles_of(&self, person: &crate::plan::PersonId) -> Vec<RoleKey> {
        self.roles.iter().filter(|(_, p)| p.id == *person).map(|(role, _)| role.clone()).collect()
    }

    /// The state that these events make; the first must be the declaration.
    pub fn replay<'a>(number: Number, events: impl IntoIterator<Item = &'a super::Recorded>) -> Self {
        events.into_iter().fold(Incident::unborn(number), super::evolve)
    }

    /// How many of its alerts are, as far as is known, not over.
    pub fn firing(&self) -> usize {
        self.alerts.iter().filter(|a| a.state != AlertState::Over).count()
    }

    /// All alerts are over, and have been since that event.
    pub fn is_calm_since(&self, seq: i64) -> bool {
        self.firing() == 0 && self.status.is_active() && self.alerts.iter().all(|alert| alert.seq <= seq)
    }

    /// The highest number of a page; 0 before the first.
    pub fn last_page(&self) -> u32 {
        self.pages.last().map_or(0, |page| page.number)
    }

    pub fn is_declared(&self) -> bool {
        self.seq > 0
    }
}
