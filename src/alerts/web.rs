//! What has to be asked for elsewhere: Amazon's certificates, and that its messages are wanted.

use std::time::Duration;

use async_trait::async_trait;
use https::redirect::Policy;

/// More than any of it is.
const LARGEST: usize = 64 * 1024;
/// A sender waits for the certificate; Amazon does for 15 seconds.
const PATIENCE: Duration = Duration::from_secs(5);

#[async_trait]
pub trait Fetch: Send + Sync {
    /// What is at this address; else why it is not had, for the log.
    async fn get(&self, address: &str) -> Result<Vec<u8>, String>;
}

/// The real one.
pub struct OverHttps {
    client: https::Client,
}

impl OverHttps {
    /// Fails if the system has no root certificates.
    pub fn new() -> Result<Self, https::Error> {
        // There may be a provider already; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // Where it may be sent on to, nobody has looked at.
        let client = https::Client::builder().https_only(true).redirect(Policy::none()).timeout(PATIENCE).build()?;
        Ok(OverHttps { client })
    }
}

#[async_trait]
impl Fetch for OverHttps {
    async fn get(&self, address: &str) -> Result<Vec<u8>, String> {
        let mut answer = self.client.get(address).send().await.map_err(in_words)?;
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
        Ok(body)
    }
}

/// Without the address: that of a confirmation has a token in it. What lies beneath says what is really the matter.
fn in_words(error: https::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut beneath = std::error::Error::source(&error);
    while let Some(error) = beneath {
        words.push_str(&format!(": {error}"));
        beneath = error.source();
    }
    words
}
