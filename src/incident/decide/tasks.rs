//! `task TEXT [@who]`, `task done N`: what is to be done during the incident.

use super::super::{AlreadySo, Event, Incident, Refusal};
use super::{LIMIT_TEXT, checked};
use crate::plan::{Person, Plan};

pub(super) fn add(incident: &Incident, text: String, owner: Option<Person>) -> Result<Vec<Event>, Refusal> {
    let text = checked(text, "task", LIMIT_TEXT)?;
    Ok(vec![Event::TaskAdded { number: incident.last_task + 1, text, owner, by_plan: false }])
}

/// The plan's first things to do for this severity and service, but for those that are there already.
pub(super) fn first(incident: &Incident, severity: &str, service: Option<&str>, plan: &Plan) -> Vec<Event> {
    let steps = plan.first_steps(severity, service).into_iter();
    let missing = steps.filter(|step| !incident.tasks.iter().any(|task| task.text == *step));
    let numbered = (incident.last_task + 1..).zip(missing);
    numbered.map(|(number, text)| Event::TaskAdded { number, text: text.into(), owner: None, by_plan: true }).collect()
}

pub(super) fn finish(incident: &Incident, number: u32) -> Result<Vec<Event>, Refusal> {
    match incident.tasks.iter().find(|t| t.number == number) {
        Some(task) if task.done.is_some() => Err(Refusal::AlreadySo(AlreadySo::TaskDone { number })),
        Some(_) => Ok(vec![Event::TaskDone { number }]),
        None => {
            let open = incident.tasks.iter().filter(|t| t.done.is_none()).map(|t| t.number).collect();
            Err(Refusal::NoSuchTask { number, open })
        }
    }
}
