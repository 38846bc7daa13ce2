//! Links that were sent to one person, who does something by following them.

use async_trait::async_trait;

use super::StoreError;
use crate::phrase::Doc;

/// What following a link would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Errand {
    /// Who asks: ours, or the public page by its name.
    pub title: String,
    /// What it is about, and how that stands.
    pub doc: Doc,
    /// What the button says that does it; `None`: there is nothing to be done any more.
    pub button: Option<String>,
}

#[async_trait]
pub trait Links: Send + Sync {
    /// What this link is for; `None`: it is none of ours. Nothing is done: mail servers and chats look at links, too.
    async fn look(&self, token: &str) -> Result<Option<Errand>, StoreError>;

    /// It is done, and durable; how it stands then. `None`: it is none of ours. Followed again, it changes nothing.
    async fn follow(&self, token: &str) -> Result<Option<Errand>, StoreError>;
}
