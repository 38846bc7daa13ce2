//! The homeserver is away, slow, or has had enough.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use insta::assert_snapshot;

use super::{ROOM, declared, in_matrix};
use crate::support::wait::goes_by;
use crate::support::world::World;

in_matrix!(it_has_had_enough, a_call_whose_answer_is_lost, answers_that_come_too_late, it_is_away_for_a_minute,);

/// Longer than Firebell waits for an answer; for the members of a room the library waits a minute.
const PATIENCE: Duration = Duration::from_secs(61);

async fn it_has_had_enough(world: World) {
    declared(&world).await;
    world.matrix().hamlet.proxy.refuses("/send/m.room.encrypted", 4, 3_000);
    world.begins_to_say("Ann", ROOM, "/incident claim").await;
    world.work().await;
    world.begins_to_say("Ann", ROOM, "/incident update We look into it").await;
    world.work().await;
    // From then on there is some time between any two.
    for _ in 0..30 {
        world.clock.forward(TimeDelta::seconds(4));
        world.work().await;
    }
    world.settle().await;
    assert_snapshot!(world.sees("Bob").await, @"
    #inc-1-checkout-down Firebell: Incident commander: @Ann
    #inc-1-checkout-down Firebell: Update by Ann
        > We look into it
        Next update due at 13:00 UTC.
    #incidents Firebell [in thread]: Incident commander: Ann
    #incidents Firebell [in thread]: Update (Ann)
        We look into it
    ");
    world.ends().await;
}

/// Each call that changes something, one after the other, is done and its answer lost; nothing is there twice.
async fn a_call_whose_answer_is_lost(world: World) {
    let proxy = world.matrix().hamlet.proxy.clone();
    let (mut number, mut lost) = (1, 0);
    let seen = outage(&world, number, world.work()).await;
    loop {
        number += 1;
        proxy.loses(Some(lost));
        let shown = outage(&world, number, world.work()).await;
        let calls = proxy.changes();
        proxy.loses(None);
        assert_eq!(shown, seen, "at call {lost} of {calls}");
        lost += 1;
        if lost > calls {
            break;
        }
    }
    assert!(lost > 5, "{lost}");
    world.ends().await;
}

/// Each call, also those for keys, is done, and by the time of the answer nobody waits for it any more.
async fn answers_that_come_too_late(world: World) {
    let proxy = world.matrix().hamlet.proxy.clone();
    outage(&world, 1, world.work()).await;
    let mut kinds = BTreeMap::<String, usize>::new();
    let whole = async {
        proxy.forgets_calls();
        world.work().await;
        proxy.calls().into_iter().for_each(|call| *kinds.entry(call).or_default() += 1);
    };
    let seen = outage(&world, 2, whole).await;
    let calls = kinds.iter().flat_map(|(kind, n)| (1..=*n).map(move |n| (kind, n)));
    let (mut number, mut late) = (2, 0);
    for (kind, which) in calls {
        number += 1;
        proxy.hangs(Some((kind, which)));
        let work = async {
            let mut work = std::pin::pin!(world.work());
            loop {
                tokio::select! {
                    () = &mut work => break,
                    () = proxy.until_silent() => goes_by(PATIENCE).await,
                }
            }
            if proxy.is_in_trouble() {
                late += 1;
                // It may have been one of the library's, for which nothing waits but what it does next.
                goes_by(PATIENCE).await;
                world.work().await;
            }
            proxy.hangs(None);
        };
        let shown = outage(&world, number, work).await;
        assert_eq!(shown, seen, "{kind}, the {which}. time");
    }
    assert!(late > 15, "{late}");
    world.ends().await;
}

/// Ann declares, Firebell does this about it, and does again what did not go well. What she sees, without the number.
async fn outage(world: &World, number: usize, work: impl Future<Output = ()>) -> String {
    let times = regex::Regex::new(r"\d\d:\d\d UTC").expect("a pattern");
    let before = world.matrix().hamlet.proxy.rooms().len();
    world.begins_to_say("Ann", "general", &format!("/incident declare sev2 Outage {number}")).await;
    work.await;
    for _ in 0..4 {
        world.clock.forward(TimeDelta::seconds(2));
        world.work().await;
    }
    world.settle().await;
    assert_eq!(world.matrix().hamlet.proxy.rooms().len(), before + 1, "rooms for outage {number}");
    let shown = world.room("Ann", &format!("inc-{number}-outage-{number}")).await;
    let shown = times.replace_all(&shown, "12:xx UTC");
    let shown = shown.replace(&format!("INC-{number}"), "INC-n").replace(&format!("Outage {number}"), "Outage");
    // The card does not wait for what is said, nor the other way round.
    let mut lines: Vec<&str> = shown.lines().collect();
    lines.sort();
    lines.join("\n")
}

/// For a minute. People's clients have their own ways to the homeserver, and talk on.
async fn it_is_away_for_a_minute(world: World) {
    declared(&world).await;
    world.says("Ann", ROOM, "/incident claim").await;
    world.says("Bob", ROOM, "It is the disk").await;
    world.says("Bob", ROOM, "It is the network").await;
    // In that minute Firebell would speak by itself, too.
    world.later(TimeDelta::seconds(54 * 60 + 30)).await;
    world.sees("Ann").await;
    let proxy = world.matrix().hamlet.proxy.clone();
    let away = async || {
        world.clock.forward(TimeDelta::seconds(10));
        world.work().await;
    };
    proxy.is_away(true);
    away().await;
    world.unheard().says("Bob", ROOM, "The disk of db-3 is full").await;
    away().await;
    world.unheard().puts("Ann", ROOM, "The disk", "🔍", true).await;
    world.unheard().edits("Bob", ROOM, "The disk", "The disk of db-4 is full").await;
    away().await;
    world.unheard().deletes("Bob", ROOM, "It is the network").await;
    away().await;
    world.unheard().says("Ann", ROOM, "/incident update We make room on it").await;
    world.unheard().says("Bob", ROOM, "/incident severity sev1").await;
    away().await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    ");
    proxy.is_away(false);
    for _ in 0..4 {
        away().await;
    }
    world.settle().await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Bob [edited, 🔍1]: The disk of db-4 is full
    #inc-1-checkout-down Ann [only ann]: /incident update We make room on it
    #inc-1-checkout-down Firebell: @Ann: the next update is due at 13:00 UTC. Type /incident update … or /incident snooze 10m.
    #inc-1-checkout-down Firebell: Update by Ann
        > We make room on it
        Next update due at 13:55 UTC.
    #inc-1-checkout-down Firebell: Severity SEV2 → SEV1 by Bob
    #incidents Firebell [in thread]: Update (Ann)
        We make room on it
    #incidents Firebell [in thread]: Severity SEV2 → SEV1 (Bob)
    ");
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:54 Bob finding: The disk of db-4 is full
    12:55 Ann update: We make room on it
    12:55 Bob severity: SEV2 → SEV1
    ");
    let said = world.transcript(1).await;
    assert_snapshot!(said.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"), @"
    Bob: Here
    Bob: It is the disk
    Bob:
    Bob: The disk of db-4 is full
    ");
    world.ends().await;
}
