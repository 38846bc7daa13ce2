//! What Firebell says: short, calm, exact. Facts in, a [`Doc`] out; a chat renders it.
//!
//! Pure. One file for each kind of thing that is said.

mod alert;
mod announcement;
mod answers;
mod card;
mod doc;
mod help;
mod home;
mod lists;
mod misunderstood;
mod oncall;
mod page;
mod public;
mod refused;
mod review;
mod room;
mod shift;
mod subscriptions;
mod told;
mod topic;
mod triage;

pub use alert::{calm, suggestion};
pub use announcement::{AnnouncementWords, News, WordsError};
pub use answers::{done, offer, offer_withdrawn, overdue, strange_place, stranger};
pub use card::{card, first_steps};
pub use doc::{Block, Button, Doc, Field, Press, Span, code, strong, text};
pub use help::{help, help_word, panel, start};
pub use home::{Home, home};
pub use lists::{ActionLine, IncidentLine, actions, incidents, postmortem, tasks, timeline};
pub use misunderstood::misunderstood;
pub use oncall::{OnCallLine, on_call, on_call_for, unknown_target};
pub use page::{acknowledged, nothing_calls_you, page, page_away, page_subject};
pub use public::{invitation, public_update};
pub use refused::refused;
pub use review::review_due;
pub use room::{furniture, lost};
pub use shift::{ShiftBegins, shift_begins, shift_is_over};
pub use subscriptions::{subscriptions, wish_link, wished};
pub use told::{declared, told};
pub use topic::{room_name, topic};
pub use triage::triage;

use chrono::{DateTime, TimeDelta, Utc};

/// How the words around it are to be written in this chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// What a command begins with: `/incident`, `!incident`.
    pub prefix: String,
    /// Where the pages are: `http://127.0.0.1:7878`.
    pub pages: String,
    /// A command word that needs more opens a form when it stands alone: a button can be just that word.
    pub forms: bool,
}

impl Style {
    /// A whole command to type.
    pub fn typed(&self, words: &str) -> Span {
        code(format!("{} {words}", self.prefix))
    }

    pub fn incident_page(&self, number: i64) -> String {
        format!("{}/incidents/INC-{number}", self.pages)
    }

    pub fn postmortem_page(&self, number: i64) -> String {
        format!("{}/postmortems/INC-{number}", self.pages)
    }
}

/// `1 h 12 min`, `45 s`: the two largest units.
pub fn duration(span: TimeDelta) -> String {
    let seconds = span.num_seconds().max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, m) => format!("{m} min"),
        (0, h, 0) => format!("{h} h"),
        (0, h, m) => format!("{h} h {m} min"),
        (d, 0, _) => format!("{d} d"),
        (d, h, _) => format!("{d} d {h} h"),
    }
}

/// How long ago, or until.
pub fn since(from: DateTime<Utc>, now: DateTime<Utc>) -> String {
    duration(now - from)
}

/// `SEV1, SEV2 or SEV3`.
fn either(words: &[String]) -> String {
    listed(words, "or")
}

/// `SEV1, SEV2 and SEV3`.
fn all(words: &[String]) -> String {
    listed(words, "and")
}

fn listed(words: &[String], joint: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} {joint} {last}", most.join(", ")),
    }
}
