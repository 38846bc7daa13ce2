//! What may be there already: looked for before a thing is said again of which nobody knows what came of it. The same
//! transaction id would do for a day, and only for this very device.

use futures::FutureExt;
use matrix_sdk::Room;
use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::UInt;

use super::history::readable;
use super::{Matrix, ids};
use crate::ports::Failure;

/// How much of the latest is looked through at most: what is looked for was said minutes ago.
const PAGE: u32 = 100;
const PAGES: u32 = 10;

impl Matrix {
    /// The event of ours that is this work.
    pub(super) async fn said_before(&self, room: &Room, work: &str) -> Result<Option<String>, Failure> {
        let mut from = None;
        for _ in 0..PAGES {
            let mut options = MessagesOptions::backward().from(from.as_deref());
            options.limit = UInt::from(PAGE);
            let page = room.messages(options).boxed().await?;
            let ours = |event: &super::shape::Event| event.sender == self.me() && event.content[ids::WORK] == work;
            if let Some(found) = page.chunk.iter().filter_map(readable).find(ours) {
                return Ok(Some(found.event_id));
            }
            from = page.end;
            if from.is_none() {
                break;
            }
        }
        Ok(None)
    }
}
