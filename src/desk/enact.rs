//! From a command to durable events and the work that follows from them.

use super::{Office, stakeholders};
use crate::incident::{Asked, Command, Effect, Event, Incident, Recorded, Refusal, consequences, decide, evolve};
use crate::phrase::Doc;
use crate::plan::{Number, Permission, Person, PersonId, RoomId, Standing};
use crate::ports::{Draft, StoreError, Transaction, Work};

/// What a command led to.
pub(super) struct Enacted {
    pub events: Vec<Event>,
    pub after: Incident,
}

pub(super) async fn enact(
    office: &Office,
    tx: &mut dyn Transaction,
    incident: Incident,
    command: Command,
    asked: &Asked,
) -> Result<Result<Enacted, Refusal>, StoreError> {
    let events = match decide(&incident, command, asked, &office.plan) {
        Ok(events) => events,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let now = office.clock.now();
    let number = incident.number;
    let mut after = incident;
    let mut recorded = Vec::with_capacity(events.len());
    let mut drafts = Vec::new();
    for event in &events {
        let fact = Recorded {
            incident: number,
            seq: after.seq + 1,
            at: asked.at,
            by: asked.by.clone(),
            place: asked.place.clone(),
            event: event.clone(),
        };
        after = evolve(after, &fact);
        let mut effects = consequences(&fact, &after, &office.plan);
        effects.extend(stakeholders::informed(office, tx, &fact, &after).await?);
        drafts.extend(effects.into_iter().enumerate().map(|(n, effect)| draft(&fact, n, effect, now)));
        recorded.push(fact);
    }
    if !recorded.is_empty() {
        tx.append(&recorded, &after).await?;
    }
    for draft in &drafts {
        tx.enqueue(draft).await?;
    }
    Ok(Ok(Enacted { events, after }))
}

pub(super) fn standing(incident: Number, effect: Effect, now: chrono::DateTime<chrono::Utc>) -> Option<Draft> {
    let key = effect.standing_key(incident)?;
    Some(Draft::of_effect(incident, effect, key, now))
}

fn draft(fact: &Recorded, n: usize, effect: Effect, now: chrono::DateTime<chrono::Utc>) -> Draft {
    let number = fact.incident;
    let due = match &effect {
        Effect::SetAlarm { due, .. }
        | Effect::PageByPlan { due }
        | Effect::CountAlerts { due, .. }
        | Effect::TellCalm { due, .. }
        | Effect::SumUp { due, .. } => *due,
        _ => now,
    };
    let key = effect.standing_key(number).unwrap_or_else(|| format!("effect/{number}/{}/{n}", fact.seq));
    Draft::of_effect(number, effect, key, due)
}

/// Where an answer goes.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub room: &'a RoomId,
    pub reply: Option<&'a str>,
    /// Others in that room may not read it.
    pub discreet: bool,
}

/// A private answer, worded now. `identity` is that of the delivery which it answers, `about` the incident of the room.
pub(super) async fn answer(
    office: &Office,
    tx: &mut dyn Transaction,
    identity: &str,
    to: &PersonId,
    place: Place<'_>,
    about: Option<Number>,
    doc: Doc,
) -> Result<(), StoreError> {
    let reply = place.reply.map(str::to_string);
    let Place { room, discreet, .. } = place;
    let work = Work::Answer { to: to.clone(), room: room.clone(), reply, discreet, doc, incident: about };
    tx.enqueue(&answer_draft(office, identity, to, work)).await
}

pub(super) fn answer_draft(office: &Office, identity: &str, to: &PersonId, work: Work) -> Draft {
    Draft { key: format!("answer/{identity}"), lane: format!("answer/{to}"), rank: 0, due: office.clock.now(), work }
}

/// Whether the person is in one of the incident's rooms.
pub(super) async fn is_member(
    tx: &mut dyn Transaction,
    incident: &Incident,
    person: &PersonId,
) -> Result<bool, StoreError> {
    for room in &incident.rooms {
        if tx.is_member(&room.room.id, person).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether somebody may know of an incident: of a private one its members, and whom the plan permits.
pub(super) fn may_see(office: &Office, incident: &Incident, person: &Person, member: bool, groups: &[String]) -> bool {
    let roles = incident.roles_of(&person.id);
    let standing = Standing { person: &person.id, known: true, member, groups, roles: &roles };
    !incident.private || member || office.plan.permits(Permission::Private, standing)
}
