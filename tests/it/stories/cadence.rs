//! How often stakeholders hear, when they are left in peace, and what the next one on call has to know. It is noon on a
//! Monday when a story begins.

use chrono::{NaiveTime, TimeDelta, Weekday};
use firebell::plan::{
    Address, Contact, Escalation, Plan, Quiet, Restriction, Review, Rotation, Route, Step, Target, Team, Turn, Turns,
    Way,
};
use insta::assert_snapshot;

use super::on_every_chat;
use crate::support::scene::Scene;
use crate::support::world::{World, plan};

const ROOM: &str = "inc-1-checkout-down";

on_every_chat!(
    the_commander_is_told_what_is_overdue;
    scenes: an_audience_has_its_own_cadence, at_night_nobody_is_told_but_by_rooms, a_shift_is_handed_over,
        shifts_are_handed_over_after_a_restart, what_is_to_be_reviewed_is_told_each_week
);

async fn the_commander_is_told_what_is_overdue(world: World) {
    world.says("Ann", "general", "/incident declare sev2 Checkout is down").await;
    world.says("Ann", ROOM, "/incident claim").await;
    world.says("Bob", ROOM, "/incident tasks").await;
    world.later(TimeDelta::minutes(70)).await;
    world.sees("Ann").await;
    world.sees("Bob").await;
    for who in ["Ann", "Bob"] {
        world.says(who, ROOM, "/incident tasks").await;
        world.says(who, ROOM, "/incident log The queue is full").await;
        world.says(who, ROOM, "/incident sev sev9").await;
    }
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident tasks
    #inc-1-checkout-down Firebell [only ann]: No tasks yet. Add one: /incident task TEXT @who
        The update is overdue since 13:00 UTC. Write it: /incident update TEXT.
    #inc-1-checkout-down Ann [only ann]: /incident log The queue is full
    #inc-1-checkout-down Firebell [only ann]: On the timeline at 13:10 UTC. /incident undo takes it back.
        The update is overdue since 13:00 UTC. Write it: /incident update TEXT.
    #inc-1-checkout-down Ann [only ann]: /incident sev sev9
    #inc-1-checkout-down Firebell [only ann]: “sev9” is not a severity. There are SEV1, SEV2, SEV3 and SEV4.
        The update is overdue since 13:00 UTC. Write it: /incident update TEXT.
    ");
    assert_snapshot!(world.sees("Bob").await, @"
    #inc-1-checkout-down Bob [only bob]: /incident tasks
    #inc-1-checkout-down Firebell [only bob]: No tasks yet. Add one: /incident task TEXT @who
    #inc-1-checkout-down Bob [only bob]: /incident log The queue is full
    #inc-1-checkout-down Firebell [only bob]: On the timeline at 13:10 UTC. /incident undo takes it back.
    #inc-1-checkout-down Bob [only bob]: /incident sev sev9
    #inc-1-checkout-down Firebell [only bob]: “sev9” is not a severity. There are SEV1, SEV2, SEV3 and SEV4.
    ");
    // Once it is written, there is nothing to say.
    world.says("Ann", ROOM, "/incident update We drain the queue").await;
    world.says("Ann", ROOM, "/incident tasks").await;
    assert!(!world.sees("Ann").await.contains("overdue"));
    world.ends().await;
}

fn clock(hour: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, 0, 0).expect("a time")
}

/// They hear every three hours, but at night.
fn told(people: Vec<Target>) -> Route {
    let days = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
    let night = Restriction { days: days.to_vec(), from: clock(22), until: clock(7) };
    let quiet = Quiet { hours: vec![night], zone: chrono_tz::UTC };
    Route { people, update_every: Some(TimeDelta::hours(3)), quiet, ..Route::default() }
}

async fn an_audience_has_its_own_cadence(scene: Scene) {
    let mut plan = plan();
    plan.announcements.routes = vec![told(vec![Target::Account(scene.person("Bob"))])];
    let world = scene.with(plan).await;
    world.person("Bob").await;
    // By the severity alone it would be four hours.
    world.says("Ann", "general", "/incident declare sev3 Checkout is down").await;
    world.says("Ann", ROOM, "/incident claim").await;
    world.sees("Ann").await;
    world.later(TimeDelta::minutes(176)).await;
    assert_snapshot!(world.sees("Ann").await, @"#inc-1-checkout-down Firebell: @Ann: the next update is due at 15:00 UTC. Type /incident update … or /incident snooze 10m.");
    world.ends().await;
}

async fn at_night_nobody_is_told_but_by_rooms(scene: Scene) {
    let mut plan = plan();
    let board = Address::new(Way::Email, "board@example.org");
    plan.announcements.routes = vec![told(vec![Target::Account(scene.person("Bob")), Target::Address(board)])];
    let world = scene.with(plan).await;
    world.person("Bob").await;
    world.later(TimeDelta::hours(11)).await;
    world.says("Ann", "general", "/incident declare sev3 Checkout is down").await;
    world.says("Ann", ROOM, "/incident claim").await;
    world.says("Ann", ROOM, "/incident update We drain the queue").await;
    assert!(!world.sees("Bob").await.contains("#firebell"));
    assert_eq!(world.post.letters(), "");
    // In the morning they are told once how it stands.
    world.later(TimeDelta::hours(8)).await;
    assert_snapshot!(world.sees("Bob").await, @"
    #firebell Firebell: SEV3 · Checkout is down · investigating
        23:00 UTC Ann: We drain the queue
        INC-1, declared 23:00 UTC · Commander: Ann · #inc-1-checkout-down
        Next update by 03:00 UTC
    #inc-1-checkout-down Firebell: @Ann: the update is overdue since 03:00 UTC. Type /incident update … or /incident snooze 10m.
    ");
    assert_snapshot!(world.post.letters(), @"
    email:board@example.org [incident.digest] INC-1: Checkout is down
        SEV3 · Checkout is down · investigating
        23:00 UTC Ann: We drain the queue
        INC-1, declared 23:00 UTC · Commander: Ann · #inc-1-checkout-down
        Next update by 03:00 UTC
    ");
    world.says("Ann", ROOM, "/incident resolve").await;
    assert_snapshot!(world.post.letters(), @"
    email:board@example.org [incident.status_changed] INC-1: Checkout is down
        SEV3 · Checkout is down · resolved
        Status: resolved (Ann)
        INC-1, declared 23:00 UTC · Commander: Ann · #inc-1-checkout-down
        http://firebell.test/incidents/INC-1
    ");
    world.ends().await;
}

/// Ann and Bob take turns, from three in the afternoon, on call for checkout.
fn turns(scene: &Scene) -> Plan {
    let mut plan = plan();
    let contact = |name: &str| Contact {
        key: name.to_lowercase(),
        label: name.into(),
        accounts: vec![scene.person(name)],
        addresses: Vec::new(),
        zone: chrono_tz::UTC,
    };
    plan.contacts = vec![contact("Ann"), contact("Bob")];
    plan.rotations = vec![Rotation {
        key: "payments".into(),
        label: "Payments".into(),
        zone: chrono_tz::UTC,
        turns: Turns::People {
            people: vec!["ann".into(), "bob".into()],
            start: "2026-11-01T15:00:00".parse().expect("a time"),
            every: Turn::Days(1),
        },
        restrictions: Vec::new(),
        overrides: Vec::new(),
    }];
    plan.escalations = vec![Escalation {
        key: "payments".into(),
        label: "Payments".into(),
        steps: vec![Step { page: vec![Target::Rotation("payments".into())], wait: TimeDelta::minutes(5) }],
    }];
    plan.services[0].escalation = Some("payments".into());
    plan
}

async fn a_shift_is_handed_over(scene: Scene) {
    let plan = turns(&scene);
    let world = scene.with(plan).await;
    world.person("Bob").await;
    world.says("Cid", "general", "/incident declare sev2 --service checkout Checkout is down").await;
    world.says("Cid", ROOM, "/incident claim").await;
    world.says("Cid", ROOM, "/incident task Ask the bank").await;
    world.says("Cid", ROOM, "Perhaps their gateway is down").await;
    world.reacts("Cid", ROOM, "Perhaps", "💡").await;
    // Of another service, and nobody else's business.
    world.says("Cid", "general", "/incident declare sev3 --service search Search is slow").await;
    world.says("Cid", "general", "/incident declare sev1 --private --service checkout Keys leaked").await;
    for name in ["Ann", "Bob"] {
        world.sees(name).await;
    }
    world.later(TimeDelta::hours(4)).await;
    let (ann, bob) = (world.sees("Ann").await, world.sees("Bob").await);
    assert_snapshot!(format!("Ann\n{ann}\nBob\n{bob}"), @"
    Ann
    #firebell Firebell: You are on call for Payments, until Tuesday 24 November, 15:00 UTC.
        SEV2 INC-1: Checkout is down · investigating · commander: Cid · update overdue since 13:00 UTC · #inc-1-checkout-down
        • Task 1: Ask the bank
        • Hypothesis: Perhaps their gateway is down
        Pages reach you here; answer them with /incident ack.
    #inc-1-checkout-down Firebell: @Cid: the update is overdue since 13:00 UTC. Type /incident update … or /incident snooze 10m.
    #inc-2-search-slow Firebell: Nobody is in command. Who takes it? Type /incident claim.
    #inc-2-search-slow Firebell: For whoever can: the update is overdue since 16:00 UTC. Type /incident update … or /incident snooze 10m.
    Bob
    #firebell Firebell: Your shift for Payments is over. Ann is on call now.
    #inc-1-checkout-down Firebell: @Cid: the update is overdue since 13:00 UTC. Type /incident update … or /incident snooze 10m.
    #inc-2-search-slow Firebell: Nobody is in command. Who takes it? Type /incident claim.
    #inc-2-search-slow Firebell: For whoever can: the update is overdue since 16:00 UTC. Type /incident update … or /incident snooze 10m.
    ");
    world.says("Bob", "general", "/incident oncall").await;
    world.later(TimeDelta::hours(24)).await;
    assert_snapshot!(world.sees("Bob").await, @"
    #firebell Firebell: You are on call for Payments, until Wednesday 25 November, 15:00 UTC.
        SEV2 INC-1: Checkout is down · investigating · commander: Cid · update overdue since 13:00 UTC · #inc-1-checkout-down
        • Task 1: Ask the bank
        • Hypothesis: Perhaps their gateway is down
        Pages reach you here; answer them with /incident ack.
    #general Bob [only bob]: /incident oncall
    #general Firebell [only bob]: On call
        • Payments: Ann, until 15:00 UTC, then Bob
    #inc-1-checkout-down Firebell: @Cid: still no update, due since 13:00 UTC. Type /incident update … or /incident snooze 10m.
    #inc-2-search-slow Firebell: Nobody is in command. Who takes it? Type /incident claim.
    #inc-2-search-slow Firebell: For whoever can: still no update, due since 16:00 UTC. Type /incident update … or /incident snooze 10m.
    ");
    world.ends().await;
}

async fn shifts_are_handed_over_after_a_restart(scene: Scene) {
    let plan = turns(&scene);
    let world = scene.with(plan).await;
    world.person("Ann").await;
    world.person("Bob").await;
    world.clock.forward(TimeDelta::hours(4));
    // Away in the very moment in which it changed.
    let world = world.restarted().await;
    world.settle().await;
    let told = [world.sees("Ann").await, world.sees("Bob").await].concat();
    assert_eq!(told.matches("You are on call for Payments").count(), 1);
    assert_eq!(told.matches("Your shift for Payments is over").count(), 1);
    let world = world.restarted().await;
    world.settle().await;
    assert_eq!([world.sees("Ann").await, world.sees("Bob").await].concat(), "");
    world.ends().await;
}

async fn what_is_to_be_reviewed_is_told_each_week(scene: Scene) {
    let mut plan = turns(&scene);
    plan.teams = vec![Team {
        key: "payments".into(),
        label: "Payments".into(),
        members: vec!["bob".into()],
        escalation: Some("payments".into()),
    }];
    plan.services[0].owner = Some("payments".into());
    plan.rotations.clear();
    let review = |what: &str, url: Option<&str>, service: Option<&str>, by: &str| Review {
        what: what.into(),
        url: url.map(str::to_string),
        service: service.map(str::to_string),
        by: by.parse().expect("a day"),
    };
    plan.reviews = vec![
        review("The response plan", None, None, "2026-11-23"),
        review("Runbook of Checkout", Some("https://wiki.example/checkout"), Some("checkout"), "2026-11-24"),
        review("Runbook of Search", Some("https://wiki.example/search"), Some("search"), "2027-06-30"),
    ];
    let world = scene.with(plan).await;
    world.person("Bob").await;
    // Tuesday morning, and Wednesday's.
    world.later(TimeDelta::hours(21)).await;
    let first = world.sees("Bob").await;
    world.later(TimeDelta::hours(24)).await;
    assert_snapshot!(format!("Tuesday\n{first}\nWednesday\n{}", world.sees("Bob").await), @"
    Tuesday
    #incidents Firebell: The response plan was to be reviewed by 23 November 2026. Once it is, set its next day in the configuration.
    Wednesday
    #firebell Firebell: Runbook of Checkout (https://wiki.example/checkout) was to be reviewed by 24 November 2026. Once it is, set its next day in the configuration.
    ");
    // Nothing more on Thursday; away for a week, and then once more, not for each day.
    world.later(TimeDelta::hours(24)).await;
    assert_eq!(world.sees("Bob").await, "");
    world.clock.forward(TimeDelta::days(7));
    let world = world.restarted().await;
    world.settle().await;
    let told = world.sees("Bob").await;
    assert_eq!(told.matches("was to be reviewed").count(), 2, "{told}");
    let world = world.restarted().await;
    world.later(TimeDelta::hours(1)).await;
    assert_eq!(world.sees("Bob").await, "");
    world.ends().await;
}
