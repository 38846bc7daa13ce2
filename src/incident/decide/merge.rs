//! `merge INC-n`: this incident goes on in another one, which gets its rooms, its timeline and its open work.

use super::super::{AlreadySo, Event, Incident, MergeTarget, Refusal};
use crate::plan::Number;

pub(super) fn merge(incident: &Incident, into: Number, target: Option<MergeTarget>) -> Result<Vec<Event>, Refusal> {
    if into == incident.number {
        return Err(Refusal::MergeWithItself);
    }
    let target = target.ok_or(Refusal::NoSuchIncident { number: into })?;
    if !target.status.is_open() {
        return Err(Refusal::MergeIntoEnded { number: into, status: target.status });
    }
    // Either way round somebody would see what is not for them: a record comes along, and so does a room with its
    // people.
    if incident.private != target.private {
        return Err(Refusal::MergeWouldExpose { number: into });
    }
    Ok(vec![Event::Merged { into }])
}

pub(super) fn absorb(incident: &Incident, other: Incident) -> Result<Vec<Event>, Refusal> {
    if incident.absorbed.contains(&other.number) {
        return Err(Refusal::AlreadySo(AlreadySo::Noted));
    }
    Ok(vec![Event::Absorbed {
        other: other.number,
        title: other.title,
        rooms: other.rooms,
        timeline: other.timeline,
        tasks: other.tasks,
        actions: other.actions,
        links: other.links,
    }])
}
