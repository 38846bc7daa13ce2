//! What an error of the SDK's or the homeserver's means for the work, and what the operator reads.

use chrono::{TimeDelta, Utc};
use matrix_sdk::ruma::api::error::{ErrorKind, RetryAfter};
use matrix_sdk::{Error, HttpError};

use crate::ports::Failure;

/// A token or a right is mended while Firebell runs; then work goes on by itself.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(60);
/// If the homeserver does not say when to come back.
const SOON: TimeDelta = TimeDelta::seconds(2);

pub(super) fn never(why: &str) -> Failure {
    Failure::Never { why: why.into() }
}

pub(super) fn later(why: impl std::fmt::Display) -> Failure {
    Failure::Later { why: why.to_string(), after: None }
}

pub(super) fn busy(after: TimeDelta) -> Failure {
    Failure::Busy { why: "the homeserver takes no more just now".into(), after }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        match error {
            Error::Http(error) => (*error).into(),
            error => later(error),
        }
    }
}

impl From<HttpError> for Failure {
    fn from(error: HttpError) -> Failure {
        let Some(kind) = error.client_api_error_kind() else { return unclear(&error) };
        let why = in_words(&error);
        match kind {
            ErrorKind::LimitExceeded(_) => Failure::Busy { why, after: come_back_after(&error).unwrap_or(SOON) },
            ErrorKind::UnknownToken(_) | ErrorKind::MissingToken | ErrorKind::UserDeactivated => {
                Failure::Later { why, after: Some(LOOK_AGAIN) }
            }
            ErrorKind::Unknown
            | ErrorKind::Unrecognized
            | ErrorKind::ConnectionFailed
            | ErrorKind::ConnectionTimeout => Failure::Later { why, after: None },
            _ => Failure::Never { why },
        }
    }
}

/// No Matrix error: the server is away, or something before it answers in its place.
fn unclear(error: &HttpError) -> Failure {
    later(in_words(error))
}

/// Behind what the libraries say of what they were doing.
fn cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), cause)
}

/// `Some`: it is a limit, and that long it holds.
pub(super) fn come_back_after(error: &HttpError) -> Option<TimeDelta> {
    match error.client_api_error_kind()? {
        ErrorKind::LimitExceeded(limit) => Some(limit.retry_after.as_ref().map_or(SOON, wait)),
        _ => None,
    }
}

fn wait(after: &RetryAfter) -> TimeDelta {
    match after {
        RetryAfter::Delay(delay) => TimeDelta::from_std(*delay).unwrap_or(SOON),
        RetryAfter::DateTime(at) => {
            (chrono::DateTime::<Utc>::from(*at) - chrono::DateTime::<Utc>::from(now())).max(SOON)
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the header names a time of the real clock")]
fn now() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

/// What kind of refusal it is.
pub(super) fn is(error: &HttpError, kind: &ErrorKind) -> bool {
    error.client_api_error_kind().is_some_and(|found| std::mem::discriminant(found) == std::mem::discriminant(kind))
}

/// What happened, and what mends it.
pub(super) fn in_words(error: &HttpError) -> String {
    let mends = match error.client_api_error_kind() {
        Some(ErrorKind::UnknownToken(_) | ErrorKind::MissingToken) => {
            "the homeserver does not take the bot's session any more: with [matrix] password Firebell logs in again at \
             its next start; an access_token has to be set anew"
        }
        Some(ErrorKind::UserDeactivated) => "the bot's account is deactivated: ask the homeserver's administrator",
        Some(ErrorKind::LimitExceeded(_)) => "the homeserver takes no more just now",
        Some(_) => return error.to_string(),
        None => return cause(error),
    };
    format!("{error}: {mends}")
}
