//! Who is on call, now and next.

use chrono::{DateTime, TimeDelta, Utc};

use super::Office;
use crate::phrase::{Doc, OnCallLine, Style, on_call, on_call_for, unknown_target};
use crate::plan::{Plan, Rotation, Shift};

/// How far ahead the next shift is looked for.
const AHEAD: TimeDelta = TimeDelta::days(60);

pub(super) fn look(office: &Office, word: Option<&str>, style: &Style) -> Doc {
    let plan = &office.plan;
    let now = office.clock.now();
    match word {
        None => on_call(&plan.rotations.iter().map(|r| line(office, r, now)).collect::<Vec<_>>(), style),
        Some(word) => match plan.page_target(word.trim_start_matches('@')) {
            Some(target) => {
                let steps = plan.all_steps(&target, now, &|rotation| office.calendars.shifts(rotation));
                on_call_for(&plan.page_label(&target), &steps)
            }
            None => unknown_target(word, plan),
        },
    }
}

fn line(office: &Office, rotation: &Rotation, now: DateTime<Utc>) -> OnCallLine {
    let shifts = rotation.shifts(now - TimeDelta::days(1), now + AHEAD, &office.calendars.shifts(&rotation.key));
    let current: Vec<&Shift> = shifts.iter().filter(|s| s.from <= now && now < s.until).collect();
    let next = shifts.iter().find(|s| s.from > now);
    OnCallLine {
        rotation: rotation.label.clone(),
        now: current.iter().map(|s| name(&office.plan, s)).collect(),
        until: current.iter().map(|s| s.until).min().filter(|until| *until < now + AHEAD),
        next: next.map(|s| (name(&office.plan, s), s.from)),
    }
}

fn name(plan: &Plan, shift: &Shift) -> String {
    plan.contact(&shift.who).map_or(shift.who.clone(), |c| c.label.clone())
}
