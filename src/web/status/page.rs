//! The pages that people read: plain HTML with a style of their own, and nothing that runs.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Days, NaiveDate, Utc};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::feed::capital;
use super::snapshot::{ComponentState, DAYS, Impact, PublicIncident, Settings, Snapshot};

const STYLE: &str = include_str!("../assets/status.css");
/// How many days the main page lists.
const LISTED: u64 = 14;

/// Somebody has asked for the updates.
pub(super) enum Asked<'a> {
    Sent(&'a str),
    NoAddress(&'a str),
    TooMany,
    NotNow,
}

/// The only style is the page's own, and nothing is asked for elsewhere.
pub(super) fn policy() -> String {
    static HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(STYLE.as_bytes())));
    let own = LazyLock::force(&HASH);
    format!("default-src 'none'; style-src 'sha256-{own}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
}

pub(super) fn main(snapshot: &Snapshot, settings: &Settings) -> String {
    let body = html! {
        p.banner.(snapshot.worst().as_str()) role="status" { (banner(snapshot)) }
        @if snapshot.current().next().is_some() {
            section aria-labelledby="now" {
                h2 #now { "Now" }
                @for incident in snapshot.current() { (shown(incident, snapshot, true)) }
            }
        }
        @if !snapshot.components.is_empty() {
            section aria-labelledby="components" {
                h2 #components { "Components" }
                div.card.components { @for component in &snapshot.components { (component_row(component)) } }
            }
        }
        section aria-labelledby="past" {
            h2 #past { "The last " (LISTED) " days" }
            (past_days(snapshot))
            p { a href="/status/history" { "Earlier incidents" } }
        }
        @if settings.mails { (subscribe("")) }
    };
    around(&settings.title, body, settings)
}

fn subscribe(address: &str) -> Markup {
    html! {
        section aria-labelledby="mail" {
            h2 #mail { "Updates by e-mail" }
            form.card.subscribe method="post" action="/status/subscribe" {
                label for="address" { "Your e-mail address" }
                div {
                    input #address type="email" name="address" value=(address) autocomplete="email" required maxlength="254";
                    button type="submit" { "Subscribe" }
                }
                p.quiet { "First comes an e-mail with a link to confirm. Every e-mail has a link to unsubscribe." }
            }
        }
    }
}

/// What came of asking for updates.
pub(super) fn asked(asked: &Asked<'_>, settings: &Settings) -> String {
    let body = html! {
        section aria-labelledby="asked" {
            @match asked {
                Asked::Sent(address) => {
                    h2 #asked { "Look into your mailbox" }
                    p { "An e-mail is on its way to " strong { (address) } ". Follow the link in it to confirm." }
                }
                Asked::NoAddress(text) => {
                    h2 #asked { "That is not an e-mail address" }
                    p { "It has to look like ann@example.org." }
                    (subscribe(text))
                }
                Asked::TooMany => {
                    h2 #asked { "Not just now" }
                    p { "Too many people ask for updates at this moment. Please try again in a minute." }
                }
                Asked::NotNow => {
                    h2 #asked { "Not just now" }
                    p { "This could not be noted. Please try again in a minute." }
                }
            }
            p { a href="/status" { "Back to the status page" } }
        }
    };
    around(&settings.title, body, settings)
}

/// It may go on without an impact that shows.
fn banner(snapshot: &Snapshot) -> &'static str {
    match (snapshot.worst(), snapshot.current().next()) {
        (Impact::None, Some(_)) => "Small Problems",
        _ => snapshot.in_words(),
    }
}

pub(super) fn history(snapshot: &Snapshot, settings: &Settings) -> String {
    let mut months: Vec<(String, Vec<&PublicIncident>)> = Vec::new();
    for incident in &snapshot.incidents {
        let month = incident.since.format("%B %Y").to_string();
        match months.last_mut().filter(|(last, _)| *last == month) {
            Some((_, of_month)) => of_month.push(incident),
            None => months.push((month, vec![incident])),
        }
    }
    let body = html! {
        section aria-labelledby="history" {
            h2 #history { "History" }
            @if months.is_empty() { p.quiet { "No incidents in the last year." } }
            @for (month, incidents) in &months {
                p.day { (month) }
                @for incident in incidents { (shown(incident, snapshot, false)) }
            }
        }
    };
    around(&format!("History · {}", settings.title), body, settings)
}

pub(super) fn incident(incident: &PublicIncident, snapshot: &Snapshot, settings: &Settings) -> String {
    let body = html! { h2 { "Incident" } (shown(incident, snapshot, true)) };
    around(&format!("{} · {}", incident.title, settings.title), body, settings)
}

fn around(title: &str, body: Markup, settings: &Settings) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="alternate" type="application/atom+xml" title=(settings.title) href="/status/feed.atom";
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { a href="/status" { (settings.title) } }
                    @if !settings.description.is_empty() { p { (settings.description) } }
                }
                main { (body) }
                footer {
                    a href="/status" { "Status" }
                    a href="/status/history" { "History" }
                    a href="/status/feed.atom" { "Atom feed" }
                    a href="/api/v2/summary.json" { "JSON" }
                    span { "All times are UTC." }
                }
            }
        }
    }
    .into_string()
}

fn shown(incident: &PublicIncident, snapshot: &Snapshot, whole: bool) -> Markup {
    let affected: Vec<&str> =
        incident.components.iter().filter_map(|n| snapshot.components.get(*n)).map(|c| c.label.as_str()).collect();
    html! {
        article.card.incident.(incident.impact.as_str()) {
            h3 { a href={ "/status/incidents/" (incident.id) } { (incident.title) } }
            p.quiet {
                @if !affected.is_empty() { (affected.join(", ")) " · " }
                (time(incident.since))
                @match incident.resolved {
                    Some(until) => { " – " (time(until)) },
                    None => ", going on",
                }
            }
            @if whole {
                ol.updates {
                    @for update in &incident.updates {
                        li {
                            p { strong { (capital(update.status)) } " – " (update.text) }
                            span.when { (time(update.at)) }
                        }
                    }
                }
            } @else if let Some(latest) = incident.updates.first() {
                p { strong { (capital(latest.status)) } " – " (latest.text) }
            }
        }
    }
}

fn component_row(component: &ComponentState) -> Markup {
    // Rounded down: what was away for a second was not there all the time.
    let uptime = format!("{:.2} %", (component.uptime() * 100.0).floor() / 100.0);
    let bad: Vec<String> =
        component.days.iter().filter(|d| d.worst > Impact::None).map(|d| day_in_words(d.date)).collect();
    let spoken = match bad.as_slice() {
        [] => format!("{uptime} in {DAYS} days, none with a problem"),
        days => format!("{uptime} in {DAYS} days; problems on {}", days.join(", ")),
    };
    html! {
        div.component {
            div.top {
                h3 { (component.label) }
                span.is.(component.impact.as_str()) { (standing(component.impact)) }
            }
            @if !component.description.is_empty() { p.quiet { (component.description) } }
            div.bars role="img" aria-label=(spoken) {
                @for day in &component.days { i.(day.worst.as_str()) title=(format!("{}: {}", day_in_words(day.date), standing(day.worst))) {} }
            }
            div.scale aria-hidden="true" { span { "Earlier" } span { (uptime) " uptime" } span { "Today" } }
        }
    }
}

fn standing(impact: Impact) -> &'static str {
    match impact {
        Impact::None => "Operational",
        Impact::Minor => "Degraded",
        Impact::Major => "Partial outage",
        Impact::Critical => "Major outage",
    }
}

/// Those days on which something began, and one line for a calm time.
fn past_days(snapshot: &Snapshot) -> Markup {
    let today = snapshot.at.date_naive();
    let days = (0..LISTED).map(|back| today - Days::new(back));
    let of_day =
        |day: NaiveDate| snapshot.incidents.iter().filter(move |i| i.since.date_naive() == day && i.resolved.is_some());
    let days: Vec<(NaiveDate, Vec<&PublicIncident>)> =
        days.map(|day| (day, of_day(day).collect())).filter(|(_, found): &(_, Vec<_>)| !found.is_empty()).collect();
    html! {
        @if days.is_empty() {
            p.quiet {
                @match snapshot.current().next() {
                    Some(_) => "Nothing else was reported.",
                    None => "No incidents were reported.",
                }
            }
        }
        @for (day, incidents) in &days {
            p.day { (day_in_words(*day)) }
            @for incident in incidents { (shown(incident, snapshot, false)) }
        }
    }
}

fn day_in_words(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

fn time(at: DateTime<Utc>) -> Markup {
    html! { time datetime=(at.to_rfc3339()) { (at.format("%-d %b %Y, %H:%M")) } }
}
