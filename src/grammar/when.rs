//! Times and dates as people write them: `14:05`, `10m ago`, `yesterday 23:50`, ISO 8601; `friday`, `in 3 days`.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

/// The time that the text begins with, and how many bytes of the text it takes.
pub(super) fn time_at_start(text: &str, now: DateTime<Utc>, zone: Tz) -> Option<(DateTime<Utc>, usize)> {
    // Three words are the most that any form takes: `10 minutes ago`.
    let ends: Vec<usize> = word_ends(text).take(3).collect();
    ends.into_iter().rev().find_map(|end| time(&text[..end], now, zone).map(|time| (time, end)))
}

/// `25:99` is a mistake, not the beginning of a text.
pub(super) fn looks_like_a_time(word: &str) -> bool {
    let parts = word.split(':');
    let digits = |part: &str| (1..=2).contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit());
    parts.clone().count() > 1 && parts.clone().all(digits)
}

/// The end of each word, in bytes.
fn word_ends(text: &str) -> impl Iterator<Item = usize> {
    text.split_whitespace().map(move |word| word.as_ptr() as usize - text.as_ptr() as usize + word.len())
}

fn time(text: &str, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let today = now.with_timezone(&zone).date_naive();
    match words.as_slice() {
        ["now"] => Some(now),
        [clock] if clock_time(clock).is_some() => {
            let time = at(today, clock_time(clock)?, zone)?;
            // Just after midnight `23:50` is yesterday's.
            if time <= now { Some(time) } else { at(today.checked_sub_days(Days::new(1))?, clock_time(clock)?, zone) }
        }
        ["today", clock] => at(today, clock_time(clock)?, zone),
        ["yesterday", clock] => at(today.checked_sub_days(Days::new(1))?, clock_time(clock)?, zone),
        [amount, "ago"] => now.checked_sub_signed(duration(amount)?),
        [number, unit, "ago"] => now.checked_sub_signed(duration(&format!("{number}{unit}"))?),
        [date, clock] => at(iso_date(date)?, clock_time(clock)?, zone),
        [stamp] => iso(&stamp.to_uppercase(), zone),
        _ => None,
    }
}

fn iso(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.with_timezone(&Utc));
    }
    if let Some(minutes) = text.strip_suffix('Z') {
        return NaiveDateTime::parse_from_str(minutes, "%Y-%m-%dT%H:%M").ok().map(|t| t.and_utc());
    }
    let local = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];
    local.iter().find_map(|f| NaiveDateTime::parse_from_str(text, f).ok()).and_then(|t| at(t.date(), t.time(), zone))
}

fn iso_date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

fn clock_time(text: &str) -> Option<NaiveTime> {
    ["%H:%M:%S", "%H:%M"].iter().find_map(|f| NaiveTime::parse_from_str(text, f).ok())
}

/// In the hour that a change to winter time repeats, the earlier; in the hour that is skipped, an hour later.
fn at(date: NaiveDate, time: NaiveTime, zone: Tz) -> Option<DateTime<Utc>> {
    let local = date.and_time(time);
    let found = zone.from_local_datetime(&local).earliest();
    let found = found.or_else(|| zone.from_local_datetime(&(local + TimeDelta::hours(1))).earliest());
    found.map(|t| t.with_timezone(&Utc))
}

/// `90s`, `10m`, `2h`, `1d`, also with the unit written out. At most a year.
pub(super) fn duration(text: &str) -> Option<TimeDelta> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let number: i64 = text[..digits].parse().ok()?;
    let seconds = match text[digits..].trim() {
        "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600,
        "d" | "day" | "days" => 86_400,
        _ => return None,
    };
    let seconds = number.checked_mul(seconds)?;
    (seconds <= 366 * 86_400).then(|| TimeDelta::seconds(seconds))
}

/// A day to come: `today`, `tomorrow`, `friday`, `2026-12-01`, `3d`, `in 3 days`, `next week`.
pub(super) fn day(text: &str, now: DateTime<Utc>, zone: Tz) -> Option<NaiveDate> {
    let lower = text.trim().to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let today = now.with_timezone(&zone).date_naive();
    let in_days = |n: u64| today.checked_add_days(Days::new(n.min(3_650)));
    match words.as_slice() {
        ["today"] => Some(today),
        ["tomorrow"] => in_days(1),
        ["next", "week"] => in_days(7),
        ["in", number, "day" | "days"] => in_days(number.parse().ok()?),
        ["in", number, "week" | "weeks"] => in_days(number.parse::<u64>().ok()?.checked_mul(7)?),
        [short] if short.ends_with('d') && short[..short.len() - 1].parse::<u64>().is_ok() => {
            in_days(short[..short.len() - 1].parse().ok()?)
        }
        ["on" | "next", name] => weekday(name, today),
        [name] => weekday(name, today).or_else(|| iso_date(name)),
        _ => None,
    }
}

/// The next such day; a week from today for today's own name.
fn weekday(name: &str, today: NaiveDate) -> Option<NaiveDate> {
    let wanted: Weekday = name.parse().ok()?;
    let ahead = (7 + wanted.num_days_from_monday() - today.weekday().num_days_from_monday()) % 7;
    today.checked_add_days(Days::new(u64::from(if ahead == 0 { 7 } else { ahead })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_noon(text: &str, zone: Tz) -> Option<(String, usize)> {
        let now = "2026-11-23T12:00:00Z".parse().expect("a time");
        time_at_start(text, now, zone).map(|(t, n)| (t.format("%m-%dT%H:%M").to_string(), n))
    }

    fn seen(time: &str, taken: usize) -> Option<(String, usize)> {
        Some((time.to_string(), taken))
    }

    #[test]
    fn times_are_read_in_the_speakers_zone() {
        assert_eq!(at_noon("11:05 it began", Tz::UTC), seen("11-23T11:05", 5));
        assert_eq!(at_noon("12:30 it began", Tz::UTC), seen("11-22T12:30", 5));
        assert_eq!(at_noon("12:30 it began", chrono_tz::Europe::Berlin), seen("11-23T11:30", 5));
        assert_eq!(at_noon("10m ago deploy", Tz::UTC), seen("11-23T11:50", 7));
        assert_eq!(at_noon("10 minutes ago deploy", Tz::UTC), seen("11-23T11:50", 14));
        assert_eq!(at_noon("yesterday 23:50 x", Tz::UTC), seen("11-22T23:50", 15));
        assert_eq!(at_noon("2026-11-20T10:00Z x", Tz::UTC), seen("11-20T10:00", 17));
        assert_eq!(at_noon("2026-11-20 10:00 x", Tz::UTC), seen("11-20T10:00", 16));
        assert_eq!(at_noon("10 servers are down", Tz::UTC), None);
        assert_eq!(at_noon("99999999999999999999m ago x", Tz::UTC), None);
    }

    #[test]
    fn the_skipped_hour_is_an_hour_later() {
        let now = "2026-03-29T12:00:00Z".parse().expect("a time");
        let (time, _) = time_at_start("02:30", now, chrono_tz::Europe::Berlin).expect("a time");
        assert_eq!(time.to_rfc3339(), "2026-03-29T01:30:00+00:00");
    }

    #[test]
    fn days_lie_ahead() {
        let now = "2026-11-23T12:00:00Z".parse().expect("a time");
        let day = |text| day(text, now, Tz::UTC).map(|d| d.to_string());
        assert_eq!(day("friday").as_deref(), Some("2026-11-27"));
        assert_eq!(day("monday").as_deref(), Some("2026-11-30"));
        assert_eq!(day("in 2 weeks").as_deref(), Some("2026-12-07"));
        assert_eq!(day("3d").as_deref(), Some("2026-11-26"));
        assert_eq!(day("2026-12-01").as_deref(), Some("2026-12-01"));
        assert_eq!(day("soonish"), None);
    }
}
