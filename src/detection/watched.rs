//! One alert: it fires, it is over, it fires again.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::plan::{Alert, Number};

/// An alert that changes this often within [`CALM`] says nothing by changing: somebody has a threshold to mend.
const FLAPS: usize = 5;
/// How long it has to keep still until its changes are news again.
pub const CALM: TimeDelta = TimeDelta::minutes(10);

/// What is known of an alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Watched {
    /// As it was last told.
    pub alert: Alert,
    pub group: String,
    /// When it was last heard to change, within [`CALM`] of the last time.
    #[serde(default)]
    pub changes: Vec<DateTime<Utc>>,
    /// It changes too often to be told of.
    #[serde(default)]
    pub flapping: bool,
    /// The incident that it was noted in last.
    #[serde(default)]
    pub incident: Option<Number>,
    /// When an incident was last suggested because of it.
    #[serde(default)]
    pub suggested: Option<DateTime<Utc>>,
}

/// What is news about an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Fires,
    Over,
    /// It fires and is over, again and again.
    Flaps,
}

/// Takes an alert in. `None`: it was known already, or is older than what is known. Otherwise what is known from now
/// on, and what is news in it, if anything is.
pub fn hear(
    before: Option<Watched>,
    alert: Alert,
    group: String,
    now: DateTime<Utc>,
) -> Option<(Watched, Option<Change>)> {
    let Some(mut watched) = before else {
        // Over before it was ever heard of: nobody was told that it fires.
        let fires = alert.firing;
        let watched = Watched { alert, group, changes: vec![now], flapping: false, incident: None, suggested: None };
        return fires.then_some((watched, Some(Change::Fires)));
    };
    if alert.at < watched.alert.at || (alert.at == watched.alert.at && alert.firing == watched.alert.firing) {
        return None;
    }
    let changed = alert.firing != watched.alert.firing;
    (watched.alert, watched.group) = (alert, group);
    if !changed {
        return Some((watched, None));
    }
    watched.changes.retain(|at| *at > now - CALM);
    watched.changes.push(now);
    if watched.flapping {
        return Some((watched, None));
    }
    watched.flapping = watched.changes.len() >= FLAPS;
    let change = match (watched.flapping, watched.alert.firing) {
        (true, _) => Change::Flaps,
        (false, true) => Change::Fires,
        (false, false) => Change::Over,
    };
    Some((watched, Some(change)))
}

/// It has kept still for a while, if it has: how it is then is news.
pub fn calm(mut watched: Watched, now: DateTime<Utc>) -> Option<(Watched, Change)> {
    let still = watched.changes.iter().all(|at| *at <= now - CALM);
    if !watched.flapping || !still {
        return None;
    }
    watched.flapping = false;
    let change = if watched.alert.firing { Change::Fires } else { Change::Over };
    Some((watched, change))
}
