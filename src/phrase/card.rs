//! The card: pinned in the room, edited in place, always how it stands now.

use super::{Doc, Field, Span, Style, alert, page, strong, text};
use crate::incident::{Incident, Status, Task};
use crate::plan::{COMMANDER, Plan};

pub fn card(incident: &Incident, plan: &Plan, style: &Style) -> Doc {
    let severity = plan.severity_label(&incident.severity);
    let mut doc = Doc::new().headline([strong(format!("{} · {}", incident.key(), incident.title))]);
    doc = doc.fields(fields(incident, severity, plan));
    if let Some(update) = incident.updates.last() {
        let by = [strong("Latest update "), Span::Time(update.at), text(format!(" by {}", update.by.name))];
        doc = doc.line(by).quote(&update.text);
    }
    doc = doc.list(alert::on_card(incident)).list(page::on_card(incident));
    doc = doc.list(open_tasks(incident));
    doc = doc.line(links(incident, style));
    buttons(doc, incident, style)
}

fn fields(incident: &Incident, severity: &str, plan: &Plan) -> Vec<Field> {
    let field = |name: &str, value: Vec<Span>| Field { name: name.into(), value };
    let mut fields = vec![
        field("Severity", vec![strong(severity)]),
        field("Status", vec![text(status_words(incident))]),
        field(
            plan.role_label(COMMANDER),
            vec![match incident.commander() {
                Some(person) => Span::Person(person.clone()),
                None => strong("nobody yet"),
            }],
        ),
    ];
    for role in plan.roles.iter().filter(|r| r.key != COMMANDER) {
        if let Some(person) = incident.roles.get(&role.key) {
            fields.push(field(&role.label, vec![Span::Person(person.clone())]));
        }
    }
    if let Some(service) = &incident.service {
        fields.push(field("Service", vec![text(plan.service_label(service))]));
    }
    let began = incident.milestones.started.or(incident.milestones.declared);
    if let Some(began) = began {
        let name = if incident.milestones.started.is_some() { "Impact began" } else { "Declared" };
        fields.push(field(name, vec![Span::Time(began)]));
    }
    if let Some(due) = incident.update_due {
        fields.push(field("Next update due", vec![Span::Time(due)]));
    }
    if let Some(public) = incident.public.as_ref().filter(|_| incident.status.is_open()) {
        fields.push(field("On the status page", vec![text(&public.title)]));
    }
    if incident.private {
        fields.push(field("Private", vec![text("only members of this room see it")]));
    }
    let open = incident.actions.iter().filter(|a| a.done.is_none()).count();
    if open > 0 {
        fields.push(field("Open action items", vec![text(open.to_string())]));
    }
    fields
}

fn status_words(incident: &Incident) -> String {
    match (incident.status, incident.merged_into) {
        (Status::Merged, Some(into)) => format!("merged into {}", crate::plan::key(into)),
        (status, _) => status.as_str().to_string(),
    }
}

fn open_tasks(incident: &Incident) -> Vec<Vec<Span>> {
    let open = incident.tasks.iter().filter(|t| t.done.is_none());
    open.map(|task| {
        let mut line = vec![text(format!("Task {}: {}", task.number, task.text))];
        if let Some(owner) = &task.owner {
            line.push(text(format!(" ({})", owner.name)));
        }
        line
    })
    .collect()
}

fn links(incident: &Incident, style: &Style) -> Vec<Span> {
    let page = |url, label: &str| Span::Link { url, label: label.into() };
    let mut line = vec![page(style.incident_page(incident.number), "Timeline")];
    if !incident.status.is_open() {
        line.extend([text(" · "), page(style.postmortem_page(incident.number), "Postmortem")]);
    }
    for link in &incident.links {
        let label = link.label.clone().unwrap_or_else(|| link.url.clone());
        line.extend([text(" · "), Span::Link { url: link.url.clone(), label }]);
    }
    line
}

/// What is likely next; each is a command that can as well be typed.
fn buttons(doc: Doc, incident: &Incident, style: &Style) -> Doc {
    let doc = match incident.status {
        Status::Investigating | Status::Identified if incident.commander().is_none() => {
            doc.button("Take command", "claim").button("Mitigated", "mitigated")
        }
        Status::Investigating | Status::Identified => {
            doc.button("Mitigated", "mitigated").button("Resolved", "resolve")
        }
        Status::Monitoring => doc.button("Resolved", "resolve"),
        Status::Resolved => doc.button("Close", "close"),
        Status::Closed | Status::Canceled | Status::Merged => doc,
    };
    match style.forms && incident.status.is_active() {
        true => doc.button("Update", "update").button("Status", "status").button("Task", "task"),
        false => doc,
    }
}

/// The plan's first steps and the service's links, posted when the room opens.
pub fn first_steps(incident: &Incident, plan: &Plan) -> Doc {
    let steps = plan.first_steps(&incident.severity, incident.service.as_deref());
    let mut doc = Doc::new();
    let tasks: Vec<&Task> = incident.tasks.iter().filter(|task| steps.contains(&task.text.as_str())).collect();
    if !tasks.is_empty() {
        doc = doc.headline([strong("First steps by the plan")]);
        doc = doc.list(tasks.iter().map(|task| vec![text(format!("Task {}: {}", task.number, task.text))]).collect());
        for task in tasks.iter().filter(|task| task.done.is_none()) {
            doc = doc.button(&format!("Task {} done", task.number), &format!("task done {}", task.number));
        }
    }
    let service = incident.service.as_deref().and_then(|s| plan.service(s));
    let links = service.map(|s| s.links.as_slice()).unwrap_or_default();
    doc.list(links.iter().map(|(label, url)| vec![Span::Link { url: url.clone(), label: label.clone() }]).collect())
}
