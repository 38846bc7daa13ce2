//! A chat that Firebell can speak in.

use async_trait::async_trait;
use chrono::TimeDelta;

use super::Inbound;
use crate::phrase::Doc;
use crate::plan::{MessageId, PersonId, Platform, Room, RoomId};

/// Why a chat did not do as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It may work later: the chat is away, slow, or says when to come back.
    #[error("{why}")]
    Later { why: String, after: Option<TimeDelta> },
    /// It will not work until somebody mends something; `why` says what, in words for the operator.
    #[error("{why}")]
    Never { why: String },
}

/// A room to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRoom {
    /// Wished for; the chat's naming rules are the adapter's business.
    pub name: String,
    pub private: bool,
    pub topic: String,
}

/// A message to be posted.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted<'a> {
    pub room: &'a RoomId,
    /// In the thread of this message.
    pub thread: Option<&'a MessageId>,
    pub doc: &'a Doc,
}

/// One chat. `key` is the identity of the work: done again with the same key, the same room or message is there
/// once, and the same answer is given. What names a state (edit, pin, topic, archive) is the same done twice.
#[async_trait]
pub trait Chat: Send + Sync {
    fn platform(&self) -> Platform;

    /// The room is there; a private one is private or is not made.
    async fn open_room(&self, key: &str, room: NewRoom) -> Result<Room, Failure>;

    /// These people are in the room, or have been asked in.
    async fn invite(&self, room: &RoomId, people: &[PersonId]) -> Result<(), Failure>;

    /// The message stands in the room once.
    async fn post(&self, key: &str, message: Posted<'_>) -> Result<MessageId, Failure>;

    /// The message says this now.
    async fn edit(&self, message: &MessageId, doc: &Doc) -> Result<(), Failure>;

    /// Only this person sees it, in this room where the chat can, else in a direct message.
    async fn answer(&self, key: &str, to: &PersonId, room: &RoomId, doc: &Doc) -> Result<(), Failure>;

    async fn pin(&self, message: &MessageId) -> Result<(), Failure>;

    async fn set_topic(&self, room: &RoomId, topic: &str) -> Result<(), Failure>;

    /// Nobody can write there any more; all of it stays readable.
    async fn archive(&self, room: &RoomId) -> Result<(), Failure>;

    async fn unarchive(&self, room: &RoomId) -> Result<(), Failure>;

    /// What people have said in the room so far, each as it would have been heard.
    async fn said_in(&self, room: &RoomId) -> Result<Vec<Inbound>, Failure>;

    /// Where a browser finds the room or, with a message, that message.
    fn link(&self, room: &RoomId, message: Option<&MessageId>) -> Option<String>;
}
