use chrono::{NaiveDate, Offset};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// Clocks change in each in another way: by an hour in spring and autumn of both hemispheres, by half an hour, by two,
/// over a whole day once, and never.
const ZONES: [Tz; 10] = [
    chrono_tz::Europe::Berlin,
    chrono_tz::America::New_York,
    chrono_tz::Australia::Sydney,
    chrono_tz::Australia::Lord_Howe,
    chrono_tz::America::Santiago,
    chrono_tz::Pacific::Apia,
    chrono_tz::Antarctica::Troll,
    chrono_tz::Africa::Casablanca,
    chrono_tz::UTC,
    chrono_tz::Asia::Kolkata,
];

fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
}

fn utc(text: &str) -> DateTime<Utc> {
    local(text).and_utc()
}

fn rotation(zone: Tz, people: &[&str], start: NaiveDateTime, every: Turn) -> Rotation {
    Rotation {
        key: "r".into(),
        label: "R".into(),
        zone,
        turns: Turns::People { people: people.iter().map(|p| p.to_string()).collect(), start, every },
        restrictions: Vec::new(),
        overrides: Vec::new(),
    }
}

fn shown(shifts: &[Shift]) -> Vec<String> {
    let time = |at: DateTime<Utc>| at.format("%m-%d %H:%M").to_string();
    shifts.iter().map(|s| format!("{} {} – {}", s.who, time(s.from), time(s.until))).collect()
}

#[test]
fn weeks_hand_over_at_the_same_local_time_when_clocks_change() {
    let berlin = rotation(chrono_tz::Europe::Berlin, &["ann", "bob"], local("2026-03-16 09:00"), Turn::Days(7));
    let shifts = berlin.shifts(utc("2026-03-20 00:00"), utc("2026-04-08 00:00"), &[]);
    assert_eq!(
        shown(&shifts),
        [
            "ann 03-20 00:00 – 03-23 08:00",
            "bob 03-23 08:00 – 03-30 07:00",
            "ann 03-30 07:00 – 04-06 07:00",
            "bob 04-06 07:00 – 04-08 00:00"
        ]
    );
    let sydney = rotation(chrono_tz::Australia::Sydney, &["ann", "bob"], local("2026-03-30 09:00"), Turn::Days(7));
    let shifts = sydney.shifts(utc("2026-03-29 00:00"), utc("2026-04-15 00:00"), &[]);
    assert_eq!(
        shown(&shifts),
        ["ann 03-29 22:00 – 04-05 23:00", "bob 04-05 23:00 – 04-12 23:00", "ann 04-12 23:00 – 04-15 00:00"]
    );
}

#[test]
fn a_hand_over_at_a_time_that_is_not_there_is_the_first_moment_after() {
    let nights = rotation(chrono_tz::Europe::Berlin, &["ann", "bob"], local("2026-03-28 02:30"), Turn::Days(1));
    let shifts = nights.shifts(utc("2026-03-28 00:00"), utc("2026-03-30 12:00"), &[]);
    assert_eq!(
        shown(&shifts),
        ["ann 03-28 01:30 – 03-29 01:00", "bob 03-29 01:00 – 03-30 00:30", "ann 03-30 00:30 – 03-30 12:00"]
    );
}

#[test]
fn a_hand_over_at_a_time_that_is_there_twice_is_the_first_of_them() {
    let nights = rotation(chrono_tz::America::New_York, &["ann", "bob"], local("2026-10-31 01:30"), Turn::Days(1));
    let shifts = nights.shifts(utc("2026-10-31 00:00"), utc("2026-11-02 12:00"), &[]);
    assert_eq!(
        shown(&shifts),
        ["ann 10-31 05:30 – 11-01 05:30", "bob 11-01 05:30 – 11-02 06:30", "ann 11-02 06:30 – 11-02 12:00"]
    );
}

#[test]
fn half_days_hand_over_at_the_same_times_each_day() {
    let days = rotation(chrono_tz::Europe::Berlin, &["ann", "bob"], local("2026-10-24 08:00"), Turn::Hours(12));
    let shifts = days.shifts(utc("2026-10-24 00:00"), utc("2026-10-25 20:00"), &[]);
    assert_eq!(
        shown(&shifts),
        [
            "ann 10-24 06:00 – 10-24 18:00",
            "bob 10-24 18:00 – 10-25 07:00",
            "ann 10-25 07:00 – 10-25 19:00",
            "bob 10-25 19:00 – 10-25 20:00"
        ]
    );
}

#[test]
fn working_hours_and_somebody_instead() {
    let mut office = rotation(chrono_tz::Europe::Berlin, &["ann"], local("2026-11-02 00:00"), Turn::Days(7));
    let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").unwrap();
    office.restrictions = vec![
        Restriction { days: vec![Weekday::Mon, Weekday::Tue], from: time("09:00"), until: time("17:00") },
        Restriction { days: vec![Weekday::Tue], from: time("22:00"), until: time("02:00") },
    ];
    office.overrides = vec![Shift { who: "cid".into(), from: utc("2026-11-23 15:00"), until: utc("2026-11-23 20:00") }];
    let shifts = office.shifts(utc("2026-11-22 00:00"), utc("2026-11-27 00:00"), &[]);
    assert_eq!(
        shown(&shifts),
        [
            "ann 11-23 08:00 – 11-23 15:00",
            "cid 11-23 15:00 – 11-23 20:00",
            "ann 11-24 08:00 – 11-24 16:00",
            "ann 11-24 21:00 – 11-25 01:00"
        ]
    );
}

#[test]
fn a_calendar_can_have_several_at_once() {
    let shift = |who: &str, from: &str, until: &str| Shift { who: who.into(), from: utc(from), until: utc(until) };
    let kept = [
        shift("ann", "2026-11-23 08:00", "2026-11-23 16:00"),
        shift("bob", "2026-11-23 12:00", "2026-11-23 20:00"),
        shift("bob", "2026-11-23 20:00", "2026-11-24 08:00"),
    ];
    let mut rotation = rotation(chrono_tz::UTC, &["x"], local("2026-01-01 00:00"), Turn::Days(1));
    rotation.turns = Turns::Calendar("https://calendar.example/a.ics".into());
    assert_eq!(rotation.on_call(utc("2026-11-23 13:00"), &kept), ["ann", "bob"]);
    assert_eq!(
        shown(&rotation.shifts(utc("2026-11-23 00:00"), utc("2026-11-25 00:00"), &kept)),
        ["ann 11-23 08:00 – 11-23 16:00", "bob 11-23 12:00 – 11-24 08:00"]
    );
    assert_eq!(rotation.on_call(utc("2026-11-23 13:00"), &[]), Vec::<String>::new());
}

// --- Any rotation -----------------------------------------------------------------------------------------------------

const PEOPLE: [&str; 5] = ["ann", "bob", "cid", "dan", "eve"];

#[derive(Clone, Debug)]
struct Case {
    zone: Tz,
    people: usize,
    start: NaiveDateTime,
    every: Turn,
    restrictions: Vec<Restriction>,
    overrides: Vec<(usize, i64, i64)>,
}

impl Case {
    fn rotation(&self) -> Rotation {
        let mut made = rotation(self.zone, &PEOPLE[..self.people], self.start, self.every);
        made.restrictions = self.restrictions.clone();
        let start = moment(self.start, self.zone);
        let instead = |(who, after, length): &(usize, i64, i64)| Shift {
            who: PEOPLE[*who].into(),
            from: start + TimeDelta::minutes(*after),
            until: start + TimeDelta::minutes(after + length),
        };
        made.overrides = self.overrides.iter().map(instead).collect();
        made
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let every =
        prop_oneof![select(vec![1, 2, 3, 7, 14]).prop_map(Turn::Days), select(vec![4, 6, 8, 12]).prop_map(Turn::Hours)];
    let start =
        (2024..2028, 1..366_u32, 0..24_u32, select(vec![0, 1, 15, 30, 45])).prop_map(|(year, day, hour, minute)| {
            NaiveDate::from_yo_opt(year, day).unwrap().and_hms_opt(hour, minute, 0).unwrap()
        });
    let days = vec(select(vec![Weekday::Mon, Weekday::Wed, Weekday::Sat, Weekday::Sun]), 1..4);
    let time = || (0..24_u32, select(vec![0, 30])).prop_map(|(h, m)| NaiveTime::from_hms_opt(h, m, 0).unwrap());
    let restriction = (days, time(), time()).prop_map(|(days, from, until)| Restriction { days, from, until });
    let restrictions = prop_oneof![2 => Just(Vec::new()), 1 => vec(restriction, 1..3)];
    let overrides = vec((0..5_usize, 0..600_000_i64, 1..20_000_i64), 0..3);
    (select(ZONES.to_vec()), 1..5_usize, start, every, restrictions, overrides).prop_map(
        |(zone, people, start, every, restrictions, overrides)| Case {
            zone,
            people,
            start,
            every,
            restrictions,
            overrides,
        },
    )
}

/// Who it is by the clock on the wall and the calendar beside it: the days that have passed are counted one by one.
/// Only for times that a clock shows once.
fn by_the_wall(case: &Case, at: DateTime<Utc>) -> Option<Vec<String>> {
    let wall = at.with_timezone(&case.zone).naive_local();
    case.zone.from_local_datetime(&wall).single()?;
    let start = moment(case.start, case.zone);
    for (who, after, length) in case.overrides.iter().rev() {
        let from = start + TimeDelta::minutes(*after);
        if from <= at && at < from + TimeDelta::minutes(*length) {
            return Some(vec![PEOPLE[*who].to_string()]);
        }
    }
    let in_hours = case.restrictions.iter().any(|r| {
        let (day, time) = (wall.date(), wall.time());
        let yesterday = day.pred_opt().unwrap();
        match r.from < r.until {
            true => r.days.contains(&day.weekday()) && r.from <= time && time < r.until,
            false => {
                r.days.contains(&day.weekday()) && r.from <= time
                    || r.days.contains(&yesterday.weekday()) && time < r.until
            }
        }
    });
    if wall < case.start || (!case.restrictions.is_empty() && !in_hours) {
        return Some(Vec::new());
    }
    let (mut next, mut turn) = (case.start, 0);
    loop {
        next = match case.every {
            Turn::Days(n) => (0..n).fold(next, |day, _| day.date().succ_opt().unwrap().and_time(day.time())),
            Turn::Hours(n) => next + TimeDelta::hours(n.into()),
        };
        if next > wall {
            return Some(vec![PEOPLE[turn % case.people].to_string()]);
        }
        turn += 1;
    }
}

/// Every moment within a day and a half of a change of clocks, by quarters of an hour, and the rest by odd steps.
fn moments(case: &Case) -> Vec<DateTime<Utc>> {
    let start = moment(case.start, case.zone) - TimeDelta::days(2);
    let mut moments: Vec<DateTime<Utc>> = (0..400).map(|n| start + TimeDelta::minutes(n * 1_009)).collect();
    let offset = |day: i64| (start + TimeDelta::days(day)).with_timezone(&case.zone).offset().fix();
    for day in (1..400).filter(|day| offset(day - 1) != offset(*day)) {
        moments.extend((-144..144).map(|n| start + TimeDelta::days(day) + TimeDelta::minutes(15 * n)));
    }
    moments
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn every_moment_has_whom_the_clock_on_the_wall_says(case in cases()) {
        let rotation = case.rotation();
        for at in moments(&case) {
            if let Some(who) = by_the_wall(&case, at) {
                prop_assert_eq!(rotation.on_call(at, &[]), who, "at {}", at);
            }
        }
    }

    /// Shifts of one rotation neither overlap nor leave anything out, and are cut where somebody else takes over.
    #[test]
    fn shifts_say_the_same_as_each_moment(case in cases(), days in 1..120_i64) {
        let rotation = case.rotation();
        let from = moment(case.start, case.zone) + TimeDelta::days(days);
        let until = from + TimeDelta::days(40);
        let shifts = rotation.shifts(from, until, &[]);
        prop_assert!(shifts.iter().all(|s| s.from < s.until));
        prop_assert!(shifts.is_sorted_by_key(|s| s.from));
        prop_assert!(shifts.iter().zip(shifts.iter().skip(1)).all(|(a, b)| a.until <= b.from));
        let tick = TimeDelta::microseconds(1);
        let edges = shifts.iter().flat_map(|s| [s.from - tick, s.from, s.until - tick, s.until]);
        for at in moments(&case).into_iter().chain(edges).filter(|at| from <= *at && *at < until) {
            let covering: Vec<String> = shifts.iter().filter(|s| s.covers(at)).map(|s| s.who.clone()).collect();
            prop_assert_eq!(covering, rotation.on_call(at, &[]), "at {}", at);
        }
    }

    /// No turn is left out when clocks change, and none comes twice.
    #[test]
    fn turns_follow_each_other(case in cases()) {
        let hand_overs: Vec<_> = (0..200).map(|n| hand_over(n, case.start, case.every, case.zone)).collect();
        prop_assert!(hand_overs.is_sorted_by(|a, b| a < b));
        for (n, at) in hand_overs.iter().enumerate() {
            prop_assert_eq!(turn_at(*at, case.start, case.every, case.zone), Some(n));
            prop_assert_eq!(turn_at(*at - TimeDelta::microseconds(1), case.start, case.every, case.zone), n.checked_sub(1));
        }
    }
}
