//! Answers that only the one who asked sees.

use chrono::{DateTime, Utc};

use super::{Doc, Press, Span, Style, strong, text};
use crate::incident::{Event, Incident, Milestone, Restore, SaidMessage};
use crate::plan::{Person, PersonId};

/// What a command did, where the room is not told of it. `None`: the room is, and that is the answer.
pub fn done(events: &[Event], incident: &Incident, style: &Style) -> Option<Doc> {
    match events.last()? {
        Event::Logged { when, .. } => {
            let at = [
                text("On the timeline at "),
                Span::Time(*when),
                text(". "),
                style.typed("undo"),
                text(" takes it back."),
            ];
            Some(Doc::new().line(at))
        }
        Event::MilestoneSet { milestone, when } => {
            let what = if *milestone == Milestone::Started { "The impact began at " } else { "It was noticed at " };
            Some(Doc::new().line([text(what), Span::Time(*when), text(".")]))
        }
        Event::ActionAdded { number, text: action, owner, due, .. } => {
            Some(action_added(*number, action, owner.as_ref(), *due))
        }
        Event::ActionDone { number } => Some(Doc::plain(format!("Action item {number} is done."))),
        Event::LinkAdded { .. } => Some(Doc::plain("The link is on the card.")),
        Event::Snoozed { until } => {
            Some(Doc::new().line([text("You are reminded again at "), Span::Time(*until), text(".")]))
        }
        Event::TakenBack { what, restore, .. } => match restore {
            // The room was told of these.
            Restore::Severity { .. }
            | Restore::Status { .. }
            | Restore::Role { .. }
            | Restore::Title { .. }
            | Restore::Update { .. }
            | Restore::TaskRemoved { .. }
            | Restore::TaskOpen { .. } => None,
            _ => Some(Doc::plain(format!("Taken back: {what}."))),
        },
        Event::Merged { into } => {
            Some(Doc::plain(format!("{} goes on in {}.", incident.key(), crate::plan::key(*into))))
        }
        _ => None,
    }
}

fn action_added(number: u32, action: &str, owner: Option<&Person>, due: Option<chrono::NaiveDate>) -> Doc {
    let mut line = vec![strong(format!("Action item {number}")), text(format!(": {action}"))];
    line.push(text(match owner {
        Some(owner) => format!(" — {}", owner.name),
        None => " — nobody yet".into(),
    }));
    if let Some(due) = due {
        line.push(text(format!(", due {}", due.format("%A %-d %B %Y"))));
    }
    Doc::new().line(line)
}

/// To the one who put 🚨 on a message outside incident rooms.
pub fn offer(message: &SaidMessage, severity: &str, confirm: &str, private: bool) -> Doc {
    let press = Press::React { message: message.id.clone(), emoji: confirm.to_string() };
    let what = if private { "a private incident" } else { "an incident" };
    Doc::new()
        .line([strong(format!("Declare {what} from this message?"))])
        .quote(&message.text)
        .line([text(format!("Put {confirm} on the message to declare it as {severity}, or take your emoji off."))])
        .ask_press(&format!("Declare {severity}"), press)
}

pub fn offer_withdrawn() -> Doc {
    Doc::plain("Nothing was declared.")
}

/// To somebody who shares nothing with the bot, once.
pub fn stranger() -> Doc {
    Doc::plain("I only work for people who share a workspace or an announcement room with me. Nothing was done.")
}

/// A command about an incident, outside of incident rooms.
pub fn strange_place(words: &str, style: &Style) -> Doc {
    Doc::new()
        .line([
            style.typed(words),
            text(" is about one incident: type it in that incident's room. "),
            style.typed("list"),
            text(" shows the open ones."),
        ])
        .button("List open incidents", "list")
}

/// With what the incident's commander has still to do; nobody else is told.
pub fn overdue(doc: Doc, incident: &Incident, to: &PersonId, now: DateTime<Utc>, style: &Style) -> Doc {
    let is_commander = incident.commander().is_some_and(|person| person.id == *to);
    let snoozed = incident.snoozed_until.is_some_and(|until| until > now);
    let due = incident.update_due.filter(|due| is_commander && incident.status.is_active() && !snoozed && *due < now);
    let Some(due) = due else { return doc };
    doc.line([
        strong("The update is overdue"),
        text(" since "),
        Span::Time(due),
        text(". Write it: "),
        style.typed("update TEXT"),
        text("."),
    ])
}
