//! What the desk needs of the world, and what the world brings to the desk. Adapters implement these traits;
//! each method says what is true once it has returned.

mod chat;
mod inbound;
mod journal;
mod local;
mod reader;
mod readiness;
mod viewer;

pub use chat::{Chat, Failure, NewRoom, Posted};
pub use inbound::{Heard, Inbound, Mention, Said, Speaker};
pub use journal::{Draft, Job, JobState, Journal, MessageRecord, Offer, StoreError, Transaction, Work};
pub use local::{
    Act, Change, Done, History, LocalBook, LocalChat, LocalMessage, LocalPerson, LocalRoom, LocalTransaction, Overview,
    Reaction, RoomView, Seen, SignIn, Slice, StoredChange, Trouble,
};
pub use reader::{ActionRow, Ledger, Parked, Summary};
pub use readiness::{Part, Readiness};
pub use viewer::Viewer;

use chrono::{DateTime, Utc};

/// The time. Whole microseconds: PostgreSQL keeps no more.
pub trait Clock: Send + Sync {
    fn now(&self) -> DateTime<Utc>;
}
