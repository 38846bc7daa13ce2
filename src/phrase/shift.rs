//! To those whose shift begins or ends.

use chrono::{DateTime, Utc};

use super::{Doc, Span, Style, all, strong, text};
use crate::incident::{Entry, EntryKind, Incident};
use crate::plan::Plan;

pub struct ShiftBegins<'a> {
    pub rotation: &'a str,
    /// `None`: nobody knows yet.
    pub until: Option<DateTime<Utc>>,
    /// Worst first.
    pub open: &'a [Incident],
    pub now: DateTime<Utc>,
}

/// What somebody has to know who comes on call: what is open, who has it, when the next update is due, what is to do.
pub fn shift_begins(shift: &ShiftBegins<'_>, plan: &Plan, style: &Style) -> Doc {
    let mut first = vec![strong(format!("You are on call for {}", shift.rotation))];
    if let Some(until) = shift.until {
        first.extend([text(until.format(", until %A %-d %B, ").to_string()), Span::Time(until)]);
    }
    first.push(text("."));
    let mut doc = Doc::new().line(first);
    if shift.open.is_empty() {
        return doc.line([text("Nothing is open.")]);
    }
    for incident in shift.open {
        doc = doc.line(open(incident, plan, shift.now));
        let tasks = incident.tasks.iter().filter(|task| task.done.is_none()).map(|task| {
            let owner = task.owner.as_ref().map_or(String::new(), |owner| format!(" ({})", owner.name));
            vec![text(format!("Task {}: {}{owner}", task.number, task.text))]
        });
        doc = doc.list(tasks.chain(questions(incident)).collect());
    }
    doc.line([text("Pages reach you here; answer them with "), style.typed("ack"), text(".")])
}

/// What people think that it may be, and nobody knows yet; the latest of it.
fn questions(incident: &Incident) -> impl Iterator<Item = Vec<Span>> {
    let is_one = |entry: &&Entry| entry.kind == EntryKind::Hypothesis && !entry.text.is_empty();
    let guesses = incident.timeline.iter().rev().filter(is_one).take(3);
    guesses.map(|entry| vec![text(format!("Hypothesis: {}", entry.text))])
}

fn open(incident: &Incident, plan: &Plan, now: DateTime<Utc>) -> Vec<Span> {
    let severity = plan.severity_label(&incident.severity);
    let commander = incident.commander().map_or("nobody".to_string(), |p| p.name.clone());
    let mut line = vec![
        strong(format!("{severity} {}: {}", incident.key(), incident.title)),
        text(format!(" · {} · commander: {commander}", incident.status.as_str())),
    ];
    if let Some(due) = incident.update_due {
        line.push(text(if due < now { " · update overdue since " } else { " · next update due " }));
        line.push(Span::Time(due));
    }
    if let Some(room) = incident.room() {
        line.extend([text(" · "), Span::Room(room.clone())]);
    }
    line
}

pub fn shift_is_over(rotation: &str, now: &[String]) -> Doc {
    let next = match now {
        [] => "Nobody is on call now.".to_string(),
        [one] => format!("{one} is on call now."),
        several => format!("{} are on call now.", all(several)),
    };
    Doc::plain(format!("Your shift for {rotation} is over. {next}"))
}
