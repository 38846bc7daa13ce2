//! Who is not in the room hears what they need, and no more.

use chrono::TimeDelta;
use firebell::plan::{Address, Contact, NewsKind, Plan, Route, Target, Way};
use firebell::ports::Links;
use insta::assert_snapshot;

use super::on_every_chat;
use crate::support::scene::Scene;
use crate::support::world::{World, plan};

const ROOM: &str = "inc-1-checkout-down";
const BOSS: &str = "email:boss@example.org";

on_every_chat!(
    who_subscribes_hears,
    wrong_words_subscribe_to_nothing,
    what_is_private_is_told_to_no_subscriber;
    scenes: audiences_hear_what_is_theirs, a_link_ends_the_letters, what_is_private_goes_where_the_plan_says,
        subscriptions_outlive_a_restart
);

async fn who_subscribes_hears(world: World) {
    world.person("Bob").await;
    world.says("Bob", "general", "/incident subscribe checkout").await;
    world.says("Bob", "general", "/incident subscribe sev2").await;
    world.says("Bob", "general", "/incident subscribe").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #general Bob [only bob]: /incident subscribe checkout
    #general Firebell [only bob]: You hear of incidents of Checkout by direct message from now on. To stop: /incident unsubscribe checkout.
    #general Bob [only bob]: /incident subscribe sev2
    #general Firebell [only bob]: You hear of incidents of SEV2 and worse by direct message from now on. To stop: /incident unsubscribe sev2.
    #general Bob [only bob]: /incident subscribe
    #general Firebell [only bob]: You hear by direct message of
        • incidents of Checkout · to stop: /incident unsubscribe checkout
        • incidents of SEV2 and worse · to stop: /incident unsubscribe sev2
        /incident subscribe INC-1 adds one; a service or a severity can stand in its place.
    ");
    // By both of what they asked for, and told once.
    world.says("Ann", "general", "/incident declare sev2 --service checkout Checkout is down").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #firebell Firebell: SEV2 · Checkout is down · investigating
        Declared (Ann)
        Many users are affected, or an important part is down.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-down
        Next update by 13:00 UTC
        http://firebell.test/incidents/INC-1
    #inc-1-checkout-down Firebell [pinned]: INC-1 · Checkout is down
        Severity: SEV2
        Status: investigating
        Incident commander: nobody yet
        Service: Checkout
        Declared: 12:00 UTC
        Next update due: 13:00 UTC
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1-checkout-down Firebell: SEV2 declared by Ann: Checkout is down
        Nobody is in command yet. Type /incident claim to take it.
    #inc-1-checkout-down Firebell: • Dashboard (https://dash.example/checkout)
    #incidents Firebell: SEV2 · Checkout is down · investigating
        Service: Checkout
        Many users are affected, or an important part is down.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-down
        Next update by 13:00 UTC
    ");
    world.says("Ann", ROOM, "/incident claim").await;
    world.says("Ann", ROOM, "/incident severity sev3 A way around it is known").await;
    world.says("Ann", ROOM, "/incident update Payments work for most").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #firebell Firebell: SEV2 · Checkout is down · investigating
        Incident commander: Ann
        Many users are affected, or an important part is down.
        INC-1, declared 12:00 UTC · Commander: Ann · #inc-1-checkout-down
        Next update by 13:00 UTC
        http://firebell.test/incidents/INC-1
    #firebell Firebell: SEV3 · Checkout is down · investigating
        Severity SEV2 → SEV3 (Ann)
        A way around it is known
        INC-1, declared 12:00 UTC · Commander: Ann · #inc-1-checkout-down
        Next update by 16:00 UTC
        http://firebell.test/incidents/INC-1
    #firebell Firebell: SEV3 · Checkout is down · investigating
        Update (Ann)
        Payments work for most
        INC-1, declared 12:00 UTC · Commander: Ann · #inc-1-checkout-down
        Next update by 16:00 UTC
        http://firebell.test/incidents/INC-1
    #inc-1-checkout-down Firebell: Incident commander: @Ann
    #inc-1-checkout-down Firebell: Severity SEV2 → SEV3 by Ann
        > A way around it is known
    #inc-1-checkout-down Firebell: Update by Ann
        > Payments work for most
        Next update due at 16:00 UTC.
    #incidents Firebell [in thread]: Incident commander: Ann
    #incidents Firebell [in thread]: Severity SEV2 → SEV3 (Ann)
        A way around it is known
    #incidents Firebell [in thread]: Update (Ann)
        Payments work for most
    ");
    // That much they do not need; and nobody is told what they did themselves.
    world.says("Bob", "general", "/incident unsubscribe INC-1").await;
    world.says("Ann", ROOM, "/incident update Payments work").await;
    world.says("Bob", "general", "/incident subscribe 1").await;
    world.says("Bob", ROOM, "/incident resolve").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #general Bob [only bob]: /incident unsubscribe INC-1
    #general Firebell [only bob]: You hear no more of INC-1 Checkout is down.
    #general Bob [only bob]: /incident subscribe 1
    #general Firebell [only bob]: You hear of INC-1 Checkout is down by direct message from now on. To stop: /incident unsubscribe INC-1.
    #inc-1-checkout-down Firebell: Update by Ann
        > Payments work
        Next update due at 16:00 UTC.
    #inc-1-checkout-down Bob [only bob]: /incident resolve
    #inc-1-checkout-down Firebell: Resolved by Bob
        When nothing is left to do here, type /incident close and the postmortem is drafted.
    #incidents Firebell [in thread]: Update (Ann)
        Payments work
    #incidents Firebell [in thread]: Status: resolved (Bob)
    ");
    world.says("Bob", ROOM, "/incident unsubscribe").await;
    world.says("Bob", ROOM, "/incident unsubscribe checkout").await;
    world.says("Bob", ROOM, "/incident unsubscribe sev2").await;
    world.says("Ann", ROOM, "/incident close").await;
    world.says("Ann", "general", "/incident declare sev1 --service checkout Cards fail").await;
    world.says("Bob", "general", "/incident subscribe").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #general Bob [only bob]: /incident subscribe
    #general Firebell [only bob]: You are subscribed to nothing.
        /incident subscribe INC-1 adds one; a service or a severity can stand in its place.
    #inc-1-checkout-down Bob [only bob]: /incident unsubscribe
    #inc-1-checkout-down Firebell [only bob]: You hear no more of INC-1 Checkout is down.
    #inc-1-checkout-down Bob [only bob]: /incident unsubscribe checkout
    #inc-1-checkout-down Firebell [only bob]: You hear no more of incidents of Checkout.
    #inc-1-checkout-down Bob [only bob]: /incident unsubscribe sev2
    #inc-1-checkout-down Firebell [only bob]: You hear no more of incidents of SEV2 and worse.
    #inc-1-checkout-down Firebell: Closed by Ann
        Postmortem draft (http://firebell.test/postmortems/INC-1): summary, timeline and action items, drafted from what happened here.
    #inc-2-cards-fail Firebell [pinned]: INC-2 · Cards fail
        Severity: SEV1
        Status: investigating
        Incident commander: nobody yet
        Service: Checkout
        Declared: 12:00 UTC
        Next update due: 12:30 UTC
        • Task 1: Divert payments to the other region
        Timeline (http://firebell.test/incidents/INC-2)
    #inc-2-cards-fail Firebell: SEV1 declared by Ann: Cards fail
        Nobody is in command yet. Type /incident claim to take it.
    #inc-2-cards-fail Firebell: First steps by the plan
        • Task 1: Divert payments to the other region
        • Dashboard (https://dash.example/checkout)
    #incidents Firebell [in thread]: Status: closed (Ann)
    #incidents Firebell: SEV1 · Cards fail · investigating
        Service: Checkout
        Most users cannot use the product, or data is at risk.
        INC-2, declared 12:00 UTC · Commander: nobody yet · #inc-2-cards-fail
        Next update by 12:30 UTC
    ");
    world.ends().await;
}

async fn wrong_words_subscribe_to_nothing(world: World) {
    world.says("Ann", "general", "/incident subscribe checkuot").await;
    world.says("Ann", "general", "/incident subscribe INC-7").await;
    world.says("Ann", "general", "/incident subscribe INC-x").await;
    world.says("Ann", "general", "/incident unsubscribe sev9").await;
    world.says("Ann", "general", "/incident unsubscribe").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident subscribe checkuot
    #general Firebell [only ann]: “checkuot” is no incident, severity or service. Did you mean checkout? There are SEV1, SEV2, SEV3, SEV4, checkout and search.
        It goes /incident subscribe [INC-n|SERVICE|SEV], for example /incident subscribe INC-1.
    #general Ann [only ann]: /incident subscribe INC-7
    #general Firebell [only ann]: There is no INC-7.
    #general Ann [only ann]: /incident subscribe INC-x
    #general Firebell [only ann]: “INC-x” is not an incident's key, such as INC-42.
        It goes /incident subscribe [INC-n|SERVICE|SEV], for example /incident subscribe INC-1.
    #general Ann [only ann]: /incident unsubscribe sev9
    #general Firebell [only ann]: “sev9” is no incident, severity or service. There are SEV1, SEV2, SEV3, SEV4, checkout and search.
        It goes /incident unsubscribe [INC-n|SERVICE|SEV], for example /incident unsubscribe INC-1.
    #general Ann [only ann]: /incident unsubscribe
    #general Firebell [only ann]: You are subscribed to nothing.
        /incident subscribe INC-1 adds one; a service or a severity can stand in its place.
    ");
    world.ends().await;
}

async fn what_is_private_is_told_to_no_subscriber(world: World) {
    world.person("Bob").await;
    world.says("Bob", "general", "/incident subscribe sev1").await;
    world.says("Ann", "general", "/incident declare sev1 --private Keys leaked").await;
    world.says("Bob", "general", "/incident subscribe INC-1").await;
    world.says("Ann", "inc-1", "/incident update We change them").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #general Bob [only bob]: /incident subscribe sev1
    #general Firebell [only bob]: You hear of SEV1 incidents by direct message from now on. To stop: /incident unsubscribe sev1.
    #general Bob [only bob]: /incident subscribe INC-1
    #general Firebell [only bob]: There is no INC-1.
    ");
    world.ends().await;
}

/// The boss hears of the worst, and only how it stands; Bob of everything at checkout; a program of everything.
fn plan_of(scene: &Scene) -> Plan {
    let mut plan = plan();
    plan.contacts = vec![Contact {
        key: "bob".into(),
        label: "Bob".into(),
        accounts: vec![scene.person("Bob")],
        addresses: vec![Address::new(Way::Email, "bob@example.org"), Address::new(Way::Ntfy, "bobs-phone")],
        zone: chrono_tz::UTC,
    }];
    let to = |way, to: &str| Target::Address(Address::new(way, to));
    plan.announcements.routes = vec![
        Route {
            severities: vec!["sev1".into()],
            kinds: vec![NewsKind::Declared, NewsKind::Status],
            people: vec![to(Way::Email, "boss@example.org")],
            ..Route::default()
        },
        Route { services: vec!["checkout".into()], people: vec![Target::Contact("bob".into())], ..Route::default() },
        Route { people: vec![to(Way::Webhook, "board")], ..Route::default() },
    ];
    plan
}

async fn audiences_hear_what_is_theirs(scene: Scene) {
    let plan = plan_of(&scene);
    let world = scene.with(plan).await;
    world.person("Bob").await;
    world.says("Ann", "general", "/incident declare sev1 --service checkout Checkout is down").await;
    world.says("Ann", ROOM, "/incident claim").await;
    world.says("Ann", ROOM, "/incident update We roll back").await;
    world.says("Ann", ROOM, "/incident resolve Rolled back").await;
    assert_snapshot!(world.post.letters(), @"
    email:boss@example.org [incident.declared] INC-1: Checkout is down
        SEV1 · Checkout is down · investigating
        Declared (Ann)
        Most users cannot use the product, or data is at risk.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-down
        Next update by 12:30 UTC
        http://firebell.test/incidents/INC-1
    webhook:board [incident.declared] INC-1: Checkout is down
        SEV1 · Checkout is down · investigating
        Declared (Ann)
        Most users cannot use the product, or data is at risk.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-down
        Next update by 12:30 UTC
        http://firebell.test/incidents/INC-1
    webhook:board [incident.commander_changed] INC-1: Checkout is down
        SEV1 · Checkout is down · investigating
        Incident commander: Ann
        Most users cannot use the product, or data is at risk.
        INC-1, declared 12:00 UTC · Commander: Ann · #inc-1-checkout-down
        Next update by 12:30 UTC
        http://firebell.test/incidents/INC-1
    webhook:board [incident.updated] INC-1: Checkout is down
        SEV1 · Checkout is down · investigating
        Update (Ann)
        We roll back
        INC-1, declared 12:00 UTC · Commander: Ann · #inc-1-checkout-down
        Next update by 12:30 UTC
        http://firebell.test/incidents/INC-1
    email:boss@example.org [incident.status_changed] INC-1: Checkout is down
        SEV1 · Checkout is down · resolved
        Status: resolved (Ann)
        Rolled back
        INC-1, declared 12:00 UTC · Commander: Ann · #inc-1-checkout-down
        http://firebell.test/incidents/INC-1
    webhook:board [incident.status_changed] INC-1: Checkout is down
        SEV1 · Checkout is down · resolved
        Status: resolved (Ann)
        Rolled back
        INC-1, declared 12:00 UTC · Commander: Ann · #inc-1-checkout-down
        http://firebell.test/incidents/INC-1
    ");
    assert_snapshot!(world.sees("Bob").await, @"
    #firebell Firebell: SEV1 · Checkout is down · investigating
        Declared (Ann)
        Most users cannot use the product, or data is at risk.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-down
        Next update by 12:30 UTC
        http://firebell.test/incidents/INC-1
    #firebell Firebell: SEV1 · Checkout is down · investigating
        Incident commander: Ann
        Most users cannot use the product, or data is at risk.
        INC-1, declared 12:00 UTC · Commander: Ann · #inc-1-checkout-down
        Next update by 12:30 UTC
        http://firebell.test/incidents/INC-1
    #firebell Firebell: SEV1 · Checkout is down · investigating
        Update (Ann)
        We roll back
        INC-1, declared 12:00 UTC · Commander: Ann · #inc-1-checkout-down
        Next update by 12:30 UTC
        http://firebell.test/incidents/INC-1
    #firebell Firebell: SEV1 · Checkout is down · resolved
        Status: resolved (Ann)
        Rolled back
        INC-1, declared 12:00 UTC · Commander: Ann · #inc-1-checkout-down
        http://firebell.test/incidents/INC-1
    #inc-1-checkout-down Firebell [pinned]: INC-1 · Checkout is down
        Severity: SEV1
        Status: resolved
        Incident commander: @Ann
        Service: Checkout
        Declared: 12:00 UTC
        Latest update 12:00 UTC by Ann
        > We roll back
        • Task 1: Divert payments to the other region
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1-checkout-down Firebell: SEV1 declared by Ann: Checkout is down
        Nobody is in command yet. Type /incident claim to take it.
    #inc-1-checkout-down Firebell: First steps by the plan
        • Task 1: Divert payments to the other region
        • Dashboard (https://dash.example/checkout)
    #inc-1-checkout-down Firebell: Incident commander: @Ann
    #inc-1-checkout-down Firebell: Update by Ann
        > We roll back
        Next update due at 12:30 UTC.
    #inc-1-checkout-down Firebell: Resolved by Ann
        > Rolled back
        When nothing is left to do here, type /incident close and the postmortem is drafted.
    #incidents Firebell: SEV1 · Checkout is down · resolved
        Service: Checkout
        12:00 UTC Ann: We roll back
        INC-1, declared 12:00 UTC · Commander: Ann · #inc-1-checkout-down
    #incidents Firebell [in thread]: Incident commander: Ann
    #incidents Firebell [in thread]: Update (Ann)
        We roll back
    #incidents Firebell [in thread]: Status: resolved (Ann)
        Rolled back
    ");
    // Not as bad, and of another service: for the program alone.
    world.says("Ann", "general", "/incident declare sev3 Search is slow").await;
    assert_snapshot!(world.post.letters(), @"
    webhook:board [incident.declared] INC-2: Search is slow
        SEV3 · Search is slow · investigating
        Declared (Ann)
        Some users are affected, and there is a way around it.
        INC-2, declared 12:00 UTC · Commander: nobody yet · #inc-2-search-slow
        Next update by 16:00 UTC
        http://firebell.test/incidents/INC-2
    ");
    assert_snapshot!(world.sees("Bob").await, @"
    #inc-2-search-slow Firebell [pinned]: INC-2 · Search is slow
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Timeline (http://firebell.test/incidents/INC-2)
    #inc-2-search-slow Firebell: SEV3 declared by Ann: Search is slow
        Nobody is in command yet. Type /incident claim to take it.
    #incidents Firebell: SEV3 · Search is slow · investigating
        Some users are affected, and there is a way around it.
        INC-2, declared 12:00 UTC · Commander: nobody yet · #inc-2-search-slow
        Next update by 16:00 UTC
    ");
    world.ends().await;
}

async fn a_link_ends_the_letters(scene: Scene) {
    let plan = plan_of(&scene);
    let world = scene.with(plan).await;
    world.says("Ann", "general", "/incident declare sev1 Checkout is down").await;
    let token = world.post.way_out(BOSS);
    let errand = world.desk.look(&token).await.unwrap().unwrap();
    assert_eq!(errand.button.as_deref(), Some("Unsubscribe"));
    assert_snapshot!(errand.doc.to_plain(), @"Unsubscribe boss@example.org from e-mails about incidents?");
    // Mail servers look at links: nothing has come of that.
    world.says("Ann", ROOM, "/incident identified").await;
    assert!(world.post.letters().contains(BOSS));
    for _ in 0..2 {
        let errand = world.desk.follow(&token).await.unwrap().unwrap();
        assert_eq!(errand.button, None);
        assert!(errand.doc.to_plain().starts_with("boss@example.org is unsubscribed from e-mails about incidents.\n"));
    }
    world.settle().await;
    world.says("Ann", ROOM, "/incident mitigated").await;
    assert!(!world.post.letters().contains(BOSS));
    // They change their mind.
    let page = world.desk.look(&token).await.unwrap().unwrap().doc.to_plain();
    let (_, back) = page.split_once("http://firebell.test/go/").expect("a way back");
    let back = back.trim_end_matches(')');
    let errand = world.desk.look(back).await.unwrap().unwrap();
    assert_eq!(errand.button.as_deref(), Some("Subscribe"));
    world.desk.follow(back).await.unwrap().unwrap();
    world.settle().await;
    world.says("Ann", ROOM, "/incident resolve").await;
    assert!(world.post.letters().contains(BOSS));
    world.ends().await;
}

async fn what_is_private_goes_where_the_plan_says(scene: Scene) {
    let mut plan = plan_of(&scene);
    plan.announcements.routes[0].private = true;
    let world = scene.with(plan).await;
    world.says("Ann", "general", "/incident declare sev1 --private --service checkout Keys leaked").await;
    world.says("Ann", "inc-1", "/incident resolve").await;
    assert_snapshot!(world.post.letters(), @"
    email:boss@example.org [incident.declared] INC-1: Keys leaked
        SEV1 · Keys leaked · investigating
        Declared (Ann)
        Most users cannot use the product, or data is at risk.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1
        Next update by 12:30 UTC
        http://firebell.test/incidents/INC-1
    email:boss@example.org [incident.status_changed] INC-1: Keys leaked
        SEV1 · Keys leaked · resolved
        Status: resolved (Ann)
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1
        http://firebell.test/incidents/INC-1
    ");
    world.ends().await;
}

async fn subscriptions_outlive_a_restart(scene: Scene) {
    let world = scene.world().await;
    world.person("Bob").await;
    world.says("Bob", "general", "/incident subscribe sev3").await;
    let world = world.restarted().await;
    world.later(TimeDelta::days(30)).await;
    world.sees("Bob").await;
    world.says("Ann", "general", "/incident declare sev3 Checkout is down").await;
    assert!(world.sees("Bob").await.contains("Declared (Ann)"));
    world.ends().await;
}
