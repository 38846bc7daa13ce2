//! The journal's transaction: each step of it hands to the file that knows the table.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::codec::{corrupt, from_json, title_key, to_json};
use super::db::{executing, reading, writing};
use super::rows::padded;
use super::{Kept, Loaded, Store, Tx, alerts, chain, directory, models, outbox, subscriptions, transcript};
use crate::detection::Watched;
use crate::incident::{Incident, Recorded, evolve};
use crate::plan::{MessageId, Number, Person, PersonId, Recipient, RoomId, Topic};
use crate::ports::{Draft, Job, JobState, Journal, MessageRecord, Offer, StoreError, Transaction, Wish};

pub(super) const FIRST_TIME: &str =
    "INSERT INTO inbox (identity, at) VALUES ($1, $2) ON CONFLICT (identity) DO NOTHING";
/// Many at once.
pub(super) const INCIDENTS_IN: &str = "SELECT room, incident FROM rooms WHERE room IN ($1, $2, $3, $4, $5, $6, $7, $8)";
const ROOMS_AT_ONCE: usize = 8;
pub(super) const HEAD: &str = "SELECT seq, head FROM incidents WHERE number = $1";
pub(super) const EVENTS_AFTER: &str =
    "SELECT seq, body, hash FROM events WHERE incident = $1 AND seq > $2 ORDER BY seq";
pub(super) const NEXT_NUMBER: &str = "SELECT COALESCE(MAX(number), 0) + 1 FROM incidents";
pub(super) const OPEN_TITLED: &str =
    "SELECT number FROM incidents WHERE is_open = TRUE AND title_key = $1 ORDER BY number";
pub(super) const OPEN_ROOMS: &str = "SELECT r.incident, r.room FROM rooms r JOIN incidents i ON i.number = r.incident \
     WHERE i.is_open = TRUE ORDER BY r.incident, r.room";
pub(super) const ADD_EVENT: &str = "INSERT INTO events (incident, seq, body, prev, hash) VALUES ($1, $2, $3, $4, $5)";

#[async_trait]
impl Journal for Store {
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError> {
        Ok(Box::new(Entry {
            tx: self.db.begin().await?,
            kept: self.kept.clone(),
            staged: HashMap::new(),
            rooms: HashMap::new(),
            met: HashSet::new(),
        }))
    }

    async fn claim(&self, now: DateTime<Utc>, lease_until: DateTime<Utc>, limit: i64) -> Result<Vec<Job>, StoreError> {
        // Most looks find nothing, and a look does not need the one writer.
        if !outbox::any_due(&self.db, now).await? {
            return Ok(Vec::new());
        }
        let mut tx = self.db.begin().await?;
        let jobs = outbox::claim(&mut tx, now, lease_until, limit).await?;
        tx.commit().await?;
        Ok(jobs)
    }

    async fn hold(&self, job: &Job, lease_until: DateTime<Utc>) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        outbox::hold(&mut tx, job, lease_until).await?;
        tx.commit().await
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        outbox::next_due(&self.db).await
    }

    async fn take_up(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        outbox::take_up(&self.db, now).await
    }
}

/// One transaction with what it has read and written so far.
struct Entry {
    tx: Tx,
    kept: Arc<Kept>,
    /// Kept for later only once this is committed.
    staged: HashMap<Number, Loaded>,
    rooms: HashMap<RoomId, Option<Number>>,
    met: HashSet<PersonId>,
}

#[async_trait]
impl Transaction for Entry {
    async fn first_time(&mut self, identity: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let added = executing!(&mut self.tx, sqlx::query(FIRST_TIME).bind(identity).bind(now));
        Ok(added == 1)
    }

    async fn incident_in(&mut self, room: &RoomId) -> Result<Option<Number>, StoreError> {
        Ok(self.incidents_in(&[room]).await?.pop().flatten())
    }

    async fn incidents_in(&mut self, rooms: &[&RoomId]) -> Result<Vec<Option<Number>>, StoreError> {
        let new: BTreeSet<&RoomId> = rooms.iter().copied().filter(|room| !self.rooms.contains_key(*room)).collect();
        for some in new.into_iter().collect::<Vec<_>>().chunks(ROOMS_AT_ONCE) {
            let found: Vec<(String, Number)> = writing!(&mut self.tx, c => {
                let rooms = padded(some, ROOMS_AT_ONCE);
                rooms.fold(sqlx::query_as(INCIDENTS_IN), |query, room| query.bind(room.to_string())).fetch_all(&mut *c).await?
            });
            let found: HashMap<String, Number> = found.into_iter().collect();
            self.rooms.extend(some.iter().map(|room| ((*room).clone(), found.get(&room.to_string()).copied())));
        }
        Ok(rooms.iter().map(|room| self.rooms.get(*room).copied().flatten()).collect())
    }

    async fn load(&mut self, number: Number) -> Result<Option<Incident>, StoreError> {
        Ok(self.loaded(number).await?.map(|loaded| Arc::unwrap_or_clone(loaded.incident)))
    }

    async fn next_number(&mut self) -> Result<Number, StoreError> {
        Ok(writing!(&mut self.tx, c => sqlx::query_scalar(NEXT_NUMBER).fetch_one(&mut *c).await?))
    }

    async fn open_titled(&mut self, title: &str) -> Result<Vec<Number>, StoreError> {
        Ok(writing!(&mut self.tx, c => {
            sqlx::query_scalar(OPEN_TITLED).bind(title_key(title)).fetch_all(&mut *c).await?
        }))
    }

    async fn append(&mut self, events: &[Recorded], after: &Incident) -> Result<(), StoreError> {
        let number = after.number;
        let mut head = self.loaded(number).await?.map(|l| l.head).unwrap_or_default();
        for event in events {
            let body = to_json(event)?;
            let hash = chain::link(&head, &body);
            executing!(
                &mut self.tx,
                sqlx::query(ADD_EVENT).bind(number).bind(event.seq).bind(&body).bind(&head).bind(&hash)
            );
            head = hash;
        }
        models::follow(&mut self.tx, events, after, &head).await?;
        self.rooms.clear();
        self.staged.insert(number, Loaded { incident: Arc::new(after.clone()), head });
        Ok(())
    }

    async fn enqueue(&mut self, draft: &Draft) -> Result<(), StoreError> {
        outbox::enqueue(&mut self.tx, draft).await
    }

    async fn settle(&mut self, job: &Job, state: &JobState) -> Result<(), StoreError> {
        outbox::settle(&mut self.tx, job, state).await
    }

    async fn record(&mut self, messages: &[(MessageRecord, Number)]) -> Result<u64, StoreError> {
        transcript::record(&mut self.tx, messages).await
    }

    async fn message(&mut self, id: &MessageId) -> Result<Option<MessageRecord>, StoreError> {
        transcript::message(&mut self.tx, id).await
    }

    async fn messages_since(&mut self, room: &RoomId, since: DateTime<Utc>) -> Result<Vec<MessageRecord>, StoreError> {
        transcript::since(&mut self.tx, room, since).await
    }

    async fn open_rooms(&mut self) -> Result<Vec<(Number, RoomId)>, StoreError> {
        let rows: Vec<(Number, String)> =
            writing!(&mut self.tx, c => sqlx::query_as(OPEN_ROOMS).fetch_all(&mut *c).await?);
        let parsed = |(number, room): (Number, String)| {
            Ok((number, room.parse().map_err(|e| corrupt("rooms", "room", number, e))?))
        };
        rows.into_iter().map(parsed).collect()
    }

    async fn try_again(&mut self, incident: Option<Number>, now: DateTime<Utc>) -> Result<(), StoreError> {
        outbox::try_again(&mut self.tx, incident, now).await
    }

    async fn revise(&mut self, id: &MessageId, text: &str) -> Result<(), StoreError> {
        transcript::revise(&mut self.tx, id, text).await
    }

    async fn erase(&mut self, id: &MessageId) -> Result<(), StoreError> {
        transcript::erase(&mut self.tx, id).await
    }

    async fn meet(&mut self, person: &Person) -> Result<(), StoreError> {
        if self.met.insert(person.id.clone()) {
            directory::meet(&mut self.tx, person).await?;
        }
        Ok(())
    }

    async fn joined(&mut self, room: &RoomId, person: &PersonId) -> Result<(), StoreError> {
        directory::joined(&mut self.tx, room, person).await
    }

    async fn left(&mut self, room: &RoomId, person: &PersonId) -> Result<(), StoreError> {
        directory::left(&mut self.tx, room, person).await
    }

    async fn is_member(&mut self, room: &RoomId, person: &PersonId) -> Result<bool, StoreError> {
        directory::is_member(&mut self.tx, room, person).await
    }

    async fn members(&mut self, room: &RoomId) -> Result<Vec<PersonId>, StoreError> {
        directory::members(&mut self.tx, room).await
    }

    async fn people_named(&mut self, name: &str) -> Result<Vec<Person>, StoreError> {
        directory::named(&mut self.tx, name).await
    }

    async fn person(&mut self, id: &PersonId) -> Result<Option<Person>, StoreError> {
        directory::person(&mut self.tx, id).await
    }

    async fn alert(&mut self, source: &str, fingerprint: &str) -> Result<Option<Watched>, StoreError> {
        alerts::alert(&mut self.tx, source, fingerprint).await
    }

    async fn keep_alert(&mut self, watched: &Watched) -> Result<(), StoreError> {
        alerts::keep(&mut self.tx, watched).await
    }

    async fn alerts_of(&mut self, group: &str) -> Result<Vec<Watched>, StoreError> {
        alerts::of_group(&mut self.tx, group).await
    }

    async fn open_of_service(&mut self, service: &str) -> Result<Vec<Number>, StoreError> {
        alerts::open_of_service(&mut self.tx, service).await
    }

    async fn want(&mut self, wish: &Wish, now: DateTime<Utc>) -> Result<(), StoreError> {
        subscriptions::want(&mut self.tx, wish, now).await
    }

    async fn forget_wish(&mut self, who: &Recipient, topic: &Topic) -> Result<(), StoreError> {
        subscriptions::forget(&mut self.tx, who, topic).await
    }

    async fn wishes(&mut self, topics: &[Topic]) -> Result<Vec<Wish>, StoreError> {
        subscriptions::wishes(&mut self.tx, topics).await
    }

    async fn offer(&mut self, offer: &Offer) -> Result<(), StoreError> {
        directory::offer(&mut self.tx, offer).await
    }

    async fn take_offer(&mut self, message: &MessageId, to: &PersonId) -> Result<Option<Offer>, StoreError> {
        directory::take_offer(&mut self.tx, message, to).await
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.tx.commit().await?;
        for (number, loaded) in self.staged {
            self.kept.put(number, loaded);
        }
        Ok(())
    }
}

impl Entry {
    async fn loaded(&mut self, number: Number) -> Result<Option<Loaded>, StoreError> {
        if let Some(loaded) = self.staged.get(&number) {
            return Ok(Some(loaded.clone()));
        }
        let found: Option<(i64, String)> =
            writing!(&mut self.tx, c => sqlx::query_as(HEAD).bind(number).fetch_optional(&mut *c).await?);
        let Some((seq, head)) = found else { return Ok(None) };
        let start = start_of(self.kept.get(number), number, seq);
        let loaded = match start.seq == seq {
            true => Loaded { incident: start, head },
            false => {
                let rows: Vec<(i64, String, String)> = writing!(&mut self.tx, c => {
                    sqlx::query_as(EVENTS_AFTER).bind(number).bind(start.seq).fetch_all(&mut *c).await?
                });
                go_on(start, head, &rows)?
            }
        };
        // Not asked for again by what follows in this transaction: were it to change meanwhile, `append` clashes.
        self.staged.insert(number, loaded.clone());
        Ok(Some(loaded))
    }
}

/// What is kept of the incident, unless it is ahead of the database: then something was restored or taken back.
fn start_of(kept: Option<Loaded>, number: Number, seq: i64) -> Arc<Incident> {
    match kept {
        Some(kept) if kept.incident.seq <= seq => kept.incident,
        _ => Arc::new(Incident::unborn(number)),
    }
}

/// Folds the rest of the log in. The head is that of the last event read: on PostgreSQL another replica may have gone
/// on since `head` was asked for.
fn go_on(start: Arc<Incident>, head: String, rows: &[(i64, String, String)]) -> Result<Loaded, StoreError> {
    let number = start.number;
    let mut incident = Arc::unwrap_or_clone(start);
    for (seq, body, _) in rows {
        let event: Recorded = from_json(body, "events", "body", format!("{number}/{seq}"))?;
        incident = evolve(incident, &event);
    }
    let head = rows.last().map_or(head, |(_, _, hash)| hash.clone());
    Ok(Loaded { incident: Arc::new(incident), head })
}

/// The incident as of the last commit, for readers.
pub(super) async fn read(store: &Store, number: Number) -> Result<Option<Arc<Incident>>, StoreError> {
    let found: Option<(i64, String)> =
        reading!(&store.db, c => sqlx::query_as(HEAD).bind(number).fetch_optional(c).await?);
    let Some((seq, head)) = found else { return Ok(None) };
    let start = start_of(store.kept.get(number), number, seq);
    if start.seq == seq {
        return Ok(Some(start));
    }
    let rows: Vec<(i64, String, String)> =
        reading!(&store.db, c => sqlx::query_as(EVENTS_AFTER).bind(number).bind(start.seq).fetch_all(c).await?);
    let loaded = go_on(start, head, &rows)?;
    store.kept.put(number, loaded.clone());
    Ok(Some(loaded.incident))
}
