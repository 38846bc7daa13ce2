//! What people type and press.

use chrono::TimeDelta;
use insta::assert_snapshot;
use serde_json::json;

use super::{ROOM, declared, in_matrix};
use crate::support::world::World;

in_matrix!(
    a_mention_is_a_command,
    all_that_is_said_directly_is_a_command,
    what_bots_say_is_no_command,
    nobody_edits_what_others_have_said,
    an_emoji_answers_what_is_asked,
    only_who_is_asked_answers,
    a_private_answer_is_given_directly,
);

/// As Element writes it: the name in the body, a pill in the HTML.
async fn a_mention_is_a_command(world: World) {
    declared(&world).await;
    let village = world.matrix();
    let (ann, bob) = (village.resident("Ann").await, village.resident("Bob").await);
    let bot = village.bot();
    let room = ann.room(ROOM).expect("the room");
    let html = format!(
        "<a href=\"https://matrix.to/#/{bot}\">Firebell</a>: lead <a href=\"https://matrix.to/#/{}\">Bob</a>",
        bob.user_id
    );
    let content = json!({
        "msgtype": "m.text",
        "body": "Firebell: lead Bob",
        "format": "org.matrix.custom.html",
        "formatted_body": html,
        "m.mentions": { "user_ids": [bot, bob.user_id] },
    });
    ann.says(&room, content).await;
    world.settle().await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Bob
    ");
    // The same without any markup.
    ann.says(&room, json!({ "msgtype": "m.text", "body": "Firebell: severity sev1" })).await;
    world.settle().await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Bob
    12:00 Ann severity: SEV2 → SEV1
    ");
    assert_snapshot!(world.transcript(1).await, @"Bob: Here");
    world.ends().await;
}

async fn all_that_is_said_directly_is_a_command(world: World) {
    declared(&world).await;
    let village = world.matrix();
    let ann = village.resident("Ann").await;
    let direct = ann.writes_to(village.bot()).await;
    world.settle().await;
    for words in ["list", "!incident show INC-1"] {
        ann.says(&direct, json!({ "msgtype": "m.text", "body": words })).await;
        world.settle().await;
    }
    ann.catches_up().await;
    let said = ann.reads(&direct).await;
    let notices = said.iter().filter(|event| event["content"]["msgtype"] == "m.notice");
    let first_lines: Vec<&str> =
        notices.filter_map(|event| event["content"]["body"].as_str()?.lines().next()).collect();
    assert_snapshot!(first_lines.join("\n"), @"
    Open incidents
    INC-1 · Checkout is down
    ");
    world.ends().await;
}

async fn what_bots_say_is_no_command(world: World) {
    declared(&world).await;
    let ann = world.matrix().resident("Ann").await;
    let room = ann.room(ROOM).expect("the room");
    world.clock.forward(TimeDelta::milliseconds(1));
    ann.says(&room, json!({ "msgtype": "m.notice", "body": "!incident cancel Nothing" })).await;
    world.settle().await;
    assert_snapshot!(world.sees("Ann").await, @"#inc-1-checkout-down Ann [only ann]: /incident cancel Nothing");
    assert_snapshot!(world.transcript(1).await, @"
    Bob: Here
    Ann: !incident cancel Nothing
    ");
    world.ends().await;
}

/// No homeserver sees to that.
async fn nobody_edits_what_others_have_said(world: World) {
    declared(&world).await;
    let ann = world.matrix().resident("Ann").await;
    let room = ann.room(ROOM).expect("the room");
    let events = ann.reads(&room).await;
    let said = events.iter().rfind(|event| event["content"]["body"] == "Here").expect("what Bob said");
    let content = json!({
        "msgtype": "m.text",
        "body": "* I did it",
        "m.new_content": { "msgtype": "m.text", "body": "I did it" },
        "m.relates_to": { "rel_type": "m.replace", "event_id": said["event_id"] },
    });
    ann.says(&room, content).await;
    world.settle().await;
    assert_snapshot!(world.transcript(1).await, @"Bob: Here");
    world.ends().await;
}

/// Nobody is in command: ✅ takes it, with or without what makes it colourful.
async fn an_emoji_answers_what_is_asked(world: World) {
    declared(&world).await;
    let bob = world.matrix().resident("Bob").await;
    let room = bob.room(ROOM).expect("the room");
    let events = bob.reads(&room).await;
    let asked = events.iter().find(|event| !event["content"]["org.firebell.asks"].is_null()).expect("a question");
    let target = asked["event_id"].as_str().expect("an id");
    let seeded = events.iter().filter(|event| {
        let relates = &event["content"]["m.relates_to"];
        event["type"] == "m.reaction" && relates["event_id"] == target && event["sender"] == world.matrix().bot()
    });
    let emoji: Vec<&str> = seeded.filter_map(|e| e["content"]["m.relates_to"]["key"].as_str()).collect();
    assert_eq!(emoji, ["✅"]);
    bob.reacts(&room, target, "✅\u{fe0f}").await;
    world.settle().await;
    assert_snapshot!(world.sees("Bob").await, @"
    #inc-1-checkout-down Firebell: Incident commander: @Bob
    #incidents Firebell [in thread]: Incident commander: Bob
    ");
    world.ends().await;
}

async fn only_who_is_asked_answers(world: World) {
    world.person("Bob").await;
    world.says("Ann", "general", "Nobody can pay").await;
    world.reacts("Ann", "general", "Nobody", "🚨").await;
    let (ann, bob) = (world.matrix().resident("Ann").await, world.matrix().resident("Bob").await);
    let room = bob.room("general").expect("the room");
    let events = bob.reads(&room).await;
    let asked = events.iter().find(|event| !event["content"]["org.firebell.asks"].is_null()).expect("a question");
    let target = asked["event_id"].as_str().expect("an id").to_string();
    bob.reacts(&room, &target, "✅").await;
    world.settle().await;
    assert!(world.matrix().hamlet.proxy.rooms().is_empty());
    ann.reacts(&ann.room("general").expect("the room"), &target, "✅").await;
    world.settle().await;
    assert_snapshot!(world.timeline(1).await, @"12:00 Ann declared: Nobody can pay");
    world.ends().await;
}

/// In a room that others read nothing is said of a private incident.
async fn a_private_answer_is_given_directly(world: World) {
    world.person("Bob").await;
    world.says("Ann", "general", "/incident declare --private Somebody reads our mail").await;
    world.says("Ann", "general", "/incident list").await;
    world.says("Ann", "general", "/incident declare Somebody reads our mail").await;
    let bob = world.matrix().resident("Bob").await;
    let general = bob.room("general").expect("the room");
    let told = bob.reads(&general).await.into_iter().filter(|e| e["sender"] == world.matrix().bot());
    let told: Vec<_> = told.filter(|e| e["type"] == "m.room.message").collect();
    assert_eq!(told, Vec::<serde_json::Value>::new());
    world.sees("Ann").await;
    let ann = world.matrix().resident("Ann").await;
    let direct = ann.client.joined_rooms().into_iter().find(|room| room.name().is_none()).expect("a direct chat");
    let said = ann.reads(&direct).await;
    let lines: Vec<&str> =
        said.iter().filter_map(|e| e["content"]["body"].as_str()?.lines().next()?.split(" (https").next()).collect();
    assert_snapshot!(lines.join("\n"), @"
    INC-1 is declared as SEV3. Go to #inc-1
    Open incidents
    INC-1 “Somebody reads our mail” is open already. Join it in #inc-1
    ");
    assert!(direct.latest_encryption_state().await.expect("to know").is_encrypted());
    world.ends().await;
}
