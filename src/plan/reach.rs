//! Whom the plan's names mean at a moment, and how each of them is reached.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Address, Contact, ContactKey, PersonId, Plan, Shift, Target};

/// Somebody, or something, that is paged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactKey>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<PersonId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Address>,
    /// The rotation's label, if they are reached by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Plan {
    pub fn contact(&self, word: &str) -> Option<&Contact> {
        let word = word.to_lowercase();
        self.contacts.iter().find(|c| c.key == word || c.label.to_lowercase() == word)
    }

    /// Whose account it is.
    pub fn contact_of(&self, account: &PersonId) -> Option<&Contact> {
        self.contacts.iter().find(|c| c.accounts.contains(account))
    }

    /// Whom these mean at that moment, in order, each once. `shifts` are those of a rotation's calendar.
    pub fn reach(&self, targets: &[Target], at: DateTime<Utc>, shifts: &dyn Fn(&str) -> Vec<Shift>) -> Vec<Reached> {
        let mut found: Vec<Reached> = Vec::new();
        for reached in targets.iter().flat_map(|target| self.meant(target, at, shifts)) {
            let same = |r: &Reached| match (&r.contact, &reached.contact) {
                (Some(one), Some(other)) => one == other,
                _ => r.accounts == reached.accounts && r.addresses == reached.addresses,
            };
            if !found.iter().any(same) {
                found.push(reached);
            }
        }
        found
    }

    fn meant(&self, target: &Target, at: DateTime<Utc>, shifts: &dyn Fn(&str) -> Vec<Shift>) -> Vec<Reached> {
        let contacts = |keys: &[ContactKey], why: Option<&String>| -> Vec<Reached> {
            let known = keys.iter().filter_map(|key| self.contacts.iter().find(|c| c.key == *key));
            known.map(|c| Reached { why: why.cloned(), ..reached(c) }).collect()
        };
        match target {
            Target::Contact(key) => contacts(std::slice::from_ref(key), None),
            Target::Team(key) => {
                let team = self.teams.iter().find(|team| team.key == *key);
                team.map_or(Vec::new(), |team| contacts(&team.members, None))
            }
            Target::Rotation(key) => {
                let rotation = self.rotations.iter().find(|r| r.key == *key);
                rotation.map_or(Vec::new(), |r| contacts(&r.on_call(at, &shifts(key)), Some(&r.label)))
            }
            Target::Account(id) => vec![self.contact_of(id).map_or_else(|| account(id), reached)],
            Target::Address(address) => vec![Reached {
                name: address.to_string(),
                contact: None,
                accounts: Vec::new(),
                addresses: vec![address.clone()],
                why: None,
            }],
        }
    }
}

fn reached(contact: &Contact) -> Reached {
    Reached {
        name: contact.label.clone(),
        contact: Some(contact.key.clone()),
        accounts: contact.accounts.clone(),
        addresses: contact.addresses.clone(),
        why: None,
    }
}

/// Nothing is known of them but this.
fn account(id: &PersonId) -> Reached {
    Reached { name: id.id.clone(), contact: None, accounts: vec![id.clone()], addresses: Vec::new(), why: None }
}
