//! Who looks at a page.

use async_trait::async_trait;

use crate::plan::Person;

#[async_trait]
pub trait Viewer: Send + Sync {
    /// The person whom these cookies (the `Cookie` header as it came, empty if none did) belong to, if they are in
    /// order. Only people whom Firebell knows are named: who shares a workspace or a room with it.
    async fn viewer(&self, cookies: &str) -> Option<Person>;
}
