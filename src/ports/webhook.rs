//! An address of ours that others post to.

use async_trait::async_trait;

/// What the poster gets back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookAnswer {
    /// An HTTP status.
    pub status: u16,
    /// `application/json` if it begins like that, else plain text.
    pub body: String,
}

impl WebhookAnswer {
    pub fn ok() -> Self {
        WebhookAnswer { status: 200, body: String::new() }
    }

    pub fn status(status: u16, body: &str) -> Self {
        WebhookAnswer { status, body: body.into() }
    }
}

#[async_trait]
pub trait Webhook: Send + Sync {
    /// The paths that it listens on: `/slack/events`; a part in braces stands for any word: `/alerts/{source}`.
    fn paths(&self) -> Vec<&'static str>;

    /// Once this returns 200, what was posted is durable. `query` is what stands behind the `?`, as it came; `header`
    /// looks one up, by its name in small letters.
    async fn posted(
        &self,
        path: &str,
        query: &str,
        header: &(dyn for<'h> Fn(&'h str) -> Option<String> + Sync),
        body: &[u8],
    ) -> WebhookAnswer;
}
