//! Pages: somebody is called to the incident, and others after them, until one of them answers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Actor;
use crate::plan::{PageTarget, PersonId, Plan, Reached};

/// A call for somebody to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Counted from 1 in its incident.
    pub number: u32,
    pub target: PageTarget,
    /// As people read the target when it was paged.
    pub label: String,
    pub text: Option<String>,
    pub by: Actor,
    pub at: DateTime<Utc>,
    /// The step that it has come to, counted from 0.
    pub step: usize,
    /// How often somebody was called by it.
    pub attempt: u32,
    /// Everybody who was called by it, in order.
    pub reached: Vec<Reached>,
    /// When the next are called, if nobody answers; `None`: it is answered, or not needed any more.
    pub next: Option<DateTime<Utc>>,
    pub acknowledged: Option<Acknowledged>,
}

/// Somebody comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    pub by: String,
    pub at: DateTime<Utc>,
}

/// How somebody who is no account of a chat answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answerer {
    pub name: String,
    /// The account that they have, if they have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<PersonId>,
}

impl Page {
    /// It still calls.
    pub fn is_open(&self) -> bool {
        self.next.is_some()
    }

    /// Whether it has called this account, or somebody whose account it is.
    pub fn has_called(&self, account: &PersonId, plan: &Plan) -> bool {
        let contact = plan.contact_of(account).map(|c| &c.key);
        self.reached
            .iter()
            .any(|r| r.accounts.contains(account) || (r.contact.is_some() && r.contact.as_ref() == contact))
    }
}
