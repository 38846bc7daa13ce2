//! Slack's trouble in the middle of an incident: said in words, nothing lost, healed when it is mended.

use chrono::TimeDelta;
use firebell::chat::slack::Checkup;
use firebell::ports::{Clock, Ledger, Mailbox, Readiness};
use insta::assert_snapshot;

use super::{ROOM, declared, in_slack};
use crate::slack::Fault;
use crate::support::world::World;

in_slack!(
    a_room_gets_another_name,
    the_token_is_revoked,
    a_scope_is_lost,
    slack_is_unwell,
    one_method_is_throttled,
    edits_of_one_card_are_one,
    somebodys_account_is_deactivated,
    nobody_can_be_looked_up,
    what_nobody_can_tell_for_a_day,
);

async fn a_room_gets_another_name(world: World) {
    declared(&world).await;
    world.workspace().renames("Bob", ROOM, "war-room");
    world.settle().await;
    world.says("Ann", "war-room", "/incident update We are on it").await;
    assert_snapshot!(world.room("Ann", "incidents").await, @"
    Firebell: SEV2 · Checkout is down · investigating
        12:00 UTC Ann: We are on it
        INC-1, declared 12:00 UTC · Commander: Ann · #war-room
        Next update by 13:00 UTC
    Firebell [in thread]: Incident commander: Ann
    Firebell [in thread]: Update (Ann)
        We are on it
    ");
    let summary = world.store.open().await.expect("to read").remove(0);
    assert_eq!(summary.room.expect("a room").name, "war-room");
    world.ends().await;
}

async fn the_token_is_revoked(world: World) {
    declared(&world).await;
    let (readiness, mut checkup) = (Readiness::default(), Checkup::default());
    let slack = world.slack().slack.clone();
    slack.look(&mut checkup, &readiness, false).await;
    world.workspace().revoke_token();
    world.begins_to_say("Ann", ROOM, "/incident update We are on it").await;
    world.work().await;
    slack.look(&mut checkup, &readiness, false).await;
    assert_snapshot!(format!("{:?}", readiness.parts()), @r#"[Part { name: "slack", ready: false, note: "auth.test: token_revoked: Slack does not take the bot token any more: install the app again and set [slack] bot_token" }]"#);
    // Slack delivers nothing to an app without a token.
    world.clock.forward(TimeDelta::minutes(1));
    world.workspace().says("Bob", ROOM, "Nobody hears me");
    world.workspace().take_pending();
    world.clock.forward(TimeDelta::minutes(1));
    world.workspace().restore_token();
    slack.look(&mut checkup, &readiness, false).await;
    world.settle().await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:00 Firebell gap: Gap: #inc-1-checkout-down, 12:00 to 12:02 UTC: Firebell was away; one change was read back
    12:00 Ann update: We are on it
    ");
    assert_snapshot!(world.sees("Bob").await, @"
    #inc-1-checkout-down Bob: Nobody hears me
    #inc-1-checkout-down Firebell: Update by Ann
        > We are on it
        Next update due at 13:00 UTC.
    #incidents Firebell [in thread]: Update (Ann)
        We are on it
    ");
    assert!(readiness.parts().iter().all(|p| p.ready));
    world.ends().await;
}

async fn a_scope_is_lost(world: World) {
    world.workspace().remove_scope("pins:write");
    world.begins_to_say("Ann", "general", "/incident declare Checkout is down").await;
    world.work().await;
    let channel = world.workspace().channel_named(ROOM).expect("a channel");
    assert_eq!((channel.pins.len(), channel.bookmarks.len()), (0, 1));
    let (waiting, _) = world.store.waiting(world.clock.now() + TimeDelta::minutes(2)).await.expect("to read");
    // Pinning the card, and no more; the update's reminder is hours ahead.
    assert_eq!(waiting, 1);
    world.workspace().add_scope("pins:write");
    world.later(TimeDelta::minutes(2)).await;
    assert_eq!(world.workspace().channel_named(ROOM).expect("a channel").pins.len(), 1);
    world.ends().await;
}

async fn slack_is_unwell(world: World) {
    declared(&world).await;
    world.workspace().break_every("*", Fault::ServerError);
    for text in ["/incident update We are on it", "/incident sev sev1", "It is the disk"] {
        world.begins_to_say("Ann", ROOM, text).await;
    }
    world.work().await;
    assert_snapshot!(world.sees("Bob").await, @"#inc-1-checkout-down Ann: It is the disk");
    world.workspace().mend();
    world.later(TimeDelta::minutes(10)).await;
    assert_snapshot!(world.sees("Bob").await, @"
    #inc-1-checkout-down Firebell: Update by Ann
        > We are on it
        Next update due at 13:00 UTC.
    #inc-1-checkout-down Firebell: Severity SEV2 → SEV1 by Ann
    #incidents Firebell [in thread]: Update (Ann)
        We are on it
    #incidents Firebell [in thread]: Severity SEV2 → SEV1 (Ann)
    ");
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:00 Ann update: We are on it
    12:00 Ann severity: SEV2 → SEV1
    ");
    world.ends().await;
}

async fn one_method_is_throttled(world: World) {
    world.workspace().break_every("bookmarks.list", Fault::Throttled { after_s: 30 });
    world.workspace().break_next("pins.add", Fault::Throttled { after_s: 20 });
    world.says("Ann", "general", "/incident declare Checkout is down").await;
    let channel = world.workspace().channel_named(ROOM).expect("a channel");
    // All else is done.
    assert_eq!((channel.pins.len(), channel.bookmarks.len(), channel.members.len()), (0, 0, 2));
    assert!(!channel.topic.is_empty());
    let calls = |method: &str| world.workspace().calls().iter().filter(|c| c.method == method).count();
    assert_eq!((calls("pins.add"), calls("bookmarks.list")), (1, 1));
    // Nobody asks again before the time that Slack has named.
    world.later(TimeDelta::seconds(19)).await;
    assert_eq!((calls("pins.add"), calls("bookmarks.list")), (1, 1));
    world.later(TimeDelta::seconds(2)).await;
    assert_eq!(world.workspace().channel_named(ROOM).expect("a channel").pins.len(), 1);
    world.workspace().mend();
    world.later(TimeDelta::seconds(60)).await;
    assert_eq!(world.workspace().channel_named(ROOM).expect("a channel").bookmarks.len(), 1);
    world.ends().await;
}

async fn edits_of_one_card_are_one(world: World) {
    declared(&world).await;
    world.workspace().break_next("chat.update", Fault::Throttled { after_s: 30 });
    world.workspace().forget_calls();
    for n in 1..=10 {
        world.says("Ann", ROOM, &format!("/incident task Look at worker {n}")).await;
    }
    world.later(TimeDelta::seconds(90)).await;
    let card = world.workspace().calls().iter().filter(|c| c.method == "chat.update" && c.outcome == "ok").count();
    assert!(card <= 2, "the card was edited {card} times");
    let shown = crate::slack::shown::line(world.workspace(), &world.slack().message("Ann", ROOM, "INC-1"));
    assert!(shown.contains("Look at worker 10"), "{shown}");
    world.ends().await;
}

async fn somebodys_account_is_deactivated(world: World) {
    declared(&world).await;
    world.says("Bob", ROOM, "I found it").await;
    world.workspace().deactivate("Bob");
    world.settle().await;
    world.says("Ann", ROOM, "/incident update Bob found it").await;
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob: I found it
    ");
    world.ends().await;
}

/// Acknowledged all the same, and heard in order once Slack says who it is.
async fn nobody_can_be_looked_up(world: World) {
    declared(&world).await;
    world.workspace().break_every("users.info", Fault::Throttled { after_s: 30 });
    for text in ["One", "Two", "Three"] {
        world.begins_to_say("Cleo", ROOM, text).await;
    }
    world.begins_to_say("Bob", "general", "/incident list").await;
    world.work().await;
    assert_eq!(world.workspace().pending(), 0, "something is not acknowledged");
    assert_snapshot!(world.transcript(1).await, @"Bob: Here");
    // Others are not held up.
    assert_snapshot!(world.sees("Bob").await, @"
    #general Bob [only bob]: /incident list
    #general Firebell [only bob]: Open incidents
        • INC-1 (http://firebell.test/incidents/INC-1) SEV2 · Checkout is down · investigating · Ann · declared 0 s ago · #inc-1-checkout-down
    #inc-1-checkout-down Cleo: One
    #inc-1-checkout-down Cleo: Two
    #inc-1-checkout-down Cleo: Three
    ");
    world.workspace().mend();
    world.later(TimeDelta::seconds(31)).await;
    world.later(TimeDelta::seconds(5)).await;
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Cleo: One
    Cleo: Two
    Cleo: Three
    ");
    world.ends().await;
}

/// It is kept for somebody to look at, and what came after it goes on.
async fn what_nobody_can_tell_for_a_day(world: World) {
    declared(&world).await;
    world.person("Cleo").await;
    world.workspace().joins("Cleo", ROOM);
    world.settle().await;
    // Nobody is remembered any more.
    let world = world.restarted().await;
    world.workspace().break_every("users.info", Fault::ServerError);
    world.begins_to_say("Cleo", ROOM, "It is the disk of db-3").await;
    world.work().await;
    world.clock.forward(TimeDelta::hours(24) - TimeDelta::milliseconds(1));
    world.begins_to_say("Bob", ROOM, "Which disk?").await;
    world.work().await;
    assert_eq!(world.mailbox().aside().await.expect("to read"), 0);
    assert_snapshot!(world.transcript(1).await, @"Bob: Here");
    world.clock.forward(TimeDelta::seconds(5));
    world.work().await;
    world.workspace().mend();
    world.later(TimeDelta::seconds(5)).await;
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob: Which disk?
    ");
    assert_eq!(world.mailbox().aside().await.expect("to read"), 1);
    let kept = world.kept_aside().await;
    assert_snapshot!(kept[0].0, @"users.info: Slack answered 500 Internal Server Error");
    assert!(kept[0].1.contains("It is the disk of db-3"), "{kept:?}");
    world.ends().await;
}
