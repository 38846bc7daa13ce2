//! Who is known, who is in which room, and who was offered to declare.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::Tx;
use super::codec::{corrupt, from_json, to_json};
use super::db::{executing, writing};
use super::rows::Rows;
use crate::plan::{MessageId, Person, PersonId, RoomId};
use crate::ports::{Offer, StoreError};

pub(super) const MEET: &str = "INSERT INTO people (id, name, name_key, handle) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key WHERE people.name <> excluded.name";
pub(super) const PERSON: &str = "SELECT id, name FROM people WHERE id = $1";
pub(super) const NAMED: &str = "SELECT id, name FROM people WHERE name_key = $1 OR handle = $1 ORDER BY name LIMIT 6";
pub(super) const NAMED_LIKE: &str =
    "SELECT id, name FROM people WHERE name_key LIKE $1 ESCAPE '!' OR handle LIKE $1 ESCAPE '!' ORDER BY name LIMIT 6";
pub(super) const JOINED: &str =
    "INSERT INTO members (room, person) VALUES ($1, $2) ON CONFLICT (room, person) DO NOTHING";
pub(super) const LEFT: &str = "DELETE FROM members WHERE room = $1 AND person = $2";
pub(super) const MEMBERS: &str = "SELECT person FROM members WHERE room = $1 ORDER BY person";
pub(super) const IS_MEMBER: &str = "SELECT COUNT(*) FROM members WHERE room = $1 AND person = $2";
/// Who of these is not known by that name, or not in that room.
pub(super) const STRANGERS: &str = "WITH said (room, person, name) AS (VALUES ($1, $2, $3)) \
     SELECT s.room, s.person, s.name FROM said s \
     WHERE NOT EXISTS (SELECT 1 FROM people p WHERE p.id = s.person AND p.name = s.name) \
     OR NOT EXISTS (SELECT 1 FROM members m WHERE m.room = s.room AND m.person = s.person)";
static STRANGERS_ROWS: LazyLock<Rows> = LazyLock::new(|| Rows::of(STRANGERS));
pub(super) const OFFER: &str = "INSERT INTO offers (room, message, person, body) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (room, message, person) DO UPDATE SET body = excluded.body";
pub(super) const TAKE_OFFER: &str =
    "DELETE FROM offers WHERE room = $1 AND message = $2 AND person = $3 RETURNING body";

pub(super) async fn meet(tx: &mut Tx, person: &Person) -> Result<(), StoreError> {
    executing!(
        tx,
        sqlx::query(MEET)
            .bind(person.id.to_string())
            .bind(&person.name)
            .bind(person.name.to_lowercase())
            .bind(person.id.id.to_lowercase())
    );
    Ok(())
}

fn people(rows: Vec<(String, String)>) -> Result<Vec<Person>, StoreError> {
    rows.into_iter()
        .map(|(id, name)| Ok(Person { id: id.parse().map_err(|e| corrupt("people", "id", &id, e))?, name }))
        .collect()
}

pub(super) async fn person(tx: &mut Tx, id: &PersonId) -> Result<Option<Person>, StoreError> {
    let rows: Vec<(String, String)> =
        writing!(tx, c => sqlx::query_as(PERSON).bind(id.to_string()).fetch_all(&mut *c).await?);
    Ok(people(rows)?.pop())
}

pub(super) async fn named(tx: &mut Tx, name: &str) -> Result<Vec<Person>, StoreError> {
    let name = name.to_lowercase().replace('\0', "");
    let exact: Vec<(String, String)> = writing!(tx, c => sqlx::query_as(NAMED).bind(&name).fetch_all(&mut *c).await?);
    if !exact.is_empty() {
        return people(exact);
    }
    let begins = format!("{}%", name.replace('!', "!!").replace('%', "!%").replace('_', "!_"));
    let similar = writing!(tx, c => sqlx::query_as(NAMED_LIKE).bind(&begins).fetch_all(&mut *c).await?);
    people(similar)
}

pub(super) async fn joined(tx: &mut Tx, room: &RoomId, person: &PersonId) -> Result<(), StoreError> {
    executing!(tx, sqlx::query(JOINED).bind(room.to_string()).bind(person.to_string()));
    Ok(())
}

/// A room, a person, and their name.
pub(super) type Author = (String, String, String);

pub(super) fn author(room: &RoomId, person: &PersonId, name: &str) -> Author {
    (room.to_string(), person.to_string(), name.to_string())
}

pub(super) async fn strangers(tx: &mut Tx, authors: &[Author]) -> Result<HashSet<Author>, StoreError> {
    let mut strangers = HashSet::new();
    for (sql, authors) in STRANGERS_ROWS.parts(tx, authors) {
        let some: Vec<Author> = writing!(tx, c => {
            let query = authors.iter().fold(sqlx::query_as(sql), |row, (room, person, name)| {
                row.bind(room).bind(person).bind(name)
            });
            query.fetch_all(&mut *c).await?
        });
        strangers.extend(some);
    }
    Ok(strangers)
}

pub(super) async fn left(tx: &mut Tx, room: &RoomId, person: &PersonId) -> Result<(), StoreError> {
    executing!(tx, sqlx::query(LEFT).bind(room.to_string()).bind(person.to_string()));
    Ok(())
}

pub(super) async fn members(tx: &mut Tx, room: &RoomId) -> Result<Vec<PersonId>, StoreError> {
    let rows: Vec<String> =
        writing!(tx, c => sqlx::query_scalar(MEMBERS).bind(room.to_string()).fetch_all(&mut *c).await?);
    rows.iter().map(|id| id.parse().map_err(|e| corrupt("members", "person", id, e))).collect()
}

pub(super) async fn is_member(tx: &mut Tx, room: &RoomId, person: &PersonId) -> Result<bool, StoreError> {
    let count: i64 = writing!(tx, c => {
        sqlx::query_scalar(IS_MEMBER).bind(room.to_string()).bind(person.to_string()).fetch_one(&mut *c).await?
    });
    Ok(count > 0)
}

pub(super) async fn offer(tx: &mut Tx, offer: &Offer) -> Result<(), StoreError> {
    let message = &offer.message.id;
    let body = to_json(offer)?;
    executing!(
        tx,
        sqlx::query(OFFER).bind(message.room.to_string()).bind(&message.id).bind(offer.to.id.to_string()).bind(&body)
    );
    Ok(())
}

pub(super) async fn take_offer(tx: &mut Tx, message: &MessageId, to: &PersonId) -> Result<Option<Offer>, StoreError> {
    let body: Option<String> = writing!(tx, c => {
        sqlx::query_scalar(TAKE_OFFER)
            .bind(message.room.to_string())
            .bind(&message.id)
            .bind(to.to_string())
            .fetch_optional(&mut *c)
            .await?
    });
    body.map(|body| from_json(&body, "offers", "body", &message.id)).transpose()
}
