//! Who may post. What is configured for a source has to be right, all of it: a token, a signature, or both.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use ring::hmac;
use subtle::ConstantTimeEq;

use super::{Delivery, Header, Source};
use crate::plan::AlertKind;

/// What was signed longer ago than this is somebody's recording of it.
const FRESH: TimeDelta = TimeDelta::minutes(5);
const TOKEN: &str = "x-firebell-token";

/// Why not is for the log.
pub(super) fn admitted(delivery: &Delivery<'_>, query: &str) -> Result<(), &'static str> {
    let source = delivery.source;
    if source.token.is_none() && source.secret.is_none() && source.kind != AlertKind::Cloudwatch {
        return Err("neither a token nor a secret is configured");
    }
    if let Some(token) = &source.token
        && !tokens(delivery.header, query).iter().any(|given| same(given, token))
    {
        return Err("the token is missing, or another one");
    }
    match &source.secret {
        Some(secret) => signed(delivery, source, secret),
        None => Ok(()),
    }
}

/// Wherever a sender could be told to put one.
fn tokens(header: Header<'_>, query: &str) -> Vec<String> {
    let authorization = header("authorization").unwrap_or_default();
    let (scheme, credentials) = authorization.split_once(' ').unwrap_or_default();
    let in_header = match scheme.to_lowercase().as_str() {
        "bearer" => Some(credentials.trim().to_string()),
        "basic" => password(credentials.trim()),
        _ => None,
    };
    let pairs = form_urlencoded::parse(query.as_bytes());
    let in_query = pairs.filter(|(name, _)| name == "token").map(|(_, value)| value.into_owned());
    in_header.into_iter().chain(header(TOKEN)).chain(in_query).collect()
}

fn password(credentials: &str) -> Option<String> {
    let decoded = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
    decoded.split_once(':').map(|(_, password)| password.to_string())
}

/// How long it takes tells nothing of where they differ.
fn same(given: &str, token: &str) -> bool {
    given.as_bytes().ct_eq(token.as_bytes()).into()
}

fn signed(delivery: &Delivery<'_>, source: &Source, secret: &str) -> Result<(), &'static str> {
    let name = source.signature_header.as_deref().or(source.kind.signature_header());
    let name = name.ok_or("it is not configured which header the signature is in")?;
    let signatures = (delivery.header)(name).ok_or("the signature is missing")?;
    let mut body = Vec::new();
    if let Some(name) = &source.timestamp_header {
        let time = (delivery.header)(name).ok_or("the time of the signature is missing")?;
        fresh(&time, delivery.at)?;
        body.extend_from_slice(format!("{time}:").as_bytes());
    }
    body.extend_from_slice(delivery.body);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let is_right = |signature: &str| hex::decode(signature).is_ok_and(|tag| hmac::verify(&key, &body, &tag).is_ok());
    // While a secret is changed, PagerDuty signs with both.
    let mut given = signatures.split(',').map(str::trim);
    let found = match source.kind {
        AlertKind::Pagerduty => given.filter_map(|one| one.strip_prefix("v1=")).any(is_right),
        _ => given.any(|one| is_right(one.strip_prefix("sha256=").unwrap_or(one))),
    };
    if found { Ok(()) } else { Err("the signature is wrong") }
}

fn fresh(time: &str, now: DateTime<Utc>) -> Result<(), &'static str> {
    let seconds = time.parse::<i64>().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    match seconds {
        Some(time) if (now - time).abs() <= FRESH => Ok(()),
        Some(_) => Err("it was signed too long ago, or a clock is wrong"),
        None => Err("the time of the signature is none"),
    }
}
