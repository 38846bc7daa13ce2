//! From letters to what was heard: one after the other within a channel, channels side by side. A letter is gone once
//! what it says is durable at the desk; if Slack can't be asked now what is needed to understand it, it waits.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use futures::future::join_all;
use metrics::{counter, gauge};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::api::CallError;
use super::events::Understood;
use super::shape::{Envelope, Interaction, SlashCommand};
use super::{SOURCE, Slack, intake};
use crate::ports::{Heard, Inbound, Letter, StoreError};

/// How many letters are in hand at once.
const TOGETHER: i64 = 256;
/// How long they are: longer than Slack may take for all questions about them.
const HELD: TimeDelta = TimeDelta::seconds(120);
/// When a letter that could not be understood yet is looked at again, at the latest.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(5);
/// Another replica's letters, which nothing here tells of, are noticed after this long.
const POLL: Duration = Duration::from_secs(1);

/// What became of a letter.
enum Fate {
    TakenIn,
    /// Nobody knows what it says.
    Aside(String),
    /// Later: until then the others of its lane wait, too.
    Waits(TimeDelta),
}

impl Slack {
    /// Takes letters in until told to stop.
    pub async fn listen(&self, stopping: CancellationToken) {
        while !stopping.is_cancelled() {
            match self.take_in().await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(error) => tracing::warn!(%error, "Slack: letters could not be taken in; they are tried again"),
            }
            tokio::select! {
                () = self.arrived.notified() => {}
                () = pause(POLL) => {}
                () = stopping.cancelled() => return,
            }
        }
    }

    /// Takes in what is there by now. How many letters were dealt with.
    pub async fn take_in(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let letters = self.mailbox.take(SOURCE, now, now + HELD, TOGETHER).await?;
        let mut lanes: BTreeMap<String, Vec<Letter>> = BTreeMap::new();
        for letter in letters {
            lanes.entry(lane(&letter)).or_default().push(letter);
        }
        let dealt = join_all(lanes.into_values().map(|letters| self.take_in_order(letters))).await;
        let (mut done, mut waiting, mut aside) = (Vec::new(), Vec::new(), 0);
        for (id, fate) in dealt.into_iter().flatten() {
            match fate {
                Fate::TakenIn => done.push(id),
                Fate::Waits(after) => waiting.push((id, after)),
                Fate::Aside(why) => {
                    tracing::warn!(letter = id, %why, "Slack: a delivery is kept aside");
                    counter!("firebell_slack_kept_aside_total").increment(1);
                    self.mailbox.set_aside(id, &why).await?;
                    aside += 1;
                }
            }
        }
        if !done.is_empty() {
            self.mailbox.done(&done).await?;
        }
        gauge!("firebell_slack_letters_waiting").set(waiting.len() as f64);
        for (id, after) in waiting {
            self.mailbox.put_back(&[id], now + after).await?;
        }
        Ok(done.len() + aside)
    }

    async fn take_in_order(&self, letters: Vec<Letter>) -> Vec<(i64, Fate)> {
        let mut dealt = Vec::with_capacity(letters.len());
        let mut held_up = None;
        for letter in letters {
            let fate = match held_up {
                Some(after) => Fate::Waits(after),
                None => self.take_one(&letter).await,
            };
            if let Fate::Waits(after) = fate {
                held_up = Some(after);
            }
            dealt.push((letter.id, fate));
        }
        dealt
    }

    async fn take_one(&self, letter: &Letter) -> Fate {
        let understood = match self.understand(letter).await {
            Ok(understood) => understood,
            Err(CallError::Busy { after, .. }) => return Fate::Waits(after),
            Err(error) => {
                tracing::warn!(why = %error, "Slack: it is not known yet what a delivery says; it waits");
                return Fate::Waits(LOOK_AGAIN);
            }
        };
        match understood {
            Understood::Unclear(why) => Fate::Aside(why),
            Understood::Heard(heard) => match self.hand_on(heard).await {
                Ok(()) => Fate::TakenIn,
                Err(_) => Fate::Waits(LOOK_AGAIN),
            },
        }
    }

    async fn understand(&self, letter: &Letter) -> Result<Understood, CallError> {
        let unclear = |e: serde_json::Error| Understood::Unclear(format!("it has another shape: {e}"));
        match letter.kind.as_str() {
            intake::EVENT => {
                let envelope: Envelope = match serde_json::from_str(&letter.body) {
                    Ok(envelope) => envelope,
                    Err(error) => return Ok(unclear(error)),
                };
                let ours = envelope.authorizations.first().and_then(|a| a.team_id.clone());
                let team = ours.unwrap_or_else(|| envelope.team_id.clone());
                let Some(workspace) = self.of_team(&team).await else { return Ok(stranger(&team)) };
                self.is_home(&lane(letter), workspace);
                self.event(workspace, envelope).await
            }
            intake::COMMAND => {
                let command: SlashCommand = match serde_json::from_str(&letter.body) {
                    Ok(command) => command,
                    Err(error) => return Ok(unclear(error)),
                };
                let Some(workspace) = self.of_team(&command.team_id).await else {
                    return Ok(stranger(&command.team_id));
                };
                self.is_home(&command.channel_id, workspace);
                let heard = self.slash_command(workspace, command).await?;
                Ok(Understood::Heard(vec![Inbound { at: letter.at, heard }]))
            }
            intake::INTERACTION => {
                let done: Interaction = match serde_json::from_str(&letter.body) {
                    Ok(done) => done,
                    Err(error) => return Ok(unclear(error)),
                };
                let team = done.team.as_ref().map(|t| t.id.clone()).unwrap_or_default();
                let Some(workspace) = self.of_team(&team).await else { return Ok(stranger(&team)) };
                self.is_home(&lane(letter), workspace);
                let understood = self.interaction(workspace, done).await?;
                Ok(at(understood, letter))
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
    pub(super) async fn returned(&self, since: chrono::DateTime<chrono::Utc>) -> Result<(), StoreError> {
        let heard = Heard::Returned { platform: crate::plan::Platform::Slack, since };
        self.hand_on(vec![Inbound { at: self.clock.now(), heard }]).await
    }

    /// At start: what an earlier process had in hand is taken in, and what Slack has said while there was none is read
    /// back. With connections of ours it is once the first is there: what is said before would be in neither.
    pub async fn take_up(&self, sockets: bool) -> Result<(), StoreError> {
        self.mailbox.free().await?;
        match self.mailbox.last_alive(SOURCE).await? {
            Some(since) if sockets => self.connected.lost_since(since),
            Some(since) => self.returned(since).await?,
            None => {}
        }
        Ok(())
    }

    /// Slack is heard, or would be.
    pub async fn alive(&self) -> Result<(), StoreError> {
        self.mailbox.alive(SOURCE, self.clock.now()).await
    }
}

fn stranger(team: &str) -> Understood {
    Understood::Unclear(format!("it is of the workspace {team}, which is not configured"))
}

/// An interaction has no time of its own.
fn at(understood: Understood, letter: &Letter) -> Understood {
    match understood {
        Understood::Heard(heard) => {
            Understood::Heard(heard.into_iter().map(|h| Inbound { at: letter.at, ..h }).collect())
        }
        unclear => unclear,
    }
}

/// What must be heard in order: what happens in a channel; else what a person does.
fn lane(letter: &Letter) -> String {
    let body: Value = serde_json::from_str(&letter.body).unwrap_or_default();
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
    places.into_iter().find_map(Value::as_str).unwrap_or_default().to_string()
}

#[expect(clippy::disallowed_methods, reason = "how often to look is the listener's own pace, nothing that is due")]
async fn pause(wait: Duration) {
    tokio::time::sleep(wait).await;
}
