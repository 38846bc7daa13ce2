//! Which emoji does what. An emoji is known by its name (`pushpin`) or by its character (📌).

use serde::{Deserialize, Serialize};

/// What an emoji makes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// On the timeline, as it is. Also the chat's own pin.
    Note,
    Finding,
    Hypothesis,
    Decision,
    Mitigation,
    /// Makes an action item.
    Action,
}

/// For each meaning the emoji that carry it, by name or character.
#[derive(Clone, Debug)]
pub struct Reactions {
    pub note: Vec<String>,
    pub finding: Vec<String>,
    pub hypothesis: Vec<String>,
    pub decision: Vec<String>,
    pub mitigation: Vec<String>,
    pub action: Vec<String>,
    /// Outside incident rooms: offers to declare from the message.
    pub declare: Vec<String>,
    /// Confirms such an offer.
    pub confirm: Vec<String>,
}

impl Default for Reactions {
    fn default() -> Self {
        let list = |names: &[&str]| names.iter().map(|n| n.to_string()).collect();
        Reactions {
            note: list(&["pushpin", "📌", "round_pushpin", "📍"]),
            finding: list(&["mag", "🔍", "mag_right", "🔎"]),
            hypothesis: list(&["bulb", "💡"]),
            decision: list(&["scales", "⚖"]),
            mitigation: list(&["adhesive_bandage", "🩹"]),
            action: list(&["memo", "📝", "pencil"]),
            declare: list(&["rotating_light", "🚨"]),
            confirm: list(&["white_check_mark", "✅", "heavy_check_mark", "✔"]),
        }
    }
}

impl Reactions {
    /// What this emoji makes of a message in an incident room, if anything.
    pub fn mark(&self, emoji: &str) -> Option<Mark> {
        let lists = [
            (Mark::Note, &self.note),
            (Mark::Finding, &self.finding),
            (Mark::Hypothesis, &self.hypothesis),
            (Mark::Decision, &self.decision),
            (Mark::Mitigation, &self.mitigation),
            (Mark::Action, &self.action),
        ];
        lists.into_iter().find(|(_, list)| has(list, emoji)).map(|(mark, _)| mark)
    }

    pub fn declares(&self, emoji: &str) -> bool {
        has(&self.declare, emoji)
    }

    pub fn confirms(&self, emoji: &str) -> bool {
        has(&self.confirm, emoji)
    }
}

fn has(list: &[String], emoji: &str) -> bool {
    let emoji = plain_emoji(emoji);
    list.iter().any(|name| plain_emoji(name) == emoji)
}

/// An emoji without what does not change its meaning: colons around a name, Slack's `::skin-tone-2`,
/// a skin tone character, and the presentation selector U+FE0F that Matrix clients may or may not send.
pub fn plain_emoji(emoji: &str) -> String {
    let name = emoji.trim().trim_matches(':');
    let name = name.split("::skin-tone").next().unwrap_or(name);
    name.chars().filter(|c| *c != '\u{fe0f}' && !('\u{1f3fb}'..='\u{1f3ff}').contains(c)).collect()
}
