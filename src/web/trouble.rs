//! When a page can't be shown.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::html;

use super::{Page, Site, page};
use crate::export::ExportError;
use crate::ports::StoreError;
use crate::postmortem::TemplateError;

#[derive(Debug)]
pub enum Trouble {
    /// There is none, or none that this viewer may see: which of the two is not told.
    NotFound,
    /// The pages are for who is signed in.
    SignIn,
    /// Our side; why is in the log.
    Ours,
}

/// Marks a response that still needs its page.
#[derive(Clone, Copy)]
struct Bare;

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let status = match self {
            Trouble::NotFound => StatusCode::NOT_FOUND,
            Trouble::SignIn => StatusCode::UNAUTHORIZED,
            Trouble::Ours => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut response = status.into_response();
        response.extensions_mut().insert(Bare);
        response
    }
}

impl From<PathRejection> for Trouble {
    fn from(_: PathRejection) -> Self {
        Trouble::NotFound
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a page could not be read");
        Trouble::Ours
    }
}

impl From<TemplateError> for Trouble {
    fn from(error: TemplateError) -> Self {
        tracing::error!(%error, "the postmortem template failed");
        Trouble::Ours
    }
}

impl From<ExportError> for Trouble {
    fn from(error: ExportError) -> Self {
        tracing::error!(%error, "an export failed");
        Trouble::Ours
    }
}

/// Gives a bare response the look of the other pages. It is the same page for everyone, without the viewer's name.
pub(super) async fn dress(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.extensions().get::<Bare>().is_none() {
        return response;
    }
    let status = response.status();
    let back = ("/", "Back to the board");
    let (title, words, (to, label)) = match status {
        StatusCode::NOT_FOUND => ("Nothing here", "There is no such page, or it is not for you to see.", back),
        StatusCode::UNAUTHORIZED => (
            "Please sign in",
            "This Firebell asks for its password. Sign in to the chat, then open this page again.",
            ("/chat", "Sign in"),
        ),
        _ => ("That did not work", "The fault is on our side and is in the log. Try again in a moment.", back),
    };
    let body = html! {
        section.trouble {
            h1 { (title) }
            p { (words) }
            p { a href=(to) { (label) } }
        }
    };
    (status, page(&site, Page { title, here: "", viewer: None, live: false, body })).into_response()
}
