//! `status STATUS [note]`, `identified`, `mitigated`, `resolve`, `close`, `reopen REASON`, `cancel REASON`: where it is.

use super::super::{AlreadySo, Asked, Event, Incident, Refusal, Status};
use super::{LIMIT_TEXT, checked, checked_note};
use crate::plan::Plan;

pub(super) fn set(
    incident: &Incident,
    to: Status,
    note: Option<String>,
    asked: &Asked,
    plan: &Plan,
) -> Result<Vec<Event>, Refusal> {
    if to == incident.status {
        return Err(Refusal::AlreadySo(AlreadySo::Status { status: to }));
    }
    match to {
        Status::Closed => close(incident, note),
        // These two ask for more than a word: a reason, another incident.
        Status::Canceled | Status::Merged => Err(Refusal::StatusNeedsCommand { status: to }),
        Status::Investigating | Status::Identified | Status::Monitoring | Status::Resolved => {
            let note = checked_note(note, "note")?;
            Ok(vec![changed(incident, incident.status, to, note, asked, plan)])
        }
    }
}

/// Closing what is not resolved resolves it too: people close when it is over.
pub(super) fn close(incident: &Incident, note: Option<String>) -> Result<Vec<Event>, Refusal> {
    let note = checked_note(note, "note")?;
    match incident.status {
        Status::Closed => Err(Refusal::AlreadySo(AlreadySo::Status { status: Status::Closed })),
        Status::Canceled | Status::Merged => {
            Err(Refusal::NotOpen { status: incident.status, into: incident.merged_into })
        }
        from => Ok(vec![Event::StatusChanged { from, to: Status::Closed, note, update_due: None }]),
    }
}

/// It came back, or was never over: people look into it again.
pub(super) fn reopen(incident: &Incident, reason: String, asked: &Asked, plan: &Plan) -> Result<Vec<Event>, Refusal> {
    let reason = checked(reason, "reason", LIMIT_TEXT)?;
    match incident.status {
        Status::Closed | Status::Canceled | Status::Resolved => {
            Ok(vec![changed(incident, incident.status, Status::Investigating, Some(reason), asked, plan)])
        }
        Status::Merged => Err(Refusal::NotOpen { status: incident.status, into: incident.merged_into }),
        status => Err(Refusal::StillOpen { status }),
    }
}

/// It was no incident.
pub(super) fn cancel(incident: &Incident, reason: String) -> Result<Vec<Event>, Refusal> {
    let reason = checked(reason, "reason", LIMIT_TEXT)?;
    Ok(vec![Event::StatusChanged { from: incident.status, to: Status::Canceled, note: Some(reason), update_due: None }])
}

/// While it is active an update stays due; becoming active again starts the cadence anew.
fn changed(incident: &Incident, from: Status, to: Status, note: Option<String>, asked: &Asked, plan: &Plan) -> Event {
    let anew = || plan.update_due(incident.matter(), asked.at);
    let update_due = match to.is_active() {
        true => incident.update_due.or_else(anew),
        false => None,
    };
    Event::StatusChanged { from, to, note, update_due }
}
