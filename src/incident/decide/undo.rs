//! `undo`: takes back the last change of the one who asks, for a minute, unless somebody has changed the same thing since.

use super::super::evolve::UNDO_FOR;
use super::super::{Asked, Event, Incident, Refusal, Restore};

pub(super) fn undo(incident: &Incident, asked: &Asked) -> Result<Vec<Event>, Refusal> {
    let Some(person) = asked.by.person() else { return Ok(Vec::new()) };
    let mine = incident.changes.iter().rev().find(|c| c.by.id == person.id);
    let Some(change) = mine else { return Err(Refusal::NothingToUndo { latest: None }) };
    if change.at + UNDO_FOR < asked.at {
        return Err(Refusal::NothingToUndo { latest: Some(change.at) });
    }
    let thing = thing(&change.restore);
    let since =
        incident.changes.iter().find(|c| c.seq > change.seq && thing.is_some() && self::thing(&c.restore) == thing);
    if let Some(since) = since {
        return Err(Refusal::Overtaken { what: change.what.clone(), by: since.by.name.clone() });
    }
    Ok(vec![Event::TakenBack { seq: change.seq, what: change.what.clone(), restore: change.restore.clone() }])
}

/// What a change is about, where two changes can be about the same.
fn thing(restore: &Restore) -> Option<String> {
    match restore {
        Restore::Severity { .. } => Some("severity".into()),
        Restore::Status { .. } => Some("status".into()),
        Restore::Milestone { milestone, .. } => Some(milestone.as_str().into()),
        Restore::Role { role, .. } => Some(format!("role {role}")),
        Restore::Title { .. } => Some("title".into()),
        Restore::Update { .. } => Some("update".into()),
        Restore::TaskRemoved { number } | Restore::TaskOpen { number } => Some(format!("task {number}")),
        Restore::ActionRemoved { number } | Restore::ActionOpen { number } => Some(format!("action {number}")),
        Restore::Snooze { .. } => Some("snooze".into()),
        Restore::Entry | Restore::Link { .. } => None,
    }
}
