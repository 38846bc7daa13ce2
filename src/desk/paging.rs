//! Who is called, and who comes: what people type about pages, and the steps that time takes.

use super::Office;
use super::commands::{Answered, Typed};
use super::enact::{enact, is_member};
use super::hear::asked;
use crate::incident::{Actor, Answerer, Asked, Command, Incident, Page, Paging};
use crate::phrase::{Style, acknowledged, done, nothing_calls_you, refused};
use crate::plan::{NextStep, Number, PageTarget, Person};
use crate::ports::{StoreError, Transaction};

/// The people that a page would call now, from this step on.
pub(super) fn next_step(office: &Office, target: &PageTarget, from: usize) -> Option<NextStep> {
    office.plan.next_step(target, from, office.clock.now(), &|rotation| office.calendars.shifts(rotation))
}

pub(super) fn paging(office: &Office, target: PageTarget) -> Paging {
    let next = next_step(office, &target, 0);
    Paging { label: office.plan.page_label(&target), target, next }
}

/// Whom the plan pages for this incident as it is now.
pub(super) fn by_plan(office: &Office, incident: &Incident) -> Command {
    let targets = office.plan.paged(&incident.severity, incident.service.as_deref());
    Command::PageByPlan { pages: targets.into_iter().map(|target| paging(office, target)).collect() }
}

/// The next step of a page that nobody has answered.
pub(super) fn escalation(office: &Office, page: &Page) -> Command {
    Command::Escalate { page: page.number, next: next_step(office, &page.target, page.step + 1) }
}

/// `ack`: in an incident's room its pages, elsewhere those that have called this person; with a key that one's.
pub(super) async fn acknowledge(
    office: &Office,
    tx: &mut dyn Transaction,
    typed: &Typed<'_>,
    wanted: Option<Number>,
    here: Option<Number>,
) -> Result<Answered, StoreError> {
    let style = office.style(typed.room.id.platform);
    let numbers = match wanted.or(here) {
        Some(number) => vec![number],
        None => calling(office, tx, typed).await?,
    };
    let mut answered = Answered::refusal(nothing_calls_you(&style));
    for number in numbers {
        if let Some(incident) = tx.load(number).await? {
            answered = answer(office, tx, typed, incident, here, &style).await?;
        }
    }
    Ok(answered)
}

/// The incidents of which a page calls this person just now.
async fn calling(office: &Office, tx: &mut dyn Transaction, typed: &Typed<'_>) -> Result<Vec<Number>, StoreError> {
    let mut found = Vec::new();
    for open in office.ledger.open().await? {
        let Some(incident) = tx.load(open.number).await? else { continue };
        let mut calls = incident.pages.iter().filter(|page| page.is_open());
        if calls.any(|page| page.has_called(&typed.by.person.id, &office.plan)) {
            found.push(open.number);
        }
    }
    Ok(found)
}

async fn answer(
    office: &Office,
    tx: &mut dyn Transaction,
    typed: &Typed<'_>,
    incident: Incident,
    here: Option<Number>,
    style: &Style,
) -> Result<Answered, StoreError> {
    let (number, private) = (incident.number, incident.private);
    let person = &typed.by.person;
    let member = is_member(tx, &incident, &person.id).await?;
    let called = incident.pages.iter().any(|page| page.has_called(&person.id, &office.plan));
    // Who has nothing to do with it learns nothing of it.
    if !called && !member && here != Some(number) {
        return Ok(Answered::refusal(nothing_calls_you(style)));
    }
    let asked = asked(typed.at, typed.by, &typed.room.id, member);
    match enact(office, tx, incident, Command::Acknowledge, &asked).await? {
        Ok(enacted) if here == Some(number) => Ok(Answered::told(done(&enacted.events, &enacted.after, style), false)),
        Ok(enacted) => Ok(Answered::told(Some(acknowledged(&enacted.after)), private)),
        Err(why) => Ok(Answered { discreet: private, ..Answered::refusal(refused(&why, &office.plan, style)) }),
    }
}

/// The link of a page was followed. Who has an account is known by it.
pub(super) async fn answered(
    office: &Office,
    tx: &mut dyn Transaction,
    number: Number,
    page: u32,
    who: &Answerer,
) -> Result<(), StoreError> {
    let Some(incident) = tx.load(number).await? else { return Ok(()) };
    let person = who.account.clone().map(|id| Person { id, name: who.name.clone() });
    let by = person.map_or(Actor::Firebell, Actor::Person);
    let asked = Asked { by, ..Asked::by_firebell(office.clock.now()) };
    // That somebody else was quicker is told where the link leads.
    let _ = enact(office, tx, incident, Command::AcknowledgeByLink { page, who: who.clone() }, &asked).await?;
    Ok(())
}
