//! Emoji and pins: on the timeline, off the timeline, and what becomes of the message.

use chrono::TimeDelta;
use insta::assert_snapshot;

use super::on_every_chat;
use crate::support::world::World;

const ROOM: &str = "inc-1-checkout-down";

on_every_chat!(
    an_emoji_marks_and_taking_it_off_unmarks,
    two_with_the_same_emoji_make_one_entry,
    an_edited_message_revises_its_entry,
    a_deleted_message_leaves_no_text,
    a_thread_reply_is_captured_as_itself,
    entries_are_in_order_of_when_things_happened,
    a_memo_makes_an_action_item,
    the_chats_own_pin_is_a_mark,
    a_light_offers_to_declare,
);

async fn declared(world: &World) {
    world.says("Ann", "general", "/incident declare Checkout is down").await;
    world.says("Bob", ROOM, "The disk of db-3 is full").await;
}

async fn an_emoji_marks_and_taking_it_off_unmarks(world: World) {
    declared(&world).await;
    world.reacts("Ann", ROOM, "The disk", "🔍").await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Bob finding: The disk of db-3 is full
    ");
    world.unreacts("Ann", ROOM, "The disk", "🔍").await;
    assert_snapshot!(world.timeline(1).await, @"12:00 Ann declared: Checkout is down");
    world.ends().await;
}

async fn two_with_the_same_emoji_make_one_entry(world: World) {
    declared(&world).await;
    world.reacts("Ann", ROOM, "The disk", "📌").await;
    world.reacts("Bob", ROOM, "The disk", "📌").await;
    world.unreacts("Ann", ROOM, "The disk", "📌").await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Bob note: The disk of db-3 is full
    ");
    world.ends().await;
}

async fn an_edited_message_revises_its_entry(world: World) {
    declared(&world).await;
    world.reacts("Ann", ROOM, "The disk", "💡").await;
    world.edits("Bob", ROOM, "The disk", "The disk of db-4 is full").await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Bob hypothesis: The disk of db-4 is full
    ");
    assert_snapshot!(world.transcript(1).await, @"Bob: The disk of db-4 is full");
    world.ends().await;
}

async fn a_deleted_message_leaves_no_text(world: World) {
    declared(&world).await;
    world.reacts("Ann", ROOM, "The disk", "⚖️").await;
    world.deletes("Bob", ROOM, "The disk").await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Bob decision: (message deleted)
    ");
    assert_snapshot!(world.transcript(1).await, @"Bob:");
    world.ends().await;
}

async fn a_thread_reply_is_captured_as_itself(world: World) {
    declared(&world).await;
    world.replies("Ann", ROOM, "The disk", "It fills since the backup").await;
    world.reacts("Bob", ROOM, "It fills", "📌").await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann note: It fills since the backup
    ");
    world.ends().await;
}

async fn entries_are_in_order_of_when_things_happened(world: World) {
    declared(&world).await;
    world.later(TimeDelta::minutes(2)).await;
    world.says("Bob", ROOM, "/incident log 11:40 The backup began").await;
    world.says("Bob", ROOM, "/incident identified").await;
    world.later(TimeDelta::minutes(2)).await;
    world.reacts("Ann", ROOM, "The disk", "🔍").await;
    assert_snapshot!(world.timeline(1).await, @"
    11:40 Bob note: The backup began
    12:00 Ann declared: Checkout is down
    12:00 Bob finding: The disk of db-3 is full
    12:02 Bob status: identified
    ");
    world.ends().await;
}

async fn a_memo_makes_an_action_item(world: World) {
    declared(&world).await;
    world.reacts("Ann", ROOM, "The disk", "📝").await;
    world.sees("Ann").await;
    world.says("Ann", ROOM, "/incident actions").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident actions
    #inc-1-checkout-down Firebell [only ann]: Open action items
        • 1 The disk of db-3 is full — nobody yet
    ");
    world.unreacts("Ann", ROOM, "The disk", "📝").await;
    world.says("Ann", ROOM, "/incident actions").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident actions
    #inc-1-checkout-down Firebell [only ann]: No action item is open. Add one in an incident's room: /incident action TEXT @who due friday
    ");
    world.ends().await;
}

async fn the_chats_own_pin_is_a_mark(world: World) {
    declared(&world).await;
    world.pins("Bob", ROOM, "The disk", true).await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Bob note: The disk of db-3 is full
    ");
    // There is one pin on a message, whoever takes it off.
    world.pins("Ann", ROOM, "The disk", false).await;
    assert_snapshot!(world.timeline(1).await, @"12:00 Ann declared: Checkout is down");
    world.ends().await;
}

async fn a_light_offers_to_declare(world: World) {
    world.person("Bob").await;
    world.says("Ann", "general", "Nobody can pay since noon\nSee the graph").await;
    world.reacts("Ann", "general", "Nobody can pay", "🚨").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [🚨1]: Nobody can pay since noon
        See the graph
    #general Firebell [only ann]: Declare an incident from this message?
        > Nobody can pay since noon
        > See the graph
        Put ✅ on the message to declare it as SEV3, or take your emoji off.
    ");
    // Only the one who was asked confirms.
    world.reacts("Bob", "general", "Nobody can pay", "✅").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #general Ann [🚨1, ✅1]: Nobody can pay since noon
        See the graph
    ");
    world.reacts("Ann", "general", "Nobody can pay", "✅").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Firebell [only ann]: INC-1 is declared as SEV3. Go to #inc-1-nobody-can-pay-since-noon.
    #inc-1-nobody-can-pay-since-noon Firebell [pinned]: INC-1 · Nobody can pay since noon
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1-nobody-can-pay-since-noon Firebell: SEV3 declared by Ann: Nobody can pay since noon
        Declared from this message (its address)
        Nobody is in command yet. Type /incident claim to take it.
    #incidents Firebell: SEV3 · Nobody can pay since noon · investigating
        Some users are affected, and there is a way around it.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-nobody-can-pay-since-noon
        Next update by 16:00 UTC
    ");
    world.says("Bob", "general", "Search is slow").await;
    world.reacts("Bob", "general", "Search is slow", "🚨").await;
    world.unreacts("Bob", "general", "Search is slow", "🚨").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #general Bob: Search is slow
    #general Firebell [only bob]: Declare an incident from this message?
        > Search is slow
        Put ✅ on the message to declare it as SEV3, or take your emoji off.
    #general Firebell [only bob]: Nothing was declared.
    #inc-1-nobody-can-pay-since-noon Firebell [pinned]: INC-1 · Nobody can pay since noon
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1-nobody-can-pay-since-noon Firebell: SEV3 declared by Ann: Nobody can pay since noon
        Declared from this message (its address)
        Nobody is in command yet. Type /incident claim to take it.
    #incidents Firebell: SEV3 · Nobody can pay since noon · investigating
        Some users are affected, and there is a way around it.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-nobody-can-pay-since-noon
        Next update by 16:00 UTC
    ");
    world.ends().await;
}
