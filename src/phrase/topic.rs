//! A room's name and topic.

use crate::incident::{Incident, Status};
use crate::plan::Plan;

/// `inc-42-checkout-down`: small letters, digits and hyphens, so that every chat takes it (Slack: at most 80).
pub fn room_name(incident: &Incident) -> String {
    let mut name = incident.key().to_lowercase();
    if incident.private {
        // A room's name shows up in logs and lists where its title must not.
        return name;
    }
    for word in incident.title.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        let word = word.to_lowercase();
        if !word.is_ascii() || FILLERS.contains(&word.as_str()) {
            continue;
        }
        if name.len() + 1 + word.len() > 60 {
            break;
        }
        name.push('-');
        name.push_str(&word);
    }
    name
}

/// Words that a name does without.
const FILLERS: [&str; 12] = ["a", "an", "and", "are", "at", "for", "in", "is", "of", "on", "the", "to"];

/// `SEV2 · investigating · Commander: Ann`.
pub fn topic(incident: &Incident, plan: &Plan) -> String {
    let status = match (incident.status, incident.merged_into) {
        (Status::Merged, Some(into)) => format!("merged into {}", crate::plan::key(into)),
        (status, _) => status.as_str().to_string(),
    };
    let commander = incident.commander().map_or("nobody", |p| &p.name);
    format!("{} · {status} · Commander: {commander} · {}", plan.severity_label(&incident.severity), incident.title)
}
