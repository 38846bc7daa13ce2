//! Firebell hears: one step after the other along the homeserver's stream. The place in it is noted once all that came
//! up to there is durable at the desk or a letter: after a crash the same events come again, and what they are makes
//! that harmless.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{join_all, try_join_all};
use matrix_sdk::config::{SyncSettings, SyncToken};
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::ruma::api::client::filter::{FilterDefinition, RoomEventFilter};
use matrix_sdk::ruma::api::client::sync::sync_events::v3::Filter;
use matrix_sdk::ruma::{OwnedRoomId, UInt};
use matrix_sdk::store::{StateStoreDataKey, StateStoreDataValue};
use matrix_sdk::sync::Timeline;
use matrix_sdk::{Client, Room};
use tokio_util::sync::CancellationToken;

use super::again::{self, Came};
use super::history::readable;
use super::shape::Event;
use super::{Matrix, Opened, away, failure, ids, pause};
use crate::incident::Loss;
use crate::ports::{Failure, Heard, Inbound, Readiness, StoreError};

/// How `/readyz` calls it.
pub const PART: &str = "matrix";
/// Where the stream was heard up to: by each device, since with the place it says which keys have reached it, and by any.
const PLACE: &str = "place";
/// How long the homeserver holds a request open while nothing happens.
const LONG: Duration = Duration::from_secs(30);
/// How many events of a room come at once; what is between is paged back.
const AT_ONCE: u32 = 100;
/// How long to wait after trouble: 1 s, 2 s, 4 s … at most this.
const PATIENCE: Duration = Duration::from_secs(30);

impl Matrix {
    /// Hears until told to stop. `told` is given what the first connection has found.
    pub async fn listen(
        self: Arc<Self>,
        readiness: Readiness,
        told: impl Fn(&Opened) + Send + Sync,
        stop: CancellationToken,
    ) {
        let mut failed = 0;
        let (mut connected, mut is_there) = (false, false);
        while !stop.is_cancelled() {
            let step = async {
                if !connected {
                    self.get_connected(&told).await?;
                    connected = true;
                }
                // Until it has answered once, nobody waits for something to happen: that it answers is what counts.
                self.step(if is_there { LONG } else { Duration::ZERO }).await
            };
            let stepped = tokio::select! {
                stepped = step => stepped,
                () = stop.cancelled() => break,
            };
            match stepped {
                Ok(_) => {
                    (failed, is_there) = (0, true);
                    readiness.ready(PART, self.me());
                }
                Err(trouble) => {
                    let why = trouble.to_string();
                    tracing::warn!(%why, "Matrix is not to be had");
                    readiness.not_ready(PART, &why);
                    let wait = match trouble {
                        Failure::Busy { after, .. } => after.to_std().unwrap_or(PATIENCE),
                        _ => Duration::from_secs(1 << failed.min(5)).min(PATIENCE),
                    };
                    (failed, is_there) = (failed + 1, false);
                    tokio::select! { () = pause(wait) => {}, () = stop.cancelled() => {} }
                }
            }
        }
        readiness.not_ready(PART, "stopped");
    }

    async fn get_connected(&self, told: &(impl Fn(&Opened) + Send + Sync)) -> Result<(), Failure> {
        let opened = self.connect().await?;
        told(&opened);
        if opened.recovery_key.is_some() {
            self.recovery_key_shown().await?;
        }
        Ok(())
    }

    /// Waits at most so long for something to happen, and takes it in. How much it was.
    pub async fn step(&self, wait: Duration) -> Result<usize, Failure> {
        let client = self.client()?;
        let own = format!("{PLACE}/{}", client.device_id().map(ToString::to_string).unwrap_or_default());
        let place = match self.noted(&own).await.map_err(away)? {
            Some(place) => Some(place),
            // A device that is new goes on where the others are.
            None => self.noted(PLACE).await.map_err(away)?,
        };
        let mut seen = seen_up_to(client).await?;
        if place.is_some() && seen.is_none() {
            // The store was lost: what rooms there are, and who is in them, is not in what comes next.
            client.sync_once(from_the_start()).boxed().await?;
            seen = seen_up_to(client).await?;
        }
        let token = place.clone().map_or(SyncToken::NoToken, SyncToken::Specific);
        let came = client.sync_once(settings(token, wait)).boxed().await?;
        let next = came.next_batch.clone();
        let came = match place.as_deref() != Some(next.as_str()) && seen.as_deref() == Some(next.as_str()) {
            true => again::ask(client, place.as_deref()).await?,
            false => Came::of(came),
        };
        let heard = self.take_in(client, came, place.as_deref()).await?;
        if place.as_deref() != Some(next.as_str()) {
            self.note(&own, &next).await.map_err(away)?;
            self.note(PLACE, &next).await.map_err(away)?;
        }
        Ok(heard)
    }

    /// `since`: from where on nothing was heard yet. At the very first there is nothing to be caught up with.
    async fn take_in(&self, client: &Client, came: Came, since: Option<&str>) -> Result<usize, Failure> {
        let mut heard = 0;
        for room in &came.invited {
            self.invited(room).await.map_err(away)?;
            heard += 1;
        }
        let Some(since) = since else { return Ok(heard) };
        for (room, timeline) in &came.left {
            heard += self.put_out(room, timeline).await?;
        }
        let joined = came.joined.into_iter().filter_map(|(id, timeline)| Some((client.get_room(&id)?, timeline)));
        let rooms = joined.map(|(room, timeline)| self.hear_room(room, timeline, since));
        Ok(heard + try_join_all(rooms).await?.iter().sum::<usize>())
    }

    /// One room, in order.
    async fn hear_room(&self, room: Room, timeline: Timeline, since: &str) -> Result<usize, Failure> {
        let Timeline { limited, prev_batch, events } = timeline;
        let mut all = match prev_batch {
            Some(end) if limited => self.between(&room, since, &end).await?,
            _ => Vec::new(),
        };
        all.extend(events);
        let mut waiting = Vec::new();
        for event in &all {
            let heard = self.hear_event(&room, event).await?;
            // Messages are put in order by their times: those in a row are taken in together.
            if !heard.iter().all(|inbound| matches!(inbound.heard, Heard::Message(_))) {
                self.hand_on_together(&mut waiting).await?;
            }
            waiting.extend(heard);
        }
        self.hand_on_together(&mut waiting).await?;
        Ok(all.len())
    }

    async fn hear_event(&self, room: &Room, event: &TimelineEvent) -> Result<Vec<Inbound>, Failure> {
        if event.kind.is_utd() {
            self.keep_unread(room, event).await.map_err(away)?;
            return Ok(Vec::new());
        }
        let Some(event) = readable(event) else { return Ok(Vec::new()) };
        let heard = self.understand(room, &event).await?;
        match self.can_do_more(&event) {
            true => Ok(vec![self.found(room, &event)]),
            false => Ok(heard),
        }
    }

    /// Firebell is in the room and was not; or others have changed what it may do there.
    fn can_do_more(&self, event: &Event) -> bool {
        let me = self.me();
        match event.kind.as_str() {
            "m.room.member" if event.state_key.as_deref() == Some(me) => {
                event.content["membership"] == "join" && event.unsigned.prev_content["membership"] != "join"
            }
            "m.room.power_levels" | "m.room.encryption" => event.sender != me,
            _ => false,
        }
    }

    /// What it could not do before is tried again.
    fn found(&self, room: &Room, event: &Event) -> Inbound {
        let heard = Heard::Found { room: ids::room(room.room_id().as_str()), stamp: event.event_id.clone() };
        Inbound { at: ids::time(event.origin_server_ts), heard }
    }

    /// Firebell was put out of a room, or has left one.
    async fn put_out(&self, room: &OwnedRoomId, timeline: &Timeline) -> Result<usize, Failure> {
        let me = self.me();
        let of_mine = |event: &Event| event.kind == "m.room.member" && event.state_key.as_deref() == Some(me);
        let gone = timeline.events.iter().filter_map(readable).rfind(of_mine);
        let Some(gone) = gone.filter(|event| event.sender != me) else { return Ok(0) };
        let by = match self.client()?.get_room(room) {
            Some(known) => Some(self.person_in(&known, &gone.sender).await),
            None => None,
        };
        let stamp = gone.event_id.clone();
        let heard = Heard::Lost { room: ids::room(room.as_str()), why: Loss::Removed, by, stamp };
        self.hand_on(Inbound { at: ids::time(gone.origin_server_ts), heard }).await.map_err(away)?;
        Ok(1)
    }

    async fn hand_on_together(&self, waiting: &mut Vec<Inbound>) -> Result<(), Failure> {
        let mut rest = std::mem::take(waiting).into_iter().peekable();
        while let Some(first) = rest.next() {
            let mut together = vec![first];
            while let Some(next) = rest.next_if(|next| is_talk(next) && is_talk(&together[0])) {
                together.push(next);
            }
            let handed = join_all(together.into_iter().map(|inbound| self.hand_on(inbound))).await;
            handed.into_iter().collect::<Result<(), StoreError>>().map_err(away)?;
        }
        Ok(())
    }

    pub(super) async fn hand_on(&self, inbound: Inbound) -> Result<(), StoreError> {
        match self.reception.get() {
            Some(reception) => reception.receive(inbound).await,
            None => Err(StoreError { why: "the desk is not open yet".into(), clash: false }),
        }
    }
}

fn is_talk(inbound: &Inbound) -> bool {
    matches!(inbound.heard, Heard::Message(_))
}

/// Where the SDK's store has seen the stream up to, if it ever has.
async fn seen_up_to(client: &Client) -> Result<Option<String>, Failure> {
    let token = client.state_store().get_kv_data(StateStoreDataKey::SyncToken).await.map_err(failure::later)?;
    Ok(token.and_then(StateStoreDataValue::into_sync_token))
}

/// All that there is, and no waiting.
pub(super) fn from_the_start() -> SyncSettings {
    settings(SyncToken::NoToken, Duration::ZERO)
}

fn settings(token: SyncToken, wait: Duration) -> SyncSettings {
    SyncSettings::new().token(token).timeout(wait).filter(filter())
}

pub(super) fn filter() -> Filter {
    let mut filter = FilterDefinition::default();
    // Members are not loaded lazily: each who is told late would count as one whose devices may have changed, Firebell
    // itself among them, and while its own devices are asked for the SDK can wait for itself, for five seconds: sharing a
    // room's key waits for that answer, and asking waits until no key is shared.
    filter.room.timeline.limit = Some(UInt::from(AT_ONCE));
    filter.room.ephemeral = RoomEventFilter::ignore_all();
    filter.presence = matrix_sdk::ruma::api::client::filter::Filter::ignore_all();
    Filter::FilterDefinition(filter)
}
