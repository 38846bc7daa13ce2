//! A world as text: everything that people can see of it, so that two worlds can be told to be the same.

use chrono::{DateTime, TimeDelta, Utc};
use firebell::export::Record;
use firebell::ports::{Ledger, LocalChat};
use firebell::postmortem::Template;

use super::world::{World, plan};

/// What these people see of every room, and of incident 1 its timeline, transcript and postmortem. A day later, so
/// that whatever rings has rung.
pub async fn snapshot(world: &World, people: &[&str]) -> String {
    world.later(TimeDelta::days(1)).await;
    let mut parts = Vec::new();
    for who in people {
        parts.push(format!("=== {who} sees\n{}", rooms(world, who).await));
    }
    parts.push(format!("=== timeline\n{}", world.timeline(1).await));
    parts.push(format!("=== transcript\n{}", world.transcript(1).await));
    parts.push(format!("=== postmortem\n{}", postmortem(world).await));
    parts.push(format!("=== log\n{}", log(world).await));
    // Doing a thing twice that looks the same would show here.
    parts.push(format!("=== changes of the chat\n{}", *world.chat.newest().borrow()));
    // What is due is done, or settling would have failed; these are alarms to come.
    let far: DateTime<Utc> = "2200-01-01T00:00:00Z".parse().expect("a time");
    let (left, _) = world.store.waiting(far).await.expect("to read");
    parts.push(format!("=== left in the outbox\n{left}"));
    let verified = world.store.verify().await.expect("to verify");
    assert_eq!(verified.differences, Vec::<String>::new());
    parts.join("\n")
}

async fn rooms(world: &World, who: &str) -> String {
    let person = world.person(who).await;
    let overview = world.chat.overview(&person).await.expect("an overview");
    let mut lines = Vec::new();
    for view in overview.rooms {
        let members: Vec<&str> = view.members.iter().map(|p| p.id.as_str()).collect();
        let room = view.room;
        let archived = if room.archived { ", archived" } else { "" };
        lines.push(format!("--- #{} “{}” with {}{archived}", room.id.id, room.topic, members.join(", ")));
        lines.push(world.room(who, &room.id.id).await);
    }
    lines.join("\n")
}

async fn postmortem(world: &World) -> String {
    let record = Record::read(&world.store, 1).await.expect("to read").expect("an incident");
    let drafted = "2026-12-01T12:00:00Z".parse().expect("a time");
    Template::built_in().expect("a template").render(&record.postmortem(&plan(), drafted)).expect("a postmortem")
}

/// How often each kind of event happened. In which order a chat's answers came in is nobody's business.
async fn log(world: &World) -> String {
    let events = world.store.events(1).await.expect("to read");
    let kind = |event| serde_json::to_value(event).expect("JSON")["type"].as_str().expect("a type").to_string();
    let mut kinds: Vec<String> = events.iter().map(|e| kind(&e.event)).collect();
    kinds.sort();
    kinds.join("\n")
}
