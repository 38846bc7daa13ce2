//! Messages whose keys come late, and never.

use chrono::TimeDelta;
use insta::assert_snapshot;

use super::{ROOM, declared, in_matrix};
use crate::support::world::World;

in_matrix!(a_key_that_comes_late, a_key_that_never_comes, an_edit_before_the_key, a_new_device_of_a_member,);

async fn a_key_that_comes_late(world: World) {
    declared(&world).await;
    let proxy = &world.matrix().hamlet.proxy;
    proxy.keeps_keys(true);
    world.matrix().resident("Bob").await.makes_new_key(ROOM).await;
    world.says("Bob", ROOM, "The disk of db-3 is full").await;
    world.says("Ann", ROOM, "What is it?").await;
    assert_snapshot!(world.transcript(1).await, @"Bob: Here");
    proxy.keeps_keys(false);
    // Keys come with the stream, which moves on when something happens.
    world.says("Bob", ROOM, "Can you read this?").await;
    world.later(TimeDelta::seconds(10)).await;
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob: The disk of db-3 is full
    Ann: What is it?
    Bob: Can you read this?
    ");
    assert_snapshot!(world.timeline(1).await, @"12:00 Ann declared: Checkout is down");
    world.ends().await;
}

async fn a_key_that_never_comes(world: World) {
    declared(&world).await;
    let proxy = &world.matrix().hamlet.proxy;
    proxy.keeps_keys(true);
    world.matrix().resident("Bob").await.makes_new_key(ROOM).await;
    world.says("Bob", ROOM, "The disk of db-3 is full").await;
    world.later(TimeDelta::seconds(61)).await;
    let bob = world.person("Bob").await.id.id;
    assert_snapshot!(world.timeline(1).await.replace(&bob, "@bob:localhost"), @"
    12:00 Ann declared: Checkout is down
    12:00 Firebell gap: Gap: #inc-1-checkout-down, 12:00 UTC: could not be decrypted, from Bob (@bob:localhost)
    ");
    // Or later than anybody would have thought.
    world.later(TimeDelta::minutes(30)).await;
    proxy.keeps_keys(false);
    world.says("Ann", ROOM, "Have you all heard Bob?").await;
    world.later(TimeDelta::minutes(30)).await;
    assert_snapshot!(world.timeline(1).await, @"12:00 Ann declared: Checkout is down");
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob: The disk of db-3 is full
    Ann: Have you all heard Bob?
    ");
    world.ends().await;
}

/// What is edited can't be read yet, and the edit can.
async fn an_edit_before_the_key(world: World) {
    declared(&world).await;
    let bob = world.matrix().resident("Bob").await;
    world.matrix().hamlet.proxy.keeps_keys(true);
    bob.makes_new_key(ROOM).await;
    world.says("Bob", ROOM, "The disk of db-3 is full").await;
    let keys = world.matrix().hamlet.proxy.kept_keys();
    bob.makes_new_key(ROOM).await;
    world.matrix().hamlet.proxy.keeps_keys(false);
    world.edits("Bob", ROOM, "The disk", "The disk of db-4 is full").await;
    world.later(TimeDelta::seconds(61)).await;
    assert_snapshot!(world.transcript(1).await, @"Bob: Here");
    world.matrix().hamlet.proxy.gives_keys(keys);
    world.says("Ann", ROOM, "Which one is it?").await;
    world.later(TimeDelta::minutes(1)).await;
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob: The disk of db-4 is full
    Ann: Which one is it?
    ");
    world.ends().await;
}

async fn a_new_device_of_a_member(world: World) {
    declared(&world).await;
    let bob = world.matrix().resident("Bob").await;
    let phone = bob.another_device(&world.matrix().hamlet.homeserver).await;
    world.says("Ann", ROOM, "/incident update We look into it").await;
    phone.catches_up().await;
    let room = phone.room(ROOM).expect("the room");
    let read = phone.reads(&room).await;
    let told: Vec<&str> = read.iter().filter_map(|event| event["content"]["body"].as_str()).collect();
    assert!(told.iter().any(|text| text.contains("We look into it")), "{told:?}");
    world.ends().await;
}
