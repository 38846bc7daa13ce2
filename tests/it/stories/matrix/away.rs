//! Firebell is away, and reads all of what happened.

use insta::assert_snapshot;

use super::{ROOM, declared, in_matrix};
use crate::support::world::World;

in_matrix!(five_hundred_messages, what_was_done_meanwhile);

async fn five_hundred_messages(world: World) {
    declared(&world).await;
    let bob = world.matrix().resident("Bob").await;
    let room = bob.room(ROOM).expect("the room");
    for n in 0..500 {
        let event = bob.tries_to_say(&room, &format!("Line {n}")).await.expect("to say it");
        // Each at its own time.
        world.unheard();
        world.matrix().hamlet.proxy.stamp(&event);
    }
    let world = world.restarted().await;
    world.settle().await;
    let said = world.transcript(1).await;
    let lines: Vec<String> = (0..500).map(|n| format!("Bob: Line {n}")).collect();
    assert_eq!(said.lines().skip(1).collect::<Vec<_>>(), lines);
    world.ends().await;
}

async fn what_was_done_meanwhile(world: World) {
    declared(&world).await;
    world.says("Bob", ROOM, "The disk of db-3 is full").await;
    world.says("Bob", ROOM, "It is the backup").await;
    world.unheard().puts("Ann", ROOM, "The disk", "🔍", true).await;
    world.unheard().edits("Bob", ROOM, "The disk", "The disk of db-4 is full").await;
    world.unheard().deletes("Bob", ROOM, "It is the backup").await;
    for n in 0..120 {
        world.unheard().says("Bob", ROOM, &format!("Line {n}")).await;
    }
    world.unheard().says("Ann", ROOM, "/incident identified The disk").await;
    let world = world.restarted().await;
    world.settle().await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Bob finding: The disk of db-4 is full
    12:00 Ann status: identified: The disk
    ");
    let said = world.transcript(1).await;
    assert_snapshot!(said.lines().take(3).collect::<Vec<_>>().join("\n"), @"
    Bob: Here
    Bob: The disk of db-4 is full
    Bob:
    ");
    assert_eq!(said.lines().count(), 123);
    world.ends().await;
}
