//! Rooms as Firebell makes and keeps them.

use chrono::TimeDelta;
use firebell::ports::Chat;
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
