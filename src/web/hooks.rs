//! Addresses that others post to; who they are is the adapter's business.

use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use crate::ports::{Webhook, WebhookAnswer};

/// More than any chat sends at once, and any monitoring system.
const LARGEST: usize = 2 * 1024 * 1024;

pub fn routes(hook: Arc<dyn Webhook>) -> Router {
    let paths = hook.paths();
    let routes = paths.into_iter().fold(Router::new(), |router, path| router.route(path, post(posted)));
    routes.with_state(hook)
}

/// The request as a whole: what an extractor would give of it is a copy.
async fn posted(State(hook): State<Arc<dyn Webhook>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "The body is too large, or not all of it came.\n").into_response();
    };
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_string);
    let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
    let WebhookAnswer { status, body } = hook.posted(path, query, &header, &body).await;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if body.is_empty() {
        return status.into_response();
    }
    let kind = if body.starts_with('{') { "application/json" } else { "text/plain; charset=utf-8" };
    (status, [(CONTENT_TYPE, kind)], body).into_response()
}
