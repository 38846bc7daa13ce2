//! Slack's names for things, and ours.

use chrono::{DateTime, Utc};

use crate::plan::{MessageId, PersonId, Platform, RoomId};

/// What a message of ours carries, so that it can be found again: Slack gives no other way to post a thing once.
pub(super) const METADATA: &str = "firebell";

pub(super) fn person(id: &str) -> PersonId {
    PersonId::new(Platform::Slack, id)
}

pub(super) fn room(id: &str) -> RoomId {
    RoomId::new(Platform::Slack, id)
}

pub(super) fn message(channel: &str, ts: &str) -> MessageId {
    MessageId { room: room(channel), id: ts.into() }
}

/// The time of a message's `ts`: `1764590400.000001`, seconds and microseconds.
pub(super) fn time(ts: &str) -> Option<DateTime<Utc>> {
    let (seconds, fraction) = ts.split_once('.').unwrap_or((ts, "0"));
    let fraction: String = fraction.chars().chain("000000".chars()).take(6).collect();
    DateTime::from_timestamp_micros(
        seconds.parse::<i64>().ok()?.checked_mul(1_000_000)? + fraction.parse::<i64>().ok()?,
    )
}

/// The `ts` that a message of this time would have.
pub(super) fn ts(time: DateTime<Utc>) -> String {
    format!("{}.{:06}", time.timestamp(), time.timestamp_subsec_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ts_is_a_time_to_the_microsecond() {
        let at = time("1764590400.000123").expect("a time");
        assert_eq!(at.to_rfc3339(), "2025-12-01T12:00:00.000123+00:00");
        assert_eq!(ts(at), "1764590400.000123");
        assert_eq!(time("soon"), None);
    }
}
