//! What the other modules call people, rooms and messages: names that hold on every chat.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A chat that Firebell can work in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    Slack,
    Matrix,
    Local,
}

impl Platform {
    pub const ALL: [Platform; 3] = [Platform::Slack, Platform::Matrix, Platform::Local];

    pub fn as_str(self) -> &'static str {
        match self {
            Platform::Slack => "slack",
            Platform::Matrix => "matrix",
            Platform::Local => "local",
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Text that is not of the form `platform:id`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not of the form platform:id, such as local:ann, slack:U024BE7LH or matrix:@ann:example.org")]
pub struct NotAName(pub String);

fn split(text: &str) -> Result<(Platform, String), NotAName> {
    let (platform, id) = text.split_once(':').ok_or_else(|| NotAName(text.into()))?;
    let platform = Platform::ALL.into_iter().find(|p| p.as_str() == platform);
    match platform {
        Some(platform) if !id.is_empty() => Ok((platform, id.into())),
        _ => Err(NotAName(text.into())),
    }
}

macro_rules! chat_name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name {
            pub platform: Platform,
            /// What the chat itself calls it.
            pub id: String,
        }

        impl $name {
            pub fn new(platform: Platform, id: impl Into<String>) -> Self {
                Self { platform, id: id.into() }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}:{}", self.platform, self.id)
            }
        }

        impl FromStr for $name {
            type Err = NotAName;
            fn from_str(text: &str) -> Result<Self, NotAName> {
                split(text).map(|(platform, id)| Self { platform, id })
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAName;
            fn try_from(text: String) -> Result<Self, NotAName> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.to_string()
            }
        }
    };
}

chat_name! {
    /// Someone in a chat, written as in the permission lists: `local:ann`, `slack:U024BE7LH`,
    /// `matrix:@ann:example.org`.
    PersonId
}

chat_name! {
    /// A Slack channel, a Matrix room or a local room: `local:inc-42-checkout-down`.
    RoomId
}

/// Somebody with the name they went by at the time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
}

/// A room with the name that people see.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Room {
    pub id: RoomId,
    pub name: String,
}

/// One message of one room. `id` is the chat's own (Slack's `ts`, Matrix's event id).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MessageId {
    pub room: RoomId,
    pub id: String,
}

/// The key of a severity in the plan, in lower case: `sev2`.
pub type SeverityKey = String;
/// The key of a role in the plan, in lower case: `commander`.
pub type RoleKey = String;
/// The number of an incident; people see `INC-42`.
pub type Number = i64;

/// The role that every plan has: the incident commander.
pub const COMMANDER: &str = "commander";
/// The role that is asked for updates first, if the plan has it and somebody holds it.
pub const COMMUNICATIONS: &str = "communications";

/// `INC-42`.
pub fn key(number: Number) -> String {
    format!("INC-{number}")
}
