//! Everything is delivered eleven times, late and in disorder: it is as if each had come once. Slack does that, under
//! a new delivery id each time.

use firebell::ports::{Act, Inbound};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::support::ground::Ground;
use crate::support::snapshot::snapshot;
use crate::support::world::{World, room_id};

/// How often each comes beside its first time.
const REPEATS: usize = 10;
const SEEDS: [u64; 3] = [1, 2, 3];
const ROOM: &str = "inc-1-checkout-down";

/// A conversation with all kinds of things in it, as the bot hears it.
async fn conversation() -> Vec<Inbound> {
    let world = World::on(Ground::sqlite()).await;
    world.says("Ann", "general", "/incident declare sev1 Checkout is down").await;
    world.says("Ann", ROOM, "/incident claim").await;
    world.says("Bob", ROOM, "The disk of db-3 is full").await;
    world.says("Bob", ROOM, "It was the backup").await;
    world.reacts("Ann", ROOM, "The disk", "🔍").await;
    world.unreacts("Ann", ROOM, "The disk", "🔍").await;
    world.reacts("Ann", ROOM, "The disk", "🔍").await;
    world.reacts("Bob", ROOM, "It was", "📝").await;
    let message = world.message("Bob", ROOM, "The disk").await.id;
    world.act("Bob", Act::Edit { message, text: "The disk of db-4 is full".into() }).await;
    world.act("Ann", Act::Pin { message, on: true }).await;
    let message = world.message("Bob", ROOM, "It was").await.id;
    world.act("Bob", Act::Delete { message }).await;
    world.says("Ann", ROOM, "/incident handover @bob").await;
    world.says("Ann", ROOM, "/incident claim").await;
    world.says("Bob", ROOM, "/incident update We make space").await;
    world.says("Bob", ROOM, "/incident timeline").await;
    world.act("Ann", Act::Leave { room: room_id(ROOM) }).await;
    world.says("Bob", ROOM, "/incident close").await;
    world.take_heard()
}

/// The first of each in order, and each again ten times, anywhere behind its first.
fn repeated(inbounds: &[Inbound], seed: u64) -> Vec<&Inbound> {
    let mut chance = StdRng::seed_from_u64(seed);
    let mut placed: Vec<(f64, &Inbound)> = Vec::new();
    for (n, inbound) in inbounds.iter().enumerate() {
        placed.push((n as f64, inbound));
        // Near ones and far ones, and some at the very end.
        let end = inbounds.len() as f64 + 2.0;
        placed.extend((0..REPEATS).map(|_| (chance.random_range(n as f64..end), inbound)));
    }
    placed.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    placed.into_iter().map(|(_, inbound)| inbound).collect()
}

/// What becomes of a world in which this is delivered.
async fn delivered(world: World, inbounds: impl IntoIterator<Item = &Inbound>) -> String {
    for who in ["Ann", "Bob"] {
        world.person(who).await;
    }
    for inbound in inbounds {
        world.desk.receive(inbound.clone()).await.expect("to be heard");
        world.desk.work_off().await.expect("to work");
    }
    let seen = snapshot(&world, &["Ann", "Bob"]).await;
    world.ends().await;
    seen
}

#[tokio::test]
async fn eleven_times_is_once_on_sqlite() {
    let heard = conversation().await;
    let once = delivered(World::on(Ground::sqlite()).await, &heard).await;
    for seed in SEEDS {
        let often = delivered(World::on(Ground::sqlite()).await, repeated(&heard, seed)).await;
        assert_eq!(often, once, "seed {seed}");
    }
}

#[tokio::test]
async fn eleven_times_is_once_on_postgres() {
    let heard = conversation().await;
    let once = delivered(World::on(Ground::postgres().await).await, &heard).await;
    for seed in SEEDS {
        let often = delivered(World::on(Ground::postgres().await).await, repeated(&heard, seed)).await;
        assert_eq!(often, once, "seed {seed}");
    }
}

#[tokio::test]
async fn the_repeats_are_what_they_are_meant_to_be() {
    let heard = conversation().await;
    let often = repeated(&heard, SEEDS[0]);
    assert_eq!(often.len(), heard.len() * (1 + REPEATS));
    let mut firsts: Vec<String> = Vec::new();
    for inbound in &often {
        if !firsts.contains(&inbound.identity()) {
            firsts.push(inbound.identity());
        }
    }
    assert_eq!(firsts, heard.iter().map(Inbound::identity).collect::<Vec<_>>());
    let once = delivered(World::on(Ground::sqlite()).await, &heard).await;
    assert!(once.contains("Ann is the incident commander") || once.contains("Bob is the incident commander"), "{once}");
}
