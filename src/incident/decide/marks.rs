//! An emoji or the chat's pin on a message puts it on the timeline; taking it off takes it off; the entry follows
//! what becomes of the message.

use super::super::{AlreadySo, Asked, Entry, Event, Incident, Refusal, SaidMessage};
use crate::plan::{Mark, MessageId};

const UNCHANGED: Refusal = Refusal::AlreadySo(AlreadySo::Noted);

pub(super) fn mark(
    incident: &Incident,
    mark: Mark,
    message: SaidMessage,
    pin: bool,
    by_hand: bool,
    asked: &Asked,
) -> Result<Vec<Event>, Refusal> {
    let Some(person) = asked.by.person() else { return Ok(Vec::new()) };
    let entry = incident.timeline.iter().find(|e| e.is_of(&message.id));
    if entry.is_some_and(|e| e.is_marked_by(&person.id, mark, pin)) {
        return Err(Refusal::AlreadySo(AlreadySo::Marked));
    }
    let has_action = incident.actions.iter().any(|a| a.source.as_ref() == Some(&message.id));
    let action = (mark == Mark::Action && !has_action).then_some(incident.last_action + 1);
    Ok(vec![Event::Marked { mark, message, action, pin, by_hand }])
}

pub(super) fn unmark(
    incident: &Incident,
    mark: Mark,
    message: MessageId,
    pin: bool,
    asked: &Asked,
) -> Result<Vec<Event>, Refusal> {
    let Some(person) = asked.by.person() else { return Ok(Vec::new()) };
    let entry = incident.timeline.iter().find(|e| e.is_of(&message));
    let mut marks = entry.map_or(&[][..], Entry::marks).iter().filter(|m| m.mark == mark && m.pin == pin);
    match marks.any(|m| m.can_be_taken_off_by(&person.id)) {
        true => Ok(vec![Event::Unmarked { mark, message, pin }]),
        false => Err(Refusal::AlreadySo(AlreadySo::Unmarked)),
    }
}

pub(super) fn revise(incident: &Incident, message: MessageId, text: String) -> Result<Vec<Event>, Refusal> {
    match incident.timeline.iter().find(|e| e.is_of(&message)) {
        Some(entry) if entry.text != text && !entry.is_deleted() => Ok(vec![Event::MessageRevised { message, text }]),
        _ => Err(UNCHANGED),
    }
}

pub(super) fn erase(incident: &Incident, message: MessageId) -> Result<Vec<Event>, Refusal> {
    match incident.timeline.iter().find(|e| e.is_of(&message)) {
        Some(entry) if !entry.is_deleted() => Ok(vec![Event::MessageDeleted { message }]),
        _ => Err(UNCHANGED),
    }
}
