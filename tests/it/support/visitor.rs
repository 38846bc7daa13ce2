//! Somebody who uses the local chat and the pages, as their browser does it: with HTTP requests.

use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

use super::wait::until;

pub struct Visitor {
    url: String,
    pub http: reqwest::Client,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    /// `422 There is nothing to send.`
    pub fn error(&self) -> String {
        format!("{} {}", self.status, self.json()["error"].as_str().unwrap_or_default())
    }
}

impl Visitor {
    pub fn new(url: &str) -> Visitor {
        let http = reqwest::Client::builder().cookie_store(true).build().expect("a client");
        Visitor { url: url.into(), http }
    }

    pub async fn sign_in(&self, name: &str, password: Option<&str>) -> Answer {
        let entry = json!({ "name": name, "password": password, "zone": "UTC" });
        self.send(self.post("/chat/sign-in").json(&entry)).await
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.http.post(format!("{}{path}", self.url))
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.http.get(format!("{}{path}", self.url))).await
    }

    /// The page's text; it has to be there.
    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let answer: Response = request.send().await.expect("an answer");
        Answer { status: answer.status().as_u16(), body: answer.text().await.expect("a body") }
    }

    /// As `/chat/act` takes it, but for the nonce.
    pub async fn act(&self, mut what: Value) -> Answer {
        // Never one that this person has used before, in another browser or before a restart.
        what["nonce"] = format!("{:016x}", rand::random::<u64>()).into();
        self.send(self.post("/chat/act").json(&what)).await
    }

    /// `room` without its `#`.
    pub async fn types(&self, room: &str, text: &str) {
        let answer = self.act(json!({ "act": "post", "room": local(room), "text": text })).await;
        assert_eq!(answer.status, 200, "{text}: {}", answer.body);
    }

    pub async fn replies(&self, room: &str, to: &str, text: &str) {
        let thread = self.sees(room, to).await["id"].clone();
        let answer = self.act(json!({ "act": "post", "room": local(room), "thread": thread, "text": text })).await;
        assert_eq!(answer.status, 200, "{text}: {}", answer.body);
    }

    pub async fn reacts(&self, room: &str, text: &str, emoji: &str) {
        let message = self.sees(room, text).await["id"].clone();
        let answer = self.act(json!({ "act": "react", "message": message, "emoji": emoji, "on": true })).await;
        assert_eq!(answer.status, 200, "{emoji}: {}", answer.body);
    }

    /// The latest messages of the room, threads not among them.
    pub async fn messages(&self, room: &str) -> Vec<Value> {
        // Ids of rooms have nothing in them that an address would have to escape.
        let answer = self.get(&format!("/chat/messages?room={}", local(room))).await;
        match answer.status {
            200 => answer.json()["messages"].as_array().cloned().expect("messages"),
            _ => Vec::new(),
        }
    }

    /// Waits until the room has a message with these words; the last of them.
    pub async fn sees(&self, room: &str, text: &str) -> Value {
        let wanted = format!("{text:?} in #{room}");
        until(&wanted, async || self.messages(room).await.into_iter().rfind(|m| words(m).contains(text))).await
    }

    /// Waits until the page has these words.
    pub async fn page_with(&self, path: &str, text: &str) -> String {
        let wanted = format!("{text:?} on {path}");
        until(&wanted, async || Some(self.get(path).await.body).filter(|page| page.contains(text))).await
    }
}

pub fn local(room: &str) -> String {
    format!("local:{room}")
}

/// What a message says: what its author wrote, or the texts of what Firebell says, one after the other.
pub fn words(message: &Value) -> String {
    match &message["doc"] {
        Value::Null => message["text"].as_str().unwrap_or_default().to_string(),
        doc => said(doc),
    }
}

fn said(part: &Value) -> String {
    match part {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(said).collect(),
        Value::Object(parts) => {
            let shown =
                parts.iter().filter(|(key, _)| !["block", "span", "press", "id", "url"].contains(&key.as_str()));
            shown.map(|(_, part)| said(part)).collect()
        }
        _ => String::new(),
    }
}
