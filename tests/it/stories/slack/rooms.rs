//! Channels: their names, who is in them, what they show; private ones that stay so.

use insta::assert_snapshot;

use super::{ROOM, declared, in_slack};
use crate::slack::{Fault, shown};
use crate::support::scene::Scene;
use crate::support::world::{World, plan};

in_slack!(
    a_name_that_is_taken,
    a_private_channel_or_none,
    what_a_channel_shows,
    the_topic_is_set_once,
    somebody_can_not_be_invited,
    asked_where_the_bot_is_not,
    somebody_deletes_the_card,
    at_the_end;
    scenes: whom_the_plan_invites, archived_at_the_end, archived_and_reopened,
);

fn channels(world: &World) -> String {
    world.workspace().channel_names().join(" ")
}

async fn a_name_that_is_taken(world: World) {
    world.person("Ann").await;
    // An archived namesake, from an incident of another year.
    world.workspace().channel(ROOM);
    world.workspace().archives("Ann", ROOM);
    world.settle().await;
    world.says("Ann", "general", "/incident declare Checkout is down").await;
    assert_snapshot!(channels(&world), @"general incidents inc-1-checkout-down inc-1-checkout-down-2");
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident declare Checkout is down
    #general Firebell [only ann]: INC-1 is declared as SEV3. Go to #inc-1-checkout-down-2.
    #inc-1-checkout-down-2 Firebell [pinned]: INC-1 · Checkout is down
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1-checkout-down-2 Firebell: SEV3 declared by Ann: Checkout is down
        Nobody is in command yet. Type /incident claim to take it.
    #incidents Firebell: SEV3 · Checkout is down · investigating
        Some users are affected, and there is a way around it.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-down-2
        Next update by 16:00 UTC
    ");
    world.ends().await;
}

async fn a_private_channel_or_none(world: World) {
    world.workspace().break_every("conversations.create", Fault::Api("restricted_action"));
    world.begins_to_say("Ann", "general", "/incident declare --private Somebody reads our mail").await;
    world.work().await;
    assert_snapshot!(channels(&world), @"general incidents");
    let parked = firebell::ports::Ledger::parked(&world.store).await.expect("to read");
    assert_snapshot!(parked.iter().map(|p| format!("{}: {}", p.what, p.why)).collect::<Vec<_>>().join("\n"), @"INC-1: open the room: conversations.create: restricted_action: the workspace's settings do not let apps do that: ask its owner");
    // The workspace's owner lets apps make private channels now; it is tried again at the next start.
    world.workspace().mend();
    let world = world.restarted().await;
    world.settle().await;
    let room = world.workspace().channel_named("inc-1").expect("a channel");
    assert!(room.private);
    assert_eq!(room.members, ["Firebell", "Ann"]);
    world.ends().await;
}

async fn what_a_channel_shows(world: World) {
    world.says("Ann", "general", "/incident declare sev1 --service checkout Checkout is down").await;
    world.says("Ann", ROOM, "/incident link https://status.example/1 Status of the bank").await;
    let channel = world.workspace().channel_named(ROOM).expect("a channel");
    let bookmarks: Vec<String> = channel.bookmarks.iter().map(|b| format!("{} {}", b.title, b.link)).collect();
    assert_snapshot!(format!("{}\n{}\n{}", channel.topic, channel.purpose, bookmarks.join("\n")), @"
    SEV1 · investigating · Commander: nobody · Checkout is down
    INC-1: Checkout is down
    Timeline http://firebell.test/incidents/INC-1
    Dashboard https://dash.example/checkout
    Status of the bank https://status.example/1
    ");
    assert_eq!(channel.pins.len(), 1);
    assert_eq!(channel.members, ["Firebell", "Ann"]);
    world.ends().await;
}

/// Each time it is set, Slack tells the room.
async fn the_topic_is_set_once(world: World) {
    declared(&world).await;
    world.says("Ann", ROOM, "/incident log Nothing new").await;
    world.says("Ann", ROOM, "/incident update Nothing new").await;
    world.says("Ann", ROOM, "/incident sev sev1").await;
    let told = world.workspace().messages(ROOM);
    let topics: Vec<String> =
        told.iter().filter(|m| m.subtype == Some("channel_topic")).map(|m| shown::line(world.workspace(), m)).collect();
    assert_snapshot!(topics.join("\n"), @"
    Firebell: @Firebell set the channel topic: SEV2 · investigating · Commander: nobody · Checkout is down
    Firebell: @Firebell set the channel topic: SEV2 · investigating · Commander: Ann · Checkout is down
    Firebell: @Firebell set the channel topic: SEV1 · investigating · Commander: Ann · Checkout is down
    ");
    world.ends().await;
}

async fn whom_the_plan_invites(scene: Scene) {
    let mut plan = plan();
    let workspace = scene.workspace();
    let group = workspace.user_group("sre", &["Ann", "Cleo"]);
    plan.severities[0].invite = vec![scene.person("Bob"), format!("slack:{group}").parse().expect("a group")];
    let world = scene.with(plan).await;
    world.says("Ann", "general", "/incident declare sev1 Checkout is down").await;
    assert_eq!(world.workspace().channel_named(ROOM).expect("a channel").members, ["Firebell", "Ann", "Bob", "Cleo"]);
    world.ends().await;
}

async fn somebody_can_not_be_invited(world: World) {
    declared(&world).await;
    world.person("Cleo").await;
    world.says("Cleo", "general", "Hello").await;
    world.workspace().deactivate("Cleo");
    world.begins_to_say("Ann", ROOM, "/incident role scribe @Cleo").await;
    world.work().await;
    // The role is hers all the same.
    assert_snapshot!(world.sees("Ann").await, @"
    #general Cleo: Hello
    #inc-1-checkout-down Ann [only ann]: /incident role scribe @Cleo
    #inc-1-checkout-down Firebell: Scribe: @Cleo, named by Ann
    ");
    let parked = firebell::ports::Ledger::parked(&world.store).await.expect("to read");
    assert_snapshot!(parked.iter().map(|p| format!("{}: {}", p.what, p.why)).collect::<Vec<_>>().join("\n"), @"INC-1: invite people: could not be invited: Cleo (cant_invite): is the account deactivated, or a guest's?");
}

async fn asked_where_the_bot_is_not(world: World) {
    world.workspace().channel_without_bot("random");
    world.says("Ann", "random", "/incident list").await;
    world.says("Ann", "random", "/incident declare Checkout is down").await;
    // What was asked is answered in place; what happens later comes as a direct message.
    let told: Vec<String> =
        world.workspace().messages("@Ann").iter().map(|m| shown::line(world.workspace(), m)).collect();
    assert_snapshot!(told.join("\n"), @"Firebell: INC-1 is declared as SEV3. Go to #inc-1-checkout-down.");
    assert_snapshot!(world.sees("Ann").await, @"
    #firebell Firebell: INC-1 is declared as SEV3. Go to #inc-1-checkout-down.
    #inc-1-checkout-down Firebell [pinned]: INC-1 · Checkout is down
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1-checkout-down Firebell: SEV3 declared by Ann: Checkout is down
        Nobody is in command yet. Type /incident claim to take it.
    #incidents Firebell: SEV3 · Checkout is down · investigating
        Some users are affected, and there is a way around it.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-down
        Next update by 16:00 UTC
    #random Ann [only ann]: /incident list
    #random Firebell [only ann]: No incident is open.
    #random Ann [only ann]: /incident declare Checkout is down
    ");
    world.ends().await;
}

async fn at_the_end(world: World) {
    declared(&world).await;
    world.says("Ann", ROOM, "/incident close").await;
    assert!(!world.workspace().channel_named(ROOM).expect("a channel").archived);
    world.ends().await;
}

async fn somebody_deletes_the_card(world: World) {
    declared(&world).await;
    let card = world.slack().message("Firebell", ROOM, "INC-1").ts;
    world.workspace().deletes("Ann", ROOM, &card);
    world.settle().await;
    world.says("Ann", ROOM, "/incident sev sev1").await;
    assert_snapshot!(world.room("Ann", ROOM).await, @"
    Firebell: SEV2 declared by Ann: Checkout is down
        Nobody is in command yet. Type /incident claim to take it.
    Ann [only ann]: /incident claim
    Firebell: Incident commander: @Ann
    Bob: Here
    Ann [only ann]: /incident sev sev1
    Firebell: Severity SEV2 → SEV1 by Ann
    Firebell [pinned]: INC-1 · Checkout is down
        Severity: SEV1
        Status: investigating
        Incident commander: @Ann
        Declared: 12:00 UTC
        Next update due: 12:30 UTC
        Timeline (http://firebell.test/incidents/INC-1)
    ");
    world.ends().await;
}

/// Archiving puts the bot out; once a person has brought the channel back, it comes back by itself.
async fn archived_and_reopened(scene: Scene) {
    let mut plan = plan();
    plan.archive_at_close = true;
    let world = scene.with(plan).await;
    declared(&world).await;
    world.says("Ann", ROOM, "/incident close").await;
    world.workspace().unarchives("Ann", ROOM);
    world.settle().await;
    world.says("Ann", ROOM, "/incident reopen The errors are back").await;
    assert_snapshot!(world.room("Ann", ROOM).await, @"
    Firebell [pinned]: INC-1 · Checkout is down
        Severity: SEV2
        Status: investigating
        Incident commander: @Ann
        Declared: 12:00 UTC
        Next update due: 13:00 UTC
        Timeline (http://firebell.test/incidents/INC-1)
    Firebell: SEV2 declared by Ann: Checkout is down
        Nobody is in command yet. Type /incident claim to take it.
    Ann [only ann]: /incident claim
    Firebell: Incident commander: @Ann
    Bob: Here
    Ann [only ann]: /incident close
    Firebell: Closed by Ann
        Postmortem draft (http://firebell.test/postmortems/INC-1): summary, timeline and action items, drafted from what happened here.
    Ann [only ann]: /incident reopen The errors are back
    Firebell: Reopened by Ann
        > The errors are back
    ");
    assert_eq!(firebell::ports::Ledger::parked(&world.store).await.expect("to read").len(), 0);
    world.ends().await;
}

async fn archived_at_the_end(scene: Scene) {
    let mut plan = plan();
    plan.archive_at_close = true;
    let world = scene.with(plan).await;
    declared(&world).await;
    world.says("Ann", ROOM, "/incident close").await;
    assert!(world.workspace().channel_named(ROOM).expect("a channel").archived);
    let timeline = world.timeline(1).await;
    assert!(!timeline.contains("Gap"), "{timeline}");
    world.ends().await;
}
