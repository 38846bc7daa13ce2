//! People as the plan knows them: one somebody, with every way to reach them.

use std::fmt;
use std::str::FromStr;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{NotAName, PersonId};

/// The key of a person in the plan, in lower case: `ann`.
pub type ContactKey = String;

/// Somebody whom the plan names, whatever chats they are in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub key: ContactKey,
    /// As people read it: `Ann Lee`.
    pub label: String,
    /// Their accounts; who does something there is this person.
    pub accounts: Vec<PersonId>,
    /// How to reach them outside of chats.
    pub addresses: Vec<Address>,
    /// Where they live; quiet hours and times in e-mails are by it.
    pub zone: Tz,
}

/// A kind of address outside of chats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    Email,
    /// A program that is posted to, by its name in the configuration.
    Webhook,
    /// A topic of an ntfy server.
    Ntfy,
    /// A service of PagerDuty's, by its name in the configuration.
    Pagerduty,
}

impl Way {
    pub const ALL: [Way; 4] = [Way::Email, Way::Webhook, Way::Ntfy, Way::Pagerduty];

    pub fn as_str(self) -> &'static str {
        match self {
            Way::Email => "email",
            Way::Webhook => "webhook",
            Way::Ntfy => "ntfy",
            Way::Pagerduty => "pagerduty",
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where something is sent that is not a chat: `email:ann@example.org`, `webhook:status-board`, `ntfy:oncall-ann`,
/// `pagerduty:checkout`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    pub way: Way,
    pub to: String,
}

/// Text that is not of the form `way:address`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` is not of the form way:address, such as email:ann@example.org, webhook:NAME, ntfy:TOPIC or pagerduty:NAME"
)]
pub struct NotAnAddress(pub String);

/// Whether it has the form of an e-mail address; whether somebody reads there is another thing.
pub fn is_email(text: &str) -> bool {
    let parts = text.split_once('@').filter(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    parts.is_some() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c))
}

impl Address {
    pub fn new(way: Way, to: impl Into<String>) -> Self {
        Address { way, to: to.into() }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.way, self.to)
    }
}

impl FromStr for Address {
    type Err = NotAnAddress;
    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let split = text.split_once(':').filter(|(_, to)| !to.is_empty());
        let found = split.and_then(|(way, to)| Some((Way::ALL.into_iter().find(|w| w.as_str() == way)?, to)));
        found.map(|(way, to)| Address::new(way, to)).ok_or_else(|| NotAnAddress(text.into()))
    }
}

impl TryFrom<String> for Address {
    type Error = NotAnAddress;
    fn try_from(text: String) -> Result<Self, NotAnAddress> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.to_string()
    }
}

/// Who, or what, is sent something: `local:ann`, `email:ann@example.org`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Recipient {
    /// An account, by a direct message.
    Person(PersonId),
    Address(Address),
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Recipient::Person(person) => person.fmt(f),
            Recipient::Address(address) => address.fmt(f),
        }
    }
}

impl TryFrom<String> for Recipient {
    type Error = NotAName;
    fn try_from(text: String) -> Result<Self, NotAName> {
        let address = text.parse().map(Recipient::Address);
        address.or_else(|_| text.parse().map(Recipient::Person))
    }
}

impl From<Recipient> for String {
    fn from(recipient: Recipient) -> String {
        recipient.to_string()
    }
}
