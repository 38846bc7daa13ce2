//! The local chat's tables.

mod rows;

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::db::{Db, Tx, reading, writing};
use crate::plan::{PersonId, RoomId};
use crate::ports::{
    Done, LocalBook, LocalMessage, LocalPerson, LocalRoom, LocalTransaction, RoomView, Slice, StoreError, StoredChange,
};
use rows::{ChangeRow, MessageRow, PersonRow, ReactionRow, RoomRow, json, parsed, person_id, with_reactions};

// Writers queue up at this row until the one before them has committed. Without that a PostgreSQL reader could see
// change 8 before change 7, and a cursor that has passed 8 would never come back for 7.
pub(super) const LOCK: &str = "UPDATE local_counters SET n = n WHERE name = 'change'";
pub(super) const NEXT: &str = "UPDATE local_counters SET n = n + 1 WHERE name = 'change' RETURNING n";
pub(super) const COUNTER: &str = "SELECT n FROM local_counters WHERE name = $1";
pub(super) const SET_HEARD: &str = "UPDATE local_counters SET n = $1 WHERE name = 'heard' AND n < $1";

pub(super) const PEOPLE: &str = "SELECT id, name, zone, seen FROM local_people ORDER BY id";
pub(super) const PUT_PERSON: &str = "INSERT INTO local_people (id, name, zone, seen) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, zone = excluded.zone, seen = excluded.seen";
pub(super) const ADD_SESSION: &str = "INSERT INTO local_sessions (token, person, at) VALUES ($1, $2, $3)";
pub(super) const END_SESSION: &str = "DELETE FROM local_sessions WHERE token = $1";
pub(super) const SESSION: &str = "SELECT p.id, p.name, p.zone, p.seen FROM local_sessions s \
    JOIN local_people p ON p.id = s.person WHERE s.token = $1 AND s.at >= $2";
pub(super) const FORGET_SESSIONS: &str = "DELETE FROM local_sessions WHERE at < $1";
pub(super) const FORGET_REQUESTS: &str = "DELETE FROM local_requests WHERE at < $1";

pub(super) const ROOM: &str = "SELECT id, name, topic, private, archived FROM local_rooms WHERE id = $1";
pub(super) const ROOM_OF_EFFECT: &str = "SELECT id, name, topic, private, archived FROM local_rooms WHERE effect = $1";
pub(super) const ADD_ROOM: &str =
    "INSERT INTO local_rooms (id, name, topic, private, archived, effect) VALUES ($1, $2, $3, $4, $5, $6)";
pub(super) const UPDATE_ROOM: &str = "UPDATE local_rooms SET topic = $2, archived = $3 WHERE id = $1";
pub(super) const ROOMS_FOR: &str = "SELECT r.id, r.name, r.topic, r.private, r.archived, \
    (SELECT MAX(m.id) FROM local_messages m WHERE m.room = r.id AND NOT m.deleted \
     AND (m.only_for IS NULL OR m.only_for = $1)) AS latest \
    FROM local_rooms r WHERE NOT r.private \
    OR EXISTS (SELECT 1 FROM local_members m WHERE m.room = r.id AND m.person = $1) ORDER BY r.name, r.id";
pub(super) const MEMBERS: &str = "SELECT room, person FROM local_members ORDER BY room, person";
pub(super) const IS_MEMBER: &str = "SELECT COUNT(*) FROM local_members WHERE room = $1 AND person = $2";
pub(super) const ADD_MEMBER: &str = "INSERT INTO local_members (room, person) VALUES ($1, $2) ON CONFLICT DO NOTHING";
pub(super) const REMOVE_MEMBER: &str = "DELETE FROM local_members WHERE room = $1 AND person = $2";

/// A SELECT of whole messages with these conditions.
macro_rules! messages {
    ($conditions:literal) => {
        concat!(
            "SELECT m.id, m.room, m.thread, m.author, p.name, m.only_for, m.at, m.body, m.doc, m.mentions, ",
            "m.edited, m.deleted, m.pinned, ",
            "(SELECT COUNT(*) FROM local_messages r WHERE r.thread = m.id AND NOT r.deleted ",
            "AND r.only_for IS NULL) AS replies, ",
            "(SELECT MAX(r.at) FROM local_messages r WHERE r.thread = m.id AND NOT r.deleted ",
            "AND r.only_for IS NULL) AS last_reply ",
            "FROM local_messages m LEFT JOIN local_people p ON p.id = m.author ",
            $conditions
        )
    };
}

pub(super) const MESSAGE: &str = messages!("WHERE m.id = $1");
pub(super) const PAGE: &str = messages!(
    "WHERE m.room = $1 AND (m.only_for IS NULL OR m.only_for = $2) AND m.thread IS NULL AND m.id < $3 \
     ORDER BY m.id DESC LIMIT $4"
);
pub(super) const THREAD: &str = messages!(
    "WHERE m.room = $1 AND (m.only_for IS NULL OR m.only_for = $2) AND (m.id = $3 OR m.thread = $3) \
     ORDER BY m.id DESC LIMIT $4"
);
pub(super) const PINS: &str = messages!(
    "WHERE m.room = $1 AND (m.only_for IS NULL OR m.only_for = $2) AND m.pinned AND m.id < $3 \
     ORDER BY m.id DESC LIMIT $4"
);
pub(super) const REACTIONS: &str = "SELECT message, emoji, person FROM local_reactions \
    WHERE room = $1 AND message >= $2 AND message <= $3 ORDER BY seq";
pub(super) const MESSAGE_OF_EFFECT: &str = "SELECT id FROM local_messages WHERE effect = $1";
pub(super) const ADD_MESSAGE: &str = "INSERT INTO local_messages \
    (id, room, thread, author, only_for, at, body, doc, mentions, edited, deleted, pinned, effect) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
pub(super) const UPDATE_MESSAGE: &str = "UPDATE local_messages SET body = $2, doc = $3, mentions = $4, edited = $5, \
    deleted = $6, pinned = $7 WHERE id = $1";
pub(super) const ERASE_CHANGES: &str = "UPDATE local_changes SET body = NULL WHERE message = $1";
pub(super) const ERASE_REACTIONS: &str = "DELETE FROM local_reactions WHERE message = $1";
pub(super) const ADD_REACTION: &str = "INSERT INTO local_reactions (message, emoji, person, room, seq) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
pub(super) const REMOVE_REACTION: &str =
    "DELETE FROM local_reactions WHERE message = $1 AND emoji = $2 AND person = $3";

pub(super) const ANSWERED: &str = "SELECT answer FROM local_requests WHERE person = $1 AND nonce = $2";
pub(super) const REMEMBER: &str = "INSERT INTO local_requests (person, nonce, at, answer) VALUES ($1, $2, $3, $4)";

pub(super) const ADD_CHANGE: &str = "INSERT INTO local_changes (seq, at, room, only_for, message, body, what) \
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
pub(super) const CHANGES: &str = "SELECT seq, at, room, only_for, message, body, what FROM local_changes \
    WHERE seq > $1 ORDER BY seq LIMIT $2";
pub(super) const CHANGES_FOR: &str = "SELECT c.seq, c.at, c.room, c.only_for, c.message, c.body, c.what FROM local_changes c \
    WHERE c.seq > $1 AND (c.only_for IS NULL OR c.only_for = $2) AND (c.room IS NULL \
    OR EXISTS (SELECT 1 FROM local_rooms r WHERE r.id = c.room AND NOT r.private) \
    OR EXISTS (SELECT 1 FROM local_members m WHERE m.room = c.room AND m.person = $2)) \
    ORDER BY c.seq LIMIT $3";
pub(super) const TEXT_AT: &str = "SELECT body FROM local_changes WHERE message = $1 AND seq <= $2 AND body IS NOT NULL \
    ORDER BY seq DESC LIMIT 1";

/// The local chat's part of the database.
#[derive(Clone, Debug)]
pub struct LocalStore {
    db: Db,
}

impl LocalStore {
    pub fn new(db: Db) -> Self {
        LocalStore { db }
    }

    async fn counter(&self, name: &str) -> Result<i64, StoreError> {
        Ok(reading!(&self.db, pool => sqlx::query_scalar(COUNTER).bind(name).fetch_one(pool).await?))
    }
}

#[async_trait]
impl LocalBook for LocalStore {
    async fn begin(&self) -> Result<Box<dyn LocalTransaction>, StoreError> {
        let mut tx = self.db.begin().await?;
        writing!(&mut tx, conn => { sqlx::query(LOCK).execute(&mut *conn).await?; });
        Ok(Box::new(Writing { tx }))
    }

    async fn session(&self, token: &str, since: DateTime<Utc>) -> Result<Option<LocalPerson>, StoreError> {
        let row: Option<PersonRow> = reading!(&self.db, pool =>
            sqlx::query_as(SESSION).bind(token).bind(since).fetch_optional(pool).await?);
        Ok(row.map(PersonRow::person))
    }

    async fn people(&self) -> Result<Vec<LocalPerson>, StoreError> {
        let rows: Vec<PersonRow> = reading!(&self.db, pool => sqlx::query_as(PEOPLE).fetch_all(pool).await?);
        Ok(rows.into_iter().map(PersonRow::person).collect())
    }

    async fn rooms(&self, reader: &PersonId) -> Result<Vec<RoomView>, StoreError> {
        let rows: Vec<RoomRow> = reading!(&self.db, pool =>
            sqlx::query_as(ROOMS_FOR).bind(&reader.id).fetch_all(pool).await?);
        let memberships: Vec<(String, String)> =
            reading!(&self.db, pool => sqlx::query_as(MEMBERS).fetch_all(pool).await?);
        let mut members: HashMap<String, Vec<PersonId>> = HashMap::new();
        for (room, person) in memberships {
            members.entry(room).or_default().push(person_id(person));
        }
        let view = |row: RoomRow| {
            let members = members.remove(&row.id).unwrap_or_default();
            RoomView { member: members.contains(reader), members, latest: row.latest, room: row.room() }
        };
        Ok(rows.into_iter().map(view).collect())
    }

    async fn room(&self, id: &RoomId) -> Result<Option<LocalRoom>, StoreError> {
        let row: Option<RoomRow> =
            reading!(&self.db, pool => sqlx::query_as(ROOM).bind(&id.id).fetch_optional(pool).await?);
        Ok(row.map(RoomRow::room))
    }

    async fn message(&self, id: i64) -> Result<Option<LocalMessage>, StoreError> {
        reading!(&self.db, pool => {
            let row: Option<MessageRow> = sqlx::query_as(MESSAGE).bind(id).fetch_optional(pool).await?;
            let Some(row) = row else { return Ok(None) };
            let reactions: Vec<ReactionRow> =
                sqlx::query_as(REACTIONS).bind(&row.room).bind(id).bind(id).fetch_all(pool).await?;
            Ok(with_reactions(vec![row], reactions)?.pop())
        })
    }

    async fn messages(
        &self,
        reader: &PersonId,
        room: &RoomId,
        slice: Slice,
        limit: i64,
    ) -> Result<Vec<LocalMessage>, StoreError> {
        let (sql, bound) = match slice {
            Slice::Page { before } => (PAGE, before.unwrap_or(i64::MAX)),
            Slice::Thread(root) => (THREAD, root),
            Slice::Pins => (PINS, i64::MAX),
        };
        let mut rows: Vec<MessageRow> = reading!(&self.db, pool => sqlx::query_as(sql)
            .bind(&room.id).bind(&reader.id).bind(bound).bind(limit).fetch_all(pool).await?);
        rows.reverse();
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(Vec::new()) };
        let reactions: Vec<ReactionRow> = reading!(&self.db, pool => sqlx::query_as(REACTIONS)
            .bind(&room.id).bind(first.id).bind(last.id).fetch_all(pool).await?);
        with_reactions(rows, reactions)
    }

    async fn changes(&self, after: i64, limit: i64) -> Result<Vec<StoredChange>, StoreError> {
        let rows: Vec<ChangeRow> = reading!(&self.db, pool =>
            sqlx::query_as(CHANGES).bind(after).bind(limit).fetch_all(pool).await?);
        rows.into_iter().map(ChangeRow::change).collect()
    }

    async fn changes_for(&self, reader: &PersonId, after: i64, limit: i64) -> Result<Vec<StoredChange>, StoreError> {
        let rows: Vec<ChangeRow> = reading!(&self.db, pool =>
            sqlx::query_as(CHANGES_FOR).bind(after).bind(&reader.id).bind(limit).fetch_all(pool).await?);
        rows.into_iter().map(ChangeRow::change).collect()
    }

    async fn text_at(&self, message: i64, seq: i64) -> Result<Option<String>, StoreError> {
        Ok(reading!(&self.db, pool =>
            sqlx::query_scalar(TEXT_AT).bind(message).bind(seq).fetch_optional(pool).await?))
    }

    async fn newest(&self) -> Result<i64, StoreError> {
        self.counter("change").await
    }

    async fn heard(&self) -> Result<i64, StoreError> {
        self.counter("heard").await
    }

    async fn set_heard(&self, seq: i64) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        writing!(&mut tx, conn => { sqlx::query(SET_HEARD).bind(seq).execute(&mut *conn).await?; });
        tx.commit().await
    }
}

struct Writing {
    tx: Tx,
}

#[async_trait]
impl LocalTransaction for Writing {
    async fn people(&mut self) -> Result<Vec<LocalPerson>, StoreError> {
        let rows: Vec<PersonRow> = writing!(&mut self.tx, conn => sqlx::query_as(PEOPLE).fetch_all(&mut *conn).await?);
        Ok(rows.into_iter().map(PersonRow::person).collect())
    }

    async fn put_person(&mut self, person: &LocalPerson) -> Result<(), StoreError> {
        let zone = person.zone.map(|z| z.name());
        writing!(&mut self.tx, conn => { sqlx::query(PUT_PERSON)
            .bind(&person.person.id.id).bind(&person.person.name).bind(zone).bind(person.seen)
            .execute(&mut *conn).await?; });
        Ok(())
    }

    async fn add_session(&mut self, token: &str, person: &PersonId, at: DateTime<Utc>) -> Result<(), StoreError> {
        writing!(&mut self.tx, conn => {
            sqlx::query(ADD_SESSION).bind(token).bind(&person.id).bind(at).execute(&mut *conn).await?; });
        Ok(())
    }

    async fn end_session(&mut self, token: &str) -> Result<(), StoreError> {
        writing!(&mut self.tx, conn => { sqlx::query(END_SESSION).bind(token).execute(&mut *conn).await?; });
        Ok(())
    }

    async fn room(&mut self, id: &RoomId) -> Result<Option<LocalRoom>, StoreError> {
        let row: Option<RoomRow> =
            writing!(&mut self.tx, conn => sqlx::query_as(ROOM).bind(&id.id).fetch_optional(&mut *conn).await?);
        Ok(row.map(RoomRow::room))
    }

    async fn room_of_effect(&mut self, effect: &str) -> Result<Option<LocalRoom>, StoreError> {
        let row: Option<RoomRow> = writing!(&mut self.tx, conn =>
            sqlx::query_as(ROOM_OF_EFFECT).bind(effect).fetch_optional(&mut *conn).await?);
        Ok(row.map(RoomRow::room))
    }

    async fn add_room(&mut self, room: &LocalRoom, effect: Option<&str>) -> Result<(), StoreError> {
        writing!(&mut self.tx, conn => { sqlx::query(ADD_ROOM)
            .bind(&room.id.id).bind(&room.name).bind(&room.topic).bind(room.private).bind(room.archived).bind(effect)
            .execute(&mut *conn).await?; });
        Ok(())
    }

    async fn update_room(&mut self, room: &LocalRoom) -> Result<(), StoreError> {
        writing!(&mut self.tx, conn => { sqlx::query(UPDATE_ROOM)
            .bind(&room.id.id).bind(&room.topic).bind(room.archived).execute(&mut *conn).await?; });
        Ok(())
    }

    async fn is_member(&mut self, room: &RoomId, person: &PersonId) -> Result<bool, StoreError> {
        let count: i64 = writing!(&mut self.tx, conn =>
            sqlx::query_scalar(IS_MEMBER).bind(&room.id).bind(&person.id).fetch_one(&mut *conn).await?);
        Ok(count > 0)
    }

    async fn add_member(&mut self, room: &RoomId, person: &PersonId) -> Result<bool, StoreError> {
        Ok(writing!(&mut self.tx, conn => sqlx::query(ADD_MEMBER)
            .bind(&room.id).bind(&person.id).execute(&mut *conn).await?.rows_affected() > 0))
    }

    async fn remove_member(&mut self, room: &RoomId, person: &PersonId) -> Result<bool, StoreError> {
        Ok(writing!(&mut self.tx, conn => sqlx::query(REMOVE_MEMBER)
            .bind(&room.id).bind(&person.id).execute(&mut *conn).await?.rows_affected() > 0))
    }

    /// Without its reactions: nothing that writes asks for them.
    async fn message(&mut self, id: i64) -> Result<Option<LocalMessage>, StoreError> {
        let row: Option<MessageRow> =
            writing!(&mut self.tx, conn => sqlx::query_as(MESSAGE).bind(id).fetch_optional(&mut *conn).await?);
        row.map(MessageRow::message).transpose()
    }

    async fn message_of_effect(&mut self, effect: &str) -> Result<Option<i64>, StoreError> {
        Ok(writing!(&mut self.tx, conn =>
            sqlx::query_scalar(MESSAGE_OF_EFFECT).bind(effect).fetch_optional(&mut *conn).await?))
    }

    async fn add_message(&mut self, message: &LocalMessage, effect: Option<&str>) -> Result<(), StoreError> {
        let doc = message.doc.as_ref().map(json).transpose()?;
        let mentions = json(&message.mentions)?;
        writing!(&mut self.tx, conn => { sqlx::query(ADD_MESSAGE)
            .bind(message.id).bind(&message.room.id).bind(message.thread)
            .bind(message.author.as_ref().map(|a| &a.id.id)).bind(message.only_for.as_ref().map(|p| &p.id))
            .bind(message.at).bind(&message.text).bind(doc).bind(mentions)
            .bind(message.edited).bind(message.deleted).bind(message.pinned).bind(effect)
            .execute(&mut *conn).await?; });
        Ok(())
    }

    async fn update_message(&mut self, message: &LocalMessage) -> Result<(), StoreError> {
        let doc = message.doc.as_ref().map(json).transpose()?;
        let mentions = json(&message.mentions)?;
        writing!(&mut self.tx, conn => {
            sqlx::query(UPDATE_MESSAGE)
                .bind(message.id).bind(&message.text).bind(doc).bind(mentions)
                .bind(message.edited).bind(message.deleted).bind(message.pinned)
                .execute(&mut *conn).await?;
            if message.deleted {
                sqlx::query(ERASE_CHANGES).bind(message.id).execute(&mut *conn).await?;
                sqlx::query(ERASE_REACTIONS).bind(message.id).execute(&mut *conn).await?;
            }
        });
        Ok(())
    }

    async fn set_reaction(
        &mut self,
        message: &LocalMessage,
        emoji: &str,
        person: &PersonId,
        on: bool,
        seq: i64,
    ) -> Result<bool, StoreError> {
        Ok(writing!(&mut self.tx, conn => match on {
            true => sqlx::query(ADD_REACTION)
                .bind(message.id).bind(emoji).bind(&person.id).bind(&message.room.id).bind(seq)
                .execute(&mut *conn).await?.rows_affected() > 0,
            false => sqlx::query(REMOVE_REACTION)
                .bind(message.id).bind(emoji).bind(&person.id).execute(&mut *conn).await?.rows_affected() > 0,
        }))
    }

    async fn answered(&mut self, person: &PersonId, nonce: &str) -> Result<Option<Done>, StoreError> {
        let answer: Option<String> = writing!(&mut self.tx, conn =>
            sqlx::query_scalar(ANSWERED).bind(&person.id).bind(nonce).fetch_optional(&mut *conn).await?);
        answer.map(|a| parsed("local_requests", "answer", nonce, &a)).transpose()
    }

    async fn remember(
        &mut self,
        person: &PersonId,
        nonce: &str,
        done: &Done,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let answer = json(done)?;
        writing!(&mut self.tx, conn => { sqlx::query(REMEMBER)
            .bind(&person.id).bind(nonce).bind(at).bind(answer).execute(&mut *conn).await?; });
        Ok(())
    }

    async fn forget(&mut self, sessions: DateTime<Utc>, requests: DateTime<Utc>) -> Result<(), StoreError> {
        writing!(&mut self.tx, conn => {
            sqlx::query(FORGET_SESSIONS).bind(sessions).execute(&mut *conn).await?;
            sqlx::query(FORGET_REQUESTS).bind(requests).execute(&mut *conn).await?;
        });
        Ok(())
    }

    async fn next_seq(&mut self) -> Result<i64, StoreError> {
        Ok(writing!(&mut self.tx, conn => sqlx::query_scalar(NEXT).fetch_one(&mut *conn).await?))
    }

    async fn add_change(&mut self, change: &StoredChange) -> Result<(), StoreError> {
        let what = json(&change.change)?;
        writing!(&mut self.tx, conn => { sqlx::query(ADD_CHANGE)
            .bind(change.seq).bind(change.at).bind(change.room.as_ref().map(|r| &r.id))
            .bind(change.only_for.as_ref().map(|p| &p.id)).bind(change.message).bind(&change.text).bind(what)
            .execute(&mut *conn).await?; });
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.tx.commit().await
    }
}
