//! What is remembered: deliveries, events, messages, work to do.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{Said, Speaker};
use crate::detection::Watched;
use crate::grammar::Question;
use crate::incident::{Effect, Incident, Recorded, SaidMessage};
use crate::phrase::Doc;
use crate::plan::{Address, Alert, MessageId, Number, Person, PersonId, Recipient, RoomId, SeverityKey, Topic, key};

/// The database did not do as asked; `why` is for the log.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct StoreError {
    pub why: String,
    /// Somebody else wrote first; read again and decide again.
    pub clash: bool,
}

/// A piece of work, as it waits in the outbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum Work {
    /// Follows from an event.
    Effect { incident: Number, effect: Effect },
    /// An answer that was worded when the question was asked.
    Answer {
        to: PersonId,
        room: RoomId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply: Option<String>,
        /// It says what others in that room may not read.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        discreet: bool,
        doc: Doc,
        /// The incident that it is about, if it is about one.
        #[serde(default)]
        incident: Option<Number>,
    },
    /// An answer that is looked up when it is given.
    Look {
        to: Person,
        room: RoomId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply: Option<String>,
        #[serde(default)]
        groups: Vec<String>,
        question: Question,
        /// The incident of the room where it was asked.
        incident: Option<Number>,
    },
    /// Somebody touched a message that nobody here has read: it is read, and the touch is heard again with it.
    Fetch { touched: Touched },
    /// An alert that changed too often may keep still by then.
    LookAtAlert { source: String, fingerprint: String },
    /// Ask in this room whether an alert is an incident.
    Suggest {
        room: RoomId,
        severity: SeverityKey,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        service: Option<String>,
        alert: Alert,
    },
    /// Look whether somebody else is on call than at `since`, and hand over to them.
    LookAtShift { rotation: String, since: DateTime<Utc> },
    /// Tell somebody that their shift begins, or is over.
    TellShift { rotation: String, to: Recipient, at: DateTime<Utc>, begins: bool },
    /// Look what of the plan is to be reviewed; it was last looked on that day.
    LookAtReviews { looked: NaiveDate },
    /// Tell somebody that something of the plan is to be reviewed.
    TellReview { to: Reader, what: String, doc: Doc },
    /// Ask whoever has this address whether they want the public updates.
    Invite { to: Address },
    /// The person's own page in the chat is brought up to date.
    ShowHome {
        to: Person,
        #[serde(default)]
        groups: Vec<String>,
    },
}

/// Whoever reads something that is about no incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    Recipient(Recipient),
    Room(RoomId),
}

impl std::fmt::Display for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reader::Recipient(recipient) => recipient.fmt(f),
            Reader::Room(room) => room.fmt(f),
        }
    }
}

/// An emoji put on a message that the chat did not send along.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Touched {
    pub message: MessageId,
    pub by: Speaker,
    pub at: DateTime<Utc>,
    pub emoji: String,
    pub stamp: String,
    pub private_room: bool,
}

impl Work {
    /// What it is, for operators: never what a private incident is about.
    pub fn in_words(&self) -> String {
        match self {
            Work::Effect { incident, effect } => format!("{}: {}", key(*incident), effect.in_words()),
            Work::Answer { .. } | Work::Look { .. } => "answer a question".into(),
            Work::Fetch { .. } => "read a message that somebody marked".into(),
            Work::LookAtAlert { .. } => "look at an alert again".into(),
            Work::Suggest { .. } => "suggest an incident".into(),
            Work::LookAtShift { .. } => "look who is on call".into(),
            Work::TellShift { .. } => "hand over a shift".into(),
            Work::LookAtReviews { .. } => "look what is to be reviewed".into(),
            Work::TellReview { .. } => "ask for a review".into(),
            Work::Invite { .. } => "ask whether somebody wants the public updates".into(),
            Work::ShowHome { .. } => "show somebody their page".into(),
        }
    }
}

/// Work to be put into the outbox.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Work of the same key that still waits is the same work.
    pub key: String,
    pub lane: String,
    pub rank: i16,
    pub due: DateTime<Utc>,
    pub work: Work,
}

impl Draft {
    /// An incident's, in the lane and at the rank of its kind.
    pub fn of_effect(incident: Number, effect: Effect, key: String, due: DateTime<Utc>) -> Draft {
        Draft { key, lane: effect.lane(incident).0, rank: effect.rank(), due, work: Work::Effect { incident, effect } }
    }
}

/// Work that this process has claimed.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub id: i64,
    pub key: String,
    pub work: Work,
    /// How often it was asked for by the time of the claim; asked for again since, it is done again.
    pub wanted: i64,
    /// How often it was tried before.
    pub attempts: i64,
}

/// What became of a claimed piece of work.
#[derive(Clone, Debug, PartialEq)]
pub enum JobState {
    Done,
    /// Try again then; `why` is shown to operators. `tried`: it may have been done.
    Later {
        due: DateTime<Utc>,
        why: String,
        tried: bool,
    },
    /// Set aside until somebody mends something.
    Parked {
        at: DateTime<Utc>,
        why: String,
    },
}

/// A message on the transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageRecord {
    pub id: MessageId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    pub author: Person,
    pub at: DateTime<Utc>,
    /// Empty once it is deleted.
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    pub edited: bool,
    pub deleted: bool,
}

impl MessageRecord {
    pub fn new(said: &Said, at: DateTime<Utc>) -> Self {
        MessageRecord {
            id: said.id.clone(),
            thread: said.thread.clone(),
            author: said.by.person.clone(),
            at,
            text: said.text.clone(),
            link: said.link.clone(),
            edited: false,
            deleted: false,
        }
    }

    pub fn said(&self) -> SaidMessage {
        SaidMessage {
            id: self.id.clone(),
            author: self.author.clone(),
            at: self.at,
            text: self.text.clone(),
            link: self.link.clone(),
        }
    }
}

/// An offer to declare from a message, made to the one who put 🚨 on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    pub message: SaidMessage,
    pub to: Person,
    pub at: DateTime<Utc>,
    /// What is said in a private room is declared as a private incident.
    pub private: bool,
}

/// Somebody wants to hear of a topic, or no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    pub who: Recipient,
    pub topic: Topic,
    pub wanted: bool,
}

#[async_trait]
pub trait Journal: Send + Sync {
    /// A transaction that alone may write on SQLite; on PostgreSQL it finds out by a clash.
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError>;

    /// Work that is due, whose lane is free, and that nobody else holds; held until `lease_until`.
    async fn claim(&self, now: DateTime<Utc>, lease_until: DateTime<Utc>, limit: i64) -> Result<Vec<Job>, StoreError>;

    /// It is still in hand, and held until then.
    async fn hold(&self, job: &Job, lease_until: DateTime<Utc>) -> Result<(), StoreError>;

    /// When the next piece of work is due or its lease runs out.
    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// At start: what an earlier process held when it died is free, and what was set aside is tried again, since an
    /// operator may have mended it. Says how much was set aside.
    async fn take_up(&self, now: DateTime<Utc>) -> Result<u64, StoreError>;
}

/// One transaction. Nothing of it is there until `commit` has returned; dropping it takes all of it back.
#[async_trait]
pub trait Transaction: Send {
    /// Whether this is the first time; it is remembered either way.
    async fn first_time(&mut self, identity: &str, now: DateTime<Utc>) -> Result<bool, StoreError>;

    /// The incident that this room belongs to.
    async fn incident_in(&mut self, room: &RoomId) -> Result<Option<Number>, StoreError>;

    /// The same for each of these rooms, asked together.
    async fn incidents_in(&mut self, rooms: &[&RoomId]) -> Result<Vec<Option<Number>>, StoreError>;

    /// The incident as of now; `None` if there is none of this number.
    async fn load(&mut self, number: Number) -> Result<Option<Incident>, StoreError>;

    /// One more than the highest number given.
    async fn next_number(&mut self) -> Result<Number, StoreError>;

    /// An open incident with this title, in any case and spacing.
    async fn open_titled(&mut self, title: &str) -> Result<Vec<Number>, StoreError>;

    /// The events are in the log and in the read models; `after` is the state that they lead to.
    /// A clash comes back as an error whose `clash` is set.
    async fn append(&mut self, events: &[Recorded], after: &Incident) -> Result<(), StoreError>;

    /// The work waits in the outbox; what already waits under its key is asked for once more, and becomes due by
    /// the new time.
    async fn enqueue(&mut self, draft: &Draft) -> Result<(), StoreError>;

    async fn settle(&mut self, job: &Job, state: &JobState) -> Result<(), StoreError>;

    /// Puts messages on the transcripts of their incidents; their authors are known and in the room from then on. How
    /// many were not there already.
    async fn record(&mut self, messages: &[(MessageRecord, Number)]) -> Result<u64, StoreError>;

    async fn message(&mut self, id: &MessageId) -> Result<Option<MessageRecord>, StoreError>;

    /// What is on the transcript of this room since then, oldest first, deleted messages left out.
    async fn messages_since(&mut self, room: &RoomId, since: DateTime<Utc>) -> Result<Vec<MessageRecord>, StoreError>;

    /// The rooms of all open incidents.
    async fn open_rooms(&mut self) -> Result<Vec<(Number, RoomId)>, StoreError>;

    /// What was set aside of this incident's work, or of all, is tried again.
    async fn try_again(&mut self, incident: Option<Number>, now: DateTime<Utc>) -> Result<(), StoreError>;

    async fn revise(&mut self, id: &MessageId, text: &str) -> Result<(), StoreError>;

    /// The text is gone; that there was a message stays.
    async fn erase(&mut self, id: &MessageId) -> Result<(), StoreError>;

    async fn meet(&mut self, person: &Person) -> Result<(), StoreError>;

    async fn joined(&mut self, room: &RoomId, person: &PersonId) -> Result<(), StoreError>;

    async fn left(&mut self, room: &RoomId, person: &PersonId) -> Result<(), StoreError>;

    async fn is_member(&mut self, room: &RoomId, person: &PersonId) -> Result<bool, StoreError>;

    /// Who is in the room.
    async fn members(&mut self, room: &RoomId) -> Result<Vec<PersonId>, StoreError>;

    /// People whose name or id is, or begins with, `name`; who matches exactly comes alone.
    async fn people_named(&mut self, name: &str) -> Result<Vec<Person>, StoreError>;

    async fn person(&mut self, id: &PersonId) -> Result<Option<Person>, StoreError>;

    async fn alert(&mut self, source: &str, fingerprint: &str) -> Result<Option<Watched>, StoreError>;

    /// What is known of the alert is this from now on.
    async fn keep_alert(&mut self, watched: &Watched) -> Result<(), StoreError>;

    /// The alerts that belong together, those that changed last first.
    async fn alerts_of(&mut self, group: &str) -> Result<Vec<Watched>, StoreError>;

    /// The open incidents of this service that are not private, oldest first.
    async fn open_of_service(&mut self, service: &str) -> Result<Vec<Number>, StoreError>;

    /// It is so from now on, whatever they wanted before.
    async fn want(&mut self, wish: &Wish, now: DateTime<Utc>) -> Result<(), StoreError>;

    /// They have said nothing about the topic.
    async fn forget_wish(&mut self, who: &Recipient, topic: &Topic) -> Result<(), StoreError>;

    /// What was said about these topics, by whomever.
    async fn wishes(&mut self, topics: &[Topic]) -> Result<Vec<Wish>, StoreError>;

    async fn offer(&mut self, offer: &Offer) -> Result<(), StoreError>;

    /// The offer, which is gone by this.
    async fn take_offer(&mut self, message: &MessageId, to: &PersonId) -> Result<Option<Offer>, StoreError>;

    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}
