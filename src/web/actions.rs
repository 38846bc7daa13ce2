//! `/actions`: what was promised after incidents and is not done yet.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::bits::{count, due_day, private};
use super::{Page, Reader, Site, Trouble, page};
use crate::plan::key;
use crate::ports::ActionRow;

pub(super) async fn show(State(site): State<Arc<Site>>, reader: Reader) -> Result<Response, Trouble> {
    let now = site.now();
    let items = reader.only_seen(&site, site.ledger.actions(None).await?, |a| (Some(a.incident), a.private)).await?;
    let today = now.date_naive();
    let (late, rest): (Vec<_>, Vec<_>) = items.iter().partition(|a| a.due.is_some_and(|due| due < today));
    let (dated, undated): (Vec<_>, Vec<_>) = rest.into_iter().partition(|a| a.due.is_some());
    let body = html! {
        h1 {
            @match items.len() {
                0 => "No open action items",
                n => (count(n, "open action item", "open action items")),
            }
        }
        @if items.is_empty() {
            p.calm { "Add one in an incident’s room: " code { "/incident action TEXT @who due WHEN" } }
        }
        (group("Overdue", &late, now))
        (group("Due", &dated, now))
        (group("Without a date", &undated, now))
    };
    let viewer = reader.0.as_ref();
    Ok(page(&site, Page { title: "Action items", here: "/actions", viewer, live: true, body }))
}

fn group(name: &str, items: &[&ActionRow], now: DateTime<Utc>) -> Markup {
    let id = name.to_lowercase().replace(' ', "-");
    html! {
        @if !items.is_empty() {
            section aria-labelledby=(id) {
                h2 id=(id) { (name) " " span.quiet { (items.len()) } }
                ul.rows { @for item in items { (row(item, now)) } }
            }
        }
    }
}

fn row(item: &ActionRow, now: DateTime<Utc>) -> Markup {
    html! {
        li {
            span.main { (item.text) }
            span.quiet {
                a href={ "/incidents/" (key(item.incident)) "#actions" } { (key(item.incident)) }
                ", number " (item.number) " · " (item.title) " " (private(item.private))
            }
            span.side {
                @match &item.owner { Some(owner) => (owner.name), None => strong.soon { "nobody" } }
                @if let Some(aim) = &item.aim { " · to " (aim) }
                @if let Some(due) = item.due { " · " (due_day(due, now)) }
            }
        }
    }
}
