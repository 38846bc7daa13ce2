//! Every command: what it answers, what the room sees, and what it looks like the second time.

use chrono::TimeDelta;
use insta::assert_snapshot;

use super::on_every_chat;
use crate::support::world::World;

const ROOM: &str = "inc-1-checkout-down";

on_every_chat!(
    lists_and_cards,
    roles,
    severity_and_status,
    tasks_and_actions,
    log_and_timeline,
    taking_back,
    somebody_else_was_quicker_than_undo,
    undo_leaves_what_others_set,
    links_and_titles,
    merging,
    canceling,
    what_is_alike,
    help;
    local: [triage_proposes_a_severity, a_word_that_needs_more, no_words_at_all]
);

/// Declared by Ann, with Bob in the room; what was said so far is read.
async fn declared(world: &World) {
    world.person("Bob").await;
    world.says("Ann", "general", "/incident declare sev2 Checkout is down").await;
    world.says("Bob", ROOM, "Here").await;
    world.sees("Ann").await;
    world.sees("Bob").await;
}

async fn lists_and_cards(world: World) {
    world.says("Ann", "general", "/incident list").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident list
    #general Firebell [only ann]: No incident is open.
    ");
    declared(&world).await;
    world.says("Bob", "general", "/incident declare sev1 Search is down").await;
    world.later(TimeDelta::minutes(4)).await;
    world.sees("Ann").await;
    world.says("Ann", "general", "/incident list").await;
    world.says("Ann", "general", "/incident show inc-2").await;
    world.says("Ann", "general", "/incident show INC-99").await;
    world.says("Ann", "general", "/incident show").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident list
    #general Firebell [only ann]: Open incidents
        • INC-2 (http://firebell.test/incidents/INC-2) SEV1 · Search is down · investigating · nobody in command · declared 4 min ago · #inc-2-search-down
        • INC-1 (http://firebell.test/incidents/INC-1) SEV2 · Checkout is down · investigating · nobody in command · declared 4 min ago · #inc-1-checkout-down
    #general Ann [only ann]: /incident show inc-2
    #general Firebell [only ann]: INC-2 · Search is down
        Severity: SEV1
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 12:30 UTC
        Timeline (http://firebell.test/incidents/INC-2)
    #general Ann [only ann]: /incident show INC-99
    #general Firebell [only ann]: There is no INC-99.
    #general Ann [only ann]: /incident show
    #general Firebell [only ann]: /incident show is about one incident: type it in that incident's room. /incident list shows the open ones.
    ");
    world.ends().await;
}

async fn roles(world: World) {
    declared(&world).await;
    world.says("Ann", ROOM, "/incident lead @bob").await;
    world.says("Ann", ROOM, "/incident lead bob").await;
    world.says("Ann", ROOM, "/incident role scribe me").await;
    world.says("Ann", ROOM, "/incident handover @bob Have a good night").await;
    world.says("Bob", ROOM, "/incident handover @ann").await;
    world.says("Ann", ROOM, "/incident role plumber @bob").await;
    world.says("Ann", ROOM, "/incident claim communications lead").await;
    world.says("Ann", ROOM, "/incident lead @nobody").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident lead @bob
    #inc-1-checkout-down Firebell: Incident commander: @Bob, named by Ann
    #inc-1-checkout-down Ann [only ann]: /incident lead bob
    #inc-1-checkout-down Firebell [only ann]: Bob is the incident commander already.
    #inc-1-checkout-down Ann [only ann]: /incident role scribe me
    #inc-1-checkout-down Firebell: Scribe: @Ann
    #inc-1-checkout-down Ann [only ann]: /incident handover @bob Have a good night
    #inc-1-checkout-down Firebell: Scribe: @Bob, handed over by Ann
        > Have a good night
    #inc-1-checkout-down Firebell: Incident commander: @Ann, handed over by Bob
    #inc-1-checkout-down Ann [only ann]: /incident role plumber @bob
    #inc-1-checkout-down Firebell [only ann]: “plumber” is not a role. There are commander, communications, operations and scribe.
    #inc-1-checkout-down Ann [only ann]: /incident claim communications lead
    #inc-1-checkout-down Firebell: Communications lead: @Ann
    #inc-1-checkout-down Ann [only ann]: /incident lead @nobody
    #inc-1-checkout-down Firebell [only ann]: I know nobody named “nobody”. People are known once they have been in a room with me.
    #incidents Firebell [in thread]: Incident commander: Bob (Ann)
    #incidents Firebell [in thread]: Incident commander: Ann (Bob)
    ");
    world.ends().await;
}

async fn severity_and_status(world: World) {
    declared(&world).await;
    world.says("Ann", ROOM, "/incident sev 1 All regions").await;
    world.says("Ann", ROOM, "/incident severity sev1").await;
    world.says("Ann", ROOM, "/incident severity sev9").await;
    world.says("Ann", ROOM, "/incident status identified The disk is full").await;
    world.says("Ann", ROOM, "/incident status solved").await;
    world.says("Ann", ROOM, "/incident status canceled").await;
    world.says("Ann", ROOM, "/incident identified").await;
    world.says("Ann", ROOM, "/incident reopen Why not").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident sev 1 All regions
    #inc-1-checkout-down Firebell: Severity SEV2 → SEV1 by Ann
        > All regions
    #inc-1-checkout-down Ann [only ann]: /incident severity sev1
    #inc-1-checkout-down Firebell [only ann]: It is SEV1 already.
    #inc-1-checkout-down Ann [only ann]: /incident severity sev9
    #inc-1-checkout-down Firebell [only ann]: “sev9” is not a severity. There are SEV1, SEV2, SEV3 and SEV4.
    #inc-1-checkout-down Ann [only ann]: /incident status identified The disk is full
    #inc-1-checkout-down Firebell: Cause identified by Ann
        > The disk is full
    #inc-1-checkout-down Ann [only ann]: /incident status solved
    #inc-1-checkout-down Firebell [only ann]: “solved” is not a status. Did you mean resolved? There are investigating, identified, monitoring and resolved.
    #inc-1-checkout-down Ann [only ann]: /incident status canceled
    #inc-1-checkout-down Firebell [only ann]: Canceling needs a reason: /incident cancel REASON
    #inc-1-checkout-down Ann [only ann]: /incident identified
    #inc-1-checkout-down Firebell [only ann]: It is identified already.
    #inc-1-checkout-down Ann [only ann]: /incident reopen Why not
    #inc-1-checkout-down Firebell [only ann]: It is open: its status is identified.
    #incidents Firebell [in thread]: Severity SEV2 → SEV1 (Ann)
        All regions
    #incidents Firebell [in thread]: Status: identified (Ann)
        The disk is full
    ");
    world.ends().await;
}

async fn tasks_and_actions(world: World) {
    declared(&world).await;
    world.says("Ann", ROOM, "/incident task Drain eu-1 @bob").await;
    world.says("Ann", ROOM, "/incident task Call the bank").await;
    world.says("Bob", ROOM, "/incident task done 1").await;
    world.says("Bob", ROOM, "/incident task done 1").await;
    world.says("Bob", ROOM, "/incident task done 7").await;
    world.says("Ann", ROOM, "/incident tasks").await;
    world.says("Ann", ROOM, "/incident action Alert on disk space @bob due in 3 days —detect").await;
    world.says("Ann", ROOM, "/incident action Pay the amount due").await;
    world.says("Ann", ROOM, "/incident action --prevnt Clean up").await;
    world.says("Ann", ROOM, "/incident actions").await;
    world.says("Ann", ROOM, "/incident action done 2").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident task Drain eu-1 @bob
    #inc-1-checkout-down Firebell: Task 1: Drain eu-1 — @Bob
    #inc-1-checkout-down Ann [only ann]: /incident task Call the bank
    #inc-1-checkout-down Firebell: Task 2: Call the bank
    #inc-1-checkout-down Firebell: Task 1 done: Drain eu-1 — Bob
    #inc-1-checkout-down Ann [only ann]: /incident tasks
    #inc-1-checkout-down Firebell [only ann]: Tasks of INC-1
        • 1 Drain eu-1 — done
        • 2 Call the bank — nobody yet
    #inc-1-checkout-down Ann [only ann]: /incident action Alert on disk space @bob due in 3 days —detect
    #inc-1-checkout-down Firebell [only ann]: Action item 1: Alert on disk space — Bob, due Thursday 26 November 2026
    #inc-1-checkout-down Ann [only ann]: /incident action Pay the amount due
    #inc-1-checkout-down Firebell [only ann]: Action item 2: Pay the amount due — nobody yet
    #inc-1-checkout-down Ann [only ann]: /incident action --prevnt Clean up
    #inc-1-checkout-down Firebell [only ann]: There is no --prevnt here. Did you mean --prevent?
        It goes /incident action TEXT [@who] [due WHEN] [--prevent|--mitigate|--detect] | done N, for example /incident action Alert on disk space @bob due friday --detect.
    #inc-1-checkout-down Ann [only ann]: /incident actions
    #inc-1-checkout-down Firebell [only ann]: Open action items
        • 1 Alert on disk space — Bob, due 2026-11-26
        • 2 Pay the amount due — nobody yet
    #inc-1-checkout-down Ann [only ann]: /incident action done 2
    #inc-1-checkout-down Firebell [only ann]: Action item 2 is done.
    ");
    world.says("Bob", "general", "/incident actions --mine").await;
    world.later(TimeDelta::days(5)).await;
    world.says("Bob", "general", "/incident actions").await;
    let seen = world.sees("Bob").await;
    let answers: Vec<&str> = seen.lines().skip_while(|l| !l.starts_with("#general")).take(6).collect();
    assert_snapshot!(answers.join("\n"), @"
    #general Bob [only bob]: /incident actions --mine
    #general Firebell [only bob]: Your action items
        • INC-1 1 Alert on disk space — Bob, due 2026-11-26
    #general Bob [only bob]: /incident actions
    #general Firebell [only bob]: Open action items
        • INC-1 1 Alert on disk space — Bob, overdue since 2026-11-26
    ");
    world.ends().await;
}

async fn log_and_timeline(world: World) {
    declared(&world).await;
    world.says("Ann", ROOM, "/incident log Restarted the queue").await;
    world.says("Ann", ROOM, "/incident log 10m ago Deploy 4.2").await;
    world.says("Ann", ROOM, "/incident log 2030-01-01T00:00Z The future").await;
    world.says("Ann", ROOM, "/incident started 11:30").await;
    world.says("Ann", ROOM, "/incident detected 11:20").await;
    world.says("Ann", ROOM, "/incident detected soon").await;
    world.says("Ann", ROOM, "/incident timeline 3").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident log Restarted the queue
    #inc-1-checkout-down Firebell [only ann]: On the timeline at 12:00 UTC. /incident undo takes it back.
    #inc-1-checkout-down Ann [only ann]: /incident log 10m ago Deploy 4.2
    #inc-1-checkout-down Firebell [only ann]: On the timeline at 11:50 UTC. /incident undo takes it back.
    #inc-1-checkout-down Ann [only ann]: /incident log 2030-01-01T00:00Z The future
    #inc-1-checkout-down Firebell [only ann]: 2030-01-01 00:00 UTC is still to come. The timeline is for what has happened.
    #inc-1-checkout-down Ann [only ann]: /incident started 11:30
    #inc-1-checkout-down Firebell [only ann]: The impact began at 11:30 UTC.
    #inc-1-checkout-down Ann [only ann]: /incident detected 11:20
    #inc-1-checkout-down Firebell [only ann]: Then it would have been detected before it started. Correct the other time first.
    #inc-1-checkout-down Ann [only ann]: /incident detected soon
    #inc-1-checkout-down Firebell [only ann]: “soon” is not a time. These are: 14:05, 10m ago, yesterday 23:50, 2026-01-31T14:05Z.
        It goes /incident detected WHEN, for example /incident detected 10m ago.
    #inc-1-checkout-down Ann [only ann]: /incident timeline 3
    #inc-1-checkout-down Firebell [only ann]: Timeline of INC-1
        • 11:50 UTC Ann Deploy 4.2
        • 12:00 UTC Ann Checkout is down
        • 12:00 UTC Ann Restarted the queue
        The whole timeline (http://firebell.test/incidents/INC-1) has 1 more.
    ");
    world.ends().await;
}

async fn a_word_that_needs_more(world: World) {
    declared(&world).await;
    world.says("Ann", ROOM, "/incident log").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident log
    #inc-1-checkout-down Firebell [only ann]: It needs a text: what happened.
        It goes /incident log [WHEN] TEXT, for example /incident log 14:05 Restarted the queue.
    ");
    world.ends().await;
}

async fn taking_back(world: World) {
    declared(&world).await;
    world.says("Ann", ROOM, "/incident undo").await;
    world.says("Ann", ROOM, "/incident log Nonsense").await;
    world.says("Ann", ROOM, "/incident undo").await;
    world.says("Ann", ROOM, "/incident severity sev1").await;
    world.says("Ann", ROOM, "/incident undo").await;
    world.says("Ann", ROOM, "/incident resolve").await;
    world.later(TimeDelta::seconds(59)).await;
    world.says("Ann", ROOM, "/incident undo").await;
    world.says("Ann", ROOM, "/incident update All is well").await;
    world.says("Ann", ROOM, "/incident undo").await;
    world.says("Ann", ROOM, "/incident claim").await;
    world.later(TimeDelta::seconds(61)).await;
    world.says("Ann", ROOM, "/incident undo").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident undo
    #inc-1-checkout-down Firebell [only ann]: You changed nothing here in the last 60 seconds, so there is nothing to take back.
    #inc-1-checkout-down Ann [only ann]: /incident log Nonsense
    #inc-1-checkout-down Firebell [only ann]: On the timeline at 12:00 UTC. /incident undo takes it back.
    #inc-1-checkout-down Ann [only ann]: /incident undo
    #inc-1-checkout-down Firebell [only ann]: Taken back: log entry “Nonsense”.
    #inc-1-checkout-down Ann [only ann]: /incident severity sev1
    #inc-1-checkout-down Firebell: Severity SEV2 → SEV1 by Ann
    #inc-1-checkout-down Ann [only ann]: /incident undo
    #inc-1-checkout-down Firebell: Ann took back: severity SEV1. Severity is SEV2 again.
    #inc-1-checkout-down Ann [only ann]: /incident resolve
    #inc-1-checkout-down Firebell: Resolved by Ann
        When nothing is left to do here, type /incident close and the postmortem is drafted.
    #inc-1-checkout-down Ann [only ann]: /incident undo
    #inc-1-checkout-down Firebell: Ann took back: status resolved. Status is investigating again.
    #inc-1-checkout-down Ann [only ann]: /incident update All is well
    #inc-1-checkout-down Firebell: Update by Ann
        > All is well
        Next update due at 13:00 UTC.
    #inc-1-checkout-down Ann [only ann]: /incident undo
    #inc-1-checkout-down Firebell: Ann took back: the update. There is no update now.
    #inc-1-checkout-down Ann [only ann]: /incident claim
    #inc-1-checkout-down Firebell: Incident commander: @Ann
    #inc-1-checkout-down Ann [only ann]: /incident undo
    #inc-1-checkout-down Firebell [only ann]: Your last change was at 12:00 UTC: too long ago to take back.
    #incidents Firebell [in thread]: Severity SEV2 → SEV1 (Ann)
    #incidents Firebell [in thread]: Taken back: severity SEV1 (Ann)
    #incidents Firebell [in thread]: Status: resolved (Ann)
    #incidents Firebell [in thread]: Taken back: status resolved (Ann)
    #incidents Firebell [in thread]: Update (Ann)
        All is well
    #incidents Firebell [in thread]: Update taken back (Ann)
    #incidents Firebell [in thread]: Incident commander: Ann
    ");
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann severity: SEV2 → SEV1
    12:00 Ann taken_back: severity SEV1
    12:00 Ann status: resolved
    12:00 Ann taken_back: status resolved
    12:00 Ann role: Commander: Ann
    ");
    world.ends().await;
}

async fn somebody_else_was_quicker_than_undo(world: World) {
    declared(&world).await;
    world.says("Ann", ROOM, "/incident severity sev1").await;
    world.says("Bob", ROOM, "/incident severity sev3").await;
    world.sees("Ann").await;
    world.says("Ann", ROOM, "/incident undo").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident undo
    #inc-1-checkout-down Firebell [only ann]: Bob has changed the same since, so “severity SEV1” can not be taken back.
    ");
    world.ends().await;
}

async fn undo_leaves_what_others_set(world: World) {
    declared(&world).await;
    world.says("Ann", ROOM, "/incident claim").await;
    world.says("Bob", ROOM, "/incident started 20m ago").await;
    world.says("Bob", ROOM, "/incident mitigated").await;
    world.says("Ann", ROOM, "/incident undo").await;
    let incident = firebell::ports::Ledger::incident(&world.store, 1).await.expect("to read").expect("an incident");
    let known = firebell::incident::Milestone::ALL.map(|m| (m.as_str(), incident.milestones.get(m).is_some()));
    let known: Vec<&str> = known.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect();
    assert_eq!(known, ["started", "declared", "mitigated"]);
    world.ends().await;
}

async fn links_and_titles(world: World) {
    declared(&world).await;
    world.says("Ann", ROOM, "/incident link https://dash.example/1 Dashboard").await;
    world.says("Ann", ROOM, "/incident link https://dash.example/1").await;
    world.says("Ann", ROOM, "/incident link javascript:alert(1)").await;
    world.says("Ann", ROOM, "/incident rename “Payments time out”").await;
    world.says("Ann", ROOM, "/incident postmortem").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident link https://dash.example/1 Dashboard
    #inc-1-checkout-down Firebell [only ann]: The link is on the card.
    #inc-1-checkout-down Ann [only ann]: /incident link https://dash.example/1
    #inc-1-checkout-down Firebell [only ann]: That link is there already.
    #inc-1-checkout-down Ann [only ann]: /incident link javascript:alert(1)
    #inc-1-checkout-down Firebell [only ann]: “javascript:alert(1)” is not an address that begins with https:// or http://.
    #inc-1-checkout-down Ann [only ann]: /incident rename “Payments time out”
    #inc-1-checkout-down Firebell: Ann renamed the incident: Payments time out
    #inc-1-checkout-down Ann [only ann]: /incident postmortem
    #inc-1-checkout-down Firebell [only ann]: Postmortem of INC-1 (http://firebell.test/postmortems/INC-1) so far; it is complete once the incident is closed.
    #incidents Firebell [in thread]: Renamed: Payments time out (Ann)
    ");
    assert_snapshot!(world.room("Ann", ROOM).await.lines().take(9).collect::<Vec<_>>().join("\n"), @"
    Firebell [pinned]: INC-1 · Payments time out
        Severity: SEV2
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 13:00 UTC
        Timeline (http://firebell.test/incidents/INC-1) · Dashboard (https://dash.example/1)
    Firebell: SEV2 declared by Ann: Checkout is down
        Nobody is in command yet. Type /incident claim to take it.
    ");
    world.ends().await;
}

async fn merging(world: World) {
    declared(&world).await;
    world.says("Bob", "general", "/incident declare sev1 Payments fail").await;
    world.says("Bob", "inc-2-payments-fail", "The queue is full").await;
    world.reacts("Bob", "inc-2-payments-fail", "The queue", "🔍").await;
    world.says("Bob", "inc-2-payments-fail", "/incident log 10:00 Before all that").await;
    world.says("Bob", "inc-2-payments-fail", "/incident task Drain it").await;
    world.sees("Ann").await;
    world.sees("Bob").await;
    world.says("Bob", "inc-2-payments-fail", "/incident merge INC-2").await;
    world.says("Bob", "inc-2-payments-fail", "/incident merge INC-77").await;
    world.says("Bob", "inc-2-payments-fail", "/incident merge INC-1").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #inc-1-checkout-down Firebell: INC-2 goes on in INC-1 (Payments fail). Its room is #inc-1-checkout-down.
    #inc-2-payments-fail Bob [only bob]: /incident merge INC-2
    #inc-2-payments-fail Firebell [only bob]: That is this very incident.
    #inc-2-payments-fail Bob [only bob]: /incident merge INC-77
    #inc-2-payments-fail Firebell [only bob]: There is no INC-77.
    #inc-2-payments-fail Bob [only bob]: /incident merge INC-1
    #inc-2-payments-fail Firebell: INC-2 goes on in INC-1 (Payments fail). Its room is #inc-1-checkout-down.
    #inc-2-payments-fail Firebell [only bob]: INC-2 goes on in INC-1.
    #incidents Firebell [in thread]: Goes on in INC-1 (Bob)
    ");
    // Both rooms are the one incident's now.
    world.says("Bob", "inc-2-payments-fail", "Still here").await;
    world.says("Bob", "inc-2-payments-fail", "/incident update Both are one").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Firebell: INC-2 goes on in INC-1 (Payments fail). Its room is #inc-1-checkout-down.
    #inc-1-checkout-down Firebell: Update by Bob
        > Both are one
        Next update due at 13:00 UTC.
    #inc-2-payments-fail Firebell: INC-2 goes on in INC-1 (Payments fail). Its room is #inc-1-checkout-down.
    #inc-2-payments-fail Bob: Still here
    #inc-2-payments-fail Firebell: Update by Bob
        > Both are one
        Next update due at 13:00 UTC.
    #incidents Firebell [in thread]: Goes on in INC-1 (Bob)
    #incidents Firebell [in thread]: Update (Bob)
        Both are one
    ");
    world.says("Bob", ROOM, "/incident log 11:00 Long before").await;
    assert_snapshot!(world.timeline(1).await, @"
    10:00 Bob note: Before all that
    11:00 Bob note: Long before
    12:00 Ann declared: Checkout is down
    12:00 Bob declared: Payments fail
    12:00 Bob finding: The queue is full
    12:00 Bob task: Task 1: Drain it
    12:00 Bob merge: INC-2 “Payments fail” goes on here
    12:00 Bob merge: Merged into INC-1
    12:00 Bob update: Both are one
    ");
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Bob: The queue is full
    Bob: Still here
    ");
    world.ends().await;
}

async fn canceling(world: World) {
    declared(&world).await;
    world.says("Ann", ROOM, "/incident cancel").await;
    world.says("Ann", ROOM, "/incident cancel It was a drill").await;
    world.says("Ann", ROOM, "/incident claim").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident cancel
    #inc-1-checkout-down Firebell [only ann]: It needs a reason.
        It goes /incident cancel REASON, for example /incident cancel A test, not an outage.
    #inc-1-checkout-down Ann [only ann]: /incident cancel It was a drill
    #inc-1-checkout-down Firebell: Canceled by Ann
        > It was a drill
    #inc-1-checkout-down Ann [only ann]: /incident claim
    #inc-1-checkout-down Firebell [only ann]: This incident is canceled. If it came back: /incident reopen REASON
    #incidents Firebell [in thread]: Status: canceled (Ann)
        It was a drill
    ");
    world.ends().await;
}

async fn help(world: World) {
    world.says("Ann", "general", "/incident help sev").await;
    world.says("Ann", "general", "/incident help decalre").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident help sev
    #general Firebell [only ann]: /incident severity SEV [reason] — changes the severity
        Example: /incident severity sev1 All regions are affected
        Also: sev
    #general Ann [only ann]: /incident help decalre
    #general Firebell [only ann]: There is no command “decalre”. Did you mean /incident declare?
    ");
    world.says("Ann", "general", "/incident help").await;
    let help = world.sees("Ann").await;
    for word in firebell::grammar::WORDS {
        assert!(help.contains(&format!("/incident {}", word.name)), "{} is not in help", word.name);
    }
    world.ends().await;
}

async fn no_words_at_all(world: World) {
    world.says("Ann", "general", "/incident").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident
    #general Firebell [only ann]: Is something wrong? Declare it: /incident declare sev2 Checkout is down
    ");
    declared(&world).await;
    world.says("Ann", ROOM, "/incident").await;
    world.says("Ann", "general", "/incident close").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident close
    #general Firebell [only ann]: /incident close is about one incident: type it in that incident's room. /incident list shows the open ones.
    #inc-1-checkout-down Ann [only ann]: /incident
    #inc-1-checkout-down Firebell [only ann]: INC-1 · SEV2 · investigating · commander: nobody
        To tell stakeholders how it stands: /incident update TEXT
    ");
    world.ends().await;
}

/// Asked one after the other, or known already; what comes of it is proposed, not done.
async fn triage_proposes_a_severity(world: World) {
    world.says("Ann", "general", "/incident declare sev3 Checkout is down").await;
    world.sees("Ann").await;
    for words in ["triage", "triage 1", "triage cannot many", "triage 2 2", "triage 9", "severity sev2 Cannot work"] {
        world.says("Ann", "inc-1-checkout-down", &format!("/incident {words}")).await;
    }
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident triage
    #inc-1-checkout-down Firebell [only ann]: How bad is it for those whom it meets?
        • 1: Cannot work
        • 2: Hindered, or with a way around
        • 3: Hardly noticed
        Or type it: /incident triage 1.
    #inc-1-checkout-down Ann [only ann]: /incident triage 1
    #inc-1-checkout-down Firebell [only ann]: How many does it meet?
        • 1: Everyone
        • 2: Many
        • 3: Few
        Or type it: /incident triage 1 1.
    #inc-1-checkout-down Ann [only ann]: /incident triage cannot many
    #inc-1-checkout-down Firebell [only ann]: By the plan this is SEV2: Cannot work × Many.
        It is SEV3 now. To change it: /incident severity sev2.
    #inc-1-checkout-down Ann [only ann]: /incident triage 2 2
    #inc-1-checkout-down Firebell [only ann]: By the plan this is SEV3: Hindered, or with a way around × Many.
        That is what it is already.
    #inc-1-checkout-down Ann [only ann]: /incident triage 9
    #inc-1-checkout-down Firebell [only ann]: “9” is none of the plan's words for impact. They are:
        • 1: Cannot work
        • 2: Hindered, or with a way around
        • 3: Hardly noticed
    #inc-1-checkout-down Ann [only ann]: /incident severity sev2 Cannot work
    #inc-1-checkout-down Firebell: Severity SEV3 → SEV2 by Ann
        > Cannot work
    #incidents Firebell [in thread]: Severity SEV3 → SEV2 (Ann)
        Cannot work
    ");
    world.ends().await;
}

/// What may be the same is pointed at first.
async fn what_is_alike(world: World) {
    world.says("Ann", "general", "/incident declare sev2 --service checkout Checkout is down").await;
    world.says("Bob", "general", "/incident declare sev1 Errors in the checkout").await;
    world.says("Bob", "general", "/incident declare --service checkout Cards are refused").await;
    world.says("Bob", "general", "/incident declare Logins are slow").await;
    world.says("Bob", "general", "/incident declare --anyway sev1 Errors in the checkout").await;
    world.says("Ann", "general", "/incident declare --private Checkout data is stolen").await;
    world.says("Ann", "general", "/incident declare --private --anyway Checkout data is stolen").await;
    world.says("Bob", "general", "/incident declare Data is stolen").await;
    let seen = world.sees("Bob").await;
    let general: Vec<&str> = seen.lines().filter(|l| l.starts_with("#general")).collect();
    assert_snapshot!(general.join("\n"), @"
    #general Bob [only bob]: /incident declare sev1 Errors in the checkout
    #general Firebell [only bob]: INC-1 “Checkout is down” is open, and may be the same. Join it in #inc-1-checkout-down. If yours is another one: /incident declare --anyway …
    #general Bob [only bob]: /incident declare --service checkout Cards are refused
    #general Firebell [only bob]: INC-1 “Checkout is down” is open, and may be the same. Join it in #inc-1-checkout-down. If yours is another one: /incident declare --anyway …
    #general Bob [only bob]: /incident declare Logins are slow
    #general Firebell [only bob]: INC-2 is declared as SEV3. Go to #inc-2-logins-slow.
    #general Bob [only bob]: /incident declare --anyway sev1 Errors in the checkout
    #general Firebell [only bob]: INC-3 is declared as SEV1. Go to #inc-3-errors-checkout.
    #general Bob [only bob]: /incident declare Data is stolen
    #general Firebell [only bob]: INC-5 is declared as SEV3. Go to #inc-5-data-stolen.
    ");
    world.ends().await;
}
