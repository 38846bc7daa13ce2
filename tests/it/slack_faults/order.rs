//! Slack promises no order. What comes before what it is about is not lost.

use chrono::TimeDelta;
use insta::assert_snapshot;

use super::script::ROOM;
use crate::slack::{Fault, Workspace};
use crate::stories::slack::in_slack;
use crate::support::world::World;

in_slack!(
    an_emoji_before_its_message,
    an_edit_before_its_message,
    a_deletion_before_its_message,
    a_thread_that_is_deleted_before_it_began,
    who_joins_is_told_late,
    all_of_it_backwards,
    nobody_overtakes_who_waits,
);

async fn declared(world: &World) {
    world.person("Bob").await;
    world.says("Ann", "general", "/incident declare sev2 Checkout is down").await;
    world.says("Ann", ROOM, "/incident claim").await;
    world.says("Bob", ROOM, "Here").await;
}

/// People do this, and Firebell hears of it backwards.
async fn backwards(world: &World, act: impl FnOnce(&Workspace)) {
    let ws = world.workspace();
    act(ws);
    for delivery in ws.take_pending().iter().rev() {
        assert_eq!(ws.deliver_one(world.slack().url(), delivery).await, 200);
        world.work().await;
    }
    world.settle().await;
}

async fn an_emoji_before_its_message(world: World) {
    declared(&world).await;
    backwards(&world, |ws| {
        let ts = ws.says("Bob", ROOM, "It is the disk");
        ws.reacts("Ann", ROOM, &ts, "mag");
    })
    .await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:00 Bob finding: It is the disk
    ");
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob: It is the disk
    ");
    world.ends().await;
}

async fn an_edit_before_its_message(world: World) {
    declared(&world).await;
    backwards(&world, |ws| {
        let ts = ws.says("Bob", ROOM, "It is the dsik of db-3");
        ws.edits("Bob", ROOM, &ts, "It is the disk of db-3");
    })
    .await;
    world.reacts("Ann", ROOM, "It is", "🔍").await;
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

/// Its text is nowhere, not even for a moment.
async fn a_deletion_before_its_message(world: World) {
    declared(&world).await;
    backwards(&world, |ws| {
        let ts = ws.says("Bob", ROOM, "My password is swordfish");
        ws.deletes("Bob", ROOM, &ts);
    })
    .await;
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob:
    ");
    world.ends().await;
}

async fn a_thread_that_is_deleted_before_it_began(world: World) {
    declared(&world).await;
    backwards(&world, |ws| {
        let ts = ws.says("Bob", ROOM, "My password is swordfish");
        ws.replies("Ann", ROOM, &ts, "Take that away", false);
        ws.deletes("Bob", ROOM, &ts);
    })
    .await;
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob: 
    Ann: Take that away
    ");
    world.ends().await;
}

async fn who_joins_is_told_late(world: World) {
    declared(&world).await;
    backwards(&world, |ws| {
        ws.says("Cleo", ROOM, "I can help");
        ws.types("Cleo", ROOM, "/incident log Cleo is here");
    })
    .await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:00 Cleo note: Cleo is here
    ");
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Cleo: I can help
    ");
    world.ends().await;
}

async fn all_of_it_backwards(world: World) {
    declared(&world).await;
    backwards(&world, |ws| {
        let ts = ws.says("Bob", ROOM, "It is the dsik");
        ws.edits("Bob", ROOM, &ts, "It is the disk");
        ws.reacts("Ann", ROOM, &ts, "mag");
        ws.replies("Ann", ROOM, &ts, "Which one?", false);
        let wrong = ws.says("Bob", ROOM, "It is the network");
        ws.reacts("Ann", ROOM, &wrong, "bulb");
        ws.deletes("Bob", ROOM, &wrong);
    })
    .await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:00 Bob finding: It is the disk
    ");
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob: It is the disk
    Ann: Which one?
    Bob:
    ");
    world.ends().await;
}

/// What is asked later in the room waits, too, also if it is taken on its own; elsewhere nobody waits.
async fn nobody_overtakes_who_waits(world: World) {
    declared(&world).await;
    world.sees("Ann").await;
    world.workspace().break_every("users.info", Fault::Throttled { after_s: 30 });
    world.begins_to_say("Cleo", ROOM, "/incident task Look at the logs").await;
    world.work().await;
    world.begins_to_say("Ann", ROOM, "/incident task done 1").await;
    world.begins_to_say("Ann", "general", "/incident list").await;
    world.work().await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident list
    #general Firebell [only ann]: Open incidents
        • INC-1 (http://firebell.test/incidents/INC-1) SEV2 · Checkout is down · investigating · Ann · declared 0 s ago · #inc-1-checkout-down
    #inc-1-checkout-down Ann [only ann]: /incident task done 1
    ");
    world.workspace().mend();
    world.later(TimeDelta::seconds(31)).await;
    world.later(TimeDelta::seconds(5)).await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Firebell: Task 1: Look at the logs
    #inc-1-checkout-down Firebell: Task 1 done: Look at the logs — Ann
    ");
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:00 Cleo task: Task 1: Look at the logs
    12:00 Ann task: Task 1 done: Look at the logs
    ");
    world.ends().await;
}
