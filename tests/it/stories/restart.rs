//! Firebell stops and starts again: nothing is said twice, nothing is forgotten.

use chrono::TimeDelta;
use insta::assert_snapshot;

use super::on_every_chat;
use crate::support::world::World;

on_every_chat!(a_restart_says_nothing, reminders_survive_without_a_burst);

async fn a_restart_says_nothing(world: World) {
    world.says("Ann", "general", "/incident declare sev2 Checkout is down").await;
    world.says("Ann", "inc-1-checkout-down", "/incident claim").await;
    world.sees("Ann").await;
    let world = world.restarted().await;
    world.settle().await;
    assert_snapshot!(world.sees("Ann").await, @"");
    world.says("Ann", "inc-1-checkout-down", "/incident update Still looking").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident update Still looking
    #inc-1-checkout-down Firebell: Update by Ann
        > Still looking
        Next update due at 13:00 UTC.
    #incidents Firebell [in thread]: Update (Ann)
        Still looking
    ");
    world.ends().await;
}

async fn reminders_survive_without_a_burst(world: World) {
    world.says("Ann", "general", "/incident declare sev1 Checkout is down").await;
    world.says("Ann", "inc-1-checkout-down", "/incident claim").await;
    world.sees("Ann").await;
    let world = world.restarted().await;
    // Away for three hours, in which six updates would have been due.
    world.later(TimeDelta::hours(3)).await;
    assert_snapshot!(world.sees("Ann").await, @"#inc-1-checkout-down Firebell: @Ann: the update is overdue since 12:30 UTC. Type /incident update … or /incident snooze 10m.");
    world.ends().await;
}
