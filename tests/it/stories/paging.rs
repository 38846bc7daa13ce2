//! Somebody is called, and others after them, until one of them comes.

use chrono::TimeDelta;
use firebell::plan::{Address, Contact, Escalation, PageRule, PageTarget, Plan, Step, Target, Team, Way};
use insta::assert_snapshot;

use super::on_every_chat;
use crate::support::scene::Scene;
use crate::support::world::{World, plan};

const ROOM: &str = "inc-1-checkout-down";

on_every_chat!(
    somebody_is_paged_by_name;
    scenes: nobody_answers, the_plan_pages, a_link_answers, pages_go_on_after_a_restart, who_is_private_is_not_paged
);

/// Ann, then Bob; Bob has a mailbox, too.
pub fn plan_of(scene: &Scene) -> Plan {
    let mut plan = plan();
    let contact = |name: &str, addresses: Vec<Address>| Contact {
        key: name.to_lowercase(),
        label: name.into(),
        accounts: vec![scene.person(name)],
        addresses,
        zone: chrono_tz::UTC,
    };
    let bobs = vec![Address::new(Way::Email, "bob@example.org"), Address::new(Way::Pagerduty, "bobs")];
    plan.contacts = vec![contact("Ann", Vec::new()), contact("Bob", bobs)];
    let step = |who: &str, minutes| Step { page: vec![Target::Contact(who.into())], wait: TimeDelta::minutes(minutes) };
    plan.escalations = vec![Escalation {
        key: "payments".into(),
        label: "Payments".into(),
        steps: vec![step("ann", 5), step("bob", 10)],
    }];
    plan.teams = vec![Team {
        key: "payments".into(),
        label: "Payments".into(),
        members: vec!["ann".into(), "bob".into()],
        escalation: Some("payments".into()),
    }];
    plan.services[0].owner = Some("payments".into());
    plan.severities[0].page = vec![PageRule::OfService, PageRule::Named(PageTarget::Contact("ann".into()))];
    plan
}

async fn somebody_is_paged_by_name(world: World) {
    world.person("Bob").await;
    world.says("Ann", "general", "/incident declare sev3 Checkout is down").await;
    world.sees("Bob").await;
    world.says("Ann", ROOM, "/incident page @bob Can you look at the gateway?").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #firebell Firebell: You are paged: SEV3 INC-1: Checkout is down
        > Can you look at the gateway?
        For Bob, by Ann, at 12:00 UTC.
        Go to #inc-1-checkout-down.
        Say that you come: /incident ack INC-1.
    #inc-1-checkout-down Firebell: Paged Bob, by Ann.
        > Can you look at the gateway?
    ");
    world.says("Ann", ROOM, "/incident page @bob").await;
    world.says("Ann", ROOM, "/incident page nobody").await;
    world.says("Bob", "general", "/incident ack").await;
    world.says("Bob", ROOM, "/incident ack").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident declare sev3 Checkout is down
    #general Firebell [only ann]: INC-1 is declared as SEV3. Go to #inc-1-checkout-down.
    #inc-1-checkout-down Firebell [pinned]: INC-1 · Checkout is down
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        • Paged Bob: Bob comes
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1-checkout-down Firebell: SEV3 declared by Ann: Checkout is down
        Nobody is in command yet. Type /incident claim to take it.
    #inc-1-checkout-down Ann [only ann]: /incident page @bob Can you look at the gateway?
    #inc-1-checkout-down Firebell: Paged Bob, by Ann.
        > Can you look at the gateway?
    #inc-1-checkout-down Ann [only ann]: /incident page @bob
    #inc-1-checkout-down Firebell [only ann]: Bob is being paged already, until somebody acknowledges.
    #inc-1-checkout-down Ann [only ann]: /incident page nobody
    #inc-1-checkout-down Firebell [only ann]: I know nobody named “nobody” who could be paged. There are checkout and search.
    #inc-1-checkout-down Firebell: Bob comes, 0 s after the page.
    #incidents Firebell: SEV3 · Checkout is down · investigating
        Some users are affected, and there is a way around it.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-down
        Next update by 16:00 UTC
    ");
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann page: Paged Bob: Bob: Can you look at the gateway?
    12:00 Bob page: Bob has acknowledged the page for Bob
    ");
    world.ends().await;
}

async fn nobody_answers(scene: Scene) {
    let plan = plan_of(&scene);
    let world = scene.with(plan).await;
    world.person("Bob").await;
    world.says("Cid", "general", "/incident declare sev3 Checkout is down").await;
    world.says("Cid", ROOM, "/incident page checkout").await;
    world.sees("Cid").await;
    for minutes in [4, 1, 10, 5] {
        world.later(TimeDelta::minutes(minutes)).await;
    }
    assert_snapshot!(world.sees("Cid").await, @"
    #inc-1-checkout-down Firebell: No answer to the page for Checkout. Paged Bob now.
    #inc-1-checkout-down Firebell: Nobody is in command. Who takes it? Type /incident claim.
    #inc-1-checkout-down Firebell: No answer to the page for Checkout. Paged Ann now.
    #inc-1-checkout-down Firebell: Nobody is in command. Who takes it? Type /incident claim.
    #inc-1-checkout-down Firebell: No answer to the page for Checkout. Paged Bob now.
    #inc-1-checkout-down Firebell: Nobody is in command. Who takes it? Type /incident claim.
    ");
    assert_snapshot!(world.post.letters(), @"
    email:bob@example.org [page.sent] SEV3 INC-1: Checkout is down
        You are paged: SEV3 INC-1: Checkout is down
        For Checkout, by Cid, at 12:00 UTC.
        Go to #inc-1-checkout-down.
    pagerduty:bobs [page.sent] SEV3 INC-1: Checkout is down
        You are paged: SEV3 INC-1: Checkout is down
        For Checkout, by Cid, at 12:00 UTC.
        Go to #inc-1-checkout-down.
    email:bob@example.org [page.sent] SEV3 INC-1: Checkout is down
        You are paged: SEV3 INC-1: Checkout is down
        For Checkout, by Cid, at 12:00 UTC.
        Go to #inc-1-checkout-down.
    pagerduty:bobs [page.sent] SEV3 INC-1: Checkout is down
        You are paged: SEV3 INC-1: Checkout is down
        For Checkout, by Cid, at 12:00 UTC.
        Go to #inc-1-checkout-down.
    ");
    world.says("Cid", ROOM, "/incident show").await;
    world.says("Cid", ROOM, "/incident resolve").await;
    world.later(TimeDelta::hours(1)).await;
    world.says("Cid", ROOM, "/incident ack").await;
    assert_snapshot!(world.sees("Cid").await, @"
    #inc-1-checkout-down Cid [only cid]: /incident show
    #inc-1-checkout-down Firebell [only cid]: INC-1 · Checkout is down
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        • Paged Ann and Bob for Checkout: no answer yet
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1-checkout-down Cid [only cid]: /incident resolve
    #inc-1-checkout-down Firebell: Resolved by Cid
        When nothing is left to do here, type /incident close and the postmortem is drafted.
    #inc-1-checkout-down Cid [only cid]: /incident ack
    #inc-1-checkout-down Firebell [only cid]: Nobody is being paged here.
    #incidents Firebell [in thread]: Status: resolved (Cid)
    ");
    assert_snapshot!(world.post.letters(), @"
    email:bob@example.org [page.ended] SEV3 INC-1: Checkout is down
        SEV3 INC-1: Checkout is down
        For Checkout, by Cid, at 12:00 UTC.
        Nobody needs to come any more: it is resolved.
        Go to #inc-1-checkout-down.
    pagerduty:bobs [page.ended] SEV3 INC-1: Checkout is down
        SEV3 INC-1: Checkout is down
        For Checkout, by Cid, at 12:00 UTC.
        Nobody needs to come any more: it is resolved.
        Go to #inc-1-checkout-down.
    ");
    world.ends().await;
}

async fn the_plan_pages(scene: Scene) {
    let plan = plan_of(&scene);
    let world = scene.with(plan).await;
    world.person("Ann").await;
    world.sees("Ann").await;
    world.says("Cid", "general", "/incident declare sev3 --service checkout Checkout is down").await;
    world.says("Cid", ROOM, "/incident severity sev1").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #firebell Firebell: You are paged: SEV1 INC-1: Checkout is down
        For Checkout, by the plan, at 12:00 UTC.
        Go to #inc-1-checkout-down.
        Say that you come: /incident ack INC-1.
    #firebell Firebell: You are paged: SEV1 INC-1: Checkout is down
        For Ann, by the plan, at 12:00 UTC.
        Go to #inc-1-checkout-down.
        Say that you come: /incident ack INC-1.
    #inc-1-checkout-down Firebell [pinned]: INC-1 · Checkout is down
        Severity: SEV1
        Status: investigating
        Incident commander: nobody yet
        Service: Checkout
        Declared: 12:00 UTC
        Next update due: 12:30 UTC
        • Paged Ann for Checkout: no answer yet
        • Paged Ann: no answer yet
        • Task 1: Divert payments to the other region
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1-checkout-down Firebell: SEV3 declared by Cid: Checkout is down
        Nobody is in command yet. Type /incident claim to take it.
    #inc-1-checkout-down Firebell: • Dashboard (https://dash.example/checkout)
    #inc-1-checkout-down Firebell: Severity SEV3 → SEV1 by Cid
    #inc-1-checkout-down Firebell: Task 1: Divert payments to the other region
    #incidents Firebell: SEV1 · Checkout is down · investigating
        Service: Checkout
        Most users cannot use the product, or data is at risk.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-down
        Next update by 12:30 UTC
    #incidents Firebell [in thread]: Severity SEV3 → SEV1 (Cid)
    ");
    world.says("Ann", "general", "/incident ack INC-1").await;
    world.says("Ann", "general", "/incident ack INC-1").await;
    world.says("Ann", "general", "/incident oncall checkout").await;
    world.says("Ann", "general", "/incident oncall").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident ack INC-1
    #general Firebell [only ann]: Thank you. INC-1, Checkout is down: go to #inc-1-checkout-down.
    #general Ann [only ann]: /incident ack INC-1
    #general Firebell [only ann]: Ann has acknowledged it already, at 12:00 UTC.
    #general Ann [only ann]: /incident oncall checkout
    #general Firebell [only ann]: A page for Checkout calls, one after the other, until somebody acknowledges:
        • Ann, who has 5 min
        • Bob, who has 10 min
    #general Ann [only ann]: /incident oncall
    #general Firebell [only ann]: The plan has no rotations, so nobody is on call. People can be paged by name: /incident page @who.
    #inc-1-checkout-down Firebell: Ann comes, 0 s after the page for Checkout.
    #inc-1-checkout-down Firebell: Ann comes, 0 s after the page.
    ");
    world.later(TimeDelta::minutes(30)).await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Cid declared: Checkout is down
    12:00 Cid severity: SEV3 → SEV1
    12:00 Firebell page: Paged Checkout: Ann
    12:00 Firebell page: Paged Ann: Ann
    12:00 Ann page: Ann has acknowledged the page for Checkout
    12:00 Ann page: Ann has acknowledged the page for Ann
    ");
    world.ends().await;
}

async fn a_link_answers(scene: Scene) {
    use firebell::ports::Links;
    let plan = plan_of(&scene);
    let world = scene.with(plan).await;
    world.says("Cid", "general", "/incident declare sev3 Checkout is down").await;
    world.says("Cid", ROOM, "/incident page bob").await;
    world.sees("Cid").await;
    let token = world.post.link("email:bob@example.org");
    let errand = world.desk.look(&token).await.unwrap().unwrap();
    assert_eq!(errand.button.as_deref(), Some("Acknowledge as Bob"));
    assert_snapshot!(errand.doc.to_plain(), @"
    You are paged: SEV3 INC-1: Checkout is down
    For Bob, by Cid, at 12:00 UTC.
    Go to #inc-1-checkout-down.
    ");
    world.settle().await;
    let errand = world.desk.follow(&token).await.unwrap().unwrap();
    assert_eq!(errand.button, None);
    assert_snapshot!(errand.doc.to_plain(), @"
    SEV3 INC-1: Checkout is down
    For Bob, by Cid, at 12:00 UTC.
    Bob comes, since 12:00 UTC.
    Go to #inc-1-checkout-down.
    ");
    world.settle().await;
    // Again, and one that is not ours.
    assert_eq!(world.desk.follow(&token).await.unwrap().unwrap(), errand);
    let (mut wrong, last) = (token.clone(), token.chars().next().unwrap());
    wrong.replace_range(..1, if last == 'A' { "B" } else { "A" });
    assert_eq!(world.desk.follow(&wrong).await.unwrap(), None);
    assert_eq!(world.desk.look("").await.unwrap(), None);
    assert_snapshot!(world.sees("Cid").await, @"#inc-1-checkout-down Firebell: Bob comes, 0 s after the page.");
    assert_snapshot!(world.post.letters(), @"
    email:bob@example.org [page.sent] SEV3 INC-1: Checkout is down
        You are paged: SEV3 INC-1: Checkout is down
        For Bob, by Cid, at 12:00 UTC.
        Go to #inc-1-checkout-down.
    pagerduty:bobs [page.sent] SEV3 INC-1: Checkout is down
        You are paged: SEV3 INC-1: Checkout is down
        For Bob, by Cid, at 12:00 UTC.
        Go to #inc-1-checkout-down.
    pagerduty:bobs [page.acknowledged] SEV3 INC-1: Checkout is down
        SEV3 INC-1: Checkout is down
        For Bob, by Cid, at 12:00 UTC.
        Bob comes, since 12:00 UTC.
        Go to #inc-1-checkout-down.
    ");
    world.ends().await;
}

async fn pages_go_on_after_a_restart(scene: Scene) {
    let plan = plan_of(&scene);
    let world = scene.with(plan).await;
    world.says("Cid", "general", "/incident declare sev3 Checkout is down").await;
    world.says("Cid", ROOM, "/incident page checkout").await;
    world.clock.forward(TimeDelta::minutes(7));
    let world = world.restarted().await;
    world.settle().await;
    assert_snapshot!(world.post.letters(), @"
    email:bob@example.org [page.sent] SEV3 INC-1: Checkout is down
        You are paged: SEV3 INC-1: Checkout is down
        For Checkout, by Cid, at 12:00 UTC.
        Go to #inc-1-checkout-down.
    pagerduty:bobs [page.sent] SEV3 INC-1: Checkout is down
        You are paged: SEV3 INC-1: Checkout is down
        For Checkout, by Cid, at 12:00 UTC.
        Go to #inc-1-checkout-down.
    ");
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Cid declared: Checkout is down
    12:00 Cid page: Paged Checkout: Ann
    12:07 Firebell page: Paged Checkout again, since nobody answered: Bob
    ");
    world.ends().await;
}

async fn who_is_private_is_not_paged(scene: Scene) {
    let plan = plan_of(&scene);
    let world = scene.with(plan).await;
    world.says("Cid", "general", "/incident declare sev1 --private --service checkout Checkout is down").await;
    world.later(TimeDelta::minutes(20)).await;
    assert_snapshot!(world.post.letters(), @"");
    world.ends().await;
}
