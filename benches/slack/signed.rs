//! Requests as Slack signs them, as bytes.

use chrono::Utc;

use crate::support::slack::{Delivery, signature};

/// A signature holds for five minutes; nothing here takes as long.
pub fn signed(secret: &str, delivery: &Delivery) -> Vec<u8> {
    let (path, body, kind) = (delivery.path(), &delivery.body, delivery.content_type);
    let now = Utc::now().timestamp().to_string();
    let signature = signature(secret, &now, body);
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nuser-agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\n\
         content-type: {kind}\r\nx-slack-request-timestamp: {now}\r\nx-slack-signature: {signature}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
