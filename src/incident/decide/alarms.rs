//! A time has come: is the reminder still needed?

use chrono::{DateTime, Utc};

use super::super::{Alarm, AlreadySo, Asked, Event, Incident, Refusal, Reminder};

const SETTLED: Refusal = Refusal::AlreadySo(AlreadySo::Settled);

pub(super) fn ring(incident: &Incident, alarm: Alarm, asked: &Asked) -> Result<Vec<Event>, Refusal> {
    if !incident.status.is_active() {
        return Err(SETTLED);
    }
    match alarm {
        Alarm::Commander if incident.commander().is_none() => Ok(vec![Event::CommanderAsked]),
        Alarm::Commander => Err(SETTLED),
        // The desk has looked who is to be called.
        Alarm::Page { .. } => Err(SETTLED),
        Alarm::Update { reminder, due } => remind(incident, reminder, due, asked),
    }
}

fn remind(incident: &Incident, reminder: Reminder, due: DateTime<Utc>, asked: &Asked) -> Result<Vec<Event>, Refusal> {
    let written_or_moved = incident.update_due != Some(due);
    let snoozed = incident.snoozed_until.is_some_and(|until| until > asked.at);
    if written_or_moved || snoozed {
        return Err(SETTLED);
    }
    // Firebell may have been away when it should have reminded: what is said fits the time at which it is said.
    let reminder = match reminder {
        Reminder::Soon if asked.at < due => Reminder::Soon,
        Reminder::Soon | Reminder::Overdue => Reminder::Overdue,
        Reminder::Escalated => Reminder::Escalated,
    };
    let to = match reminder {
        Reminder::Soon | Reminder::Overdue => incident.updates_by(),
        Reminder::Escalated => incident.commander(),
    };
    Ok(vec![Event::UpdateReminded { reminder, to: to.cloned(), due }])
}
