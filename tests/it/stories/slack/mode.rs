//! How deliveries come: by signed requests, and through connections.

use std::time::Duration;

use chrono::TimeDelta;
use firebell::chat::slack::Sockets;
use firebell::ports::Mailbox;
use reqwest::Client;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{ROOM, declared, in_slack};
use crate::slack::{Fault, signature};
use crate::support::town::Town;
use crate::support::wait::{goes_by, until};
use crate::support::world::World;

in_slack!(
    only_slack_is_believed,
    the_address_is_confirmed,
    what_nobody_understands_is_kept,
    what_no_database_can_keep,
    through_connections,
    a_connection_is_handed_over,
    all_connections_are_lost,
    connections_that_hang_are_made_from_scratch,
);

pub(super) async fn posted(world: &World, path: &str, body: &str, secret: &str, age: i64) -> (u16, String) {
    let time = (chrono::Utc::now().timestamp() - age).to_string();
    let request = Client::new().post(format!("{}{path}", world.slack().url()));
    let request = request.header("x-slack-signature", signature(secret, &time, body));
    let answer =
        request.header("x-slack-request-timestamp", time).body(body.to_string()).send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a body"))
}

async fn only_slack_is_believed(world: World) {
    let body = json!({ "type": "event_callback", "team_id": "T0TEST", "event": { "type": "message" } }).to_string();
    let secret = world.workspace().signing_secret();
    assert_eq!(posted(&world, "/slack/events", &body, "somebody else's", 0).await.0, 401);
    assert_eq!(posted(&world, "/slack/events", &body, secret, 301).await.0, 401);
    assert_eq!(posted(&world, "/slack/events", &body, secret, -301).await.0, 401);
    let bare = Client::new().post(format!("{}/slack/events", world.slack().url())).body(body.clone());
    assert_eq!(bare.send().await.expect("an answer").status().as_u16(), 401);
    let got = Client::new().get(format!("{}/slack/events", world.slack().url())).send().await.expect("an answer");
    assert_eq!(got.status().as_u16(), 405);
    assert_eq!(posted(&world, "/slack/events", &body, secret, 0).await.0, 200);
}

async fn the_address_is_confirmed(world: World) {
    let body = json!({ "type": "url_verification", "challenge": "3eZbrw1aB10FEMAGAZd4FyFQ", "token": "x" }).to_string();
    let answer = posted(&world, "/slack/events", &body, world.workspace().signing_secret(), 0).await;
    assert_eq!(answer, (200, r#"{"challenge":"3eZbrw1aB10FEMAGAZd4FyFQ"}"#.into()));
    world.ends().await;
}

async fn what_nobody_understands_is_kept(world: World) {
    declared(&world).await;
    let secret = world.workspace().signing_secret();
    let event = |event: serde_json::Value| {
        json!({ "type": "event_callback", "team_id": "T0TEST", "event_id": "Ev1", "event_time": 1, "event": event })
            .to_string()
    };
    let strange = [
        ("/slack/events", "{not json".to_string()),
        ("/slack/events", event(json!({ "type": "reaction_added", "user": 7 }))),
        ("/slack/commands", "command=%2Fincident".to_string()),
        (
            "/slack/interactions",
            "payload=%7B%22type%22%3A%22block_dance%22%2C%22user%22%3A%7B%22id%22%3A%22U1%22%7D%7D".into(),
        ),
    ];
    for (path, body) in &strange {
        assert_eq!(posted(&world, path, body, secret, 0).await.0, 200, "{path} {body}");
    }
    // Of these there are many kinds, and none of them is for Firebell.
    let harmless = event(json!({ "type": "emoji_changed", "subtype": "add" }));
    assert_eq!(posted(&world, "/slack/events", &harmless, secret, 0).await.0, 200);
    world.settle().await;
    assert_eq!(world.mailbox().aside().await.expect("to read"), 4);
    // And it goes on.
    world.says("Bob", ROOM, "Still here").await;
    assert!(world.transcript(1).await.ends_with("Bob: Still here"));
    world.ends().await;
}

async fn what_no_database_can_keep(world: World) {
    declared(&world).await;
    let (channel, bob) = (world.workspace().channel(ROOM), world.workspace().person("Bob"));
    let message = json!({ "type": "message", "channel": channel, "user": bob, "ts": "1795435300.000001",
        "text": "before\u{0}behind", "event_ts": "1795435300.000001" });
    let body = json!({ "type": "event_callback", "team_id": "T0TEST", "event": message }).to_string();
    assert_eq!(posted(&world, "/slack/events", &body, world.workspace().signing_secret(), 0).await.0, 200);
    world.settle().await;
    assert!(world.transcript(1).await.ends_with("Bob: before\u{fffd}behind"));
    world.ends().await;
}

/// From here on nobody posts anything: what happens comes through the connections.
async fn connect(world: &World) -> Sockets {
    let town = world.slack();
    let sockets = Sockets::open(&town.slack, &Town::setup(&town.workspace)).await.expect("connections");
    until("two connections", async || (town.workspace.sockets() == 2).then_some(())).await;
    sockets
}

async fn delivered(world: &World) {
    world.workspace().until_delivered().await;
    world.settle().await;
}

async fn through_connections(world: World) {
    declared(&world).await;
    let sockets = connect(&world).await;
    world.workspace().says("Bob", ROOM, "It is the disk");
    world.workspace().types("Ann", ROOM, "/incident identified It is the disk");
    world.workspace().types("Ann", ROOM, "/incident update");
    delivered(&world).await;
    assert!(world.workspace().modal("Ann").is_some());
    world.workspace().submits("Ann", &[("text", super::written("We make space"))]);
    delivered(&world).await;
    assert!(world.workspace().modal("Ann").is_none());
    let timeline = world.timeline(1).await;
    assert!(
        timeline.contains("status: identified: It is the disk") && timeline.contains("We make space"),
        "{timeline}"
    );
    sockets.close().await;
    world.ends().await;
}

async fn a_connection_is_handed_over(world: World) {
    declared(&world).await;
    let sockets = connect(&world).await;
    for (n, reason) in [(0, "warning"), (1, "refresh_requested")] {
        world.workspace().disconnect_socket(n, reason);
        world.workspace().says("Bob", ROOM, &format!("Said at {reason}"));
        delivered(&world).await;
        until("two connections", async || (world.workspace().sockets() == 2).then_some(())).await;
    }
    assert_eq!(world.transcript(1).await.matches("Said at").count(), 2);
    assert!(!world.timeline(1).await.contains("Gap"));
    sockets.close().await;
    world.ends().await;
}

async fn all_connections_are_lost(world: World) {
    declared(&world).await;
    let sockets = connect(&world).await;
    world.workspace().break_every("apps.connections.open", Fault::ServerError);
    world.workspace().drop_sockets();
    until("it is noticed", async || (world.slack().slack.connections() == 0).then_some(())).await;
    world.clock.forward(TimeDelta::minutes(1));
    world.workspace().says("Bob", ROOM, "Nobody hears me");
    // Slack keeps nothing while nobody is connected.
    world.workspace().take_pending();
    world.clock.forward(TimeDelta::minutes(1));
    world.workspace().mend();
    until("two connections", async || (world.workspace().sockets() == 2).then_some(())).await;
    until("it is read back", async || {
        delivered(&world).await;
        world.timeline(1).await.contains("Gap: #inc-1-checkout-down, 12:00 to 12:02 UTC").then_some(())
    })
    .await;
    assert!(world.transcript(1).await.ends_with("Nobody hears me"));
    sockets.close().await;
    world.ends().await;
}

/// Slack takes the question for a new connection and never answers it: nobody asks again by that alone.
async fn connections_that_hang_are_made_from_scratch(world: World) {
    declared(&world).await;
    let (workspace, slack) = (world.workspace(), &world.slack().slack);
    let (sockets, stopping) = (connect(&world).await, CancellationToken::new());
    let running = tokio::spawn(sockets.run(stopping.clone()));
    workspace.forget_calls();
    workspace.break_every("apps.connections.open", Fault::Hang);
    workspace.drop_sockets();
    let asked = || workspace.calls().iter().filter(|call| call.method == "apps.connections.open").count();
    until("both are asked for again", async || (slack.connections() == 0 && asked() == 2).then_some(())).await;
    workspace.says("Bob", ROOM, "Nobody hears me");
    // Slack keeps nothing while nobody is connected.
    workspace.take_pending();
    // They are looked at several times before it is a minute.
    world.clock.forward(TimeDelta::seconds(59));
    for _ in 0..3 {
        goes_by(Duration::from_secs(20)).await;
        world.settle().await;
    }
    assert_eq!(asked(), 2);
    workspace.mend();
    world.clock.forward(TimeDelta::seconds(1));
    goes_by(Duration::from_secs(20)).await;
    until("two connections", async || (slack.connections() == 2).then_some(())).await;
    until("it is read back", async || {
        delivered(&world).await;
        world.transcript(1).await.contains("Nobody hears me").then_some(())
    })
    .await;
    workspace.says("Bob", ROOM, "Do you hear me now?");
    delivered(&world).await;
    assert!(world.transcript(1).await.ends_with("Do you hear me now?"));
    stopping.cancel();
    running.await.expect("to end");
    until("no connection", async || (workspace.sockets() == 0).then_some(())).await;
    world.ends().await;
}
