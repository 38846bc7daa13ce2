//! Lists that somebody asked for.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Doc, Span, Style, since, strong, text};
use crate::incident::{Entry, Incident, Status};
use crate::plan::{Plan, Room};

/// An incident in a list.
pub struct IncidentLine<'a> {
    pub number: i64,
    pub title: &'a str,
    pub severity: &'a str,
    pub status: Status,
    pub commander: Option<&'a str>,
    pub room: Option<&'a Room>,
    pub declared: DateTime<Utc>,
}

pub fn incidents(lines: &[IncidentLine<'_>], all: bool, now: DateTime<Utc>, plan: &Plan, style: &Style) -> Doc {
    if lines.is_empty() {
        let none = if all { "There has been no incident yet." } else { "No incident is open." };
        return Doc::plain(none);
    }
    let title = if all { "Incidents" } else { "Open incidents" };
    let items = lines.iter().map(|line| {
        let key = Span::Link { url: style.incident_page(line.number), label: crate::plan::key(line.number) };
        let mut spans = vec![key, text(format!(" {} · ", plan.severity_label(line.severity))), strong(line.title)];
        let commander = line.commander.unwrap_or("nobody in command");
        let age = since(line.declared, now);
        spans.push(text(format!(" · {} · {commander} · declared {age} ago", line.status.as_str())));
        if let Some(room) = line.room {
            spans.extend([text(" · "), Span::Room(room.clone())]);
        }
        spans
    });
    Doc::new().headline([strong(title)]).list(items.collect())
}

/// The last lines of the timeline.
pub fn timeline(incident: &Incident, last: usize, style: &Style) -> Doc {
    let skipped = incident.timeline.len().saturating_sub(last);
    let items = incident.timeline[skipped..].iter().map(entry).collect();
    let doc = Doc::new().headline([strong(format!("Timeline of {}", incident.key()))]).list(items);
    let page = Span::Link { url: style.incident_page(incident.number), label: "The whole timeline".into() };
    let rest = if skipped > 0 { format!(" has {skipped} more.") } else { String::new() };
    doc.line([page, text(rest)])
}

fn entry(entry: &Entry) -> Vec<Span> {
    let said = if entry.is_deleted() { "message deleted" } else { &entry.text };
    vec![Span::Time(entry.at), text(" "), strong(entry.author.name()), text(format!(" {said}"))]
}

pub fn tasks(incident: &Incident, style: &Style) -> Doc {
    if incident.tasks.is_empty() {
        return Doc::new().line([text("No tasks yet. Add one: "), style.typed("task TEXT @who")]);
    }
    let items = incident.tasks.iter().map(|task| {
        let owner = task.owner.as_ref().map_or("nobody yet", |p| &p.name);
        let state = if task.done.is_some() { "done" } else { owner };
        vec![strong(format!("{}", task.number)), text(format!(" {} — {state}", task.text))]
    });
    Doc::new().headline([strong(format!("Tasks of {}", incident.key()))]).list(items.collect())
}

/// An action item in a list.
pub struct ActionLine<'a> {
    /// Named where the list is of several incidents.
    pub incident: Option<i64>,
    pub number: u32,
    pub text: &'a str,
    pub owner: Option<&'a str>,
    pub due: Option<NaiveDate>,
}

pub fn actions(lines: &[ActionLine<'_>], mine: bool, today: NaiveDate, style: &Style) -> Doc {
    if lines.is_empty() {
        let none = if mine { "You have no open action items." } else { "No action item is open." };
        return Doc::new().line([
            text(none),
            text(" Add one in an incident's room: "),
            style.typed("action TEXT @who due friday"),
        ]);
    }
    let items = lines.iter().map(|line| {
        let key = line.incident.map_or(String::new(), |n| format!("{} ", crate::plan::key(n)));
        let owner = line.owner.unwrap_or("nobody yet");
        let mut spans = vec![strong(format!("{key}{}", line.number)), text(format!(" {} — {owner}", line.text))];
        match line.due {
            Some(due) if due < today => spans.push(strong(format!(", overdue since {due}"))),
            Some(due) => spans.push(text(format!(", due {due}"))),
            None => {}
        }
        spans
    });
    let title = if mine { "Your action items" } else { "Open action items" };
    Doc::new().headline([strong(title)]).list(items.collect())
}

/// Where the postmortem is.
pub fn postmortem(incident: &Incident, style: &Style) -> Doc {
    let page =
        Span::Link { url: style.postmortem_page(incident.number), label: format!("Postmortem of {}", incident.key()) };
    let state = if incident.status.is_open() { " so far; it is complete once the incident is closed." } else { "" };
    Doc::new().line([page, text(state)])
}
