//! Which connections there are, and what was missed while there was none.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use metrics::gauge;

/// Which connections there are, by token, and since when one has none.
pub(super) struct Connected {
    tokens: Mutex<Vec<Token>>,
}

struct Token {
    up: BTreeSet<String>,
    /// Since when there is none, or when it was last tried to have some.
    none_since: DateTime<Utc>,
    /// From when on what has happened was not heard, and is to be read back.
    missed: Option<DateTime<Utc>>,
}

impl Connected {
    pub fn new(tokens: usize, now: DateTime<Utc>) -> Self {
        let token = || Token { up: BTreeSet::new(), none_since: now, missed: None };
        Connected { tokens: Mutex::new((0..tokens).map(|_| token()).collect()) }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Token>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn up(&self, token: usize, connection: String) {
        let mut tokens = self.lock();
        tokens[token].up.insert(connection);
        measure(&tokens);
    }

    pub fn down(&self, token: usize, connection: &str, now: DateTime<Utc>) {
        let mut tokens = self.lock();
        let it = &mut tokens[token];
        if it.up.remove(connection) && it.up.is_empty() {
            it.none_since = now;
            it.missed = it.missed.or(Some(now));
        }
        measure(&tokens);
    }

    /// What has happened since then was not heard.
    pub fn missed_since(&self, since: DateTime<Utc>) {
        for token in self.lock().iter_mut() {
            token.missed = token.missed.map_or(Some(since), |earlier| Some(earlier.min(since)));
        }
    }

    /// From when on there is something to read back, by those that hear again: it is taken by this.
    pub fn take_missed(&self) -> Option<DateTime<Utc>> {
        let mut tokens = self.lock();
        let again = tokens.iter_mut().filter(|token| !token.up.is_empty());
        again.filter_map(|token| token.missed.take()).min()
    }

    /// Tokens without any connection since before then.
    pub fn silent(&self, before: DateTime<Utc>, now: DateTime<Utc>) -> Vec<usize> {
        let mut tokens = self.lock();
        let silent =
            tokens.iter_mut().enumerate().filter(|(_, token)| token.up.is_empty() && token.none_since <= before);
        let tried = silent.map(|(n, token)| {
            token.none_since = now;
            n
        });
        tried.collect()
    }

    pub fn count(&self) -> usize {
        count(&self.lock())
    }

    /// Every token has one, so that all workspaces are heard.
    pub fn all(&self) -> bool {
        self.lock().iter().all(|token| !token.up.is_empty())
    }
}

fn count(tokens: &[Token]) -> usize {
    tokens.iter().map(|token| token.up.len()).sum()
}

fn measure(tokens: &[Token]) {
    gauge!("firebell_slack_connections").set(count(tokens) as f64);
}
