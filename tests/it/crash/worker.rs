//! The process that is killed: it plays the script from where it is told to, and kills itself at one moment of it.

use std::process::Command;

use chrono::TimeDelta;

use super::script::{PEOPLE, SCRIPT, perform, script_plan, time};
use crate::support::ground::Ground;
use crate::support::snapshot::snapshot;
use crate::support::watch::Watch;
use crate::support::world::World;

/// What a worker is told, in its environment.
pub const URL: &str = "FIREBELL_CRASH_URL";
/// The line of the script that it plays.
pub const LINE: &str = "FIREBELL_CRASH_LINE";
/// The moment at which it kills itself.
pub const KILL_AT: &str = "FIREBELL_CRASH_KILL_AT";
/// What it is to do about the line.
pub const TASK: &str = "FIREBELL_CRASH_TASK";
/// Do it.
pub const PLAY: &str = "play";
/// Go on after a crash: do it again if its author had no answer, and show what came of it.
pub const AGAIN: &str = "again";
/// Go on after a crash in which its author had the answer, and show what came of it.
pub const GO_ON: &str = "go on";

/// Without orders it is a test of its own: the script as it goes when nothing breaks.
#[tokio::test]
async fn worker() {
    match std::env::var(URL) {
        Ok(url) => obey(Ground::Shared(url)).await,
        Err(_) => insta::assert_snapshot!(whole_script().await),
    }
}

async fn whole_script() -> String {
    let world = World::with(Ground::sqlite(), script_plan()).await;
    for line in 0..SCRIPT.len() {
        play(&world, line).await;
    }
    snapshot(&world, &PEOPLE).await
}

async fn obey(ground: Ground) {
    let line = number(LINE).expect("a line") as usize;
    let kill_at = number(KILL_AT);
    let watch = Watch::new(move |moment, what| {
        println!("@moment {what}");
        if Some(moment) == kill_at {
            kill();
        }
    });
    // The test's own first line stands on this one.
    println!();
    let world = World::between(ground, script_plan(), &watch).await;
    world.clock.set(time(line));
    match std::env::var(TASK).expect("a task").as_str() {
        PLAY => {
            play(&world, line).await;
            return;
        }
        AGAIN => perform(&world, line).await,
        GO_ON => {}
        other => panic!("what is {other:?}?"),
    }
    // PostgreSQL may have other replicas: what the dead one held is free only when its lease has run out.
    world.clock.forward(TimeDelta::seconds(61));
    world.settle().await;
    for line in snapshot(&world, &PEOPLE).await.lines() {
        println!("|{line}");
    }
}

async fn play(world: &World, line: usize) {
    world.clock.set(time(line));
    perform(world, line).await;
    println!("@acked");
    world.settle().await;
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|n| n.parse().expect("a number"))
}

/// As the system kills: nothing is unwound, nothing is flushed. The shell brings the word along.
fn kill() {
    let killed = Command::new("sh").args(["-c", &format!("kill -KILL {}", std::process::id())]).status();
    unreachable!("it should be dead: {killed:?}");
}
