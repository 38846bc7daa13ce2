//! What may be there already: looked for before a thing is said again of which nobody knows what came of it. The same
//! transaction id would do for a day, and only for this very device.

use std::collections::BTreeSet;

use futures::FutureExt;
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::ruma::api::error::ErrorKind;
use matrix_sdk::{Error, Room};

use super::history::{page_back, readable};
use super::{Matrix, failure, ids};
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
            let events = self.with_own_keys(room, page.chunk).await?;
            if let Some(found) = events.iter().filter_map(readable).find(ours) {
                return Ok(Some(found.event_id));
            }
            from = page.end;
            if from.is_none() {
                break;
            }
        }
        Ok(None)
    }

    /// What a device of ours has said that is not there any more can be read with the keys in the backup.
    async fn with_own_keys(&self, room: &Room, events: Vec<TimelineEvent>) -> Result<Vec<TimelineEvent>, Failure> {
        let me = self.me();
        let is_locked = |event: &TimelineEvent| event.kind.is_utd() && event.sender().is_some_and(|by| by == me);
        let sessions: BTreeSet<String> =
            events.iter().filter(|e| is_locked(e)).filter_map(|e| e.kind.session_id().map(str::to_string)).collect();
        if sessions.is_empty() {
            return Ok(events);
        }
        for session in &sessions {
            match self.client()?.encryption().backups().download_room_key(room.room_id(), session).boxed().await {
                Ok(_) => {}
                Err(Error::Http(error)) if failure::is(&error, &ErrorKind::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let mut read = Vec::with_capacity(events.len());
        for event in events {
            let again = match is_locked(&event) {
                true => room.decrypt_event(event.raw().cast_ref_unchecked(), None).boxed().await.ok(),
                false => None,
            };
            read.push(again.unwrap_or(event));
        }
        Ok(read)
    }
}
