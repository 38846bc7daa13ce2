//! The only SQL: the journal, what is read from it, and the local chat's own tables, on SQLite or PostgreSQL.

mod alerts;
mod backup;
mod catalogue;
mod chain;
mod codec;
mod db;
mod directory;
mod journal;
mod ledger;
mod local;
mod mailbox;
mod models;
mod notes;
mod outbox;
mod rows;
mod subscriptions;
mod transcript;
mod verify;

#[doc(hidden)]
pub use backup::backed_up;
#[doc(hidden)]
pub use catalogue::STATEMENTS;
pub use db::{Db, Tx};
pub use local::LocalStore;
pub use mailbox::MailStore;
pub use notes::NoteStore;
pub use verify::Verified;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::incident::Incident;
use crate::plan::Number;

/// The database with what is kept of it in memory.
#[derive(Clone)]
pub struct Store {
    db: Db,
    kept: Arc<Kept>,
}

impl Store {
    pub fn new(db: Db) -> Self {
        Store { db, kept: Arc::default() }
    }
}

/// An incident and the hash of its last event.
#[derive(Clone)]
struct Loaded {
    incident: Arc<Incident>,
    head: String,
}

/// Incidents that were loaded, so that a command need not replay a whole log. Each use first asks the database for
/// the incident's `seq`: another replica may have gone on.
#[derive(Default)]
struct Kept {
    incidents: Mutex<HashMap<Number, Loaded>>,
}

/// More than are ever worked on at once.
const KEEP: usize = 500;

impl Kept {
    fn get(&self, number: Number) -> Option<Loaded> {
        self.incidents.lock().unwrap_or_else(PoisonError::into_inner).get(&number).cloned()
    }

    fn put(&self, number: Number, loaded: Loaded) {
        let mut kept = self.incidents.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEEP && !kept.contains_key(&number) {
            kept.clear();
        }
        kept.insert(number, loaded);
    }
}
