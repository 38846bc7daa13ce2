//! What the workspace sends and answers is what the library that Firebell speaks Slack with understands.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use hyper_util::client::legacy::connect::HttpConnector;
use slack_morphism::errors::SlackClientError;
use slack_morphism::prelude::*;

use super::{Fault, Sent, Workspace};
use crate::support::wait::until;

type Connector = SlackClientHyperConnector<HttpConnector>;

async fn workspace() -> Workspace {
    let noon: DateTime<Utc> = "2025-12-01T12:00:00Z".parse().expect("a time");
    Workspace::start(move || noon).await
}

fn client(ws: &Workspace) -> Arc<SlackClient<Connector>> {
    let connector = Connector::with_connector(HttpConnector::new()).with_slack_api_url(&ws.api_url());
    Arc::new(SlackClient::new(connector))
}

fn token(text: &str) -> SlackApiToken {
    SlackApiToken::new(text.into())
}

#[tokio::test]
async fn everything_that_is_sent_is_understood() {
    let ws = workspace().await;
    let id = ws.channel("ops");
    let client = client(&ws);
    let token = token(ws.bot_token());
    let session = client.open_session(&token);
    ws.person("Ann");
    ws.set_zone("Ann", "Europe/Vienna", 3600);
    let ts = ws.says("Ann", "ops", "@Firebell see #ops & https://x.test, @Ann");
    ws.replies("Ann", "ops", &ts, "more", true);
    ws.edits("Ann", "ops", &ts, "once more");
    ws.unfurls("ops", &ts);
    ws.me_message("Ann", "ops", "waves");
    ws.shares_file("Ann", "ops", "look", "graph.png", "https://files.test/graph.png");
    ws.bot_says("ops", "Pager", "ring");
    ws.reacts("Ann", "ops", &ts, "thumbsup::skin-tone-2");
    ws.unreacts("Ann", "ops", &ts, "thumbsup::skin-tone-2");
    ws.pins("Ann", "ops", &ts);
    ws.unpins("Ann", "ops", &ts);
    ws.invites("Ann", "ops", "Ben");
    ws.kicks("Ann", "ops", "Ben");
    ws.deletes("Ann", "ops", &ts);
    ws.renames("Ann", "ops", "operations");
    ws.archives("Ann", "operations");
    ws.unarchives("Ann", "operations");
    ws.invites("Ann", "operations", "Firebell");
    ws.opens_home("Ann");
    ws.kicks("Ann", "operations", "Firebell");
    let room = SlackApiConversationsCreateRequest::new("inc-1".into());
    let made = session.conversations_create(&room).await.expect("a channel").channel;
    let button = SlackBlockButtonElement::new(pt!("Go")).with_action_id("go".into());
    let blocks = vec![SlackActionsBlock::new(vec![button.into()]).into()];
    let content = SlackMessageContent::new().with_text("hello".into()).with_blocks(blocks);
    let post = SlackApiChatPostMessageRequest::new(made.id.clone(), content);
    let posted = session.chat_post_message(&post).await.expect("a message");
    ws.presses("Ann", "inc-1", &posted.ts.0, "Go");
    ws.global_shortcut("Ann", "declare");
    ws.message_shortcut("Ann", "inc-1", &posted.ts.0, "capture");
    ws.types("Ann", "inc-1", "/incident status @Ben");
    let deliveries = ws.take_pending();
    assert!(deliveries.len() > 35, "{}", deliveries.len());
    for delivery in deliveries {
        let payload = delivery.payload;
        match delivery.kind {
            Sent::Event => {
                let known: SlackPushEventCallback = serde_json::from_value(payload.clone()).expect("an event");
                let unknown = matches!(known.event, SlackEventCallbackBody::Unknown(_));
                let kind = payload["event"]["type"].as_str().unwrap_or_default();
                // The library has no type for these.
                let expected = ["pin_added", "pin_removed", "channel_left"].contains(&kind);
                assert_eq!(unknown, expected, "{payload:#}");
            }
            Sent::Command => drop(serde_json::from_value::<SlackCommandEvent>(payload).expect("a command")),
            Sent::Interaction => {
                serde_json::from_value::<SlackInteractionEvent>(payload.clone())
                    .unwrap_or_else(|e| panic!("{e}: {payload:#}"));
            }
        }
    }
    assert_eq!(id, ws.channel("operations"));
}

#[tokio::test]
async fn what_is_asked_is_answered_in_shape() {
    let ws = workspace().await;
    let id = SlackChannelId(ws.channel("ops"));
    let (ann, group) = (SlackUserId(ws.person("Ann")), ws.user_group("oncall", &["Ann"]));
    let ts = SlackTs(ws.says("Ann", "ops", "down"));
    ws.replies("Ann", "ops", &ts.0, "still", false);
    let client = client(&ws);
    let token = token(ws.bot_token());
    let session = client.open_session(&token);
    assert_eq!(session.auth_test().await.expect("it").user_id.0, ws.bot_user());
    let pin = SlackApiPinsAddRequest::new(id.clone(), ts.clone());
    session.pins_add(&pin).await.expect("a pin");
    let again = session.pins_add(&pin).await.expect_err("it is pinned").to_string();
    assert!(again.contains("already_pinned"), "{again}");
    assert_eq!(session.pins_list(&SlackApiPinsListRequest::new(id.clone())).await.expect("pins").items.len(), 1);
    let history = SlackApiConversationsHistoryRequest::new().with_channel(id.clone());
    let history = session.conversations_history(&history).await.expect("a history");
    assert_eq!(history.messages[1].parent.reply_count, Some(1));
    let replies = SlackApiConversationsRepliesRequest::new(id.clone(), ts.clone());
    assert_eq!(session.conversations_replies(&replies).await.expect("replies").messages.len(), 2);
    let info = SlackApiConversationsInfoRequest::new(id.clone());
    assert_eq!(session.conversations_info(&info).await.expect("it").channel.name.as_deref(), Some("ops"));
    session.conversations_list(&SlackApiConversationsListRequest::new()).await.expect("a list");
    let members = SlackApiConversationsMembersRequest::new().with_channel(id.clone());
    assert_eq!(session.conversations_members(&members).await.expect("members").members.len(), 2);
    let user = session.users_info(&SlackApiUsersInfoRequest::new(ann.clone())).await.expect("Ann").user;
    assert_eq!(user.tz.as_deref(), Some("UTC"));
    assert_eq!(session.users_list(&SlackApiUsersListRequest::new()).await.expect("all").members.len(), 2);
    let groups = SlackApiUserGroupsListRequest::new().with_include_users(true);
    assert_eq!(session.usergroups_list(&groups).await.expect("groups").usergroups[0].id.0, group);
    let link = SlackApiChatGetPermalinkRequest::new(id.clone(), ts.clone());
    session.chat_get_permalink(&link).await.expect("a link");
    let hello = SlackMessageContent::new().with_text("hello".into());
    let post = SlackApiChatPostMessageRequest::new(SlackChannelId(ann.0.clone()), hello.clone());
    let posted = session.chat_post_message(&post).await.expect("a message");
    assert_eq!(ws.messages("@Ann")[0].text, "hello");
    let update = SlackApiChatUpdateRequest::new(posted.channel, hello.clone(), posted.ts);
    session.chat_update(&update).await.expect("an update");
    let only = SlackApiChatPostEphemeralRequest::new(id.clone(), ann.clone(), hello);
    session.chat_post_ephemeral(&only).await.expect("a message");
    let home = SlackView::Home(SlackHomeView::new(vec![SlackDividerBlock::new().into()]));
    session.views_publish(&SlackApiViewsPublishRequest::new(ann, home)).await.expect("a home");
    assert_eq!(ws.home("Ann").expect("a home")["type"], "home");
    ws.break_next("auth.test", Fault::Throttled { after_s: 3 });
    let limited = session.auth_test().await.expect_err("too many");
    assert!(matches!(limited, SlackClientError::RateLimitError(e) if e.retry_after == Some(Duration::from_secs(3))));
}

/// What an app heard.
type Heard = Arc<Mutex<Vec<String>>>;

async fn hear(
    event: SlackPushEventCallback,
    _: Arc<SlackClient<Connector>>,
    state: SlackClientEventsUserState,
) -> UserCallbackResult<()> {
    let heard = state.read().await.get_user_state::<Heard>().cloned().expect("a note-book");
    if let SlackEventCallbackBody::Message(message) = event.event {
        let text = message.content.and_then(|c| c.text).unwrap_or_default();
        heard.lock().expect("no panic").push(text);
    }
    Ok(())
}

#[tokio::test]
async fn sockets_carry_what_is_queued() {
    let ws = workspace().await;
    ws.channel("ops");
    ws.joins("Ann", "ops");
    ws.take_pending();
    let heard = Heard::default();
    let callbacks = SlackSocketModeListenerCallbacks::new().with_push_events(hear);
    let environment = SlackClientEventsListenerEnvironment::new(client(&ws)).with_user_state(heard.clone());
    let config = SlackClientSocketModeConfig::new()
        .with_initial_backoff_in_seconds(0)
        .with_reconnect_timeout_in_seconds(1)
        .with_ping_interval_in_seconds(1);
    let listener = SlackClientSocketModeListener::new(&config, Arc::new(environment), callbacks);
    listener.listen_for(&token(ws.app_token())).await.expect("to listen");
    ws.says("Ann", "ops", "before");
    listener.start().await;
    ws.until_delivered().await;
    until("two sockets", async || (ws.sockets() == 2).then_some(())).await;
    ws.says("Ann", "ops", "between");
    ws.until_delivered().await;
    ws.disconnect_socket(0, "refresh_requested");
    let opened = || ws.calls().iter().filter(|c| c.method == "apps.connections.open" && c.outcome == "ok").count();
    until("a new socket", async || (opened() == 3).then_some(())).await;
    ws.says("Ann", "ops", "on the other");
    ws.until_delivered().await;
    until("two sockets", async || (ws.sockets() == 2).then_some(())).await;
    ws.drop_sockets();
    ws.says("Ann", "ops", "into the void");
    ws.until_delivered().await;
    assert_eq!(*heard.lock().expect("no panic"), ["before", "between", "on the other", "into the void"]);
    listener.shutdown().await;
}

/// A connection that ends takes nothing with it.
#[tokio::test]
async fn what_nobody_acknowledged_comes_back() {
    let ws = workspace().await;
    ws.channel("ops");
    async fn deaf(
        event: SlackPushEventCallback,
        _: Arc<SlackClient<Connector>>,
        state: SlackClientEventsUserState,
    ) -> UserCallbackResult<()> {
        let heard = state.read().await.get_user_state::<Heard>().cloned().expect("a note-book");
        heard.lock().expect("no panic").push(event.event_id.0);
        std::future::pending().await
    }
    let heard = Heard::default();
    let callbacks = SlackSocketModeListenerCallbacks::new().with_push_events(deaf);
    let environment = SlackClientEventsListenerEnvironment::new(client(&ws)).with_user_state(heard.clone());
    let config = SlackClientSocketModeConfig::new()
        .with_max_connections_count(1)
        .with_initial_backoff_in_seconds(0)
        .with_reconnect_timeout_in_seconds(60);
    let listener = SlackClientSocketModeListener::new(&config, Arc::new(environment), callbacks);
    listener.listen_for(&token(ws.app_token())).await.expect("to listen");
    listener.start().await;
    ws.says("Ann", "ops", "anybody?");
    until("it is heard", async || heard.lock().expect("no panic").pop()).await;
    ws.drop_sockets();
    until("no socket", async || (ws.sockets() == 0).then_some(())).await;
    let waiting = ws.take_pending();
    assert_eq!((waiting.len(), waiting[0].attempts, waiting[0].reason), (3, 1, "connection_failed"));
}
