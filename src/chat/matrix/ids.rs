//! Matrix's names for things, and ours.

use chrono::{DateTime, Utc};
use matrix_sdk::ruma::{EventId, OwnedEventId, OwnedUserId, TransactionId, UserId};
use sha2::{Digest, Sha256};

use super::failure::never;
use crate::plan::{MessageId, PersonId, Platform, RoomId};
use crate::ports::Failure;

/// What events of ours carry in their content: the work that they are, whom they ask what.
pub(super) const WORK: &str = "org.firebell.work";
pub(super) const ASKS: &str = "org.firebell.asks";

pub(super) fn person(id: &str) -> PersonId {
    PersonId::new(Platform::Matrix, id)
}

pub(super) fn room(id: &str) -> RoomId {
    RoomId::new(Platform::Matrix, id)
}

pub(super) fn message(room_id: &str, event: &str) -> MessageId {
    MessageId { room: room(room_id), id: event.into() }
}

pub(super) fn user_id(person: &PersonId) -> Result<OwnedUserId, Failure> {
    match person.platform {
        Platform::Matrix => UserId::parse(&person.id).map_err(|_| never(&format!("{person} is no Matrix id"))),
        _ => Err(never(&format!("{person} is not a person of Matrix"))),
    }
}

pub(super) fn event_id(message: &MessageId) -> Result<OwnedEventId, Failure> {
    EventId::parse(&message.id).map_err(|_| never(&format!("{} is no event id", message.id)))
}

/// A time in milliseconds, as events carry it.
pub(super) fn time(milliseconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(milliseconds).unwrap_or_default()
}

/// The transaction id of a piece of work: the same each time, and short, whatever the key holds.
/// A homeserver knows it again for about a day, from the same device.
pub(super) fn transaction(work: &str) -> matrix_sdk::ruma::OwnedTransactionId {
    <&TransactionId>::from(short_hash(work, 16).as_str()).to_owned()
}

/// So many bytes of the hash, as hex.
pub(super) fn short_hash(text: &str, bytes: usize) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..bytes])
}

/// The server's part of an id: `example.org` of `@ann:example.org`.
pub(super) fn server_of(id: &str) -> &str {
    id.split_once(':').map_or("", |(_, server)| server)
}
