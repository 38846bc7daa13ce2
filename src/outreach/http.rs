//! Posting to other programs, and what their answers mean for the work.

use std::time::Duration;

use chrono::TimeDelta;
use https::redirect::Policy;
use https::{Response, StatusCode};

use crate::ports::Failure;

/// The Standard Webhooks specification proposes 15 to 30 seconds.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long to wait when somebody wants to be left alone and does not say for how long.
const LATER: TimeDelta = TimeDelta::seconds(30);
/// Longer than this nobody is to be left alone.
const LATEST: TimeDelta = TimeDelta::hours(1);

/// A calendar of years is smaller.
const LARGEST: usize = 8 * 1024 * 1024;

/// The one client; clones share its connections.
#[derive(Clone)]
pub struct Http {
    client: https::Client,
}

impl Http {
    /// Fails if the system has no root certificates.
    pub fn new() -> Result<Http, https::Error> {
        // There may be a provider already; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // What is signed for one address is not for another.
        let client = https::Client::builder().redirect(Policy::none()).timeout(PATIENCE).build()?;
        Ok(Http { client })
    }

    /// What was answered, if it was a success.
    pub(super) async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: String,
    ) -> Result<(), Failure> {
        let request = self.client.post(url).header("content-type", "application/json").body(body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        let answer = request.send().await.map_err(later)?;
        judged(answer).await
    }

    /// The text at this address, read to its end.
    pub async fn text(&self, url: &str) -> Result<String, String> {
        let mut answer = self.client.get(url).send().await.map_err(in_words)?;
        if !answer.status().is_success() {
            return Err(format!("the answer is {}", answer.status()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(in_words)? {
            if body.len() + chunk.len() > LARGEST {
                return Err("the answer is too large".into());
            }
            body.extend_from_slice(&chunk);
        }
        String::from_utf8(body).map_err(|_| "the answer is not UTF-8 text".into())
    }

    pub(super) async fn get(&self, url: &str) -> Result<(), String> {
        let answer = self.client.get(url).send().await.map_err(in_words)?;
        match answer.status().is_success() {
            true => Ok(()),
            false => Err(format!("the answer is {}", answer.status())),
        }
    }
}

async fn judged(answer: Response) -> Result<(), Failure> {
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    let wait = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    let wait = wait.map(TimeDelta::seconds).map(|wait| wait.clamp(TimeDelta::seconds(1), LATEST));
    let said = answer.text().await.unwrap_or_default();
    let said: String = said.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect();
    let why = format!("the answer is {status}: {said}");
    Err(match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            Failure::Busy { why, after: wait.unwrap_or(LATER) }
        }
        // Nobody wants it there any more (Standard Webhooks, "Deliverability and reliability").
        StatusCode::GONE => Failure::Never { why },
        // The key or the address is wrong, and stays so.
        StatusCode::BAD_REQUEST
        | StatusCode::UNAUTHORIZED
        | StatusCode::FORBIDDEN
        | StatusCode::METHOD_NOT_ALLOWED
        | StatusCode::PAYLOAD_TOO_LARGE => Failure::Never { why },
        _ => Failure::Later { why, after: wait },
    })
}

fn later(error: https::Error) -> Failure {
    Failure::Later { why: in_words(error), after: None }
}

/// Without the address, which may have a secret in it. What lies beneath says what is really the matter.
pub(super) fn in_words(error: https::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut beneath = std::error::Error::source(&error);
    while let Some(error) = beneath {
        words.push_str(&format!(": {error}"));
        beneath = error.source();
    }
    words
}
