//! What a room is told when something has happened: one line, or a little more where people need it.

use super::{Doc, Span, Style, alert, page, strong, text};
use crate::incident::{Event, Incident, Recorded, Reminder, Restore, Status};
use crate::plan::{COMMANDER, Person, Plan, key};

/// `incident` is as of now, which may be later than the fact.
pub fn told(fact: &Recorded, incident: &Incident, plan: &Plan, style: &Style) -> Doc {
    let by = || Span::Name(fact.by.name().to_string());
    match &fact.event {
        Event::RoomOpened { .. } => opened(incident, plan, style),
        Event::RoleChanged { role, to, note, handover, .. } => {
            role_changed(fact, plan.role_label(role), to.as_ref(), note.as_deref(), *handover)
        }
        Event::SeverityChanged { from, to, reason, .. } => {
            let change = format!("{} → {}", plan.severity_label(from), plan.severity_label(to));
            let doc = Doc::new().line([strong(format!("Severity {change}")), text(" by "), by()]);
            noted(doc, reason.as_deref())
        }
        Event::StatusChanged { from, to, note, .. } => status(fact, *from, *to, note.as_deref(), incident, style),
        Event::Updated { text: update, update_due, public, .. } => {
            let what = if *public { "Public update" } else { "Update" };
            let doc = Doc::new().line([strong(what), text(" by "), by()]).quote(update);
            match update_due {
                Some(due) => doc.line([text("Next update due at "), Span::Time(*due), text(".")]),
                None => doc,
            }
        }
        Event::TaskAdded { number, text: task, owner, .. } => {
            let mut line = vec![strong(format!("Task {number}")), text(format!(": {task}"))];
            if let Some(owner) = owner {
                line.extend([text(" — "), Span::Person(owner.clone())]);
            }
            Doc::new().line(line).button("Done", &format!("task done {number}"))
        }
        Event::TaskDone { number } => {
            let task = incident.tasks.iter().find(|t| t.number == *number).map_or("", |t| &t.text);
            Doc::new().line([strong(format!("Task {number} done")), text(format!(": {task} — ")), by()])
        }
        Event::Renamed { to, .. } => Doc::new().line([by(), text(" renamed the incident: "), strong(to)]),
        Event::Absorbed { other, title, .. } => absorbed(*other, title, incident),
        Event::TakenBack { what, restore, .. } => taken_back(fact, what, restore, incident, plan),
        Event::CommanderAsked => Doc::new()
            .line([strong("Nobody is in command. "), text("Who takes it? Type "), style.typed("claim"), text(".")])
            .ask("Take command", "claim"),
        Event::AlertNoted { alert, .. } => alert::told(alert, style),
        Event::Paged { label, text, attempt, to, .. } => {
            let called: Vec<String> = to.iter().map(|r| r.name.clone()).collect();
            page::told(label, text.as_deref(), *attempt, &called, fact.by.name())
        }
        Event::PageAcknowledged { page, by } => {
            let page = incident.pages.iter().find(|p| p.number == *page);
            page::answered(page, by, fact.at, incident)
        }
        Event::UpdateReminded { reminder, to, due } => reminded(*reminder, to.as_ref(), *due, style),
        // The others are not told in the room.
        _ => Doc::plain(format!("{} changed.", incident.key())),
    }
}

/// The first message of the room.
fn opened(incident: &Incident, plan: &Plan, style: &Style) -> Doc {
    let by_alert = incident.alerts.first().map(|a| format!("an alert of {}", a.alert.source));
    let by = incident.declared_by.as_ref().map(|p| p.name.clone()).or(by_alert).unwrap_or("Firebell".into());
    let label = plan.severity_label(&incident.severity);
    let mut doc = Doc::new().line([strong(format!("{label} declared by {by}: ")), text(&incident.title)]);
    if let Some(origin) = &incident.origin
        && let Some(link) = &origin.link
    {
        doc = doc.line([text("Declared from "), Span::Link { url: link.clone(), label: "this message".into() }]);
    }
    match incident.commander() {
        Some(person) => doc.line([Span::Person(person.clone()), text(" is in command.")]),
        None => doc
            .line([strong("Nobody is in command yet. "), text("Type "), style.typed("claim"), text(" to take it.")])
            .ask("Take command", "claim"),
    }
}

/// To the one who declared, where it was typed.
pub fn declared(incident: &Incident, plan: &Plan) -> Doc {
    let label = plan.severity_label(&incident.severity);
    let mut line = vec![strong(format!("{} is declared", incident.key())), text(format!(" as {label}. Go to "))];
    match incident.room() {
        Some(room) => line.push(Span::Room(room.clone())),
        None => line.push(text("its room")),
    }
    line.push(text("."));
    Doc::new().line(line)
}

fn role_changed(fact: &Recorded, label: &str, to: Option<&Person>, note: Option<&str>, handover: bool) -> Doc {
    let Some(person) = to else { return Doc::new().line([strong(label), text(": nobody")]) };
    let took_it = fact.by.person().is_some_and(|by| by.id == person.id);
    let mut line = vec![strong(format!("{label}: ")), Span::Person(person.clone())];
    if handover {
        line.push(text(format!(", handed over by {}", fact.by.name())));
    } else if !took_it {
        line.push(text(format!(", named by {}", fact.by.name())));
    }
    noted(Doc::new().line(line), note)
}

fn status(fact: &Recorded, from: Status, to: Status, note: Option<&str>, incident: &Incident, style: &Style) -> Doc {
    let by = Span::Name(fact.by.name().to_string());
    let headline = match to {
        _ if !from.is_active() && to.is_active() => "Reopened",
        Status::Investigating => "Investigating",
        Status::Identified => "Cause identified",
        Status::Monitoring => "Mitigated",
        Status::Resolved => "Resolved",
        Status::Closed => "Closed",
        Status::Canceled => "Canceled",
        Status::Merged => "Merged",
    };
    let doc = noted(Doc::new().line([strong(headline), text(" by "), by]), note);
    match to {
        Status::Resolved if incident.status == Status::Resolved => doc.line([
            text("When nothing is left to do here, type "),
            style.typed("close"),
            text(" and the postmortem is drafted."),
        ]),
        Status::Closed => {
            let page = Span::Link { url: style.postmortem_page(incident.number), label: "Postmortem draft".into() };
            doc.line([page, text(": summary, timeline and action items, drafted from what happened here.")])
        }
        _ => doc,
    }
}

fn absorbed(other: i64, title: &str, incident: &Incident) -> Doc {
    let mut line = vec![strong(format!("{} goes on in {}", key(other), incident.key())), text(format!(" ({title}). "))];
    if let Some(room) = incident.room() {
        line.extend([text("Its room is "), Span::Room(room.clone()), text(".")]);
    }
    Doc::new().line(line)
}

fn taken_back(fact: &Recorded, what: &str, restore: &Restore, incident: &Incident, plan: &Plan) -> Doc {
    let now = match restore {
        Restore::Severity { severity, .. } => format!("Severity is {} again.", plan.severity_label(severity)),
        Restore::Status { status, .. } => format!("Status is {} again.", status.as_str()),
        Restore::Role { role, person, .. } => {
            let holder = person.as_ref().map_or("nobody", |p| &p.name);
            let label = if role == COMMANDER { "In command" } else { plan.role_label(role) };
            format!("{label}: {holder}.")
        }
        Restore::Title { title } => format!("The title is “{title}” again."),
        Restore::Update { .. } => match incident.updates.last() {
            Some(update) => format!("The latest update is the one by {}.", update.by.name),
            None => "There is no update now.".into(),
        },
        _ => String::new(),
    };
    Doc::new().line([Span::Name(fact.by.name().into()), text(format!(" took back: {what}. {now}"))])
}

fn reminded(reminder: Reminder, to: Option<&Person>, due: chrono::DateTime<chrono::Utc>, style: &Style) -> Doc {
    let mut line = Vec::new();
    match to {
        Some(person) => line.extend([Span::Person(person.clone()), text(": ")]),
        None => line.push(strong("For whoever can: ")),
    }
    match reminder {
        Reminder::Soon => line.extend([text("the next update is due at "), Span::Time(due), text(".")]),
        Reminder::Overdue => {
            line.extend([strong("the update is overdue"), text(" since "), Span::Time(due), text(".")])
        }
        Reminder::Escalated => {
            line.extend([strong("still no update"), text(", due since "), Span::Time(due), text(".")]);
        }
    }
    line.extend([text(" Type "), style.typed("update …"), text(" or "), style.typed("snooze 10m"), text(".")]);
    Doc::new().line(line).ask("Snooze 10 min", "snooze 10m")
}

fn noted(doc: Doc, note: Option<&str>) -> Doc {
    match note {
        Some(note) => doc.quote(note),
        None => doc,
    }
}
