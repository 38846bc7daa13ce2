//! Why a text is no command. Each says enough for an answer that helps: what was not understood, and what would be.

use super::Verb;
use crate::plan::Person;

#[derive(Clone, Debug, PartialEq)]
pub enum Misunderstanding {
    UnknownWord {
        typed: String,
        closest: Option<&'static str>,
    },
    /// The command needs something more.
    Missing {
        verb: Verb,
        what: &'static str,
    },
    UnknownFlag {
        verb: Verb,
        typed: String,
        closest: Option<&'static str>,
    },
    NotASeverity {
        typed: String,
        known: Vec<String>,
        closest: Option<String>,
    },
    NotAStatus {
        typed: String,
        closest: Option<&'static str>,
    },
    NotARole {
        typed: String,
        known: Vec<String>,
        closest: Option<String>,
    },
    NotAService {
        typed: String,
        known: Vec<String>,
        closest: Option<String>,
    },
    /// Neither the number of one of these nor how one begins.
    NotAnAnswer {
        what: &'static str,
        typed: String,
        known: Vec<String>,
    },
    NotANumber {
        verb: Verb,
        typed: String,
    },
    /// Not of the form `INC-42`.
    NotAKey {
        verb: Verb,
        typed: String,
    },
    NotATime {
        verb: Verb,
        typed: String,
    },
    NotADuration {
        verb: Verb,
        typed: String,
    },
    NobodyNamed {
        typed: String,
    },
    /// Nothing that one can hear of.
    NotATopic {
        verb: Verb,
        typed: String,
        known: Vec<String>,
        closest: Option<String>,
    },
    /// It names neither somebody in this chat nor anything of the plan.
    NobodyToPage {
        typed: String,
        known: Vec<String>,
        closest: Option<String>,
    },
    SeveralNamed {
        typed: String,
        people: Vec<Person>,
    },
}

/// The candidate that was most likely meant, if any is near enough.
pub(super) fn closest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    // A typed word may be anything, also very long; nothing near it is found by comparing all of it.
    if typed.chars().count() > 40 {
        return None;
    }
    let near = candidates.into_iter().filter_map(|candidate| {
        let distance = strsim::damerau_levenshtein(&typed, &candidate.to_lowercase());
        let allowed = if candidate.chars().count() < 6 { 1 } else { 2 };
        (distance <= allowed).then_some((distance, candidate))
    });
    let mut near: Vec<_> = near.collect();
    near.sort();
    match near.as_slice() {
        // Of two that are as near, either guess would be wrong half the time.
        [(first, _), (second, _), ..] if first == second => None,
        [(_, candidate), ..] => Some(candidate),
        [] => None,
    }
}
