//! What adapters remember.

use async_trait::async_trait;

use super::Db;
use super::db::{executing, reading};
use crate::ports::{Notes, StoreError};

pub(super) const NOTE: &str = "INSERT INTO notes (source, key, value) VALUES ($1, $2, $3) \
     ON CONFLICT (source, key) DO UPDATE SET value = excluded.value";
pub(super) const NOTED: &str = "SELECT value FROM notes WHERE source = $1 AND key = $2";

#[derive(Clone)]
pub struct NoteStore {
    db: Db,
}

impl NoteStore {
    pub fn new(db: Db) -> Self {
        NoteStore { db }
    }
}

#[async_trait]
impl Notes for NoteStore {
    async fn note(&self, source: &str, key: &str, value: &str) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        executing!(&mut tx, sqlx::query(NOTE).bind(source).bind(key).bind(value));
        tx.commit().await
    }

    async fn noted(&self, source: &str, key: &str) -> Result<Option<String>, StoreError> {
        Ok(reading!(&self.db, c => sqlx::query_scalar(NOTED).bind(source).bind(key).fetch_optional(c).await?))
    }
}
