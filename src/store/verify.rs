//! Does the log still say what it said, and do the read models still follow from it?

use std::collections::BTreeMap;

use super::codec::from_json;
use super::db::writing;
use super::models::{ActionItemRow, IncidentRow, action_rows, incident_row, rooms_of};
use super::{Store, Tx, chain};
use crate::incident::{Incident, Recorded, evolve};
use crate::plan::{Number, key};
use crate::ports::StoreError;

pub(super) const NUMBERS: &str = "SELECT incident FROM events GROUP BY incident ORDER BY incident";
pub(super) const LOG: &str = "SELECT seq, body, prev, hash FROM events WHERE incident = $1 ORDER BY seq";
pub(super) const SHOWN: &str = "SELECT * FROM incidents ORDER BY number";
pub(super) const ACTIONS: &str = "SELECT incident, number, text, owner_id, owner_name, due, aim, done FROM actions \
     ORDER BY incident, number";
pub(super) const ROOMS: &str = "SELECT room, incident FROM rooms ORDER BY room";
pub(super) const STRAY_MESSAGES: &str = "SELECT COUNT(*) FROM messages m LEFT JOIN rooms r ON r.room = m.room \
     WHERE r.incident IS NULL OR r.incident <> m.incident";

/// What was looked at, and what is not as it should be, in words.
#[derive(Debug, Default)]
pub struct Verified {
    pub incidents: usize,
    pub events: usize,
    pub differences: Vec<String>,
}

impl Store {
    /// Replays every log, checks its chain of hashes and compares every read model with what follows from it.
    pub async fn verify(&self) -> Result<Verified, StoreError> {
        let mut verified = Verified::default();
        // All of it as of one moment: a running Firebell goes on writing.
        let mut tx = self.db.snapshot().await?;
        let mut shown = shown(&mut tx).await?;
        let mut actions: BTreeMap<Number, Vec<ActionItemRow>> = BTreeMap::new();
        for row in shown_actions(&mut tx).await? {
            actions.entry(row.incident).or_default().push(row);
        }
        let mut rooms: BTreeMap<String, Number> =
            writing!(&mut tx, c => sqlx::query_as(ROOMS).fetch_all(&mut *c).await?).into_iter().collect();

        let numbers: Vec<Number> = writing!(&mut tx, c => sqlx::query_scalar(NUMBERS).fetch_all(&mut *c).await?);
        for number in numbers {
            let log: Vec<(i64, String, String, String)> =
                writing!(&mut tx, c => sqlx::query_as(LOG).bind(number).fetch_all(&mut *c).await?);
            verified.incidents += 1;
            verified.events += log.len();
            let (incident, head) = replay(number, &log, &mut verified.differences)?;
            compare_incident(shown.remove(&number), &incident_row(&incident, &head), &mut verified.differences);
            if actions.remove(&number).unwrap_or_default() != action_rows(&incident) {
                verified.differences.push(format!("{}: its action items are not those of its log", key(number)));
            }
            for room in rooms_of(&incident) {
                if rooms.remove(&room.to_string()) != Some(number) {
                    verified.differences.push(format!("{}: room {room} is not listed as its own", key(number)));
                }
            }
        }
        let left = shown.keys().chain(actions.keys()).chain(rooms.values());
        verified.differences.extend(left.map(|n| format!("{}: is shown but has no such log", key(*n))));
        let stray: i64 = writing!(&mut tx, c => sqlx::query_scalar(STRAY_MESSAGES).fetch_one(&mut *c).await?);
        if stray > 0 {
            verified.differences.push(format!("{stray} messages belong to another incident than their room"));
        }
        Ok(verified)
    }
}

async fn shown(tx: &mut Tx) -> Result<BTreeMap<Number, IncidentRow>, StoreError> {
    let rows: Vec<IncidentRow> = writing!(tx, c => sqlx::query_as(SHOWN).fetch_all(&mut *c).await?);
    Ok(rows.into_iter().map(|row| (row.number, row)).collect())
}

async fn shown_actions(tx: &mut Tx) -> Result<Vec<ActionItemRow>, StoreError> {
    Ok(writing!(tx, c => sqlx::query_as(ACTIONS).fetch_all(&mut *c).await?))
}

/// The state that the log leads to, and the hash of its last event.
fn replay(
    number: Number,
    log: &[(i64, String, String, String)],
    differences: &mut Vec<String>,
) -> Result<(Incident, String), StoreError> {
    let mut incident = Incident::unborn(number);
    let mut head = String::new();
    for (seq, body, prev, hash) in log {
        if *seq != incident.seq + 1 {
            differences.push(format!("{}: event {} is missing", key(number), incident.seq + 1));
        }
        if *prev != head || *hash != chain::link(prev, body) {
            differences.push(format!("{}: event {seq} is not what was written: its hash differs", key(number)));
        }
        let event: Recorded = from_json(body, "events", "body", format!("{number}/{seq}"))?;
        incident = evolve(incident, &event);
        head = hash.clone();
    }
    Ok((incident, head))
}

fn compare_incident(shown: Option<IncidentRow>, expected: &IncidentRow, differences: &mut Vec<String>) {
    let name = key(expected.number);
    match shown {
        None => differences.push(format!("{name}: has a log but is not shown")),
        Some(row) if row != *expected => {
            differences.push(format!("{name}: is shown as {row:?}, but its log leads to {expected:?}"));
        }
        Some(_) => {}
    }
}
