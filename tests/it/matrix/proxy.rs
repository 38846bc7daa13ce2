//! Between Firebell and the homeserver: each event gets the time that it has in the world, which only moves when told;
//! calls are noted, and can be made to fail.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::sync::Notify;

type Now = dyn Fn() -> DateTime<Utc> + Send + Sync;

#[derive(Clone)]
pub struct Proxy {
    /// Where Firebell finds its homeserver.
    pub url: String,
    inner: Arc<Inner>,
}

struct Inner {
    homeserver: String,
    http: reqwest::Client,
    now: Box<Now>,
    /// When each event happened, in milliseconds.
    times: Mutex<HashMap<String, i64>>,
    rooms: Mutex<Vec<Made>>,
    spaces: Mutex<Vec<String>>,
    /// What came from each place of the stream on, by device: a homeserver that is asked twice may answer the same.
    came: Mutex<HashMap<String, Bytes>>,
    trouble: Mutex<Trouble>,
}

/// What goes wrong between Firebell and the homeserver.
#[derive(Default)]
struct Trouble {
    /// Nothing gets through.
    away: bool,
    /// Keys that are sent to Firebell's device are kept back, and which.
    keeps_keys: bool,
    keys: Vec<Value>,
    /// What is done and never answered: of the calls that change something, which, counted from 1.
    loses: Option<u64>,
    loses_all: bool,
    /// Calls that change something.
    changes: u64,
    /// Rooms are made without encryption, whatever was asked for.
    drops_encryption: bool,
    /// How many more calls of this kind are refused, and what then is to be waited for.
    refuses: Option<(String, u64, u64)>,
    /// The kinds of the calls that were made.
    calls: Vec<String>,
    /// What is done and never answered, so that whoever asked waits for ever: how many more of this kind pass before.
    hangs: Option<(String, usize)>,
    /// A call hangs.
    silent: Arc<Notify>,
    /// One has, since that was wanted.
    hung: bool,
}

/// A room that Firebell has made.
#[derive(Clone)]
pub struct Made {
    pub id: String,
    /// Who hears of incidents may come in.
    pub open: bool,
}

impl Proxy {
    pub async fn start(homeserver: &str, now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Proxy {
        let inner = Arc::new(Inner {
            homeserver: homeserver.into(),
            http: reqwest::Client::new(),
            now: Box::new(now),
            times: Mutex::default(),
            rooms: Mutex::default(),
            spaces: Mutex::default(),
            came: Mutex::default(),
            trouble: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let routes = Router::new().fallback(pass).with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Proxy { url, inner }
    }

    /// It happened now.
    pub fn stamp(&self, event: &str) {
        let now = (self.inner.now)().timestamp_millis();
        self.inner.times.lock().unwrap().entry(event.into()).or_insert(now);
    }

    /// Every event that Firebell has heard of.
    pub fn events(&self) -> Vec<String> {
        self.inner.times.lock().unwrap().keys().cloned().collect()
    }

    fn trouble(&self) -> std::sync::MutexGuard<'_, Trouble> {
        self.inner.trouble.lock().unwrap()
    }

    /// The homeserver can't be reached.
    pub fn is_away(&self, away: bool) {
        self.trouble().away = away;
    }

    /// Keys are kept back from now on; else those that were are given out.
    pub fn keeps_keys(&self, keeps: bool) {
        self.trouble().keeps_keys = keeps;
    }

    /// Those that are kept back by now; they are not given out any more.
    pub fn kept_keys(&self) -> Vec<Value> {
        std::mem::take(&mut self.trouble().keys)
    }

    /// They come with what is heard next.
    pub fn gives_keys(&self, keys: Vec<Value>) {
        self.trouble().keys.extend(keys);
    }

    /// Of the calls that change something, counted from now on, this one is done and its answer lost.
    pub fn loses(&self, which: Option<u64>) {
        let mut trouble = self.trouble();
        (trouble.loses, trouble.changes) = (which, 0);
    }

    /// The homeserver makes no encrypted rooms.
    pub fn drops_encryption(&self, drops: bool) {
        self.trouble().drops_encryption = drops;
    }

    /// All of them are done and their answers lost.
    pub fn loses_all(&self, loses: bool) {
        self.trouble().loses_all = loses;
    }

    /// How many there were.
    pub fn changes(&self) -> u64 {
        self.trouble().changes
    }

    /// So many calls whose path has this in it are refused, and are to be made again after so many milliseconds.
    pub fn refuses(&self, path: &str, times: u64, after: u64) {
        self.trouble().refuses = Some((path.into(), times, after));
    }

    /// Forgets which calls were made.
    pub fn forgets_calls(&self) {
        self.trouble().calls.clear();
    }

    /// The kinds of the calls that were made, in order.
    pub fn calls(&self) -> Vec<String> {
        self.trouble().calls.clone()
    }

    /// Of the calls of this kind, counted from now on, this one is done and never answered.
    pub fn hangs(&self, call: Option<(&str, usize)>) {
        let mut trouble = self.trouble();
        trouble.hangs = call.map(|(kind, which)| (kind.into(), which - 1));
        (trouble.silent, trouble.hung) = (Arc::default(), false);
    }

    /// Firebell has reason to say that the homeserver is not to be had.
    pub fn is_in_trouble(&self) -> bool {
        let trouble = self.trouble();
        trouble.away || trouble.hung
    }

    /// Until a call hangs.
    pub async fn until_silent(&self) {
        let silent = self.trouble().silent.clone();
        silent.notified().await;
    }

    /// The space that Firebell has made.
    pub fn space(&self) -> Option<String> {
        self.spaces().pop()
    }

    /// Every one, if there should be more than that.
    pub fn spaces(&self) -> Vec<String> {
        self.inner.spaces.lock().unwrap().clone()
    }

    /// The rooms for incidents that Firebell has made, oldest first.
    pub fn rooms(&self) -> Vec<Made> {
        self.inner.rooms.lock().unwrap().clone()
    }
}

async fn pass(State(inner): State<Arc<Inner>>, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    if let Some(refusal) = inner.refusal(&head.uri) {
        return refusal;
    }
    let body = inner.changed(&head.uri, body);
    let is_lost = inner.is_lost(&head.method, &head.uri);
    let silent = inner.hangs(&kind(&head.method, &head.uri));
    let place = place(&head.uri, &head.headers);
    let before = place.as_ref().and_then(|place| inner.came.lock().unwrap().get(place).cloned());
    let asked = match before {
        Some(answer) => Ok((StatusCode::OK, HeaderMap::new(), answer)),
        None => inner.ask(&head.method, &head.uri, &head.headers, body.clone()).await,
    };
    if let (Some(place), Ok((_, _, answer))) = (place, &asked) {
        inner.keep(place, answer);
    }
    if let (Some(silent), Ok((_, _, answer))) = (silent, &asked) {
        inner.look(&head.uri, &body, answer.clone());
        silent.notify_one();
        return std::future::pending().await;
    }
    match asked {
        Ok((_, _, answer)) if is_lost => {
            inner.look(&head.uri, &body, answer);
            response(StatusCode::GATEWAY_TIMEOUT, Body::empty())
        }
        Ok((status, headers, answer)) => {
            let answer = inner.look(&head.uri, &body, answer);
            let mut response = Response::builder().status(status);
            for name in ["content-type", "retry-after"] {
                if let Some(value) = headers.get(name) {
                    response = response.header(name, value);
                }
            }
            response.body(Body::from(answer)).expect("a response")
        }
        Err(_) => response(StatusCode::BAD_GATEWAY, Body::empty()),
    }
}

/// Of a step along the stream: by whom, and from where.
fn place(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let since = uri.query()?.split('&').find_map(|part| part.strip_prefix("since="))?;
    let device = headers.get("authorization")?.to_str().ok()?;
    uri.path().ends_with("/sync").then(|| format!("{device} {since}"))
}

/// What is asked, without of whom: `PUT rooms/send/m.room.encrypted`.
fn kind(method: &Method, uri: &Uri) -> String {
    let is_word = |part: &&str| part.chars().all(|c| c.is_ascii_alphabetic() || ['.', '_'].contains(&c));
    // Behind `/_matrix/client/`.
    let words: Vec<&str> = uri.path().split('/').skip(3).filter(is_word).collect();
    format!("{method} {}", words.join("/"))
}

fn response(status: StatusCode, body: Body) -> Response<Body> {
    Response::builder().status(status).body(body).expect("a response")
}

impl Inner {
    fn refusal(&self, uri: &Uri) -> Option<Response<Body>> {
        let mut trouble = self.trouble.lock().unwrap();
        if trouble.away {
            return Some(response(StatusCode::BAD_GATEWAY, Body::empty()));
        }
        let (path, times, after) = trouble.refuses.as_mut()?;
        if *times == 0 || !uri.path().contains(path.as_str()) {
            return None;
        }
        *times -= 1;
        let told = json!({ "errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests", "retry_after_ms": after });
        Some(response(StatusCode::TOO_MANY_REQUESTS, Body::from(told.to_string())))
    }

    fn changed(&self, uri: &Uri, body: Bytes) -> Bytes {
        if !self.trouble.lock().unwrap().drops_encryption || !uri.path().ends_with("/createRoom") {
            return body;
        }
        let Ok(mut asked) = serde_json::from_slice::<Value>(&body) else { return body };
        if let Some(state) = asked["initial_state"].as_array_mut() {
            state.retain(|event| event["type"] != "m.room.encryption");
        }
        asked.to_string().into()
    }

    /// If the stream has moved on.
    fn keep(&self, place: String, answer: &Bytes) {
        let Ok(told) = serde_json::from_slice::<Value>(answer) else { return };
        if told["next_batch"].as_str().is_some_and(|next| !place.ends_with(next)) {
            self.came.lock().unwrap().insert(place, answer.clone());
        }
    }

    /// Notes the call; whom to tell, if it hangs.
    fn hangs(&self, kind: &str) -> Option<Arc<Notify>> {
        let mut trouble = self.trouble.lock().unwrap();
        trouble.calls.push(kind.into());
        let (_, before) = trouble.hangs.as_mut().filter(|(meant, _)| meant == kind)?;
        if *before > 0 {
            *before -= 1;
            return None;
        }
        (trouble.hangs, trouble.hung) = (None, true);
        Some(trouble.silent.clone())
    }

    /// Of what Firebell says and does in rooms; keys are the library's own business.
    fn is_lost(&self, method: &Method, uri: &Uri) -> bool {
        let path = uri.path();
        let in_rooms = path.contains("/rooms/") || path.ends_with("/createRoom") || path.contains("/join/");
        if method == Method::GET || !in_rooms {
            return false;
        }
        let mut trouble = self.trouble.lock().unwrap();
        trouble.changes += 1;
        trouble.loses_all || trouble.loses == Some(trouble.changes)
    }

    async fn ask(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: Bytes,
    ) -> reqwest::Result<(StatusCode, HeaderMap, Bytes)> {
        let mut request = self.http.request(method.clone(), format!("{}{uri}", self.homeserver)).body(body);
        for name in ["authorization", "content-type"] {
            if let Some(value) = headers.get(name) {
                request = request.header(name, value);
            }
        }
        let answer = request.send().await?;
        Ok((answer.status(), answer.headers().clone(), answer.bytes().await?))
    }

    /// What Firebell is told, with the world's times in it.
    fn look(&self, uri: &Uri, asked: &[u8], answer: Bytes) -> Bytes {
        let path = uri.path();
        if path.ends_with("/createRoom") {
            self.made(asked, &answer);
        }
        let has_events = ["/sync", "/messages"].iter().any(|end| path.ends_with(end)) || path.contains("/event/");
        if !has_events {
            return answer;
        }
        let Ok(mut told) = serde_json::from_slice::<Value>(&answer) else { return answer };
        self.keep_keys(&mut told);
        self.restamp(&mut told);
        serde_json::to_vec(&told).expect("JSON").into()
    }

    fn keep_keys(&self, told: &mut Value) {
        let mut trouble = self.trouble.lock().unwrap();
        if told.get("next_batch").is_none() {
            return;
        }
        let sent = told.pointer_mut("/to_device/events").and_then(Value::as_array_mut).map(std::mem::take);
        trouble.keys.extend(sent.unwrap_or_default());
        if !trouble.keeps_keys {
            told["to_device"] = json!({ "events": std::mem::take(&mut trouble.keys) });
        }
    }

    fn made(&self, asked: &[u8], answer: &[u8]) {
        let (asked, answer): (Value, Value) = match (serde_json::from_slice(asked), serde_json::from_slice(answer)) {
            (Ok(asked), Ok(answer)) => (asked, answer),
            _ => return,
        };
        let is_space = asked["creation_content"]["type"] == "m.space";
        if is_space {
            self.spaces.lock().unwrap().extend(answer["room_id"].as_str().map(str::to_string));
        }
        if let (Some(id), false, true) = (answer["room_id"].as_str(), is_space, asked["is_direct"] != true) {
            let rules = asked["initial_state"].as_array().into_iter().flatten();
            let open = rules.into_iter().any(|state| state["type"] == "m.room.join_rules");
            self.rooms.lock().unwrap().push(Made { id: id.into(), open });
        }
    }

    fn restamp(&self, told: &mut Value) {
        match told {
            Value::Array(all) => all.iter_mut().for_each(|one| self.restamp(one)),
            Value::Object(fields) => {
                let event = fields.get("event_id").and_then(Value::as_str).map(str::to_string);
                if let (Some(event), true) = (event, fields.contains_key("origin_server_ts")) {
                    let now = (self.now)().timestamp_millis();
                    let time = *self.times.lock().unwrap().entry(event).or_insert(now);
                    fields.insert("origin_server_ts".into(), time.into());
                }
                fields.values_mut().for_each(|one| self.restamp(one));
            }
            _ => {}
        }
    }
}
