//! From letters to what was heard: one after the other of one fingerprint, and all fingerprints side by side, so that
//! the desk takes many into one commit. A letter is gone once the desk has what it says.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use metrics::{counter, gauge};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::Alerts;
use super::intake::{ALERTS, CONFIRM, MAIL};
use super::sns::is_confirmation;
use crate::plan::Alert;
use crate::ports::{Heard, Inbound, Letter, StoreError};

/// How many letters are taken at once.
const TOGETHER: i64 = 512;
/// How long they are held: longer than the desk may take for all of them.
const HELD: TimeDelta = TimeDelta::seconds(120);
/// When a letter that could not be handed on is looked at again.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(5);
/// Another replica's letters, which nothing here tells of, are noticed after this long.
const POLL: Duration = Duration::from_secs(1);
/// When a subscription that could not be confirmed is tried again.
const CONFIRM_AGAIN: TimeDelta = TimeDelta::seconds(30);
/// For how long that is done: Amazon's token holds no longer.
const CONFIRMABLE: TimeDelta = TimeDelta::days(2);

/// What became of a letter.
enum Fate {
    TakenIn,
    /// Nobody knows what it says.
    Aside(String),
    Waits(TimeDelta),
}

impl Alerts {
    /// At start: what an earlier process had in hand is taken in.
    pub async fn take_up(&self) -> Result<(), StoreError> {
        self.mailbox.free().await
    }

    /// Takes letters in until told to stop, then finishes what is in hand.
    pub async fn listen(self: Arc<Self>, stopping: CancellationToken) {
        let mut beside = JoinSet::new();
        while !stopping.is_cancelled() {
            let taken = self.take_letters().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "alerts: letters could not be taken in; they are tried again");
                Vec::new()
            });
            let more = taken.len() as i64 == TOGETHER;
            let (confirmations, letters): (Vec<_>, Vec<_>) = taken.into_iter().partition(|l| l.kind == CONFIRM);
            // Amazon may take its time, and no alert waits for that.
            for letter in confirmations {
                let alerts = self.clone();
                beside.spawn(async move { alerts.settle_or_warn(vec![alerts.confirm(letter).await]).await });
            }
            let dealt = self.hand_on_all(letters).await;
            self.settle_or_warn(dealt).await;
            if more {
                continue;
            }
            tokio::select! {
                () = self.arrived.notified() => {}
                Some(_) = beside.join_next(), if !beside.is_empty() => {}
                () = pause(POLL) => {}
                () = stopping.cancelled() => {}
            }
        }
        while beside.join_next().await.is_some() {}
    }

    /// Takes in what is there by now. How many letters were dealt with.
    pub async fn take_in(&self) -> Result<usize, StoreError> {
        let (confirmations, letters): (Vec<_>, Vec<_>) =
            self.take_letters().await?.into_iter().partition(|l| l.kind == CONFIRM);
        let mut dealt = self.hand_on_all(letters).await;
        for letter in confirmations {
            dealt.push(self.confirm(letter).await);
        }
        self.settle(dealt).await
    }

    async fn take_letters(&self) -> Result<Vec<Letter>, StoreError> {
        let now = self.clock.now();
        self.mailbox.take(MAIL, now, now + HELD, TOGETHER).await
    }

    async fn hand_on_all(&self, letters: Vec<Letter>) -> Vec<(i64, Fate)> {
        let mut lanes: BTreeMap<String, Vec<Letter>> = BTreeMap::new();
        for letter in letters {
            lanes.entry(letter.lane.clone()).or_default().push(letter);
        }
        let dealt = join_all(lanes.into_values().map(|letters| self.hand_on_in_order(letters))).await;
        dealt.into_iter().flatten().collect()
    }

    /// Of one lane; behind one that waits, all wait.
    async fn hand_on_in_order(&self, letters: Vec<Letter>) -> Vec<(i64, Fate)> {
        let mut dealt = Vec::with_capacity(letters.len());
        let mut held_up = false;
        for letter in letters {
            let fate = if held_up { Fate::Waits(LOOK_AGAIN) } else { self.hand_on(&letter).await };
            held_up |= matches!(fate, Fate::Waits(_));
            dealt.push((letter.id, fate));
        }
        dealt
    }

    async fn hand_on(&self, letter: &Letter) -> Fate {
        let alerts: Vec<Alert> = match serde_json::from_str(&letter.body) {
            Ok(alerts) if letter.kind == ALERTS => alerts,
            Ok(_) => return Fate::Aside(format!("it is of an unknown kind: {}", letter.kind)),
            Err(error) => return Fate::Aside(format!("it has another shape ({:?})", error.classify())),
        };
        for alert in alerts {
            if let Err(error) = self.receive(alert, letter.at).await {
                tracing::warn!(%error, "alerts: an alert could not be handed on; it waits");
                return Fate::Waits(LOOK_AGAIN);
            }
        }
        Fate::TakenIn
    }

    async fn receive(&self, alert: Alert, at: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(reception) = self.reception.get() else {
            return Err(StoreError { why: "the desk is not open yet".into(), clash: false });
        };
        reception.receive(Inbound { at, heard: Heard::Alert(alert) }).await
    }

    /// Tells Amazon that its messages are wanted.
    async fn confirm(&self, letter: Letter) -> (i64, Fate) {
        if !is_confirmation(&letter.body) {
            return (letter.id, Fate::Aside("it confirms no subscription".into()));
        }
        let fate = match self.fetch.get(&letter.body).await {
            Ok(_) => {
                tracing::info!(lane = letter.lane, "alerts: the subscription is confirmed");
                Fate::TakenIn
            }
            Err(why) if self.clock.now() - letter.at > CONFIRMABLE => Fate::Aside(why),
            Err(why) => {
                tracing::warn!(lane = letter.lane, %why, "alerts: the subscription could not be confirmed; it is tried again");
                Fate::Waits(CONFIRM_AGAIN)
            }
        };
        (letter.id, fate)
    }

    async fn settle_or_warn(&self, dealt: Vec<(i64, Fate)>) {
        if let Err(error) = self.settle(dealt).await {
            // They stay held for a while, and are taken again; taking them in again is harmless.
            tracing::warn!(%error, "alerts: letters could not be settled");
        }
    }

    async fn settle(&self, dealt: Vec<(i64, Fate)>) -> Result<usize, StoreError> {
        let (mut done, mut waiting, mut aside) = (Vec::new(), Vec::new(), 0);
        let now = self.clock.now();
        for (id, fate) in dealt {
            match fate {
                Fate::TakenIn => done.push(id),
                Fate::Waits(after) => waiting.push((id, now + after)),
                Fate::Aside(why) => {
                    tracing::warn!(letter = id, %why, "alerts: a delivery is kept aside");
                    counter!("firebell_alerts_kept_aside_total").increment(1);
                    self.mailbox.set_aside(id, &why).await?;
                    aside += 1;
                }
            }
        }
        if !done.is_empty() {
            self.mailbox.done(&done).await?;
        }
        gauge!("firebell_alerts_letters_waiting").set(waiting.len() as f64);
        if !waiting.is_empty() {
            self.mailbox.put_back(&waiting).await?;
        }
        Ok(done.len() + aside)
    }
}

#[expect(clippy::disallowed_methods, reason = "the adapter's own pace, nothing that is due")]
async fn pause(wait: Duration) {
    tokio::time::sleep(wait).await;
}
