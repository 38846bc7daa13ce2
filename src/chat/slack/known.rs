//! What Slack has said, remembered for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::OnceCell;

use super::api::{CallError, Called};

/// How long what Slack said of people, groups and channels is believed; changes are told by events, too.
const BELIEVED: TimeDelta = TimeDelta::hours(1);

/// Answers that are kept for a while; many who ask for the same at once ask Slack once.
pub(super) struct Known<T> {
    answers: Mutex<HashMap<String, Asked<T>>>,
}

/// Since when, and the answer once it is there.
type Asked<T> = (DateTime<Utc>, Arc<OnceCell<T>>);

impl<T> Default for Known<T> {
    fn default() -> Self {
        Known { answers: Mutex::default() }
    }
}

impl<T: Clone> Known<T> {
    pub async fn get<F>(&self, key: &str, now: DateTime<Utc>, ask: impl FnOnce() -> F) -> Called<T>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let cell = {
            let mut answers = self.lock();
            let fresh = answers.get(key).filter(|(since, _)| now - *since < BELIEVED).map(|(_, cell)| cell.clone());
            match fresh {
                Some(cell) => cell,
                None => {
                    let cell = Arc::new(OnceCell::new());
                    answers.insert(key.into(), (now, cell.clone()));
                    cell
                }
            }
        };
        cell.get_or_try_init(ask).await.cloned()
    }

    /// What is known by now: nobody is asked.
    pub fn known(&self, key: &str) -> Option<T> {
        self.lock().get(key).and_then(|(_, cell)| cell.get()).cloned()
    }

    /// Whether the answer is there and still believed.
    pub fn is_fresh(&self, key: &str, now: DateTime<Utc>) -> bool {
        self.lock().get(key).is_some_and(|(since, cell)| now - *since < BELIEVED && cell.initialized())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Asked<T>>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn forget(&self, key: &str) {
        self.lock().remove(key);
    }
}
