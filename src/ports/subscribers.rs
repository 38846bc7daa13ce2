//! Those outside who want the public updates by e-mail.

use async_trait::async_trait;

use super::StoreError;
use crate::plan::Address;

#[async_trait]
pub trait Subscribers: Send + Sync {
    /// A letter with a link will go there, by which they say that they want the updates; for one address once in an hour.
    async fn invite(&self, address: &Address) -> Result<(), StoreError>;
}
