//! `/`: what is going on, worst first, and what was left lying.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::bits::{ago, commander, count, due_day, next_update, private, room, severity, severity_class, status};
use super::{Page, Reader, Site, Trouble, page};
use crate::detection::Watched;
use crate::plan::{Review, key};
use crate::ports::{ActionRow, Parked, Summary};
use crate::postmortem::in_words;

/// How many that are over are shown.
const RECENT: usize = 10;
/// How many alerts are shown.
const ALERTS: usize = 20;

pub(super) async fn show(State(site): State<Arc<Site>>, reader: Reader) -> Result<Response, Trouble> {
    let now = site.now();
    let of = |s: &Summary| (Some(s.number), s.private);
    let mut open = reader.only_seen(&site, site.ledger.open().await?, of).await?;
    // Which severity is worse is the plan's to say, and the plan may have changed since they were stored.
    open.sort_by_key(|s| (site.plan.severity_rank(&s.severity), s.declared));
    let mut ended = reader.only_seen(&site, site.ledger.ended().await?, of).await?;
    ended.truncate(RECENT);
    let late = site.ledger.late_actions(now.date_naive()).await?;
    let late = reader.only_seen(&site, late, |a| (Some(a.incident), a.private)).await?;
    let parked = reader.only_seen(&site, site.ledger.parked().await?, |p| (p.incident, p.private)).await?;
    let (alerts, firing) = site.ledger.firing_alerts().await?;
    let body = html! {
        h1 { (headline(&open)) }
        (attention(&open, now))
        @if open.is_empty() {
            p.calm { "Declare one where you talk: " code { "/incident declare TITLE" } }
        } @else {
            ol.board { @for incident in &open { (card(&site, incident, now)) } }
        }
        (alerts_that_fire(&alerts, firing, now))
        (overdue_actions(&late, now))
        (to_review(&site.plan.overdue_reviews(now.date_naive()), now))
        (set_aside(&parked, now))
        (recent(&site, &ended, now))
    };
    let viewer = reader.0.as_ref();
    Ok(page(&site, Page { title: "Board", here: "/", viewer, live: true, body }))
}

fn headline(open: &[Summary]) -> String {
    match open.len() {
        0 => "Nothing is open".into(),
        n => count(n, "open incident", "open incidents"),
    }
}

/// What nobody should have to find out card by card.
fn attention(open: &[Summary], now: DateTime<Utc>) -> Markup {
    let leaderless = open.iter().filter(|s| s.commander.is_none() && s.status.is_active()).count();
    let late = open.iter().filter(|s| s.update_due.is_some_and(|due| due < now)).count();
    let mut words = Vec::new();
    if leaderless > 0 {
        words.push(format!("{leaderless} without a commander"));
    }
    if late > 0 {
        words.push(format!("{late} with an overdue update"));
    }
    html! { @if !words.is_empty() { p.attention { (words.join(", ")) } } }
}

fn card(site: &Site, incident: &Summary, now: DateTime<Utc>) -> Markup {
    html! {
        li class={ "incident edge-" (severity_class(&site.plan, &incident.severity)) } {
            div.what {
                p.badges {
                    (severity(&site.plan, &incident.severity)) " " (status(incident.status)) " " (private(incident.private))
                }
                h2 { a href={ "/incidents/" (key(incident.number)) } { (incident.title) } }
                p.quiet {
                    (key(incident.number))
                    @if let Some(service) = &incident.service { " · " (site.plan.service_label(service)) }
                    " · declared " (ago(incident.declared, now))
                }
            }
            dl.facts {
                div { dt { "Commander" } dd { (commander(incident.commander.as_ref())) } }
                div { dt { "Next update" } dd { (next_update(incident.update_due, now)) } }
                div { dt { "Room" } dd {
                    @match &incident.room { Some(made) => (room(site, made)), None => span.quiet { "being made" } }
                } }
            }
        }
    }
}

/// Alerts are nobody's secret: none is ever noted in a private incident.
fn alerts_that_fire(alerts: &[Watched], firing: i64, now: DateTime<Utc>) -> Markup {
    html! {
        @if !alerts.is_empty() {
            section aria-labelledby="alerts" {
                h2 #alerts { "Firing alerts " span.quiet { (firing) } }
                ul.rows {
                    @for watched in alerts.iter().take(ALERTS) {
                        li {
                            span.main {
                                @match &watched.alert.link {
                                    Some(link) => a href=(link) { (watched.alert.title) },
                                    None => (watched.alert.title),
                                }
                            }
                            span.quiet {
                                (watched.alert.source)
                                @if watched.flapping { " · fires and is over again and again" }
                                @match watched.incident {
                                    Some(number) => { " · " a href={ "/incidents/" (key(number)) } { (key(number)) } },
                                    None => " · no incident",
                                }
                            }
                            span.side.quiet { (ago(watched.alert.at, now)) }
                        }
                    }
                }
                @if alerts.len() > ALERTS || firing > alerts.len() as i64 {
                    p.quiet { "The latest are shown." }
                }
            }
        }
    }
}

fn overdue_actions(late: &[ActionRow], now: DateTime<Utc>) -> Markup {
    html! {
        @if !late.is_empty() {
            section aria-labelledby="late" {
                h2 #late { "Overdue action items" }
                ul.rows {
                    @for item in late {
                        li {
                            span.main { (item.text) }
                            span.quiet {
                                a href={ "/incidents/" (key(item.incident)) "#actions" } { (key(item.incident)) }
                                " · " @match &item.owner { Some(owner) => (owner.name), None => "nobody owns it" }
                            }
                            @if let Some(due) = item.due { span.side { (due_day(due, now)) } }
                        }
                    }
                }
                p { a href="/actions" { "All action items" } }
            }
        }
    }
}

fn to_review(reviews: &[&Review], now: DateTime<Utc>) -> Markup {
    html! {
        @if !reviews.is_empty() {
            section aria-labelledby="review" {
                h2 #review { "To be reviewed" }
                ul.rows {
                    @for review in reviews {
                        li {
                            span.main {
                                @match &review.url {
                                    Some(url) => a href=(url) rel="noreferrer" { (review.what) },
                                    None => (review.what),
                                }
                            }
                            span.side { (due_day(review.by, now)) }
                        }
                    }
                }
            }
        }
    }
}

fn set_aside(parked: &[Parked], now: DateTime<Utc>) -> Markup {
    html! {
        @if !parked.is_empty() {
            section aria-labelledby="parked" {
                h2 #parked { "Could not be done" }
                p.quiet {
                    "Firebell set this work aside. Put right what stood in its way (" code { "firebell check" }
                    " tests every chat and permission), or do it by hand."
                }
                ul.rows {
                    @for work in parked {
                        li {
                            span.main { (work.what) }
                            span.why { (work.why) }
                            span.side.quiet {
                                @if let Some(number) = work.incident {
                                    a href={ "/incidents/" (key(number)) } { (key(number)) } " · "
                                }
                                (ago(work.at, now))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn recent(site: &Site, ended: &[Summary], now: DateTime<Utc>) -> Markup {
    html! {
        @if !ended.is_empty() {
            section aria-labelledby="recent" {
                h2 #recent { "Recently ended" }
                ul.rows {
                    @for incident in ended {
                        li {
                            span.main {
                                a href={ "/incidents/" (key(incident.number)) } { (incident.title) }
                            }
                            span.badges {
                                (severity(&site.plan, &incident.severity)) " " (status(incident.status)) " "
                                (private(incident.private))
                            }
                            span.side.quiet {
                                (key(incident.number))
                                @if let Some(end) = incident.ended {
                                    " · open for " (in_words(end - incident.declared)) " · ended " (ago(end, now))
                                }
                                " · " a href={ "/postmortems/" (key(incident.number)) } {
                                    "Postmortem" span.unseen { " of " (key(incident.number)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
