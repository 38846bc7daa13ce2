//! A person's own page in a chat that has such pages: what they are in, and what they have to do.

use chrono::{DateTime, NaiveDate, Utc};

use super::{ActionLine, Doc, IncidentLine, Span, Style, actions, incidents, page_subject, strong, text};
use crate::incident::Incident;
use crate::plan::Plan;

/// What is on it.
pub struct Home<'a> {
    /// The incidents to which a page calls the person just now.
    pub calling: &'a [Incident],
    /// Open incidents in which the person has a role or is in the room.
    pub mine: &'a [IncidentLine<'a>],
    /// The rest that they may see.
    pub others: &'a [IncidentLine<'a>],
    pub to_do: &'a [ActionLine<'a>],
}

pub fn home(home: &Home<'_>, now: DateTime<Utc>, plan: &Plan, style: &Style) -> Doc {
    let mut doc = Doc::new();
    if !home.calling.is_empty() {
        doc = doc.headline([strong("You are paged")]);
    }
    for incident in home.calling {
        let mut line = vec![strong(page_subject(incident, plan))];
        if let Some(room) = incident.room() {
            line.extend([text(" · "), Span::Room(room.clone())]);
        }
        doc = doc.line(line).button(&format!("Acknowledge {}", incident.key()), &format!("ack {}", incident.key()));
    }
    doc = doc.headline([strong("Your incidents")]);
    doc = match home.mine.is_empty() {
        true => doc.line([text("You are in no open incident.")]),
        false => with(doc, incidents(home.mine, false, now, plan, style)),
    };
    if !home.others.is_empty() {
        doc = with(doc.headline([strong("Other open incidents")]), incidents(home.others, false, now, plan, style));
    }
    doc = with(doc.headline([strong("Your action items")]), actions(home.to_do, true, today(now), style));
    doc.line([text("Is something wrong? "), style.typed("declare sev2 Checkout is down")])
        .button("Declare an incident", "declare")
}

fn today(now: DateTime<Utc>) -> NaiveDate {
    now.date_naive()
}

/// The blocks of the other one, but for its headline.
fn with(mut doc: Doc, other: Doc) -> Doc {
    let blocks = other.blocks.into_iter().filter(|b| !matches!(b, super::Block::Headline(_)));
    doc.blocks.extend(blocks);
    doc
}
