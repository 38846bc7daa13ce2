use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{CALM, Change, Watched, calm, hear};
use crate::plan::Alert;

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn alert(firing: bool, at: DateTime<Utc>) -> Alert {
    Alert {
        source: "prometheus".into(),
        fingerprint: "f".into(),
        firing,
        title: "DiskFull".into(),
        text: None,
        labels: BTreeMap::new(),
        at,
        link: None,
    }
}

/// Each change a minute after the one before; what was news.
fn story(firing: &[bool], every: TimeDelta) -> (Option<Watched>, Vec<Option<Change>>) {
    let (mut watched, mut news, mut at) = (None, Vec::new(), noon());
    for firing in firing {
        at += every;
        match hear(watched.clone(), alert(*firing, at), "g".into(), at) {
            Some((after, change)) => {
                watched = Some(after);
                news.push(change);
            }
            None => news.push(None),
        }
    }
    (watched, news)
}

#[test]
fn firing_and_being_over_are_news_once() {
    let (_, news) = story(&[true, true, false, false, true], TimeDelta::minutes(1));
    assert_eq!(news, [Some(Change::Fires), None, Some(Change::Over), None, Some(Change::Fires)]);
}

#[test]
fn what_is_over_before_it_was_heard_of_is_no_news() {
    assert_eq!(story(&[false, true], TimeDelta::minutes(1)).1, [None, Some(Change::Fires)]);
}

#[test]
fn told_again_or_late_it_changes_nothing() {
    let (watched, _) = story(&[true, false], TimeDelta::minutes(1));
    let known = watched.unwrap();
    assert_eq!(hear(Some(known.clone()), known.alert.clone(), "g".into(), noon()), None);
    let late = alert(true, noon() + TimeDelta::minutes(1));
    assert_eq!(hear(Some(known), late, "g".into(), noon() + TimeDelta::hours(1)), None);
}

#[test]
fn what_flaps_is_told_of_once_and_again_when_it_keeps_still() {
    let (watched, news) = story(&[true, false, true, false, true, false, true, false], TimeDelta::minutes(1));
    let (fires, over, flaps) = (Some(Change::Fires), Some(Change::Over), Some(Change::Flaps));
    assert_eq!(news, [fires, over, fires, over, flaps, None, None, None]);
    let watched = watched.unwrap();
    let last = *watched.changes.last().unwrap();
    assert_eq!(calm(watched.clone(), last + CALM - TimeDelta::seconds(1)), None);
    let (still, change) = calm(watched, last + CALM).unwrap();
    assert_eq!(change, Change::Over);
    assert!(!still.flapping);
    assert_eq!(calm(still, last + CALM + CALM), None);
}

#[test]
fn slow_changes_do_not_flap() {
    let (watched, news) = story(&[true, false, true, false, true, false], TimeDelta::minutes(4));
    assert!(news.iter().all(Option::is_some));
    assert!(!watched.unwrap().flapping);
}

proptest! {
    /// Whatever comes in whatever order, as told by the news it is firing just when it is, but while it flaps.
    #[test]
    fn the_news_add_up(steps in vec((any::<bool>(), 0..40_i64, 0..300_i64), 0..40)) {
        let (mut watched, mut told, mut now) = (None, None, noon());
        for (firing, at, after) in steps {
            now += TimeDelta::seconds(after);
            let told_at = noon() + TimeDelta::minutes(at);
            if let Some((after, change)) = hear(watched.clone(), alert(firing, told_at), "g".into(), now) {
                if let Some(change) = change {
                    prop_assert_ne!(told, Some(change));
                    told = Some(change);
                }
                watched = Some(after);
            }
            if let Some(watched) = &watched {
                let now_told = match watched.flapping {
                    true => Change::Flaps,
                    false if watched.alert.firing => Change::Fires,
                    false => Change::Over,
                };
                prop_assert_eq!(told, Some(now_told));
            }
        }
    }
}
