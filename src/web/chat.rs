//! The local chat in the browser: one page, and the few addresses that its script talks to.

use std::convert::Infallible;
use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::Stream;
use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::grammar::WORDS;
use crate::plan::{Person, RoomId};
use crate::ports::{Act, LocalChat, Seen, SignIn, Slice, Trouble, Viewer};

const COOKIE: &str = "firebell_chat";
/// As long as the session: 90 days, in seconds.
const COOKIE_AGE: u32 = 90 * 24 * 60 * 60;
/// A message of 64 KiB, each byte escaped as `\u0000`, and something around it.
const BODY: usize = 512 * 1024;

/// What the chat's pages need.
#[derive(Clone)]
pub struct ChatPages {
    pub chat: Arc<dyn LocalChat>,
    /// As people's browsers see it: `https://firebell.example.org`.
    pub public_url: String,
    /// Streams end with it; otherwise they would keep the server from stopping.
    pub stopping: CancellationToken,
}

/// The page's script and its modules.
const SCRIPTS: [(&str, &str); 6] = [
    ("/assets/chat.js", include_str!("assets/chat.js")),
    ("/assets/chat-complete.js", include_str!("assets/chat-complete.js")),
    ("/assets/chat-dialogs.js", include_str!("assets/chat-dialogs.js")),
    ("/assets/chat-message.js", include_str!("assets/chat-message.js")),
    ("/assets/chat-net.js", include_str!("assets/chat-net.js")),
    ("/assets/chat-parts.js", include_str!("assets/chat-parts.js")),
];

pub fn routes(pages: ChatPages) -> Router {
    let scripts = SCRIPTS
        .into_iter()
        .fold(Router::new(), |router, (path, text)| router.route(path, get(move || async move { script(text) })));
    scripts
        .route("/chat", get(page))
        .route("/chat/door", get(door))
        .route("/chat/sign-in", post(sign_in))
        .route("/chat/sign-out", post(sign_out))
        .route("/chat/state", get(state))
        .route("/chat/messages", get(messages))
        .route("/chat/act", post(act))
        .route("/chat/stream", get(stream))
        .layer(DefaultBodyLimit::max(BODY))
        .with_state(pages)
}

/// An empty page: the script fills it, with what only it may ask for.
async fn page() -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content";
                title { "Firebell chat" }
                link rel="icon" href="/assets/favicon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/assets/style.css";
                script type="module" src="/assets/chat.js" {}
            }
            body.chat {
                div #app {}
                noscript { p.chat-note { "The chat needs JavaScript. Firebell's other pages work without it." } }
            }
        }
    }
}

fn script(text: &'static str) -> impl IntoResponse {
    // Not kept without asking: after an update page and script belong together.
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], text)
}

/// What the page begins with: whether to ask for a name, and for a password.
async fn door(State(pages): State<ChatPages>, headers: HeaderMap) -> Result<Response, Answer> {
    let me = match token(&headers) {
        Some(token) => pages.chat.session(token).await?,
        None => None,
    };
    Ok(Json(json!({ "signed_in": me.is_some(), "password": pages.chat.needs_password() })).into_response())
}

async fn sign_in(State(pages): State<ChatPages>, Sent(entry): Sent<SignIn>) -> Result<Response, Answer> {
    let token = pages.chat.sign_in(entry).await?;
    Ok((cookie(&pages, &token, COOKIE_AGE), Json(json!({}))).into_response())
}

async fn sign_out(
    State(pages): State<ChatPages>,
    headers: HeaderMap,
    Sent(_): Sent<serde_json::Value>,
) -> Result<Response, Answer> {
    if let Some(token) = token(&headers) {
        pages.chat.sign_out(token).await?;
    }
    Ok((cookie(&pages, "", 0), Json(json!({}))).into_response())
}

/// `Lax`, so that a link to a page, from a mail or another chat, finds its reader signed in. Writes are guarded by
/// [`Sent`], whatever cookies come along.
fn cookie(pages: &ChatPages, token: &str, age: u32) -> [(header::HeaderName, String); 1] {
    let secure = if pages.public_url.starts_with("https:") { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
    [(header::SET_COOKIE, cookie)]
}

async fn state(State(pages): State<ChatPages>, Me(me): Me) -> Result<Response, Answer> {
    let overview = pages.chat.overview(&me).await?;
    let words: Vec<_> = WORDS
        .iter()
        .map(
            |w| json!({ "name": w.name, "aliases": w.aliases, "takes": w.takes, "does": w.does, "example": w.example }),
        )
        .collect();
    Ok(Json(json!({ "overview": overview, "words": words })).into_response())
}

#[derive(Deserialize)]
struct Which {
    room: RoomId,
    before: Option<i64>,
    thread: Option<i64>,
    #[serde(default)]
    pins: bool,
}

async fn messages(
    State(pages): State<ChatPages>,
    Me(me): Me,
    Asking(which): Asking<Which>,
) -> Result<Response, Answer> {
    let slice = match which.thread {
        Some(message) => Slice::Thread(message),
        None if which.pins => Slice::Pins,
        None => Slice::Page { before: which.before },
    };
    Ok(Json(pages.chat.history(&me, &which.room, slice).await?).into_response())
}

#[derive(Deserialize)]
struct Asked {
    nonce: String,
    #[serde(flatten)]
    act: Act,
}

async fn act(State(pages): State<ChatPages>, Me(me): Me, Sent(asked): Sent<Asked>) -> Result<Response, Answer> {
    let done = pages.chat.act(&me, &asked.nonce, asked.act).await?;
    Ok(Json(done).into_response())
}

#[derive(Deserialize)]
struct Resume {
    #[serde(default)]
    after: i64,
}

/// What changes, as it changes. A browser that comes back says where it was, by `Last-Event-ID` or in the address.
async fn stream(
    State(pages): State<ChatPages>,
    Me(me): Me,
    headers: HeaderMap,
    Asking(from): Asking<Resume>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let follower = Follower {
        newest: pages.chat.newest(),
        chat: pages.chat,
        stopping: pages.stopping,
        me,
        after: last.unwrap_or(from.after),
        ready: Vec::new(),
    };
    let events = futures::stream::unfold(follower, |mut follower| async {
        let event = follower.next().await?;
        Some((Ok(event), follower))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

struct Follower {
    chat: Arc<dyn LocalChat>,
    newest: watch::Receiver<i64>,
    stopping: CancellationToken,
    me: Person,
    after: i64,
    /// Read and not yet sent, last first.
    ready: Vec<Seen>,
}

impl Follower {
    /// The next change; `None` ends the stream, and the browser comes again.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(seen) = self.ready.pop() {
                self.after = seen.seq;
                return Event::default().id(seen.seq.to_string()).json_data(seen).ok();
            }
            self.newest.mark_unchanged();
            match self.chat.changes(&self.me, self.after).await {
                Ok(changes) => self.ready.extend(changes.into_iter().rev()),
                Err(error) => {
                    tracing::warn!(%error, "local chat: a browser's stream ends, since the changes cannot be read");
                    return None;
                }
            }
            if self.ready.is_empty() {
                tokio::select! {
                    changed = self.newest.changed() => changed.ok()?,
                    () = self.stopping.cancelled() => return None,
                }
            }
        }
    }
}

/// Who looks at the other pages: whoever is signed in to the chat, if there is a chat.
pub struct ChatViewer(pub Option<Arc<dyn LocalChat>>);

#[async_trait]
impl Viewer for ChatViewer {
    async fn viewer(&self, cookies: &str) -> Option<Person> {
        let token = token_in(cookies)?;
        // A page is shown to a stranger rather than not at all.
        self.0.as_ref()?.session(token).await.ok().flatten()
    }
}

/// The one whose session the cookie names.
struct Me(Person);

impl FromRequestParts<ChatPages> for Me {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, pages: &ChatPages) -> Result<Self, Answer> {
        let token = token(&parts.headers).ok_or(Answer::Stranger)?;
        pages.chat.session(token).await?.map(Me).ok_or(Answer::Stranger)
    }
}

fn token(headers: &HeaderMap) -> Option<&str> {
    let mut cookies = headers.get_all(header::COOKIE).iter().filter_map(|c| c.to_str().ok());
    cookies.find_map(token_in)
}

fn token_in(cookies: &str) -> Option<&str> {
    let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, token)| token)
}

/// The JSON body of a write. It has to be one that another site's page cannot send: from our own origin, as far as
/// the browser says, and of a type that no plain form has.
struct Sent<T>(T);

impl<T: DeserializeOwned> FromRequest<ChatPages> for Sent<T> {
    type Rejection = Answer;

    async fn from_request(request: Request, pages: &ChatPages) -> Result<Self, Answer> {
        let headers = request.headers();
        if !is_ours(headers, &pages.public_url) {
            return Err(Answer::Foreign);
        }
        let kind = headers.get(header::CONTENT_TYPE).and_then(|t| t.to_str().ok()).unwrap_or_default();
        if kind.split(';').next().is_none_or(|kind| !kind.trim().eq_ignore_ascii_case("application/json")) {
            return Err(Answer::NotJson);
        }
        let body = match Bytes::from_request(request, pages).await {
            Ok(body) => body,
            Err(BytesRejection::FailedToBufferBody(e)) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                return Err(Trouble::TooLong.into());
            }
            Err(_) => return Err(Answer::Broken("the request did not arrive whole".into())),
        };
        serde_json::from_slice(&body).map(Sent).map_err(|e| Answer::Broken(e.to_string()))
    }
}

/// What stands behind the `?` of the address.
#[derive(FromRequestParts)]
#[from_request(via(Query), rejection(Answer))]
struct Asking<T>(T);

/// Whether the page that sends this is one of ours: from the host that the request goes to, or, behind a proxy that
/// changes the host, from the public address. Without an `Origin` it comes from no page.
fn is_ours(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Some((_, host)) = origin.to_str().ok().and_then(|o| o.split_once("://")) else { return false };
    let public_host = public_url.split_once("://").and_then(|(_, rest)| rest.split('/').next());
    text(header::HOST) == Some(host) || public_host == Some(host)
}

/// A request that is not done as asked.
enum Answer {
    Trouble(Trouble),
    /// Nobody is signed in.
    Stranger,
    /// From another site's page.
    Foreign,
    NotJson,
    Broken(String),
}

impl From<Trouble> for Answer {
    fn from(trouble: Trouble) -> Self {
        Answer::Trouble(trouble)
    }
}

impl From<QueryRejection> for Answer {
    fn from(rejection: QueryRejection) -> Self {
        Answer::Broken(rejection.body_text())
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        if let Answer::Trouble(Trouble::Store(error)) = &self {
            tracing::error!(%error, "local chat: the database did not do as asked");
        }
        let (status, words) = match self {
            Answer::Trouble(trouble) => (status(&trouble), trouble.to_string()),
            Answer::Stranger => (StatusCode::UNAUTHORIZED, "Please sign in.".into()),
            Answer::Foreign => (StatusCode::FORBIDDEN, "That came from another site's page.".into()),
            Answer::NotJson => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "The request has to be JSON.".into()),
            Answer::Broken(why) => (StatusCode::BAD_REQUEST, format!("The request cannot be read: {why}.")),
        };
        (status, Json(json!({ "error": words }))).into_response()
    }
}

fn status(trouble: &Trouble) -> StatusCode {
    match trouble {
        Trouble::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Trouble::NotFound => StatusCode::NOT_FOUND,
        Trouble::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
        Trouble::WrongPassword => StatusCode::FORBIDDEN,
        Trouble::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Trouble::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().filter_map(|(name, value)| Some((name.clone(), value.parse().ok()?))).collect()
    }

    #[test]
    fn another_sites_page_is_not_ours() {
        let host = (header::HOST, "bell:7878");
        let from = |origin| headers(&[host.clone(), (header::ORIGIN, origin)]);
        assert!(is_ours(&headers(std::slice::from_ref(&host)), ""));
        assert!(is_ours(&from("http://bell:7878"), ""));
        assert!(is_ours(&from("https://bell.example.org"), "https://bell.example.org/"));
        for origin in ["http://evil.example", "null", "http://bell:7879", "http://bell:7878.evil.example"] {
            assert!(!is_ours(&from(origin), "https://bell.example.org"), "{origin}");
        }
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let one = headers(&[(header::COOKIE, "a=b; firebell_chat=t0k; c=d")]);
        assert_eq!(token(&one), Some("t0k"));
        assert_eq!(token(&headers(&[(header::COOKIE, "xfirebell_chat=t0k")])), None);
    }
}
