//! Small pieces that several pages show in the same way.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use maud::{Markup, html};

use super::Site;
use crate::incident::Status;
use crate::plan::{Person, Plan, Room};
use crate::postmortem::in_words;

/// An update that is due within this time stands out a little, before it is overdue and stands out a lot.
const SOON: TimeDelta = TimeDelta::minutes(10);

pub(super) fn severity(plan: &Plan, key: &str) -> Markup {
    html! { span class={ "sev sev-" (severity_class(plan, key)) } { (plan.severity_label(key)) } }
}

/// 1 to 4: there are four colours, however many severities the plan has.
pub(super) fn severity_class(plan: &Plan, key: &str) -> usize {
    plan.severity_rank(key).min(3) + 1
}

pub(super) fn status(status: Status) -> Markup {
    html! { span class={ "status st-" (status.as_str()) } { (status.as_str()) } }
}

pub(super) fn private(is: bool) -> Markup {
    html! { @if is { span.private { "private" } } }
}

/// `23 Nov 2026, 14:05 UTC`
pub(super) fn time(at: DateTime<Utc>) -> Markup {
    html! { time datetime=(at.to_rfc3339()) { (at.format("%-d %b %Y, %H:%M UTC")) } }
}

/// `14:05`, where the day and the zone are said beside it.
pub(super) fn clock(at: DateTime<Utc>) -> Markup {
    html! { time datetime=(at.to_rfc3339()) title=(at.format("%-d %b %Y, %H:%M:%S UTC")) { (at.format("%H:%M")) } }
}

/// `48 min ago`
pub(super) fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> Markup {
    html! {
        time datetime=(at.to_rfc3339()) title=(at.format("%-d %b %Y, %H:%M UTC")) {
            @if now - at < TimeDelta::minutes(1) { "just now" } @else { (roughly(now - at)) " ago" }
        }
    }
}

/// The longer ago, the less a minute matters.
fn roughly(age: TimeDelta) -> String {
    match (age.num_hours(), age.num_days()) {
        (0..3, _) => in_words(age),
        (hours, 0..2) => format!("{hours} h"),
        (_, days) => format!("{days} d"),
    }
}

pub(super) fn due_day(due: NaiveDate, now: DateTime<Utc>) -> Markup {
    let late = (now.date_naive() - due).num_days();
    html! {
        time.overdue[late > 0] datetime=(due) {
            (due.format("%-d %b %Y"))
            @if late > 0 { ", " (late) @if late == 1 { " day" } @else { " days" } " overdue" }
        }
    }
}

/// `due in 12 min`, `overdue by 8 min`, or that none is.
pub(super) fn next_update(due: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Markup {
    let Some(due) = due else { return html! { span.quiet { "none due" } } };
    let class = match due - now {
        left if left < TimeDelta::zero() => "overdue",
        left if left < SOON => "soon",
        _ => "",
    };
    html! {
        time class=[Some(class).filter(|c| !c.is_empty())]
            datetime=(due.to_rfc3339()) title=(due.format("%-d %b %Y, %H:%M UTC")) {
            @if due < now { "overdue by " (in_words(now - due)) }
            @else { "due in " (in_words(due - now)) }
        }
    }
}

pub(super) fn commander(person: Option<&Person>) -> Markup {
    html! { @match person { Some(person) => (person.name), None => strong.overdue { "Nobody in command" } } }
}

/// The room's name, leading there where the chat has an address for it.
pub(super) fn room(site: &Site, room: &Room) -> Markup {
    let name = format!("#{}", room.name.trim_start_matches('#'));
    html! {
        @match site.room_link(&room.id).as_deref().and_then(safe_link).map(String::from) {
            Some(link) => a href=(link) { (name) },
            None => (name),
        }
    }
}

/// An address that a page may lead to: of the web, or of our own pages. `javascript:` and its like are not.
pub(super) fn safe_link(url: &str) -> Option<&str> {
    let own = url.starts_with('/') && !url.starts_with("//") && !url.starts_with("/\\");
    (own || url.starts_with("https://") || url.starts_with("http://")).then_some(url)
}

pub(super) fn link(url: &str, label: &str) -> Markup {
    html! {
        @match safe_link(url) {
            Some(url) => a href=(url) rel="noopener noreferrer" { (label) },
            None => (label),
        }
    }
}

/// `1 entry`, `3 entries`
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}
