//! What is said about alerts.

use super::{Doc, Span, Style, strong, text};
use crate::incident::{AlertState, Incident, NotedAlert};
use crate::plan::{Alert, Plan};

/// In the room that the plan names: should this be an incident?
pub fn suggestion(alert: &Alert, severity: &str, service: Option<&str>, plan: &Plan) -> Doc {
    let mut line = vec![strong("Alert: ")];
    line.push(match &alert.link {
        Some(url) => Span::Link { url: url.clone(), label: alert.title.clone() },
        None => text(&alert.title),
    });
    let of = service.map_or(String::new(), |s| format!(" of {}", plan.service_label(s)));
    line.push(text(format!(" ({}). No incident{of} is open.", alert.source)));
    let mut doc = Doc::new().line(line);
    if let Some(words) = &alert.text {
        doc = doc.quote(words);
    }
    let flag = service.map_or(String::new(), |s| format!("--service {s} "));
    let words = format!("declare {severity} {flag}-- {}", alert.title);
    doc.ask(&format!("Declare {}", plan.severity_label(severity)), &words)
}

/// To the room: one fires again after all were over.
pub(super) fn told(alert: &NotedAlert, style: &Style) -> Doc {
    let again = [strong("An alert fires again: "), linked(alert), text(format!(" ({}).", alert.source))];
    Doc::new().line(again).line([text("If it is back: "), style.typed("reopen REASON"), text(".")])
}

/// To the room: all are over.
pub fn calm(incident: &Incident, style: &Style) -> Doc {
    let all = match incident.alerts.len() {
        1 => "The alert is over.".to_string(),
        n => format!("All {n} alerts are over."),
    };
    let doc = Doc::new().line([strong(all), text(" If the impact is over, too: "), style.typed("resolve"), text(".")]);
    doc.button("Resolved", "resolve")
}

fn linked(alert: &NotedAlert) -> Span {
    match &alert.link {
        Some(url) => Span::Link { url: url.clone(), label: alert.title.clone() },
        None => text(&alert.title),
    }
}

/// For the card: how many there are and, of few, which.
pub(super) fn on_card(incident: &Incident) -> Vec<Vec<Span>> {
    const NAMED: usize = 3;
    let firing: Vec<_> = incident.alerts.iter().filter(|a| a.state != AlertState::Over).collect();
    if firing.len() > NAMED || (firing.is_empty() && !incident.alerts.is_empty()) {
        return vec![vec![text("Alerts: "), strong(format!("{} of {} firing", firing.len(), incident.alerts.len()))]];
    }
    let line = |a: &&crate::incident::IncidentAlert| {
        let flaps = if a.state == AlertState::Flapping { ", again and again" } else { "" };
        vec![text("Alert: "), linked(&a.alert), text(format!(" ({}){flaps}", a.alert.source))]
    };
    firing.iter().map(line).collect()
}
