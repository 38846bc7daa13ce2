//! What a chat has done: the room is there, the card is there. Heard twice, it is so already.

use super::super::{AlreadySo, Event, Gap, Incident, Loss, Refusal};
use crate::plan::{MessageId, Person, Room, RoomId};

const KNOWN: Refusal = Refusal::AlreadySo(AlreadySo::Noted);

pub(super) fn room(incident: &Incident, room: Room) -> Result<Vec<Event>, Refusal> {
    match incident.has_room(&room.id) {
        true => Err(KNOWN),
        false => Ok(vec![Event::RoomOpened { room }]),
    }
}

/// One that was deleted in the chat is posted anew, and then this is another message.
pub(super) fn card(incident: &Incident, message: MessageId) -> Result<Vec<Event>, Refusal> {
    match incident.rooms.iter().any(|r| r.room.id == message.room && r.card.as_ref() != Some(&message)) {
        true => Ok(vec![Event::CardPosted { message }]),
        false => Err(KNOWN),
    }
}

pub(super) fn announcement(incident: &Incident, message: MessageId) -> Result<Vec<Event>, Refusal> {
    match incident.announcements.get(&message.room) == Some(&message) {
        true => Err(KNOWN),
        false => Ok(vec![Event::Announced { message }]),
    }
}

pub(super) fn rename(incident: &Incident, room: Room) -> Result<Vec<Event>, Refusal> {
    match incident.rooms.iter().any(|r| r.room.id == room.id && r.room.name != room.name) {
        true => Ok(vec![Event::RoomRenamed { room }]),
        false => Err(KNOWN),
    }
}

/// When the incident is over, its rooms may go.
pub(super) fn loss(incident: &Incident, room: RoomId, why: Loss) -> Result<Vec<Event>, Refusal> {
    let heard = incident.rooms.iter().any(|r| r.room.id == room && r.lost.is_none());
    match heard && incident.status.is_open() {
        true => Ok(vec![Event::RoomLost { room, why }]),
        false => Err(KNOWN),
    }
}

pub(super) fn found(incident: &Incident, room: RoomId) -> Result<Vec<Event>, Refusal> {
    match incident.rooms.iter().any(|r| r.room.id == room && r.lost.is_some()) {
        true => Ok(vec![Event::RoomFound { room }]),
        false => Err(KNOWN),
    }
}

/// A gap in which nothing was missed is worth a line only if somebody could see that there was one.
pub(super) fn gap(incident: &Incident, gap: Gap, found: u32, whole: bool) -> Result<Vec<Event>, Refusal> {
    let seen = gap.lost.is_some() || found > 0 || !whole;
    match incident.has_room(&gap.room) && seen {
        true => Ok(vec![Event::GapNoted { gap, found, whole }]),
        false => Err(KNOWN),
    }
}

pub(super) fn unread(incident: &Incident, message: MessageId, author: Person) -> Result<Vec<Event>, Refusal> {
    match incident.has_room(&message.room) && !incident.is_unread(&message) {
        true => Ok(vec![Event::MessageUnread { message, author }]),
        false => Err(KNOWN),
    }
}

pub(super) fn read(incident: &Incident, message: MessageId) -> Result<Vec<Event>, Refusal> {
    match incident.is_unread(&message) {
        true => Ok(vec![Event::MessageRead { message }]),
        false => Err(KNOWN),
    }
}
