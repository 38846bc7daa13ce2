//! The world as text: what everybody can see in Slack, what is on record, and what is left to do.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use firebell::ports::{Ledger, Mailbox};

use super::script::{PEOPLE, ROOM};
use crate::slack::{Channel, Message, Workspace, shown};
use crate::support::world::World;

/// How an answer begins that stands in for a form: who has the form may be told the words as well.
const INSTEAD_OF_A_FORM: &str = "It needs";

/// What everybody has to find once, and in order; and what single people were told: nobody can look that up in Slack,
/// so that it may be told twice.
pub async fn snapshot(world: &World) -> String {
    let ws = world.workspace();
    let mut parts = Vec::new();
    for name in ws.channel_names() {
        let channel = ws.channel_named(&name).expect("a channel");
        parts.push(about(ws, &channel));
        parts.push(said(ws, &name).join("\n"));
    }
    for who in PEOPLE {
        parts.push(format!("=== told to {who}\n{}", told(ws, who)));
    }
    if ws.channel_named(ROOM).is_some() {
        parts.push(format!("=== timeline\n{}", world.timeline(1).await));
        parts.push(format!("=== transcript\n{}", world.transcript(1).await));
        parts.push(format!("=== log\n{}", log(world).await));
    }
    parts.push(format!("=== left\n{}", left(world).await));
    parts.join("\n")
}

fn about(ws: &Workspace, channel: &Channel) -> String {
    let mut members = channel.members.clone();
    members.sort();
    let mut bookmarks: Vec<String> = channel.bookmarks.iter().map(|b| format!("{} {}", b.title, b.link)).collect();
    bookmarks.sort();
    let messages = ws.messages(&channel.name);
    let pinned = |ts: &String| messages.iter().find(|m| m.ts == *ts).map(|m| shown::line(ws, m));
    let pins: Vec<String> = channel.pins.iter().filter_map(pinned).collect();
    format!(
        "=== #{}, private {}, archived {}\ntopic: {}\npurpose: {}\nmembers: {}\nbookmarks: {}\npins: {}",
        channel.name,
        channel.private,
        channel.archived,
        channel.topic,
        channel.purpose,
        members.join(", "),
        bookmarks.join(", "),
        pins.join("\n"),
    )
}

/// What was said. What Slack itself notes of topics and pins may be there twice: it does as it is told twice.
fn said(ws: &Workspace, channel: &str) -> Vec<String> {
    let is_said = |m: &Message| m.ephemeral_for.is_none() && matches!(m.subtype, None | Some("bot_message"));
    let mut messages: Vec<Message> = ws.messages(channel).into_iter().filter(is_said).collect();
    // The card is found at the top, whenever it came.
    messages.sort_by_key(|m| !m.pinned);
    messages.iter().map(|m| shown::line(ws, m)).collect()
}

/// What this person alone was told, each thing once.
fn told(ws: &Workspace, who: &str) -> String {
    let id = ws.person(who);
    let mut all = BTreeSet::new();
    for channel in ws.channel_names() {
        let messages = ws.messages(&channel);
        let own = messages.iter().filter(|m| m.ephemeral_for.as_ref() == Some(&id) && m.author == ws.bot_user());
        all.extend(own.map(|m| words(ws, m)));
    }
    let direct: Vec<String> = ws.direct_messages(who).iter().map(|m| words(ws, m)).collect();
    // Direct messages can be looked up.
    assert_eq!(direct.iter().collect::<BTreeSet<_>>().len(), direct.len(), "{who} was told twice: {direct:#?}");
    all.extend(direct);
    all.retain(|words| !words.contains(INSTEAD_OF_A_FORM));
    all.into_iter().collect::<Vec<_>>().join("\n")
}

fn words(ws: &Workspace, message: &Message) -> String {
    let line = shown::line(ws, message);
    line.split_once(": ").map_or(line.clone(), |(_, words)| words.to_string())
}

/// How often each kind of event happened. In which order Slack's answers came in is nobody's business.
async fn log(world: &World) -> String {
    let events = world.store.events(1).await.expect("to read");
    let kind = |event| serde_json::to_value(event).expect("JSON")["type"].as_str().expect("a type").to_string();
    let mut kinds: Vec<String> = events.iter().map(|e| kind(&e.event)).collect();
    kinds.sort();
    kinds.join(", ")
}

/// Nothing but alarms to come.
async fn left(world: &World) -> String {
    let far: DateTime<Utc> = "2200-01-01T00:00:00Z".parse().expect("a time");
    let (alarms, _) = world.store.waiting(far).await.expect("to read");
    let (due, _) = world.store.waiting(firebell::ports::Clock::now(world.clock.as_ref())).await.expect("to read");
    let parked = world.store.parked().await.expect("to read").len();
    let aside = world.mailbox().aside().await.expect("to read");
    let letters = world.mailbox().take("slack", far, far, 100).await.expect("to read").len();
    let undelivered = world.workspace().pending();
    let differences = world.store.verify().await.expect("to verify").differences;
    format!(
        "alarms {alarms}, due {due}, set aside {parked}, letters {letters}, letters aside {aside}, \
         undelivered {undelivered}, differences {differences:?}"
    )
}

/// What is in one of them alone, and the second as a whole.
pub fn difference(expected: &str, seen: &str) -> String {
    let marked = |mark: &str, lines: &str, others: &str| {
        let only = lines.lines().filter(|l| !others.lines().any(|o| o == *l));
        only.map(|l| format!("{mark} {l}\n")).collect::<String>()
    };
    format!("{}{}{seen}", marked("-", expected, seen), marked("+", seen, expected))
}
