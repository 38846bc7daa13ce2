//! What people can want to hear of.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{NotAName, Number, SeverityKey};

/// As it is written: `incident/7`, `service/checkout`, `severity/sev2`, `everything`, `public`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Topic {
    Incident(Number),
    /// Each incident of the service.
    Service(String),
    /// Each incident that is at least that bad.
    Severity(SeverityKey),
    /// Whatever the plan tells; who wants none of it says so by this.
    Everything,
    /// What the public reads.
    Public,
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Topic::Incident(number) => write!(f, "incident/{number}"),
            Topic::Service(key) => write!(f, "service/{key}"),
            Topic::Severity(key) => write!(f, "severity/{key}"),
            Topic::Everything => f.write_str("everything"),
            Topic::Public => f.write_str("public"),
        }
    }
}

impl FromStr for Topic {
    type Err = NotAName;
    fn from_str(text: &str) -> Result<Self, NotAName> {
        let unknown = || NotAName(text.to_string());
        match text.split_once('/') {
            Some(("incident", number)) => number.parse().map(Topic::Incident).map_err(|_| unknown()),
            Some(("service", key)) => Ok(Topic::Service(key.into())),
            Some(("severity", key)) => Ok(Topic::Severity(key.into())),
            None if text == "everything" => Ok(Topic::Everything),
            None if text == "public" => Ok(Topic::Public),
            _ => Err(unknown()),
        }
    }
}

impl TryFrom<String> for Topic {
    type Error = NotAName;
    fn try_from(text: String) -> Result<Self, NotAName> {
        text.parse()
    }
}

impl From<Topic> for String {
    fn from(topic: Topic) -> String {
        topic.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for text in ["incident/7", "service/checkout", "severity/sev2", "everything", "public"] {
            assert_eq!(text.parse::<Topic>().unwrap().to_string(), text);
        }
        for text in ["", "incident/x", "incident/", "room/7", "private"] {
            text.parse::<Topic>().unwrap_err();
        }
    }
}
