//! What was said in the incidents' rooms.

use std::collections::HashSet;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use super::codec::corrupt;
use super::db::{executing, writing};
use super::rows::Rows;
use super::{Tx, directory};
use crate::plan::{MessageId, Number, Person, RoomId};
use crate::ports::{MessageRecord, StoreError};

/// Messages are what there is most of: what costs each of them a little more costs the most.
pub(super) const RECORD: &str = "INSERT INTO messages (room, id, incident, thread, author_id, author_name, at, text, \
     link, edited, deleted) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, FALSE, FALSE) ON CONFLICT (room, id) DO NOTHING";
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

/// How many were not there yet. Who has written one of those is known from now on, and in the room.
pub(super) async fn record(tx: &mut Tx, messages: &[(MessageRecord, Number)]) -> Result<u64, StoreError> {
    let authors: HashSet<_> = messages.iter().map(|(m, _)| (&m.id.room, &m.author.id, &m.author.name)).collect();
    let authors: Vec<_> = authors.into_iter().map(|(room, id, name)| directory::author(room, id, name)).collect();
    let strangers = directory::strangers(tx, &authors).await?;
    let is_by_a_stranger = |message: &MessageRecord| {
        !strangers.is_empty()
            && strangers.contains(&directory::author(&message.id.room, &message.author.id, &message.author.name))
    };
    let (new, known): (Vec<_>, Vec<_>) = messages.iter().partition(|(message, _)| is_by_a_stranger(message));
    let mut added = 0;
    for (sql, part) in RECORD_ROWS.parts(tx, &known) {
        added += record_part(tx, sql, part).await?;
    }
    for one in new {
        if record_part(tx, RECORD, &[one]).await? > 0 {
            let (message, _) = one;
            directory::meet(tx, &message.author).await?;
            directory::joined(tx, &message.id.room, &message.author.id).await?;
            added += 1;
        }
    }
    Ok(added)
}

async fn record_part(tx: &mut Tx, sql: &'static str, part: &[&(MessageRecord, Number)]) -> Result<u64, StoreError> {
    Ok(executing!(
        tx,
        part.iter().fold(sqlx::query(sql), |row, (message, incident)| {
            row.bind(message.id.room.to_string())
                .bind(&message.id.id)
                .bind(incident)
                .bind(&message.thread)
                .bind(message.author.id.to_string())
                .bind(&message.author.name)
                .bind(message.at)
                .bind(&message.text)
                .bind(&message.link)
        })
    ))
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
