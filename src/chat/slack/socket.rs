//! Socket Mode: connections that Firebell opens, through which Slack delivers. Each delivery is acknowledged once it is
//! kept. There is more than one connection, so that Slack can take one down, as it does several times a day, and what
//! comes meanwhile comes through the others.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use metrics::{counter, gauge};
use serde::Deserialize;
use serde_json::{Value, json};
use slack_morphism::clients_manager::{SlackSocketModeClientsManager, SlackSocketModeClientsManagerFactory};
use slack_morphism::listener::SlackClientEventsListenerEnvironment;
use slack_morphism::{
    SlackApiToken, SlackClientSocketModeConfig, SlackSocketModeClientListener, SlackSocketModeWssClientId,
};
use tokio_util::sync::CancellationToken;

use super::{Setup, Slack, api, intake};
use crate::ports::StoreError;

/// Connections a token; Slack allows ten.
const CONNECTIONS: u32 = 2;
/// A connection is dead when nothing has come back for this many seconds, this often: Slack itself pings, and a
/// workspace in which nobody says anything is no sign.
const PING_EVERY: u64 = 10;
const PINGS_MISSED: u64 = 3;
const RECONNECT_AFTER: u64 = 2;

type Error = Box<dyn std::error::Error + Send + Sync + 'static>;
type Manager = dyn SlackSocketModeClientsManager + Send + Sync;

/// The connections of all configured apps.
pub struct Sockets {
    managers: Vec<Arc<Manager>>,
}

impl Sockets {
    /// Opens them; they are kept open until [`Sockets::close`].
    pub async fn open(slack: &Arc<Slack>, setup: &Setup) -> Result<Sockets, String> {
        let client = api::client(&setup.api_url).map_err(|e| e.to_string())?;
        // One app in several workspaces has one token, and its connections bring what happens in all of them.
        let tokens: BTreeSet<&String> = setup.memberships.iter().filter_map(|m| m.app_token.as_ref()).collect();
        let mut managers = Vec::new();
        for token in tokens {
            let environment = Arc::new(SlackClientEventsListenerEnvironment::new(client.clone()));
            let manager = client.http_api.connector.new_clients_manager(environment);
            let config = SlackClientSocketModeConfig::new()
                .with_max_connections_count(CONNECTIONS)
                .with_initial_backoff_in_seconds(0)
                .with_reconnect_timeout_in_seconds(RECONNECT_AFTER)
                .with_ping_interval_in_seconds(PING_EVERY)
                .with_ping_failure_threshold_times(PINGS_MISSED);
            let link = Arc::new(Link { slack: slack.clone(), manager: Arc::downgrade(&manager) });
            let token = SlackApiToken::new(token.clone().into());
            manager.register_new_token(&config, token, link).await.map_err(|e| e.to_string())?;
            manager.start().await;
            managers.push(manager);
        }
        Ok(Sockets { managers })
    }

    pub async fn close(&self) {
        for manager in &self.managers {
            manager.shutdown().await;
        }
    }

    /// Until told to stop.
    pub async fn run(self, stopping: CancellationToken) {
        stopping.cancelled().await;
        self.close().await;
    }
}

/// How many connections there are, and since when there is none.
#[derive(Default)]
pub(super) struct Connected {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    up: BTreeSet<String>,
    lost: Option<DateTime<Utc>>,
}

impl Connected {
    /// Since when there was none, if this is the first again.
    fn up(&self, connection: String) -> Option<DateTime<Utc>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.up.insert(connection);
        gauge!("firebell_slack_connections").set(state.up.len() as f64);
        state.lost.take()
    }

    pub fn lost_since(&self, since: DateTime<Utc>) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).lost = Some(since);
    }

    fn down(&self, connection: &str, now: DateTime<Utc>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let was_there = state.up.remove(connection);
        gauge!("firebell_slack_connections").set(state.up.len() as f64);
        if was_there && state.up.is_empty() {
            state.lost = Some(now);
        }
    }

    pub fn count(&self) -> usize {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).up.len()
    }
}

/// What listens at the connections of one token.
struct Link {
    slack: Arc<Slack>,
    manager: Weak<Manager>,
}

/// What comes through a connection.
#[derive(Deserialize)]
struct Frame {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    envelope_id: String,
    #[serde(default)]
    payload: Value,
    #[serde(default)]
    accepts_response_payload: bool,
    #[serde(default)]
    retry_attempt: u32,
}

#[async_trait]
impl SlackSocketModeClientListener for Link {
    async fn on_message(&self, client_id: &SlackSocketModeWssClientId, message_body: String) -> Option<String> {
        let Ok(frame) = serde_json::from_str::<Frame>(&message_body) else {
            // Without an envelope there is nothing to acknowledge.
            let _ = self.slack.keep(intake::UNREADABLE, &message_body).await;
            return None;
        };
        if frame.retry_attempt > 0 {
            counter!("firebell_slack_retries_total").increment(1);
        }
        let body = frame.payload.to_string();
        let taken = match frame.kind.as_str() {
            "hello" => {
                self.connected(client_id).await;
                return None;
            }
            "disconnect" => {
                // Slack is about to close it: another takes its place.
                self.slack.connected.down(&client_id.to_string(), self.slack.clock.now());
                self.replace(client_id).await;
                return None;
            }
            "events_api" => self.slack.keep(intake::EVENT, &body).await.map(|()| None),
            "slash_commands" => self.slack.take_command(&body).await,
            "interactive" => self.slack.take_interaction(&body).await,
            _ => self.slack.keep(intake::UNREADABLE, &message_body).await.map(|()| None),
        };
        acknowledged(&frame, taken)
    }

    async fn on_error(&self, _error: Error) {
        counter!("firebell_slack_connection_errors_total").increment(1);
    }

    async fn on_disconnect(&self, client_id: &SlackSocketModeWssClientId) {
        self.slack.connected.down(&client_id.to_string(), self.slack.clock.now());
        self.slack.changed.notify_one();
        tracing::info!(connection = client_id.to_string(), "Slack: a connection ended; it is opened again");
        self.replace(client_id).await;
    }
}

impl Link {
    async fn connected(&self, client_id: &SlackSocketModeWssClientId) {
        let lost = self.slack.connected.up(client_id.to_string());
        self.slack.changed.notify_one();
        if let Some(since) = lost
            && let Err(error) = self.slack.returned(since).await
        {
            tracing::error!(%error, "Slack: what was missed is not read back now; it is at the next start");
        }
    }

    async fn replace(&self, client_id: &SlackSocketModeWssClientId) {
        if let Some(manager) = self.manager.upgrade() {
            manager.restart_client(client_id).await;
        }
    }
}

/// What goes back; nothing, if it could not be kept: then Slack delivers it again.
fn acknowledged(frame: &Frame, taken: Result<Option<Value>, StoreError>) -> Option<String> {
    match taken {
        Ok(Some(answer)) if frame.accepts_response_payload => {
            Some(json!({ "envelope_id": frame.envelope_id, "payload": answer }).to_string())
        }
        Ok(_) => Some(json!({ "envelope_id": frame.envelope_id }).to_string()),
        Err(error) => {
            tracing::error!(%error, "Slack: a delivery could not be kept");
            None
        }
    }
}
