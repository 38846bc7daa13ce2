//! What happens while nobody listens is read back, and where there was a gap the timeline says so.

use std::time::Duration;

use chrono::TimeDelta;
use firebell::ports::{Clock, Journal, Ledger};
use insta::assert_snapshot;
use serde_json::json;

use super::mode::posted;
use super::{ROOM, declared, in_slack, private_with_bob};
use crate::support::wait::{goes_by, until};
use crate::support::world::World;

in_slack!(
    what_was_said_while_firebell_was_away,
    a_gap_in_which_nothing_happened_is_no_news,
    a_message_that_nobody_has_read_is_asked_for,
    a_reply_that_nobody_has_read_is_asked_for,
    a_room_that_was_archived_and_is_open_again,
    the_bot_is_removed_and_comes_back,
    an_old_thread_goes_on,
    who_was_removed_meanwhile_is_out,
    slack_leaves_events_out,
    a_long_reading_is_in_one_hand,
    pins_while_firebell_was_away,
    a_pin_that_is_heard_and_read_is_there_once,
    what_was_put_on_by_hand_has_no_pin_to_miss,
    what_is_heard_during_a_reading_is_newer,
);

/// People go on while Firebell is away: Slack keeps nothing for it.
async fn away(world: &World) {
    world.clock.forward(TimeDelta::minutes(5));
    let workspace = world.workspace();
    let first = world.slack().message("Bob", ROOM, "Here").ts;
    workspace.edits("Bob", ROOM, &first, "Here, with coffee");
    workspace.reacts("Ann", ROOM, &first, "mag");
    let found = workspace.says("Bob", ROOM, "It is the disk of db-3");
    workspace.reacts("Bob", ROOM, &found, "bulb");
    workspace.replies("Ann", ROOM, &found, "Since when?", false);
    let wrong = workspace.says("Bob", ROOM, "It is the network");
    workspace.says("Bob", ROOM, "No");
    workspace.deletes("Bob", ROOM, &wrong);
    world.clock.forward(TimeDelta::minutes(5));
    workspace.take_pending();
}

async fn what_was_said_while_firebell_was_away(world: World) {
    declared(&world).await;
    world.says("Bob", ROOM, "I see nothing").await;
    world.reacts("Ann", ROOM, "I see", "🔍").await;
    world.slack().slack.alive().await.expect("to note it");
    let seen = world.slack().message("Bob", ROOM, "I see").ts;
    away(&world).await;
    world.workspace().unreacts("Ann", ROOM, &seen, "mag");
    world.workspace().take_pending();
    let world = world.restarted().await;
    world.settle().await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:00 Bob finding: Here, with coffee
    12:00 Firebell gap: Gap: #inc-1-checkout-down, 12:00 to 12:10 UTC: Firebell was away; 7 changes were read back
    12:05 Bob hypothesis: It is the disk of db-3
    ");
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here, with coffee
    Bob: I see nothing
    Bob: It is the disk of db-3
    Ann: Since when?
    Bob: No
    ");
    // Once is enough.
    let world = world.restarted().await;
    world.settle().await;
    assert_eq!(world.timeline(1).await.matches("Gap").count(), 1);
    world.ends().await;
}

async fn a_gap_in_which_nothing_happened_is_no_news(world: World) {
    declared(&world).await;
    world.slack().slack.alive().await.expect("to note it");
    world.clock.forward(TimeDelta::minutes(10));
    let before = world.timeline(1).await;
    let world = world.restarted().await;
    world.settle().await;
    assert_eq!(world.timeline(1).await, before);
    world.ends().await;
}

async fn a_message_that_nobody_has_read_is_asked_for(world: World) {
    declared(&world).await;
    let ts = world.workspace().says("Bob", ROOM, "It is the disk of db-3");
    // The event is lost on its way.
    world.workspace().take_pending();
    world.workspace().reacts("Ann", ROOM, &ts, "mag");
    world.settle().await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:00 Bob finding: It is the disk of db-3
    ");
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob: It is the disk of db-3
    ");
    world.ends().await;
}

async fn a_reply_that_nobody_has_read_is_asked_for(world: World) {
    declared(&world).await;
    let root = world.slack().message("Bob", ROOM, "Here").ts;
    let ts = world.workspace().replies("Bob", ROOM, &root, "It is the disk of db-3", false);
    world.workspace().replies("Bob", ROOM, &root, "Or the network", false);
    world.workspace().take_pending();
    world.workspace().reacts("Ann", ROOM, &ts, "mag");
    world.settle().await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:00 Bob finding: It is the disk of db-3
    ");
    world.ends().await;
}

async fn a_room_that_was_archived_and_is_open_again(world: World) {
    declared(&world).await;
    world.clock.forward(TimeDelta::minutes(1));
    world.workspace().archives("Bob", ROOM);
    world.settle().await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:01 Bob gap: Gap: #inc-1-checkout-down, from 12:01 UTC on: the room was archived by Bob
    ");
    // In a direct message: nobody can be told in the room.
    let told = world.workspace().messages("@Ann");
    let told: Vec<String> = told.iter().map(|m| crate::slack::shown::line(world.workspace(), m)).collect();
    assert_snapshot!(told.join("\n"), @"
    Firebell: INC-1 is open, but its room #inc-1-checkout-down was archived by Bob.
        I hear nothing there and say nothing there. Unarchive it and I read what was said meanwhile.
    ");
    world.clock.forward(TimeDelta::minutes(1));
    world.workspace().unarchives("Bob", ROOM);
    world.settle().await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:01 Firebell gap: Gap: #inc-1-checkout-down, 12:01 to 12:02 UTC: the room was archived; nothing was said meanwhile
    ");
    world.ends().await;
}

/// The history of a day does not show it, so that nothing of it may be taken for deleted.
async fn an_old_thread_goes_on(world: World) {
    declared(&world).await;
    let first = world.slack().message("Bob", ROOM, "Here").ts;
    world.workspace().replies("Bob", ROOM, &first, "Since noon", false);
    world.settle().await;
    world.clock.forward(TimeDelta::hours(30));
    world.settle().await;
    world.workspace().replies("Bob", ROOM, &first, "It is back", false);
    world.settle().await;
    world.slack().slack.alive().await.expect("to note it");
    world.clock.forward(TimeDelta::minutes(5));
    world.workspace().replies("Ann", ROOM, &first, "Again?", false);
    world.workspace().take_pending();
    world.clock.forward(TimeDelta::minutes(5));
    let world = world.restarted().await;
    world.settle().await;
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob: Since noon
    Bob: It is back
    Ann: Again?
    ");
    world.ends().await;
}

async fn who_was_removed_meanwhile_is_out(world: World) {
    let room = private_with_bob(&world).await;
    world.slack().slack.alive().await.expect("to note it");
    world.clock.forward(TimeDelta::minutes(5));
    world.workspace().kicks("Ann", &room, "Bob");
    world.workspace().take_pending();
    let world = world.restarted().await;
    world.settle().await;
    world.sees("Bob").await;
    world.says("Bob", "general", "/incident show INC-1").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #general Bob [only bob]: /incident show INC-1
    #general Firebell [only bob]: There is no INC-1.
    ");
    world.ends().await;
}

/// Also on what was said long before: Slack lists all pins.
async fn pins_while_firebell_was_away(world: World) {
    declared(&world).await;
    for text in ["It began at noon", "It is the disk", "It is the network", "Never mind"] {
        world.says("Bob", ROOM, text).await;
    }
    for text in ["It is the disk", "It is the network", "Never mind"] {
        world.pins("Bob", ROOM, text, true).await;
    }
    let ts = |text: &str| world.slack().message("Bob", ROOM, text).ts;
    let (noon, network, never) = (ts("It began"), ts("It is the network"), ts("Never mind"));
    world.later(TimeDelta::hours(30)).await;
    world.slack().slack.alive().await.expect("to note it");
    world.clock.forward(TimeDelta::minutes(5));
    world.workspace().pins("Ann", ROOM, &noon);
    world.workspace().unpins("Ann", ROOM, &network);
    let new = world.workspace().says("Bob", ROOM, "It is full");
    world.workspace().pins("Bob", ROOM, &new);
    // It is pinned by somebody else by now.
    world.workspace().unpins("Ann", ROOM, &never);
    world.workspace().pins("Ann", ROOM, &never);
    world.workspace().take_pending();
    world.clock.forward(TimeDelta::minutes(5));
    let world = world.restarted().await;
    world.settle().await;
    assert_snapshot!(marks(&world).await, @"
    It began at noon: Ann
    It is the disk: Bob
    Never mind: Ann
    It is full: Bob
    ");
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:00 Bob note: It began at noon
    12:00 Bob note: It is the disk
    12:00 Bob note: Never mind
    18:00 Firebell gap: Gap: #inc-1-checkout-down, 18:00 to 18:10 UTC: Firebell was away; 6 changes were read back
    18:05 Bob note: It is full
    ");
    let before = world.timeline(1).await;
    world.slack().slack.alive().await.expect("to note it");
    world.clock.forward(TimeDelta::minutes(5));
    let world = world.restarted().await;
    world.settle().await;
    assert_eq!(world.timeline(1).await, before);
    world.ends().await;
}

/// What is on the timeline because somebody marked it, and who did.
async fn marks(world: &World) -> String {
    let incident = Ledger::incident(&world.store, 1).await.expect("to read").expect("an incident");
    let marked = incident.timeline.iter().filter(|e| !e.marks().is_empty());
    let lines = marked.map(|e| {
        let by: Vec<&str> = e.marks().iter().map(|m| m.by.name.as_str()).collect();
        format!("{}: {}", e.text, by.join(", "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The event comes late, after the room was read back.
async fn a_pin_that_is_heard_and_read_is_there_once(world: World) {
    declared(&world).await;
    world.slack().slack.alive().await.expect("to note it");
    world.clock.forward(TimeDelta::minutes(5));
    let first = world.slack().message("Bob", ROOM, "Here").ts;
    world.workspace().pins("Ann", ROOM, &first);
    let late = world.workspace().take_pending();
    let world = world.restarted().await;
    world.settle().await;
    assert_snapshot!(marks(&world).await, @"Here: Ann");
    for delivery in &late {
        assert_eq!(world.workspace().deliver_one(world.slack().url(), delivery).await, 200);
    }
    world.settle().await;
    assert_snapshot!(marks(&world).await, @"Here: Ann");
    world.pins("Ann", ROOM, "Here", false).await;
    assert_snapshot!(marks(&world).await, @"");
    world.ends().await;
}

/// And what is deleted loses its pin, but stays on the timeline without its words.
async fn what_was_put_on_by_hand_has_no_pin_to_miss(world: World) {
    declared(&world).await;
    let first = world.slack().message("Bob", ROOM, "Here").ts;
    world.workspace().message_shortcut("Ann", ROOM, &first, "add_to_timeline");
    world.settle().await;
    world.says("Bob", ROOM, "It is the network").await;
    world.pins("Bob", ROOM, "It is the network", true).await;
    let wrong = world.slack().message("Bob", ROOM, "It is the network").ts;
    world.slack().slack.alive().await.expect("to note it");
    world.clock.forward(TimeDelta::minutes(5));
    world.workspace().deletes("Bob", ROOM, &wrong);
    world.workspace().take_pending();
    let world = world.restarted().await;
    world.settle().await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:00 Bob note: Here
    12:00 Bob note: (message deleted)
    12:00 Firebell gap: Gap: #inc-1-checkout-down, 12:00 to 12:05 UTC: Firebell was away; one change was read back
    ");
    world.ends().await;
}

/// Pins and emoji were read before it.
async fn what_is_heard_during_a_reading_is_newer(world: World) {
    declared(&world).await;
    for text in ["It is the disk", "It is the network", "It is the cache"] {
        world.says("Bob", ROOM, text).await;
    }
    world.pins("Ann", ROOM, "It is the disk", true).await;
    world.reacts("Ann", ROOM, "It is the cache", "🔍").await;
    let ts = |text: &str| world.slack().message("Bob", ROOM, text).ts;
    let (disk, network, cache) = (ts("It is the disk"), ts("It is the network"), ts("It is the cache"));
    let (workspace, slow) = (world.workspace(), Duration::from_secs(15));
    world.slack().slack.alive().await.expect("to note it");
    workspace.forget_calls();
    workspace.latency(slow);
    world.slack().slack.take_up(false).await.expect("to take up");
    let desk = world.desk.clone();
    let reading = tokio::spawn(async move { desk.work_off().await });
    until("all but the members is read", async || match workspace.calls().last() {
        Some(call) if call.method == "conversations.members" => Some(()),
        Some(call) if call.ended.is_none() => {
            goes_by(slow).await;
            None
        }
        _ => None,
    })
    .await;
    workspace.latency(Duration::ZERO);
    workspace.unpins("Ann", ROOM, &disk);
    workspace.unreacts("Ann", ROOM, &cache, "mag");
    workspace.pins("Bob", ROOM, &network);
    workspace.reacts("Ann", ROOM, &network, "bulb");
    world.hear().await;
    assert!(!reading.is_finished());
    goes_by(slow).await;
    reading.await.expect("to end").expect("to work");
    assert_snapshot!(marks(&world).await, @"It is the network: Bob, Ann");
    world.ends().await;
}

async fn slack_leaves_events_out(world: World) {
    declared(&world).await;
    let now = world.clock.now();
    world.workspace().says("Bob", ROOM, "It is the disk of db-3");
    world.workspace().take_pending();
    let limited = json!({ "token": "x", "type": "app_rate_limited", "team_id": world.workspace().team(),
        "minute_rate_limited": now.timestamp(), "api_app_id": "A0TEST" });
    let secret = world.workspace().signing_secret();
    assert_eq!(posted(&world, "/slack/events", &limited.to_string(), "somebody else's", 0).await.0, 401);
    assert_eq!(posted(&world, "/slack/events", &limited.to_string(), secret, 0).await.0, 200);
    world.work().await;
    assert_snapshot!(world.transcript(1).await, @"Bob: Here");
    world.later(TimeDelta::seconds(95)).await;
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob: It is the disk of db-3
    ");
    world.ends().await;
}

/// It takes longer than a claim on a piece of work holds; no other replica begins with it meanwhile.
async fn a_long_reading_is_in_one_hand(world: World) {
    declared(&world).await;
    world.slack().slack.alive().await.expect("to note it");
    away(&world).await;
    let world = world.restarted().await;
    let slow = TimeDelta::seconds(15);
    world.workspace().latency(slow.to_std().expect("ahead"));
    world.workspace().forget_calls();
    let (began, desk) = (world.clock.now(), world.desk.clone());
    let reading = tokio::spawn(async move { desk.work_off().await });
    until("it is read", async || {
        if world.workspace().calls().last().is_some_and(|call| call.ended.is_none()) {
            world.clock.forward(slow);
            goes_by(Duration::from_secs(15)).await;
            let now = world.clock.now();
            assert_eq!(world.store.claim(now, now + slow, 10).await.expect("to ask"), [], "after {}", now - began);
        }
        reading.is_finished().then_some(())
    })
    .await;
    assert!(world.clock.now() - began > TimeDelta::minutes(1), "it was read in {}", world.clock.now() - began);
    reading.await.expect("to end").expect("to work");
    world.workspace().latency(Duration::ZERO);
    assert!(world.transcript(1).await.contains("Ann: Since when?"));
    world.ends().await;
}

async fn the_bot_is_removed_and_comes_back(world: World) {
    declared(&world).await;
    world.clock.forward(TimeDelta::minutes(1));
    world.workspace().kicks("Bob", ROOM, "Firebell");
    world.settle().await;
    world.workspace().says("Bob", ROOM, "Now we are alone");
    world.begins_to_say("Ann", "general", "/incident list").await;
    world.work().await;
    world.clock.forward(TimeDelta::minutes(1));
    world.workspace().invites("Ann", ROOM, "Firebell");
    world.settle().await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:01 Firebell gap: Gap: #inc-1-checkout-down, 12:01 to 12:02 UTC: Firebell was removed from the room; one change was read back
    ");
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob: Now we are alone
    ");
    world.ends().await;
}
