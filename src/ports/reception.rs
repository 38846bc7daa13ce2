//! Where what is heard is brought.

use async_trait::async_trait;

use super::{Inbound, StoreError};
use crate::phrase::Doc;

#[async_trait]
pub trait Reception: Send + Sync {
    /// Once this has returned `Ok`, what was heard is durable together with all that follows from it. Heard again, it
    /// changes nothing.
    async fn receive(&self, inbound: Inbound) -> Result<(), StoreError>;

    /// What a command would be refused with just now, if it would be. Nothing is done.
    async fn rehearse(&self, inbound: &Inbound) -> Result<Option<Doc>, StoreError>;
}
