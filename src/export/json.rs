//! The JSON export. Its names are a promise to those who read it with programs: they are only ever added to.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Export, ExportError, Record};
use crate::incident::{ActionItem, Actor, Entry, Incident, Link, Marked, Milestones, Source, Task, Update};
use crate::plan::{Number, Person, PersonId, Room, RoomId};
use crate::ports::MessageRecord;
use crate::postmortem::Postmortem;

pub(super) fn write(export: &Export<'_>, record: &Record) -> Result<String, ExportError> {
    let incident = &record.incident;
    let whole = Whole {
        incident: about(export, incident),
        timeline: incident.timeline.iter().map(line).collect(),
        transcript: export.transcript.then(|| record.messages.iter().map(|m| said(incident, m)).collect()),
        postmortem: record.postmortem(export.plan, export.now),
    };
    Ok(serde_json::to_string_pretty(&whole)? + "\n")
}

#[derive(Serialize)]
struct Whole<'a> {
    incident: About<'a>,
    timeline: Vec<Line<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transcript: Option<Vec<Said<'a>>>,
    postmortem: Postmortem,
}

#[derive(Serialize)]
struct About<'a> {
    key: String,
    number: Number,
    title: &'a str,
    severity: &'a str,
    severity_label: &'a str,
    status: &'a str,
    service: Option<&'a str>,
    private: bool,
    declared_by: Option<&'a Person>,
    milestones: &'a Milestones,
    commander: Option<&'a Person>,
    roles: &'a std::collections::BTreeMap<String, Person>,
    rooms: Vec<&'a Room>,
    tasks: &'a [Task],
    actions: &'a [ActionItem],
    links: &'a [Link],
    updates: &'a [Update],
    update_due: Option<DateTime<Utc>>,
    merged_into: Option<Number>,
    absorbed: &'a [Number],
}

fn about<'a>(export: &Export<'a>, incident: &'a Incident) -> About<'a> {
    About {
        key: incident.key(),
        number: incident.number,
        title: &incident.title,
        severity: &incident.severity,
        severity_label: export.plan.severity_label(&incident.severity),
        status: incident.status.as_str(),
        service: incident.service.as_deref(),
        private: incident.private,
        declared_by: incident.declared_by.as_ref(),
        milestones: &incident.milestones,
        commander: incident.commander(),
        roles: &incident.roles,
        rooms: incident.rooms.iter().map(|r| &r.room).collect(),
        tasks: &incident.tasks,
        actions: &incident.actions,
        links: &incident.links,
        updates: &incident.updates,
        update_due: incident.update_due,
        merged_into: incident.merged_into,
        absorbed: &incident.absorbed,
    }
}

#[derive(Serialize)]
struct Line<'a> {
    at: DateTime<Utc>,
    author: &'a str,
    /// None: Firebell itself.
    author_id: Option<&'a PersonId>,
    kind: &'a str,
    text: &'a str,
    /// `event`, `log` or `message`.
    source: &'a str,
    /// Of a message: which one, where to see it, who marked it.
    room: Option<&'a RoomId>,
    message: Option<&'a str>,
    link: Option<&'a str>,
    marks: &'a [Marked],
    first_text: Option<&'a str>,
    deleted: bool,
}

fn line(entry: &Entry) -> Line<'_> {
    let deleted = entry.is_deleted();
    let bare = Line {
        at: entry.at,
        author: entry.author.name(),
        author_id: match &entry.author {
            Actor::Person(person) => Some(&person.id),
            Actor::Firebell => None,
        },
        kind: entry.kind.as_str(),
        text: if deleted { "" } else { &entry.text },
        source: "event",
        room: None,
        message: None,
        link: None,
        marks: entry.marks(),
        first_text: None,
        deleted,
    };
    match &entry.source {
        Source::Event | Source::Unread { .. } => bare,
        Source::Log => Line { source: "log", ..bare },
        Source::Message { message, link, first_text, .. } => Line {
            source: "message",
            room: Some(&message.room),
            message: Some(&message.id),
            link: link.as_deref(),
            first_text: first_text.as_deref().filter(|_| !deleted),
            ..bare
        },
    }
}

#[derive(Serialize)]
struct Said<'a> {
    at: DateTime<Utc>,
    author: &'a str,
    author_id: &'a PersonId,
    text: &'a str,
    room: &'a RoomId,
    /// As people see it; `none` if the room is not the incident's any more.
    room_name: Option<&'a str>,
    message: &'a str,
    thread: Option<&'a str>,
    link: Option<&'a str>,
    edited: bool,
    deleted: bool,
}

fn said<'a>(incident: &'a Incident, message: &'a MessageRecord) -> Said<'a> {
    let room = incident.rooms.iter().map(|r| &r.room).find(|r| r.id == message.id.room);
    Said {
        at: message.at,
        author: &message.author.name,
        author_id: &message.author.id,
        text: if message.deleted { "" } else { &message.text },
        room: &message.id.room,
        room_name: room.map(|r| r.name.as_str()),
        message: &message.id.id,
        thread: message.thread.as_deref(),
        link: message.link.as_deref(),
        edited: message.edited,
        deleted: message.deleted,
    }
}
