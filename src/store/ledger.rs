//! Reading beside whoever writes.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

use super::codec::{corrupt, from_json, from_word, person, room};
use super::db::reading;
use super::models::{ActionItemRow, IncidentRow};
use super::transcript::MessageRow;
use super::{Store, alerts, journal, subscriptions};
use crate::detection::Watched;
use crate::incident::{Incident, Recorded};
use crate::plan::{Number, PersonId, Recipient, RoomId, Topic};
use crate::ports::{ActionRow, Ledger, MessageRecord, Parked, StoreError, Summary, Wish, Work};

// `= TRUE`: SQLite looks into an index for a comparison, not for a bare column.
pub(super) const OPEN: &str = "SELECT * FROM incidents WHERE is_open = TRUE ORDER BY declared, number";
// A number, not a parameter: PostgreSQL would plan it anew each time, in the belief that the number decides much.
pub(super) const ENDED: &str = "SELECT * FROM incidents WHERE NOT is_open ORDER BY number DESC LIMIT 20";
pub(super) const PUBLIC: &str = "SELECT number FROM incidents WHERE public = TRUE AND (ended IS NULL OR ended >= $1) \
     ORDER BY number DESC LIMIT 1000";
pub(super) const TRANSCRIPT: &str = "SELECT room, id, thread, author_id, author_name, at, text, link, edited, deleted \
     FROM messages WHERE incident = $1 ORDER BY at, id LIMIT $2 OFFSET $3";
pub(super) const TRANSCRIPT_LENGTH: &str = "SELECT COUNT(*) FROM messages WHERE incident = $1";
/// A SELECT of action items that are not done, with this condition, their incidents looked up row by row: PostgreSQL
/// plans that faster than a join; what is due first comes first, without a day last.
macro_rules! open_actions {
    ($condition:literal) => {
        concat!(
            "SELECT a.incident, a.number, a.text, a.owner_id, a.owner_name, a.due, a.aim, a.done, ",
            "(SELECT i.title FROM incidents i WHERE i.number = a.incident) AS title, ",
            "(SELECT i.private FROM incidents i WHERE i.number = a.incident) AS private ",
            "FROM actions a WHERE a.done IS NULL ",
            $condition,
            " ORDER BY a.due IS NULL, a.due, a.incident, a.number"
        )
    };
}
pub(super) const OPEN_ACTIONS: &str = open_actions!("");
pub(super) const OPEN_ACTIONS_OF: &str = open_actions!("AND a.incident = $1");
/// Days are stored as `2026-03-01`, which sorts as they do.
pub(super) const LATE_ACTIONS: &str = open_actions!("AND a.due < $1");
pub(super) const INCIDENT_IN: &str = "SELECT incident FROM rooms WHERE room = $1";
pub(super) const IN_A_ROOM: &str =
    "SELECT COUNT(*) FROM rooms r JOIN members m ON m.room = r.room WHERE r.incident = $1 AND m.person = $2";
pub(super) const THREADS: &str = "SELECT thread FROM messages WHERE room = $1 AND thread IS NOT NULL \
     GROUP BY thread ORDER BY MAX(at) DESC, thread LIMIT 100";
pub(super) const PARKED: &str = "SELECT o.id, o.incident, o.body, o.why, o.changed, COALESCE(i.private, FALSE) AS private \
     FROM outbox o LEFT JOIN incidents i ON i.number = o.incident WHERE o.state = 'parked' ORDER BY o.id";
pub(super) const WAITS_IN: &str = "SELECT COUNT(*) FROM outbox WHERE state = 'waiting' AND lane = $1";
pub(super) const WAITING: &str = "SELECT COUNT(*), MIN(due) FROM outbox WHERE state = 'waiting' AND due <= $1";
pub(super) const PING: &str = "SELECT COUNT(*) FROM outbox WHERE id < 0";

#[async_trait]
impl Ledger for Store {
    async fn open(&self) -> Result<Vec<Summary>, StoreError> {
        let rows: Vec<IncidentRow> = reading!(&self.db, c => sqlx::query_as(OPEN).fetch_all(c).await?);
        rows.into_iter().map(summary).collect()
    }

    async fn ended(&self) -> Result<Vec<Summary>, StoreError> {
        let rows: Vec<IncidentRow> = reading!(&self.db, c => sqlx::query_as(ENDED).fetch_all(c).await?);
        rows.into_iter().map(summary).collect()
    }

    async fn incident_in(&self, room: &RoomId) -> Result<Option<Number>, StoreError> {
        Ok(reading!(&self.db, c => {
            sqlx::query_scalar(INCIDENT_IN).bind(room.to_string()).fetch_optional(c).await?
        }))
    }

    async fn threads(&self, room: &RoomId) -> Result<Vec<String>, StoreError> {
        Ok(reading!(&self.db, c => sqlx::query_scalar(THREADS).bind(room.to_string()).fetch_all(c).await?))
    }

    async fn incident(&self, number: Number) -> Result<Option<Incident>, StoreError> {
        Ok(journal::read(self, number).await?.map(std::sync::Arc::unwrap_or_clone))
    }

    async fn events(&self, number: Number) -> Result<Vec<Recorded>, StoreError> {
        let rows: Vec<(i64, String, String)> = reading!(&self.db, c => {
            sqlx::query_as(journal::EVENTS_AFTER).bind(number).bind(0_i64).fetch_all(c).await?
        });
        rows.iter().map(|(seq, body, _)| from_json(body, "events", "body", format!("{number}/{seq}"))).collect()
    }

    async fn transcript(&self, number: Number, skip: i64, limit: i64) -> Result<Vec<MessageRecord>, StoreError> {
        let rows: Vec<MessageRow> = reading!(&self.db, c => {
            sqlx::query_as(TRANSCRIPT).bind(number).bind(limit).bind(skip).fetch_all(c).await?
        });
        rows.into_iter().map(MessageRecord::try_from).collect()
    }

    async fn transcript_length(&self, number: Number) -> Result<i64, StoreError> {
        Ok(reading!(&self.db, c => sqlx::query_scalar(TRANSCRIPT_LENGTH).bind(number).fetch_one(c).await?))
    }

    async fn actions(&self, incident: Option<Number>) -> Result<Vec<ActionRow>, StoreError> {
        let rows: Vec<OpenAction> = reading!(&self.db, c => match incident {
            Some(number) => sqlx::query_as(OPEN_ACTIONS_OF).bind(number).fetch_all(c).await?,
            None => sqlx::query_as(OPEN_ACTIONS).fetch_all(c).await?,
        });
        rows.into_iter().map(action).collect()
    }

    async fn late_actions(&self, today: NaiveDate) -> Result<Vec<ActionRow>, StoreError> {
        let rows: Vec<OpenAction> = reading!(&self.db, c => {
            sqlx::query_as(LATE_ACTIONS).bind(today.to_string()).fetch_all(c).await?
        });
        rows.into_iter().map(action).collect()
    }

    async fn is_member(&self, number: Number, person: &PersonId) -> Result<bool, StoreError> {
        let count: i64 = reading!(&self.db, c => {
            sqlx::query_scalar(IN_A_ROOM).bind(number).bind(person.to_string()).fetch_one(c).await?
        });
        Ok(count > 0)
    }

    async fn waits_in(&self, lanes: &[String]) -> Result<bool, StoreError> {
        for lane in lanes {
            let count: i64 = reading!(&self.db, c => sqlx::query_scalar(WAITS_IN).bind(lane).fetch_one(c).await?);
            if count > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn public(&self, since: DateTime<Utc>) -> Result<Vec<Incident>, StoreError> {
        let numbers: Vec<Number> = reading!(&self.db, c => sqlx::query_scalar(PUBLIC).bind(since).fetch_all(c).await?);
        let mut found = Vec::with_capacity(numbers.len());
        for number in numbers {
            found.extend(self.incident(number).await?);
        }
        Ok(found)
    }

    async fn firing_alerts(&self) -> Result<(Vec<Watched>, i64), StoreError> {
        alerts::firing(&self.db).await
    }

    async fn wishes_of(&self, who: &Recipient) -> Result<Vec<Wish>, StoreError> {
        subscriptions::of(&self.db, who).await
    }

    async fn wanting(&self, topic: &Topic, after: &str) -> Result<Vec<Recipient>, StoreError> {
        subscriptions::wanting(&self.db, topic, after).await
    }

    async fn parked(&self) -> Result<Vec<Parked>, StoreError> {
        let rows: Vec<ParkedRow> = reading!(&self.db, c => sqlx::query_as(PARKED).fetch_all(c).await?);
        rows.into_iter()
            .map(|row| {
                let work: Work = from_json(&row.body, "outbox", "body", row.id)?;
                let what = work.in_words();
                Ok(Parked {
                    id: row.id,
                    incident: row.incident,
                    what,
                    why: row.why,
                    at: row.changed,
                    private: row.private,
                })
            })
            .collect()
    }

    async fn waiting(&self, now: DateTime<Utc>) -> Result<(i64, Option<DateTime<Utc>>), StoreError> {
        Ok(reading!(&self.db, c => sqlx::query_as(WAITING).bind(now).fetch_one(c).await?))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        let _: i64 = reading!(&self.db, c => sqlx::query_scalar(PING).fetch_one(c).await?);
        Ok(())
    }
}

#[derive(sqlx::FromRow)]
struct OpenAction {
    #[sqlx(flatten)]
    item: ActionItemRow,
    title: String,
    private: bool,
}

#[derive(sqlx::FromRow)]
struct ParkedRow {
    id: i64,
    incident: Option<Number>,
    body: String,
    why: String,
    changed: DateTime<Utc>,
    private: bool,
}

fn summary(row: IncidentRow) -> Result<Summary, StoreError> {
    let number = row.number;
    Ok(Summary {
        number,
        title: row.title,
        severity: row.severity,
        status: from_word(&row.status, "incidents", "status", number)?,
        service: row.service,
        private: row.private,
        commander: person(row.commander_id, row.commander_name)
            .map_err(|e| corrupt("incidents", "commander_id", number, e))?,
        room: room(row.room_id, row.room_name).map_err(|e| corrupt("incidents", "room_id", number, e))?,
        declared: row.declared,
        ended: row.ended,
        update_due: row.update_due,
    })
}

fn action(row: OpenAction) -> Result<ActionRow, StoreError> {
    let at = format!("{}/{}", row.item.incident, row.item.number);
    let due = row.item.due.map(|d| d.parse()).transpose().map_err(|e| corrupt("actions", "due", &at, e))?;
    Ok(ActionRow {
        incident: row.item.incident,
        title: row.title,
        private: row.private,
        number: u32::try_from(row.item.number).map_err(|e| corrupt("actions", "number", &at, e))?,
        text: row.item.text,
        owner: person(row.item.owner_id, row.item.owner_name).map_err(|e| corrupt("actions", "owner_id", &at, e))?,
        due,
        aim: row.item.aim,
        done: row.item.done,
    })
}
