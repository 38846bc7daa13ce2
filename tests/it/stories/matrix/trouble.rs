//! The homeserver is away, slow, or has had enough.

use chrono::TimeDelta;
use insta::assert_snapshot;

use super::{ROOM, declared, in_matrix};
use crate::support::world::World;

in_matrix!(it_has_had_enough, a_call_whose_answer_is_lost);

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
    let times = regex::Regex::new(r"\d\d:\d\d UTC").expect("a pattern");
    let mut number = 0;
    let mut seen: Option<String> = None;
    let mut lost = 0;
    loop {
        number += 1;
        proxy.loses(if number == 1 { None } else { Some(lost) });
        let before = proxy.rooms().len();
        world.begins_to_say("Ann", "general", &format!("/incident declare sev2 Outage {number}")).await;
        world.work().await;
        for _ in 0..4 {
            world.clock.forward(TimeDelta::seconds(2));
            world.work().await;
        }
        let calls = proxy.changes();
        proxy.loses(None);
        world.settle().await;
        assert_eq!(proxy.rooms().len(), before + 1, "rooms, at call {lost}");
        let shown = world.room("Ann", &format!("inc-{number}-outage-{number}")).await;
        let shown = times.replace_all(&shown, "12:xx UTC");
        let shown = shown.replace(&format!("INC-{number}"), "INC-n").replace(&format!("Outage {number}"), "Outage");
        match &seen {
            None => seen = Some(shown),
            Some(seen) => assert_eq!(&shown, seen, "at call {lost} of {calls}"),
        }
        lost += 1;
        if lost > calls {
            break;
        }
    }
    assert!(lost > 5, "{lost}");
    world.ends().await;
}
