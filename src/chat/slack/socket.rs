//! Socket Mode: connections that Firebell opens, through which Slack delivers. Each delivery is acknowledged once it is
//! kept. There is more than one connection, so that Slack can take one down, as it does several times a day, and what
//! comes meanwhile comes through the others.

use std::collections::BTreeSet;
use std::sync::{Arc, Weak};
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use metrics::counter;
use serde::Deserialize;
use serde_json::{Value, json};
use slack_morphism::clients_manager::{SlackSocketModeClientsManager, SlackSocketModeClientsManagerFactory};
use slack_morphism::hyper_tokio::SlackHyperClient;
use slack_morphism::listener::SlackClientEventsListenerEnvironment;
use slack_morphism::{
    SlackApiToken, SlackClientSocketModeConfig, SlackSocketModeClientListener, SlackSocketModeWssClientId,
};
use tokio_util::sync::CancellationToken;

use super::{Setup, Slack, api, intake, pause};
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

/// How long a token may be without any before its connections are made from scratch.
const SILENT: TimeDelta = TimeDelta::seconds(60);
const WATCH: Duration = Duration::from_secs(20);

/// The connections of all configured apps.
pub struct Sockets {
    slack: Arc<Slack>,
    client: Arc<SlackHyperClient>,
    tokens: Vec<String>,
    managers: Vec<Arc<Manager>>,
    /// How often connections were made from scratch: what an earlier set of them still says is not of the new one.
    set: u32,
}

impl Sockets {
    /// Opens them; they are kept open until [`Sockets::close`].
    pub async fn open(slack: &Arc<Slack>, setup: &Setup) -> Result<Sockets, String> {
        let client = api::client(&setup.api_url).map_err(|e| e.to_string())?;
        let tokens = app_tokens(setup);
        let mut sockets = Sockets { slack: slack.clone(), client, tokens, managers: Vec::new(), set: 0 };
        for token in 0..sockets.tokens.len() {
            let manager = sockets.manager(token).await?;
            sockets.managers.push(manager);
        }
        Ok(sockets)
    }

    async fn manager(&self, token: usize) -> Result<Arc<Manager>, String> {
        let environment = Arc::new(SlackClientEventsListenerEnvironment::new(self.client.clone()));
        let manager = self.client.http_api.connector.new_clients_manager(environment);
        let config = SlackClientSocketModeConfig::new()
            .with_max_connections_count(CONNECTIONS)
            .with_initial_backoff_in_seconds(0)
            .with_reconnect_timeout_in_seconds(RECONNECT_AFTER)
            .with_ping_interval_in_seconds(PING_EVERY)
            .with_ping_failure_threshold_times(PINGS_MISSED);
        let link = Link { slack: self.slack.clone(), manager: Arc::downgrade(&manager), token, set: self.set };
        let value = SlackApiToken::new(self.tokens[token].clone().into());
        manager.register_new_token(&config, value, Arc::new(link)).await.map_err(|e| e.to_string())?;
        manager.start().await;
        Ok(manager)
    }

    pub async fn close(&self) {
        for manager in &self.managers {
            manager.shutdown().await;
        }
    }

    /// Until told to stop.
    pub async fn run(mut self, stopping: CancellationToken) {
        while !stopping.is_cancelled() {
            tokio::select! {
                () = pause(WATCH) => self.mend().await,
                () = stopping.cancelled() => {}
            }
        }
        self.close().await;
    }

    /// A token whose connections are gone for long gets new ones: nothing that hangs may keep Firebell deaf.
    async fn mend(&mut self) {
        let now = self.slack.clock.now();
        for token in self.slack.connected.silent(now - SILENT, now) {
            tracing::warn!("Slack: no connection for a minute; they are made from scratch");
            self.managers[token].shutdown().await;
            self.set += 1;
            match self.manager(token).await {
                Ok(manager) => self.managers[token] = manager,
                Err(why) => tracing::error!(%why, "Slack: no connection can be opened; it is tried again"),
            }
        }
    }
}

/// One app in several workspaces has one token, and its connections bring what happens in all of them.
pub(super) fn app_tokens(setup: &Setup) -> Vec<String> {
    let tokens: BTreeSet<&String> = setup.memberships.iter().filter_map(|m| m.app_token.as_ref()).collect();
    tokens.into_iter().cloned().collect()
}

impl Slack {
    /// What was missed while there was no connection is read back. Whether nothing is left to be.
    pub(super) async fn catch_up(&self) -> bool {
        let Some(since) = self.connected.take_missed() else { return true };
        if let Err(error) = self.returned(since).await {
            tracing::error!(%error, "Slack: what was missed could not be asked for; it is tried again");
            self.connected.missed_since(since);
            return false;
        }
        true
    }
}

/// What listens at the connections of one token.
struct Link {
    slack: Arc<Slack>,
    manager: Weak<Manager>,
    token: usize,
    set: u32,
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
                self.down(client_id);
                self.replace(client_id).await;
                return None;
            }
            "events_api" => self.slack.take_event(&body).await,
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
        self.down(client_id);
        self.slack.changed.notify_one();
        tracing::info!(connection = client_id.to_string(), "Slack: a connection ended; it is opened again");
        self.replace(client_id).await;
    }
}

impl Link {
    async fn connected(&self, client_id: &SlackSocketModeWssClientId) {
        self.slack.connected.up(self.token, self.name(client_id));
        self.slack.changed.notify_one();
        self.slack.catch_up().await;
    }

    fn down(&self, client_id: &SlackSocketModeWssClientId) {
        self.slack.connected.down(self.token, &self.name(client_id), self.slack.clock.now());
    }

    fn name(&self, client_id: &SlackSocketModeWssClientId) -> String {
        format!("{}/{}", self.set, client_id.to_string())
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
