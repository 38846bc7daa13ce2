//! `lead @who`, `role ROLE @who`, `claim [ROLE]`, `handover @who [note]`: who does what. The pinned card follows.

use super::super::{AlreadySo, Asked, Event, Incident, Refusal};
use super::checked_note;
use crate::plan::{COMMANDER, Person, Plan, RoleKey};

/// Gives a role, whoever holds it now: in an outage the room decides, and the log tells.
pub(super) fn assign(incident: &Incident, role: RoleKey, to: Person, plan: &Plan) -> Result<Vec<Event>, Refusal> {
    known(&role, plan)?;
    match incident.roles.get(&role) {
        Some(holder) if holder.id == to.id => Err(Refusal::AlreadySo(AlreadySo::Role { role, person: to })),
        holder => Ok(vec![changed(role, holder.cloned(), to, None, false)]),
    }
}

/// Takes a role that is free. Of two who claim it in one second the second is told who was first.
pub(super) fn claim(incident: &Incident, role: RoleKey, asked: &Asked, plan: &Plan) -> Result<Vec<Event>, Refusal> {
    known(&role, plan)?;
    let Some(person) = asked.by.person() else { return Ok(Vec::new()) };
    match incident.roles.get(&role) {
        Some(holder) if holder.id == person.id => {
            Err(Refusal::AlreadySo(AlreadySo::Role { role, person: person.clone() }))
        }
        Some(holder) => Err(Refusal::RoleHeld { role, by: holder.clone() }),
        None => Ok(vec![changed(role, None, person.clone(), None, false)]),
    }
}

/// Hands over the command; who is not in command but holds one other role hands over that one.
pub(super) fn hand_over(
    incident: &Incident,
    to: Person,
    note: Option<String>,
    asked: &Asked,
) -> Result<Vec<Event>, Refusal> {
    let Some(person) = asked.by.person() else { return Ok(Vec::new()) };
    let note = checked_note(note, "note")?;
    let mine = incident.roles_of(&person.id);
    let role = match mine.as_slice() {
        roles if roles.iter().any(|r| r == COMMANDER) => COMMANDER.to_string(),
        [only] => only.clone(),
        _ => {
            let held_by = incident.commander().cloned();
            return Err(Refusal::NotYours { role: COMMANDER.into(), held_by });
        }
    };
    if person.id == to.id {
        return Err(Refusal::AlreadySo(AlreadySo::Role { role, person: to }));
    }
    Ok(vec![changed(role, Some(person.clone()), to, note, true)])
}

fn changed(role: RoleKey, from: Option<Person>, to: Person, note: Option<String>, handover: bool) -> Event {
    Event::RoleChanged { role, from, to: Some(to), note, handover }
}

fn known(role: &str, plan: &Plan) -> Result<(), Refusal> {
    match plan.roles.iter().any(|r| r.key == role) {
        true => Ok(()),
        false => Err(Refusal::UnknownRole { word: role.into() }),
    }
}
