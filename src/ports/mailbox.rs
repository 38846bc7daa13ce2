//! What a chat has delivered, as it came: kept before it is acknowledged, and until it is taken in. Understanding it may
//! need questions to the chat (who is that?), and no delivery waits for those.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StoreError;

/// One delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Given when it is put; letters of one lane are taken in in this order.
    pub id: i64,
    /// What must be taken in in order.
    pub lane: String,
    /// What kind of delivery it is, in the adapter's own words.
    pub kind: String,
    /// As it came.
    pub body: String,
    /// When it came.
    pub at: DateTime<Utc>,
}

#[async_trait]
pub trait Mailbox: Send + Sync {
    /// Once this returns, the delivery is durable.
    async fn put(&self, source: &str, lane: &str, kind: &str, body: &str, at: DateTime<Utc>) -> Result<(), StoreError>;

    /// Letters of this source that nobody else has in hand, oldest first; held until `until`. While one of a lane is
    /// held, or was put back for later, its lane waits.
    async fn take(
        &self,
        source: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<Letter>, StoreError>;

    /// These are taken in, and gone.
    async fn done(&self, ids: &[i64]) -> Result<(), StoreError>;

    /// These are given back, each to be taken again from then on.
    async fn put_back(&self, letters: &[(i64, DateTime<Utc>)]) -> Result<(), StoreError>;

    /// Kept for somebody to look at; `why` is for the log.
    async fn set_aside(&self, id: i64, why: &str) -> Result<(), StoreError>;

    /// How many are set aside.
    async fn aside(&self) -> Result<i64, StoreError>;

    /// At start: what an earlier process had in hand is free, where only one process can have had it.
    async fn free(&self) -> Result<(), StoreError>;

    /// The source was heard, or would have been, until now.
    async fn alive(&self, source: &str, now: DateTime<Utc>) -> Result<(), StoreError>;

    /// Until when the source was heard, if it ever was.
    async fn last_alive(&self, source: &str) -> Result<Option<DateTime<Utc>>, StoreError>;
}
