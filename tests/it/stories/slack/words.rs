//! People and text, both ways; and everything that is said, in whatever way Slack tells of it.

use chrono::TimeDelta;
use firebell::chat::slack::Checkup;
use firebell::ports::Readiness;
use insta::assert_snapshot;

use super::{ROOM, declared, in_slack};
use crate::slack::shown;
use crate::support::world::World;

in_slack!(
    what_people_write_reads_as_they_wrote_it,
    what_people_wrote_is_only_text,
    every_way_of_saying_something_is_on_the_record,
    a_preview_is_no_edit,
    the_first_message_of_a_thread_is_deleted,
    a_mention_is_a_command,
    a_direct_message_is_a_command,
    commands_as_phones_write_them,
    times_are_in_the_speakers_zone,
    a_stranger_is_told_once,
    somebody_has_a_new_name,
    who_is_where,
    talk_waits_for_nothing,
    people_are_known_before_they_are_heard,
);

async fn what_people_write_reads_as_they_wrote_it(world: World) {
    declared(&world).await;
    world.workspace().user_group("sre", &["Ann"]);
    world
        .says("Bob", ROOM, "@Ann see #general & <this> https://dash.example/a?b=c&d=e :fire: *bold* _it_ `a_b_c` 2*3*4")
        .await;
    world.says("Bob", ROOM, "@sre please").await;
    world.reacts("Bob", ROOM, "@Ann", "🔍").await;
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob: @Ann see #general & <this> https://dash.example/a?b=c&d=e 🔥 bold it a_b_c 2*3*4
    Bob: @sre please
    ");
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:00 Bob finding: @Ann see #general & <this> https://dash.example/a?b=c&d=e 🔥 bold it a_b_c 2*3*4
    ");
    world.ends().await;
}

async fn what_people_wrote_is_only_text(world: World) {
    world.says("Ann", "general", "/incident declare <!channel> *all* _is_ `down` & <@everyone>").await;
    let room = "inc-1-channel-all-down-everyone";
    world.says("Ann", room, "/incident update <!here> & <https://evil.example|click>").await;
    let said: Vec<_> = ["incidents", room].iter().flat_map(|r| world.workspace().messages(r)).collect();
    let own = |m: &&crate::slack::Message| m.author == world.workspace().bot_user() && m.subtype.is_none();
    for message in said.iter().filter(own) {
        // In plain text it is just what it is.
        let marked_up =
            message.blocks.iter().filter(|b| b["text"]["type"] == "mrkdwn").map(|b| b["text"]["text"].to_string());
        for text in marked_up.chain([message.text.clone()]) {
            let pings = ["<!channel", "<!here", "<!everyone", "<https://evil.example|"];
            assert!(!pings.iter().any(|ping| text.contains(ping)), "{text}");
        }
    }
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident declare <!channel> *all* _is_ `down` & <@everyone>
    #general Firebell [only ann]: INC-1 is declared as SEV3. Go to #inc-1-channel-all-down-everyone.
    #inc-1-channel-all-down-everyone Firebell [pinned]: INC-1 · <!channel> all is down & <@everyone>
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Latest update 12:00 UTC by Ann
        > <!here> & <https://evil.example|click>
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1-channel-all-down-everyone Firebell: SEV3 declared by Ann: <!channel> all is down & <@everyone>
        Nobody is in command yet. Type /incident claim to take it.
    #inc-1-channel-all-down-everyone Ann [only ann]: /incident update <!here> & <click (https://evil.example)>
    #inc-1-channel-all-down-everyone Firebell: Update by Ann
        > <!here> & <https://evil.example|click>
        Next update due at 16:00 UTC.
    #incidents Firebell: SEV3 · <!channel> all is down & <@everyone> · investigating
        12:00 UTC Ann: <!here> & <https://evil.example|click>
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-channel-all-down-everyone
        Next update by 16:00 UTC
    #incidents Firebell [in thread]: Update (Ann)
        <!here> & <https://evil.example|click>
    ");
    world.ends().await;
}

async fn every_way_of_saying_something_is_on_the_record(world: World) {
    declared(&world).await;
    let workspace = world.workspace();
    workspace.me_message("Bob", ROOM, "looks at the graphs");
    workspace.bot_says(ROOM, "Grafana", "Disk of db-3 at 97 %");
    workspace.shares_file("Bob", ROOM, "This one", "graph.png", "https://files.example/graph.png");
    workspace.shares_file("Ann", ROOM, "", "log.txt", "https://files.example/log.txt");
    let root = workspace.says("Bob", ROOM, "It is the disk");
    workspace.replies("Ann", ROOM, &root, "Of db-3?", false);
    workspace.replies("Bob", ROOM, &root, "Yes, of db-3", true);
    workspace.sets_topic("Bob", ROOM, "All about disks");
    workspace.joins("Cleo", ROOM);
    world.settle().await;
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob: looks at the graphs
    Grafana: Disk of db-3 at 97 %
    Bob: This one
    File: graph.png (https://files.example/graph.png)
    Ann: File: log.txt (https://files.example/log.txt)
    Bob: It is the disk
    Ann: Of db-3?
    Bob: Yes, of db-3
    ");
    world.ends().await;
}

async fn a_preview_is_no_edit(world: World) {
    declared(&world).await;
    world.says("Bob", ROOM, "See https://dash.example/1").await;
    world.reacts("Bob", ROOM, "See", "🔍").await;
    let events = firebell::ports::Ledger::events(&world.store, 1).await.expect("events").len();
    world.workspace().unfurls(ROOM, &world.slack().message("Bob", ROOM, "See").ts);
    world.settle().await;
    assert_eq!(firebell::ports::Ledger::events(&world.store, 1).await.expect("events").len(), events);
    world.ends().await;
}

async fn the_first_message_of_a_thread_is_deleted(world: World) {
    declared(&world).await;
    world.says("Bob", ROOM, "It is the disk").await;
    world.replies("Ann", ROOM, "It is the disk", "Of db-3?").await;
    world.reacts("Ann", ROOM, "It is the disk", "🔍").await;
    world.reacts("Bob", ROOM, "Of db-3?", "💡").await;
    world.deletes("Bob", ROOM, "It is the disk").await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:00 Bob finding: (message deleted)
    12:00 Ann hypothesis: Of db-3?
    ");
    world.ends().await;
}

async fn a_mention_is_a_command(world: World) {
    world.says("Ann", "general", "@Firebell declare sev2 Checkout is down").await;
    world.says("Ann", "general", "Hey @Firebell, incident list").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann: @Firebell declare sev2 Checkout is down
    #general Firebell [only ann]: INC-1 is declared as SEV2. Go to #inc-1-checkout-down.
    #general Ann: Hey @Firebell, incident list
    #general Firebell [only ann]: Open incidents
        • INC-1 (http://firebell.test/incidents/INC-1) SEV2 · Checkout is down · investigating · nobody in command · declared 0 s ago · #inc-1-checkout-down
    #inc-1-checkout-down Firebell [pinned]: INC-1 · Checkout is down
        Severity: SEV2
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 13:00 UTC
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1-checkout-down Firebell: SEV2 declared by Ann: Checkout is down
        Nobody is in command yet. Type /incident claim to take it.
    #incidents Firebell: SEV2 · Checkout is down · investigating
        Many users are affected, or an important part is down.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-down
        Next update by 13:00 UTC
    ");
    world.ends().await;
}

async fn a_direct_message_is_a_command(world: World) {
    let workspace = world.workspace();
    world.person("Ann").await;
    workspace.says("Ann", "@Firebell", "declare sev2 Checkout is down");
    world.settle().await;
    workspace.says("Ann", "@Firebell", "/incident list");
    world.settle().await;
    workspace.says("Ann", "@Firebell", "thanks");
    world.settle().await;
    let told: Vec<String> = workspace.messages("@Ann").iter().map(|m| shown::line(workspace, m)).collect();
    assert_snapshot!(told.join("\n"), @"
    Ann: declare sev2 Checkout is down
    Firebell: INC-1 is declared as SEV2. Go to #inc-1-checkout-down.
    Ann: /incident list
    Firebell: Open incidents
        • INC-1 (http://firebell.test/incidents/INC-1) SEV2 · Checkout is down · investigating · nobody in command · declared 0 s ago · #inc-1-checkout-down
    Ann: thanks
    Firebell: There is no command “thanks”. /incident help lists all.
    ");
    world.ends().await;
}

async fn commands_as_phones_write_them(world: World) {
    world.says("Ann", "general", "/incident declare —private “Somebody reads our mail”").await;
    world.says("Ann", "general", "/incident  declare\u{a0}SEV1 Checkout isn’t up").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident declare —private “Somebody reads our mail”
    #general Firebell [only ann]: INC-1 is declared as SEV3. Go to #inc-1.
    #general Ann [only ann]: /incident  declare SEV1 Checkout isn’t up
    #general Firebell [only ann]: INC-2 is declared as SEV1. Go to #inc-2-checkout-isn-t-up.
    #inc-1 Firebell [pinned]: INC-1 · Somebody reads our mail
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Private: only members of this room see it
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1 Firebell: SEV3 declared by Ann: Somebody reads our mail
        Nobody is in command yet. Type /incident claim to take it.
    #inc-2-checkout-isn-t-up Firebell [pinned]: INC-2 · Checkout isn’t up
        Severity: SEV1
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 12:30 UTC
        Timeline (http://firebell.test/incidents/INC-2)
    #inc-2-checkout-isn-t-up Firebell: SEV1 declared by Ann: Checkout isn’t up
        Nobody is in command yet. Type /incident claim to take it.
    #incidents Firebell: SEV1 · Checkout isn’t up · investigating
        Most users cannot use the product, or data is at risk.
        INC-2, declared 12:00 UTC · Commander: nobody yet · #inc-2-checkout-isn-t-up
        Next update by 12:30 UTC
    ");
    world.ends().await;
}

async fn times_are_in_the_speakers_zone(world: World) {
    declared(&world).await;
    world.workspace().set_zone("Bob", "Europe/Vienna", 3600);
    world.says("Bob", ROOM, "/incident log 12:30 Deploy 4.2").await;
    world.says("Ann", ROOM, "/incident log 11:45 Restarted it").await;
    assert_snapshot!(world.timeline(1).await, @"
    11:30 Bob note: Deploy 4.2
    11:45 Ann note: Restarted it
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    ");
    world.ends().await;
}

async fn a_stranger_is_told_once(world: World) {
    world.workspace().stranger("Mallory");
    world.says("Mallory", "general", "/incident declare Mine").await;
    world.says("Mallory", "general", "/incident declare Mine").await;
    world.says("Mallory", "general", "Hello").await;
    world.reacts("Mallory", "general", "Hello", "🚨").await;
    assert_snapshot!(world.sees("Mallory").await, @"
    #general Mallory [only mallory]: /incident declare Mine
    #general Firebell [only mallory]: I only work for people who share a workspace or an announcement room with me. Nothing was done.
    #general Mallory [only mallory]: /incident declare Mine
    #general Mallory [🚨1]: Hello
    ");
    world.ends().await;
}

async fn somebody_has_a_new_name(world: World) {
    declared(&world).await;
    world.workspace().changes_name("Bob", "Robert");
    world.settle().await;
    world.says("Robert", ROOM, "Still here").await;
    world.says("Ann", ROOM, "/incident lead robert").await;
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Robert: Still here
    ");
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Robert: Still here
    #inc-1-checkout-down Ann [only ann]: /incident lead robert
    #inc-1-checkout-down Firebell: Incident commander: @Robert, named by Ann
    #incidents Firebell [in thread]: Incident commander: Robert (Ann)
    ");
    world.ends().await;
}

async fn who_is_where(world: World) {
    declared(&world).await;
    world.workspace().leaves("Bob", ROOM);
    world.settle().await;
    let bob = world.person("Bob").await.id;
    assert!(!firebell::ports::Ledger::is_member(&world.store, 1, &bob).await.expect("to read"));
    world.workspace().invites("Ann", ROOM, "Bob");
    world.settle().await;
    assert!(firebell::ports::Ledger::is_member(&world.store, 1, &bob).await.expect("to read"));
    world.ends().await;
}

async fn talk_waits_for_nothing(world: World) {
    declared(&world).await;
    let ws = world.workspace();
    ws.says("Bob", ROOM, "It is the cache");
    // Who is named in it may have to be asked for, and then it waits until there is time for that.
    ws.says("Bob", ROOM, "@Ann look");
    ws.deliver(world.slack().url()).await;
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob: It is the cache
    ");
    world.settle().await;
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob: It is the cache
    Bob: @Ann look
    ");
    world.ends().await;
}

async fn people_are_known_before_they_are_heard(world: World) {
    let ws = world.workspace();
    ws.person("Zoe");
    ws.person("Gone");
    ws.deactivate("Gone");
    let (readiness, mut checkup) = (Readiness::default(), Checkup::default());
    world.slack().slack.look(&mut checkup, &readiness, false).await;
    world.says("Zoe", "general", "/incident declare sev2 Checkout is down").await;
    assert_snapshot!(world.timeline(1).await, @"12:00 Zoe declared: Checkout is down");
    let asked = |method: &str| ws.calls().iter().filter(|call| call.method == method).count();
    assert_eq!((asked("users.list"), asked("users.info")), (1, 0));
    // Once in half a day; by then somebody may have another name.
    world.slack().slack.look(&mut checkup, &readiness, false).await;
    assert_eq!(asked("users.list"), 1);
    world.clock.forward(TimeDelta::hours(13));
    world.slack().slack.look(&mut checkup, &readiness, false).await;
    assert_eq!(asked("users.list"), 2);
}
