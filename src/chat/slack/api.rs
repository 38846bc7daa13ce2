//! Calls of Slack's methods, all through one door: limits, errors and measures are the same for each.
//!
//! The calls go through slack-morphism's session, by its HTTP interface rather than its method for each call: those
//! want the whole answer to fit their models, and a message that was posted must not count as failed because Slack has
//! a new kind of block. Here each caller reads just what it needs of the answer.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use metrics::counter;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use slack_morphism::errors::SlackClientError;
use slack_morphism::hyper_tokio::{SlackClientHyperConnector, SlackHyperClient};
use slack_morphism::{SlackApiToken, SlackClient};

use crate::chat::limits::{Bucket, Limits, Turn};
use crate::ports::Clock;

/// Longer than Slack takes when it is well; shorter than a claim on a piece of work holds.
const PATIENCE: Duration = Duration::from_secs(20);
/// Slack names no time only when it is unwell.
const COME_BACK: TimeDelta = TimeDelta::seconds(5);
/// How often a reading of many pages waits for its turn, and how long each time.
const TURNS: u32 = 5;
const TURN: TimeDelta = TimeDelta::seconds(4);

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CallError {
    /// It was not done: too many calls.
    #[error("{method}: Slack takes no more calls for {} s", after.num_seconds().max(1))]
    Busy { method: &'static str, after: TimeDelta },
    /// It was not done: Slack says why, in its own word.
    #[error("{method}: {code}{detail}")]
    Refused {
        method: &'static str,
        code: String,
        detail: String,
        /// Where it was about several people: what of whom.
        people: Vec<PersonError>,
    },
    /// Nobody knows whether it was done.
    #[error("{method}: {why}")]
    Unclear { method: &'static str, why: String },
}

impl CallError {
    /// Slack's word for it, if it said one.
    pub fn code(&self) -> &str {
        match self {
            CallError::Refused { code, .. } => code,
            _ => "",
        }
    }
}

/// Why it was not done for one of several people.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub(super) struct PersonError {
    #[serde(default)]
    pub user: String,
    #[serde(default)]
    pub error: String,
}

pub(super) type Called<T> = Result<T, CallError>;

/// What nobody reads.
#[derive(serde::Deserialize)]
pub(super) struct Nothing {}

/// The methods with one token.
pub(super) struct Api {
    client: Arc<SlackHyperClient>,
    token: SlackApiToken,
    limits: Limits,
    clock: Arc<dyn Clock>,
}

/// A client for the methods at this address.
pub(super) fn client(api_url: &str) -> Result<Arc<SlackHyperClient>, std::io::Error> {
    // Two crypto providers may be in the program, and then somebody has to choose. The first choice holds.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let connector = hyper_rustls::HttpsConnectorBuilder::new().with_native_roots()?.https_or_http();
    let connector = SlackClientHyperConnector::from(connector.enable_all_versions().build());
    Ok(Arc::new(SlackClient::new(connector.with_slack_api_url(api_url))))
}

impl Api {
    pub fn new(client: Arc<SlackHyperClient>, token: &str, clock: Arc<dyn Clock>) -> Self {
        Api { client, token: SlackApiToken::new(token.into()), limits: Limits::of("slack"), clock }
    }

    /// A method that changes something: its arguments are JSON.
    pub async fn write<RS>(
        &self,
        method: &'static str,
        channel: Option<&str>,
        arguments: &(impl Serialize + Send + Sync),
    ) -> Called<RS>
    where
        RS: DeserializeOwned + Send,
    {
        self.enter(method, channel)?;
        let session = self.client.open_session(&self.token);
        let call = session.http_session_api.http_post(method, arguments, None);
        let answer = tokio::time::timeout(PATIENCE, call).await;
        self.read_answer(method, channel, answer)
    }

    /// A method that only reads: most of these take no JSON.
    pub async fn read<RS>(&self, method: &'static str, arguments: &[(&'static str, &str)]) -> Called<RS>
    where
        RS: DeserializeOwned + Send,
    {
        self.enter(method, None)?;
        let session = self.client.open_session(&self.token);
        let arguments: Vec<(&str, Option<&str>)> = arguments.iter().map(|(k, v)| (*k, Some(*v))).collect();
        let call = session.http_session_api.http_get(method, &arguments, None);
        let answer = tokio::time::timeout(PATIENCE, call).await;
        self.read_answer(method, None, answer)
    }

    /// One of many pages: the next is worth a short wait, where giving up would mean to begin again.
    pub async fn read_patiently<RS>(&self, method: &'static str, arguments: &[(&'static str, &str)]) -> Called<RS>
    where
        RS: DeserializeOwned + Send,
    {
        for _ in 1..TURNS {
            match self.read(method, arguments).await {
                Err(CallError::Busy { after, .. }) if after <= TURN => {
                    super::pause(after.to_std().unwrap_or_default()).await
                }
                answer => return answer,
            }
        }
        self.read(method, arguments).await
    }

    /// Posts to an address that Slack gave for answers to one command. It has no limit of its own but five answers.
    pub async fn respond(&self, url: &str, message: &(impl Serialize + Send + Sync)) -> Called<()> {
        let method = "response_url";
        let unclear = |why: String| CallError::Unclear { method, why };
        let session = self.client.open_session(&self.token);
        let url = url.parse().map_err(|e| unclear(format!("the address is none: {e}")))?;
        let call = session.http_session_api.http_post_uri(url, message, None);
        match tokio::time::timeout(PATIENCE, call).await {
            Ok(Ok(Nothing {})) => Ok(()),
            answer => self.read_answer(method, None, answer.map(|a: Result<Nothing, _>| a)).map(|Nothing {}| ()),
        }
    }

    fn enter(&self, method: &'static str, channel: Option<&str>) -> Called<()> {
        let entered = self.limits.enter(bucket(method, channel), Turn::InOrder, self.clock.now());
        entered.map_err(|after| CallError::Busy { method, after })
    }

    fn has_had_enough(&self, method: &'static str, channel: Option<&str>, after: TimeDelta) {
        self.limits.refused(bucket(method, channel), after, Some(spacing(method)), self.clock.now());
    }

    fn read_answer<RS>(
        &self,
        method: &'static str,
        channel: Option<&str>,
        answer: Result<Result<RS, SlackClientError>, tokio::time::error::Elapsed>,
    ) -> Called<RS> {
        let error = match answer {
            Ok(Ok(answer)) => {
                counter!("firebell_slack_calls_total", "method" => method, "outcome" => "ok").increment(1);
                return Ok(answer);
            }
            Ok(Err(error)) => self.understood(method, channel, error),
            Err(_) => CallError::Unclear { method, why: format!("no answer for {} s", PATIENCE.as_secs()) },
        };
        let outcome = match &error {
            CallError::Busy { .. } => "throttled",
            CallError::Refused { .. } => "refused",
            CallError::Unclear { .. } => "unclear",
        };
        counter!("firebell_slack_calls_total", "method" => method, "outcome" => outcome).increment(1);
        Err(error)
    }

    fn understood(&self, method: &'static str, channel: Option<&str>, error: SlackClientError) -> CallError {
        match error {
            SlackClientError::RateLimitError(limit) => {
                let after = limit.retry_after.and_then(|after| TimeDelta::from_std(after).ok()).unwrap_or(COME_BACK);
                self.has_had_enough(method, channel, after);
                CallError::Busy { method, after }
            }
            SlackClientError::ApiError(refused) if refused.code == "ratelimited" => {
                self.has_had_enough(method, channel, COME_BACK);
                CallError::Busy { method, after: COME_BACK }
            }
            SlackClientError::ApiError(refused) => {
                let body = refused.http_response_body.as_deref().unwrap_or_default();
                let body: Value = serde_json::from_str(body).unwrap_or_default();
                let people = serde_json::from_value(body["errors"].clone()).unwrap_or_default();
                CallError::Refused { method, code: refused.code, detail: needed(&body), people }
            }
            SlackClientError::HttpError(http) if http.status_code.is_client_error() => CallError::Refused {
                method,
                code: format!("http_{}", http.status_code.as_u16()),
                detail: String::new(),
                people: Vec::new(),
            },
            SlackClientError::HttpError(http) => {
                CallError::Unclear { method, why: format!("Slack answered {}", http.status_code) }
            }
            // Never the whole error: it has the answer's body in it, and that has people's words.
            SlackClientError::ProtocolError(_) => {
                CallError::Unclear { method, why: "the answer could not be read".into() }
            }
            SlackClientError::HttpProtocolError(error) => {
                let cause = error.cause.map(|c| chain(c.as_ref())).unwrap_or_default();
                CallError::Unclear { method, why: format!("the connection failed{cause}") }
            }
            _ => CallError::Unclear { method, why: "the connection failed".into() },
        }
    }
}

/// The scope that is missing, which Slack says beside its error.
fn needed(answer: &Value) -> String {
    answer["needed"].as_str().map(|scope| format!(" ({scope})")).unwrap_or_default()
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut said = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        said.push_str(&format!(": {error}"));
        next = error.source();
    }
    said
}

/// Slack limits a method for a workspace, and messages for each channel.
fn bucket<'c>(method: &'static str, channel: Option<&'c str>) -> Bucket<'c> {
    (method, channel.filter(|_| matches!(method, "chat.postMessage" | "chat.postEphemeral")))
}

/// By Slack's tiers: 20, 50 or 100 calls a minute; a message a second in a channel.
fn spacing(method: &str) -> TimeDelta {
    match method {
        "chat.postMessage" => TimeDelta::seconds(1),
        "conversations.create"
        | "conversations.archive"
        | "conversations.unarchive"
        | "conversations.setTopic"
        | "conversations.setPurpose"
        | "conversations.list"
        | "pins.add"
        | "pins.list"
        | "bookmarks.add"
        | "bookmarks.edit"
        | "bookmarks.list"
        | "usergroups.list"
        | "usergroups.users.list" => TimeDelta::seconds(3),
        "chat.postEphemeral" | "users.info" | "views.open" | "views.publish" | "views.update" => {
            TimeDelta::milliseconds(600)
        }
        _ => TimeDelta::milliseconds(1200),
    }
}
