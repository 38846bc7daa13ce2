//! Addresses that others post to; who they are is the adapter's business.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use crate::ports::{Webhook, WebhookAnswer};

/// More than any chat sends at once.
const LARGEST: usize = 2 * 1024 * 1024;

pub fn routes(hook: Arc<dyn Webhook>) -> Router {
    let paths = hook.paths();
    let routes = paths.into_iter().fold(Router::new(), |router, path| router.route(path, post(posted)));
    routes.layer(DefaultBodyLimit::max(LARGEST)).with_state(hook)
}

async fn posted(State(hook): State<Arc<dyn Webhook>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_string);
    let WebhookAnswer { status, body } = hook.posted(uri.path(), &header, &body).await;
    let kind = if body.starts_with('{') { "application/json" } else { "text/plain; charset=utf-8" };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, kind)], body).into_response()
}
