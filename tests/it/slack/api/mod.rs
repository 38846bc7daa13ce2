//! The Web API: tokens, scopes, limits and faults here; each family of methods in a file of its own.

mod apps;
mod args;
mod bookmarks;
mod chat;
mod conversations;
mod history;
mod pins;
mod reactions;
mod respond;
mod users;
mod views;

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State as Extract};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::limits::{Fault, Pace};
use super::model::{Kind, Model};
use super::{State, Workspace};
use args::{Args, Reads};

pub const BOT_TOKEN: &str = "xoxb-test";
pub const APP_TOKEN: &str = "xapp-test";

/// A method that is served.
struct Method {
    name: &'static str,
    reads: Reads,
    needs: Needs,
    pace: Pace,
    run: fn(&mut State, &Args) -> Answer,
}

/// The scope that a method needs.
#[derive(Clone, Copy)]
enum Needs {
    Nothing,
    /// An app token instead of the bot's.
    AppToken,
    Scope(&'static str),
    /// `read` is `channels:read`, `groups:read` or `im:read`, by the kind of the conversation.
    OfChannel(&'static str),
    /// Of each kind that is asked for in `types`.
    OfTypes,
}

const TIER_1: Pace = Pace::PerMinute(10);
const TIER_2: Pace = Pace::PerMinute(20);
const TIER_3: Pace = Pace::PerMinute(50);
const TIER_4: Pace = Pace::PerMinute(100);

const FAMILIES: &[&[Method]] = &[
    apps::METHODS,
    bookmarks::METHODS,
    chat::METHODS,
    conversations::METHODS,
    history::METHODS,
    pins::METHODS,
    reactions::METHODS,
    users::METHODS,
    views::METHODS,
];

type Answer = Result<Value, Refused>;

/// Slack's error, and what stands beside it.
#[derive(Debug)]
pub struct Refused {
    error: String,
    more: Value,
}

impl From<&str> for Refused {
    fn from(error: &str) -> Self {
        Refused { error: error.into(), more: json!({}) }
    }
}

impl Refused {
    fn with(error: &str, more: Value) -> Self {
        Refused { error: error.into(), more }
    }

    /// With words on what is wrong, where Slack has some.
    fn because(error: &str, why: &str) -> Self {
        Refused::with(error, json!({"errors": [why], "response_metadata": {"messages": [format!("[ERROR] {why}")]}}))
    }

    fn into_json(self) -> Value {
        let mut json = json!({"ok": false, "error": self.error});
        if let (Some(json), Value::Object(more)) = (json.as_object_mut(), self.more) {
            json.extend(more);
        }
        json
    }
}

/// What came of a call, before it is an answer.
enum Came {
    Answer(Answer),
    TooMany(u64),
}

/// `/api/{method}`
pub async fn call(
    Extract(workspace): Extract<Workspace>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let method = FAMILIES.iter().copied().flatten().find(|m| m.name == name);
    let reads = method.map_or(Reads::Forms, |m| m.reads);
    let args = Args::read(reads, query.as_deref(), header(&headers, "content-type"), &body);
    let token = header(&headers, "authorization").strip_prefix("Bearer ").map(str::to_string);
    let token = token.or_else(|| args.text("token")).unwrap_or_default();
    let channel = args.text("channel").or_else(|| args.text("channel_id"));

    with_trouble(&workspace, &name, channel, |state| {
        let came = match method {
            Some(method) => state.run(method, &token, &args),
            None => Came::Answer(Err("unknown_method".into())),
        };
        respond_to(came, &state.trouble.provided())
    })
    .await
}

/// `POST /response/{key}`
pub async fn response_url(Extract(workspace): Extract<Workspace>, Path(key): Path<String>, body: Bytes) -> Response {
    let said: Value = serde_json::from_slice(&body).unwrap_or_default();
    with_trouble(&workspace, "response_url", None, |state| match state.model.respond(&key, &said) {
        Ok(()) => (json_response(StatusCode::OK, json!({"ok": true})), "ok".into()),
        Err(refused) => {
            let status = match refused.error.as_str() {
                "used_url" | "expired_url" => StatusCode::NOT_FOUND,
                _ => StatusCode::BAD_REQUEST,
            };
            let outcome = refused.error.clone();
            (json_response(status, refused.into_json()), outcome)
        }
    })
    .await
}

/// Answers, unless something is to go wrong.
async fn with_trouble(
    workspace: &Workspace,
    method: &str,
    channel: Option<String>,
    answer: impl FnOnce(&mut State) -> (Response, String),
) -> Response {
    let (number, latency) = workspace.with(|state| (state.calls.begin(method, channel), state.trouble.latency));
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let fault = workspace.with(|state| state.trouble.fault(method));
    let (response, outcome) = match fault {
        None => workspace.with(answer),
        Some(Fault::ServerError) => (StatusCode::INTERNAL_SERVER_ERROR.into_response(), "server_error".into()),
        Some(Fault::ResetBefore) => (reset(), "reset".into()),
        Some(Fault::ResetAfter) => {
            workspace.with(answer);
            (reset(), "reset".into())
        }
        Some(Fault::Throttled { after_s }) => respond_to(Came::TooMany(after_s), ""),
        Some(Fault::Api(error)) => respond_to(Came::Answer(Err(error.into())), ""),
        Some(Fault::HangAfter) => {
            let silent = workspace.with(|state| {
                answer(state);
                state.trouble.silent.clone()
            });
            silent.notify_one();
            std::future::pending().await
        }
        Some(Fault::Hang) => std::future::pending().await,
    };
    workspace.with(|state| state.calls.end(number, &outcome));
    response
}

impl State {
    fn run(&mut self, method: &'static Method, token: &str, args: &Args) -> Came {
        if let Err(refused) = self.check_token(method, token) {
            return Came::Answer(Err(refused));
        }
        let channel = args.text("channel").unwrap_or_default();
        if let Err(seconds) = self.trouble.admit(method.name, method.pace, &channel) {
            return Came::TooMany(seconds);
        }
        let missing = method.scopes(&self.model, args).into_iter().find(|s| !self.trouble.scopes.contains(s));
        if let Some(needed) = missing {
            let more = json!({"needed": needed, "provided": self.trouble.provided()});
            return Came::Answer(Err(Refused::with("missing_scope", more)));
        }
        Came::Answer((method.run)(self, args))
    }

    fn check_token(&self, method: &Method, token: &str) -> Result<(), Refused> {
        let wanted = if matches!(method.needs, Needs::AppToken) { APP_TOKEN } else { BOT_TOKEN };
        match token {
            "" => Err("not_authed".into()),
            _ if self.trouble.revoked && token == BOT_TOKEN => Err("token_revoked".into()),
            _ if token == wanted => Ok(()),
            BOT_TOKEN | APP_TOKEN => Err("not_allowed_token_type".into()),
            _ => Err("invalid_auth".into()),
        }
    }
}

impl Method {
    fn scopes(&self, model: &Model, args: &Args) -> Vec<String> {
        let of_kind = |kind: Kind, verb: &str| match (kind, verb) {
            (Kind::Public, _) => format!("channels:{verb}"),
            (Kind::Private, "manage") => "groups:write".into(),
            (Kind::Private, _) => format!("groups:{verb}"),
            (Kind::Direct, "manage") => "im:write".into(),
            (Kind::Direct, _) => format!("im:{verb}"),
        };
        match self.needs {
            Needs::Nothing | Needs::AppToken => Vec::new(),
            Needs::Scope(scope) => vec![scope.into()],
            Needs::OfChannel(verb) => {
                let of_args = args.text("channel").and_then(|id| model.conversation(&id)).map(|c| c.kind);
                let made = if args.flag("is_private") { Kind::Private } else { Kind::Public };
                vec![of_kind(of_args.unwrap_or(made), verb)]
            }
            Needs::OfTypes => {
                let kinds = history::types(args).into_iter();
                kinds.map(|kind| of_kind(kind, "read")).collect()
            }
        }
    }
}

fn respond_to(came: Came, provided: &str) -> (Response, String) {
    let (mut response, outcome) = match came {
        Came::Answer(Ok(mut json)) => {
            json["ok"] = json!(true);
            (json_response(StatusCode::OK, json), "ok".to_string())
        }
        Came::Answer(Err(refused)) => {
            let outcome = refused.error.clone();
            (json_response(StatusCode::OK, refused.into_json()), outcome)
        }
        Came::TooMany(seconds) => {
            let json = json!({"ok": false, "error": "ratelimited"});
            let mut response = json_response(StatusCode::TOO_MANY_REQUESTS, json);
            response.headers_mut().insert("retry-after", seconds.into());
            (response, "ratelimited".to_string())
        }
    };
    if let Ok(scopes) = provided.parse() {
        response.headers_mut().insert("x-oauth-scopes", scopes);
    }
    (response, outcome)
}

fn json_response(status: StatusCode, json: Value) -> Response {
    (status, [("content-type", "application/json; charset=utf-8")], json.to_string()).into_response()
}

/// The connection ends before a byte of this is sent: a body that fails at once takes its head with it.
fn reset() -> Response {
    let broken = futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("reset")) });
    Response::new(Body::from_stream(broken))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
