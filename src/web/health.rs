//! What machines ask: alive, ready, and the measures.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use metrics::gauge;
use serde::Serialize;

use super::{Site, Trouble};
use crate::ports::{Part, StoreError};

#[derive(Serialize)]
struct Ready {
    ready: bool,
    parts: Vec<Part>,
    /// Work that was set aside until somebody mends something.
    parked: usize,
    /// Work that is due and not done yet.
    waiting: i64,
    waiting_since: Option<DateTime<Utc>>,
}

pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// 200 once every configured part takes traffic, else 503; either way with the parts. Parked work is no reason to
/// take traffic away: the rest works.
pub(super) async fn ready(State(site): State<Arc<Site>>) -> Response {
    let mut parts = site.readiness.parts();
    let read = backlog(&site).await;
    parts.insert(0, store(&read));
    let (parked, waiting, waiting_since) = read.unwrap_or_default();
    let ready = parts.iter().all(|p| p.ready);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready, parts, parked, waiting, waiting_since })).into_response()
}

async fn backlog(site: &Site) -> Result<(usize, i64, Option<DateTime<Utc>>), StoreError> {
    site.ledger.ping().await?;
    let parked = site.ledger.parked().await?.len();
    let (waiting, since) = site.ledger.waiting(site.now()).await?;
    Ok((parked, waiting, since))
}

fn store<T>(read: &Result<T, StoreError>) -> Part {
    // The reason may name files and addresses; it is for the log, not for whoever asks.
    let note = match read {
        Ok(_) => "answers",
        Err(error) => {
            tracing::warn!(%error, "the database does not answer");
            "does not answer"
        }
    };
    Part { name: "store".into(), ready: read.is_ok(), note: note.into() }
}

pub(super) async fn metrics(State(site): State<Arc<Site>>) -> Result<Response, Trouble> {
    let handle = site.metrics.as_ref().ok_or(Trouble::NotFound)?;
    // Looked up when they are asked for: nothing else needs them, and a number that is kept can be wrong.
    let (parked, waiting, since) = backlog(&site).await?;
    gauge!("firebell_work_parked").set(parked as f64);
    gauge!("firebell_work_waiting").set(waiting as f64);
    let oldest = since.map_or(0.0, |since| (site.now() - since).as_seconds_f64());
    gauge!("firebell_work_oldest_seconds").set(oldest);
    gauge!("firebell_incidents_open").set(site.ledger.open().await?.len() as f64);
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response())
}
