//! What the log tells and the state does not: for how long each status and each role holder stood.

use chrono::{DateTime, Utc};

use crate::incident::{Event, Recorded, Restore, Status};
use crate::plan::{Person, RoleKey};

/// A time with one status; `until: None`: it still is so.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    pub status: Status,
    pub from: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
}

/// A time in which somebody held a role.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    pub role: RoleKey,
    pub person: Person,
    pub from: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
    pub handover: bool,
    pub note: Option<String>,
}

/// The statuses one after another, from the declaration on.
pub fn phases(events: &[Recorded]) -> Vec<Phase> {
    let mut phases: Vec<Phase> = Vec::new();
    for record in events {
        let Some(status) = status_after(&record.event) else { continue };
        if let Some(last) = phases.last_mut() {
            last.until = Some(record.at);
        }
        phases.push(Phase { status, from: record.at, until: None });
    }
    phases
}

fn status_after(event: &Event) -> Option<Status> {
    match event {
        Event::Declared { .. } => Some(Status::Investigating),
        Event::StatusChanged { to, .. } => Some(*to),
        Event::Merged { .. } => Some(Status::Merged),
        Event::TakenBack { restore: Restore::Status { status, .. }, .. } => Some(*status),
        _ => None,
    }
}

/// Who held which role, in order of time.
pub fn held(events: &[Recorded]) -> Vec<Held> {
    let mut held: Vec<Held> = Vec::new();
    for record in events {
        let (role, to, handover, note) = match &record.event {
            Event::RoleChanged { role, to, handover, note, .. } => (role, to, *handover, note.clone()),
            Event::TakenBack { restore: Restore::Role { role, person, .. }, .. } => (role, person, false, None),
            _ => continue,
        };
        for open in held.iter_mut().filter(|h| h.role == *role && h.until.is_none()) {
            open.until = Some(record.at);
        }
        if let Some(person) = to.clone() {
            held.push(Held { role: role.clone(), person, from: record.at, until: None, handover, note });
        }
    }
    held
}
