//! A chat that Firebell can speak in.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::{Said, Speaker};
use crate::incident::SaidMessage;
use crate::phrase::Doc;
use crate::plan::{MessageId, PersonId, Platform, Room, RoomId};

/// Why a chat did not do as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It was not done: the chat takes no more of this kind just now, and says when to come back.
    #[error("{why}")]
    Busy { why: String, after: TimeDelta },
    /// It may work later: the chat is away or slow. Whether it was done is not known.
    #[error("{why}")]
    Later { why: String, after: Option<TimeDelta> },
    /// It will not work until somebody mends something; `why` says what, in words for the operator.
    #[error("{why}")]
    Never { why: String },
    /// The message that it is about is not there any more.
    #[error("{why}")]
    Gone { why: String },
}

/// The identity of a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Once<'a> {
    pub key: &'a str,
    /// It was begun before and nobody knows what came of it: look for what may be there already.
    pub again: bool,
}

/// A room to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewRoom {
    /// Wished for; the chat's naming rules are the adapter's business.
    pub name: String,
    pub private: bool,
    /// For chats that give a room its topic at once.
    pub topic: String,
    /// Where it was asked for: the new room is in the same workspace.
    pub near: Option<RoomId>,
    /// Who will be invited. A chat that can asks them in as it makes the room: in one that is encrypted they can read
    /// what is said from then on.
    pub people: Vec<PersonId>,
}

/// What a room shows beside its messages, where the chat has a place for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Furniture {
    /// What the room is for, in a line.
    pub purpose: String,
    /// Label and address.
    pub links: Vec<(String, String)>,
}

/// A message to be posted.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted<'a> {
    pub room: &'a RoomId,
    /// In the thread of this message.
    pub thread: Option<&'a MessageId>,
    pub doc: &'a Doc,
    /// It shows how things stand, and is kept up to date from then on.
    pub stands: bool,
}

/// A file to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    pub name: String,
    /// Its media type: `text/markdown`.
    pub kind: &'static str,
    pub content: Vec<u8>,
}

/// An answer for one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer<'a> {
    pub to: &'a PersonId,
    /// Where it was asked.
    pub room: &'a RoomId,
    /// The adapter's own note of where exactly, as it came with the question.
    pub reply: Option<&'a str>,
    /// It says what others in that room may not read: where the chat can't show it to one person alone, it goes to a
    /// direct message.
    pub discreet: bool,
    pub doc: &'a Doc,
}

/// A message as the chat has it now.
#[derive(Clone, Debug)]
pub struct ReadMessage {
    pub at: DateTime<Utc>,
    pub said: Said,
    /// Who has put which emoji on it.
    pub reactions: Vec<(String, Speaker)>,
    /// Emoji of which not everybody who put them on is among those.
    pub shortened: Vec<String>,
}

/// A message that is pinned.
#[derive(Clone, Debug)]
pub struct ReadPin {
    pub by: Speaker,
    pub said: SaidMessage,
}

/// What a room's history holds.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// What people have said, oldest first, threads included.
    pub messages: Vec<ReadMessage>,
    /// Between these nothing is missing in `messages`: what was said then and is not there was deleted. `None`: the
    /// chat does not tell.
    pub whole: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// The emoji are all there, so that one that is not there was taken off.
    pub with_reactions: bool,
    /// The threads that were read, by their first messages: of others no reply is missed.
    pub threads: Vec<String>,
    /// Everything in the room that is pinned and a person's, however old; `None`: the chat does not tell.
    pub pins: Option<Vec<ReadPin>>,
    /// Who is in the room, where the chat tells.
    pub members: Option<Vec<PersonId>>,
}
/// One chat. [`Once`] is the identity of the work: done again with the same key, the same room or message is there
/// once, and the same answer is given. What names a state (edit, pin, topic, archive) is the same done twice.
#[async_trait]
pub trait Chat: Send + Sync {
    fn platform(&self) -> Platform;

    /// The room is there; a private one is private or is not made.
    async fn open_room(&self, once: Once<'_>, room: NewRoom) -> Result<Room, Failure>;

    /// These people are in the room, or have been asked in.
    async fn invite(&self, room: &RoomId, people: &[PersonId]) -> Result<(), Failure>;

    /// The message stands in the room once.
    async fn post(&self, once: Once<'_>, message: Posted<'_>) -> Result<MessageId, Failure>;

    /// The message says this now.
    async fn edit(&self, message: &MessageId, doc: &Doc) -> Result<(), Failure>;

    /// Only this person sees it, in this room where the chat can, else in a direct message.
    async fn answer(&self, once: Once<'_>, answer: Answer<'_>) -> Result<(), Failure>;

    /// The person has this in a direct message, once.
    async fn direct(&self, once: Once<'_>, to: &PersonId, doc: &Doc) -> Result<(), Failure>;

    /// Whether files can be put into its rooms.
    fn takes_files(&self) -> bool {
        false
    }

    /// The file stands in the room once.
    async fn attach(&self, _once: Once<'_>, _room: &RoomId, _file: Attachment) -> Result<(), Failure> {
        Err(Failure::Never { why: "this chat takes no files".into() })
    }

    async fn pin(&self, message: &MessageId) -> Result<(), Failure>;

    async fn set_topic(&self, room: &RoomId, topic: &str) -> Result<(), Failure>;

    /// Nobody can write there any more; all of it stays readable.
    async fn archive(&self, room: &RoomId) -> Result<(), Failure>;

    async fn unarchive(&self, room: &RoomId) -> Result<(), Failure>;

    /// What people have said in the room, at least since then; also in these threads, which may have begun before.
    async fn said_in(&self, room: &RoomId, since: DateTime<Utc>, threads: &[String]) -> Result<Reading, Failure>;

    /// One message; `None`: it is not there, or it is not a person's.
    async fn message(&self, id: &MessageId) -> Result<Option<ReadMessage>, Failure>;

    /// The room shows this beside its messages, where the chat has a place for it.
    async fn furnish(&self, _room: &RoomId, _furniture: &Furniture) -> Result<(), Failure> {
        Ok(())
    }

    /// This person may pin and set the topic, beside Firebell and whoever has always been allowed to; where the chat
    /// lets everybody, nothing is to be done. `None`: nobody more.
    async fn entrust(&self, _room: &RoomId, _to: Option<&PersonId>) -> Result<(), Failure> {
        Ok(())
    }

    /// The person's own page in the chat shows this, where the chat has such a page.
    async fn show_home(&self, _person: &PersonId, _doc: &Doc) -> Result<(), Failure> {
        Ok(())
    }

    /// Whether a command word that needs more, typed or pressed alone, opens a form for the rest.
    fn has_forms(&self) -> bool {
        false
    }

    /// Where a browser finds the room or, with a message, that message.
    fn link(&self, room: &RoomId, message: Option<&MessageId>) -> Option<String>;
}
