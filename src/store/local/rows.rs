//! Rows of the local chat's tables, as what they mean.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::FromRow;

use crate::plan::{Person, PersonId, Platform, RoomId};
use crate::ports::{LocalMessage, LocalPerson, LocalRoom, Reaction, StoreError, StoredChange};

#[derive(FromRow)]
pub(super) struct PersonRow {
    id: String,
    name: String,
    zone: Option<String>,
    seen: Option<DateTime<Utc>>,
}

impl PersonRow {
    pub(super) fn person(self) -> LocalPerson {
        LocalPerson {
            person: Person { id: person_id(self.id), name: self.name },
            // A zone that this build's table no longer has is no zone.
            zone: self.zone.and_then(|z| z.parse().ok()),
            seen: self.seen,
        }
    }
}

#[derive(FromRow)]
pub(super) struct RoomRow {
    pub(super) id: String,
    name: String,
    topic: String,
    private: bool,
    archived: bool,
    #[sqlx(default)]
    pub(super) latest: Option<i64>,
}

impl RoomRow {
    pub(super) fn room(self) -> LocalRoom {
        LocalRoom {
            id: room_id(self.id),
            name: self.name,
            topic: self.topic,
            private: self.private,
            archived: self.archived,
        }
    }
}

#[derive(FromRow)]
pub(super) struct ReactionRow {
    message: i64,
    emoji: String,
    person: String,
}

#[derive(FromRow)]
pub(super) struct MessageRow {
    pub(super) id: i64,
    pub(super) room: String,
    thread: Option<i64>,
    author: Option<String>,
    name: Option<String>,
    only_for: Option<String>,
    at: DateTime<Utc>,
    body: String,
    doc: Option<String>,
    mentions: String,
    edited: bool,
    deleted: bool,
    pinned: bool,
    replies: i64,
    last_reply: Option<DateTime<Utc>>,
}

impl MessageRow {
    pub(super) fn message(self) -> Result<LocalMessage, StoreError> {
        let author = self.author.map(|id| Person { name: self.name.unwrap_or_else(|| id.clone()), id: person_id(id) });
        let doc = self.doc.map(|doc| parsed("local_messages", "doc", self.id, &doc)).transpose()?;
        Ok(LocalMessage {
            id: self.id,
            room: room_id(self.room),
            thread: self.thread,
            author,
            only_for: self.only_for.map(person_id),
            at: self.at,
            text: self.body,
            doc,
            mentions: parsed("local_messages", "mentions", self.id, &self.mentions)?,
            edited: self.edited,
            deleted: self.deleted,
            pinned: self.pinned,
            reactions: Vec::new(),
            replies: self.replies,
            last_reply: self.last_reply,
        })
    }
}

#[derive(FromRow)]
pub(super) struct ChangeRow {
    seq: i64,
    at: DateTime<Utc>,
    room: Option<String>,
    only_for: Option<String>,
    message: Option<i64>,
    body: Option<String>,
    what: String,
}

impl ChangeRow {
    pub(super) fn change(self) -> Result<StoredChange, StoreError> {
        Ok(StoredChange {
            seq: self.seq,
            at: self.at,
            room: self.room.map(room_id),
            only_for: self.only_for.map(person_id),
            message: self.message,
            text: self.body,
            change: parsed("local_changes", "what", self.seq, &self.what)?,
        })
    }
}

/// `reactions` in the order in which they were put on; the first of each emoji gives its place.
pub(super) fn with_reactions(
    rows: Vec<MessageRow>,
    reactions: Vec<ReactionRow>,
) -> Result<Vec<LocalMessage>, StoreError> {
    let mut messages = rows.into_iter().map(MessageRow::message).collect::<Result<Vec<_>, _>>()?;
    for row in reactions {
        let Ok(at) = messages.binary_search_by_key(&row.message, |m| m.id) else { continue };
        let list = &mut messages[at].reactions;
        match list.iter_mut().find(|r| r.emoji == row.emoji) {
            Some(reaction) => reaction.people.push(person_id(row.person)),
            None => list.push(Reaction { emoji: row.emoji, people: vec![person_id(row.person)] }),
        }
    }
    Ok(messages)
}

pub(super) fn person_id(id: String) -> PersonId {
    PersonId::new(Platform::Local, id)
}

pub(super) fn room_id(id: String) -> RoomId {
    RoomId::new(Platform::Local, id)
}

pub(super) fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError { why: format!("cannot be stored as JSON: {e}"), clash: false })
}

pub(super) fn parsed<T: DeserializeOwned>(
    table: &str,
    column: &str,
    row: impl std::fmt::Display,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text)
        .map_err(|e| StoreError { why: format!("{table}.{column} of {row} is damaged: {e}"), clash: false })
}
