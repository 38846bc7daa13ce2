//! What Slack has said, remembered for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::OnceCell;

use super::api::{CallError, Called};

/// Answers that are kept for a while; many who ask for the same at once ask Slack once.
pub(super) struct Known<T> {
    /// How long an answer is believed; changes are told by events, too.
    believed: TimeDelta,
    answers: Mutex<HashMap<String, Asked<T>>>,
}

/// Since when, and the answer once it is there.
type Asked<T> = (DateTime<Utc>, Arc<OnceCell<T>>);

impl<T: Clone> Known<T> {
    pub fn for_a_while(believed: TimeDelta) -> Self {
        Known { believed, answers: Mutex::default() }
    }

    /// What Slack has said without being asked for this alone.
    pub fn learn(&self, key: &str, now: DateTime<Utc>, answer: T) {
        self.lock().insert(key.into(), (now, Arc::new(OnceCell::new_with(Some(answer)))));
    }

    pub async fn get<F>(&self, key: &str, now: DateTime<Utc>, ask: impl FnOnce() -> F) -> Called<T>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let cell = {
            let mut answers = self.lock();
            let fresh =
                answers.get(key).filter(|(since, _)| now - *since < self.believed).map(|(_, cell)| cell.clone());
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
        self.lock().get(key).is_some_and(|(since, cell)| now - *since < self.believed && cell.initialized())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Asked<T>>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn forget(&self, key: &str) {
        self.lock().remove(key);
    }
}
