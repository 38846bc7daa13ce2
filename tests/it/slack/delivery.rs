//! What is on its way to the bot, and how it gets there over HTTP: signed, and again until it was taken.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use chrono::Utc;
use reqwest::Url;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Workspace;
use super::model::Model;

pub const SIGNING_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
/// Slack waits this long for a 200.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    Event,
    Command,
    Interaction,
}

/// One thing that Slack tells the bot.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub kind: Sent,
    /// As it goes over HTTP.
    pub body: String,
    pub content_type: &'static str,
    /// Empty unless it is an event.
    pub event_id: String,
    pub payload: Value,
    /// How often it went out in vain, and why the last time.
    pub attempts: u32,
    pub reason: &'static str,
    pub number: u64,
    /// The socket that it is out on, since when.
    pub out: Option<(u64, Instant)>,
}

impl Delivery {
    fn new(kind: Sent, payload: Value, event_id: String, number: u64) -> Self {
        let (body, content_type) = match kind {
            Sent::Event => (payload.to_string(), "application/json"),
            Sent::Command => (form(fields(&payload)), "application/x-www-form-urlencoded"),
            Sent::Interaction => {
                (form([("payload".to_string(), payload.to_string())]), "application/x-www-form-urlencoded")
            }
        };
        Delivery { kind, body, content_type, event_id, payload, attempts: 0, reason: "", number, out: None }
    }

    /// The same thing once more under another id, as Slack is known to do.
    pub fn again(&self, new_event_id: &str) -> Delivery {
        let mut payload = self.payload.clone();
        if self.kind == Sent::Event {
            payload["event_id"] = json!(new_event_id);
        }
        Delivery::new(self.kind, payload, new_event_id.into(), self.number)
    }

    pub fn path(&self) -> &'static str {
        match self.kind {
            Sent::Event => "/slack/events",
            Sent::Command => "/slack/commands",
            Sent::Interaction => "/slack/interactions",
        }
    }
}

/// Undelivered, in order.
#[derive(Default)]
pub struct Queue {
    pub waiting: VecDeque<Delivery>,
    last: u64,
}

impl Queue {
    pub fn event(&mut self, envelope: Value, event_id: String) {
        self.push(Sent::Event, envelope, event_id);
    }

    pub fn command(&mut self, payload: Value) {
        self.push(Sent::Command, payload, String::new());
    }

    pub fn interaction(&mut self, payload: Value) {
        self.push(Sent::Interaction, payload, String::new());
    }

    fn push(&mut self, kind: Sent, payload: Value, event_id: String) {
        self.last += 1;
        self.waiting.push_back(Delivery::new(kind, payload, event_id, self.last));
    }

    pub fn done(&mut self, number: u64) -> Option<Delivery> {
        let at = self.waiting.iter().position(|d| d.number == number)?;
        self.waiting.remove(at)
    }

    pub fn failed(&mut self, number: u64, reason: &'static str) {
        if let Some(delivery) = self.waiting.iter_mut().find(|d| d.number == number) {
            delivery.attempts += 1;
            delivery.reason = reason;
            delivery.out = None;
        }
    }
}

impl Model {
    /// From now on the app may have it: a trigger's seconds run.
    pub fn goes_out(&mut self, delivery: &Delivery) {
        let trigger = delivery.payload["trigger_id"].as_str().and_then(|id| self.triggers.get_mut(id));
        if let Some(trigger) = trigger {
            trigger.sent.get_or_insert_with(Instant::now);
        }
    }

    /// What the app said as it took it.
    pub fn was_taken(&mut self, delivery: &Delivery, answer: &Value) {
        match delivery.kind {
            Sent::Event => {}
            Sent::Command if answer["text"].is_string() || answer["blocks"].is_array() => {
                let key = delivery.payload["response_url"].as_str().and_then(|url| url.rsplit('/').next());
                if let Some(key) = key {
                    // A refused answer is shown to nobody, as in Slack.
                    self.respond(key, answer).ok();
                }
            }
            Sent::Command => {}
            Sent::Interaction => self.interaction_was_taken(&delivery.payload, answer),
        }
    }
}

impl Workspace {
    /// How much is queued and not taken yet.
    pub fn pending(&self) -> usize {
        self.with(|state| state.model.queue.waiting.len())
    }

    pub fn take_pending(&self) -> Vec<Delivery> {
        self.with(|state| state.model.queue.waiting.drain(..).collect())
    }

    /// Sends all that is queued, in order; answers how much of it was taken. What follows from it waits for the next
    /// time, and so does what was not taken.
    pub async fn deliver(&self, base_url: &str) -> usize {
        let queued: Vec<u64> = self.with(|state| state.model.queue.waiting.iter().map(|d| d.number).collect());
        let mut taken = 0;
        for number in queued {
            let next = self.with(|state| {
                let delivery = state.model.queue.waiting.iter().find(|d| d.number == number).cloned()?;
                state.model.goes_out(&delivery);
                Some(delivery)
            });
            let Some(delivery) = next else { continue };
            match self.send(base_url, &delivery).await {
                Ok((200, answer)) => {
                    taken += 1;
                    self.with(|state| {
                        state.model.queue.done(number);
                        state.model.was_taken(&delivery, &answer);
                    });
                }
                Ok(_) => self.with(|state| state.model.queue.failed(number, "http_error")),
                Err(reason) => self.with(|state| state.model.queue.failed(number, reason)),
            }
        }
        taken
    }

    /// Sends this one, which may be queued or not, and answers the status; 0 if there was no answer.
    pub async fn deliver_one(&self, base_url: &str, delivery: &Delivery) -> u16 {
        self.with(|state| state.model.goes_out(delivery));
        match self.send(base_url, delivery).await {
            Ok((status, answer)) => {
                if status == 200 {
                    self.with(|state| state.model.was_taken(delivery, &answer));
                }
                status
            }
            Err(_) => 0,
        }
    }

    async fn send(&self, base_url: &str, delivery: &Delivery) -> Result<(u16, Value), &'static str> {
        let now = Utc::now().timestamp().to_string();
        let mut request = self
            .client()
            .post(format!("{base_url}{}", delivery.path()))
            .timeout(PATIENCE)
            .header("content-type", delivery.content_type)
            .header("x-slack-signature", signature(SIGNING_SECRET, &now, &delivery.body))
            .header("x-slack-request-timestamp", &now)
            .header("user-agent", "Slackbot 1.0 (+https://api.slack.com/robots)");
        if delivery.attempts > 0 {
            request = request
                .header("x-slack-retry-num", delivery.attempts.to_string())
                .header("x-slack-retry-reason", delivery.reason);
        }
        let failed = |e: reqwest::Error| if e.is_timeout() { "http_timeout" } else { "connection_failed" };
        let answer = request.body(delivery.body.clone()).send().await.map_err(failed)?;
        let status = answer.status().as_u16();
        let text = answer.text().await.map_err(failed)?;
        let said = match serde_json::from_str(&text) {
            Ok(json) => json,
            // A command may be answered in plain text.
            Err(_) if delivery.kind == Sent::Command && !text.trim().is_empty() => json!({"text": text}),
            Err(_) => Value::Null,
        };
        Ok((status, said))
    }
}

/// `v0=` and the HMAC-SHA256 of `v0:TIMESTAMP:BODY` in hexadecimal.
pub fn signature(secret: &str, timestamp: &str, body: &str) -> String {
    let pad = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(secret.bytes()).for_each(|(b, s)| *b ^= s);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(format!("v0:{timestamp}:{body}")).finalize();
    let outer = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
    format!("v0={}", hex::encode(outer))
}

fn form(fields: impl IntoIterator<Item = (String, String)>) -> String {
    let mut url = Url::parse("http://form").expect("an address");
    url.query_pairs_mut().extend_pairs(fields);
    url.query().unwrap_or_default().to_string()
}

fn fields(payload: &Value) -> Vec<(String, String)> {
    let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_string);
    payload.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), text(value))).collect()
}
