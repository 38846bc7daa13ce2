//! What a step along the stream brings, also a second time: the SDK passes over what it has seen up to the same place
//! already, and hands on nothing of it. Firebell may have ended, or had trouble, before it was done with that: then the
//! homeserver is asked by ourselves, and the SDK only decrypts.

use std::time::Duration;

use futures::FutureExt;
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::ruma::OwnedRoomId;
use matrix_sdk::ruma::api::client::sync::sync_events::v3;
use matrix_sdk::ruma::events::AnySyncTimelineEvent;
use matrix_sdk::ruma::serde::Raw;
use matrix_sdk::sync::{SyncResponse, Timeline};
use matrix_sdk::{Client, Room};

use super::listen;
use crate::ports::Failure;

/// Of a part of the stream, what matters here.
#[derive(Default)]
pub(super) struct Came {
    pub invited: Vec<OwnedRoomId>,
    pub joined: Vec<(OwnedRoomId, Timeline)>,
    pub left: Vec<(OwnedRoomId, Timeline)>,
}

impl Came {
    pub fn of(response: SyncResponse) -> Came {
        let rooms = response.rooms;
        Came {
            invited: rooms.invited.into_keys().collect(),
            joined: rooms.joined.into_iter().map(|(id, update)| (id, update.timeline)).collect(),
            left: rooms.left.into_iter().map(|(id, update)| (id, update.timeline)).collect(),
        }
    }
}

/// What came since then. It may be more than what the SDK has seen: that comes once more with the next step.
pub(super) async fn ask(client: &Client, since: Option<&str>) -> Result<Came, Failure> {
    let mut request = v3::Request::new();
    (request.since, request.filter) = (since.map(str::to_string), Some(listen::filter()));
    request.timeout = Some(Duration::ZERO);
    let rooms = client.send(request).into_future().boxed().await?.rooms;
    let mut came = Came { invited: rooms.invite.into_keys().collect(), ..Came::default() };
    for (id, update) in rooms.join {
        let Some(room) = client.get_room(&id) else { continue };
        came.joined.push((id, read(&room, update.timeline).await));
    }
    for (id, update) in rooms.leave {
        let Some(room) = client.get_room(&id) else { continue };
        came.left.push((id, read(&room, update.timeline).await));
    }
    Ok(came)
}

async fn read(room: &Room, timeline: v3::Timeline) -> Timeline {
    let mut events = Vec::with_capacity(timeline.events.len());
    for event in timeline.events {
        events.push(decrypted(room, event).await);
    }
    Timeline { limited: timeline.limited, prev_batch: timeline.prev_batch, events }
}

async fn decrypted(room: &Room, event: Raw<AnySyncTimelineEvent>) -> TimelineEvent {
    let is_encrypted = matches!(event.get_field::<String>("type"), Ok(Some(kind)) if kind == "m.room.encrypted");
    if is_encrypted && let Ok(event) = room.decrypt_event(event.cast_ref_unchecked(), None).boxed().await {
        return event;
    }
    // One that was redacted has nothing in it to be decrypted.
    TimelineEvent::from_plaintext(event)
}
