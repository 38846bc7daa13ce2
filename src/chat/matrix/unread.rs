//! What is encrypted and whose key is not there yet. The key may come later, from its author's device or out of the
//! backup: it is looked for again and again, and then what was said is heard as if it had come just now, with its own
//! time. If it takes long, the timeline says that something is missing, and whose it is.

use chrono::TimeDelta;
use futures::FutureExt;
use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::TimelineEvent;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::history::readable;
use super::letters::Fate;
use super::{Matrix, away, ids, rooms};
use crate::ports::{Failure, Heard, Inbound, Letter, StoreError};

pub(super) const UNREAD: &str = "unread";
/// How long a key may take before the timeline shows a gap.
const PATIENCE: TimeDelta = TimeDelta::seconds(60);
/// When it is looked for again; later it is a quarter of the time that it took so far.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(5);
/// For how long.
const LOOKED_FOR: TimeDelta = TimeDelta::days(30);

#[derive(Serialize, Deserialize)]
struct Unread {
    room: String,
    event: Value,
}

impl Matrix {
    pub(super) async fn keep_unread(&self, room: &Room, event: &TimelineEvent) -> Result<(), StoreError> {
        let id = event.event_id().map(|id| id.to_string()).unwrap_or_default();
        let event = serde_json::from_str(event.raw().json().get()).unwrap_or_default();
        let unread = Unread { room: room.room_id().to_string(), event };
        self.put(&format!("{UNREAD}/{id}"), UNREAD, &serde_json::to_string(&unread).unwrap_or_default()).await
    }

    pub(super) async fn read_later(&self, letter: &Letter) -> Result<Fate, Failure> {
        let Ok(unread) = serde_json::from_str::<Unread>(&letter.body) else { return Ok(Fate::Done) };
        let room = self.place(&ids::room(&unread.room)).await?;
        let event = rooms::raw(&unread.event)?;
        match room.decrypt_event(&event, None).boxed().await {
            Ok(event) if !event.kind.is_utd() => {
                self.hear_late(&room, &event).await?;
                Ok(Fate::Done)
            }
            _ => self.wait_for_key(&room, &unread.event, letter).await,
        }
    }

    async fn hear_late(&self, room: &Room, event: &TimelineEvent) -> Result<(), Failure> {
        let Some(event) = readable(event) else { return Ok(()) };
        for mut inbound in self.understand(room, &event).await? {
            // It may have been edited before it could be read.
            if let Heard::Message(said) = &mut inbound.heard
                && let Some(read) = self.read_message(&said.id).await?
            {
                *said = read.said;
            }
            self.hand_on(inbound).await.map_err(away)?;
        }
        let message = ids::message(room.room_id().as_str(), &event.event_id);
        let read = Inbound { at: self.clock.now(), heard: Heard::Decrypted { message } };
        self.hand_on(read).await.map_err(away)
    }

    async fn wait_for_key(&self, room: &Room, event: &Value, letter: &Letter) -> Result<Fate, Failure> {
        let waited = self.clock.now() - letter.at;
        if waited >= LOOKED_FOR {
            return Ok(Fate::Done);
        }
        let (id, sender) = (event["event_id"].as_str(), event["sender"].as_str());
        // Told again each time; the desk takes it in once.
        if waited >= PATIENCE
            && let (Some(id), Some(sender)) = (id, sender)
        {
            let by = self.person_in(room, sender).await;
            let heard = Heard::Unread { message: ids::message(room.room_id().as_str(), id), by };
            let at = ids::time(event["origin_server_ts"].as_i64().unwrap_or_default());
            self.hand_on(Inbound { at, heard }).await.map_err(away)?;
        }
        let until_told = PATIENCE - waited;
        let wait = LOOK_AGAIN.max(waited / 4);
        Ok(Fate::Waits(if until_told > TimeDelta::zero() { wait.min(until_told) } else { wait }))
    }
}
