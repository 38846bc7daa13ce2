//! Slack's rate limits: per method and workspace, and for messages per channel.
//!
//! Slack tells when to come back (`Retry-After`), and nobody asks before that. What waits is not waited for here: the
//! call is refused at once with the time at which it has a chance, so that one method or channel holds up no other.
//! After a refusal the calls are spaced by Slack's published tier for a while, instead of running into the next one.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use metrics::{counter, gauge, histogram};

/// A method; for messages with the channel.
type Bucket = (&'static str, Option<String>);

/// How long calls are spaced after Slack has refused one.
const CAREFUL: TimeDelta = TimeDelta::seconds(60);

#[derive(Clone, Copy)]
struct State {
    /// Nobody calls before that.
    opens: DateTime<Utc>,
    /// The last turn that was given to somebody who asked too early; the next gets one behind it.
    promised: DateTime<Utc>,
    careful_until: DateTime<Utc>,
}

#[derive(Default)]
pub(super) struct Limits {
    buckets: Mutex<HashMap<Bucket, State>>,
}

impl Limits {
    /// May call now; else the time until it has a chance.
    pub fn enter(&self, method: &'static str, channel: Option<&str>, now: DateTime<Utc>) -> Result<(), TimeDelta> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = bucket(method, channel);
        let Some(state) = buckets.get_mut(&bucket) else { return Ok(()) };
        if now < state.opens {
            state.promised = state.opens.max(state.promised + spacing(method));
            let after = state.promised - now;
            histogram!("firebell_slack_delay_seconds", "method" => method).record(after.as_seconds_f64());
            return Err(after);
        }
        if now < state.careful_until {
            state.opens = now + spacing(method);
        } else {
            buckets.remove(&bucket);
            gauge!("firebell_slack_throttled_seconds", "method" => method).set(0.0);
        }
        Ok(())
    }

    /// Slack has refused a call.
    pub fn refused(&self, method: &'static str, channel: Option<&str>, after: TimeDelta, now: DateTime<Utc>) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let opens = now + after;
        buckets.insert(bucket(method, channel), State { opens, promised: opens, careful_until: opens + CAREFUL });
        counter!("firebell_slack_throttled_total", "method" => method).increment(1);
        gauge!("firebell_slack_throttled_seconds", "method" => method).set(after.as_seconds_f64());
    }
}

fn bucket(method: &'static str, channel: Option<&str>) -> Bucket {
    let channel = channel.filter(|_| matches!(method, "chat.postMessage" | "chat.postEphemeral"));
    (method, channel.map(str::to_string))
}

/// By Slack's tiers: 20, 50 or 100 calls a minute; a message a second in a channel.
fn spacing(method: &str) -> TimeDelta {
    match method {
        "chat.postMessage" => TimeDelta::seconds(1),
        "conversations.create"
        | "conversations.archive"
        | "conversations.unarchive"
        | "conversations.setTopic"
        | "conversations.setPurpose"
        | "conversations.list"
        | "pins.add"
        | "pins.list"
        | "bookmarks.add"
        | "bookmarks.edit"
        | "bookmarks.list"
        | "usergroups.list"
        | "usergroups.users.list" => TimeDelta::seconds(3),
        "chat.postEphemeral" | "users.info" | "views.open" | "views.publish" | "views.update" => {
            TimeDelta::milliseconds(600)
        }
        _ => TimeDelta::milliseconds(1200),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn after(seconds: i64) -> DateTime<Utc> {
        T + TimeDelta::seconds(seconds)
    }

    #[test]
    fn nobody_asks_before_the_time_and_then_one_after_the_other() {
        let limits = Limits::default();
        assert!(limits.enter("pins.add", None, T).is_ok());
        limits.refused("pins.add", None, TimeDelta::seconds(30), T);
        // Who asks too early gets a turn; the next one behind it.
        assert_eq!(limits.enter("pins.add", None, after(10)), Err(TimeDelta::seconds(23)));
        assert!(limits.enter("pins.add", None, after(30)).is_ok());
        assert_eq!(limits.enter("pins.add", None, after(30)), Err(TimeDelta::seconds(6)));
        assert!(limits.enter("pins.add", None, after(33)).is_ok());
        // Long after, it is as before.
        assert!(limits.enter("pins.add", None, after(300)).is_ok());
        assert!(limits.enter("pins.add", None, after(300)).is_ok());
    }

    #[test]
    fn who_waits_together_gets_one_turn_after_the_other() {
        let limits = Limits::default();
        limits.refused("pins.add", None, TimeDelta::seconds(30), T);
        let turns: Vec<TimeDelta> = (0..4).filter_map(|_| limits.enter("pins.add", None, after(20)).err()).collect();
        assert_eq!(turns, [13, 16, 19, 22].map(TimeDelta::seconds));
        // And each of them may call once it is there.
        for turn in turns {
            assert_eq!(limits.enter("pins.add", None, after(20) + turn), Ok(()));
        }
    }

    #[test]
    fn one_method_or_channel_holds_up_no_other() {
        let limits = Limits::default();
        limits.refused("chat.postMessage", Some("C1"), TimeDelta::seconds(30), T);
        assert!(limits.enter("chat.postMessage", Some("C1"), T).is_err());
        assert!(limits.enter("chat.postMessage", Some("C2"), T).is_ok());
        assert!(limits.enter("chat.update", Some("C1"), T).is_ok());
        limits.refused("chat.update", Some("C1"), TimeDelta::seconds(30), T);
        assert!(limits.enter("chat.update", Some("C2"), T).is_err());
    }
}
