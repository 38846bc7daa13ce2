//! An emoji or a pin, put on a message or taken off it.

use chrono::{DateTime, TimeDelta, Utc};

use super::enact::{Place, answer, enact, is_member};
use super::hear::asked;
use super::{Office, commands};
use crate::incident::{Command, Refusal, SaidMessage};
use crate::phrase::{offer, offer_withdrawn, refused};
use crate::plan::{Mark, MessageId, Number};
use crate::ports::{Draft, Offer, Speaker, StoreError, Touched, Transaction, Work};

/// A ✅ much later means something else.
const OFFER_HOLDS: TimeDelta = TimeDelta::hours(1);

/// With what a message is marked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum With {
    Emoji,
    Pin,
    /// It counts as a pin; the chat shows nothing of it.
    Hand,
}

pub(super) struct Touch<'a> {
    pub identity: &'a str,
    pub at: DateTime<Utc>,
    pub by: &'a Speaker,
    pub message: &'a MessageId,
    pub on: bool,
    /// The message, where the chat sent it along.
    pub said: Option<&'a SaidMessage>,
}

/// An emoji, with what only emoji have.
pub(super) struct Emoji<'a> {
    pub name: &'a str,
    pub stamp: &'a str,
    /// The chat can be asked for the message.
    pub unread: bool,
    pub private_room: bool,
}

pub(super) async fn emoji(
    office: &Office,
    tx: &mut dyn Transaction,
    touch: &Touch<'_>,
    emoji: &Emoji<'_>,
) -> Result<(), StoreError> {
    let reactions = &office.plan.reactions;
    let here = tx.incident_in(&touch.message.room).await?;
    let mark = here.and_then(|_| reactions.mark(emoji.name));
    let offers = here.is_none() && touch.by.known && reactions.declares(emoji.name);
    if touch.on && emoji.unread && (mark.is_some() || offers) && tx.message(touch.message).await?.is_none() {
        return fetch(office, tx, touch, emoji).await;
    }
    match (here, mark) {
        (Some(number), Some(mark)) => put(office, tx, touch, number, mark, With::Emoji).await,
        (Some(_), None) => Ok(()),
        (None, _) if offers => offer_to_declare(office, tx, touch, emoji.private_room).await,
        (None, _) if reactions.confirms(emoji.name) && touch.on => confirm(office, tx, touch).await,
        (None, _) => Ok(()),
    }
}

/// The message is asked for, and the emoji heard again with it.
async fn fetch(
    office: &Office,
    tx: &mut dyn Transaction,
    touch: &Touch<'_>,
    emoji: &Emoji<'_>,
) -> Result<(), StoreError> {
    let touched = Touched {
        message: touch.message.clone(),
        by: touch.by.clone(),
        at: touch.at,
        emoji: emoji.name.into(),
        stamp: emoji.stamp.into(),
        private_room: emoji.private_room,
    };
    let draft = Draft {
        key: format!("fetch/{}", touch.identity),
        lane: format!("read/{}", touch.message.room),
        rank: 1,
        due: office.clock.now(),
        work: Work::Fetch { touched },
    };
    tx.enqueue(&draft).await
}

pub(super) async fn note(
    office: &Office,
    tx: &mut dyn Transaction,
    touch: &Touch<'_>,
    with: With,
) -> Result<(), StoreError> {
    match tx.incident_in(&touch.message.room).await? {
        Some(number) => put(office, tx, touch, number, Mark::Note, with).await,
        None => Ok(()),
    }
}

async fn put(
    office: &Office,
    tx: &mut dyn Transaction,
    touch: &Touch<'_>,
    number: Number,
    mark: Mark,
    with: With,
) -> Result<(), StoreError> {
    let Some(incident) = tx.load(number).await? else { return Ok(()) };
    let pin = with != With::Emoji;
    let command = match touch.on {
        false => Command::Unmark { mark, message: touch.message.clone(), pin },
        true => {
            let recorded = tx.message(touch.message).await?.filter(|m| !m.deleted).map(|m| m.said());
            // Firebell's own messages are on no transcript, and no chat sends them along: what they say is on the
            // timeline already.
            let Some(message) = recorded.or_else(|| touch.said.cloned()) else { return Ok(()) };
            Command::Mark { mark, message, pin, by_hand: with == With::Hand }
        }
    };
    let member = is_member(tx, &incident, &touch.by.person.id).await?;
    let asked = asked(touch.at, touch.by, &touch.message.room, member);
    match enact(office, tx, incident, command, &asked).await? {
        // An emoji that changes nothing is not worth a word.
        Ok(_) | Err(Refusal::AlreadySo(_)) => Ok(()),
        Err(refusal) => refuse(office, tx, touch, &refusal).await,
    }
}

async fn refuse(
    office: &Office,
    tx: &mut dyn Transaction,
    touch: &Touch<'_>,
    refusal: &Refusal,
) -> Result<(), StoreError> {
    let room = &touch.message.room;
    let doc = refused(refusal, &office.plan, &office.style(room.platform));
    let about = tx.incident_in(room).await?;
    let place = Place { room, reply: None, discreet: false };
    answer(office, tx, touch.identity, &touch.by.person.id, place, about, doc).await
}

/// 🚨 outside incident rooms: nothing is declared until the same person confirms.
async fn offer_to_declare(
    office: &Office,
    tx: &mut dyn Transaction,
    touch: &Touch<'_>,
    private_room: bool,
) -> Result<(), StoreError> {
    let person = &touch.by.person;
    let place = Place { room: &touch.message.room, reply: None, discreet: false };
    if !touch.on {
        return match tx.take_offer(touch.message, &person.id).await? {
            Some(_) => answer(office, tx, touch.identity, &person.id, place, None, offer_withdrawn()).await,
            None => Ok(()),
        };
    }
    let Some(message) = touch.said else { return Ok(()) };
    let made = Offer { message: message.clone(), to: person.clone(), at: touch.at, private: private_room };
    tx.offer(&made).await?;
    let plan = &office.plan;
    let confirm = plan.reactions.confirm.iter().find(|e| !e.is_ascii()).map_or("✅", String::as_str);
    let doc = offer(message, plan.severity_label(&plan.default_severity), confirm, made.private);
    answer(office, tx, touch.identity, &person.id, place, None, doc).await
}

async fn confirm(office: &Office, tx: &mut dyn Transaction, touch: &Touch<'_>) -> Result<(), StoreError> {
    let Some(offer) = tx.take_offer(touch.message, &touch.by.person.id).await? else { return Ok(()) };
    if touch.at - offer.at > OFFER_HOLDS {
        return Ok(());
    }
    let asked = asked(touch.at, touch.by, &touch.message.room, false);
    let title = title_of(&offer.message.text);
    match commands::declare(office, tx, commands::declare_from(&offer, title), &asked).await? {
        Ok(_) => Ok(()),
        Err(refusal) => refuse(office, tx, touch, &refusal).await,
    }
}

/// The message's first line, cut to a title's length.
fn title_of(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or("Declared from a message");
    match line.chars().count() > crate::incident::LIMIT_TITLE {
        true => line.chars().take(crate::incident::LIMIT_TITLE - 1).chain(['…']).collect(),
        false => line.to_string(),
    }
}
