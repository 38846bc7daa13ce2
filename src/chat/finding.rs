//! What `firebell check` looks for in a chat, and what it found there.

use crate::plan::{PersonId, RoomId};

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    Good {
        what: String,
        found: String,
    },
    /// Neither right nor wrong, and good to know.
    Note {
        what: String,
        found: String,
    },
    Wrong {
        what: String,
        found: String,
    },
}

impl Finding {
    pub fn good(what: &str, found: impl Into<String>) -> Finding {
        Finding::Good { what: what.into(), found: found.into() }
    }

    pub fn note(what: &str, found: impl Into<String>) -> Finding {
        Finding::Note { what: what.into(), found: found.into() }
    }

    pub fn wrong(what: &str, found: impl Into<String>) -> Finding {
        Finding::Wrong { what: what.into(), found: found.into() }
    }
}

/// What the plan names.
pub struct Named<'a> {
    pub rooms: &'a [RoomId],
    /// Those of them that hear of private incidents.
    pub private: &'a [RoomId],
    pub people: &'a [PersonId],
    /// Groups in permissions that the configuration does not have.
    pub groups: &'a [String],
}
