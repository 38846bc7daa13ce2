//! The timeline as a list: everything that the picture shows, in words.

use maud::{Markup, html};

use super::bits::{clock, count, link};
use crate::incident::{Entry, EntryKind, Incident, Source};

pub(super) fn section(incident: &Incident) -> Markup {
    html! {
        section aria-labelledby="timeline" {
            h2 #timeline {
                "Timeline " span.quiet { (count(incident.timeline.len(), "entry", "entries")) }
            }
            @if incident.timeline.is_empty() {
                p.quiet { "Nothing yet. 📌 on a message in the room puts it here." }
            }
            @for (at, day) in days(&incident.timeline).into_iter().enumerate() {
                h3.day #{ "day-" (at) } { (day[0].at.format("%-d %B %Y")) }
                ol.timeline aria-labelledby={ "day-" (at) } { @for entry in day { (line(entry)) } }
            }
        }
    }
}

fn days(timeline: &[Entry]) -> Vec<&[Entry]> {
    timeline.chunk_by(|a, b| a.at.date_naive() == b.at.date_naive()).collect()
}

fn line(entry: &Entry) -> Markup {
    html! {
        li class={ "kind-" (entry.kind.as_str()) } {
            span.when { (clock(entry.at)) }
            div.entry {
                p.by {
                    strong { (entry.author.name()) } " "
                    span class={ "kind k-" (group(entry.kind)) } { (word(entry.kind)) }
                    @if let Source::Message { link: Some(url), deleted: false, .. } = &entry.source {
                        " " (link(url, "message"))
                    }
                }
                @if entry.is_deleted() { p.quiet { em { "message deleted" } } }
                @else { p.as-written { (entry.text) } }
                (first_text(entry))
                (marks(entry))
            }
        }
    }
}

fn first_text(entry: &Entry) -> Markup {
    html! {
        @if let Source::Message { first_text: Some(first), deleted: false, .. } = &entry.source {
            details id={ "first-" (entry.incident) "-" (entry.seq) } {
                summary { "Edited since it was marked" }
                p.as-written.quiet { (first) }
            }
        }
    }
}

fn marks(entry: &Entry) -> Markup {
    let mut names: Vec<&str> = Vec::new();
    for mark in entry.marks() {
        if !names.contains(&mark.by.name.as_str()) {
            names.push(&mark.by.name);
        }
    }
    html! { @if !names.is_empty() { p.quiet.marks { "marked by " (names.join(", ")) } } }
}

pub(super) fn word(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Action => "action item",
        EntryKind::TakenBack => "taken back",
        other => other.as_str(),
    }
}

/// Kinds that belong together have one colour, here and in the picture.
pub(super) fn group(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Finding | EntryKind::Hypothesis => "found",
        EntryKind::Decision | EntryKind::Mitigation | EntryKind::Task => "done",
        EntryKind::Update => "told",
        EntryKind::Gap => "gap",
        EntryKind::Note | EntryKind::Action | EntryKind::Link => "noted",
        _ => "changed",
    }
}
