//! How much a chat takes: per kind of call, and for some kinds per room or person.
//!
//! A chat tells when to come back, and nobody asks before that. What waits is not waited for here: the call is refused
//! at once with the time at which it has a chance, so that one kind holds up no other. After a refusal the calls are
//! spaced for a while, instead of running into the next one.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use metrics::{counter, gauge, histogram};

/// A kind of calls; what it is for where the chat counts that on its own.
pub type Bucket<'a> = (&'static str, Option<&'a str>);

/// How long calls are spaced after the chat has refused one.
const CAREFUL: TimeDelta = TimeDelta::seconds(60);

/// Whose turn comes before others'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// What shows how things stand: who commands, how bad it is. It may pass all that is merely said.
    First,
    InOrder,
}

#[derive(Clone, Copy)]
struct State {
    /// Nobody calls before that.
    opens: DateTime<Utc>,
    /// The last turn that was given to somebody who asked too early; the next gets one behind it.
    promised: DateTime<Utc>,
    /// The same for those who come first.
    promised_first: DateTime<Utc>,
    careful_until: DateTime<Utc>,
    spacing: TimeDelta,
    /// Somebody has called at this distance.
    kept: bool,
}

pub struct Limits {
    /// As its measures are called: `firebell_slack_…`.
    chat: &'static str,
    buckets: Mutex<HashMap<(&'static str, Option<String>), State>>,
}

impl Limits {
    pub fn of(chat: &'static str) -> Self {
        Limits { chat, buckets: Mutex::default() }
    }

    /// May call now; else the time until it has a chance.
    pub fn enter(&self, bucket: Bucket<'_>, turn: Turn, now: DateTime<Utc>) -> Result<(), TimeDelta> {
        let mut buckets = self.lock();
        let key = owned(bucket);
        let Some(state) = buckets.get_mut(&key) else { return Ok(()) };
        let has_to_wait = match turn {
            Turn::First => now < state.opens,
            Turn::InOrder => now < state.opens || now <= state.promised_first,
        };
        if has_to_wait {
            let after = state.promise(turn) - now;
            histogram!(self.measure("delay_seconds"), "method" => bucket.0).record(after.as_seconds_f64());
            return Err(after);
        }
        if now < state.careful_until {
            (state.opens, state.kept) = (now + state.spacing, true);
        } else {
            buckets.remove(&key);
            gauge!(self.measure("throttled_seconds"), "method" => bucket.0).set(0.0);
        }
        Ok(())
    }

    /// The chat has refused a call. `spacing`: how far calls are apart from then on, as far as that is known.
    pub fn refused(&self, bucket: Bucket<'_>, after: TimeDelta, spacing: Option<TimeDelta>, now: DateTime<Utc>) {
        let mut buckets = self.lock();
        let key = owned(bucket);
        let learnt = match buckets.get(&key) {
            // Who kept a distance and was refused has to keep a greater one.
            Some(State { kept: true, spacing, .. }) => *spacing + after,
            Some(State { spacing, .. }) => after.max(*spacing),
            None => after,
        };
        let opens = now + after;
        let state = State {
            opens,
            promised: opens,
            promised_first: DateTime::<Utc>::MIN_UTC,
            careful_until: opens + CAREFUL,
            spacing: spacing.unwrap_or(learnt),
            kept: false,
        };
        buckets.insert(key, state);
        counter!(self.measure("throttled_total"), "method" => bucket.0).increment(1);
        gauge!(self.measure("throttled_seconds"), "method" => bucket.0).set(after.as_seconds_f64());
    }

    fn measure(&self, what: &str) -> String {
        format!("firebell_{}_{what}", self.chat)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(&'static str, Option<String>), State>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn promise(&mut self, turn: Turn) -> DateTime<Utc> {
        let promised = match turn {
            Turn::First => &mut self.promised_first,
            Turn::InOrder => {
                self.promised = self.promised.max(self.promised_first);
                &mut self.promised
            }
        };
        *promised = self.opens.max(promised.checked_add_signed(self.spacing).unwrap_or(self.opens));
        *promised
    }
}

fn owned((kind, of): Bucket<'_>) -> (&'static str, Option<String>) {
    (kind, of.map(str::to_string))
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: DateTime<Utc> = DateTime::UNIX_EPOCH;
    const PINS: Bucket<'_> = ("pins.add", None);
    const SPACING: Option<TimeDelta> = Some(TimeDelta::seconds(3));

    fn after(seconds: i64) -> DateTime<Utc> {
        T + TimeDelta::seconds(seconds)
    }

    fn refused(limits: &Limits, bucket: Bucket<'_>, seconds: i64) {
        limits.refused(bucket, TimeDelta::seconds(seconds), SPACING, T);
    }

    #[test]
    fn nobody_asks_before_the_time_and_then_one_after_the_other() {
        let limits = Limits::of("test");
        let enter = |now| limits.enter(PINS, Turn::InOrder, now);
        assert!(enter(T).is_ok());
        refused(&limits, PINS, 30);
        // Who asks too early gets a turn; the next one behind it.
        assert_eq!(enter(after(10)), Err(TimeDelta::seconds(23)));
        assert!(enter(after(30)).is_ok());
        assert_eq!(enter(after(30)), Err(TimeDelta::seconds(6)));
        assert!(enter(after(33)).is_ok());
        // Long after, it is as before.
        assert!(enter(after(300)).is_ok());
        assert!(enter(after(300)).is_ok());
    }

    #[test]
    fn who_waits_together_gets_one_turn_after_the_other() {
        let limits = Limits::of("test");
        let enter = |now| limits.enter(PINS, Turn::InOrder, now);
        refused(&limits, PINS, 30);
        let turns: Vec<TimeDelta> = (0..4).filter_map(|_| enter(after(20)).err()).collect();
        assert_eq!(turns, [13, 16, 19, 22].map(TimeDelta::seconds));
        // And each of them may call once it is there.
        for turn in turns {
            assert_eq!(enter(after(20) + turn), Ok(()));
        }
    }

    #[test]
    fn what_shows_how_things_stand_passes_what_is_merely_said() {
        let limits = Limits::of("test");
        refused(&limits, PINS, 30);
        assert_eq!(limits.enter(PINS, Turn::InOrder, after(20)), Err(TimeDelta::seconds(13)));
        assert_eq!(limits.enter(PINS, Turn::InOrder, after(20)), Err(TimeDelta::seconds(16)));
        assert_eq!(limits.enter(PINS, Turn::First, after(21)), Err(TimeDelta::seconds(9)));
        // Its turn has come and nobody is there: the others are let by only once that is over.
        assert_eq!(limits.enter(PINS, Turn::First, after(30)), Ok(()));
        assert_eq!(limits.enter(PINS, Turn::InOrder, after(33)), Ok(()));
        assert_eq!(limits.enter(PINS, Turn::First, after(33)), Err(TimeDelta::seconds(3)));
        assert_eq!(limits.enter(PINS, Turn::InOrder, after(36)), Err(TimeDelta::seconds(3)));
        assert_eq!(limits.enter(PINS, Turn::First, after(36)), Ok(()));
        assert_eq!(limits.enter(PINS, Turn::InOrder, after(39)), Ok(()));
    }

    #[test]
    fn who_is_refused_keeps_a_greater_distance() {
        let limits = Limits::of("test");
        let enter = |now| limits.enter(PINS, Turn::InOrder, now);
        // Several may have been on their way.
        limits.refused(PINS, TimeDelta::seconds(2), None, T);
        limits.refused(PINS, TimeDelta::seconds(2), None, T);
        assert_eq!(enter(after(2)), Ok(()));
        limits.refused(PINS, TimeDelta::seconds(3), None, after(4));
        assert_eq!(enter(after(7)), Ok(()));
        assert_eq!(enter(after(8)), Err(TimeDelta::seconds(4)));
    }

    #[test]
    fn one_kind_or_room_holds_up_no_other() {
        let limits = Limits::of("test");
        let enter = |bucket| limits.enter(bucket, Turn::InOrder, T);
        refused(&limits, ("chat.postMessage", Some("C1")), 30);
        assert!(enter(("chat.postMessage", Some("C1"))).is_err());
        assert!(enter(("chat.postMessage", Some("C2"))).is_ok());
        assert!(enter(("chat.update", None)).is_ok());
        refused(&limits, ("chat.update", None), 30);
        assert!(enter(("chat.update", None)).is_err());
    }
}
