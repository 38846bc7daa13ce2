//! Amazon SNS: the envelope around what is posted, and Amazon's signature on it.
//!
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde::Deserialize;

use super::Unreadable;
use super::certificate::Key;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Message {
    #[serde(rename = "Type")]
    pub kind: Kind,
    message_id: String,
    pub topic_arn: String,
    pub message: String,
    timestamp: String,
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    token: Option<String>,
    #[serde(default, rename = "SubscribeURL")]
    pub subscribe_url: Option<String>,
    signature_version: String,
    signature: String,
    #[serde(rename = "SigningCertURL")]
    pub signing_cert_url: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Kind {
    Notification,
    SubscriptionConfirmation,
    UnsubscribeConfirmation,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Kind::Notification => "Notification",
            Kind::SubscriptionConfirmation => "SubscriptionConfirmation",
            Kind::UnsubscribeConfirmation => "UnsubscribeConfirmation",
        }
    }
}

impl Message {
    pub fn read(body: &[u8]) -> Result<Message, Unreadable> {
        serde_json::from_slice(body).map_err(|error| {
            let what = if error.is_data() { "a field is missing, or of another kind" } else { "it is not JSON" };
            Unreadable::new(format!(
                "this is no message of Amazon SNS ({what}); raw message delivery has to be off for the subscription"
            ))
        })
    }

    /// What Amazon has signed: names and values, a line each, in alphabetical order.
    pub fn signed(&self) -> String {
        let own = match self.kind {
            Kind::Notification => [("Subject", self.subject.as_ref()), ("Token", None), ("SubscribeURL", None)],
            _ => [("Subject", None), ("Token", self.token.as_ref()), ("SubscribeURL", self.subscribe_url.as_ref())],
        };
        let kind = self.kind.as_str().to_string();
        let always = [
            ("Message", Some(&self.message)),
            ("MessageId", Some(&self.message_id)),
            ("Timestamp", Some(&self.timestamp)),
            ("TopicArn", Some(&self.topic_arn)),
            ("Type", Some(&kind)),
        ];
        let mut fields: Vec<_> = always.into_iter().chain(own).collect();
        fields.sort();
        let lines = fields.into_iter().filter_map(|(name, value)| Some(format!("{name}\n{}\n", value?)));
        lines.collect()
    }

    pub fn is_signed_with(&self, key: &Key) -> Result<(), &'static str> {
        let algorithm = match self.signature_version.as_str() {
            "1" => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            "2" => &RSA_PKCS1_2048_8192_SHA256,
            _ => return Err("its signature is of an unknown version"),
        };
        let signature = STANDARD.decode(&self.signature).map_err(|_| "its signature is not Base64")?;
        let key = UnparsedPublicKey::new(algorithm, &key.rsa);
        key.verify(self.signed().as_bytes(), &signature).map_err(|_| "its signature is not Amazon's")
    }
}

/// Where certificates of Amazon SNS are.
pub(super) fn is_certificate(address: &str) -> bool {
    path_at_amazon(address).is_some_and(|path| path.ends_with(".pem") && !path.contains(['?', '#']))
}

/// Asking for it confirms a subscription, and does nothing else.
pub(super) fn is_confirmation(address: &str) -> bool {
    let arguments = path_at_amazon(address).and_then(|path| path.strip_prefix("/?"));
    arguments.is_some_and(|arguments| arguments.split('&').any(|argument| argument == "Action=ConfirmSubscription"))
}

/// What comes behind the host, if that is SNS in one of Amazon's regions.
fn path_at_amazon(address: &str) -> Option<&str> {
    let rest = address.strip_prefix("https://")?;
    let (host, path) = rest.split_at(rest.find('/')?);
    let name = host.strip_suffix(".cn").unwrap_or(host);
    let region = name.strip_prefix("sns.")?.strip_suffix(".amazonaws.com")?;
    is_region(region).then_some(path)
}

/// `us-east-1`, `us-gov-west-1`. Not `s3-us-west-2`: a bucket can have the name `sns`.
fn is_region(region: &str) -> bool {
    let parts: Vec<&str> = region.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    match parts.as_slice() {
        [country, directions @ .., number] => {
            let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
            country.len() == 2
                && is_word(country)
                && !directions.is_empty()
                && directions.iter().all(is_word)
                && is_number
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_at_amazon_only() {
        let at = |host: &str| is_certificate(&format!("https://{host}/SimpleNotificationService-01.pem"));
        for host in
            ["sns.us-east-1.amazonaws.com", "sns.us-gov-west-1.amazonaws.com", "sns.cn-north-1.amazonaws.com.cn"]
        {
            assert!(at(host), "{host}");
        }
        for host in [
            "sns.s3-us-west-2.amazonaws.com",
            "sns.s3.amazonaws.com",
            "sns.us-east-1.amazonaws.com.evil.example",
            "sns.us-east-1.amazonaws.com:8080",
            "sns.us-east-1.amazonaws.com@evil.example",
            "evil.example#sns.us-east-1.amazonaws.com",
            "xsns.us-east-1.amazonaws.com",
            "sns.us-east-1.evil.amazonaws.com",
            "sns..amazonaws.com",
            "sns.US-east-1.amazonaws.com",
        ] {
            assert!(!at(host), "{host}");
        }
        assert!(!is_certificate("http://sns.us-east-1.amazonaws.com/a.pem"));
        assert!(!is_certificate("https://sns.us-east-1.amazonaws.com"));
        assert!(!is_certificate("https://sns.us-east-1.amazonaws.com/?Action=X&.pem"));
    }

    #[test]
    fn only_confirmations_are_asked_for() {
        let at = |rest: &str| is_confirmation(&format!("https://sns.us-east-1.amazonaws.com{rest}"));
        assert!(at("/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-east-1:1:a&Token=2336"));
        assert!(!at("/?Action=Unsubscribe&SubscriptionArn=x") && !at("/") && !at("/x?Action=ConfirmSubscription"));
        assert!(!is_confirmation("https://evil.example/?Action=ConfirmSubscription"));
    }
}
