//! The workspace keeps Slack's rules; stories that stand on it rely on that.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State as Extract;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Fault, Sent, Workspace, shown, signature};

async fn workspace() -> Workspace {
    let noon: DateTime<Utc> = "2025-12-01T12:00:00Z".parse().expect("a time");
    Workspace::start(move || noon).await
}

/// The bot calls a method with a JSON body.
async fn call(ws: &Workspace, method: &str, body: Value) -> Value {
    let request = reqwest::Client::new().post(format!("{}/{method}", ws.api_url())).bearer_auth(ws.bot_token());
    request.json(&body).send().await.expect("an answer").json().await.expect("JSON")
}

async fn get(ws: &Workspace, method: &str, query: &str) -> Value {
    let request = reqwest::Client::new().get(format!("{}/{method}?{query}", ws.api_url()));
    request.bearer_auth(ws.bot_token()).send().await.expect("an answer").json().await.expect("JSON")
}

/// The events that wait, by type and subtype.
fn waiting(ws: &Workspace) -> Vec<String> {
    let kind = |d: &super::Delivery| {
        let event = &d.payload["event"];
        let subtype = event["subtype"].as_str().map(|s| format!("/{s}")).unwrap_or_default();
        format!("{}{subtype}", event["type"].as_str().unwrap_or("-"))
    };
    ws.take_pending().iter().map(kind).collect()
}

#[tokio::test]
async fn channels_have_rules() {
    let ws = workspace().await;
    let made = call(&ws, "conversations.create", json!({"name": "inc-1"})).await;
    let id = made["channel"]["id"].as_str().expect("an id").to_string();
    assert_eq!(made["channel"]["is_member"], true);
    for (name, error) in [("inc-1", "name_taken"), ("Inc 2", "invalid_name_specials"), ("a.b", "invalid_name_specials")]
    {
        assert_eq!(call(&ws, "conversations.create", json!({"name": name})).await["error"], error, "{name}");
    }
    assert_eq!(waiting(&ws), ["channel_created"]);

    let ann = ws.person("Ann");
    let users = json!({"channel": id, "users": format!("{ann},{}", ws.bot_user())});
    assert_eq!(call(&ws, "conversations.invite", users).await["error"], "cant_invite_self");
    let users = json!({"channel": id, "users": [ann, ws.bot_user()], "force": true});
    assert_eq!(call(&ws, "conversations.invite", users).await["errors"][0]["error"], "cant_invite_self");
    assert_eq!(waiting(&ws), ["member_joined_channel", "message/channel_join"]);
    assert_eq!(ws.channel_named("inc-1").expect("a channel").members, ["Firebell", "Ann"]);

    let topic = json!({"channel": id, "topic": "x".repeat(251)});
    assert_eq!(call(&ws, "conversations.setTopic", topic).await["error"], "too_long");
    assert_eq!(call(&ws, "conversations.archive", json!({"channel": id})).await["ok"], true);
    let text = json!({"channel": id, "text": "hello"});
    assert_eq!(call(&ws, "chat.postMessage", text).await["error"], "is_archived");
    // A JSON body is nothing to a method that reads.
    assert_eq!(call(&ws, "conversations.info", json!({"channel": id})).await["error"], "invalid_arguments");
    assert_eq!(get(&ws, "conversations.info", &format!("channel={id}")).await["channel"]["is_archived"], true);
}

#[tokio::test]
async fn threads_are_read_where_they_are() {
    let ws = workspace().await;
    let id = ws.channel("ops");
    let root = ws.says("Ann", "ops", "down");
    let reply = ws.replies("Ben", "ops", &root, "looking", false);
    ws.replies("Ben", "ops", &root, "all over", true);
    assert_eq!(root, "1764590400.000002");

    let history = get(&ws, "conversations.history", &format!("channel={id}&limit=2")).await;
    let texts: Vec<_> = history["messages"].as_array().expect("a list").iter().map(|m| m["text"].clone()).collect();
    assert_eq!(texts, ["all over", &*format!("<@{}> has joined the channel", ws.person("Ben"))]);
    assert_eq!(history["has_more"], true);
    let next = history["response_metadata"]["next_cursor"].as_str().expect("a cursor");
    let older = get(&ws, "conversations.history", &format!("channel={id}&cursor={next}")).await;
    assert_eq!((&older["messages"][0]["text"], &older["messages"][0]["reply_count"]), (&json!("down"), &json!(2)));

    let replies = get(&ws, "conversations.replies", &format!("channel={id}&ts={reply}")).await;
    assert_eq!(replies["messages"].as_array().map(Vec::len), Some(3));
    ws.deletes("Ann", "ops", &root);
    assert_eq!(waiting(&ws).last().map(String::as_str), Some("message/message_changed"));
}

#[tokio::test]
async fn blocks_are_checked_and_read_as_people_read_them() {
    let ws = workspace().await;
    let (id, ann) = (ws.channel("ops"), ws.person("Ann"));
    let long = json!([{"type": "header", "text": {"type": "plain_text", "text": "x".repeat(151)}}]);
    let refused = call(&ws, "chat.postMessage", json!({"channel": id, "blocks": long})).await;
    assert_eq!(refused["error"], "invalid_blocks");

    let mrkdwn = |text: &str| json!({"type": "mrkdwn", "text": text});
    let text = format!("*Ask* <@{ann}> in <#{id}>, `a_b` &amp; <https://x.test|here> at <!date^1^{{time}}|12:00 UTC>");
    let blocks = json!([
        {"type": "header", "text": {"type": "plain_text", "text": "Fire"}},
        {"type": "section", "text": mrkdwn(&text)},
        {"type": "section", "fields": [mrkdwn("*Status*\nsnake_case"), mrkdwn("*Since*\n2 * 3 * 4")]},
        {"type": "actions", "elements": [
            {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "claim"},
        ]},
    ]);
    let posted = call(&ws, "chat.postMessage", json!({"channel": id, "text": "Fire", "blocks": blocks})).await;
    let ts = posted["ts"].as_str().expect("a ts");
    call(&ws, "pins.add", json!({"channel": id, "timestamp": ts})).await;
    ws.reacts("Ann", "ops", ts, "mag");
    ws.types("Ann", "ops", "/incident list");
    assert_eq!(
        shown::room(&ws, "Ann", "ops"),
        "Firebell [pinned, 🔍1]: Fire
    Ask @Ann in #ops, a_b & here (https://x.test) at 12:00 UTC
    Status: snake_case
    Since: 2 * 3 * 4
Firebell: @Firebell pinned a message to this channel.
Ann: @Ann has joined the channel
Ann [only ann]: /incident list"
    );
    assert_eq!(shown::buttons(&ws.messages("ops")[0]), ["Go"]);
    ws.take_pending();
    ws.presses("Ann", "ops", ts, "Go");
    let pressed = ws.take_pending().remove(0).payload;
    assert_eq!((&pressed["actions"][0]["value"], &pressed["message"]["ts"]), (&json!("claim"), &json!(ts)));
}

#[tokio::test]
async fn faults_come_when_asked_for() {
    let ws = workspace().await;
    let id = ws.channel("ops");
    ws.break_next("chat.postMessage", Fault::Api("fatal_error"));
    ws.break_next("chat.postMessage", Fault::ResetAfter);
    ws.break_next("chat.postMessage", Fault::Throttled { after_s: 7 });
    let hello = json!({"channel": id, "text": "hello"});
    assert_eq!(call(&ws, "chat.postMessage", hello.clone()).await["error"], "fatal_error");
    let request = || {
        let request = reqwest::Client::new().post(format!("{}/chat.postMessage", ws.api_url()));
        request.bearer_auth(ws.bot_token()).json(&hello).send()
    };
    assert!(request().await.is_err(), "the connection is closed");
    assert_eq!(ws.messages("ops").len(), 1);
    let throttled = request().await.expect("an answer");
    assert_eq!(
        (throttled.status().as_u16(), &throttled.headers()["retry-after"]),
        (429, &"7".parse().expect("a value"))
    );

    ws.limits(true);
    let mut outcomes = Vec::new();
    for _ in 0..6 {
        outcomes.push(request().await.expect("an answer").status().as_u16());
    }
    assert_eq!(outcomes, [200, 200, 200, 200, 200, 429]);
    let log: Vec<_> = ws.calls().into_iter().map(|c| c.outcome).take(3).collect();
    assert_eq!(log, ["fatal_error", "reset", "ratelimited"]);

    ws.remove_scope("pins:write");
    let refused = call(&ws, "pins.add", json!({"channel": id, "timestamp": "1.0"})).await;
    assert_eq!((&refused["error"], &refused["needed"]), (&json!("missing_scope"), &json!("pins:write")));
    ws.revoke_token();
    assert_eq!(call(&ws, "auth.test", json!({})).await["error"], "token_revoked");
}

/// An app that notes what it is sent, and takes it if the signature is right and it has failed once.
async fn app(ws: &Workspace) -> (String, Arc<Mutex<Vec<String>>>) {
    type Noted = Arc<Mutex<Vec<String>>>;
    async fn take(
        Extract((secret, noted)): Extract<(&'static str, Noted)>,
        headers: HeaderMap,
        body: String,
    ) -> (StatusCode, String) {
        let of = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_string();
        assert_eq!(of("x-slack-signature"), signature(secret, &of("x-slack-request-timestamp"), &body));
        let mut noted = noted.lock().expect("no panic");
        noted.push(format!("{}{}", of("x-slack-retry-num"), of("x-slack-retry-reason")));
        match noted.len() {
            1 => (StatusCode::INTERNAL_SERVER_ERROR, String::new()),
            _ => (StatusCode::OK, r#"{"text":"done"}"#.into()),
        }
    }
    let noted = Noted::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let routes = Router::new().route("/slack/{*kind}", post(take)).with_state((ws.signing_secret(), noted.clone()));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (url, noted)
}

#[tokio::test]
async fn deliveries_are_signed_and_come_again() {
    let ws = workspace().await;
    ws.channel("ops");
    let (url, noted) = app(&ws).await;
    ws.types("Ann", "ops", "/incident list & <more>");
    let [joined, _, command] = &ws.take_pending()[..] else { panic!("three deliveries") };
    assert_eq!((joined.kind, command.kind), (Sent::Event, Sent::Command));
    assert!(command.body.contains("text=list+%26amp%3B+%26lt%3Bmore%26gt%3B"), "{}", command.body);

    ws.types("Ann", "ops", "/incident list");
    assert_eq!(ws.deliver(&url).await, 0);
    assert_eq!((ws.pending(), ws.deliver(&url).await, ws.pending()), (1, 1, 0));
    assert_eq!(*noted.lock().expect("no panic"), ["", "1http_error"]);
    let last = ws.messages("ops").pop().expect("a message");
    assert_eq!(shown::line(&ws, &last), "Firebell [only ann]: done");
    assert_eq!(ws.deliver_one(&url, &joined.again("Ev0AGAIN")).await, 200);
}

#[tokio::test]
async fn modals_open_once_and_are_submitted() {
    let ws = workspace().await;
    ws.channel("ops");
    let (url, _) = app(&ws).await;
    ws.global_shortcut("Ann", "declare");
    let trigger = ws.take_pending().remove(0).payload["trigger_id"].clone();
    let input = json!({"type": "plain_text_input", "action_id": "it"});
    let label = json!({"type": "plain_text", "text": "What?"});
    let view = json!({
        "type": "modal", "title": label, "submit": label,
        "blocks": [{"type": "input", "block_id": "what", "label": label, "element": input}],
    });
    let open = json!({"trigger_id": trigger, "view": view});
    assert_eq!(call(&ws, "views.open", open.clone()).await["ok"], true);
    assert_eq!(call(&ws, "views.open", open).await["error"], "exchanged_trigger_id");
    ws.submits("Ann", &[("what", json!({"type": "plain_text_input", "value": "fire"}))]);
    let state = &ws.modal("Ann").expect("a modal")["state"]["values"];
    assert_eq!(state["what"]["it"]["value"], "fire");
    ws.deliver(&url).await;
    assert!(ws.modal("Ann").is_some(), "it was not taken");
    let submission = ws.take_pending().remove(0);
    ws.with(|state| {
        let errors = json!({"response_action": "errors", "errors": {"what": "no"}});
        state.model.was_taken(&submission, &errors);
    });
    assert_eq!(ws.modal_errors("Ann")["what"], "no");
    ws.with(|state| state.model.was_taken(&submission, &Value::Null));
    assert!(ws.modal("Ann").is_none());
}
