//! `page SERVICE|TEAM|@who [text]`, `ack`: somebody is called, and comes. Who does not answer in time is called again,
//! with the next ones, until somebody answers.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::{AlreadySo, Answerer, Asked, Event, Incident, Page, Paging, Refusal};
use super::checked_note;
use crate::plan::{NextStep, Plan};

/// When to look again if there is nobody to call: a shift may begin.
const LOOK_AGAIN: TimeDelta = TimeDelta::minutes(5);

const SETTLED: Refusal = Refusal::AlreadySo(AlreadySo::Settled);

/// A second page of the same people while the first one still calls would only be noise.
pub(super) fn page(
    incident: &Incident,
    paging: Paging,
    text: Option<String>,
    asked: &Asked,
) -> Result<Vec<Event>, Refusal> {
    let text = checked_note(text, "text of a page")?;
    if incident.pages.iter().any(|p| p.target == paging.target && p.is_open()) {
        return Err(Refusal::AlreadySo(AlreadySo::Paged { label: paging.label }));
    }
    match paging.next {
        None => Err(Refusal::NobodyToPage { label: paging.label }),
        next => Ok(vec![begun(incident.last_page() + 1, paging.target, paging.label, text, next, asked.at)]),
    }
}

/// Those whom the plan pages and who have not been paged yet. It goes on looking where nobody can be called just now:
/// nobody reads a refusal.
pub(super) fn by_plan(incident: &Incident, pages: Vec<Paging>, asked: &Asked) -> Result<Vec<Event>, Refusal> {
    if !incident.status.is_active() || incident.private {
        return Err(SETTLED);
    }
    let missing = pages.into_iter().filter(|paging| !incident.pages.iter().any(|p| p.target == paging.target));
    let numbered = (incident.last_page() + 1..).zip(missing);
    Ok(numbered.map(|(n, paging)| begun(n, paging.target, paging.label, None, paging.next, asked.at)).collect())
}

fn begun(
    page: u32,
    target: crate::plan::PageTarget,
    label: String,
    text: Option<String>,
    next: Option<NextStep>,
    at: DateTime<Utc>,
) -> Event {
    let (step, to, wait) = next.map_or((0, Vec::new(), LOOK_AGAIN), |n| (n.step, n.to, n.wait));
    Event::Paged { page, target, label, text, step, attempt: 1, to, next: at + wait }
}

/// Nobody has answered in time. Time in which Firebell was away is not made up for.
pub(super) fn escalate(
    incident: &Incident,
    page: u32,
    next: Option<NextStep>,
    asked: &Asked,
) -> Result<Vec<Event>, Refusal> {
    let Some(page) = incident.pages.iter().find(|p| p.number == page) else { return Err(SETTLED) };
    if page.next.is_none_or(|next| next > asked.at) {
        return Err(SETTLED);
    }
    let (step, to, wait) = next.map_or((page.step, Vec::new(), LOOK_AGAIN), |n| (n.step, n.to, n.wait));
    Ok(vec![Event::Paged {
        page: page.number,
        target: page.target.clone(),
        label: page.label.clone(),
        text: page.text.clone(),
        step,
        attempt: page.attempt + 1,
        to,
        next: asked.at + wait,
    }])
}

/// The pages that have called this person; who was not called takes over all that still call.
pub(super) fn acknowledge(incident: &Incident, asked: &Asked, plan: &Plan) -> Result<Vec<Event>, Refusal> {
    let Some(person) = asked.by.person() else { return Ok(Vec::new()) };
    let open: Vec<&Page> = incident.pages.iter().filter(|p| p.is_open()).collect();
    let mine: Vec<&Page> = open.iter().copied().filter(|p| p.has_called(&person.id, plan)).collect();
    let answered = if mine.is_empty() { open } else { mine };
    match answered.is_empty() {
        true => Err(nothing_calls(incident)),
        false => Ok(answered.into_iter().map(|p| by(p, person.name.clone())).collect()),
    }
}

/// By the link of one page.
pub(super) fn acknowledge_by_link(incident: &Incident, page: u32, who: &Answerer) -> Result<Vec<Event>, Refusal> {
    match incident.pages.iter().find(|p| p.number == page && p.is_open()) {
        Some(page) => Ok(vec![by(page, who.name.clone())]),
        None => Err(nothing_calls(incident)),
    }
}

fn by(page: &Page, by: String) -> Event {
    Event::PageAcknowledged { page: page.number, by }
}

fn nothing_calls(incident: &Incident) -> Refusal {
    let latest = incident.pages.iter().filter_map(|p| p.acknowledged.as_ref()).max_by_key(|a| a.at);
    match latest {
        Some(answer) => Refusal::AlreadySo(AlreadySo::Acknowledged { by: answer.by.clone(), at: answer.at }),
        None => Refusal::NothingPaged,
    }
}
