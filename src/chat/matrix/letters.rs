//! What came with the stream and can't be dealt with at once, kept as letters: an invitation, an event whose key is not
//! there yet, a question that gets its emoji.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures::FutureExt;
use futures::future::join_all;
use matrix_sdk::ruma::{OwnedRoomId, RoomId, UserId};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::calls::JOIN;
use super::events::Asked;
use super::unread::UNREAD;
use super::{Matrix, SOURCE, ids, pause};
use crate::chat::limits::Turn;
use crate::ports::{Failure, Letter, StoreError};

const INVITATION: &str = "invitation";
const KNOCK: &str = "knock";
const SEEDS: &str = "seeds";

const TOGETHER: i64 = 64;
/// How long they are held: longer than the homeserver may take for all of one.
const HELD: TimeDelta = TimeDelta::seconds(120);
/// When one that could not be dealt with is looked at again.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(5);
const POLL: Duration = Duration::from_secs(1);

/// A question of ours.
#[derive(Serialize, Deserialize)]
struct Question {
    room: String,
    event: String,
    emoji: Vec<String>,
}

/// Somebody asks to be let in.
#[derive(Serialize, Deserialize)]
struct Knock {
    room: String,
    user: String,
}

/// What becomes of a letter.
pub(super) enum Fate {
    Done,
    Waits(TimeDelta),
}

impl Matrix {
    /// Deals with letters until told to stop.
    pub async fn deal_with_letters(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.take_up_letters().await {
                Ok(dealt) if dealt as i64 == TOGETHER => continue,
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "Matrix: letters could not be dealt with; they are tried again"),
            }
            tokio::select! {
                () = self.arrived.notified() => {}
                () = pause(POLL) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// At start: what an earlier process had in hand is free.
    pub async fn take_up(&self) -> Result<(), StoreError> {
        self.mailbox.free().await
    }

    /// Deals with what is there by now. How many it was done with.
    pub async fn take_up_letters(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let letters = self.mailbox.take(SOURCE, now, now + HELD, TOGETHER).await?;
        let dealt = join_all(letters.iter().map(|letter| async { (letter.id, self.deal_with(letter).await) })).await;
        let (mut done, mut waiting) = (Vec::new(), Vec::new());
        for (id, fate) in dealt {
            match fate {
                Fate::Done => done.push(id),
                Fate::Waits(after) => waiting.push((id, now + after)),
            }
        }
        if !done.is_empty() {
            self.mailbox.done(&done).await?;
        }
        if !waiting.is_empty() {
            self.mailbox.put_back(&waiting).await?;
        }
        Ok(done.len())
    }

    async fn deal_with(&self, letter: &Letter) -> Fate {
        let dealt = match letter.kind.as_str() {
            INVITATION => self.answer_invitation(&letter.body).await.map(|()| Fate::Done),
            KNOCK => self.open(&letter.body).await.map(|()| Fate::Done),
            SEEDS => self.seed(&letter.body).await.map(|()| Fate::Done),
            UNREAD => self.read_later(letter).await,
            _ => Ok(Fate::Done),
        };
        match dealt {
            Ok(fate) => fate,
            Err(Failure::Busy { after, .. } | Failure::Later { after: Some(after), .. }) => Fate::Waits(after),
            Err(Failure::Later { why, after: None }) => {
                tracing::warn!(kind = letter.kind, %why, "Matrix: it is tried again");
                Fate::Waits(LOOK_AGAIN)
            }
            Err(Failure::Never { why } | Failure::Gone { why }) => {
                tracing::warn!(kind = letter.kind, %why, "Matrix: it can not be done");
                Fate::Done
            }
        }
    }

    pub(super) async fn put(&self, lane: &str, kind: &str, body: &str) -> Result<(), StoreError> {
        self.mailbox.put(SOURCE, lane, kind, body, self.clock.now()).await?;
        self.arrived.notify_one();
        Ok(())
    }

    pub(super) async fn invited(&self, room: &OwnedRoomId) -> Result<(), StoreError> {
        self.put(&format!("{INVITATION}/{room}"), INVITATION, room.as_str()).await
    }

    pub(super) async fn knocked(&self, room: &str, user: &str) -> Result<(), StoreError> {
        let knock = Knock { room: room.into(), user: user.into() };
        self.put(&format!("{KNOCK}/{room}/{user}"), KNOCK, &serde_json::to_string(&knock).unwrap_or_default()).await
    }

    pub(super) async fn seed_later(&self, room: &str, event: &str, asked: &Asked) -> Result<(), StoreError> {
        let emoji = asked.asks.iter().map(|ask| ask.emoji.clone()).collect();
        let question = Question { room: room.into(), event: event.into(), emoji };
        self.put(&format!("{SEEDS}/{event}"), SEEDS, &serde_json::to_string(&question).unwrap_or_default()).await
    }

    async fn seed(&self, body: &str) -> Result<(), Failure> {
        let Ok(question) = serde_json::from_str::<Question>(body) else { return Ok(()) };
        let room = self.place(&ids::room(&question.room)).await?;
        for emoji in &question.emoji {
            self.put_on(&room, &question.event, emoji).await?;
        }
        Ok(())
    }

    /// Only rooms that are open to those who hear of incidents can be knocked at.
    async fn open(&self, body: &str) -> Result<(), Failure> {
        let Ok(knock) = serde_json::from_str::<Knock>(body) else { return Ok(()) };
        let room = self.place(&ids::room(&knock.room)).await?;
        match self.hears_announcements(&knock.user).await? {
            true => self.ask_in(&room, &[ids::person(&knock.user)]).await,
            false => Ok(()),
        }
    }

    /// Accepted from whom the configuration names, else declined.
    async fn answer_invitation(&self, id: &str) -> Result<(), Failure> {
        let client = self.client()?;
        let Ok(id) = <&RoomId>::try_from(id) else { return Ok(()) };
        let Some(room) = client.get_room(id).filter(|room| room.state() == matrix_sdk::RoomState::Invited) else {
            return Ok(());
        };
        let by = room.invite_details().boxed().await?.inviter.map(|member| member.user_id().to_owned());
        match by.as_deref().is_some_and(|by| self.takes_invitations_of(by)) {
            true => self.within(JOIN, Turn::First, room.join().boxed()).await??,
            false => {
                tracing::info!(room = %id, by = ?by, "Matrix: an invitation is declined; see [matrix] invites");
                self.within(JOIN, Turn::InOrder, room.leave().boxed()).await??;
            }
        }
        Ok(())
    }

    fn takes_invitations_of(&self, user: &UserId) -> bool {
        let server = user.server_name().as_str();
        match &self.setup.invites {
            Some(allowed) => allowed.iter().any(|one| one == user.as_str() || one == server),
            None => server == self.server(),
        }
    }
}
