//! What a test stands on: a database, and a clock that only moves when told.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use firebell::ports::Clock;

use super::postgres::Database;

/// What a test stands on; dropping it removes it.
pub enum Ground {
    Sqlite(tempfile::TempDir),
    Postgres(Database),
    /// The address of a database that somebody else looks after.
    Shared(String),
}

impl Ground {
    pub fn sqlite() -> Self {
        Ground::Sqlite(tempfile::tempdir().expect("a folder"))
    }

    pub async fn postgres() -> Self {
        Ground::Postgres(Database::create().await)
    }

    /// Another of the same kind, with nothing in it.
    pub async fn empty(&self) -> Self {
        match self {
            Ground::Sqlite(_) => Ground::sqlite(),
            Ground::Postgres(_) => Ground::postgres().await,
            Ground::Shared(url) => panic!("{url} is somebody else's"),
        }
    }

    pub fn url(&self) -> String {
        match self {
            Ground::Sqlite(folder) => format!("sqlite://{}/firebell.db", folder.path().display()),
            Ground::Postgres(database) => database.url(),
            Ground::Shared(url) => url.clone(),
        }
    }
}

/// Begins on a Monday at noon, and stands still.
pub struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    pub fn new() -> Arc<Self> {
        Arc::new(TestClock(Mutex::new("2026-11-23T12:00:00Z".parse().expect("a time"))))
    }

    pub fn forward(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }

    pub fn set(&self, to: DateTime<Utc>) {
        *self.0.lock().unwrap() = to;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}
