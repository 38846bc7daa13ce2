//! Five thousand events within seconds, in an incident's room and in nine other channels, while Slack takes hardly a
//! call: each is acknowledged, none is lost, each is on record once.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use firebell::ports::Ledger;
use futures::StreamExt;

use super::script::ROOM;
use crate::slack::{Delivery, Fault, Workspace};
use crate::stories::slack::in_slack;
use crate::support::world::World;

in_slack!(none_is_lost);

const EVENTS: usize = 5000;
/// How many requests of Slack's are open at once.
const AT_ONCE: usize = 64;
const PEOPLE: usize = 40;

async fn none_is_lost(world: World) {
    world.person("Bob").await;
    world.says("Ann", "general", "/incident declare sev2 Checkout is down").await;
    world.says("Ann", ROOM, "/incident claim").await;
    let ws = world.workspace();
    let said = storm(ws);
    for method in ["users.info", "chat.postMessage", "chat.update", "conversations.history", "conversations.replies"] {
        ws.break_every(method, Fault::Throttled { after_s: 30 });
    }
    let queued = ws.take_pending();
    assert!(queued.len() >= EVENTS, "{} events", queued.len());
    let started = std::time::Instant::now();
    let taken = futures::stream::iter(&queued).map(|d| delivered(&world, d)).buffer_unordered(AT_ONCE);
    assert_eq!(taken.filter(|taken| std::future::ready(*taken)).count().await, queued.len());
    println!("{} deliveries were acknowledged in {:?}", queued.len(), started.elapsed());

    let started = std::time::Instant::now();
    // For two minutes Slack takes no calls; then all is as ever.
    for _ in 0..4 {
        world.work().await;
        world.clock.forward(TimeDelta::seconds(30));
    }
    ws.mend();
    for _ in 0..100 {
        world.work().await;
        world.clock.forward(TimeDelta::seconds(2));
    }
    world.settle().await;
    println!("and taken in within {:?}", started.elapsed());
    let transcript = world.store.transcript(1, 0, 10_000).await.expect("to read");
    let texts: Vec<&str> = transcript.iter().map(|m| m.text.as_str()).collect();
    assert_eq!(texts.len(), said.len());
    assert!(texts == said, "the transcript is in another order");
    let timeline = world.store.incident(1).await.expect("to read").expect("an incident").timeline;
    let marked: BTreeSet<&str> = timeline.iter().map(|e| e.text.as_str()).filter(|t| t.starts_with("Line ")).collect();
    let expected: BTreeSet<&str> =
        said.iter().enumerate().filter(|(n, _)| is_marked(*n)).map(|(_, s)| s.as_str()).collect();
    assert_eq!(marked.len(), expected.len());
    assert_eq!(marked, expected);
    assert_eq!(firebell::ports::Mailbox::aside(&world.mailbox()).await.expect("to read"), 0);
    world.ends().await;
}

/// What people say in the incident's room, in order. They talk in other places, too, and put emoji on some of it.
fn storm(ws: &Workspace) -> Vec<String> {
    let mut said = Vec::new();
    for n in 1..10 {
        ws.channel(&format!("elsewhere-{n}"));
    }
    // Who joins is told, too.
    while ws.pending() < EVENTS {
        let n = said.len();
        let who = format!("Person {}", n % PEOPLE);
        let text = format!("Line {n}");
        let ts = ws.says(&who, ROOM, &text);
        if is_marked(n) {
            ws.reacts("Bob", ROOM, &ts, "mag");
        }
        let elsewhere = format!("elsewhere-{}", 1 + n % 9);
        ws.says(&who, &elsewhere, "It is about something else");
        said.push(text);
    }
    said
}

fn is_marked(n: usize) -> bool {
    n.is_multiple_of(10)
}

async fn delivered(world: &World, delivery: &Delivery) -> bool {
    world.workspace().deliver_one(world.slack().url(), delivery).await == 200
}
