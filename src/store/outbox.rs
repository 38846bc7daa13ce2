//! Work to do: asked for, claimed for a while, settled.

use chrono::{DateTime, TimeDelta, Utc};

use super::codec::{from_json, to_json};
use super::db::{executing, reading, writing};
use super::{Db, Tx};
use crate::plan::Number;
use crate::ports::{Draft, Job, JobState, StoreError, Work};

/// What waits under the same key is asked for once more. If the chat said when to come back, that still holds.
pub(super) const ENQUEUE: &str = "INSERT INTO outbox (key, lane, rank, due, leased_until, wanted, attempts, state, why, \
     changed, incident, body) VALUES ($1, $2, $3, $4, $5, 1, 0, 'waiting', '', $4, $6, $7) \
     ON CONFLICT (key) DO UPDATE SET wanted = outbox.wanted + 1, body = excluded.body, state = 'waiting', \
     due = CASE WHEN outbox.state = 'waiting' AND outbox.why <> '' THEN outbox.due ELSE excluded.due END";
pub(super) const ANY_DUE: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE state = 'waiting' AND due <= $1 AND leased_until <= $1 LIMIT 1) d";
/// Only the first of each lane; the test outside is what makes two claimers get different rows on PostgreSQL.
pub(super) const CLAIM: &str = "UPDATE outbox SET leased_until = $2, attempts = attempts + 1 WHERE id IN (\
     SELECT o.id FROM outbox o WHERE o.state = 'waiting' AND o.due <= $1 AND o.leased_until <= $1 AND NOT EXISTS (\
     SELECT 1 FROM outbox e WHERE e.lane = o.lane AND e.id < o.id AND e.state = 'waiting') \
     ORDER BY o.rank, o.id LIMIT $3) \
     AND state = 'waiting' AND due <= $1 AND leased_until <= $1 RETURNING id, key, wanted, attempts, body, rank";
pub(super) const HOLD: &str = "UPDATE outbox SET leased_until = $2 WHERE id = $1 AND state = 'waiting'";
/// When a row is next to be looked at: a held one when its lease runs out.
pub(super) const NEXT_DUE: &str = "SELECT MIN(CASE WHEN leased_until > due THEN leased_until ELSE due END) FROM outbox \
     WHERE state = 'waiting'";
pub(super) const DONE: &str = "DELETE FROM outbox WHERE id = $1 AND wanted = $2";
pub(super) const AGAIN: &str = "UPDATE outbox SET leased_until = $2, attempts = 0, why = '' WHERE id = $1";
/// What was not even tried ($5) counts as not begun.
pub(super) const LATER: &str =
    "UPDATE outbox SET due = $2, leased_until = $3, why = $4, attempts = attempts - $5 WHERE id = $1";
pub(super) const PARK: &str =
    "UPDATE outbox SET state = 'parked', changed = $2, leased_until = $3, why = $4 WHERE id = $1";
/// No chat delivers anything again after this long.
const HEARD_AGAIN: TimeDelta = TimeDelta::days(30);
pub(super) const FORGET: &str = "DELETE FROM inbox WHERE at < $1";
pub(super) const RELEASE: &str = "UPDATE outbox SET leased_until = $1 WHERE leased_until > $1";
/// What was set aside had been begun: `attempts` is at least one.
pub(super) const UNPARK: &str =
    "UPDATE outbox SET state = 'waiting', due = $1, attempts = 1, why = '' WHERE state = 'parked'";
pub(super) const UNPARK_OF: &str =
    "UPDATE outbox SET state = 'waiting', due = $1, attempts = 1, why = '' WHERE state = 'parked' AND incident = $2";

/// Held by nobody.
fn free() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

pub(super) async fn enqueue(tx: &mut Tx, draft: &Draft) -> Result<(), StoreError> {
    let body = to_json(&draft.work)?;
    let incident = match &draft.work {
        Work::Effect { incident, .. } => Some(*incident),
        Work::Look { incident, .. } | Work::Answer { incident, .. } => *incident,
        _ => None,
    };
    executing!(
        tx,
        sqlx::query(ENQUEUE)
            .bind(&draft.key)
            .bind(&draft.lane)
            .bind(i64::from(draft.rank))
            .bind(draft.due)
            .bind(free())
            .bind(incident)
            .bind(&body)
    );
    Ok(())
}

pub(super) async fn any_due(db: &Db, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let due: i64 = reading!(db, c => sqlx::query_scalar(ANY_DUE).bind(now).fetch_one(c).await?);
    Ok(due > 0)
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    key: String,
    wanted: i64,
    attempts: i64,
    body: String,
    rank: i64,
}

pub(super) async fn claim(
    tx: &mut Tx,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Job>, StoreError> {
    let mut rows: Vec<Row> = writing!(tx, c => {
        sqlx::query_as(CLAIM).bind(now).bind(lease_until).bind(limit).fetch_all(&mut *c).await?
    });
    // RETURNING has an order of its own.
    rows.sort_by_key(|r| (r.rank, r.id));
    rows.into_iter()
        .map(|row| {
            let work = from_json(&row.body, "outbox", "body", row.id)?;
            Ok(Job { id: row.id, key: row.key, work, wanted: row.wanted, attempts: row.attempts - 1 })
        })
        .collect()
}

pub(super) async fn hold(tx: &mut Tx, job: &Job, lease_until: DateTime<Utc>) -> Result<(), StoreError> {
    executing!(tx, sqlx::query(HOLD).bind(job.id).bind(lease_until));
    Ok(())
}

pub(super) async fn next_due(db: &Db) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(reading!(db, c => sqlx::query_scalar(NEXT_DUE).fetch_one(c).await?))
}

pub(super) async fn settle(tx: &mut Tx, job: &Job, state: &JobState) -> Result<(), StoreError> {
    match state {
        JobState::Done => {
            let gone = executing!(tx, sqlx::query(DONE).bind(job.id).bind(job.wanted));
            if gone == 0 {
                // It was asked for again while it was done.
                executing!(tx, sqlx::query(AGAIN).bind(job.id).bind(free()));
            }
        }
        JobState::Later { due, why, tried } => {
            let untried = i64::from(!tried);
            executing!(tx, sqlx::query(LATER).bind(job.id).bind(due).bind(free()).bind(why).bind(untried));
        }
        JobState::Parked { at, why } => {
            executing!(tx, sqlx::query(PARK).bind(job.id).bind(at).bind(free()).bind(why));
        }
    }
    Ok(())
}

pub(super) async fn try_again(tx: &mut Tx, incident: Option<Number>, now: DateTime<Utc>) -> Result<(), StoreError> {
    match incident {
        Some(number) => executing!(tx, sqlx::query(UNPARK_OF).bind(now).bind(number)),
        None => executing!(tx, sqlx::query(UNPARK).bind(now)),
    };
    Ok(())
}

/// SQLite has one process at a time, so what is still held was held by one that died. On PostgreSQL it may be held by
/// another replica, and its lease must run out.
pub(super) async fn take_up(db: &Db, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let mut tx = db.begin().await?;
    executing!(&mut tx, sqlx::query(FORGET).bind(now - HEARD_AGAIN));
    if matches!(db, Db::Sqlite { .. }) {
        executing!(&mut tx, sqlx::query(RELEASE).bind(free()));
    }
    let count = executing!(&mut tx, sqlx::query(UNPARK).bind(now));
    tx.commit().await?;
    Ok(count)
}
