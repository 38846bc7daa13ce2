//! What was said in the incidents' rooms.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use super::codec::corrupt;
use super::db::{executing, writing};
use super::rows::Rows;
use super::{Tx, directory};
use crate::plan::{MessageId, Number, Person, RoomId};
use crate::ports::{MessageRecord, StoreError};

/// For each message that was not there: which one it is, if its author is not known by that name yet, or not in the room;
/// else nothing. Messages are what there is most of, and statements more for each would halve how many are durable in a
/// second.
pub(super) const RECORD: &str = "INSERT INTO messages (room, id, incident, thread, author_id, author_name, at, text, \
     link, edited, deleted) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, FALSE, FALSE) ON CONFLICT (room, id) DO NOTHING \
     RETURNING CASE WHEN EXISTS (SELECT 1 FROM people p WHERE p.id = author_id AND p.name = author_name) \
     AND EXISTS (SELECT 1 FROM members m WHERE m.room = messages.room AND m.person = author_id) THEN NULL \
     ELSE room || ' ' || id END";
static RECORD_ROWS: LazyLock<Rows> = LazyLock::new(|| Rows::of(RECORD));
pub(super) const MESSAGE: &str = "SELECT room, id, thread, author_id, author_name, at, text, link, edited, deleted \
     FROM messages WHERE room = $1 AND id = $2";
/// By way of the incident, which has an index in the order of time: one more on the rooms would cost every message.
pub(super) const SINCE: &str = "SELECT room, id, thread, author_id, author_name, at, text, link, edited, deleted \
     FROM messages WHERE incident = (SELECT incident FROM rooms WHERE rooms.room = $1) AND room = $1 AND at >= $2 \
     AND NOT deleted ORDER BY at, id";
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

/// How many were not there yet.
pub(super) async fn record(tx: &mut Tx, messages: &[(MessageRecord, Number)]) -> Result<usize, StoreError> {
    let mut added = 0;
    for (sql, messages) in RECORD_ROWS.parts(messages) {
        added += record_part(tx, sql, messages).await?;
    }
    Ok(added)
}

async fn record_part(
    tx: &mut Tx,
    sql: &'static str,
    messages: &[(MessageRecord, Number)],
) -> Result<usize, StoreError> {
    let added: Vec<Option<String>> = writing!(tx, c => {
        let query = messages.iter().fold(sqlx::query_scalar(sql), |row, (message, incident)| {
            row.bind(message.id.room.to_string())
                .bind(&message.id.id)
                .bind(incident)
                .bind(&message.thread)
                .bind(message.author.id.to_string())
                .bind(&message.author.name)
                .bind(message.at)
                .bind(&message.text)
                .bind(&message.link)
        });
        query.fetch_all(&mut *c).await?
    });
    for new in added.iter().flatten() {
        let is_it = |(m, _): &&(MessageRecord, Number)| format!("{} {}", m.id.room, m.id.id) == *new;
        let Some((message, _)) = messages.iter().find(is_it) else { continue };
        directory::meet(tx, &message.author).await?;
        directory::joined(tx, &message.id.room, &message.author.id).await?;
    }
    Ok(added.len())
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
