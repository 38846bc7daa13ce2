//! Who is on call when: rotations, and whom they stand for at a moment.
//!
//! Hand-overs are at local times, and stay there when clocks change. One at a time that does not exist, since clocks go
//! forward over it, is at the first moment after; at one that exists twice, it is the first time. Turns are longer than
//! any clock is ever put forward, so that none is skipped.

use chrono::{DateTime, Datelike, Days, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{ContactKey, Plan};

/// Somebody's time on call, the end not included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub who: ContactKey,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// People who take turns.
#[derive(Clone, Debug, PartialEq)]
pub struct Rotation {
    pub key: String,
    /// As people read it.
    pub label: String,
    pub zone: Tz,
    pub turns: Turns,
    /// Outside of these nobody of the rotation is on call; none: always somebody is.
    pub restrictions: Vec<Restriction>,
    /// Whoever would be on call is not; of several the last counts.
    pub overrides: Vec<Shift>,
}

/// Who is on call when, by a rule or by a calendar.
#[derive(Clone, Debug, PartialEq)]
pub enum Turns {
    People {
        /// Never empty.
        people: Vec<ContactKey>,
        /// The first hand-over, to the first of them.
        start: NaiveDateTime,
        every: Turn,
    },
    /// What this iCalendar address says.
    Calendar(String),
}

/// How long a turn is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Days(u32),
    /// 4, 6, 8 or 12: they hand over at the same times each day.
    Hours(u32),
}

/// A time of day on some days of the week; one that ends before it begins goes on after midnight.
#[derive(Clone, Debug, PartialEq)]
pub struct Restriction {
    pub days: Vec<Weekday>,
    pub from: NaiveTime,
    pub until: NaiveTime,
}

impl Rotation {
    /// Who is on call at that moment; `calendar` is what its calendar says, if it has one.
    pub fn on_call(&self, at: DateTime<Utc>, calendar: &[Shift]) -> Vec<ContactKey> {
        if let Some(instead) = self.overrides.iter().rev().find(|o| o.covers(at)) {
            return vec![instead.who.clone()];
        }
        if !self.restrictions.is_empty() && !self.restrictions.iter().any(|r| r.covers(at, self.zone)) {
            return Vec::new();
        }
        match &self.turns {
            Turns::People { people, start, every } => {
                turn_at(at, *start, *every, self.zone).map(|n| people[n % people.len()].clone()).into_iter().collect()
            }
            Turns::Calendar(_) => calendar.iter().filter(|s| s.covers(at)).map(|s| s.who.clone()).collect(),
        }
    }

    /// All shifts of this time, in order; what goes on beyond it is cut off.
    pub fn shifts(&self, from: DateTime<Utc>, until: DateTime<Utc>, calendar: &[Shift]) -> Vec<Shift> {
        let mut changes = self.changes(from, until, calendar);
        changes.retain(|at| from < *at && *at < until);
        changes.extend([from, until]);
        changes.sort();
        changes.dedup();
        let mut shifts: Vec<Shift> = Vec::new();
        for (from, until) in changes.iter().zip(changes.iter().skip(1)) {
            for who in self.on_call(*from, calendar) {
                // What goes on is one shift.
                match shifts.iter_mut().rev().find(|s| s.who == who && s.until == *from) {
                    Some(before) => before.until = *until,
                    None => shifts.push(Shift { who, from: *from, until: *until }),
                }
            }
        }
        shifts
    }

    /// Every moment at which somebody else may be on call than before; some may lie outside of this time.
    fn changes(&self, from: DateTime<Utc>, until: DateTime<Utc>, calendar: &[Shift]) -> Vec<DateTime<Utc>> {
        let mut changes: Vec<DateTime<Utc>> = self.overrides.iter().flat_map(|o| [o.from, o.until]).collect();
        match &self.turns {
            Turns::Calendar(_) => changes.extend(calendar.iter().flat_map(|s| [s.from, s.until])),
            Turns::People { start, every, .. } => {
                let first = turn_at(from, *start, *every, self.zone).unwrap_or(0);
                let hand_overs = (first..).map(|n| hand_over(n, *start, *every, self.zone));
                changes.extend(hand_overs.take_while(|at| *at < until));
            }
        }
        let mut day = from.with_timezone(&self.zone).date_naive() - Days::new(1);
        let last = until.with_timezone(&self.zone).date_naive();
        while day <= last && !self.restrictions.is_empty() {
            for restriction in &self.restrictions {
                let (from, until) = restriction.on(day);
                changes.extend([moment(from, self.zone), moment(until, self.zone)]);
            }
            day = day + Days::new(1);
        }
        changes
    }
}

impl Shift {
    fn covers(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && at < self.until
    }
}

impl Restriction {
    /// When it ends, if it covers this moment; one that began yesterday may go on.
    pub(super) fn ends(&self, at: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let today = at.with_timezone(&zone).date_naive();
        let days = [today - Days::new(1), today].into_iter().filter(|day| self.days.contains(&day.weekday()));
        let spans = days.map(|day| self.on(day)).map(|(from, until)| (moment(from, zone), moment(until, zone)));
        spans.filter(|(from, until)| *from <= at && at < *until).map(|(_, until)| until).max()
    }

    fn covers(&self, at: DateTime<Utc>, zone: Tz) -> bool {
        self.ends(at, zone).is_some()
    }

    fn on(&self, day: chrono::NaiveDate) -> (NaiveDateTime, NaiveDateTime) {
        let ends = if self.until > self.from { day } else { day + Days::new(1) };
        (day.and_time(self.from), ends.and_time(self.until))
    }
}

/// The number of the turn at that moment, counted from 0; `None`: the first has not begun.
fn turn_at(at: DateTime<Utc>, start: NaiveDateTime, every: Turn, zone: Tz) -> Option<usize> {
    let local = at.with_timezone(&zone).naive_local() - start;
    let length = match every {
        Turn::Days(n) => TimeDelta::days(i64::from(n)),
        Turn::Hours(n) => TimeDelta::hours(i64::from(n)),
    };
    let guess = local.num_seconds().div_euclid(length.num_seconds());
    // Where clocks change, the local time may be ahead of the hand-over, or behind it.
    let near = (guess - 1..=guess + 1).rev().filter_map(|n| usize::try_from(n).ok());
    near.into_iter().find(|n| hand_over(*n, start, every, zone) <= at)
}

/// When the turn of this number begins.
fn hand_over(turn: usize, start: NaiveDateTime, every: Turn, zone: Tz) -> DateTime<Utc> {
    let turn = turn as u64;
    let local = match every {
        Turn::Days(n) => start.checked_add_days(Days::new(turn * u64::from(n))),
        Turn::Hours(n) => start.checked_add_signed(TimeDelta::hours(turn as i64 * i64::from(n))),
    };
    moment(local.unwrap_or(NaiveDateTime::MAX - Days::new(2)), zone)
}

/// The first moment at which clocks there show this time, or any later one.
pub fn moment(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    // No clock was ever put forward by more than a day.
    let later = (0..=24 * 60).map(|minutes| local + TimeDelta::minutes(minutes));
    let found = later.into_iter().find_map(|local| zone.from_local_datetime(&local).earliest());
    found.map_or(local.and_utc(), |at| at.to_utc())
}

impl Plan {
    pub fn rotation(&self, word: &str) -> Option<&Rotation> {
        let word = word.to_lowercase();
        self.rotations.iter().find(|r| r.key == word || r.label.to_lowercase() == word)
    }
}

#[cfg(test)]
mod tests;
