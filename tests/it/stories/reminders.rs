//! What Firebell does by itself as time passes.

use chrono::TimeDelta;
use insta::assert_snapshot;

use super::on_every_chat;
use crate::support::world::World;

const ROOM: &str = "inc-1-checkout-down";

on_every_chat!(nobody_in_command, an_update_is_due, a_snooze, no_update_is_due_when_it_is_over, announcements_follow);

async fn nobody_in_command(world: World) {
    world.says("Ann", "general", "/incident declare sev4 Checkout is down").await;
    world.sees("Ann").await;
    world.later(TimeDelta::minutes(5)).await;
    assert_snapshot!(world.sees("Ann").await, @"#inc-1-checkout-down Firebell: Nobody is in command. Who takes it? Type /incident claim.");
    world.later(TimeDelta::minutes(5)).await;
    assert_snapshot!(world.sees("Ann").await, @"#inc-1-checkout-down Firebell: Nobody is in command. Who takes it? Type /incident claim.");
    world.says("Ann", ROOM, "/incident claim").await;
    world.sees("Ann").await;
    world.later(TimeDelta::hours(1)).await;
    assert_snapshot!(world.sees("Ann").await, @"");
    world.ends().await;
}

/// The one who writes the updates before and when it is due; then the commander, until it is written.
async fn an_update_is_due(world: World) {
    world.person("Bob").await;
    world.says("Ann", "general", "/incident declare sev1 Checkout is down").await;
    world.says("Ann", ROOM, "/incident claim").await;
    world.says("Ann", ROOM, "/incident role comms @bob").await;
    world.sees("Bob").await;
    for minutes in [25, 5, 5, 15, 15] {
        world.later(TimeDelta::minutes(minutes)).await;
    }
    assert_snapshot!(world.sees("Bob").await, @"
    #inc-1-checkout-down Firebell: @Bob: the next update is due at 12:30 UTC. Type /incident update … or /incident snooze 10m.
    #inc-1-checkout-down Firebell: @Bob: the update is overdue since 12:30 UTC. Type /incident update … or /incident snooze 10m.
    #inc-1-checkout-down Firebell: @Ann: still no update, due since 12:30 UTC. Type /incident update … or /incident snooze 10m.
    #inc-1-checkout-down Firebell: @Ann: still no update, due since 12:30 UTC. Type /incident update … or /incident snooze 10m.
    #inc-1-checkout-down Firebell: @Ann: still no update, due since 12:30 UTC. Type /incident update … or /incident snooze 10m.
    ");
    world.says("Bob", ROOM, "/incident update We are on it").await;
    world.sees("Bob").await;
    world.later(TimeDelta::minutes(24)).await;
    assert_snapshot!(world.sees("Bob").await, @"");
    world.later(TimeDelta::minutes(1)).await;
    assert_snapshot!(world.sees("Bob").await, @"#inc-1-checkout-down Firebell: @Bob: the next update is due at 13:35 UTC. Type /incident update … or /incident snooze 10m.");
    world.ends().await;
}

async fn a_snooze(world: World) {
    world.says("Ann", "general", "/incident declare sev1 Checkout is down").await;
    world.says("Ann", ROOM, "/incident claim").await;
    world.later(TimeDelta::minutes(31)).await;
    world.sees("Ann").await;
    world.says("Ann", ROOM, "/incident snooze 20m").await;
    world.says("Ann", ROOM, "/incident snooze tomorrow").await;
    world.later(TimeDelta::minutes(19)).await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident snooze 20m
    #inc-1-checkout-down Firebell [only ann]: You are reminded again at 12:51 UTC.
    #inc-1-checkout-down Ann [only ann]: /incident snooze tomorrow
    #inc-1-checkout-down Firebell [only ann]: “tomorrow” is not a time span up to 12 hours, such as 15m or 2h.
        It goes /incident snooze [FOR], for example /incident snooze 15m.
    ");
    world.later(TimeDelta::minutes(1)).await;
    assert_snapshot!(world.sees("Ann").await, @"#inc-1-checkout-down Firebell: @Ann: the update is overdue since 12:30 UTC. Type /incident update … or /incident snooze 10m.");
    world.ends().await;
}

async fn no_update_is_due_when_it_is_over(world: World) {
    world.says("Ann", "general", "/incident declare sev1 Checkout is down").await;
    world.says("Ann", ROOM, "/incident resolve").await;
    world.sees("Ann").await;
    world.later(TimeDelta::hours(5)).await;
    world.says("Ann", ROOM, "/incident snooze").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident snooze
    #inc-1-checkout-down Firebell [only ann]: No update is due, so there is nothing to snooze.
    ");
    world.ends().await;
}

async fn announcements_follow(world: World) {
    world.says("Ann", "general", "/incident declare sev2 --service search Search is down").await;
    let room = "inc-1-search-down";
    world.says("Ann", room, "/incident severity sev1 Everywhere").await;
    world.says("Ann", room, "/incident rename Search and suggest are down").await;
    world.says("Ann", room, "/incident update First\nSecond line with https://status.example/1 in it").await;
    world.says("Ann", room, "/incident undo").await;
    assert_snapshot!(world.room("Ann", "incidents").await, @"
    Firebell: SEV1 · Search and suggest are down · investigating
        Service: Search
        Most users cannot use the product, or data is at risk.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-search-down
        Next update by 12:30 UTC
    Firebell [in thread]: Severity SEV2 → SEV1 (Ann)
        Everywhere
    Firebell [in thread]: Renamed: Search and suggest are down (Ann)
    Firebell [in thread]: Update (Ann)
        First
        Second line with https://status.example/1 in it
    Firebell [in thread]: Update taken back (Ann)
    ");
    world.ends().await;
}
