//! What the record does not tell. Said openly, so that readers know how far to trust the rest.

use chrono::{DateTime, TimeDelta, Utc};

use super::words::{clock, count, from_to, in_words, list};
use super::{Facts, history};
use crate::incident::{EntryKind, Event, Incident, Recorded, Reminder};
use crate::plan::COMMANDER;

/// Nothing said and nothing noted for this long, while it was going on, is worth a line.
const SILENCE: TimeDelta = TimeDelta::minutes(30);
/// A long incident has many silences; the longest tell enough.
const SILENCES_LISTED: usize = 5;

pub(super) fn gaps(facts: &Facts<'_>) -> Vec<String> {
    let mut gaps = Vec::new();
    gaps.extend(noted(facts.incident));
    gaps.extend(milestones(facts.incident));
    gaps.extend(nobody_in_command(facts));
    gaps.extend(silences(facts));
    gaps.extend(updates(facts));
    gaps.extend(deleted(facts.incident));
    gaps.extend(action_items(facts.incident));
    gaps
}

/// What Firebell itself could not hear.
fn noted(incident: &Incident) -> Vec<String> {
    incident.timeline.iter().filter(|e| e.kind == EntryKind::Gap).map(|e| plain(&e.text)).collect()
}

/// Without the word that its timeline entry begins with: here all are gaps.
fn plain(text: &str) -> String {
    text.strip_prefix("Gap: ").unwrap_or(text).into()
}

fn milestones(incident: &Incident) -> Vec<String> {
    let milestones = &incident.milestones;
    let mut gaps: Vec<&str> = Vec::new();
    if milestones.started.is_none() {
        gaps.push("When the impact began is not on record, so its length and the time to detect are not known.");
    }
    if milestones.detected.is_none() {
        gaps.push("When it was first noticed is not on record.");
    }
    if milestones.resolved.is_some() && milestones.mitigated.is_none() {
        gaps.push("It was resolved without being marked as mitigated, so the time to mitigate is not known.");
    }
    gaps.into_iter().map(Into::into).collect()
}

/// Times in which the impact went on, as far as the statuses tell.
fn active_times(facts: &Facts<'_>) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let mut times: Vec<(DateTime<Utc>, DateTime<Utc>)> = Vec::new();
    for phase in history::phases(facts.events).iter().filter(|p| p.status.is_active()) {
        let until = phase.until.unwrap_or(facts.now);
        match times.last_mut() {
            Some(last) if last.1 == phase.from => last.1 = until,
            _ => times.push((phase.from, until)),
        }
    }
    times
}

fn nobody_in_command(facts: &Facts<'_>) -> Vec<String> {
    let held: Vec<_> = history::held(facts.events).into_iter().filter(|h| h.role == COMMANDER).collect();
    let mut gaps = Vec::new();
    for (from, until) in active_times(facts) {
        let mut free_since = from;
        for command in &held {
            push_vacancy(&mut gaps, free_since, command.from.min(until));
            free_since = free_since.max(command.until.unwrap_or(until));
        }
        push_vacancy(&mut gaps, free_since, until);
    }
    gaps
}

fn push_vacancy(gaps: &mut Vec<String>, from: DateTime<Utc>, until: DateTime<Utc>) {
    if until - from >= TimeDelta::minutes(1) {
        gaps.push(format!("Nobody was in command for {}, {}.", in_words(until - from), from_to(from, until)));
    }
}

fn silences(facts: &Facts<'_>) -> Vec<String> {
    let mut moments: Vec<DateTime<Utc>> =
        facts.spoken.iter().map(|s| s.at).chain(facts.incident.timeline.iter().map(|e| e.at)).collect();
    moments.sort_unstable();
    let mut silences = Vec::new();
    for (from, until) in active_times(facts) {
        let mut last = from;
        let inside = moments.iter().copied().filter(|m| *m > from && *m < until);
        for moment in inside.chain([until]) {
            if moment - last > SILENCE {
                silences.push((last, moment));
            }
            last = moment;
        }
    }
    listed(silences)
}

fn listed(mut silences: Vec<(DateTime<Utc>, DateTime<Utc>)>) -> Vec<String> {
    let more = silences.len().saturating_sub(SILENCES_LISTED);
    silences.sort_by_key(|(from, until)| *from - *until);
    silences.truncate(SILENCES_LISTED);
    silences.sort_unstable();
    let mut lines: Vec<String> = silences
        .into_iter()
        .map(|(from, until)| format!("Nothing was written for {}, {}.", in_words(until - from), from_to(from, until)))
        .collect();
    if more > 0 {
        lines.push(format!(
            "{} of more than 30 min are not listed.",
            count(more, "shorter silence", "shorter silences")
        ));
    }
    lines
}

/// Updates that were reminded of when they were overdue, each once.
fn updates(facts: &Facts<'_>) -> Vec<String> {
    let mut dues: Vec<DateTime<Utc>> = Vec::new();
    for record in facts.events {
        if let Event::UpdateReminded { reminder: Reminder::Overdue | Reminder::Escalated, due, .. } = &record.event
            && !dues.contains(due)
        {
            dues.push(*due);
        }
    }
    let mut gaps: Vec<String> = dues.iter().map(|due| late(facts.events, *due)).collect();
    let expected = facts.plan.update_every(&facts.incident.severity).is_some();
    if expected && dues.is_empty() && facts.incident.updates.is_empty() {
        gaps.push("No status update was written.".into());
    }
    gaps
}

fn late(events: &[Recorded], due: DateTime<Utc>) -> String {
    let next = events.iter().find(|r| r.at >= due && matches!(r.event, Event::Updated { .. }));
    match next {
        Some(update) => format!("The update due at {} came {} late.", clock(due), in_words(update.at - due)),
        None => format!("The update due at {} was not written.", clock(due)),
    }
}

fn deleted(incident: &Incident) -> Option<String> {
    match incident.timeline.iter().filter(|e| e.is_deleted()).count() {
        0 => None,
        1 => Some("1 message on the timeline was deleted; only that it was there is kept.".into()),
        n => Some(format!("{n} messages on the timeline were deleted; only that they were there is kept.")),
    }
}

fn action_items(incident: &Incident) -> Vec<String> {
    let open = || incident.actions.iter().filter(|a| a.done.is_none());
    let without = |lacks: fn(&crate::incident::ActionItem) -> bool, what: &str| {
        let numbers: Vec<String> = open().filter(|a| lacks(a)).map(|a| a.number.to_string()).collect();
        match numbers.len() {
            0 => None,
            1 => Some(format!("Action item {} has no {what}.", numbers[0])),
            _ => Some(format!("Action items {} have no {what}.", list(&numbers))),
        }
    };
    [without(|a| a.owner.is_none(), "owner"), without(|a| a.due.is_none(), "due date")].into_iter().flatten().collect()
}
