//! How a room reads to a person, from the plain text alone, in the words of the local chat's stories.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::Value;

/// A message as somebody sees it by now.
#[derive(Clone, Debug)]
pub struct Shown {
    pub id: String,
    /// By the homeserver's clock.
    pub at: i64,
    /// Who wrote it; `None`: Firebell.
    pub author: Option<String>,
    pub text: String,
    /// The thread that it is in.
    pub thread: Option<String>,
    pub is_command: bool,
    /// Firebell tells somebody, in passing.
    pub is_notice: bool,
    marks: Vec<String>,
    deleted: bool,
}

pub struct Reader<'a> {
    pub bot: &'a str,
    pub prefix: &'a str,
    pub names: &'a BTreeMap<String, String>,
    pub pinned: &'a [String],
}

impl Reader<'_> {
    /// The messages of these events, edits and emoji on them.
    pub fn shown(&self, events: &[Value]) -> Vec<Shown> {
        let mut found: Vec<Shown> = Vec::new();
        let (mut edits, mut emoji) = (BTreeMap::new(), BTreeMap::<&str, Vec<(&str, BTreeSet<&str>)>>::new());
        for event in events {
            let relates = &event["content"]["m.relates_to"];
            let (kind, target) = (relates["rel_type"].as_str(), relates["event_id"].as_str().unwrap_or_default());
            if kind == Some("m.replace") {
                edits.insert(target, event);
            } else if kind == Some("m.annotation") && event["sender"] != self.bot {
                let (key, who) =
                    (relates["key"].as_str().unwrap_or_default(), event["sender"].as_str().unwrap_or_default());
                let on_it = emoji.entry(target).or_default();
                match on_it.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, people)) => drop(people.insert(who)),
                    None => on_it.push((key, BTreeSet::from([who]))),
                }
            }
        }
        for event in events.iter().filter(|event| is_message(event)) {
            let id = event["event_id"].as_str().unwrap_or_default();
            found.push(self.message(event, edits.get(id).copied(), emoji.get(id)));
        }
        found
    }

    fn message(&self, event: &Value, edit: Option<&Value>, emoji: Option<&Vec<(&str, BTreeSet<&str>)>>) -> Shown {
        let id = event["event_id"].as_str().unwrap_or_default().to_string();
        let sender = event["sender"].as_str().unwrap_or_default();
        let is_bot = sender == self.bot;
        let content = edit.map_or(&event["content"], |edit| &edit["content"]["m.new_content"]);
        let deleted = !event["unsigned"]["redacted_because"].is_null();
        let text = match event["unreadable"].as_bool() {
            Some(true) => "(can not be read)".into(),
            _ => content["body"].as_str().unwrap_or_default().to_string(),
        };
        let is_command = !is_bot && text.starts_with(self.prefix);
        let relates = &event["content"]["m.relates_to"];
        let in_thread = relates["rel_type"] == "m.thread";
        let thread = relates["event_id"].as_str().filter(|_| in_thread).map(str::to_string);
        let mut marks = Vec::new();
        if self.pinned.contains(&id) {
            marks.push("pinned".into());
        }
        if edit.is_some() && !is_bot {
            marks.push("edited".into());
        }
        marks.extend(emoji.into_iter().flatten().map(|(emoji, people)| format!("{emoji}{}", people.len())));
        Shown {
            id,
            at: event["origin_server_ts"].as_i64().unwrap_or_default(),
            author: (!is_bot).then(|| self.names.get(sender).cloned().unwrap_or_else(|| sender.into())),
            text: as_in_the_stories(&text, self.prefix, &content["org.firebell.asks"]),
            thread,
            is_command,
            is_notice: is_bot && event["content"]["msgtype"] == "m.notice",
            marks,
            deleted,
        }
    }
}

impl Shown {
    /// `Ann: hello`, with what is special about it in brackets. `only`: whom it is for.
    pub fn line(&self, only: Option<&str>) -> String {
        let mut marks: Vec<String> = only.map(|only| format!("only {}", only.to_lowercase())).into_iter().collect();
        if self.thread.is_some() && only.is_none() {
            marks.push("in thread".into());
        }
        marks.extend(self.marks.iter().cloned());
        let marks = if marks.is_empty() { String::new() } else { format!(" [{}]", marks.join(", ")) };
        let author = self.author.as_deref().unwrap_or("Firebell");
        let text = if self.deleted { "(deleted)" } else { &self.text };
        format!("{author}{marks}: {}", text.replace('\n', "\n    "))
    }

    pub fn is_pinned(&self) -> bool {
        self.marks.iter().any(|mark| mark == "pinned")
    }

    pub fn is_there(&self) -> bool {
        !self.deleted
    }
}

fn is_message(event: &Value) -> bool {
    let is_edit = event["content"]["m.relates_to"]["rel_type"] == "m.replace";
    // Files are looked at on their own.
    let is_file = event["content"]["msgtype"] == "m.file";
    (event["type"] == "m.room.message" && !is_edit && !is_file) || event["unreadable"] == true
}

/// The stories type with the local chat's prefix, and know of no addresses of rooms and no emoji to press.
fn as_in_the_stories(text: &str, prefix: &str, asks: &Value) -> String {
    let rooms = Regex::new(r" \(https://matrix\.to/#/![^/\s)]+\)").expect("a pattern");
    let text = rooms.replace_all(text, "").replace(prefix, "/incident");
    let asked: Vec<&str> =
        asks["asks"].as_array().into_iter().flatten().filter_map(|ask| ask["emoji"].as_str()).collect();
    let is_ask = |line: &str| asked.iter().any(|emoji| line.starts_with(emoji));
    text.split('\n').filter(|line| !is_ask(line)).collect::<Vec<_>>().join("\n")
}
