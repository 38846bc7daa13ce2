//! A monitoring system tells what is wrong, before anybody types.

use chrono::TimeDelta;
use firebell::plan::{AlertDeed, AlertRule, Matcher, PageTarget, Plan};
use firebell::ports::Clock;
use insta::assert_snapshot;
use regex::Regex;

use super::on_every_chat;
use super::paging::plan_of;
use crate::support::scene::Scene;
use crate::support::world::World;

const ROOM: &str = "inc-1-checkout-errors";

on_every_chat!(
    ; scenes: an_alert_declares, it_is_over, one_incident_a_service, it_flaps, one_is_suggested, somebody_was_quicker,
        told_again_it_changes_nothing
);

fn rule(name: &str, title: &str, does: AlertDeed) -> AlertRule {
    AlertRule {
        name: name.into(),
        sources: Vec::new(),
        matches: vec![Matcher { field: "title".into(), pattern: Regex::new(&format!("^(?:{title})$")).unwrap() }],
        does,
        service: None,
        service_label: "service".into(),
        group_by: Vec::new(),
    }
}

/// Errors are incidents, slowness might be one, and what is slow now and then is not.
fn with_rules(scene: &Scene) -> Plan {
    let mut plan = plan_of(scene);
    let page = vec![PageTarget::Service("checkout".into())];
    let suggest = AlertDeed::Suggest { rooms: Vec::new(), severity: "sev3".into() };
    plan.alert_rules = vec![
        rule("errors", ".*errors", AlertDeed::Declare { severity: "sev2".into(), page }),
        rule("slow", ".*slow", suggest),
        rule("blips", "Blip.*", AlertDeed::Note),
    ];
    plan
}

async fn world(scene: Scene) -> World {
    let plan = with_rules(&scene);
    let world = scene.with(plan).await;
    world.person("Ann").await;
    world.sees("Ann").await;
    world
}

async fn an_alert_declares(scene: Scene) {
    let world = world(scene).await;
    world.alert("Checkout errors", "checkout", "fires").await;
    world.later(TimeDelta::seconds(10)).await;
    assert_snapshot!(world.sees("Ann").await, @"
    #firebell Firebell: You are paged: SEV2 INC-1: Checkout errors
        For Checkout, by the plan, at 12:00 UTC.
        Go to #inc-1-checkout-errors.
        Say that you come: /incident ack INC-1.
    #inc-1-checkout-errors Firebell [pinned]: INC-1 · Checkout errors
        Severity: SEV2
        Status: investigating
        Incident commander: nobody yet
        Service: Checkout
        Impact began: 12:00 UTC
        Next update due: 13:00 UTC
        • Alert: Checkout errors (https://prometheus.example/checkout errors) (prometheus)
        • Paged Ann for Checkout: no answer yet
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1-checkout-errors Firebell: SEV2 declared by an alert of prometheus: Checkout errors
        Nobody is in command yet. Type /incident claim to take it.
    #inc-1-checkout-errors Firebell: • Dashboard (https://dash.example/checkout)
    #incidents Firebell: SEV2 · Checkout errors · investigating
        Service: Checkout
        Many users are affected, or an important part is down.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-errors
        Next update by 13:00 UTC
    ");
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Firebell declared: Checkout errors
    12:00 Firebell milestone: Impact began
    12:00 Firebell milestone: Noticed
    12:00 Firebell page: Paged Checkout: Ann
    12:00 Firebell alert: Alert: Checkout errors (prometheus)
    ");
    world.says("Ann", "general", "/incident ack").await;
    world.ends().await;
}

async fn it_is_over(scene: Scene) {
    let world = world(scene).await;
    world.alert("Checkout errors", "checkout", "fires").await;
    world.alert("More errors", "checkout", "fires").await;
    world.says("Ann", ROOM, "/incident ack").await;
    world.sees("Ann").await;
    world.later(TimeDelta::minutes(2)).await;
    world.alert("Checkout errors", "checkout", "is over").await;
    assert_snapshot!(world.sees("Ann").await, @"");
    world.alert("More errors", "checkout", "is over").await;
    world.later(TimeDelta::seconds(30)).await;
    world.says("Ann", ROOM, "/incident resolve").await;
    world.later(TimeDelta::minutes(2)).await;
    world.alert("More errors", "checkout", "fires").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-errors Firebell: All 2 alerts are over. If the impact is over, too: /incident resolve.
    #inc-1-checkout-errors Ann [only ann]: /incident resolve
    #inc-1-checkout-errors Firebell: Resolved by Ann
        When nothing is left to do here, type /incident close and the postmortem is drafted.
    #inc-1-checkout-errors Firebell: An alert fires again: More errors (https://prometheus.example/more errors) (prometheus).
        If it is back: /incident reopen REASON.
    #incidents Firebell [in thread]: Status: resolved (Ann)
    ");
    world.says("Ann", ROOM, "/incident close").await;
    world.later(TimeDelta::minutes(9)).await;
    world.alert("More errors", "checkout", "is over").await;
    world.later(TimeDelta::minutes(9)).await;
    world.alert("More errors", "checkout", "fires").await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Firebell declared: Checkout errors
    12:00 Firebell milestone: Impact began
    12:00 Firebell milestone: Noticed
    12:00 Firebell page: Paged Checkout: Ann
    12:00 Firebell alert: Alert: Checkout errors (prometheus)
    12:00 Firebell alert: Alert: More errors (prometheus)
    12:00 Ann page: Ann has acknowledged the page for Checkout
    12:02 Firebell alert: Alert is over: Checkout errors (prometheus)
    12:02 Firebell alert: Alert is over: More errors (prometheus)
    12:02 Ann status: resolved
    12:04 Firebell alert: Alert: More errors (prometheus)
    12:04 Ann status: closed
    ");
    assert_snapshot!(world.timeline(2).await, @"
    12:22 Firebell declared: More errors
    12:22 Firebell milestone: Impact began
    12:22 Firebell milestone: Noticed
    12:22 Firebell page: Paged Checkout: Ann
    12:22 Firebell alert: Alert: More errors (prometheus)
    ");
    world.ends().await;
}

async fn one_incident_a_service(scene: Scene) {
    let world = world(scene).await;
    for title in ["Checkout errors", "Cart errors", "Card errors", "Tax errors"] {
        world.alert(title, "checkout", "fires").await;
    }
    world.alert("Search errors", "search", "fires").await;
    world.alert("Other errors", "unheard of", "fires").await;
    world.alert("Yet other errors", "", "fires").await;
    world.later(TimeDelta::seconds(10)).await;
    world.says("Ann", "general", "/incident list").await;
    world.says("Ann", "general", "/incident show INC-1").await;
    let seen = world.sees("Ann").await;
    let general: Vec<&str> = seen
        .lines()
        .skip_while(|l| !l.starts_with("#general"))
        .take_while(|l| l.starts_with("#general") || l.starts_with(' '))
        .collect();
    assert_snapshot!(general.join("\n"), @"
    #general Ann [only ann]: /incident list
    #general Firebell [only ann]: Open incidents
        • INC-1 (http://firebell.test/incidents/INC-1) SEV2 · Checkout errors · investigating · nobody in command · declared 10 s ago · #inc-1-checkout-errors
        • INC-2 (http://firebell.test/incidents/INC-2) SEV2 · Search errors · investigating · nobody in command · declared 10 s ago · #inc-2-search-errors
        • INC-3 (http://firebell.test/incidents/INC-3) SEV2 · Other errors · investigating · nobody in command · declared 10 s ago · #inc-3-other-errors
    #general Ann [only ann]: /incident show INC-1
    #general Firebell [only ann]: INC-1 · Checkout errors
        Severity: SEV2
        Status: investigating
        Incident commander: nobody yet
        Service: Checkout
        Impact began: 12:00 UTC
        Next update due: 13:00 UTC
        • Alerts: 4 of 4 firing
        • Paged Ann for Checkout: no answer yet
        Timeline (http://firebell.test/incidents/INC-1)
    ");
    world.ends().await;
}

async fn it_flaps(scene: Scene) {
    let world = world(scene).await;
    world.alert("Checkout errors", "checkout", "fires").await;
    world.says("Ann", ROOM, "/incident ack").await;
    world.sees("Ann").await;
    for _ in 0..6 {
        world.later(TimeDelta::seconds(35)).await;
        world.alert("Checkout errors", "checkout", "is over").await;
        world.later(TimeDelta::seconds(25)).await;
        world.alert("Checkout errors", "checkout", "fires").await;
    }
    world.later(TimeDelta::seconds(30)).await;
    world.alert("Checkout errors", "checkout", "is over").await;
    world.later(TimeDelta::minutes(11)).await;
    world.later(TimeDelta::minutes(1)).await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-errors Firebell: Nobody is in command. Who takes it? Type /incident claim.
    #inc-1-checkout-errors Firebell: Nobody is in command. Who takes it? Type /incident claim.
    #inc-1-checkout-errors Firebell: The alert is over. If the impact is over, too: /incident resolve.
    ");
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Firebell declared: Checkout errors
    12:00 Firebell milestone: Impact began
    12:00 Firebell milestone: Noticed
    12:00 Firebell page: Paged Checkout: Ann
    12:00 Firebell alert: Alert: Checkout errors (prometheus)
    12:00 Ann page: Ann has acknowledged the page for Checkout
    12:00 Firebell alert: Alert is over: Checkout errors (prometheus)
    12:01 Firebell alert: Alert: Checkout errors (prometheus)
    12:01 Firebell alert: Alert is over: Checkout errors (prometheus)
    12:02 Firebell alert: Alert fires and is over again and again: Checkout errors (prometheus)
    12:06 Firebell alert: Alert is over: Checkout errors (prometheus)
    ");
    world.ends().await;
}

async fn one_is_suggested(scene: Scene) {
    let world = world(scene).await;
    world.alert("Checkout slow", "checkout", "fires").await;
    world.alert("Cart slow", "checkout", "fires").await;
    world.alert("Blip of the network", "checkout", "fires").await;
    assert_snapshot!(world.sees("Ann").await, @"#incidents Firebell: Alert: Checkout slow (https://prometheus.example/checkout slow) (prometheus). No incident of Checkout is open.");
    world.says("Ann", "incidents", "/incident declare sev3 --service checkout -- Checkout slow").await;
    world.later(TimeDelta::seconds(10)).await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Firebell alert: Alert: Checkout slow (prometheus)
    12:00 Firebell alert: Alert: Cart slow (prometheus)
    12:00 Ann declared: Checkout slow
    ");
    world.alert("Cart slow", "checkout", "is over").await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Firebell alert: Alert: Checkout slow (prometheus)
    12:00 Firebell alert: Alert: Cart slow (prometheus)
    12:00 Ann declared: Checkout slow
    12:00 Firebell alert: Alert is over: Cart slow (prometheus)
    ");
    world.ends().await;
}

async fn somebody_was_quicker(scene: Scene) {
    let world = world(scene).await;
    world.says("Ann", "general", "/incident declare sev2 --service checkout Checkout errors").await;
    world.alert("Checkout errors", "checkout", "fires").await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout errors
    12:00 Firebell alert: Alert: Checkout errors (prometheus)
    ");
    world.says("Ann", "general", "/incident list").await;
    world.ends().await;
}

/// The same alert in any order, as often as it likes.
async fn told_again_it_changes_nothing(scene: Scene) {
    let world = world(scene).await;
    let at = world.clock.now();
    let later = at + TimeDelta::minutes(3);
    world.clock.forward(TimeDelta::minutes(3));
    for _ in 0..3 {
        world.tell_alert("Checkout errors", "checkout", true, at).await;
    }
    world.settle().await;
    world.tell_alert("Checkout errors", "checkout", false, later).await;
    for firing in [true, false, true] {
        world.tell_alert("Checkout errors", "checkout", firing, if firing { at } else { later }).await;
        world.settle().await;
    }
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Firebell milestone: Impact began
    12:00 Firebell alert: Alert: Checkout errors (prometheus)
    12:03 Firebell declared: Checkout errors
    12:03 Firebell milestone: Noticed
    12:03 Firebell page: Paged Checkout: Ann
    12:03 Firebell alert: Alert is over: Checkout errors (prometheus)
    ");
    world.says("Ann", "general", "/incident list").await;
    world.ends().await;
}
