//! `severity SEV [reason]`: how bad it is. The next update is due by the new severity's cadence.

use super::super::{AlreadySo, Asked, Event, Incident, Refusal};
use super::{checked_note, tasks};
use crate::plan::{Matter, Plan, SeverityKey};

pub(super) fn set(
    incident: &Incident,
    to: SeverityKey,
    reason: Option<String>,
    asked: &Asked,
    plan: &Plan,
) -> Result<Vec<Event>, Refusal> {
    if !plan.severities.iter().any(|s| s.key == to) {
        return Err(Refusal::UnknownSeverity { word: to });
    }
    if incident.severity == to {
        return Err(Refusal::AlreadySo(AlreadySo::Severity { severity: to }));
    }
    let reason = checked_note(reason, "reason")?;
    let due = plan.update_due(Matter { severity: &to, ..incident.matter() }, asked.at);
    let update_due = due.filter(|_| incident.status.is_active());
    let is_new = incident.public.is_none() && plan.publishes(&to, incident.private);
    let steps = tasks::first(incident, &to, incident.service.as_deref(), plan);
    let published = is_new.then(|| plan.public_title(incident.service.as_deref()));
    let mut events = vec![Event::SeverityChanged { from: incident.severity.clone(), to, reason, update_due }];
    events.extend(published.map(|title| Event::Published { title }));
    events.extend(steps);
    Ok(events)
}
