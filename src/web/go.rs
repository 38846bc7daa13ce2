//! `/go/TOKEN`: where a link leads that was sent to one person. Looking does nothing, since mail servers and chats look
//! at links, too; the button does it. The link itself says who may.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::html;

use super::doc::doc;
use super::layout::lone_page;
use super::{Site, Trouble};
use crate::ports::Errand;

pub(super) async fn look(State(site): State<Arc<Site>>, Path(token): Path<String>) -> Result<Response, Trouble> {
    let errand = site.links.look(&token).await?.ok_or(Trouble::NotFound)?;
    Ok(show(&site, &token, &errand))
}

pub(super) async fn follow(State(site): State<Arc<Site>>, Path(token): Path<String>) -> Result<Response, Trouble> {
    let errand = site.links.follow(&token).await?.ok_or(Trouble::NotFound)?;
    Ok(show(&site, &token, &errand))
}

fn show(site: &Site, token: &str, errand: &Errand) -> Response {
    let body = html! {
        section.errand {
            (doc(site, &errand.doc))
            @if let Some(button) = &errand.button {
                form method="post" action={ "/go/" (token) } { button.main-button type="submit" { (button) } }
            }
        }
    };
    lone_page(&errand.title, &body)
}
