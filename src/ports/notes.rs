//! What an adapter has to remember between two starts, and nobody else needs to know: a place in a stream, what an event
//! was that a later one only names.

use async_trait::async_trait;

use super::StoreError;

/// `source` is the adapter's name; keys are its own.
#[async_trait]
pub trait Notes: Send + Sync {
    /// Once this returns, it is durable. What was noted under the key is replaced.
    async fn note(&self, source: &str, key: &str, value: &str) -> Result<(), StoreError>;

    async fn noted(&self, source: &str, key: &str) -> Result<Option<String>, StoreError>;
}
