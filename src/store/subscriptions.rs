//! Who wants to hear of what.

use chrono::{DateTime, Utc};

use super::codec::corrupt;
use super::db::{executing, reading, writing};
use super::rows::padded;
use super::{Db, Tx};
use crate::plan::{Recipient, Topic};
use crate::ports::{StoreError, Wish};

pub(super) const WANT: &str = "INSERT INTO subscriptions (who, topic, wanted, changed) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (who, topic) DO UPDATE SET wanted = excluded.wanted, changed = excluded.changed";
pub(super) const FORGET: &str = "DELETE FROM subscriptions WHERE who = $1 AND topic = $2";
pub(super) const WISHES: &str = "SELECT who, topic, wanted FROM subscriptions \
     WHERE topic IN ($1, $2, $3, $4, $5, $6, $7, $8) ORDER BY who, topic";
const TOPICS_AT_ONCE: usize = 8;
pub(super) const WISHES_OF: &str =
    "SELECT who, topic, wanted FROM subscriptions WHERE who = $1 ORDER BY changed, topic";

pub(super) const WANTING: &str = "SELECT who, topic, wanted FROM subscriptions \
     WHERE topic = $1 AND who > $2 AND wanted = TRUE ORDER BY who LIMIT 100";

type Row = (String, String, bool);

fn wish((who, topic, wanted): Row) -> Result<Wish, StoreError> {
    let topic: Topic = topic.parse().map_err(|e| corrupt("subscriptions", "topic", &topic, e))?;
    let who: Recipient = who.clone().try_into().map_err(|e| corrupt("subscriptions", "who", &who, e))?;
    Ok(Wish { who, topic, wanted })
}

pub(super) async fn want(tx: &mut Tx, wish: &Wish, now: DateTime<Utc>) -> Result<(), StoreError> {
    let (who, topic) = (wish.who.to_string(), wish.topic.to_string());
    executing!(tx, sqlx::query(WANT).bind(&who).bind(&topic).bind(wish.wanted).bind(now));
    Ok(())
}

pub(super) async fn forget(tx: &mut Tx, who: &Recipient, topic: &Topic) -> Result<(), StoreError> {
    let (who, topic) = (who.to_string(), topic.to_string());
    executing!(tx, sqlx::query(FORGET).bind(&who).bind(&topic));
    Ok(())
}

pub(super) async fn wishes(tx: &mut Tx, topics: &[Topic]) -> Result<Vec<Wish>, StoreError> {
    let mut found = Vec::new();
    for some in topics.chunks(TOPICS_AT_ONCE) {
        let rows: Vec<Row> = writing!(tx, c => {
            let topics = padded(some, TOPICS_AT_ONCE);
            topics.fold(sqlx::query_as(WISHES), |query, topic| query.bind(topic.to_string())).fetch_all(&mut *c).await?
        });
        found.extend(rows);
    }
    found.into_iter().map(wish).collect()
}

pub(super) async fn of(db: &Db, who: &Recipient) -> Result<Vec<Wish>, StoreError> {
    let rows: Vec<Row> = reading!(db, c => sqlx::query_as(WISHES_OF).bind(who.to_string()).fetch_all(c).await?);
    rows.into_iter().map(wish).collect()
}

pub(super) async fn wanting(db: &Db, topic: &Topic, after: &str) -> Result<Vec<Recipient>, StoreError> {
    let rows: Vec<Row> =
        reading!(db, c => sqlx::query_as(WANTING).bind(topic.to_string()).bind(after).fetch_all(c).await?);
    rows.into_iter().map(|row| wish(row).map(|wish| wish.who)).collect()
}
