//! Style, script and icon. They are part of the binary: nothing is asked for elsewhere.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

const STYLE: &str =
    concat!(include_str!("assets/base.css"), include_str!("assets/pages.css"), include_str!("assets/chat.css"));
const LIVE: &str = include_str!("assets/live.js");
const FAVICON: &str = include_str!("assets/favicon.svg");

/// Kept, but asked for again before use: after an upgrade nobody sees the new page in the old style.
const KEEP: (axum::http::HeaderName, &str) = (CACHE_CONTROL, "no-cache");

pub(super) async fn style() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/css; charset=utf-8"), KEEP], STYLE)
}

pub(super) async fn live() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8"), KEEP], LIVE)
}

pub(super) async fn favicon() -> impl IntoResponse {
    ([(CONTENT_TYPE, "image/svg+xml"), KEEP], FAVICON)
}
