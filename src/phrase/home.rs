//! A person's own page in a chat that has such pages: what they are in, and what they have to do.

use chrono::{DateTime, NaiveDate, Utc};

use super::{ActionLine, Doc, IncidentLine, Style, actions, incidents, strong, text};
use crate::plan::Plan;

/// `mine`: open incidents in which the person has a role or is in the room; `others`: the rest that they may see.
pub fn home(
    mine: &[IncidentLine<'_>],
    others: &[IncidentLine<'_>],
    to_do: &[ActionLine<'_>],
    now: DateTime<Utc>,
    plan: &Plan,
    style: &Style,
) -> Doc {
    let mut doc = Doc::new().headline([strong("Your incidents")]);
    doc = match mine.is_empty() {
        true => doc.line([text("You are in no open incident.")]),
        false => with(doc, incidents(mine, false, now, plan, style)),
    };
    if !others.is_empty() {
        doc = with(doc.headline([strong("Other open incidents")]), incidents(others, false, now, plan, style));
    }
    doc = with(doc.headline([strong("Your action items")]), actions(to_do, true, today(now), style));
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
