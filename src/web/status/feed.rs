//! The page as an Atom feed (RFC 4287): an entry for each incident, changed by each update.

use chrono::{DateTime, SecondsFormat, Utc};
use maud::{PreEscaped, html};

use super::snapshot::{PublicIncident, Settings, Snapshot};

pub(super) fn atom(snapshot: &Snapshot, settings: &Settings) -> String {
    let own = format!("{}/status/feed.atom", settings.url);
    html! {
        (PreEscaped("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"))
        feed xmlns="http://www.w3.org/2005/Atom" {
            id { (own) }
            title { (settings.title) }
            updated { (time(snapshot.changed)) }
            (PreEscaped(link("self", &own)))
            (PreEscaped(link("alternate", &format!("{}/status", settings.url))))
            author { name { (settings.title) } }
            @for incident in snapshot.incidents.iter().take(50) { (entry(incident, settings)) }
        }
    }
    .into_string()
}

fn entry(incident: &PublicIncident, settings: &Settings) -> maud::Markup {
    let address = format!("{}/status/incidents/{}", settings.url, incident.id);
    let told = incident.updates.iter().map(|update| {
        let line = html! { p { strong { (capital(update.status)) } ", " (update.at.format("%-d %b %Y, %H:%M UTC")) ": " (update.text) } };
        line.into_string()
    });
    let content: String = told.collect();
    html! {
        entry {
            id { (address) }
            title { (incident.title) }
            updated { (time(incident.updates.first().map_or(incident.since, |update| update.at))) }
            published { (time(incident.since)) }
            (PreEscaped(link("alternate", &address)))
            // HTML within text is written as text.
            content type="html" { (content) }
        }
    }
}

/// In HTML, which maud writes, a link has no end; in XML it needs one.
fn link(rel: &str, address: &str) -> String {
    format!("<link rel=\"{rel}\" href=\"{}\"/>", html! { (address) }.into_string())
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
