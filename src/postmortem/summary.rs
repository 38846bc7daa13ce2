//! The sentences at the top. Each is made from facts on record; what is not on record makes no sentence here but
//! one among the gaps.

use super::words::{clock, count, day_and_clock, in_words};
use super::{Facts, history};
use crate::incident::{Actor, Event, Incident, Recorded, Status};
use crate::plan::{COMMANDER, Plan, key};

pub(super) fn summary(facts: &Facts<'_>, people: usize) -> Vec<String> {
    let incident = facts.incident;
    let mut sentences = vec![declared(facts)];
    sentences.extend(commanded(facts));
    sentences.extend(reached(facts, Status::Monitoring, "mitigated"));
    sentences.extend(reached(facts, Status::Resolved, "resolved"));
    sentences.extend(outcome(incident));
    if !facts.spoken.is_empty() {
        let (people, messages) = (count(people, "person", "people"), count(facts.spoken.len(), "message", "messages"));
        sentences.push(format!("{people} wrote {messages}."));
    }
    sentences
}

fn declared(facts: &Facts<'_>) -> String {
    let incident = facts.incident;
    let first = facts.events.iter().find_map(|r| match &r.event {
        Event::Declared { severity, .. } => Some(severity),
        _ => None,
    });
    let severity = facts.plan.severity_label(first.unwrap_or(&incident.severity));
    let drawn = incident.milestones.declared.map(|at| format!(" at {}", day_and_clock(at))).unwrap_or_default();
    let by = incident.declared_by.as_ref().map(|p| format!(" by {}", p.name)).unwrap_or_default();
    format!("{}, “{}”, was declared as {severity}{drawn}{by}.", incident.key(), incident.title)
}

fn commanded(facts: &Facts<'_>) -> Option<String> {
    let commanders: Vec<_> = history::held(facts.events).into_iter().filter(|h| h.role == COMMANDER).collect();
    let (first, others) = commanders.split_first()?;
    let after = facts.incident.milestones.declared.map(|declared| first.from - declared);
    let when = match after {
        Some(after) if after.num_minutes() >= 1 => format!("took command after {}", in_words(after)),
        _ => "took command at once".into(),
    };
    let then: String = others.iter().map(|h| format!(", then {} at {}", h.person.name, clock(h.from))).collect();
    Some(format!("{} {when}{then}.", first.person.name))
}

/// `It was mitigated at …, 48 min after the declaration, by Ann.`
fn reached(facts: &Facts<'_>, status: Status, word: &str) -> Option<String> {
    let milestones = &facts.incident.milestones;
    let at = if status == Status::Resolved { milestones.resolved? } else { milestones.mitigated? };
    let after =
        milestones.declared.filter(|d| *d <= at).map(|d| format!(", {} after the declaration", in_words(at - d)));
    let by = who_moved(facts.events, status).map(|name| format!(", by {name}"));
    // The day is said once, unless it changed.
    let same_day = milestones.declared.is_some_and(|d| d.date_naive() == at.date_naive());
    let when = if same_day { clock(at) } else { day_and_clock(at) };
    Some(format!("It was {word} at {when}{}{}.", after.unwrap_or_default(), by.unwrap_or_default()))
}

fn who_moved(events: &[Recorded], status: Status) -> Option<&str> {
    let moved = events.iter().rev().find(|r| matches!(&r.event, Event::StatusChanged { to, .. } if *to == status))?;
    match &moved.by {
        Actor::Person(person) => Some(&person.name),
        Actor::Firebell => None,
    }
}

fn outcome(incident: &Incident) -> Option<String> {
    match incident.status {
        Status::Canceled => Some("It was canceled: it turned out to be no incident.".into()),
        Status::Merged => Some(match incident.merged_into {
            Some(other) => format!("It was merged into {}, where it goes on.", key(other)),
            None => "It was merged into another incident, where it goes on.".into(),
        }),
        status if status.is_open() => {
            Some(format!("It is not closed yet: this is how things stand while it is {}.", status.as_str()))
        }
        _ => None,
    }
}

pub(super) fn impact(facts: &Facts<'_>) -> Vec<String> {
    let incident = facts.incident;
    let mut sentences = Vec::new();
    sentences.extend(severity_means(facts.plan, &incident.severity));
    sentences.extend(severity_changes(facts));
    if let Some(service) = &incident.service {
        sentences.push(format!("Affected service: {}.", facts.plan.service_label(service)));
    }
    sentences.push(length(facts));
    sentences
}

fn severity_means(plan: &Plan, severity: &str) -> Option<String> {
    let severity = plan.severities.iter().find(|s| s.key == severity)?;
    Some(format!("{}: {}", severity.label, severity.meaning))
}

fn severity_changes(facts: &Facts<'_>) -> Vec<String> {
    let plan = facts.plan;
    let changed = facts.events.iter().filter_map(|record| match &record.event {
        Event::SeverityChanged { from, to, reason, .. } => {
            let worse = plan.severity_rank(to) < plan.severity_rank(from);
            let verb = if worse { "raised" } else { "lowered" };
            let labels = (plan.severity_label(from), plan.severity_label(to));
            let why = reason.as_ref().map(|r| format!(": {r}")).unwrap_or_default();
            Some(format!(
                "{} {verb} it from {} to {} at {}{why}",
                record.by.name(),
                labels.0,
                labels.1,
                clock(record.at)
            ))
        }
        _ => None,
    });
    changed.map(|s| if s.ends_with('.') { s } else { s + "." }).collect()
}

fn length(facts: &Facts<'_>) -> String {
    let milestones = &facts.incident.milestones;
    match (milestones.started, milestones.resolved) {
        (Some(start), Some(end)) if end >= start => format!("The impact lasted {}.", in_words(end - start)),
        (Some(start), _) if facts.incident.status.is_active() => {
            format!("The impact began at {} and goes on.", day_and_clock(start))
        }
        (Some(start), _) => format!("The impact began at {}; when it ended is not on record.", day_and_clock(start)),
        (None, _) => "How long users felt it is not known: nobody said when the impact began.".into(),
    }
}
