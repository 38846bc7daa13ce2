//! The draft, section by section.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::model::{
    ActionLine, Helped, LinkLine, MilestoneLine, Participant, Postmortem, RoleLine, Span, TimelineLine, UpdateLine,
};
use super::{gaps, history, summary, words};
use crate::incident::{Entry, EntryKind, Incident, Milestone, Recorded, Source};
use crate::plan::{Person, PersonId, Plan};

/// A message, as far as the draft looks at it: it counts, and it tells silence from talk.
#[derive(Clone, Copy, Debug)]
pub struct Spoken<'a> {
    pub author: &'a Person,
    pub at: DateTime<Utc>,
}

/// All that a draft is made from.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub incident: &'a Incident,
    /// Its log, in order: the state alone forgets who was in command before.
    pub events: &'a [Recorded],
    pub spoken: &'a [Spoken<'a>],
    pub plan: &'a Plan,
    pub now: DateTime<Utc>,
}

pub fn draft(facts: &Facts<'_>) -> Postmortem {
    let incident = facts.incident;
    let durations = durations(incident);
    let people = people(facts.spoken);
    Postmortem {
        key: incident.key(),
        title: incident.title.clone(),
        severity: facts.plan.severity_label(&incident.severity).into(),
        status: incident.status.as_str(),
        service: incident.service.as_deref().map(|s| facts.plan.service_label(s).into()),
        private: incident.private,
        drafted: facts.now,
        summary: summary::summary(facts, people.len()),
        impact: summary::impact(facts),
        last_update: last_update(incident),
        milestones: milestones(incident),
        durations,
        timeline: incident.timeline.iter().map(line).collect(),
        roles: roles(facts),
        people,
        what_helped: what_helped(incident),
        action_items: action_items(incident),
        gaps: gaps::gaps(facts),
        links: links(incident),
    }
}

fn last_update(incident: &Incident) -> Option<UpdateLine> {
    let update = incident.updates.iter().max_by_key(|u| u.at)?;
    Some(UpdateLine { at: update.at, by: update.by.name.clone(), text: update.text.clone() })
}

fn milestones(incident: &Incident) -> Vec<MilestoneLine> {
    let line = |milestone: Milestone| {
        let at = incident.milestones.get(milestone);
        let missing = if at.is_none() { Some(what_sets(milestone)) } else { None };
        MilestoneLine { name: milestone.as_str(), at, missing }
    };
    Milestone::ALL.into_iter().map(line).collect()
}

fn what_sets(milestone: Milestone) -> &'static str {
    match milestone {
        Milestone::Started => "set by typing: started WHEN",
        Milestone::Detected => "set by typing: detected WHEN",
        Milestone::Declared => "set by declaring it",
        Milestone::Acknowledged => "set when somebody takes command",
        Milestone::Mitigated => "set by the status monitoring",
        Milestone::Resolved => "set by the status resolved",
        Milestone::Closed => "set by closing it",
    }
}

/// Response is measured from the declaration, which is always known; impact from when it began.
fn durations(incident: &Incident) -> Vec<Span> {
    let between = |name, from: Milestone, to: Milestone| span(incident, name, from, to);
    vec![
        between("Time to detect", Milestone::Started, Milestone::Detected),
        between("Time to acknowledge", Milestone::Declared, Milestone::Acknowledged),
        between("Time to mitigate", Milestone::Declared, Milestone::Mitigated),
        between("Time to resolve", Milestone::Declared, Milestone::Resolved),
        between("Total impact", Milestone::Started, Milestone::Resolved),
    ]
}

fn span(incident: &Incident, name: &'static str, from: Milestone, to: Milestone) -> Span {
    let times = (incident.milestones.get(from), incident.milestones.get(to));
    let (from, to) = (from.as_str(), to.as_str());
    let because = |why: String| Span { name, from, to, seconds: None, words: None, missing: Some(why) };
    match times {
        (Some(began), Some(ended)) if ended >= began => {
            let duration = ended - began;
            let (seconds, words) = (duration.num_seconds(), words::in_words(duration));
            Span { name, from, to, seconds: Some(seconds), words: Some(words), missing: None }
        }
        (Some(_), Some(_)) => because(format!("{to} lies before {from}")),
        (None, None) => because(format!("{from} and {to} are missing")),
        (None, _) => because(format!("{from} is missing")),
        (_, None) => because(format!("{to} is missing")),
    }
}

/// An entry as a line; nothing of a deleted message is left in it.
fn line(entry: &Entry) -> TimelineLine {
    let deleted = entry.is_deleted();
    let (first_text, link) = match &entry.source {
        Source::Message { first_text, link, .. } if !deleted => {
            (first_text.clone(), link.clone().filter(|l| is_of_the_web(l)))
        }
        _ => (None, None),
    };
    let mut marked_by: Vec<String> = Vec::new();
    for mark in entry.marks() {
        if !marked_by.contains(&mark.by.name) {
            marked_by.push(mark.by.name.clone());
        }
    }
    TimelineLine {
        at: entry.at,
        author: entry.author.name().into(),
        kind: entry.kind.as_str(),
        text: if deleted { String::new() } else { entry.text.clone() },
        marked_by,
        first_text,
        deleted,
        link,
    }
}

/// A link within our own pages leads nowhere from a document that was sent to somebody.
fn is_of_the_web(link: &str) -> bool {
    link.starts_with("https://") || link.starts_with("http://")
}

fn roles(facts: &Facts<'_>) -> Vec<RoleLine> {
    let line = |held: history::Held| RoleLine {
        role: facts.plan.role_label(&held.role).into(),
        person: held.person.name,
        from: held.from,
        until: held.until,
        handover: held.handover,
        note: held.note,
    };
    history::held(facts.events).into_iter().map(line).collect()
}

fn people(spoken: &[Spoken<'_>]) -> Vec<Participant> {
    let mut counts: HashMap<&PersonId, (&Person, usize)> = HashMap::new();
    for message in spoken {
        counts.entry(&message.author.id).or_insert((message.author, 0)).1 += 1;
    }
    let mut people: Vec<Participant> =
        counts.into_values().map(|(person, messages)| Participant { person: person.clone(), messages }).collect();
    people.sort_by(|a, b| b.messages.cmp(&a.messages).then_with(|| a.person.id.cmp(&b.person.id)));
    people
}

fn what_helped(incident: &Incident) -> Vec<Helped> {
    let helps = |kind| matches!(kind, EntryKind::Mitigation | EntryKind::Finding | EntryKind::Decision);
    let entries = incident.timeline.iter().filter(|e| helps(e.kind) && !e.is_deleted()).map(|e| Helped {
        kind: e.kind.as_str(),
        at: e.at,
        by: Some(e.author.name().into()),
        text: e.text.clone(),
    });
    let tasks = incident.tasks.iter().filter_map(|task| {
        let by = task.owner.as_ref().map(|p| p.name.clone());
        Some(Helped { kind: "task", at: task.done?, by, text: task.text.clone() })
    });
    let mut helped: Vec<Helped> = entries.chain(tasks).collect();
    helped.sort_by_key(|h| h.at);
    helped
}

fn action_items(incident: &Incident) -> Vec<ActionLine> {
    let line = |item: &crate::incident::ActionItem| ActionLine {
        number: item.number,
        text: item.text.clone(),
        owner: item.owner.as_ref().map(|p| p.name.clone()),
        due: item.due,
        aim: item.aim.map(|a| a.as_str()),
        done: item.done,
    };
    incident.actions.iter().map(line).collect()
}

fn links(incident: &Incident) -> Vec<LinkLine> {
    let line = |link: &crate::incident::Link| LinkLine {
        url: link.url.clone(),
        label: link.label.clone().unwrap_or_else(|| link.url.clone()),
    };
    incident.links.iter().map(line).collect()
}
