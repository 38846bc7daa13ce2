//! Adapter: on-call calendars that are kept elsewhere. Each is read again and again, and as it was last read it is kept: a
//! calendar that can't be reached just now is no reason to page nobody.

mod ical;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::plan::{Plan, Rotation, Shift, Turns};
use crate::ports::{Calendars as Port, Clock, Notes, StoreError};

/// Who adapters are to the notes.
const SOURCE: &str = "calendars";
/// How often a calendar is read.
const EVERY: Duration = Duration::from_secs(300);
/// What is known of a calendar: from so long ago until so far ahead.
const BACK: TimeDelta = TimeDelta::days(30);
const AHEAD: TimeDelta = TimeDelta::days(180);

/// Where calendars are read.
#[async_trait]
pub trait Fetch: Send + Sync {
    /// The text at this address; else why it is not had, for the log.
    async fn get(&self, address: &str) -> Result<String, String>;
}

pub struct Calendars {
    plan: Arc<Plan>,
    notes: Arc<dyn Notes>,
    clock: Arc<dyn Clock>,
    fetch: Arc<dyn Fetch>,
    /// The text of each rotation's calendar, as it was last read, and what was made of it.
    known: RwLock<BTreeMap<String, Known>>,
}

#[derive(Clone, Default)]
struct Known {
    text: String,
    shifts: Vec<Shift>,
}

/// What a calendar holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    pub shifts: Vec<Shift>,
    /// How many events of this time are nobody's in the plan.
    pub strangers: usize,
}

impl Calendars {
    /// With what was read before the last stop.
    pub async fn open(
        plan: Arc<Plan>,
        notes: Arc<dyn Notes>,
        clock: Arc<dyn Clock>,
        fetch: Arc<dyn Fetch>,
    ) -> Result<Arc<Calendars>, StoreError> {
        let calendars = Calendars { plan, notes, clock, fetch, known: RwLock::default() };
        for (rotation, address) in calendars.kept_elsewhere() {
            if let Some(text) = calendars.notes.noted(SOURCE, &noted_as(address)).await? {
                calendars.know(rotation, text);
            }
        }
        Ok(Arc::new(calendars))
    }

    /// Reads until told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        let mut every = tokio::time::interval(EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = every.tick() => self.read().await,
            }
        }
    }

    /// Each calendar, once. What can't be had, or is none, leaves what is known.
    pub async fn read(&self) {
        for (rotation, address) in self.kept_elsewhere() {
            let read = match self.fetch.get(address).await {
                Ok(text) => self.take(rotation, address, text).await,
                Err(why) => Err(why),
            };
            if let Err(why) = read {
                tracing::warn!(rotation = rotation.key, %why, "a calendar could not be read; it stays as it was");
            }
        }
    }

    async fn take(&self, rotation: &Rotation, address: &str, text: String) -> Result<(), String> {
        let now = self.clock.now();
        let found = look(rotation, &self.plan, &text, now)?;
        if found.strangers > 0 {
            tracing::warn!(
                rotation = rotation.key,
                events = found.strangers,
                "events of a calendar are nobody's in the plan"
            );
        }
        let before = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&rotation.key).cloned();
        if before.is_none_or(|before| before.text != text) {
            self.notes.note(SOURCE, &noted_as(address), &text).await.map_err(|e| e.why)?;
        }
        self.know(rotation, text);
        Ok(())
    }

    fn know(&self, rotation: &Rotation, text: String) {
        let shifts = look(rotation, &self.plan, &text, self.clock.now()).map(|read| read.shifts).unwrap_or_default();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(rotation.key.clone(), Known { text, shifts });
    }

    fn kept_elsewhere(&self) -> Vec<(&Rotation, &str)> {
        kept_elsewhere(&self.plan)
    }
}

impl Port for Calendars {
    fn shifts(&self, rotation: &str) -> Vec<Shift> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(rotation).map(|known| known.shifts.clone()).unwrap_or_default()
    }
}

/// For `firebell check`: what each calendar holds now.
pub async fn check(plan: &Plan, fetch: &dyn Fetch, now: DateTime<Utc>) -> Vec<(String, Result<Read, String>)> {
    let mut found = Vec::new();
    for (rotation, address) in kept_elsewhere(plan) {
        let read = match fetch.get(address).await {
            Ok(text) => look(rotation, plan, &text, now),
            Err(why) => Err(why),
        };
        found.push((rotation.label.clone(), read));
    }
    found
}

fn kept_elsewhere(plan: &Plan) -> Vec<(&Rotation, &str)> {
    let mut found = Vec::new();
    for rotation in &plan.rotations {
        if let Turns::Calendar(address) = &rotation.turns {
            found.push((rotation, address.as_str()));
        }
    }
    found
}

/// Many calendars are secret by their address alone.
fn noted_as(address: &str) -> String {
    hex::encode(Sha256::digest(address.as_bytes()))
}

fn look(rotation: &Rotation, plan: &Plan, text: &str, now: DateTime<Utc>) -> Result<Read, String> {
    ical::read(text, rotation.zone, &plan.contacts, now - BACK, now + AHEAD)
}

#[cfg(test)]
mod tests;
