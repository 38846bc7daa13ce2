//! Where a time axis has its marks.

use chrono::{DateTime, TimeDelta, Utc};

/// Distances that people count in.
const STEPS: [TimeDelta; 15] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(2),
    TimeDelta::minutes(5),
    TimeDelta::minutes(10),
    TimeDelta::minutes(15),
    TimeDelta::minutes(30),
    TimeDelta::hours(1),
    TimeDelta::hours(2),
    TimeDelta::hours(3),
    TimeDelta::hours(6),
    TimeDelta::hours(12),
    TimeDelta::days(1),
    TimeDelta::days(2),
    TimeDelta::days(7),
    TimeDelta::days(28),
];
const MOST: i32 = 10;

#[derive(Debug, PartialEq)]
pub(super) struct Tick {
    pub at: DateTime<Utc>,
    /// `14:30`; the day where one begins.
    pub label: String,
}

/// At most one more than [`MOST`] marks, at round times.
pub(super) fn ticks(from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Tick> {
    let longest = STEPS[STEPS.len() - 1];
    let mut step = STEPS.into_iter().find(|step| *step * MOST >= until - from).unwrap_or(longest);
    while step * MOST < until - from {
        step = step * 2;
    }
    let seconds = step.num_seconds();
    let first = (from.timestamp() + seconds - 1).div_euclid(seconds) * seconds;
    (0..)
        .map_while(|n| DateTime::from_timestamp(first + n * seconds, 0).filter(|at| *at <= until))
        .map(|at| Tick { at, label: label(at) })
        .collect()
}

fn label(at: DateTime<Utc>) -> String {
    let midnight = at.timestamp().rem_euclid(86_400) == 0;
    at.format(if midnight { "%-d %b" } else { "%H:%M" }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(minutes: i64) -> Vec<String> {
        let from = DateTime::from_timestamp(1_800_000_000 + 420, 0).unwrap();
        ticks(from, from + TimeDelta::minutes(minutes)).into_iter().map(|t| t.label).collect()
    }

    #[test]
    fn marks_are_at_round_times() {
        assert_eq!(labels(72), ["08:10", "08:20", "08:30", "08:40", "08:50", "09:00", "09:10"]);
        assert_eq!(
            labels(60 * 20),
            ["10:00", "12:00", "14:00", "16:00", "18:00", "20:00", "22:00", "16 Jan", "02:00", "04:00"]
        );
        assert!(labels(60 * 24 * 5000).len() <= 11);
        assert_eq!(labels(0), ["08:07"]);
    }
}
