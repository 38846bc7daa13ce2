//! Which parts take traffic. Each part says so of itself; `/readyz` reads it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

/// A configured part, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// `slack`, `matrix`, `relay`.
    pub name: String,
    pub ready: bool,
    /// Why it is not ready, or what it is connected to. Never a secret.
    pub note: String,
}

/// Shared by all parts; clones are the same board.
#[derive(Clone, Debug, Default)]
pub struct Readiness {
    parts: Arc<Mutex<BTreeMap<String, (bool, String)>>>,
}

impl Readiness {
    /// This part is configured; until it says otherwise it is not ready.
    pub fn expect(&self, name: &str) {
        self.set(name, false, "starting");
    }

    pub fn ready(&self, name: &str, note: &str) {
        self.set(name, true, note);
    }

    pub fn not_ready(&self, name: &str, why: &str) {
        self.set(name, false, why);
    }

    pub fn parts(&self) -> Vec<Part> {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts
            .iter()
            .map(|(name, (ready, note))| Part { name: name.clone(), ready: *ready, note: note.clone() })
            .collect()
    }

    fn set(&self, name: &str, ready: bool, note: &str) {
        // A panic elsewhere can't leave a map half-inserted, so a poisoned lock is as good.
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.insert(name.into(), (ready, note.into()));
    }
}
