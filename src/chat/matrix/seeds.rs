//! Emoji that Firebell puts on a question of its own, for people to press.

use matrix_sdk::Room;
use matrix_sdk::ruma::OwnedEventId;
use matrix_sdk::ruma::api::error::ErrorKind;
use matrix_sdk::ruma::events::reaction::ReactionEventContent;
use matrix_sdk::ruma::events::relation::Annotation;

use super::calls::SEND;
use super::{Matrix, failure, ids};
use crate::chat::limits::Turn;
use crate::ports::Failure;

impl Matrix {
    pub(super) async fn put_on(&self, room: &Room, event: &str, emoji: &str) -> Result<(), Failure> {
        let target: OwnedEventId = event.try_into().map_err(|_| failure::never(&format!("{event} is no event id")))?;
        let content = ReactionEventContent::new(Annotation::new(target, emoji.into()));
        let once = ids::transaction(&format!("seed/{event}/{emoji}"));
        match self.within(SEND, Turn::InOrder, room.send(content).with_transaction_id(once).into_future()).await? {
            Ok(_) => Ok(()),
            // It was put there before the homeserver's answer was lost.
            Err(matrix_sdk::Error::Http(error)) if failure::is(&error, &ErrorKind::DuplicateAnnotation) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
