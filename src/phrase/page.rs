//! What somebody reads who is paged: at night, on a phone, half asleep.

use chrono::{DateTime, Utc};

use super::{Doc, Span, Style, since, strong, text};
use crate::incident::{Incident, Page};
use crate::plan::{Plan, Room};

/// One line: what wakes them.
pub fn page_subject(incident: &Incident, plan: &Plan) -> String {
    format!("{} {}: {}", plan.severity_label(&incident.severity), incident.key(), incident.title)
}

/// The page, where it can be answered by typing.
pub fn page(page: &Page, incident: &Incident, plan: &Plan, style: &Style) -> Doc {
    page_away(page, incident, plan)
        .line([text("Say that you come: "), style.typed(&acknowledging(incident)), text(".")])
        .ask("Acknowledge", &acknowledging(incident))
}

/// The page outside of chats, and how it stands if somebody has answered.
pub fn page_away(page: &Page, incident: &Incident, plan: &Plan) -> Doc {
    let subject = page_subject(incident, plan);
    let headline = if page.is_open() { format!("You are paged: {subject}") } else { subject };
    let mut doc = Doc::new().headline([strong(headline)]);
    if let Some(words) = &page.text {
        doc = doc.quote(words);
    }
    let by = page.by.person().map_or("the plan", |p| &p.name);
    doc = doc.line([text(format!("For {}, by {by}, at ", page.label)), Span::Time(page.at), text(".")]);
    doc = match &page.acknowledged {
        Some(answer) => {
            doc.line([strong(format!("{} comes", answer.by)), text(", since "), Span::Time(answer.at), text(".")])
        }
        None if page.is_open() => doc,
        None => doc.line([text(format!("Nobody needs to come any more: it is {}.", incident.status.as_str()))]),
    };
    match incident.room() {
        Some(room) => doc.line([text("Go to "), Span::Room(room.clone()), text(".")]),
        None => doc.line([text("The incident has no room yet.")]),
    }
}

/// It works in any room.
fn acknowledging(incident: &Incident) -> String {
    format!("ack {}", incident.key())
}

/// To the one who has said, outside of the incident's rooms, that they come.
pub fn acknowledged(incident: &Incident) -> Doc {
    let mut line = vec![strong("Thank you. "), text(format!("{}, {}: ", incident.key(), incident.title))];
    line.extend(way_to(incident.room()));
    Doc::new().line(line)
}

/// To somebody who is called by nothing.
pub fn nothing_calls_you(style: &Style) -> Doc {
    Doc::new().line([text("No page calls you just now. "), style.typed("oncall"), text(" shows who is on call.")])
}

fn way_to(room: Option<&Room>) -> Vec<Span> {
    match room {
        Some(room) => vec![text("go to "), Span::Room(room.clone()), text(".")],
        None => vec![text("its room is not there yet.")],
    }
}

/// What the room reads of who was called, or of the lack of somebody.
pub(super) fn told(label: &str, words: Option<&str>, attempt: u32, called: &[String], by: &str) -> Doc {
    let whom = super::all(called);
    let line = match (called.is_empty(), attempt) {
        (true, 1) => vec![strong("Nobody could be paged"), text(format!(" for {label}: nobody is on call."))],
        (true, _) => vec![strong(format!("No answer to the page for {label}")), text(", and nobody else is on call.")],
        (false, 1) if whom == label => vec![strong(format!("Paged {whom}")), text(format!(", by {by}."))],
        (false, 1) => vec![strong(format!("Paged {whom}")), text(format!(" for {label}, by {by}."))],
        (false, _) if whom == label => vec![strong(format!("No answer from {label}.")), text(" Paged again.")],
        (false, _) => {
            vec![strong(format!("No answer to the page for {label}.")), text(format!(" Paged {whom} now."))]
        }
    };
    let doc = Doc::new().line(line);
    match words.filter(|_| attempt == 1) {
        Some(words) => doc.quote(words),
        None => doc,
    }
}

/// Somebody has answered a page.
pub(super) fn answered(page: Option<&Page>, by: &str, at: DateTime<Utc>, incident: &Incident) -> Doc {
    let mut line = vec![strong(format!("{by} comes"))];
    if let Some(page) = page {
        let whom = if page.label == by { String::new() } else { format!(" for {}", page.label) };
        line.push(text(format!(", {} after the page{whom}.", since(page.at, at))));
    }
    let doc = Doc::new().line(line);
    match incident.commander().is_none() && incident.status.is_active() {
        true => doc.button("Take command", "claim"),
        false => doc,
    }
}

/// How the incident's pages stand, for the card.
pub(super) fn on_card(incident: &Incident) -> Vec<Vec<Span>> {
    let shown = incident.pages.iter().filter(|page| page.is_open() || page.acknowledged.is_some());
    shown.map(line).collect()
}

fn line(page: &Page) -> Vec<Span> {
    let names: Vec<String> = page.reached.iter().map(|r| r.name.clone()).collect();
    let paged = match names.as_slice() {
        [name] if *name == page.label => format!("Paged {name}: "),
        [] => format!("Paged {}: ", page.label),
        names => format!("Paged {} for {}: ", super::all(names), page.label),
    };
    let answer = match &page.acknowledged {
        Some(answer) => format!("{} comes", answer.by),
        None if names.is_empty() => "nobody is on call".into(),
        None => "no answer yet".into(),
    };
    vec![text(paged), strong(answer)]
}
