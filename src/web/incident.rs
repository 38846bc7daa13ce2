//! `/incidents/INC-42`: the card, the picture, how long it took, what happened, what is to be done.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde::Deserialize;

use super::bits::{ago, commander, due_day, link, next_update, private, room, severity, severity_class, status, time};
use super::sight::{Named, number_in};
use super::{Page, Reader, Site, Trouble, page, picture, timeline, transcript};
use crate::incident::{Incident, Milestone, Recorded};
use crate::plan::{COMMANDER, key};
use crate::postmortem::{Facts, MilestoneLine, Postmortem, draft};

#[derive(Deserialize)]
pub(super) struct Asked {
    /// `1`: with what was said.
    transcript: Option<String>,
    /// Of the transcript, counted from 1.
    page: Option<String>,
}

pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Named(name): Named<String>,
    Query(asked): Query<Asked>,
    reader: Reader,
) -> Result<Response, Trouble> {
    let number = number_in(&name).ok_or(Trouble::NotFound)?;
    let incident = site.ledger.incident(number).await?.ok_or(Trouble::NotFound)?;
    reader.must_see(&site, number, incident.private).await?;
    let events = site.ledger.events(number).await?;
    let now = site.now();
    let facts = Facts { incident: &incident, events: &events, spoken: &[], plan: &site.plan, now };
    let measured = draft(&facts);
    let said = match asked.transcript.as_deref() {
        Some("1") => transcript::open(&site, &incident, asked.page.and_then(|p| p.parse().ok()).unwrap_or(1)).await?,
        _ => transcript::closed(&site, &incident).await?,
    };
    let body = html! {
        (head(&site, &incident, now))
        (card(&site, &incident, now))
        (what_was_sent(&incident, now))
        (picture_section(&incident, &events, now))
        (measures(&incident, &measured))
        div.columns {
            (timeline::section(&incident))
            div { (tasks(&incident)) (actions(&incident, now)) (links(&incident)) }
        }
        (said)
    };
    let title = format!("{} {}", incident.key(), incident.title);
    let viewer = reader.0.as_ref();
    Ok(page(&site, Page { title: &title, here: "", viewer, live: true, body }))
}

fn head(site: &Site, incident: &Incident, now: DateTime<Utc>) -> Markup {
    html! {
        header.head {
            p.badges {
                (severity(&site.plan, &incident.severity)) " " (status(incident.status)) " " (private(incident.private))
            }
            h1 { (incident.title) }
            p.quiet {
                (incident.key())
                @if let Some(service) = &incident.service { " · " (site.plan.service_label(service)) }
                @if let Some(declared) = incident.milestones.declared { " · declared " (ago(declared, now)) }
                @if let Some(by) = &incident.declared_by { " by " (by.name) }
                @if let Some(other) = incident.merged_into {
                    " · goes on in " a href={ "/incidents/" (key(other)) } { (key(other)) }
                }
                " · " a href={ "/postmortems/" (incident.key()) } {
                    @if incident.status.is_open() { "Postmortem, so far" } @else { "Postmortem" }
                }
            }
        }
    }
}

fn card(site: &Site, incident: &Incident, now: DateTime<Utc>) -> Markup {
    let others = incident.roles.iter().filter(|(role, _)| *role != COMMANDER);
    html! {
        dl class={ "facts card edge-" (severity_class(&site.plan, &incident.severity)) } {
            div { dt { (site.plan.role_label(COMMANDER)) } dd { @if incident.status.is_open() || incident.commander().is_some() {
                (commander(incident.commander()))
            } @else { span.quiet { "nobody" } } } }
            @for (role, person) in others { div { dt { (site.plan.role_label(role)) } dd { (person.name) } } }
            @if incident.status.is_open() {
                div { dt { "Next update" } dd {
                    (next_update(incident.update_due, now))
                    @if let Some(until) = incident.snoozed_until.filter(|until| *until > now) {
                        span.quiet { ", snoozed until " (until.format("%H:%M UTC")) }
                    }
                } }
            }
            div { dt { @if incident.rooms.len() > 1 { "Rooms" } @else { "Room" } } dd {
                @if incident.rooms.is_empty() { span.quiet { "being made" } }
                @for (place, made) in incident.rooms.iter().enumerate() {
                    @if place > 0 { ", " }
                    (room(site, &made.room))
                }
            } }
        }
    }
}

/// The latest status update: what stakeholders were told.
fn what_was_sent(incident: &Incident, now: DateTime<Utc>) -> Markup {
    html! {
        @if let Some(update) = incident.updates.iter().max_by_key(|u| u.at) {
            figure.update {
                blockquote { p.as-written { (update.text) } }
                figcaption { "Latest update, " (update.by.name) ", " (ago(update.at, now)) }
            }
        }
    }
}

fn picture_section(incident: &Incident, events: &[Recorded], now: DateTime<Utc>) -> Markup {
    html! {
        @if let Some(picture) = picture::draw(incident, events, now) {
            section {
                h2 #picture { "At a glance" }
                // A region that scrolls has to be reachable by keyboard.
                div.picture role="region" aria-labelledby="picture" tabindex="0" { (picture) }
                @if let Some(legend) = picture::legend(incident) { p.legend.quiet { (legend) } }
            }
        }
    }
}

fn measures(incident: &Incident, measured: &Postmortem) -> Markup {
    html! {
        div.pair {
            section aria-labelledby="milestones" {
                h2 #milestones { "Milestones" }
                dl.table {
                    @for milestone in &measured.milestones {
                        div { dt { (milestone.name) } dd {
                            @match milestone.at {
                                Some(at) => (time(at)),
                                None => span.quiet { (absence(incident, milestone)) },
                            }
                        } }
                    }
                }
            }
            section aria-labelledby="durations" {
                h2 #durations { "How long it took" }
                dl.table {
                    @for span in &measured.durations {
                        div { dt { (span.name) small { (span.from) " to " (span.to) } } dd {
                            @match (&span.words, &span.missing) {
                                (Some(words), _) => strong { (words) },
                                (None, Some(why)) => span.quiet { (why) },
                                (None, None) => span.quiet { "not known" },
                            }
                        } }
                    }
                }
            }
        }
    }
}

/// `not yet, set by closing it`
fn absence(incident: &Incident, milestone: &MilestoneLine) -> String {
    let only_told = milestone.name == Milestone::Started.as_str() || milestone.name == Milestone::Detected.as_str();
    let word = match incident.status.is_open() {
        _ if only_told => "not known",
        true => "not yet",
        false => "never",
    };
    [word, milestone.missing.unwrap_or_default()].join(", ")
}

fn tasks(incident: &Incident) -> Markup {
    html! {
        section aria-labelledby="tasks" {
            h2 #tasks { "Tasks" }
            @if incident.tasks.is_empty() { p.quiet { "None." } }
            ul.checks {
                @for task in &incident.tasks {
                    li.done[task.done.is_some()] {
                        (check(task.done.is_some()))
                        span { span.as-written { (task.text) } " "
                            span.quiet {
                                "task " (task.number) " · "
                                @match &task.owner { Some(owner) => (owner.name), None => "nobody" }
                                @if let Some(done) = task.done { " · done " (done.format("%H:%M")) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn actions(incident: &Incident, now: DateTime<Utc>) -> Markup {
    html! {
        section aria-labelledby="actions" {
            h2 #actions { "Action items" }
            @if incident.actions.is_empty() { p.quiet { "None yet." } }
            ul.checks {
                @for item in &incident.actions {
                    li.done[item.done.is_some()] {
                        (check(item.done.is_some()))
                        span { span.as-written { (item.text) } " "
                            span.quiet {
                                "item " (item.number) " · "
                                @match &item.owner { Some(owner) => (owner.name), None => "nobody" }
                                @if let Some(aim) = item.aim { " · to " (aim.as_str()) }
                                @match (item.done, item.due) {
                                    (Some(done), _) => { " · done " (done.format("%-d %b %Y")) }
                                    (None, Some(due)) => { " · due " (due_day(due, now)) }
                                    (None, None) => " · no date",
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn check(done: bool) -> Markup {
    html! {
        @if done { span.box { span aria-hidden="true" { "✓" } span.unseen { "done: " } } }
        @else { span.box { span.unseen { "open: " } } }
    }
}

fn links(incident: &Incident) -> Markup {
    html! {
        @if !incident.links.is_empty() {
            section aria-labelledby="links" {
                h2 #links { "Links" }
                ul.plain {
                    @for known in &incident.links {
                        li { (link(&known.url, known.label.as_deref().unwrap_or(&known.url))) }
                    }
                }
            }
        }
    }
}
