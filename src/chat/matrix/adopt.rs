//! What may be there already: looked for before a thing is said again of which nobody knows what came of it. The same
//! transaction id would do for a day, and only for this very device.

use matrix_sdk::Room;

use super::history::{page_back, readable};
use super::{Matrix, ids};
use crate::ports::Failure;

/// How many pages of the latest are looked through at most: what is looked for was said minutes ago.
const PAGES: u32 = 10;

impl Matrix {
    /// The event of ours that is this work.
    pub(super) async fn said_before(&self, room: &Room, work: &str) -> Result<Option<String>, Failure> {
        let mut from = None;
        for _ in 0..PAGES {
            let page = page_back(room, from.as_deref(), None).await?;
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
