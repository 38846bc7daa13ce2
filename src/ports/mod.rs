//! What the desk needs of the world, and what the world brings to the desk. Adapters implement these traits;
//! each method says what is true once it has returned.

mod calendars;
mod chat;
mod inbound;
mod journal;
mod links;
mod local;
mod mailbox;
mod notes;
mod outlet;
mod reader;
mod readiness;
mod reception;
mod subscribers;
mod viewer;
mod webhook;

pub use calendars::Calendars;
pub use chat::{Answer, Attachment, Chat, Failure, Furniture, NewRoom, Once, Posted, ReadMessage, ReadPin, Reading};
pub use inbound::{Heard, Inbound, Mention, Said, Speaker};
pub use journal::{
    Draft, Job, JobState, Journal, MessageRecord, Offer, Reader, StoreError, Touched, Transaction, Wish, Work,
};
pub use links::{Errand, Links};
pub use local::{
    Act, Change, Done, History, LocalBook, LocalChat, LocalMessage, LocalPerson, LocalRoom, LocalTransaction, Overview,
    Reaction, RoomView, Seen, SignIn, Slice, StoredChange, Trouble,
};
pub use mailbox::{Letter, Mailbox};
pub use notes::Notes;
pub use outlet::{AnswerLink, Notice, Outlet, Urgency};
pub use reader::{ActionRow, Ledger, Parked, Summary};
pub use readiness::{Part, Readiness};
pub use reception::Reception;
pub use subscribers::Subscribers;
pub use viewer::Viewer;
pub use webhook::{Webhook, WebhookAnswer};

use chrono::{DateTime, Utc};

/// The time. Whole microseconds: PostgreSQL keeps no more.
pub trait Clock: Send + Sync {
    fn now(&self) -> DateTime<Utc>;
}
