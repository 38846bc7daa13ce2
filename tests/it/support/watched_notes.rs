//! What adapters note, with its moments called out.

use std::sync::Arc;

use async_trait::async_trait;
use firebell::ports::{Notes, StoreError};

use super::watch::Watch;

pub struct WatchedNotes {
    pub inner: Arc<dyn Notes>,
    pub watch: Watch,
}

#[async_trait]
impl Notes for WatchedNotes {
    async fn note(&self, source: &str, key: &str, value: &str) -> Result<(), StoreError> {
        self.watch.then(&format!("notes.note {key}"), self.inner.note(source, key, value)).await
    }

    async fn noted(&self, source: &str, key: &str) -> Result<Option<String>, StoreError> {
        self.inner.noted(source, key).await
    }
}
