//! `update TEXT`: what stakeholders hear. `snooze [FOR]`: be reminded of the next one later.

use chrono::{DateTime, Utc};

use super::super::{Asked, Event, Incident, Refusal};
use super::{LIMIT_TEXT, checked};
use crate::plan::Plan;

pub(super) fn update(incident: &Incident, text: String, asked: &Asked, plan: &Plan) -> Result<Vec<Event>, Refusal> {
    let text = checked(text, "update", LIMIT_TEXT)?;
    let due = plan.update_every(&incident.severity).map(|every| asked.at + every);
    Ok(vec![Event::Updated { text, update_due: due.filter(|_| incident.status.is_active()) }])
}

pub(super) fn snooze(incident: &Incident, until: DateTime<Utc>) -> Result<Vec<Event>, Refusal> {
    match incident.update_due {
        Some(_) => Ok(vec![Event::Snoozed { until }]),
        None => Err(Refusal::NoUpdateDue),
    }
}
