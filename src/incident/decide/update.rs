//! `update [--public [--title NAME]] TEXT`: what stakeholders hear, and everybody if it is public. `snooze [FOR]`: be reminded of the next one later.

use chrono::{DateTime, Utc};

use super::super::{Asked, Event, Incident, Refusal};
use super::{LIMIT_TEXT, LIMIT_TITLE, checked};
use crate::plan::Plan;

pub(super) fn update(
    incident: &Incident,
    text: String,
    public: bool,
    title: Option<String>,
    asked: &Asked,
    plan: &Plan,
) -> Result<Vec<Event>, Refusal> {
    if public && incident.private {
        return Err(Refusal::PrivateStaysPrivate);
    }
    let text = checked(text, "update", LIMIT_TEXT)?;
    let title = title.map(|title| checked(title, "title", LIMIT_TITLE)).transpose()?;
    // What is public for the first time is called something.
    let unnamed = || Some(plan.public_title(incident.service.as_deref())).filter(|_| incident.public.is_none());
    let title = title.or_else(unnamed).filter(|_| public);
    let due = plan.update_due(incident.matter(), asked.at);
    let update_due = due.filter(|_| incident.status.is_active());
    Ok(vec![Event::Updated { text, update_due, public, title }])
}

pub(super) fn snooze(incident: &Incident, until: DateTime<Utc>) -> Result<Vec<Event>, Refusal> {
    match incident.update_due {
        Some(_) => Ok(vec![Event::Snoozed { until }]),
        None => Err(Refusal::NoUpdateDue),
    }
}
