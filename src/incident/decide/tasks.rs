//! `task TEXT [@who]`, `task done N`: what is to be done during the incident.

use super::super::{AlreadySo, Event, Incident, Refusal};
use super::{LIMIT_TEXT, checked};
use crate::plan::Person;

pub(super) fn add(incident: &Incident, text: String, owner: Option<Person>) -> Result<Vec<Event>, Refusal> {
    let text = checked(text, "task", LIMIT_TEXT)?;
    Ok(vec![Event::TaskAdded { number: incident.last_task + 1, text, owner }])
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
