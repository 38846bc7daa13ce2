//! What was said in the incidents' rooms.

use chrono::{DateTime, Utc};

use super::codec::corrupt;
use super::db::{executing, writing};
use super::{Tx, directory};
use crate::plan::{MessageId, Number, Person, RoomId};
use crate::ports::{MessageRecord, StoreError};

/// Also tells by what name the author is known, and whether to be in the room: messages are what there is most of, and
/// a statement more for each would halve how many are durable in a second.
pub(super) const RECORD: &str = "INSERT INTO messages (room, id, incident, thread, author_id, author_name, at, text, \
     link, edited, deleted) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, FALSE, FALSE) ON CONFLICT (room, id) DO NOTHING \
     RETURNING (SELECT p.name FROM people p WHERE p.id = $5), \
     (SELECT COUNT(*) FROM members m WHERE m.room = $1 AND m.person = $5)";
pub(super) const MESSAGE: &str = "SELECT room, id, thread, author_id, author_name, at, text, link, edited, deleted \
     FROM messages WHERE room = $1 AND id = $2";
pub(super) const SINCE: &str = "SELECT room, id, thread, author_id, author_name, at, text, link, edited, deleted \
     FROM messages WHERE room = $1 AND at >= $2 AND NOT deleted ORDER BY at, id";
pub(super) const REVISE: &str =
    "UPDATE messages SET text = $3, edited = TRUE WHERE room = $1 AND id = $2 AND NOT deleted";
pub(super) const ERASE: &str = "UPDATE messages SET text = '', deleted = TRUE WHERE room = $1 AND id = $2";

#[derive(sqlx::FromRow)]
pub(super) struct MessageRow {
    room: String,
    id: String,
    thread: Option<String>,
    author_id: String,
    author_name: String,
    at: DateTime<Utc>,
    text: String,
    link: Option<String>,
    edited: bool,
    deleted: bool,
}

impl TryFrom<MessageRow> for MessageRecord {
    type Error = StoreError;

    fn try_from(row: MessageRow) -> Result<Self, StoreError> {
        let at = format!("{}/{}", row.room, row.id);
        Ok(MessageRecord {
            id: MessageId { room: row.room.parse().map_err(|e| corrupt("messages", "room", &at, e))?, id: row.id },
            thread: row.thread,
            author: Person {
                id: row.author_id.parse().map_err(|e| corrupt("messages", "author_id", &at, e))?,
                name: row.author_name,
            },
            at: row.at,
            text: row.text,
            link: row.link,
            edited: row.edited,
            deleted: row.deleted,
        })
    }
}

pub(super) async fn record(tx: &mut Tx, message: &MessageRecord, incident: Number) -> Result<bool, StoreError> {
    let (room, author) = (&message.id.room, &message.author);
    let added: Option<(Option<String>, i64)> = writing!(tx, c => {
        sqlx::query_as(RECORD)
            .bind(room.to_string())
            .bind(&message.id.id)
            .bind(incident)
            .bind(&message.thread)
            .bind(author.id.to_string())
            .bind(&author.name)
            .bind(message.at)
            .bind(&message.text)
            .bind(&message.link)
            .fetch_optional(&mut *c)
            .await?
    });
    let Some((known_as, memberships)) = added else { return Ok(false) };
    if known_as.is_none_or(|name| name != author.name) {
        directory::meet(tx, author).await?;
    }
    if memberships == 0 {
        directory::joined(tx, room, &author.id).await?;
    }
    Ok(true)
}

pub(super) async fn message(tx: &mut Tx, id: &MessageId) -> Result<Option<MessageRecord>, StoreError> {
    let row: Option<MessageRow> = writing!(tx, c => {
        sqlx::query_as(MESSAGE).bind(id.room.to_string()).bind(&id.id).fetch_optional(&mut *c).await?
    });
    row.map(MessageRecord::try_from).transpose()
}

pub(super) async fn since(tx: &mut Tx, room: &RoomId, since: DateTime<Utc>) -> Result<Vec<MessageRecord>, StoreError> {
    let rows: Vec<MessageRow> = writing!(tx, c => {
        sqlx::query_as(SINCE).bind(room.to_string()).bind(since).fetch_all(&mut *c).await?
    });
    rows.into_iter().map(MessageRecord::try_from).collect()
}

pub(super) async fn revise(tx: &mut Tx, id: &MessageId, text: &str) -> Result<(), StoreError> {
    executing!(tx, sqlx::query(REVISE).bind(id.room.to_string()).bind(&id.id).bind(text));
    Ok(())
}

pub(super) async fn erase(tx: &mut Tx, id: &MessageId) -> Result<(), StoreError> {
    executing!(tx, sqlx::query(ERASE).bind(id.room.to_string()).bind(&id.id));
    Ok(())
}
