//! What is around every page.

use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::Site;
use crate::plan::Person;

/// A page in the head: where it is and what it is called.
#[derive(Clone, Debug)]
pub struct NavItem {
    pub path: String,
    pub label: String,
}

impl NavItem {
    pub fn new(path: &str, label: &str) -> Self {
        NavItem { path: path.into(), label: label.into() }
    }
}

pub struct Page<'a> {
    pub title: &'a str,
    /// The path of the head's item that this page belongs to.
    pub here: &'a str,
    pub viewer: Option<&'a Person>,
    /// Brought up to date while it is open.
    pub live: bool,
    pub body: Markup,
}

pub fn page(site: &Site, page: Page<'_>) -> Response {
    let own = [NavItem::new("/", "Board"), NavItem::new("/actions", "Action items")];
    let head = html! {
        a.brand href="/" {
            img src="/assets/favicon.svg" alt="" width="24" height="24";
            "Firebell"
        }
        nav aria-label="Pages" {
            @for item in own.iter().chain(&site.nav) {
                a href=(item.path) aria-current=[(item.path == page.here).then_some("page")] { (item.label) }
            }
        }
        @if let Some(viewer) = page.viewer { span.viewer { (viewer.name) } }
    };
    whole(&format!("{} · Firebell", page.title), page.live, &head, &page.body).into_response()
}

/// For whoever has come by a link of theirs, and has no business on the other pages.
pub fn lone_page(title: &str, body: &Markup) -> Response {
    let head = html! {
        span.brand {
            img src="/assets/favicon.svg" alt="" width="24" height="24";
            (title)
        }
    };
    whole(title, false, &head, body).into_response()
}

fn whole(title: &str, live: bool, head: &Markup, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="icon" href="/assets/favicon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/assets/style.css";
                @if live { script src="/assets/live.js" defer {} }
            }
            body {
                a.skip href="#main" { "Skip to content" }
                header.top { (head) }
                main #main tabindex="-1" { (body) }
                footer.bottom { "All times are UTC." }
            }
        }
    }
}
