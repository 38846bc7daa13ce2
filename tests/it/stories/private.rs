//! Private incidents, and who may do what.

use firebell::plan::{Route, Rule};
use insta::assert_snapshot;

use super::on_every_chat;
use crate::support::scene::Scene;
use crate::support::world::{World, plan, room_id};

on_every_chat!(
    nobody_else_hears_of_it,
    neither_is_merged_into_the_other,
    declared_from_what_was_said_in_private;
    scenes: a_route_of_its_own, only_who_may
);

const ROOM: &str = "inc-1";

async fn nobody_else_hears_of_it(world: World) {
    world.person("Bob").await;
    world.person("Cleo").await;
    world.says("Ann", "general", "/incident declare sev1 --private Somebody reads our mail").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident declare sev1 --private Somebody reads our mail
    #general Firebell [only ann]: INC-1 is declared as SEV1. Go to #inc-1.
    #inc-1 Firebell [pinned]: INC-1 · Somebody reads our mail
        Severity: SEV1
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 12:30 UTC
        Private: only members of this room see it
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1 Firebell: SEV1 declared by Ann: Somebody reads our mail
        Nobody is in command yet. Type /incident claim to take it.
    ");
    assert_snapshot!(world.sees("Bob").await, @"");
    world.says("Bob", "general", "/incident list --all").await;
    world.says("Bob", "general", "/incident show INC-1").await;
    // Not even by its title.
    world.says("Bob", "general", "/incident declare Somebody reads our mail").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #general Bob [only bob]: /incident list --all
    #general Firebell [only bob]: There has been no incident yet.
    #general Bob [only bob]: /incident show INC-1
    #general Firebell [only bob]: There is no INC-1.
    #general Bob [only bob]: /incident declare Somebody reads our mail
    #general Firebell [only bob]: INC-2 is declared as SEV3. Go to #inc-2-somebody-reads-our-mail.
    #inc-2-somebody-reads-our-mail Firebell [pinned]: INC-2 · Somebody reads our mail
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Timeline (http://firebell.test/incidents/INC-2)
    #inc-2-somebody-reads-our-mail Firebell: SEV3 declared by Bob: Somebody reads our mail
        Nobody is in command yet. Type /incident claim to take it.
    #incidents Firebell: SEV3 · Somebody reads our mail · investigating
        Some users are affected, and there is a way around it.
        INC-2, declared 12:00 UTC · Commander: nobody yet · #inc-2-somebody-reads-our-mail
        Next update by 16:00 UTC
    ");
    world.says("Ann", ROOM, "/incident action Change the keys").await;
    world.says("Ann", ROOM, "/incident merge INC-2").await;
    world.sees("Ann").await;
    world.says("Bob", "general", "/incident actions").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #general Bob [only bob]: /incident actions
    #general Firebell [only bob]: No action item is open. Add one in an incident's room: /incident action TEXT @who due friday
    ");
    // Who gets a role is let in.
    world.says("Ann", ROOM, "/incident role scribe @bob").await;
    world.says("Bob", "general", "/incident show INC-1").await;
    let seen = world.sees("Bob").await;
    // What he finds in the room itself differs from chat to chat.
    assert_snapshot!(seen.split("\n#inc-1 ").next().unwrap_or_default(), @"
    #general Bob [only bob]: /incident show INC-1
    #general Firebell [only bob]: INC-1 · Somebody reads our mail
        Severity: SEV1
        Status: investigating
        Incident commander: nobody yet
        Scribe: @Bob
        Declared: 12:00 UTC
        Next update due: 12:30 UTC
        Private: only members of this room see it
        Open action items: 1
        Timeline (http://firebell.test/incidents/INC-1)
    ");
    assert_snapshot!(world.sees("Cleo").await, @"
    #inc-2-somebody-reads-our-mail Firebell [pinned]: INC-2 · Somebody reads our mail
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Timeline (http://firebell.test/incidents/INC-2)
    #inc-2-somebody-reads-our-mail Firebell: SEV3 declared by Bob: Somebody reads our mail
        Nobody is in command yet. Type /incident claim to take it.
    #incidents Firebell: SEV3 · Somebody reads our mail · investigating
        Some users are affected, and there is a way around it.
        INC-2, declared 12:00 UTC · Commander: nobody yet · #inc-2-somebody-reads-our-mail
        Next update by 16:00 UTC
    ");
    world.ends().await;
}

async fn neither_is_merged_into_the_other(world: World) {
    world.says("Ann", "general", "/incident declare --private Somebody reads our mail").await;
    world.says("Ann", "general", "/incident declare Checkout is down").await;
    world.sees("Ann").await;
    world.says("Ann", ROOM, "/incident merge INC-2").await;
    world.says("Ann", "inc-2-checkout-down", "/incident merge INC-1").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1 Ann [only ann]: /incident merge INC-2
    #inc-1 Firebell [only ann]: One of this incident and INC-2 is private, the other is not: merging would show it to others. Cancel one of them with a reason instead.
    #inc-2-checkout-down Ann [only ann]: /incident merge INC-1
    #inc-2-checkout-down Firebell [only ann]: One of this incident and INC-1 is private, the other is not: merging would show it to others. Cancel one of them with a reason instead.
    ");
    world.ends().await;
}

async fn declared_from_what_was_said_in_private(world: World) {
    world.person("Bob").await;
    world.makes_private_room("Ann", "board").await;
    world.says("Ann", "board", "The salaries are out").await;
    world.reacts("Ann", "board", "The salaries", "🚨").await;
    world.reacts("Ann", "board", "The salaries", "✅").await;
    world.says("Ann", "board", "/incident list").await;
    assert_snapshot!(world.room("Ann", "board").await, @"
    Ann [🚨1, ✅1]: The salaries are out
    Firebell [only ann]: Declare a private incident from this message?
        > The salaries are out
        Put ✅ on the message to declare it as SEV3, or take your emoji off.
    Firebell [only ann]: INC-1 is declared as SEV3. Go to #inc-1.
    Ann [only ann]: /incident list
    Firebell [only ann]: Open incidents
        • INC-1 (http://firebell.test/incidents/INC-1) SEV3 · The salaries are out · investigating · nobody in command · declared 0 s ago · #inc-1
    ");
    world.says("Bob", "general", "/incident list").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #general Bob [only bob]: /incident list
    #general Firebell [only bob]: No incident is open.
    ");
    world.ends().await;
}

async fn a_route_of_its_own(scene: Scene) {
    let mut plan = plan();
    plan.announcements.routes = vec![
        Route { severities: vec!["sev1".into()], private: true, rooms: vec![room_id("board")], ..Route::default() },
        Route { severities: vec!["sev1".into()], rooms: vec![room_id("loud")], ..Route::default() },
    ];
    plan.announcements.default_rooms = vec![room_id("incidents"), room_id("board"), room_id("loud")];
    let world = scene.with(plan).await;
    world.says("Ann", "general", "/incident declare sev1 --private Somebody reads our mail").await;
    world.says("Ann", "general", "/incident declare sev1 Checkout is down").await;
    world.says("Ann", "general", "/incident declare sev3 Search is slow").await;
    for room in ["incidents", "board", "loud"] {
        let shown = world.room("Ann", room).await;
        let first: Vec<&str> = shown.lines().filter(|l| l.starts_with("Firebell")).collect();
        match room {
            "incidents" => assert_snapshot!(first.join("\n"), @"Firebell: SEV3 · Search is slow · investigating"),
            "board" => assert_snapshot!(first.join("\n"), @"
            Firebell: SEV1 · Somebody reads our mail · investigating
            Firebell: SEV3 · Search is slow · investigating
            "),
            _ => assert_snapshot!(first.join("\n"), @"
            Firebell: SEV1 · Checkout is down · investigating
            Firebell: SEV3 · Search is slow · investigating
            "),
        }
    }
    world.ends().await;
}

async fn only_who_may(scene: Scene) {
    let mut plan = plan();
    plan.permissions.declare = vec![Rule::Group("sre".into())];
    plan.permissions.close = vec![Rule::Role("commander".into())];
    let ann = scene.person("Ann");
    plan.permissions.severity = vec![Rule::Person(ann.clone())];
    plan.groups.insert("sre".into(), vec![ann.clone()]);
    let ann = ann.to_string();
    let world = scene.with(plan).await;
    world.says("Bob", "general", "/incident declare Checkout is down").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #general Bob [only bob]: /incident declare Checkout is down
    #general Firebell [only bob]: You may not declare incidents here. It is for: group sre.
    ");
    world.says("Ann", "general", "/incident declare Checkout is down").await;
    world.sees("Bob").await;
    // Who asks for something in a room that is open to all is in it from then on.
    world.says("Cleo", "inc-1-checkout-down", "/incident log Looking").await;
    assert_snapshot!(world.sees("Cleo").await.lines().last().unwrap_or_default(), @"#inc-1-checkout-down Firebell [only cleo]: On the timeline at 12:00 UTC. /incident undo takes it back.");
    world.says("Bob", "inc-1-checkout-down", "Here").await;
    world.says("Bob", "inc-1-checkout-down", "/incident severity sev1").await;
    world.says("Bob", "inc-1-checkout-down", "/incident close").await;
    world.says("Bob", "inc-1-checkout-down", "/incident claim").await;
    world.says("Bob", "inc-1-checkout-down", "/incident close").await;
    assert_snapshot!(world.sees("Bob").await.replace(&ann, "ANN"), @"
    #inc-1-checkout-down Bob: Here
    #inc-1-checkout-down Bob [only bob]: /incident severity sev1
    #inc-1-checkout-down Firebell [only bob]: You may not change the severity here. It is for: ANN.
    #inc-1-checkout-down Bob [only bob]: /incident close
    #inc-1-checkout-down Firebell [only bob]: You may not close, cancel, merge or reopen here. It is for: the commander.
    #inc-1-checkout-down Bob [only bob]: /incident claim
    #inc-1-checkout-down Firebell: Incident commander: @Bob
    #inc-1-checkout-down Bob [only bob]: /incident close
    #inc-1-checkout-down Firebell: Closed by Bob
        Postmortem draft (http://firebell.test/postmortems/INC-1): summary, timeline and action items, drafted from what happened here.
    #incidents Firebell [in thread]: Incident commander: Bob
    #incidents Firebell [in thread]: Status: closed (Bob)
    ");
    world.ends().await;
}
