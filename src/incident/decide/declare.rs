//! `declare [SEV] [--service NAME] [--private] [--anyway] TITLE`: there is an incident. A second one of the same title, or one
//! that may be the same, points at the first; `--anyway` declares it all the same.

use super::super::{Asked, Event, Incident, Origin, Refusal, Same};
use super::{LIMIT_TITLE, checked, tasks};
use crate::plan::{Matter, Plan, SeverityKey};

#[expect(clippy::too_many_arguments, reason = "each is one thing that can be said when declaring")]
pub(super) fn declare(
    incident: &Incident,
    title: String,
    severity: Option<SeverityKey>,
    service: Option<String>,
    private: bool,
    origin: Option<Origin>,
    same: Option<Same>,
    asked: &Asked,
    plan: &Plan,
) -> Result<Vec<Event>, Refusal> {
    if let Some(Same { number, title, room, exact }) = same {
        return Err(match exact {
            true => Refusal::SameTitle { number, title, room },
            false => Refusal::Alike { number, title, room },
        });
    }
    let title = checked(title, "title", LIMIT_TITLE)?;
    let severity = severity.unwrap_or_else(|| plan.default_severity.clone());
    if !plan.severities.iter().any(|s| s.key == severity) {
        return Err(Refusal::UnknownSeverity { word: severity });
    }
    if let Some(word) = service.as_ref().filter(|s| plan.service(s).is_none()) {
        return Err(Refusal::UnknownService { word: word.clone() });
    }
    let matter = Matter { severity: &severity, service: service.as_deref(), private };
    let update_due = plan.update_due(matter, asked.at);
    let published = plan.publishes(&severity, private).then(|| plan.public_title(service.as_deref()));
    let steps = tasks::first(incident, &severity, service.as_deref(), plan);
    let mut events = vec![Event::Declared { title, severity, service, private, origin, update_due }];
    events.extend(published.map(|title| Event::Published { title }));
    events.extend(steps);
    Ok(events)
}
