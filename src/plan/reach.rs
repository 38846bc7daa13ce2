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

    pub fn contact_of(&self, account: &PersonId) -> Option<&Contact> {
        self.contacts.iter().find(|c| c.accounts.contains(account))
    }

    pub fn reach(&self, targets: &[Target], _at: DateTime<Utc>, _shifts: &dyn Fn(&str) -> Vec<Shift>) -> Vec<Reached> {
        let mut found: Vec<Reached> = Vec::new();
        for target in targets {
            let Target::Contact(key) = target else { continue };
            let contact = self.contacts.iter().find(|c| c.key == *key);
            found.extend(contact.map(|c| Reached {
                name: c.label.clone(),
                contact: Some(c.key.clone()),
                accounts: c.accounts.clone(),
                addresses: c.addresses.clone(),
                why: None,
            }));
        }
        found
    }
}
