//! From letters to what was heard: one after the other within a channel, channels side by side. A letter is gone once
//! what it says is durable at the desk; if Slack can't be asked now what is needed to understand it, it waits, and so
//! does its lane.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use metrics::{counter, gauge};
use serde::Deserialize;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::api::CallError;
use super::events::Understood;
use super::failure::{is_locked_out, is_unwell};
use super::interactions::place_of;
use super::shape::{Envelope, Interaction, SlashCommand};
use super::{SOURCE, Slack, intake, pause};
use crate::ports::{Heard, Inbound, Letter, StoreError};

/// How many letters are taken at once, and how many lanes are in hand.
const TOGETHER: i64 = 256;
const LANES: usize = 256;
/// How long they are held: longer than Slack may take for all questions about them.
const HELD: TimeDelta = TimeDelta::seconds(120);
/// When a letter that could not be understood yet is looked at again, at the latest.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(5);
/// For how long that is done.
const LOOKED_AT: TimeDelta = TimeDelta::hours(24);
/// Another replica's letters, which nothing here tells of, are noticed after this long.
const POLL: Duration = Duration::from_secs(1);
/// After Slack has said that it leaves events out for a minute, they come again.
const LIMITED_FOR: TimeDelta = TimeDelta::seconds(90);
const LIMITED_LANE: &str = "limited";

/// What became of a letter.
enum Fate {
    TakenIn,
    /// Nobody knows what it says.
    Aside(String),
    /// Later.
    Waits(TimeDelta),
    /// Once the one before it in its lane is not held any more.
    Behind,
}

impl Slack {
    /// Takes letters in until told to stop, then finishes what is in hand. A lane that takes long holds up no other.
    pub async fn listen(self: Arc<Self>, stopping: CancellationToken) {
        let mut in_hand: JoinSet<Vec<(i64, Fate)>> = JoinSet::new();
        while !stopping.is_cancelled() {
            let taken = match in_hand.len() < LANES {
                true => self.take().await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "Slack: letters could not be taken in; they are tried again");
                    Vec::new()
                }),
                false => Vec::new(),
            };
            let more = taken.len() as i64 == TOGETHER;
            for letters in by_lane(taken) {
                let slack = self.clone();
                in_hand.spawn(async move { slack.take_in_order(letters).await });
            }
            if more && in_hand.len() < LANES {
                continue;
            }
            tokio::select! {
                Some(dealt) = in_hand.join_next(), if !in_hand.is_empty() => {
                    self.settle_together(dealt.unwrap_or_default(), &mut in_hand).await;
                }
                () = self.letterbox.arrived.notified() => {}
                () = pause(POLL) => {}
                () = stopping.cancelled() => {}
            }
        }
        while let Some(dealt) = in_hand.join_next().await {
            self.settle_together(dealt.unwrap_or_default(), &mut in_hand).await;
        }
    }

    /// Takes in what is there by now. How many letters were dealt with.
    pub async fn take_in(&self) -> Result<usize, StoreError> {
        let lanes = by_lane(self.take().await?);
        let dealt = join_all(lanes.into_iter().map(|letters| self.take_in_order(letters))).await;
        self.settle(dealt.into_iter().flatten().collect()).await
    }

    async fn take(&self) -> Result<Vec<Letter>, StoreError> {
        let now = self.clock.now();
        self.letterbox.mailbox.take(SOURCE, now, now + HELD, TOGETHER).await
    }

    /// These, and what else is ready by now.
    async fn settle_together(&self, mut dealt: Vec<(i64, Fate)>, in_hand: &mut JoinSet<Vec<(i64, Fate)>>) {
        while let Some(more) = in_hand.try_join_next() {
            dealt.extend(more.unwrap_or_default());
        }
        if let Err(error) = self.settle(dealt).await {
            // They stay held for a while, and are taken again; taking them in again is harmless.
            tracing::warn!(%error, "Slack: letters could not be settled");
        }
    }

    async fn settle(&self, dealt: Vec<(i64, Fate)>) -> Result<usize, StoreError> {
        let mailbox = &self.letterbox.mailbox;
        let (mut done, mut waiting, mut aside) = (Vec::new(), Vec::new(), 0);
        let now = self.clock.now();
        for (id, fate) in dealt {
            match fate {
                Fate::TakenIn => done.push(id),
                Fate::Waits(after) => waiting.push((id, now + after)),
                Fate::Behind => waiting.push((id, now)),
                Fate::Aside(why) => {
                    tracing::warn!(letter = id, %why, "Slack: a delivery is kept aside");
                    counter!("firebell_slack_kept_aside_total").increment(1);
                    mailbox.set_aside(id, &why).await?;
                    aside += 1;
                }
            }
        }
        if !done.is_empty() {
            mailbox.done(&done).await?;
        }
        gauge!("firebell_slack_letters_waiting").set(waiting.len() as f64);
        if !waiting.is_empty() {
            mailbox.put_back(&waiting).await?;
        }
        Ok(done.len() + aside)
    }

    /// One after the other. What was merely said goes together, up to what is more than that: messages are put in order
    /// by their times, and a busy room would cost a commit for each.
    async fn take_in_order(&self, letters: Vec<Letter>) -> Vec<(i64, Fate)> {
        let mut dealt = Vec::with_capacity(letters.len());
        let (mut talk, mut held_up) = (Vec::new(), false);
        for letter in letters {
            let read = match held_up {
                true => Err(Fate::Behind),
                false => self.read(&letter).await,
            };
            match read {
                Ok(heard) if heard.iter().all(is_talk) => talk.push((letter.id, heard)),
                read => {
                    held_up |= self.take_in_together(&mut talk, &mut dealt).await;
                    let fate = match read {
                        Ok(heard) if !held_up => self.take_in_one(heard).await,
                        Ok(_) => Fate::Behind,
                        Err(fate) => fate,
                    };
                    held_up |= matches!(fate, Fate::Waits(_));
                    dealt.push((letter.id, fate));
                }
            }
        }
        self.take_in_together(&mut talk, &mut dealt).await;
        dealt
    }

    /// Whether some of it has to wait.
    async fn take_in_together(&self, talk: &mut Vec<(i64, Vec<Inbound>)>, dealt: &mut Vec<(i64, Fate)>) -> bool {
        let letters = talk.drain(..).map(|(id, heard)| async move { (id, self.take_in_one(heard).await) });
        let taken = join_all(letters).await;
        let held_up = taken.iter().any(|(_, fate)| matches!(fate, Fate::Waits(_)));
        dealt.extend(taken);
        held_up
    }

    async fn take_in_one(&self, heard: Vec<Inbound>) -> Fate {
        match self.hand_on(heard).await {
            Ok(()) => Fate::TakenIn,
            Err(error) => {
                tracing::warn!(%error, "Slack: a delivery could not be handed on; it waits");
                Fate::Waits(LOOK_AGAIN)
            }
        }
    }

    /// What a letter says; else what becomes of it.
    async fn read(&self, letter: &Letter) -> Result<Vec<Inbound>, Fate> {
        if letter.kind == intake::LIMITED {
            return Err(self.read_back_limited(letter).await);
        }
        match self.understand(letter).await {
            Ok(Understood::Heard(heard)) => Ok(heard),
            Ok(Understood::Unclear(why)) => Err(Fate::Aside(why)),
            Err(CallError::Busy { after, .. }) => Err(Fate::Waits(after)),
            Err(CallError::Refused { method, code, .. }) if !is_locked_out(&code) && !is_unwell(&code) => {
                Err(Fate::Aside(format!("{method}: {code}")))
            }
            Err(error) if self.clock.now() - letter.at > LOOKED_AT => Err(Fate::Aside(error.to_string())),
            Err(error) => {
                tracing::warn!(why = %error, "Slack: it is not known yet what a delivery says; it waits");
                Err(Fate::Waits(LOOK_AGAIN))
            }
        }
    }

    /// Slack has left events out for a minute: once that is over, they are read back.
    async fn read_back_limited(&self, letter: &Letter) -> Fate {
        #[derive(Deserialize)]
        struct Limited {
            /// Seconds.
            minute_rate_limited: i64,
        }
        let limited: Limited = match serde_json::from_str(&letter.body) {
            Ok(limited) => limited,
            Err(error) => return Fate::Aside(format!("a limit has another shape ({:?})", error.classify())),
        };
        let since = DateTime::from_timestamp(limited.minute_rate_limited, 0).unwrap_or(letter.at).min(letter.at);
        let over = since + LIMITED_FOR - self.clock.now();
        if over > TimeDelta::zero() {
            return Fate::Waits(over);
        }
        match self.returned(since).await {
            Ok(()) => Fate::TakenIn,
            Err(_) => Fate::Waits(LOOK_AGAIN),
        }
    }

    async fn understand(&self, letter: &Letter) -> Result<Understood, CallError> {
        match letter.kind.as_str() {
            intake::EVENT => {
                let envelope: Envelope = match serde_json::from_str(&letter.body) {
                    Ok(envelope) => envelope,
                    Err(error) => return Ok(Understood::unclear("a delivery", &error)),
                };
                let team = envelope.team();
                let Some(workspace) = self.of_team(team).await? else { return Ok(stranger(team)) };
                self.is_home(&letter.lane, workspace);
                self.event(workspace, envelope).await
            }
            intake::COMMAND => {
                let command: SlashCommand = match serde_json::from_str(&letter.body) {
                    Ok(command) => command,
                    Err(error) => return Ok(Understood::unclear("a command", &error)),
                };
                let Some(workspace) = self.of_team(&command.team_id).await? else {
                    return Ok(stranger(&command.team_id));
                };
                self.is_home(&command.channel_id, workspace);
                let heard = self.slash_command(workspace, command).await?;
                Ok(Understood::Heard(vec![Inbound { at: letter.at, heard }]))
            }
            intake::INTERACTION => {
                let done: Interaction = match serde_json::from_str(&letter.body) {
                    Ok(done) => done,
                    Err(error) => return Ok(Understood::unclear("an interaction", &error)),
                };
                let team = done.team.as_ref().map(|t| t.id.clone()).unwrap_or_default();
                let Some(workspace) = self.of_team(&team).await? else { return Ok(stranger(&team)) };
                self.is_home(&place_of(&done), workspace);
                self.interaction(workspace, done, letter.at).await
            }
            other => Ok(Understood::Unclear(format!("it is of an unknown kind: {other}"))),
        }
    }

    pub(super) async fn hand_on(&self, heard: Vec<Inbound>) -> Result<(), StoreError> {
        let Some(reception) = self.reception.get() else {
            return Err(StoreError { why: "the desk is not open yet".into(), clash: false });
        };
        for inbound in heard {
            reception.receive(inbound).await?;
        }
        Ok(())
    }

    /// Slack is heard again, and was not since then.
    pub(super) async fn returned(&self, since: DateTime<Utc>) -> Result<(), StoreError> {
        let heard = Heard::Returned { platform: crate::plan::Platform::Slack, since };
        self.hand_on(vec![Inbound { at: self.clock.now(), heard }]).await
    }

    /// At start: what an earlier process had in hand is taken in, and what Slack has said while there was none is read
    /// back. With connections of ours it is once the first is there: what is said before would be in neither.
    pub async fn take_up(&self, sockets: bool) -> Result<(), StoreError> {
        self.letterbox.mailbox.free().await?;
        match self.letterbox.mailbox.last_alive(SOURCE).await? {
            Some(since) if sockets => self.connected.missed_since(since),
            Some(since) => self.returned(since).await?,
            None => {}
        }
        Ok(())
    }

    /// Slack is heard, or would be.
    pub async fn alive(&self) -> Result<(), StoreError> {
        self.letterbox.mailbox.alive(SOURCE, self.clock.now()).await
    }
}

fn by_lane(letters: Vec<Letter>) -> Vec<Vec<Letter>> {
    let mut lanes: BTreeMap<String, Vec<Letter>> = BTreeMap::new();
    for letter in letters {
        lanes.entry(letter.lane.clone()).or_default().push(letter);
    }
    lanes.into_values().collect()
}

/// Nothing is decided by it.
fn is_talk(inbound: &Inbound) -> bool {
    matches!(inbound.heard, Heard::Message(_))
}

fn stranger(team: &str) -> Understood {
    Understood::Unclear(format!("it is of the workspace {team}, which is not configured"))
}

/// What must be heard in order: what happens in a channel; else what a person does. What is asked there has an order
/// of its own: a command does not wait until it is known who some stranger is that has said something before it.
pub(super) fn lane(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    if body["type"] == "app_rate_limited" {
        return LIMITED_LANE.into();
    }
    let event = &body["event"];
    let places = [
        &event["channel"],
        &event["item"]["channel"],
        &event["channel_id"],
        &event["channel"]["id"],
        &body["channel_id"],
        &body["channel"]["id"],
        &body["container"]["channel_id"],
        &body["user"]["id"],
    ];
    let place = places.into_iter().find_map(Value::as_str).unwrap_or_default();
    if event.is_null() { format!("asked/{place}") } else { place.to_string() }
}
