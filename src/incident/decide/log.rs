//! `log [WHEN] TEXT`: a line on the timeline. `started WHEN`, `detected WHEN`: the two milestones that only people know.

use chrono::{DateTime, Utc};

use super::super::{Asked, Event, Incident, Milestone, Refusal};
use super::{LIMIT_TEXT, checked};

pub(super) fn log(when: Option<DateTime<Utc>>, text: String, asked: &Asked) -> Result<Vec<Event>, Refusal> {
    let text = checked(text, "text", LIMIT_TEXT)?;
    let when = when.unwrap_or(asked.at);
    not_in_the_future(when, asked)?;
    Ok(vec![Event::Logged { when, text }])
}

pub(super) fn set_milestone(
    incident: &Incident,
    milestone: Milestone,
    when: DateTime<Utc>,
    asked: &Asked,
) -> Result<Vec<Event>, Refusal> {
    not_in_the_future(when, asked)?;
    let started = incident.milestones.started.filter(|_| milestone != Milestone::Started);
    let detected = incident.milestones.detected.filter(|_| milestone != Milestone::Detected);
    if started.is_some_and(|started| when < started) || detected.is_some_and(|detected| when > detected) {
        return Err(Refusal::DetectedBeforeStarted);
    }
    Ok(vec![Event::MilestoneSet { milestone, when }])
}

fn not_in_the_future(when: DateTime<Utc>, asked: &Asked) -> Result<(), Refusal> {
    match when > asked.at {
        true => Err(Refusal::InTheFuture { when }),
        false => Ok(()),
    }
}
