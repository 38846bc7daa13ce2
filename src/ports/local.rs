//! The local chat, from both sides: what it needs of a database, and what the web pages need of it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::{Mention, StoreError};
use crate::phrase::Doc;
use crate::plan::{Person, PersonId, RoomId};

/// Somebody of the local chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPerson {
    pub person: Person,
    /// The browser's, at the latest sign-in.
    pub zone: Option<Tz>,
    /// When they first signed in; `None`: only invited so far.
    pub seen: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LocalRoom {
    pub id: RoomId,
    pub name: String,
    pub topic: String,
    pub private: bool,
    /// Read-only for people.
    pub archived: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reaction {
    pub emoji: String,
    /// In the order in which they put it on.
    pub people: Vec<PersonId>,
}

/// A message as it is now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LocalMessage {
    /// The number of the change that made it.
    pub id: i64,
    pub room: RoomId,
    /// The first message of the thread that this one answers in.
    pub thread: Option<i64>,
    /// `None`: Firebell.
    pub author: Option<Person>,
    /// Nobody else sees it.
    pub only_for: Option<PersonId>,
    pub at: DateTime<Utc>,
    /// What a person wrote; empty for Firebell's and for deleted ones.
    pub text: String,
    /// What Firebell says.
    pub doc: Option<Doc>,
    pub mentions: Vec<Mention>,
    pub edited: bool,
    pub deleted: bool,
    pub pinned: bool,
    pub reactions: Vec<Reaction>,
    pub replies: i64,
    pub last_reply: Option<DateTime<Utc>>,
}

/// What a change changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    Posted,
    /// A command, typed or by a button. The change's message is the echo that its author sees, if any.
    Typed {
        words: String,
        by: Person,
        mentions: Vec<Mention>,
    },
    Edited,
    Deleted,
    Reacted {
        emoji: String,
        by: Person,
        on: bool,
    },
    /// `by: None`: Firebell.
    Pinned {
        by: Option<Person>,
        on: bool,
    },
    /// The room was made, or its topic or its being archived changed.
    Room,
    Joined {
        person: Person,
    },
    Left {
        person: Person,
    },
    /// The reader is no longer in a private room.
    Gone,
    /// Somebody is new, or has a new name.
    Met {
        person: Person,
    },
}

/// A line of the change stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredChange {
    /// Grows, with gaps, in the order in which changes become visible.
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub room: Option<RoomId>,
    pub only_for: Option<PersonId>,
    pub message: Option<i64>,
    /// What the message said from then on, for `Posted` and `Edited` by people; gone once it is deleted.
    pub text: Option<String>,
    pub change: Change,
}

/// Which messages of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slice {
    /// The latest ones outside threads, before this one if given.
    Page {
        before: Option<i64>,
    },
    /// The thread that this message begins or is in.
    Thread(i64),
    Pins,
}

/// A room as one person sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RoomView {
    #[serde(flatten)]
    pub room: LocalRoom,
    pub member: bool,
    pub members: Vec<PersonId>,
    /// The newest message that this person may see.
    pub latest: Option<i64>,
}

/// The local chat's memory.
#[async_trait]
pub trait LocalBook: Send + Sync {
    /// A transaction; one at a time, so that changes become visible in the order of their numbers.
    async fn begin(&self) -> Result<Box<dyn LocalTransaction>, StoreError>;

    /// Whose session this is, unless it began before `since`.
    async fn session(&self, token: &str, since: DateTime<Utc>) -> Result<Option<LocalPerson>, StoreError>;

    async fn people(&self) -> Result<Vec<LocalPerson>, StoreError>;

    /// Public rooms, and private ones that this person is in.
    async fn rooms(&self, reader: &PersonId) -> Result<Vec<RoomView>, StoreError>;

    async fn room(&self, id: &RoomId) -> Result<Option<LocalRoom>, StoreError>;

    async fn message(&self, id: i64) -> Result<Option<LocalMessage>, StoreError>;

    /// At most `limit` messages that this person may see, oldest first. Whether they may see the room is
    /// asked before.
    async fn messages(
        &self,
        reader: &PersonId,
        room: &RoomId,
        slice: Slice,
        limit: i64,
    ) -> Result<Vec<LocalMessage>, StoreError>;

    /// All changes after that one, in order.
    async fn changes(&self, after: i64, limit: i64) -> Result<Vec<StoredChange>, StoreError>;

    /// The changes after that one that this person may see, in order.
    async fn changes_for(&self, reader: &PersonId, after: i64, limit: i64) -> Result<Vec<StoredChange>, StoreError>;

    /// What the message said when that change was made; `None` if it is deleted by now.
    async fn text_at(&self, message: i64, seq: i64) -> Result<Option<String>, StoreError>;

    /// The number of the newest change.
    async fn newest(&self) -> Result<i64, StoreError>;

    /// The newest change that the bot has heard.
    async fn heard(&self) -> Result<i64, StoreError>;

    /// The bot has heard everything up to this; it never goes back.
    async fn set_heard(&self, seq: i64) -> Result<(), StoreError>;
}

/// One write to the chat. Nothing of it is there until `commit` has returned.
#[async_trait]
pub trait LocalTransaction: Send {
    async fn people(&mut self) -> Result<Vec<LocalPerson>, StoreError>;
    async fn put_person(&mut self, person: &LocalPerson) -> Result<(), StoreError>;
    async fn add_session(&mut self, token: &str, person: &PersonId, at: DateTime<Utc>) -> Result<(), StoreError>;
    async fn end_session(&mut self, token: &str) -> Result<(), StoreError>;

    async fn room(&mut self, id: &RoomId) -> Result<Option<LocalRoom>, StoreError>;
    async fn room_of_effect(&mut self, effect: &str) -> Result<Option<LocalRoom>, StoreError>;
    async fn add_room(&mut self, room: &LocalRoom, effect: Option<&str>) -> Result<(), StoreError>;
    /// Topic and archived; the rest of a room never changes.
    async fn update_room(&mut self, room: &LocalRoom) -> Result<(), StoreError>;
    async fn is_member(&mut self, room: &RoomId, person: &PersonId) -> Result<bool, StoreError>;
    /// Whether they were not a member before.
    async fn add_member(&mut self, room: &RoomId, person: &PersonId) -> Result<bool, StoreError>;
    /// Whether they were a member.
    async fn remove_member(&mut self, room: &RoomId, person: &PersonId) -> Result<bool, StoreError>;

    async fn message(&mut self, id: i64) -> Result<Option<LocalMessage>, StoreError>;
    async fn message_of_effect(&mut self, effect: &str) -> Result<Option<i64>, StoreError>;
    async fn add_message(&mut self, message: &LocalMessage, effect: Option<&str>) -> Result<(), StoreError>;
    /// Text, doc, mentions, edited, deleted, pinned. A deleted message's texts leave the change stream, too.
    async fn update_message(&mut self, message: &LocalMessage) -> Result<(), StoreError>;
    /// Whether that is a change.
    async fn set_reaction(
        &mut self,
        message: &LocalMessage,
        emoji: &str,
        person: &PersonId,
        on: bool,
        seq: i64,
    ) -> Result<bool, StoreError>;

    /// What this request was answered, if it was done before.
    async fn answered(&mut self, person: &PersonId, nonce: &str) -> Result<Option<Done>, StoreError>;
    async fn remember(
        &mut self,
        person: &PersonId,
        nonce: &str,
        done: &Done,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;
    /// Sessions and requests from before that are not needed any more.
    async fn forget(&mut self, sessions: DateTime<Utc>, requests: DateTime<Utc>) -> Result<(), StoreError>;

    /// The number of the next change.
    async fn next_seq(&mut self) -> Result<i64, StoreError>;
    async fn add_change(&mut self, change: &StoredChange) -> Result<(), StoreError>;

    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// What somebody gives to come in.
#[derive(Clone, Debug, Deserialize)]
pub struct SignIn {
    pub name: String,
    #[serde(default)]
    pub password: Option<String>,
    /// An IANA zone, such as `Europe/Vienna`.
    #[serde(default)]
    pub zone: Option<String>,
}

/// Something that a person does.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// A message, or a command if it begins with a slash.
    Post {
        room: RoomId,
        #[serde(default)]
        thread: Option<i64>,
        text: String,
    },
    /// A button: these words, as if typed behind the command word.
    Press {
        room: RoomId,
        words: String,
    },
    Edit {
        message: i64,
        text: String,
    },
    Delete {
        message: i64,
    },
    /// `emoji`: a character, or the name of one of the usual ones.
    React {
        message: i64,
        emoji: String,
        on: bool,
    },
    Pin {
        message: i64,
        on: bool,
    },
    NewRoom {
        name: String,
        #[serde(default)]
        topic: String,
        #[serde(default)]
        private: bool,
        #[serde(default)]
        people: Vec<PersonId>,
    },
    Join {
        room: RoomId,
    },
    Leave {
        room: RoomId,
    },
    Invite {
        room: RoomId,
        people: Vec<PersonId>,
    },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The latest change that it made; 0 if there is none.
    pub seq: i64,
    /// The room that was made, or where it happened.
    pub room: Option<RoomId>,
}

/// Everything but messages, as one person sees it.
#[derive(Clone, Debug, Serialize)]
pub struct Overview {
    pub me: Person,
    /// It is at least as new as this change.
    pub seq: i64,
    /// `/incident`.
    pub command: String,
    pub rooms: Vec<RoomView>,
    pub people: Vec<Person>,
}

#[derive(Clone, Debug, Serialize)]
pub struct History {
    pub messages: Vec<LocalMessage>,
    /// There are older ones.
    pub more: bool,
}

/// A change as one person sees it.
#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    pub seq: i64,
    pub room: Option<RoomId>,
    #[serde(flatten)]
    pub change: Change,
    /// The message that changed, as it is now.
    pub message: Option<LocalMessage>,
    /// The first message of its thread, as it is now.
    pub root: Option<LocalMessage>,
}

/// Why the local chat does not do as asked; each reads as an answer to the person.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("{0}")]
    Refused(String),
    /// Also for what there is, but not for this person.
    #[error("There is no such room or message.")]
    NotFound,
    #[error("That is too long: a message can have 64 KiB.")]
    TooLong,
    #[error("The password is wrong.")]
    WrongPassword,
    #[error("Too many wrong passwords. Try again in {seconds} seconds.")]
    TooMany { seconds: i64 },
    #[error("The chat's database does not answer just now. Try again.")]
    Store(#[from] StoreError),
}

/// The local chat, for the pages that serve it.
#[async_trait]
pub trait LocalChat: Send + Sync {
    fn needs_password(&self) -> bool;

    /// A session that lasts; the token goes into a cookie and is kept nowhere else.
    async fn sign_in(&self, entry: SignIn) -> Result<String, Trouble>;

    async fn sign_out(&self, token: &str) -> Result<(), Trouble>;

    /// Whose session this is.
    async fn session(&self, token: &str) -> Result<Option<Person>, Trouble>;

    async fn overview(&self, me: &Person) -> Result<Overview, Trouble>;

    async fn history(&self, me: &Person, room: &RoomId, slice: Slice) -> Result<History, Trouble>;

    /// It is durable once this returns. The same nonce again is the same act, done once.
    async fn act(&self, me: &Person, nonce: &str, act: Act) -> Result<Done, Trouble>;

    /// What this person may see of the changes after that one, in order; some of them, if there are many.
    async fn changes(&self, me: &Person, after: i64) -> Result<Vec<Seen>, Trouble>;

    /// The number of the newest change, as it grows.
    fn newest(&self) -> watch::Receiver<i64>;
}
