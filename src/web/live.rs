//! `/live`: tells open pages that something changed, so that they ask again. It says only that, never what.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures::Stream;
use tokio::sync::watch;

use super::{Reader, Site};

/// Shorter than the minute after which proxies commonly drop a silent connection.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

pub(super) async fn stream(
    State(site): State<Arc<Site>>,
    _: Reader,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut changes = site.changes.clone();
    changes.mark_unchanged();
    let stream = futures::stream::unfold(changes, next);
    Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

/// The next change, or the end once nobody counts any more: we are shutting down.
async fn next(mut changes: watch::Receiver<u64>) -> Option<(Result<Event, Infallible>, watch::Receiver<u64>)> {
    changes.changed().await.ok()?;
    let count = *changes.borrow_and_update();
    Some((Ok(Event::default().event("change").data(count.to_string())), changes))
}
