//! One incident as text: what people see of it, what is on record, what is left to do. Its number is taken out, so that
//! all incidents of a world read alike.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use firebell::ports::{Clock, Ledger, Mailbox};
use regex::Regex;

use super::firebell::Firebell;
use super::script::{NEWCOMER, name_of, room_of};
use crate::matrix::resident::Resident;
use crate::matrix::shown::Shown;
use crate::support::world::World;

/// The rooms that everybody is in.
const COMMON: [&str; 2] = ["general", "incidents"];

/// What had been said in the common rooms before this incident: it is not looked at again.
pub struct Before(BTreeSet<String>);

impl Before {
    pub async fn now(firebell: &Firebell) -> Before {
        let mut known = BTreeSet::new();
        let ann = firebell.village().resident("Ann").await;
        ann.catches_up().await;
        for room in COMMON {
            known.extend(said(firebell, &ann, room).await.into_iter().map(|message| message.id));
        }
        Before(known)
    }
}

pub async fn snapshot(firebell: &Firebell, number: i64, before: &Before) -> String {
    let village = firebell.village();
    let own = room_of(number);
    let mut parts = vec![format!("rooms {}, spaces {}", village.hamlet.proxy.rooms().len() as i64 - number, {
        village.hamlet.proxy.spaces().len()
    })];
    let ann = village.resident("Ann").await;
    ann.catches_up().await;
    for room in COMMON {
        let mut new = said(firebell, &ann, room).await;
        new.retain(|message| !before.0.contains(&message.id));
        parts.push(format!("=== #{room}\n{}", lines(&new)));
    }
    parts.push(format!("=== the room\n{}", about(&ann, &own).await));
    for who in ["Ann", NEWCOMER] {
        let reader = village.resident(&name_of(who, number)).await;
        reader.catches_up().await;
        parts.push(format!("=== {who} reads\n{}", lines(&said(firebell, &reader, &own).await)));
    }
    parts.push(firebell.with(async move |world| on_record(&world, number).await).await.expect("it lives"));
    let devices = ann.devices_of(village.bot()).await;
    let verified: Vec<bool> = devices.into_iter().map(|(_, verified)| verified).collect();
    parts.push(format!("=== Firebell's devices, verified: {verified:?}"));
    without_numbers(&parts.join("\n"), number)
}

async fn said(firebell: &Firebell, reader: &Resident, room: &str) -> Vec<Shown> {
    match reader.room(room) {
        Some(room) => firebell.village().shown(reader, &room).await,
        None => Vec::new(),
    }
}

/// The card is found at the top, whenever it came; threads stand behind their first messages.
fn lines(messages: &[Shown]) -> String {
    let place = |id: &String| messages.iter().position(|m| m.id == *id);
    let mut sorted: Vec<&Shown> = messages.iter().collect();
    sorted.sort_by_key(|m| (!m.is_pinned(), place(m.thread.as_ref().unwrap_or(&m.id)), place(&m.id)));
    let line = |m: &&Shown| format!("{}{}", if m.is_there() { "" } else { "gone: " }, m.line(None));
    sorted.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What the room is, and who is in it.
async fn about(ann: &Arc<Resident>, name: &str) -> String {
    let Some(room) = ann.room(name) else { return "Ann is not in it".into() };
    let members: BTreeSet<String> = ann.names(&room).await.into_values().collect();
    let powers = ann.state(&room).await.into_iter().find(|event| event["type"] == "m.room.power_levels");
    let powers = powers.map(|event| event["content"].clone()).unwrap_or_default();
    let arranges: BTreeSet<String> = match powers["users"].as_object() {
        Some(users) => users.keys().map(|user| user.split('-').next().unwrap_or_default().into()).collect(),
        None => BTreeSet::new(),
    };
    format!(
        "topic: {}\nmembers: {}\narranged by: {}\nwho may speak: {}\nencrypted: {}",
        room.topic().unwrap_or_default(),
        members.into_iter().collect::<Vec<_>>().join(", "),
        arranges.into_iter().collect::<Vec<_>>().join(", "),
        powers["events_default"],
        room.encryption_state().is_encrypted(),
    )
}

async fn on_record(world: &World, number: i64) -> String {
    let known = world.store.incident(number).await.expect("to read").is_some();
    let more = world.store.incident(number + 1).await.expect("to read").is_some();
    assert!(!more, "there are more incidents than were declared");
    let incident = match known {
        true => format!(
            "=== timeline\n{}\n=== transcript\n{}\n=== log\n{}",
            world.timeline(number).await,
            world.transcript(number).await,
            log(world, number).await
        ),
        false => "there is no incident".into(),
    };
    format!("{incident}\n=== left\n{}", left(world).await)
}

/// How often each kind of event happened. In which order the homeserver's answers came in is nobody's business.
async fn log(world: &World, number: i64) -> String {
    let events = world.store.events(number).await.expect("to read");
    let kind = |event| serde_json::to_value(event).expect("JSON")["type"].as_str().expect("a type").to_string();
    let mut kinds: Vec<String> = events.iter().map(|e| kind(&e.event)).collect();
    kinds.sort();
    kinds.join(", ")
}

/// Nothing but alarms to come.
async fn left(world: &World) -> String {
    let far: DateTime<Utc> = "2200-01-01T00:00:00Z".parse().expect("a time");
    let (alarms, _) = world.store.waiting(far).await.expect("to read");
    let (due, _) = world.store.waiting(world.clock.now()).await.expect("to read");
    let parked = world.store.parked().await.expect("to read");
    let aside = world.mailbox().aside().await.expect("to read");
    let letters = world.mailbox().take("matrix", far, far, 100).await.expect("to read").len();
    let differences = world.store.verify().await.expect("to verify").differences;
    format!(
        "alarms {alarms}, due {due}, set aside {parked:?}, letters {letters}, letters aside {aside}, \
         differences {differences:?}"
    )
}

fn without_numbers(text: &str, number: i64) -> String {
    let numbered = Regex::new(r"(INC-|inc-|outage-|Outage |Cleo |cleo_)(\d+)").expect("a pattern");
    numbered
        .replace_all(text, |found: &regex::Captures| {
            assert_eq!(found[2].parse(), Ok(number), "another incident is spoken of:\n{text}");
            format!("{}n", &found[1])
        })
        .into_owned()
}

/// What is in one of them alone, and the second as a whole.
pub fn difference(expected: &str, seen: &str) -> String {
    let marked = |mark: &str, lines: &str, others: &str| {
        let only = lines.lines().filter(|l| !others.lines().any(|o| o == *l));
        only.map(|l| format!("{mark} {l}\n")).collect::<String>()
    };
    format!("{}{}{seen}", marked("-", expected, seen), marked("+", seen, expected))
}
