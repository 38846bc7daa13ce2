//! What can be asked without changing anything.

use serde::{Deserialize, Serialize};

use crate::plan::Number;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "question", rename_all = "snake_case")]
pub enum Question {
    /// Open incidents; with `all` also those that are over.
    List {
        all: bool,
    },
    /// One incident's card; `None`: the one of this room.
    Show {
        number: Option<Number>,
    },
    Timeline {
        last: usize,
    },
    Tasks,
    /// `mine`: of every incident, but only the asker's own.
    Actions {
        mine: bool,
    },
    /// What severity the plan proposes; what is not known yet is asked. Counted from 0.
    Triage {
        impact: Option<usize>,
        scope: Option<usize>,
    },
    /// Who is on call; with a word, whom a page of that would call.
    OnCall {
        word: Option<String>,
    },
    /// What the asker hears of.
    Subscriptions,
    Postmortem,
    /// `None`: all words.
    Help {
        word: Option<String>,
    },
    /// No words at all: what fits the place.
    Nothing,
}
