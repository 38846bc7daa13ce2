//! A way to reach people and programs that are not in a chat.

use async_trait::async_trait;
use serde_json::Value;

use super::{Failure, Once};
use crate::phrase::Doc;
use crate::plan::{Address, Way};

/// How much it presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// Somebody is to be woken.
    Page,
    Notice,
}

/// A link that does something.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerLink {
    /// What a button says: `Acknowledge`.
    pub label: String,
    pub url: String,
}

/// Something to be told outside of chats.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// What kind of thing it tells, for programs: `incident.declared`, `page.sent`, `page.acknowledged`, `page.ended`, `status.updated`.
    pub kind: String,
    /// One line.
    pub subject: String,
    pub doc: Doc,
    /// The same facts, for programs. An object.
    pub data: Value,
    /// What belongs together: e-mails of one topic are one thread, and PagerDuty takes them for one alert.
    pub topic: String,
    pub urgency: Urgency,
    /// What the one who gets it can do about it.
    pub answer: Option<AnswerLink>,
    /// Where the one who gets it says that they want no more of it: one POST is enough (RFC 8058).
    pub unsubscribe: Option<String>,
}

#[async_trait]
pub trait Outlet: Send + Sync {
    fn way(&self) -> Way;

    /// It was handed over. [`Once`] is its identity: done again with the same key, whoever gets it can tell that it is
    /// the same (the e-mail's `Message-ID`, the webhook's `webhook-id`).
    async fn send(&self, once: Once<'_>, to: &Address, notice: &Notice) -> Result<(), Failure>;
}
