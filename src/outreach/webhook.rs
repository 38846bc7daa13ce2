//! Programs that are told what happens, signed by the Standard Webhooks specification
//! (<https://www.standardwebhooks.com>): who gets a message can tell that it is ours, and that it is the same again.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::http::Http;
use crate::plan::{Address, Way};
use crate::ports::{Clock, Failure, Notice, Once, Outlet};

/// One program.
#[derive(Clone)]
pub struct Hook {
    pub url: String,
    /// The keys that are signed with, in base64 and without their `whsec_`: while one is replaced, both.
    pub secrets: Vec<String>,
}

pub struct Webhooks {
    http: Http,
    clock: Arc<dyn Clock>,
    /// By their names in the configuration.
    hooks: BTreeMap<String, Hook>,
}

impl Webhooks {
    pub fn new(http: Http, clock: Arc<dyn Clock>, hooks: BTreeMap<String, Hook>) -> Self {
        Webhooks { http, clock, hooks }
    }
}

#[async_trait]
impl Outlet for Webhooks {
    fn way(&self) -> Way {
        Way::Webhook
    }

    async fn send(&self, once: Once<'_>, to: &Address, notice: &Notice) -> Result<(), Failure> {
        let hook = self.hooks.get(&to.to);
        let hook = hook.ok_or_else(|| Failure::Never { why: format!("no webhook is called {}", to.to) })?;
        let now = self.clock.now();
        let body = json!({ "type": notice.kind, "timestamp": now, "data": notice.data }).to_string();
        let (id, timestamp) = (message_id(once.key), now.timestamp().to_string());
        let signature = signatures(&hook.secrets, &id, &timestamp, &body);
        let headers = [("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", signature)];
        self.http.post(&hook.url, &headers, body).await
    }
}

/// The same for the same work, and nothing but letters and digits.
fn message_id(key: &str) -> String {
    format!("msg_{}", &hex::encode(Sha256::digest(key.as_bytes()))[..32])
}

/// `v1,…`, one for each key.
fn signatures(secrets: &[String], id: &str, timestamp: &str, body: &str) -> String {
    let signed = format!("{id}.{timestamp}.{body}");
    let signature = |secret: &String| {
        let key = STANDARD.decode(secret).unwrap_or_default();
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
        mac.update(signed.as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    };
    secrets.iter().map(signature).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with the specification's own library.
    #[test]
    fn signatures_are_those_of_the_specification() {
        let secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_string();
        let (id, at, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", r#"{"test": 2432232314}"#);
        let one = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signatures(std::slice::from_ref(&secret), id, at, body), one);
        assert_eq!(signatures(&[secret.clone(), secret], id, at, body), format!("{one} {one}"));
    }
}
