//! Filling a database: whole incidents through the store's own `append`, so that the log is valid, and their
//! messages by copying rows within the database, so that a million of them take seconds.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use firebell::incident::{Actor, Event, Incident, Recorded, Status, evolve};
use firebell::plan::{COMMANDER, MessageId, Number, Platform, Room, RoomId};
use firebell::ports::{Clock, Heard, Journal, MessageRecord};
use firebell::store::{Db, Store};

use super::rows::execute;
use super::{House, Place, SystemClock, person, said};

/// Incidents that one transaction takes.
const TOGETHER: i64 = 500;
/// What is said in each room that is not silent.
const SAID: usize = 100;

const COPY_MESSAGES: &str = "INSERT INTO messages (room, id, incident, thread, author_id, author_name, at, text, link, \
     edited, deleted) SELECT r.room, m.id, r.incident, m.thread, m.author_id, m.author_name, m.at, m.text, m.link, \
     m.edited, m.deleted FROM rooms r CROSS JOIN messages m WHERE m.incident = 1 AND r.incident > 1 AND r.incident <= $1";

/// A database with many incidents; one open incident with messages is last.
pub struct Seeded {
    pub place: Arc<Place>,
    /// The same open incident whatever the size.
    pub number: Number,
    pub room: Room,
}

/// `closed` incidents that are over, with 100 messages each, and `open` ones; the first of those has messages, too.
pub async fn seed(place: Arc<Place>, closed: i64, open: i64) -> Seeded {
    let house = House::open(&place).await;
    let began = SystemClock.now() - TimeDelta::days(3);
    for from in (1..=closed + open).step_by(TOGETHER as usize) {
        let until = (from + TOGETHER).min(closed + open + 1);
        let mut tx = house.store.begin().await.expect("a transaction");
        for number in from..until {
            let (events, after) = life(number, began, number <= closed);
            tx.append(&events, &after).await.expect("an incident");
            for n in 0..4 {
                tx.meet(&person(n)).await.expect("a person");
                tx.joined(&room(number).id, &person(n).id).await.expect("a member");
            }
        }
        tx.commit().await.expect("a commit");
    }
    let number = closed + 1;
    speak(&house.store, 1, SAID).await;
    execute(&house.db, COPY_MESSAGES, Some(number)).await;
    settle(&house.db).await;
    house.close().await;
    Seeded { place, number, room: room(number) }
}

/// One open incident with `entries` log entries and `messages` messages. The caller gives each number once.
pub async fn incident(store: &Store, number: Number, entries: usize, messages: usize) -> Room {
    let mut tx = store.begin().await.expect("a transaction");
    let began = SystemClock.now() - TimeDelta::hours(9);
    let (mut events, mut after) = life(number, began, false);
    for n in 0..entries {
        let at = began + TimeDelta::minutes(n as i64);
        push(&mut events, &mut after, at, Event::Logged { when: at, text: format!("Looked at worker {n}") });
    }
    tx.append(&events, &after).await.expect("an incident");
    tx.commit().await.expect("a commit");
    speak(store, number, messages).await;
    room(number)
}

/// People say things in the incident's room, by the way that messages take.
async fn speak(store: &Store, number: Number, messages: usize) {
    let mut tx = store.begin().await.expect("a transaction");
    let room = room(number);
    let messages = (0..messages).map(|n| {
        let inbound = said(&room.id, n, person(n % 40));
        let Heard::Message(said) = inbound.heard else { unreachable!("said() is a message") };
        (MessageRecord::new(&said, inbound.at), number)
    });
    tx.record(&messages.collect::<Vec<_>>()).await.expect("messages");
    tx.commit().await.expect("a commit");
}

fn room(number: Number) -> Room {
    let name = format!("inc-{number}");
    Room { id: RoomId::new(Platform::Local, name.clone()), name }
}

/// An incident as it usually goes: declared, led, mitigated, and over or not.
fn life(number: Number, began: DateTime<Utc>, closed: bool) -> (Vec<Recorded>, Incident) {
    let (mut events, mut incident) = (Vec::new(), Incident::unborn(number));
    let mut minute = 0;
    let mut happens = |event: Event| {
        minute += 3;
        push(&mut events, &mut incident, began + TimeDelta::minutes(minute), event);
    };
    let status = |from, to| Event::StatusChanged { from, to, note: None, update_due: None };
    let room = room(number);
    let card = MessageId { room: room.id.clone(), id: "card".into() };
    happens(Event::Declared {
        title: format!("Checkout is slow in region {number}"),
        severity: "sev2".into(),
        service: None,
        private: false,
        origin: None,
        update_due: None,
    });
    happens(Event::RoomOpened { room });
    happens(Event::CardPosted { message: card });
    let (role, to) = (COMMANDER.to_string(), Some(person(1)));
    happens(Event::RoleChanged { role, from: None, to, note: None, handover: false });
    happens(Event::Logged { when: began, text: "The error rate went up".into() });
    happens(status(Status::Investigating, Status::Identified));
    happens(Event::Updated {
        text: "The cause is known; a fix is on its way.".into(),
        update_due: None,
        public: false,
        title: None,
    });
    let text = "Restart the workers".to_string();
    happens(Event::TaskAdded { number: 1, text, owner: Some(person(2)), by_plan: false });
    happens(Event::TaskDone { number: 1 });
    // What is to be done afterwards has a day, far ahead, and in one of twenty incidents it is not done yet.
    let due = (began + TimeDelta::days(90)).date_naive();
    happens(Event::ActionAdded {
        number: 1,
        text: "Alert on the queue's length".into(),
        owner: Some(person(3)),
        due: Some(due),
        aim: None,
    });
    if closed {
        happens(status(Status::Identified, Status::Monitoring));
        happens(status(Status::Monitoring, Status::Resolved));
        if number % 20 != 0 {
            happens(Event::ActionDone { number: 1 });
        }
        happens(status(Status::Resolved, Status::Closed));
    }
    (events, incident)
}

fn push(events: &mut Vec<Recorded>, incident: &mut Incident, at: DateTime<Utc>, event: Event) {
    let (number, seq) = (incident.number, incident.seq + 1);
    let fact = Recorded { incident: number, seq, at, by: Actor::Person(person(1)), place: None, event };
    *incident = evolve(incident.clone(), &fact);
    events.push(fact);
}

/// What the databases would have done by themselves by the time that this much has gathered.
async fn settle(db: &Db) {
    match db {
        Db::Sqlite { .. } => execute(db, "PRAGMA wal_checkpoint(TRUNCATE)", None).await,
        Db::Postgres(_) => execute(db, "VACUUM ANALYZE", None).await,
    }
}
