//! `action TEXT [@who] [due WHEN] [--prevent|--mitigate|--detect]`, `action done N`: what is to be done afterwards.

use chrono::NaiveDate;

use super::super::{ActionAim, AlreadySo, Event, Incident, Refusal};
use super::{LIMIT_TEXT, checked};
use crate::plan::Person;

pub(super) fn add(
    incident: &Incident,
    text: String,
    owner: Option<Person>,
    due: Option<NaiveDate>,
    aim: Option<ActionAim>,
) -> Result<Vec<Event>, Refusal> {
    let text = checked(text, "action item", LIMIT_TEXT)?;
    Ok(vec![Event::ActionAdded { number: incident.last_action + 1, text, owner, due, aim }])
}

pub(super) fn finish(incident: &Incident, number: u32) -> Result<Vec<Event>, Refusal> {
    match incident.actions.iter().find(|a| a.number == number) {
        Some(action) if action.done.is_some() => Err(Refusal::AlreadySo(AlreadySo::ActionDone { number })),
        Some(_) => Ok(vec![Event::ActionDone { number }]),
        None => {
            let open = incident.actions.iter().filter(|a| a.done.is_none()).map(|a| a.number).collect();
            Err(Refusal::NoSuchAction { number, open })
        }
    }
}
