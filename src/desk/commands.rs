//! A typed command: read, decided, answered to the one who typed it.

use chrono::{DateTime, Utc};

use super::Office;
use super::enact::{Enacted, Place, answer, answer_draft, enact, is_member, may_see};
use super::hear::asked;
use super::{alerts, paging, stakeholders};
use crate::grammar::{Asking, Context, Question, names_in, parse};
use crate::incident::{Asked, Command, Described, Incident, MergeTarget, Origin, Refusal, Same, alike};
use crate::phrase::{Doc, Style, done, misunderstood, overdue, refused, strange_place, stranger};
use crate::plan::{Number, Person, Room, Topic};
use crate::ports::{Mention, Offer, Speaker, StoreError, Summary, Transaction, Work};

pub(super) struct Typed<'a> {
    pub identity: &'a str,
    pub at: DateTime<Utc>,
    pub by: &'a Speaker,
    pub room: &'a Room,
    /// Without the prefix.
    pub words: &'a str,
    pub mentions: &'a [Mention],
    pub reply: Option<&'a str>,
    /// The message that it is declared from.
    pub origin: Option<&'a Origin>,
}

/// What came of a command: what its author is told, and whether that is a refusal.
pub(super) struct Answered {
    pub doc: Option<Doc>,
    pub refused: bool,
    /// Others in that room may not read it.
    pub discreet: bool,
}

impl Answered {
    /// What was done is told, or is seen in the room.
    pub(super) fn told(doc: Option<Doc>, discreet: bool) -> Self {
        Answered { doc, refused: false, discreet }
    }

    fn nothing() -> Self {
        Answered { doc: None, refused: false, discreet: false }
    }

    pub(super) fn refusal(doc: Doc) -> Self {
        Answered { doc: Some(doc), refused: true, discreet: false }
    }
}

pub(super) async fn command(
    office: &Office,
    tx: &mut dyn Transaction,
    typed: &Typed<'_>,
) -> Result<Answered, StoreError> {
    let here = tx.incident_in(&typed.room.id).await?;
    let mut answered = obey(office, tx, typed, here).await?;
    if let Some(number) = here {
        answered.doc = reminded(office, tx, typed, number, answered.doc).await?;
    }
    if let Some(doc) = &answered.doc {
        let place = Place { room: &typed.room.id, reply: typed.reply, discreet: answered.discreet };
        answer(office, tx, typed.identity, &typed.by.person.id, place, here, doc.clone()).await?;
    }
    Ok(answered)
}

/// An answer to the commander says what they have forgotten.
async fn reminded(
    office: &Office,
    tx: &mut dyn Transaction,
    typed: &Typed<'_>,
    number: Number,
    doc: Option<Doc>,
) -> Result<Option<Doc>, StoreError> {
    let Some(doc) = doc else { return Ok(None) };
    let Some(incident) = tx.load(number).await? else { return Ok(Some(doc)) };
    let style = office.style(typed.room.id.platform);
    Ok(Some(overdue(doc, &incident, &typed.by.person.id, typed.at, &style)))
}

async fn obey(
    office: &Office,
    tx: &mut dyn Transaction,
    typed: &Typed<'_>,
    here: Option<Number>,
) -> Result<Answered, StoreError> {
    let style = office.style(typed.room.id.platform);
    if !typed.by.known {
        return turn_away(office, tx, typed).await;
    }
    let people = people_in(tx, typed).await?;
    let context = Context {
        speaker: &typed.by.person,
        now: typed.at,
        zone: typed.by.zone.unwrap_or(chrono_tz::UTC),
        plan: &office.plan,
        people: &people,
    };
    Ok(match parse(typed.words, &context) {
        Err(what) => Answered::refusal(misunderstood(&what, &style)),
        Ok(Asking::Question(question)) => ask(office, tx, typed, here, question).await?,
        Ok(Asking::Wish { topic, wanted }) => match topic.or(here.map(Topic::Incident)) {
            Some(topic) => stakeholders::wish(office, tx, typed, topic, wanted, here).await?,
            None => ask(office, tx, typed, here, Question::Subscriptions).await?,
        },
        Ok(Asking::Acknowledge { incident }) => paging::acknowledge(office, tx, typed, incident, here).await?,
        Ok(Asking::Command(command)) => match (*command, here) {
            (command @ Command::Declare { .. }, _) => {
                let asked = asked(typed.at, typed.by, &typed.room.id, false);
                match declare(office, tx, from(command, typed.origin), &asked).await? {
                    Ok(declared) => {
                        alerts::join(office, tx, &declared.after).await?;
                        Answered::nothing()
                    }
                    Err(why @ Refusal::Alike { .. }) => pointed_at(office, tx, typed, &why, here, &style).await?,
                    Err(why) => turned_down(office, tx, &why, here, &style).await?,
                }
            }
            (command, Some(number)) => in_room(office, tx, typed, number, command, &style).await?,
            (_, None) => Answered::refusal(strange_place(first_word(typed.words), &style)),
        },
    })
}

/// It is answered when it is looked up.
async fn ask(
    office: &Office,
    tx: &mut dyn Transaction,
    typed: &Typed<'_>,
    here: Option<Number>,
    question: Question,
) -> Result<Answered, StoreError> {
    let work = Work::Look {
        to: typed.by.person.clone(),
        room: typed.room.id.clone(),
        reply: typed.reply.map(str::to_string),
        groups: typed.by.groups.clone(),
        question,
        incident: here,
    };
    tx.enqueue(&answer_draft(office, typed.identity, &typed.by.person.id, work)).await?;
    Ok(Answered::nothing())
}

/// Declared from a message.
fn from(command: Command, origin: Option<&Origin>) -> Command {
    match (command, origin) {
        (Command::Declare { title, severity, service, private, same, anyway, .. }, Some(origin)) => {
            Command::Declare { title, severity, service, private, origin: Some(origin.clone()), same, anyway }
        }
        (command, _) => command,
    }
}

fn first_word(words: &str) -> &str {
    words.split_whitespace().next().unwrap_or_default()
}

/// Somebody who shares nothing with the bot is told so once, and not again.
async fn turn_away(office: &Office, tx: &mut dyn Transaction, typed: &Typed<'_>) -> Result<Answered, StoreError> {
    let person = &typed.by.person.id;
    let first = tx.first_time(&format!("stranger/{person}"), office.clock.now()).await?;
    Ok(Answered { doc: first.then(stranger), refused: true, discreet: true })
}

/// A refusal may name another incident than the one of the room, and that may be private.
async fn turned_down(
    office: &Office,
    tx: &mut dyn Transaction,
    why: &Refusal,
    here: Option<Number>,
    style: &Style,
) -> Result<Answered, StoreError> {
    let mut answered = Answered::refusal(refused(why, &office.plan, style));
    if let Some(number) = why.names().filter(|number| Some(*number) != here) {
        answered.discreet = tx.load(number).await?.is_some_and(|incident| incident.private);
    }
    Ok(answered)
}

/// What may be the same, with a way to go on. No refusal: a form can't offer that, and so lets it through.
async fn pointed_at(
    office: &Office,
    tx: &mut dyn Transaction,
    typed: &Typed<'_>,
    why: &Refusal,
    here: Option<Number>,
    style: &Style,
) -> Result<Answered, StoreError> {
    let told = turned_down(office, tx, why, here, style).await?;
    let rest = typed.words.trim_start().strip_prefix(first_word(typed.words)).unwrap_or_default();
    let doc = told.doc.map(|doc| doc.ask("Declare anyway", &format!("declare --anyway{rest}")));
    Ok(Answered { doc, refused: false, discreet: told.discreet })
}

/// Whom the names in the text may mean: what the chat resolved, else who is known by that name in this chat.
async fn people_in(tx: &mut dyn Transaction, typed: &Typed<'_>) -> Result<Vec<(String, Vec<Person>)>, StoreError> {
    let mut people: Vec<(String, Vec<Person>)> =
        typed.mentions.iter().map(|m| (m.name.clone(), vec![m.person.clone()])).collect();
    for name in names_in(typed.words) {
        if people.iter().any(|(known, _)| known.to_lowercase().starts_with(&name.to_lowercase())) {
            continue;
        }
        let mut found = tx.people_named(&name).await?;
        found.retain(|p| p.id.platform == typed.room.id.platform);
        people.push((name, found));
    }
    Ok(people)
}

/// Declares, unless an open incident that this person may see is, or may be, the same.
pub(super) async fn declare(
    office: &Office,
    tx: &mut dyn Transaction,
    command: Command,
    asked: &Asked,
) -> Result<Result<Enacted, Refusal>, StoreError> {
    let Command::Declare { title, severity, service, private, origin, anyway, .. } = command else {
        return Ok(Err(Refusal::TextMissing { what: "title" }));
    };
    // The number first: who declares the same in another replica before the look at the titles is seen by that look,
    // and who does it after that takes this very number, which is a clash.
    let number = tx.next_number().await?;
    let same = match anyway {
        true => None,
        false => same(office, tx, Described { title: &title, service: service.as_deref() }, asked).await?,
    };
    let command = Command::Declare { title, severity, service, private, origin, same, anyway };
    enact(office, tx, Incident::unborn(number), command, asked).await
}

/// An open incident of this title, else one that may be the same; of several the latest.
async fn same(
    office: &Office,
    tx: &mut dyn Transaction,
    declared: Described<'_>,
    asked: &Asked,
) -> Result<Option<Same>, StoreError> {
    let Some(person) = asked.by.person() else { return Ok(None) };
    let exact = tx.open_titled(declared.title).await?;
    let open = office.ledger.open().await?;
    let is_alike = |s: &&Summary| alike(declared, Described { title: &s.title, service: s.service.as_deref() });
    // Declared in another replica since the titles were looked at, it can still be the very same.
    let similar = open.iter().rev().filter(is_alike).map(|s| (s.number, is_same(&s.title, declared.title)));
    for (number, exact) in exact.into_iter().map(|number| (number, true)).chain(similar) {
        let Some(incident) = tx.load(number).await?.filter(|i| i.status.is_open()) else { continue };
        let member = is_member(tx, &incident, &person.id).await?;
        if may_see(office, &incident, person, member, &asked.groups) {
            return Ok(Some(Same { number, title: incident.title.clone(), room: incident.room().cloned(), exact }));
        }
    }
    Ok(None)
}

fn is_same(one: &str, other: &str) -> bool {
    let words = |title: &str| title.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    words(one) == words(other)
}

/// 🚨 then ✅: the message is where it was declared from.
pub(super) fn declare_from(offer: &Offer, title: String) -> Command {
    let origin = Origin { message: offer.message.id.clone(), link: offer.message.link.clone() };
    let private = offer.private;
    Command::Declare { title, severity: None, service: None, private, origin: Some(origin), same: None, anyway: false }
}

/// A command about the incident of this room. No answer: the room is told, which is the answer.
async fn in_room(
    office: &Office,
    tx: &mut dyn Transaction,
    typed: &Typed<'_>,
    number: Number,
    command: Command,
    style: &Style,
) -> Result<Answered, StoreError> {
    let Some(incident) = tx.load(number).await? else { return Ok(Answered::nothing()) };
    let member = is_member(tx, &incident, &typed.by.person.id).await?;
    let asked = asked(typed.at, typed.by, &typed.room.id, member);
    let enacted = match command {
        Command::Page { paging, text } => {
            let paging = paging::paging(office, paging.target);
            enact(office, tx, incident, Command::Page { paging, text }, &asked).await?
        }
        Command::Merge { into, .. } => merge(office, tx, incident, into, &asked).await?,
        command => enact(office, tx, incident, command, &asked).await?,
    };
    match enacted {
        Ok(enacted) => Ok(Answered { doc: done(&enacted.events, &enacted.after, style), ..Answered::nothing() }),
        Err(refusal) => turned_down(office, tx, &refusal, Some(number), style).await,
    }
}

/// Two incidents in one transaction: this one ends, the other one takes over what it has.
async fn merge(
    office: &Office,
    tx: &mut dyn Transaction,
    incident: Incident,
    into: Number,
    asked: &Asked,
) -> Result<Result<Enacted, Refusal>, StoreError> {
    let target = match (asked.by.person(), tx.load(into).await?) {
        (Some(person), Some(target)) => {
            let member = is_member(tx, &target, &person.id).await?;
            Some(target).filter(|t| may_see(office, t, person, member, &asked.groups))
        }
        _ => None,
    };
    let seen = target.as_ref().map(|t| MergeTarget { status: t.status, private: t.private });
    let merged = match enact(office, tx, incident, Command::Merge { into, target: seen }, asked).await? {
        Ok(merged) => merged,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Some(target) = target {
        let other = Box::new(merged.after.clone());
        let _ = enact(office, tx, target, Command::Absorb { other }, asked).await?;
    }
    Ok(Ok(merged))
}
