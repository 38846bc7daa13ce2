//! The few things of an event that matter here. The SDK's own types want a whole content to fit, and leave out what is
//! not in the specification; here an event counts whatever else is in it.

use serde::Deserialize;
use serde_json::Value;

/// An event as it stands in a room's timeline, decrypted.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Event {
    pub event_id: String,
    pub sender: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// Milliseconds since 1970.
    pub origin_server_ts: i64,
    #[serde(default)]
    pub content: Value,
    /// There is one if it is a state event.
    pub state_key: Option<String>,
    /// What a redaction takes away; since room version 11 it stands in the content.
    pub redacts: Option<String>,
    #[serde(default)]
    pub unsigned: Unsigned,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Unsigned {
    /// Of a state event: what it was before.
    #[serde(default)]
    pub prev_content: Value,
    /// It was redacted: its content is gone.
    #[serde(default)]
    pub redacted_because: Value,
    #[serde(rename = "m.relations", default)]
    pub relations: Value,
}

impl Event {
    /// `rel_type` and the event that it relates to.
    pub fn relation(&self) -> Option<(&str, &str)> {
        let relates = &self.content["m.relates_to"];
        Some((relates["rel_type"].as_str()?, relates["event_id"].as_str()?))
    }

    /// Its thread's first message.
    pub fn thread(&self) -> Option<&str> {
        self.relation().filter(|(kind, _)| *kind == "m.thread").map(|(_, root)| root)
    }

    /// The message that this one takes the place of, with what it says now.
    pub fn replaces(&self) -> Option<(&str, &Value)> {
        let (_, event) = self.relation().filter(|(kind, _)| *kind == "m.replace")?;
        Some((event, &self.content["m.new_content"]))
    }

    /// The message that it puts an emoji on, and the emoji.
    pub fn annotates(&self) -> Option<(&str, &str)> {
        let (_, event) = self.relation().filter(|(kind, _)| *kind == "m.annotation")?;
        Some((event, self.content["m.relates_to"]["key"].as_str()?))
    }

    pub fn takes_away(&self) -> Option<&str> {
        self.content["redacts"].as_str().or(self.redacts.as_deref())
    }

    pub fn is_redacted(&self) -> bool {
        !self.unsigned.redacted_because.is_null()
    }
}

/// A message's content, whatever its `msgtype`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Words {
    #[serde(default)]
    pub msgtype: String,
    #[serde(default)]
    pub body: String,
    pub formatted_body: Option<String>,
}
