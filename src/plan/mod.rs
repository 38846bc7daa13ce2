//! The response plan, as data: what severities mean, which roles there are, who may do what, whom an
//! incident is told to and how often. Configuration is read into it; everything that decides reads it.
//!
//! Pure: no clock, no I/O, nothing of ours imported.

mod alert;
mod alert_rules;
mod alert_source;
mod announcements;
mod cadence;
mod contacts;
mod escalation;
mod names;
mod oncall;
mod paging;
mod permissions;
mod public;
mod reach;
mod reactions;
mod review;
mod topic;
mod triage;

pub use alert::Alert;
pub use alert_rules::{AlertDeed, AlertRule, Matcher};
pub use alert_source::{AlertKind, AlertMapping};
pub use announcements::{Announcements, Matter, NewsKind, Route, template_files};
pub use cadence::Quiet;
pub use contacts::{Address, Contact, ContactKey, NotAnAddress, Recipient, Way, is_email};
pub use escalation::{Escalation, Step, Target, Team};
pub use names::*;
pub use oncall::{Restriction, Rotation, Shift, Turn, Turns, moment};
pub use paging::{NextStep, PageRule, PageTarget};
pub use permissions::{NotARule, Permission, Permissions, Rule, Standing, power_group};
pub use public::{Component, PublicPage};
pub use reach::Reached;
pub use reactions::{Mark, Reactions, plain_emoji};
pub use review::Review;
pub use topic::Topic;
pub use triage::Triage;

use std::collections::BTreeMap;

use chrono::TimeDelta;

/// The whole plan. `Plan::default()` is what runs without a configuration file.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Worst first, never empty.
    pub severities: Vec<Severity>,
    /// What `declare` without a severity, and 🚨 then ✅, take.
    pub default_severity: SeverityKey,
    /// In the order in which the card lists them; always has [`COMMANDER`].
    pub roles: Vec<Role>,
    pub services: Vec<Service>,
    /// First things to do, posted in the room when it opens.
    pub immediate_actions: Vec<ImmediateAction>,
    pub reactions: Reactions,
    pub permissions: Permissions,
    /// `group:NAME` in the permission lists, beside the groups that a chat itself knows.
    pub groups: BTreeMap<String, Vec<PersonId>>,
    pub announcements: Announcements,
    pub contacts: Vec<Contact>,
    pub rotations: Vec<Rotation>,
    pub escalations: Vec<Escalation>,
    pub teams: Vec<Team>,
    /// In the order in which they are tried.
    pub alert_rules: Vec<AlertRule>,
    pub public: PublicPage,
    pub triage: Triage,
    pub reviews: Vec<Review>,
    /// How long a room without a commander waits until it is asked again.
    pub ask_commander: TimeDelta,
    /// How long before an update is due its author is reminded, and how long after until the commander is.
    pub remind_before: TimeDelta,
    /// Whether the room is archived at close.
    pub archive_at_close: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Severity {
    pub key: SeverityKey,
    /// As people read it: `SEV2`.
    pub label: String,
    pub meaning: String,
    /// How often an update is due while the incident is open; `None`: never.
    pub update_every: Option<TimeDelta>,
    /// Invited when the room opens.
    pub invite: Vec<PersonId>,
    /// Paged when it is declared, or becomes as bad as this.
    pub page: Vec<PageRule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    pub key: RoleKey,
    pub label: String,
    /// Other words for it: `ic`, `comms`.
    pub aliases: Vec<String>,
    pub meaning: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    pub key: String,
    pub label: String,
    /// Invited when an incident of this service opens its room.
    pub invite: Vec<PersonId>,
    /// Runbook, dashboard: what the room is shown at once.
    pub links: Vec<(String, String)>,
    /// The key of the team whose service it is.
    pub owner: Option<String>,
    /// How its people are paged; `None`: as its owner is.
    pub escalation: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImmediateAction {
    /// `None`: for every service.
    pub service: Option<String>,
    /// Empty: for every severity.
    pub severities: Vec<SeverityKey>,
    pub text: String,
}

impl Plan {
    /// The severity that `word` means: its key or label in any case, or the bare number of `SEV2`.
    pub fn severity(&self, word: &str) -> Option<&Severity> {
        let word = word.to_lowercase();
        self.severities
            .iter()
            .find(|s| s.key == word || s.label.to_lowercase() == word || s.key.strip_prefix("sev") == Some(&word))
    }

    /// What people read for a severity's key; a key that left the plan reads as itself.
    pub fn severity_label<'a>(&'a self, key: &'a str) -> &'a str {
        self.severities.iter().find(|s| s.key == key).map_or(key, |s| &s.label)
    }

    /// 0 is the worst; a key that left the plan sorts last.
    pub fn severity_rank(&self, key: &str) -> usize {
        self.severities.iter().position(|s| s.key == key).unwrap_or(self.severities.len())
    }

    pub fn role(&self, word: &str) -> Option<&Role> {
        let word = word.to_lowercase();
        self.roles.iter().find(|r| r.key == word || r.label.to_lowercase() == word || r.aliases.contains(&word))
    }

    pub fn role_label<'a>(&'a self, key: &'a str) -> &'a str {
        self.roles.iter().find(|r| r.key == key).map_or(key, |r| &r.label)
    }

    pub fn service(&self, word: &str) -> Option<&Service> {
        let word = word.to_lowercase();
        self.services.iter().find(|s| s.key == word || s.label.to_lowercase() == word)
    }

    pub fn service_label<'a>(&'a self, key: &'a str) -> &'a str {
        self.services.iter().find(|s| s.key == key).map_or(key, |s| &s.label)
    }

    /// How often an incident of this severity owes an update.
    pub fn update_every(&self, severity: &str) -> Option<TimeDelta> {
        self.severities.iter().find(|s| s.key == severity)?.update_every
    }

    /// Who is invited to the room, without repeats.
    pub fn invited(&self, severity: &str, service: Option<&str>) -> Vec<PersonId> {
        let by_severity = self.severities.iter().filter(|s| s.key == severity).flat_map(|s| &s.invite);
        let by_service = self.services.iter().filter(|s| Some(s.key.as_str()) == service).flat_map(|s| &s.invite);
        let mut people: Vec<PersonId> = Vec::new();
        for person in by_severity.chain(by_service) {
            if !people.contains(person) {
                people.push(person.clone());
            }
        }
        people
    }

    /// The first things to do for an incident of this severity and service.
    pub fn first_steps(&self, severity: &str, service: Option<&str>) -> Vec<&str> {
        self.immediate_actions
            .iter()
            .filter(|a| a.service.is_none() || a.service.as_deref() == service)
            .filter(|a| a.severities.is_empty() || a.severities.iter().any(|s| s == severity))
            .map(|a| a.text.as_str())
            .collect()
    }
}

impl Default for Plan {
    fn default() -> Self {
        let severity = |key: &str, meaning: &str, minutes: Option<i64>| Severity {
            key: key.into(),
            label: key.to_uppercase(),
            meaning: meaning.into(),
            update_every: minutes.map(TimeDelta::minutes),
            invite: Vec::new(),
            page: Vec::new(),
        };
        let role = |key: &str, label: &str, aliases: &[&str], meaning: &str| Role {
            key: key.into(),
            label: label.into(),
            aliases: aliases.iter().map(|a| a.to_string()).collect(),
            meaning: meaning.into(),
        };
        Plan {
            severities: vec![
                severity("sev1", "Most users cannot use the product, or data is at risk.", Some(30)),
                severity("sev2", "Many users are affected, or an important part is down.", Some(60)),
                severity("sev3", "Some users are affected, and there is a way around it.", Some(240)),
                severity("sev4", "Nobody is affected yet, or hardly.", None),
            ],
            default_severity: "sev3".into(),
            roles: vec![
                role(COMMANDER, "Incident commander", &["ic", "lead"], "Leads the response and decides."),
                role(COMMUNICATIONS, "Communications lead", &["comms", "cl"], "Writes the updates."),
                role("operations", "Operations lead", &["ops", "ol"], "Changes the systems, alone or with others."),
                role("scribe", "Scribe", &["notes"], "Sees that what happens is written down."),
            ],
            services: Vec::new(),
            immediate_actions: Vec::new(),
            reactions: Reactions::default(),
            permissions: Permissions::default(),
            groups: BTreeMap::new(),
            announcements: Announcements::default(),
            contacts: Vec::new(),
            rotations: Vec::new(),
            escalations: Vec::new(),
            teams: Vec::new(),
            alert_rules: Vec::new(),
            public: PublicPage::default(),
            triage: Triage::over(&["sev1", "sev2", "sev3", "sev4"].map(String::from)),
            reviews: Vec::new(),
            ask_commander: TimeDelta::minutes(5),
            remind_before: TimeDelta::minutes(5),
            archive_at_close: false,
        }
    }
}
