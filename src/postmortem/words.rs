//! Times and durations as people say them. All times are UTC and say so where they stand alone.

use chrono::{DateTime, TimeDelta, Utc};

/// `1 h 12 min`; from a day on `2 d 5 h`.
pub fn in_words(duration: TimeDelta) -> String {
    let minutes = duration.num_minutes();
    let (days, hours) = (minutes / 1440, minutes / 60 % 24);
    match (days, hours, minutes % 60) {
        (0, 0, m) if m < 1 => "under 1 min".into(),
        (0, 0, m) => format!("{m} min"),
        (0, h, 0) => format!("{h} h"),
        (0, h, m) => format!("{h} h {m} min"),
        (d, 0, _) => format!("{d} d"),
        (d, h, _) => format!("{d} d {h} h"),
    }
}

/// `14:05 UTC on 23 November 2026`.
pub fn day_and_clock(at: DateTime<Utc>) -> String {
    at.format("%H:%M UTC on %-d %B %Y").to_string()
}

/// `23 November 2026`.
pub fn day(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y").to_string()
}

/// `14:05 UTC`, for a time whose day is clear.
pub(super) fn clock(at: DateTime<Utc>) -> String {
    at.format("%H:%M UTC").to_string()
}

/// `from 14:02 to 14:14 UTC`, with the days once they differ.
pub(super) fn from_to(from: DateTime<Utc>, until: DateTime<Utc>) -> String {
    if from.date_naive() == until.date_naive() {
        format!("from {} to {}", from.format("%H:%M"), clock(until))
    } else {
        format!("from {} to {}", from.format("%-d %b %H:%M"), until.format("%-d %b %H:%M UTC"))
    }
}

/// `1 message`, `2 messages`.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        let said = |minutes| in_words(TimeDelta::minutes(minutes));
        assert_eq!(in_words(TimeDelta::seconds(59)), "under 1 min");
        assert_eq!(said(1), "1 min");
        assert_eq!(said(60), "1 h");
        assert_eq!(said(72), "1 h 12 min");
        assert_eq!(said(24 * 60 + 30), "1 d");
        assert_eq!(said(53 * 60), "2 d 5 h");
    }
}
