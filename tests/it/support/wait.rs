//! Waiting for something to become so, with a deadline instead of a guess at how long it takes.

use std::time::{Duration, Instant};

/// Far more than anything here takes, also on a machine that is busy with other tests.
const DEADLINE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(25);

/// Looks until there is something; fails, with `what` was waited for, if there never is.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(started.elapsed() < DEADLINE, "waited {} s in vain: {what}", DEADLINE.as_secs());
        tokio::time::sleep(PAUSE).await;
    }
}

/// As [`until`], for where nothing can be awaited; `None` once the deadline is over.
pub fn until_blocking<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if started.elapsed() >= DEADLINE {
            return None;
        }
        std::thread::sleep(PAUSE);
    }
}

/// So much time goes by at once for every part that waits on its own, in this test's runtime.
#[cfg(any(feature = "matrix", feature = "slack"))]
pub async fn goes_by(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}
