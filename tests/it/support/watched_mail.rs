//! The mailbox, with its moments called out.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use firebell::ports::{Letter, Mailbox, StoreError};

use super::watch::Watch;

pub struct WatchedMail {
    pub inner: Arc<dyn Mailbox>,
    pub watch: Watch,
}

#[async_trait]
impl Mailbox for WatchedMail {
    async fn put(&self, source: &str, lane: &str, kind: &str, body: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.watch.then("mailbox.put", self.inner.put(source, lane, kind, body, at)).await
    }

    async fn take(
        &self,
        source: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<Letter>, StoreError> {
        self.watch.unless_ended().await;
        let letters = self.inner.take(source, now, until, limit).await?;
        match letters.is_empty() {
            // Nothing was written.
            true => Ok(letters),
            false => Ok(self.watch.then("mailbox.take", async { letters }).await),
        }
    }

    async fn done(&self, ids: &[i64]) -> Result<(), StoreError> {
        self.watch.then("mailbox.done", self.inner.done(ids)).await
    }

    async fn put_back(&self, letters: &[(i64, DateTime<Utc>)]) -> Result<(), StoreError> {
        self.watch.then("mailbox.put_back", self.inner.put_back(letters)).await
    }

    async fn set_aside(&self, id: i64, why: &str) -> Result<(), StoreError> {
        self.watch.then("mailbox.set_aside", self.inner.set_aside(id, why)).await
    }

    async fn aside(&self) -> Result<i64, StoreError> {
        self.inner.aside().await
    }

    async fn free(&self) -> Result<(), StoreError> {
        self.watch.then("mailbox.free", self.inner.free()).await
    }

    async fn alive(&self, source: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.watch.then("mailbox.alive", self.inner.alive(source, now)).await
    }

    async fn last_alive(&self, source: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.inner.last_alive(source).await
    }
}
