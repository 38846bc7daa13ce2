//! What becomes of the rooms themselves: renamed, lost, heard again; and what is read back after a gap.

use chrono::{DateTime, TimeDelta, Utc};

use super::Office;
use super::enact::{enact, is_member};
use crate::incident::{Actor, Asked, Command, Effect, Entry, Gap, Incident, Marked, Source};
use crate::plan::{Mark, MessageId, Number, Person, PersonId, Platform, RoomId};
use crate::ports::{Draft, MessageRecord, ReadMessage, ReadPin, Reading, Speaker, StoreError, Transaction, Work};

/// How far before a gap the history is looked at again: edits and emoji may have come to what was said before it.
pub(super) const LOOK_BACK: TimeDelta = TimeDelta::hours(24);

/// Newcomers of so many seconds are told together.
const TOGETHER: i64 = 5;

/// Something that the chat, or somebody in it, did to an incident's room or to what is said in it.
pub(super) async fn happened(
    office: &Office,
    tx: &mut dyn Transaction,
    room: &RoomId,
    command: Command,
    by: Option<&Person>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(number) = tx.incident_in(room).await? else { return Ok(()) };
    let Some(incident) = tx.load(number).await? else { return Ok(()) };
    let by = by.map_or(Actor::Firebell, |person| Actor::Person(person.clone()));
    let asked = Asked { by, place: Some(room.clone()), ..Asked::by_firebell(at) };
    // What is so already is nobody's business.
    let _ = enact(office, tx, incident, command, &asked).await?;
    Ok(())
}

/// Who has come can't read the card, so that it is said once more how it stands, to all who have come by then.
pub(super) async fn newcomer(office: &Office, tx: &mut dyn Transaction, room: &RoomId) -> Result<(), StoreError> {
    let Some(number) = tx.incident_in(room).await? else { return Ok(()) };
    let now = office.clock.now();
    let slot = now.timestamp() / TOGETHER + 1;
    let (key, due) = (format!("newcomers/{number}/{room}/{slot}"), DateTime::from_timestamp(slot * TOGETHER, 0));
    let effect = Effect::TellNewcomers { room: room.clone() };
    tx.enqueue(&Draft::of_effect(number, effect, key, due.unwrap_or(now))).await
}

/// The room is heard again: what could not be done in it is tried again. A room that is no incident's may be one for
/// announcements, of whatever incident.
pub(super) async fn found(
    office: &Office,
    tx: &mut dyn Transaction,
    room: &RoomId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    happened(office, tx, room, Command::NoteFound { room: room.clone() }, None, at).await?;
    let number = tx.incident_in(room).await?;
    tx.try_again(number, office.clock.now()).await
}

/// A chat was not heard for a while: every open incident's room in it is read back.
pub(super) async fn returned(
    office: &Office,
    tx: &mut dyn Transaction,
    platform: Platform,
    since: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    for (number, room) in tx.open_rooms().await? {
        if room.platform != platform {
            continue;
        }
        let gap = Gap { room: room.clone(), from: since, until: at, lost: None };
        let effect = Effect::ReadBack { room: room.clone(), gap: Some(gap) };
        let key = format!("back/{number}/{room}/{}", at.timestamp_micros());
        tx.enqueue(&Draft::of_effect(number, effect, key, office.clock.now())).await?;
    }
    Ok(())
}

pub(super) async fn show_home(office: &Office, tx: &mut dyn Transaction, by: &Speaker) -> Result<(), StoreError> {
    let person = by.person.clone();
    let draft = Draft {
        key: format!("home/{}", person.id),
        lane: format!("home/{}", person.id),
        rank: 1,
        due: office.clock.now(),
        work: Work::ShowHome { to: person, groups: by.groups.clone() },
    };
    tx.enqueue(&draft).await
}

/// What was read in the room is brought in: what is new, what reads differently by now, what is gone, which emoji and
/// pins are on it and which are not any more. Done again, it changes nothing.
pub(super) async fn read(
    office: &Office,
    tx: &mut dyn Transaction,
    number: Number,
    room: &RoomId,
    reading: &Reading,
    before: &Incident,
    gap: Option<&Gap>,
) -> Result<(), StoreError> {
    let mut found = 0;
    for message in &reading.messages {
        found += read_one(office, tx, message, before, reading.with_reactions).await?;
    }
    if let Some((since, until)) = reading.whole {
        for known in tx.messages_since(room, since).await? {
            let unread = known.thread.as_ref().is_some_and(|thread| !reading.threads.contains(thread));
            if known.at <= until && !unread && !reading.messages.iter().any(|m| m.said.id == known.id) {
                tx.erase(&known.id).await?;
                let command = Command::Erase { message: known.id.clone() };
                happened(office, tx, room, command, None, office.clock.now()).await?;
                found += 1;
            }
        }
    }
    if let Some(pins) = &reading.pins {
        found += settle_pins(office, tx, number, pins, &pinned(before, room)).await?;
    }
    if let Some(members) = &reading.members {
        settle_members(tx, room, members).await?;
    }
    let Some(gap) = gap else { return Ok(()) };
    let whole = reading.whole.is_some_and(|(since, _)| since <= gap.from);
    let command = Command::NoteGap { gap: gap.clone(), found, whole };
    happened(office, tx, room, command, None, office.clock.now()).await
}

/// Who is in the room, and who is not any more.
async fn settle_members(tx: &mut dyn Transaction, room: &RoomId, members: &[PersonId]) -> Result<(), StoreError> {
    let known = tx.members(room).await?;
    for person in members.iter().filter(|person| !known.contains(person)) {
        tx.joined(room, person).await?;
    }
    for person in known.iter().filter(|person| !members.contains(person)) {
        tx.left(room, person).await?;
    }
    Ok(())
}

/// What differs from what was known before the pins were read: what was heard since then is newer than they are.
async fn settle_pins(
    office: &Office,
    tx: &mut dyn Transaction,
    number: Number,
    pins: &[ReadPin],
    known: &[(&MessageId, &Person)],
) -> Result<u32, StoreError> {
    let same = |pin: &ReadPin, known: &(&MessageId, &Person)| pin.said.id == *known.0 && pin.by.person.id == known.1.id;
    let mut found = 0;
    for (message, by) in known.iter().filter(|known| !pins.iter().any(|pin| same(pin, known))) {
        // A message that is deleted loses its pin by that, but not its place on the timeline.
        if !tx.message(message).await?.is_some_and(|m| m.deleted) {
            let command = Command::Unmark { mark: Mark::Note, message: (*message).clone(), pin: true };
            found += touch(office, tx, number, message, &long_ago(by), command).await?;
        }
    }
    for pin in pins.iter().filter(|pin| !known.iter().any(|known| same(pin, known))) {
        let command = Command::Mark { mark: Mark::Note, message: pin.said.clone(), pin: true, by_hand: false };
        found += touch(office, tx, number, &pin.said.id, &pin.by, command).await?;
    }
    Ok(found)
}

/// The messages of the room that are on the timeline by a pin, and whose pin that is.
fn pinned<'a>(incident: &'a Incident, room: &RoomId) -> Vec<(&'a MessageId, &'a Person)> {
    let mut found = Vec::new();
    for entry in &incident.timeline {
        if let Source::Message { message, marks, .. } = &entry.source
            && message.room == *room
        {
            found.extend(marks.iter().filter(|m| m.pin && !m.by_hand).map(|m| (message, &m.by)));
        }
    }
    found
}

/// Who has put something on, for taking it off: nobody tells who did that.
fn long_ago(by: &Person) -> Speaker {
    Speaker { person: by.clone(), zone: None, known: true, groups: Vec::new() }
}

/// How many changes it brought.
async fn read_one(
    office: &Office,
    tx: &mut dyn Transaction,
    message: &ReadMessage,
    before: &Incident,
    with_reactions: bool,
) -> Result<u32, StoreError> {
    let (id, text) = (&message.said.id, &message.said.text);
    let mut found = 0;
    if tx.record(&[(MessageRecord::new(&message.said, message.at), before.number)]).await? > 0 {
        found += 1;
    } else if tx.message(id).await?.is_some_and(|known| !known.deleted && known.text != *text) {
        tx.revise(id, text).await?;
        let command = Command::Revise { message: id.clone(), text: text.clone() };
        happened(office, tx, &id.room, command, None, office.clock.now()).await?;
        found += 1;
    }
    if with_reactions {
        let marks = before.timeline.iter().find(|e| e.is_of(id)).map_or(&[][..], Entry::marks);
        let marks: Vec<&Marked> = marks.iter().filter(|m| !m.pin).collect();
        found += put_on(office, tx, before.number, message, &marks).await?;
        found += taken_off(office, tx, before.number, message, &marks).await?;
    }
    Ok(found)
}

/// Emoji that were not on the message before it was read: one that was, and is heard to be taken off since, stays off.
async fn put_on(
    office: &Office,
    tx: &mut dyn Transaction,
    number: Number,
    message: &ReadMessage,
    before: &[&Marked],
) -> Result<u32, StoreError> {
    let mut found = 0;
    for (emoji, by) in &message.reactions {
        let Some(mark) = office.plan.reactions.mark(emoji) else { continue };
        if before.iter().any(|m| m.by.id == by.person.id && m.mark == mark) {
            continue;
        }
        let said = MessageRecord::new(&message.said, message.at).said();
        let command = Command::Mark { mark, message: said, pin: false, by_hand: false };
        found += touch(office, tx, number, &message.said.id, by, command).await?;
    }
    Ok(found)
}

/// Marks that were on the timeline before the message was read, and whose emoji is not on it any more.
async fn taken_off(
    office: &Office,
    tx: &mut dyn Transaction,
    number: Number,
    message: &ReadMessage,
    before: &[&Marked],
) -> Result<u32, StoreError> {
    let mut found = 0;
    for marked in before {
        let still = message
            .reactions
            .iter()
            .any(|(emoji, by)| by.person.id == marked.by.id && office.plan.reactions.mark(emoji) == Some(marked.mark));
        let untold = message.shortened.iter().any(|emoji| office.plan.reactions.mark(emoji) == Some(marked.mark));
        if !still && !untold {
            let command = Command::Unmark { mark: marked.mark, message: message.said.id.clone(), pin: false };
            found += touch(office, tx, number, &message.said.id, &long_ago(&marked.by), command).await?;
        }
    }
    Ok(found)
}

/// What somebody did to a message while nobody listened. What they may not do is not answered: it is long ago.
async fn touch(
    office: &Office,
    tx: &mut dyn Transaction,
    number: Number,
    message: &MessageId,
    by: &Speaker,
    command: Command,
) -> Result<u32, StoreError> {
    let Some(incident) = tx.load(number).await? else { return Ok(0) };
    let member = is_member(tx, &incident, &by.person.id).await?;
    let asked = super::hear::asked(office.clock.now(), by, &message.room, member);
    Ok(enact(office, tx, incident, command, &asked).await?.map_or(0, |enacted| enacted.events.len() as u32))
}
