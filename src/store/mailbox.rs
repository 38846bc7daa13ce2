//! Deliveries as they came. Many arrive at once and each waits until it is durable, so that those that wait are
//! committed together.

use std::sync::LazyLock;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::{mpsc, oneshot};

use super::Db;
use super::db::{executing, reading, writing};
use super::rows::{Rows, padded};
use crate::ports::{Letter, Mailbox, StoreError};

pub(super) const PUT: &str = "INSERT INTO mail (source, lane, kind, body, at, held_until, state, why) \
     VALUES ($1, $2, $3, $4, $5, $6, 'waiting', '')";
static PUT_ROWS: LazyLock<Rows> = LazyLock::new(|| Rows::of(PUT));
/// None of a lane of which somebody holds one. The test outside is what makes two replicas take different letters on
/// PostgreSQL.
pub(super) const TAKE: &str = "UPDATE mail SET held_until = $3 WHERE id IN (SELECT id FROM mail WHERE source = $1 \
     AND state = 'waiting' AND held_until <= $2 AND lane NOT IN (SELECT lane FROM mail WHERE source = $1 \
     AND state = 'waiting' AND held_until > $2) ORDER BY id LIMIT $4) AND held_until <= $2 \
     RETURNING id, lane, kind, body, at";
pub(super) const ANY: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM mail WHERE source = $1 AND state = 'waiting' \
     AND held_until <= $2 LIMIT 1) m";
/// Many at once.
pub(super) const DONE: &str =
    "DELETE FROM mail WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
const DONE_AT_ONCE: usize = 16;
pub(super) const PUT_BACK: &str = "UPDATE mail SET held_until = $2 WHERE id = $1";
pub(super) const SET_ASIDE: &str = "UPDATE mail SET state = 'aside', why = $2 WHERE id = $1";
pub(super) const ASIDE: &str = "SELECT COUNT(*) FROM mail WHERE state = 'aside'";
pub(super) const FREE: &str = "UPDATE mail SET held_until = $1 WHERE held_until > $1";
pub(super) const ALIVE: &str = "INSERT INTO heard_from (source, at) VALUES ($1, $2) \
     ON CONFLICT (source) DO UPDATE SET at = excluded.at WHERE heard_from.at < excluded.at";
pub(super) const LAST_ALIVE: &str = "SELECT at FROM heard_from WHERE source = $1";

/// How many may wait to be committed; then their senders wait, too.
const QUEUE: usize = 4096;
/// The most that one commit takes.
const TOGETHER: usize = 512;

struct Arrived {
    source: String,
    lane: String,
    kind: String,
    body: String,
    at: DateTime<Utc>,
    durable: oneshot::Sender<Result<(), StoreError>>,
}

#[derive(Clone)]
pub struct MailStore {
    db: Db,
    arrived: mpsc::Sender<Arrived>,
}

impl MailStore {
    /// Must be called within a Tokio runtime.
    pub fn new(db: Db) -> Self {
        let (arrived, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(keep(db.clone(), waiting));
        MailStore { db, arrived }
    }
}

async fn keep(db: Db, mut waiting: mpsc::Receiver<Arrived>) {
    let mut batch = Vec::with_capacity(TOGETHER);
    while waiting.recv_many(&mut batch, TOGETHER).await > 0 {
        let kept = commit(&db, &batch).await;
        for arrived in batch.drain(..) {
            let result = match &kept {
                Ok(()) => Ok(()),
                Err(error) => Err(StoreError { why: error.why.clone(), clash: error.clash }),
            };
            // Who waited may have given up; it is durable all the same.
            let _ = arrived.durable.send(result);
        }
    }
}

async fn commit(db: &Db, batch: &[Arrived]) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    for (sql, letters) in PUT_ROWS.parts(&tx, batch) {
        executing!(
            &mut tx,
            letters.iter().fold(sqlx::query(sql), |row, letter| {
                row.bind(&letter.source)
                    .bind(letter.lane.replace('\0', "\u{fffd}"))
                    .bind(&letter.kind)
                    .bind(letter.body.replace('\0', "\u{fffd}"))
                    .bind(letter.at)
                    .bind(DateTime::UNIX_EPOCH)
            })
        );
    }
    tx.commit().await
}

#[async_trait]
impl Mailbox for MailStore {
    async fn put(&self, source: &str, lane: &str, kind: &str, body: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        let closed = || StoreError { why: "the mailbox is closed".into(), clash: false };
        let (durable, kept) = oneshot::channel();
        let (source, lane, kind, body) = (source.into(), lane.into(), kind.into(), body.into());
        let arrived = Arrived { source, lane, kind, body, at, durable };
        self.arrived.send(arrived).await.map_err(|_| closed())?;
        kept.await.map_err(|_| closed())?
    }

    async fn take(
        &self,
        source: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<Letter>, StoreError> {
        // Most looks find nothing, and a look does not need the one writer.
        let any: i64 = reading!(&self.db, c => sqlx::query_scalar(ANY).bind(source).bind(now).fetch_one(c).await?);
        if any == 0 {
            return Ok(Vec::new());
        }
        let mut tx = self.db.begin().await?;
        let rows: Vec<(i64, String, String, String, DateTime<Utc>)> = writing!(&mut tx, c => {
            sqlx::query_as(TAKE).bind(source).bind(now).bind(until).bind(limit).fetch_all(&mut *c).await?
        });
        tx.commit().await?;
        let mut letters: Vec<Letter> =
            rows.into_iter().map(|(id, lane, kind, body, at)| Letter { id, lane, kind, body, at }).collect();
        // RETURNING has an order of its own.
        letters.sort_by_key(|l| l.id);
        Ok(letters)
    }

    async fn done(&self, ids: &[i64]) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        for some in ids.chunks(DONE_AT_ONCE) {
            executing!(&mut tx, padded(some, DONE_AT_ONCE).fold(sqlx::query(DONE), |query, id| query.bind(id)));
        }
        tx.commit().await
    }

    async fn put_back(&self, letters: &[(i64, DateTime<Utc>)]) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        for (id, from) in letters {
            executing!(&mut tx, sqlx::query(PUT_BACK).bind(id).bind(from));
        }
        tx.commit().await
    }

    async fn set_aside(&self, id: i64, why: &str) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        executing!(&mut tx, sqlx::query(SET_ASIDE).bind(id).bind(why));
        tx.commit().await
    }

    async fn aside(&self) -> Result<i64, StoreError> {
        Ok(reading!(&self.db, c => sqlx::query_scalar(ASIDE).fetch_one(c).await?))
    }

    async fn free(&self) -> Result<(), StoreError> {
        // On PostgreSQL another replica may hold them, and its time must run out.
        if matches!(self.db, Db::Sqlite { .. }) {
            let mut tx = self.db.begin().await?;
            executing!(&mut tx, sqlx::query(FREE).bind(DateTime::UNIX_EPOCH));
            tx.commit().await?;
        }
        Ok(())
    }

    async fn alive(&self, source: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        executing!(&mut tx, sqlx::query(ALIVE).bind(source).bind(now));
        tx.commit().await
    }

    async fn last_alive(&self, source: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        Ok(reading!(&self.db, c => sqlx::query_scalar(LAST_ALIVE).bind(source).fetch_optional(c).await?))
    }
}
