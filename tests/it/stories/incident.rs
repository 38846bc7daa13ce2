//! The whole job: declare, talk, mark, command, update, resolve, close.

use chrono::TimeDelta;
use firebell::ports::{Chat, NewRoom, Once};
use insta::assert_snapshot;

use super::on_every_chat;
use crate::support::scene::Scene;
use crate::support::world::{World, plan};

on_every_chat!(
    from_declare_to_postmortem,
    a_second_declarer_is_shown_the_first,
    two_take_command,
    closing_at_once,
    it_came_back; scenes: some_of_it_is_public;
    local: [what_is_said_while_the_room_opens]
);

async fn from_declare_to_postmortem(world: World) {
    world.person("Bob").await;
    world.says("Ann", "general", "/incident declare sev1 --service checkout Checkout is down").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident declare sev1 --service checkout Checkout is down
    #general Firebell [only ann]: INC-1 is declared as SEV1. Go to #inc-1-checkout-down.
    #inc-1-checkout-down Firebell [pinned]: INC-1 · Checkout is down
        Severity: SEV1
        Status: investigating
        Incident commander: nobody yet
        Service: Checkout
        Declared: 12:00 UTC
        Next update due: 12:30 UTC
        • Task 1: Divert payments to the other region
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1-checkout-down Firebell: SEV1 declared by Ann: Checkout is down
        Nobody is in command yet. Type /incident claim to take it.
    #inc-1-checkout-down Firebell: First steps by the plan
        • Task 1: Divert payments to the other region
        • Dashboard (https://dash.example/checkout)
    #incidents Firebell: SEV1 · Checkout is down · investigating
        Service: Checkout
        Most users cannot use the product, or data is at risk.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-down
        Next update by 12:30 UTC
    ");
    assert_snapshot!(world.sees("Bob").await, @"
    #inc-1-checkout-down Firebell [pinned]: INC-1 · Checkout is down
        Severity: SEV1
        Status: investigating
        Incident commander: nobody yet
        Service: Checkout
        Declared: 12:00 UTC
        Next update due: 12:30 UTC
        • Task 1: Divert payments to the other region
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1-checkout-down Firebell: SEV1 declared by Ann: Checkout is down
        Nobody is in command yet. Type /incident claim to take it.
    #inc-1-checkout-down Firebell: First steps by the plan
        • Task 1: Divert payments to the other region
        • Dashboard (https://dash.example/checkout)
    #incidents Firebell: SEV1 · Checkout is down · investigating
        Service: Checkout
        Most users cannot use the product, or data is at risk.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-down
        Next update by 12:30 UTC
    ");

    world.says("Ann", "inc-1-checkout-down", "/incident claim").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident claim
    #inc-1-checkout-down Firebell: Incident commander: @Ann
    #incidents Firebell [in thread]: Incident commander: Ann
    ");

    world.later(TimeDelta::minutes(3)).await;
    world.says("Ann", "inc-1-checkout-down", "The queue is full since 11:50").await;
    world.reacts("Ann", "inc-1-checkout-down", "The queue is full", "🔍").await;
    world.says("Ann", "inc-1-checkout-down", "/incident started 11:50").await;
    world.says("Ann", "inc-1-checkout-down", "/incident role comms @Bob").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #inc-1-checkout-down Firebell: Incident commander: @Ann
    #inc-1-checkout-down Ann [🔍1]: The queue is full since 11:50
    #inc-1-checkout-down Firebell: Communications lead: @Bob, named by Ann
    #incidents Firebell [in thread]: Incident commander: Ann
    ");
    world.says("Bob", "inc-1-checkout-down", "/incident update Payments fail; we drain the queue").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #inc-1-checkout-down Bob [only bob]: /incident update Payments fail; we drain the queue
    #inc-1-checkout-down Firebell: Update by Bob
        > Payments fail; we drain the queue
        Next update due at 12:33 UTC.
    #incidents Firebell [in thread]: Update (Bob)
        Payments fail; we drain the queue
    ");

    world.later(TimeDelta::minutes(10)).await;
    world.says("Bob", "inc-1-checkout-down", "Drained it, errors are gone").await;
    world.reacts("Bob", "inc-1-checkout-down", "Drained it", "🩹").await;
    world.says("Ann", "inc-1-checkout-down", "/incident mitigated").await;
    world.says("Ann", "inc-1-checkout-down", "/incident resolve Normal for ten minutes").await;
    world.says("Ann", "inc-1-checkout-down", "/incident action Alert on queue length @bob due friday --detect").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [🔍1]: The queue is full since 11:50
    #inc-1-checkout-down Ann [only ann]: /incident started 11:50
    #inc-1-checkout-down Firebell [only ann]: The impact began at 11:50 UTC.
    #inc-1-checkout-down Ann [only ann]: /incident role comms @Bob
    #inc-1-checkout-down Firebell: Communications lead: @Bob, named by Ann
    #inc-1-checkout-down Firebell: Update by Bob
        > Payments fail; we drain the queue
        Next update due at 12:33 UTC.
    #inc-1-checkout-down Bob [🩹1]: Drained it, errors are gone
    #inc-1-checkout-down Ann [only ann]: /incident mitigated
    #inc-1-checkout-down Firebell: Mitigated by Ann
    #inc-1-checkout-down Ann [only ann]: /incident resolve Normal for ten minutes
    #inc-1-checkout-down Firebell: Resolved by Ann
        > Normal for ten minutes
        When nothing is left to do here, type /incident close and the postmortem is drafted.
    #inc-1-checkout-down Ann [only ann]: /incident action Alert on queue length @bob due friday --detect
    #inc-1-checkout-down Firebell [only ann]: Action item 1: Alert on queue length — Bob, due Friday 27 November 2026
    #incidents Firebell [in thread]: Update (Bob)
        Payments fail; we drain the queue
    #incidents Firebell [in thread]: Status: monitoring (Ann)
    #incidents Firebell [in thread]: Status: resolved (Ann)
        Normal for ten minutes
    ");
    world.says("Ann", "inc-1-checkout-down", "/incident close").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #inc-1-checkout-down Bob [🩹1]: Drained it, errors are gone
    #inc-1-checkout-down Firebell: Mitigated by Ann
    #inc-1-checkout-down Firebell: Resolved by Ann
        > Normal for ten minutes
        When nothing is left to do here, type /incident close and the postmortem is drafted.
    #inc-1-checkout-down Firebell: Closed by Ann
        Postmortem draft (http://firebell.test/postmortems/INC-1): summary, timeline and action items, drafted from what happened here.
    #incidents Firebell [in thread]: Status: monitoring (Ann)
    #incidents Firebell [in thread]: Status: resolved (Ann)
        Normal for ten minutes
    #incidents Firebell [in thread]: Status: closed (Ann)
    ");
    assert_snapshot!(world.timeline(1).await, @"
    11:50 Ann milestone: Impact began
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:03 Ann finding: The queue is full since 11:50
    12:03 Ann role: Communications: Bob
    12:03 Bob update: Payments fail; we drain the queue
    12:13 Bob mitigation: Drained it, errors are gone
    12:13 Ann status: monitoring
    12:13 Ann status: resolved: Normal for ten minutes
    12:13 Ann action: Action item 1: Alert on queue length (Bob)
    12:13 Ann status: closed
    ");
    assert_snapshot!(world.transcript(1).await, @"
    Ann: The queue is full since 11:50
    Bob: Drained it, errors are gone
    ");
    assert_snapshot!(world.room("Bob", "incidents").await, @"
    Firebell: SEV1 · Checkout is down · closed
        Service: Checkout
        12:03 UTC Bob: Payments fail; we drain the queue
        INC-1, declared 12:00 UTC · Commander: Ann · #inc-1-checkout-down
        Postmortem: http://firebell.test/postmortems/INC-1
    Firebell [in thread]: Incident commander: Ann
    Firebell [in thread]: Update (Bob)
        Payments fail; we drain the queue
    Firebell [in thread]: Status: monitoring (Ann)
    Firebell [in thread]: Status: resolved (Ann)
        Normal for ten minutes
    Firebell [in thread]: Status: closed (Ann)
    ");
    world.ends().await;
}

async fn a_second_declarer_is_shown_the_first(world: World) {
    world.says("Ann", "general", "/incident declare Checkout is down").await;
    world.says("Bob", "general", "/incident declare  checkout IS down").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #general Bob [only bob]: /incident declare  checkout IS down
    #general Firebell [only bob]: INC-1 “Checkout is down” is open already. Join it in #inc-1-checkout-down. If yours is another one, give it another title.
    ");
    world.ends().await;
}

async fn two_take_command(world: World) {
    world.says("Ann", "general", "/incident declare Checkout is down").await;
    world.says("Bob", "inc-1-checkout-down", "I am here").await;
    world.says("Ann", "inc-1-checkout-down", "/incident claim").await;
    world.sees("Bob").await;
    world.says("Bob", "inc-1-checkout-down", "/incident claim").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #inc-1-checkout-down Bob [only bob]: /incident claim
    #inc-1-checkout-down Firebell [only bob]: Ann is the incident commander already. They can hand it over with /incident handover @who, or name somebody anew with /incident lead @who.
    ");
    world.says("Ann", "inc-1-checkout-down", "/incident handover @bob The fix is on its way").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #inc-1-checkout-down Firebell: Incident commander: @Bob, handed over by Ann
        > The fix is on its way
    #incidents Firebell [in thread]: Incident commander: Bob (Ann)
    ");
    world.ends().await;
}

async fn closing_at_once(world: World) {
    world.says("Ann", "general", "/incident declare Checkout is down").await;
    world.says("Ann", "inc-1-checkout-down", "/incident close It was the clock").await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann status: closed: It was the clock
    ");
    world.ends().await;
}

async fn it_came_back(world: World) {
    world.says("Ann", "general", "/incident declare Checkout is down").await;
    world.says("Ann", "inc-1-checkout-down", "/incident close").await;
    world.says("Ann", "inc-1-checkout-down", "/incident update Still closed").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident declare Checkout is down
    #general Firebell [only ann]: INC-1 is declared as SEV3. Go to #inc-1-checkout-down.
    #inc-1-checkout-down Firebell [pinned]: INC-1 · Checkout is down
        Severity: SEV3
        Status: closed
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Timeline (http://firebell.test/incidents/INC-1) · Postmortem (http://firebell.test/postmortems/INC-1)
    #inc-1-checkout-down Firebell: SEV3 declared by Ann: Checkout is down
        Nobody is in command yet. Type /incident claim to take it.
    #inc-1-checkout-down Ann [only ann]: /incident close
    #inc-1-checkout-down Firebell: Closed by Ann
        Postmortem draft (http://firebell.test/postmortems/INC-1): summary, timeline and action items, drafted from what happened here.
    #inc-1-checkout-down Ann [only ann]: /incident update Still closed
    #inc-1-checkout-down Firebell [only ann]: This incident is closed. If it came back: /incident reopen REASON
    #incidents Firebell: SEV3 · Checkout is down · closed
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-down
        Postmortem: http://firebell.test/postmortems/INC-1
    #incidents Firebell [in thread]: Status: closed (Ann)
    ");
    world.says("Ann", "inc-1-checkout-down", "/incident reopen The errors are back").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident reopen The errors are back
    #inc-1-checkout-down Firebell: Reopened by Ann
        > The errors are back
    #incidents Firebell [in thread]: Status: investigating (Ann)
        The errors are back
    ");
    world.ends().await;
}

/// The chat has made the room, and Firebell was away before it knew.
async fn what_is_said_while_the_room_opens(world: World) {
    world.begins_to_say("Ann", "general", "/incident declare Checkout is down").await;
    world.hear().await;
    let room = NewRoom {
        name: "inc-1-checkout-down".into(),
        private: false,
        topic: String::new(),
        near: None,
        people: vec![],
    };
    world.chat.open_room(Once { key: "effect/1/1/0", again: false }, room).await.expect("a room");
    world.begins_to_say("Bob", "inc-1-checkout-down", "I was quicker").await;
    world.hear().await;
    world.settle().await;
    assert_snapshot!(world.transcript(1).await, @"Bob: I was quicker");
    world.ends().await;
}

/// What is public is said to be, has a name of its own, and follows the status.
async fn some_of_it_is_public(scene: Scene) {
    let mut plan = plan();
    plan.public.publish = vec!["sev1".into()];
    let world = scene.with(plan).await;
    world.says("Ann", "general", "/incident declare sev3 --service checkout Redis is full").await;
    world.says("Ann", "inc-1-redis-full", "/incident update We look into it").await;
    assert_snapshot!(world.public(1).await, @"nothing");
    let say = async |words: &str| world.says("Ann", "inc-1-redis-full", words).await;
    say("/incident update --public Some payments fail").await;
    say("/incident undo").await;
    assert_snapshot!(world.public(1).await, @"nothing");
    say("/incident update --public --title “Payments fail” Some payments fail").await;
    say("/incident identified Redis").await;
    say("/incident update --public --title").await;
    say("/incident update --title A Some").await;
    say("/incident update --publc Some").await;
    say("/incident mitigated").await;
    say("/incident resolve It was the cache").await;
    say("/incident close").await;
    assert_snapshot!(world.public(1).await, @"
    Payments fail
    12:00 investigating: Some payments fail
    12:00 identified:
    12:00 monitoring:
    12:00 resolved:
    ");
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident declare sev3 --service checkout Redis is full
    #general Firebell [only ann]: INC-1 is declared as SEV3. Go to #inc-1-redis-full.
    #inc-1-redis-full Firebell [pinned]: INC-1 · Redis is full
        Severity: SEV3
        Status: closed
        Incident commander: nobody yet
        Service: Checkout
        Declared: 12:00 UTC
        Latest update 12:00 UTC by Ann
        > Some payments fail
        Timeline (http://firebell.test/incidents/INC-1) · Postmortem (http://firebell.test/postmortems/INC-1)
    #inc-1-redis-full Firebell: SEV3 declared by Ann: Redis is full
        Nobody is in command yet. Type /incident claim to take it.
    #inc-1-redis-full Firebell: • Dashboard (https://dash.example/checkout)
    #inc-1-redis-full Ann [only ann]: /incident update We look into it
    #inc-1-redis-full Firebell: Update by Ann
        > We look into it
        Next update due at 16:00 UTC.
    #inc-1-redis-full Ann [only ann]: /incident update --public Some payments fail
    #inc-1-redis-full Firebell: Public update by Ann
        > Some payments fail
        Next update due at 16:00 UTC.
    #inc-1-redis-full Ann [only ann]: /incident undo
    #inc-1-redis-full Firebell: Ann took back: the update. The latest update is the one by Ann.
    #inc-1-redis-full Ann [only ann]: /incident update --public --title “Payments fail” Some payments fail
    #inc-1-redis-full Firebell: Public update by Ann
        > Some payments fail
        Next update due at 16:00 UTC.
    #inc-1-redis-full Ann [only ann]: /incident identified Redis
    #inc-1-redis-full Firebell: Cause identified by Ann
        > Redis
    #inc-1-redis-full Ann [only ann]: /incident update --public --title
    #inc-1-redis-full Firebell [only ann]: It needs a name behind --title, in quotes.
        It goes /incident update [--public [--title NAME]] TEXT, for example /incident update Payments work again, we watch them.
    #inc-1-redis-full Ann [only ann]: /incident update --title A Some
    #inc-1-redis-full Firebell [only ann]: It needs --public before --title: only the public page has a title of its own.
        It goes /incident update [--public [--title NAME]] TEXT, for example /incident update Payments work again, we watch them.
    #inc-1-redis-full Ann [only ann]: /incident update --publc Some
    #inc-1-redis-full Firebell [only ann]: There is no --publc here. Did you mean --public?
        It goes /incident update [--public [--title NAME]] TEXT, for example /incident update Payments work again, we watch them.
    #inc-1-redis-full Ann [only ann]: /incident mitigated
    #inc-1-redis-full Firebell: Mitigated by Ann
    #inc-1-redis-full Ann [only ann]: /incident resolve It was the cache
    #inc-1-redis-full Firebell: Resolved by Ann
        > It was the cache
        When nothing is left to do here, type /incident close and the postmortem is drafted.
    #inc-1-redis-full Ann [only ann]: /incident close
    #inc-1-redis-full Firebell: Closed by Ann
        Postmortem draft (http://firebell.test/postmortems/INC-1): summary, timeline and action items, drafted from what happened here.
    #incidents Firebell: SEV3 · Redis is full · closed
        Service: Checkout
        12:00 UTC Ann: Some payments fail
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-redis-full
        Postmortem: http://firebell.test/postmortems/INC-1
    #incidents Firebell [in thread]: Update (Ann)
        We look into it
    #incidents Firebell [in thread]: Update (Ann)
        Some payments fail
    #incidents Firebell [in thread]: Update taken back (Ann)
    #incidents Firebell [in thread]: Update (Ann)
        Some payments fail
    #incidents Firebell [in thread]: Status: identified (Ann)
        Redis
    #incidents Firebell [in thread]: Status: monitoring (Ann)
    #incidents Firebell [in thread]: Status: resolved (Ann)
        It was the cache
    #incidents Firebell [in thread]: Status: closed (Ann)
    ");
    world.says("Ann", "general", "/incident declare sev1 --service search Disk is full").await;
    world.says("Ann", "general", "/incident declare sev1 --private Data is stolen").await;
    world.says("Ann", "inc-3", "/incident update --public Data is stolen").await;
    assert_snapshot!(world.public(2).await, @"
    Problems with Search
    12:00 investigating:
    ");
    assert_snapshot!(world.public(3).await, @"nothing");
    world.ends().await;
}
