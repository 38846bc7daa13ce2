//! Rooms as Firebell makes and keeps them.

use chrono::TimeDelta;
use firebell::ports::{Chat, Ledger, Notes};
use insta::assert_snapshot;
use serde_json::Value;

use super::{ROOM, declared, in_matrix};
use crate::support::world::World;

in_matrix!(
    what_a_room_is,
    the_commander_arranges_the_room,
    nobody_speaks_in_an_archived_room,
    invitations_are_taken_from_our_own_server,
    a_private_room_is_closed,
    who_comes_by_themselves_is_told_how_it_stands,
    the_postmortem_is_there_as_a_file,
    the_topic_is_a_thing_said,
    nothing_is_said_in_a_room_that_is_not_encrypted,
    the_space_is_made_once,
);

async fn what_a_room_is(world: World) {
    declared(&world).await;
    let ann = world.matrix().resident("Ann").await;
    let room = ann.room(ROOM).expect("the room");
    let state = ann.state(&room).await;
    let of = |kind: &str| state.iter().find(|e| e["type"] == kind).map_or(Value::Null, |e| e["content"].clone());
    assert_eq!(of("m.room.encryption")["algorithm"], "m.megolm.v1.aes-sha2");
    assert_eq!(of("m.room.name")["name"], ROOM);
    assert_eq!(of("m.room.topic")["topic"], "SEV2 · investigating · Commander: nobody · Checkout is down");
    assert_eq!(of("m.room.join_rules")["join_rule"], "knock_restricted");
    let alias = of("m.room.canonical_alias")["alias"].as_str().unwrap_or_default().to_string();
    assert!(alias.starts_with("#inc-1-checkout-down"), "{alias}");
    // The space lists it, and it names the space.
    let parent = state.iter().find(|e| e["type"] == "m.space.parent").expect("a parent");
    let (space, listed) = world.matrix().space().await;
    assert_eq!(listed, [room.room_id().to_string()]);
    assert_eq!(parent["state_key"], space);
    world.ends().await;
}

async fn the_commander_arranges_the_room(world: World) {
    declared(&world).await;
    let (ann, bob) = (world.matrix().resident("Ann").await, world.matrix().resident("Bob").await);
    let room = |of: &crate::matrix::resident::Resident| of.room(ROOM).expect("the room");
    assert!(!ann.may_set_topic(&room(&ann), "Look here").await);
    world.says("Ann", ROOM, "/incident claim").await;
    assert!(ann.may_set_topic(&room(&ann), "Look here").await);
    world.says("Ann", ROOM, "/incident handover @Bob").await;
    assert!(!ann.may_set_topic(&room(&ann), "Mine").await);
    assert!(bob.may_set_topic(&room(&bob), "Ours").await);
    world.ends().await;
}

async fn nobody_speaks_in_an_archived_room(world: World) {
    declared(&world).await;
    let bob = world.matrix().resident("Bob").await;
    let room = bob.room(ROOM).expect("the room");
    world.matrix().matrix.archive(&world.matrix().room_id(&room)).await.expect("to archive");
    let said = bob.tries_to_say(&room, "Too late").await;
    assert!(said.is_err());
    world.matrix().matrix.unarchive(&world.matrix().room_id(&room)).await.expect("to bring it back");
    world.clock.forward(TimeDelta::milliseconds(1));
    assert!(bob.tries_to_say(&room, "In time").await.is_ok());
    world.settle().await;
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob: In time
    ");
    world.ends().await;
}

async fn invitations_are_taken_from_our_own_server(world: World) {
    let ann = world.matrix().resident("Ann").await;
    ann.makes_room(&world.matrix().hamlet.homeserver, "team", false, &[world.matrix().bot()]).await;
    world.settle().await;
    world.says("Ann", "team", "/incident list").await;
    assert_snapshot!(world.room("Ann", "team").await, @"
    Ann [only ann]: /incident list
    Firebell [only ann]: No incident is open.
    ");
    world.ends().await;
}

async fn a_private_room_is_closed(world: World) {
    world.says("Ann", "general", "/incident declare --private Somebody reads our mail").await;
    let made = world.matrix().hamlet.proxy.rooms();
    assert!(!made[0].open);
    let bob = world.matrix().resident("Bob").await;
    assert!(bob.tries_to_join(&made[0].id).await.is_err());
    assert_eq!(world.matrix().space().await.1, Vec::<String>::new());
    world.ends().await;
}

/// They can't read what was said before they came.
async fn who_comes_by_themselves_is_told_how_it_stands(world: World) {
    declared(&world).await;
    world.says("Ann", ROOM, "/incident claim").await;
    let cleo = world.matrix().resident("Cleo").await;
    let dan = world.matrix().resident("Dan").await;
    let id = world.matrix().hamlet.proxy.rooms()[0].id.clone();
    cleo.joins_by_id(&id).await;
    dan.joins_by_id(&id).await;
    world.settle().await;
    // Both together.
    world.later(TimeDelta::seconds(5)).await;
    cleo.catches_up().await;
    let room = cleo.room(ROOM).expect("the room");
    let told = cleo.reads(&room).await;
    let told: Vec<&str> = told.iter().filter_map(|event| event["content"]["body"].as_str()).collect();
    assert_snapshot!(told.join("\n"), @"
    INC-1 · Checkout is down
    Severity: SEV2
    Status: investigating
    Incident commander: @Ann
    Declared: 12:00 UTC
    Next update due: 13:00 UTC
    Timeline (http://firebell.test/incidents/INC-1)
    ");
    world.ends().await;
}

async fn the_postmortem_is_there_as_a_file(world: World) {
    declared(&world).await;
    world.says("Bob", ROOM, "/incident update The disk of db-3 is full").await;
    world.says("Ann", ROOM, "/incident close It has room again").await;
    let bob = world.matrix().resident("Bob").await;
    bob.catches_up().await;
    let files = bob.files(&bob.room(ROOM).expect("the room")).await;
    let [(name, draft)] = &files[..] else { panic!("one file, and not {files:?}") };
    assert_eq!(name, "INC-1-postmortem.md");
    assert!(draft.starts_with("# ") && draft.contains("The disk of db-3 is full"), "{draft}");
    world.ends().await;
}

async fn the_topic_is_a_thing_said(world: World) {
    declared(&world).await;
    world.says("Ann", ROOM, "/incident claim").await;
    let ann = world.matrix().resident("Ann").await;
    assert!(ann.may_set_topic(&ann.room(ROOM).expect("the room"), "Only db-3 is left").await);
    world.settle().await;
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Ann: changed the topic to “Only db-3 is left”
    ");
    world.ends().await;
}

/// Nobody can switch encryption off again; but somebody may have a room made without.
async fn nothing_is_said_in_a_room_that_is_not_encrypted(world: World) {
    world.matrix().hamlet.proxy.drops_encryption(true);
    world.begins_to_say("Ann", "general", "/incident declare sev2 Checkout is down").await;
    world.work().await;
    world.matrix().hamlet.proxy.drops_encryption(false);
    let ann = world.matrix().resident("Ann").await;
    ann.joins_by_id(&world.matrix().hamlet.proxy.rooms()[0].id).await;
    let room = ann.room(ROOM).expect("the room");
    assert_eq!(ann.reads(&room).await.iter().filter(|e| e["type"] == "m.room.message").count(), 0);
    let parked = world.store.parked().await.expect("to look");
    assert!(parked.iter().any(|work| work.why.contains("the room is not encrypted")), "{parked:?}");
    // Who commands can switch encryption on, and what was set aside is said.
    world.begins_to_say("Ann", ROOM, "/incident claim").await;
    world.work().await;
    ann.encrypts(&room).await;
    world.says("Ann", ROOM, "Now it is").await;
    assert!(ann.reads(&room).await.iter().any(|e| e["type"] == "m.room.message"));
    world.ends().await;
}

/// The homeserver has made it, and the answer was lost: the next start finds it.
async fn the_space_is_made_once(world: World) {
    let made = world.matrix().hamlet.proxy.space().expect("a space");
    world.notes().note("matrix", "space", "").await.expect("to forget it");
    let world = world.restarted().await;
    assert_eq!(world.notes().noted("matrix", "space").await.expect("to look"), Some(made.clone()));
    assert_eq!(world.matrix().hamlet.proxy.space(), Some(made));
    world.ends().await;
}
