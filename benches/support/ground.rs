//! The two databases.

use std::path::Path;
use std::sync::Arc;

use super::postgres::Database;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    Sqlite,
    Postgres,
}

impl Ground {
    /// Those that can be measured.
    pub fn all() -> Vec<Ground> {
        match std::env::var_os("FIREBELL_TEST_POSTGRES") {
            Some(_) => vec![Ground::Sqlite, Ground::Postgres],
            None => vec![Ground::Sqlite],
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Ground::Sqlite => "SQLite",
            Ground::Postgres => "PostgreSQL",
        }
    }
}

/// A database, empty at first; it is gone with the last who holds it.
pub struct Place {
    folder: tempfile::TempDir,
    database: Option<Database>,
}

impl Place {
    pub async fn new(ground: Ground) -> Arc<Place> {
        // Below target/, which lies on a disk: the system's folder for such things is often in memory, where a
        // commit costs nothing.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let database = match ground {
            Ground::Sqlite => None,
            Ground::Postgres => Some(Database::create().await),
        };
        Arc::new(Place { folder, database })
    }

    pub fn url(&self) -> String {
        match &self.database {
            None => format!("sqlite://{}/firebell.db", self.folder.path().display()),
            Some(database) => database.url(),
        }
    }

    /// A folder for whatever else is needed.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}
