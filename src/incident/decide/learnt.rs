//! What a chat has done: the room is there, the card is there. Heard twice, it is so already.

use super::super::{AlreadySo, Event, Incident, Refusal};
use crate::plan::{MessageId, Room};

const KNOWN: Refusal = Refusal::AlreadySo(AlreadySo::Noted);

pub(super) fn room(incident: &Incident, room: Room) -> Result<Vec<Event>, Refusal> {
    match incident.has_room(&room.id) {
        true => Err(KNOWN),
        false => Ok(vec![Event::RoomOpened { room }]),
    }
}

pub(super) fn card(incident: &Incident, message: MessageId) -> Result<Vec<Event>, Refusal> {
    match incident.rooms.iter().any(|r| r.room.id == message.room && r.card.is_none()) {
        true => Ok(vec![Event::CardPosted { message }]),
        false => Err(KNOWN),
    }
}

pub(super) fn announcement(incident: &Incident, message: MessageId) -> Result<Vec<Event>, Refusal> {
    match incident.announcements.contains_key(&message.room) {
        true => Err(KNOWN),
        false => Ok(vec![Event::Announced { message }]),
    }
}
