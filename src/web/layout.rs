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
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (page.title) " · Firebell" }
                link rel="icon" href="/assets/favicon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/assets/style.css";
                @if page.live { script src="/assets/live.js" defer {} }
            }
            body {
                a.skip href="#main" { "Skip to content" }
                header.top {
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
                }
                main #main tabindex="-1" { (page.body) }
                footer.bottom { "All times are UTC." }
            }
        }
    };
    markup.into_response()
}
