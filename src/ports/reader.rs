//! Reading what is remembered, beside whoever writes.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::{MessageRecord, StoreError, Wish};
use crate::detection::Watched;
use crate::incident::{Incident, Recorded, Status};
use crate::plan::{Number, Person, PersonId, Recipient, Room, RoomId, SeverityKey, Topic};

/// A line of the board.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    pub number: Number,
    pub title: String,
    pub severity: SeverityKey,
    pub status: Status,
    pub service: Option<String>,
    pub private: bool,
    pub commander: Option<Person>,
    pub room: Option<Room>,
    pub declared: DateTime<Utc>,
    pub ended: Option<DateTime<Utc>>,
    pub update_due: Option<DateTime<Utc>>,
}

/// An action item with its incident.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActionRow {
    pub incident: Number,
    pub title: String,
    pub private: bool,
    pub number: u32,
    pub text: String,
    pub owner: Option<Person>,
    pub due: Option<NaiveDate>,
    pub aim: Option<String>,
    pub done: Option<DateTime<Utc>>,
}

/// Work that was set aside.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parked {
    pub id: i64,
    pub incident: Option<Number>,
    /// What was to be done, in words.
    pub what: String,
    pub why: String,
    pub at: DateTime<Utc>,
    /// It belongs to a private incident.
    pub private: bool,
}

#[async_trait]
pub trait Ledger: Send + Sync {
    /// Incidents that are open, worst first, then oldest first.
    async fn open(&self) -> Result<Vec<Summary>, StoreError>;

    /// The latest 20 incidents that are over, newest first.
    async fn ended(&self) -> Result<Vec<Summary>, StoreError>;

    /// The incident that this room belongs to.
    async fn incident_in(&self, room: &RoomId) -> Result<Option<Number>, StoreError>;

    /// The threads of this room that are on its transcript, by their first messages; the latest ones.
    async fn threads(&self, room: &RoomId) -> Result<Vec<String>, StoreError>;

    async fn incident(&self, number: Number) -> Result<Option<Incident>, StoreError>;

    /// Its log, in order.
    async fn events(&self, number: Number) -> Result<Vec<Recorded>, StoreError>;

    /// What was said in its rooms, in order of time; at most `limit` messages after the first `skip`.
    async fn transcript(&self, number: Number, skip: i64, limit: i64) -> Result<Vec<MessageRecord>, StoreError>;

    /// How many messages its transcript has.
    async fn transcript_length(&self, number: Number) -> Result<i64, StoreError>;

    /// Action items that are not done, of one incident or of all; those due first come first.
    async fn actions(&self, incident: Option<Number>) -> Result<Vec<ActionRow>, StoreError>;

    /// Action items that are not done and were due before `today`; those due first come first.
    async fn late_actions(&self, today: NaiveDate) -> Result<Vec<ActionRow>, StoreError>;

    /// Whether the person is in one of the incident's rooms.
    async fn is_member(&self, number: Number, person: &PersonId) -> Result<bool, StoreError>;

    /// Whether work waits in one of these lanes, due or not.
    async fn waits_in(&self, lanes: &[String]) -> Result<bool, StoreError>;

    /// The incidents of which something is public, that are open or ended since then; the latest 1,000, newest first.
    async fn public(&self, since: DateTime<Utc>) -> Result<Vec<Incident>, StoreError>;

    /// The latest of the alerts that fire, 100 at most, and how many fire.
    async fn firing_alerts(&self) -> Result<(Vec<Watched>, i64), StoreError>;

    /// What this account or address has said that it wants, or does not, oldest first.
    async fn wishes_of(&self, who: &Recipient) -> Result<Vec<Wish>, StoreError>;

    /// Those who want to hear of this, 100 of them, in order, and none before or at `after`.
    async fn wanting(&self, topic: &Topic, after: &str) -> Result<Vec<Recipient>, StoreError>;

    async fn parked(&self) -> Result<Vec<Parked>, StoreError>;

    /// How many pieces of work wait that are due, and since when the oldest does.
    async fn waiting(&self, now: DateTime<Utc>) -> Result<(i64, Option<DateTime<Utc>>), StoreError>;

    /// The database answers.
    async fn ping(&self) -> Result<(), StoreError>;
}
