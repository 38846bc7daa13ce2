//! Who is paged: what people can name, and what the plan names for a severity.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{ContactKey, Person, Plan, Reached, Shift, Step, Target};

/// How long somebody has to answer who is paged by name, before they are paged again: as long as it takes to wake up
/// and find one's glasses.
const ANSWER_IN: TimeDelta = TimeDelta::minutes(5);

/// Whom a page is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "target", content = "is", rename_all = "snake_case")]
pub enum PageTarget {
    /// Whoever looks after the service.
    Service(String),
    Team(String),
    Escalation(String),
    /// Whoever is on call in it.
    Rotation(String),
    Contact(ContactKey),
    /// An account that is no contact's.
    Person(Person),
}

/// Whom the plan pages for a severity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageRule {
    /// Whoever looks after the incident's service, if it has one.
    OfService,
    Named(PageTarget),
}

/// The next people to page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextStep {
    /// Counted from 0.
    pub step: usize,
    /// How many steps there are.
    pub of: usize,
    pub to: Vec<Reached>,
    /// How long they have to answer.
    pub wait: TimeDelta,
}

impl Plan {
    /// As people read it: `Checkout`, `Ann Lee`.
    pub fn page_label(&self, target: &PageTarget) -> String {
        match target {
            PageTarget::Service(key) => self.service_label(key).to_string(),
            PageTarget::Team(key) => label(key, self.teams.iter().map(|t| (&t.key, &t.label))),
            PageTarget::Escalation(key) => label(key, self.escalations.iter().map(|e| (&e.key, &e.label))),
            PageTarget::Rotation(key) => label(key, self.rotations.iter().map(|r| (&r.key, &r.label))),
            PageTarget::Contact(key) => label(key, self.contacts.iter().map(|c| (&c.key, &c.label))),
            PageTarget::Person(person) => person.name.clone(),
        }
    }

    /// A word behind `page`: a service, a team, an escalation, a rotation or a contact, in this order.
    pub fn page_target(&self, word: &str) -> Option<PageTarget> {
        let word = word.to_lowercase();
        let named = |key: &str, label: &str| key == word || label.to_lowercase() == word;
        let service = self.service(&word).map(|s| PageTarget::Service(s.key.clone()));
        let team = || self.teams.iter().find(|t| named(&t.key, &t.label)).map(|t| PageTarget::Team(t.key.clone()));
        let escalation = || {
            let found = self.escalations.iter().find(|e| named(&e.key, &e.label));
            found.map(|e| PageTarget::Escalation(e.key.clone()))
        };
        let rotation = || {
            let found = self.rotations.iter().find(|r| named(&r.key, &r.label));
            found.map(|r| PageTarget::Rotation(r.key.clone()))
        };
        let contact = || self.contact(&word).map(|c| PageTarget::Contact(c.key.clone()));
        service.or_else(team).or_else(escalation).or_else(rotation).or_else(contact)
    }

    /// An account as a target: whose it is, if it is a contact's.
    pub fn page_person(&self, person: &Person) -> PageTarget {
        match self.contact_of(&person.id) {
            Some(contact) => PageTarget::Contact(contact.key.clone()),
            None => PageTarget::Person(person.clone()),
        }
    }

    /// Whom the plan pages for an incident of this severity and service, without repeats.
    pub fn paged(&self, severity: &str, service: Option<&str>) -> Vec<PageTarget> {
        let rules = self.severities.iter().filter(|s| s.key == severity).flat_map(|s| &s.page);
        let mut targets = Vec::new();
        for rule in rules {
            let target = match (rule, service) {
                (PageRule::Named(target), _) => target.clone(),
                (PageRule::OfService, Some(service)) => PageTarget::Service(service.to_string()),
                (PageRule::OfService, None) => continue,
            };
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        targets
    }

    /// The first step from `from` on, and around, that reaches somebody at that moment; `None`: none does.
    pub fn next_step(
        &self,
        target: &PageTarget,
        from: usize,
        at: DateTime<Utc>,
        shifts: &dyn Fn(&str) -> Vec<Shift>,
    ) -> Option<NextStep> {
        let steps = self.page_steps(target);
        let of = steps.len();
        (from..from + of).find_map(|n| {
            let step = n % of;
            let to = self.called(target, &steps[step].page, at, shifts);
            (!to.is_empty()).then(|| NextStep { step, of, to, wait: steps[step].wait })
        })
    }

    /// All steps that reach somebody at that moment.
    pub fn all_steps(
        &self,
        target: &PageTarget,
        at: DateTime<Utc>,
        shifts: &dyn Fn(&str) -> Vec<Shift>,
    ) -> Vec<NextStep> {
        let steps = self.page_steps(target);
        let of = steps.len();
        let steps = steps.into_iter().enumerate();
        let steps =
            steps.map(|(step, s)| NextStep { step, of, to: self.called(target, &s.page, at, shifts), wait: s.wait });
        steps.filter(|s| !s.to.is_empty()).collect()
    }

    fn called(
        &self,
        target: &PageTarget,
        page: &[Target],
        at: DateTime<Utc>,
        shifts: &dyn Fn(&str) -> Vec<Shift>,
    ) -> Vec<Reached> {
        match target {
            // Nothing is known of them but their account.
            PageTarget::Person(person) => vec![Reached {
                name: person.name.clone(),
                contact: None,
                accounts: vec![person.id.clone()],
                addresses: Vec::new(),
                why: None,
            }],
            _ => self.reach(page, at, shifts),
        }
    }

    /// Whether one of the steps of a page for this service calls them.
    pub fn service_calls(&self, service: &str, whom: &Target) -> bool {
        self.steps_of_service(service).iter().any(|step| step.page.contains(whom))
    }

    fn page_steps(&self, target: &PageTarget) -> Vec<Step> {
        let once = |page| vec![Step { page: vec![page], wait: ANSWER_IN }];
        match target {
            PageTarget::Service(key) => self.steps_of_service(key),
            PageTarget::Team(key) => self.steps_of_team(key),
            PageTarget::Escalation(key) => self.steps_of(key),
            PageTarget::Rotation(key) => once(Target::Rotation(key.clone())),
            PageTarget::Contact(key) => once(Target::Contact(key.clone())),
            PageTarget::Person(person) => once(Target::Account(person.id.clone())),
        }
    }

    /// The service's own escalation, else its owner's.
    fn steps_of_service(&self, key: &str) -> Vec<Step> {
        let Some(service) = self.services.iter().find(|s| s.key == key) else { return Vec::new() };
        match (&service.escalation, &service.owner) {
            (Some(escalation), _) => self.steps_of(escalation),
            (None, Some(team)) => self.steps_of_team(team),
            (None, None) => Vec::new(),
        }
    }

    /// The team's escalation, else all of its members at once.
    fn steps_of_team(&self, key: &str) -> Vec<Step> {
        let Some(team) = self.teams.iter().find(|t| t.key == key) else { return Vec::new() };
        match &team.escalation {
            Some(escalation) => self.steps_of(escalation),
            None => vec![Step { page: vec![Target::Team(team.key.clone())], wait: ANSWER_IN }],
        }
    }

    fn steps_of(&self, escalation: &str) -> Vec<Step> {
        let found = self.escalations.iter().find(|e| e.key == escalation);
        found.map(|e| e.steps.clone()).unwrap_or_default()
    }
}

/// What left the plan reads as its key.
fn label<'a>(key: &str, mut known: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    known.find(|(k, _)| *k == key).map_or(key.to_string(), |(_, label)| label.clone())
}
