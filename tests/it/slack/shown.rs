//! How a message reads to a person, as text, in the words of the local chat's stories.

use serde_json::Value;

use super::model::{BOT_NAME, BOT_USER, Message, Model};
use super::shapes::unescaped;
use super::{Workspace, people};

const EMOJI: &[(&str, &str)] = &[
    ("pushpin", "📌"),
    ("round_pushpin", "📍"),
    ("mag", "🔍"),
    ("mag_right", "🔎"),
    ("bulb", "💡"),
    ("scales", "⚖️"),
    ("adhesive_bandage", "🩹"),
    ("memo", "📝"),
    ("rotating_light", "🚨"),
    ("white_check_mark", "✅"),
    ("heavy_check_mark", "✔️"),
    ("eyes", "👀"),
    ("+1", "👍"),
    ("thumbsup", "👍"),
    ("tada", "🎉"),
];

/// Slack's name of an emoji that a story uses.
pub fn emoji_name(emoji: &str) -> &str {
    EMOJI.iter().find(|(_, character)| *character == emoji).map_or(emoji, |(name, _)| name)
}

/// `Ann: hello`, with what is special about it in brackets.
pub fn line(workspace: &Workspace, message: &Message) -> String {
    workspace.with(|state| line_of(&state.model, message))
}

/// Every message of the channel that this person sees, a line a message.
pub fn room(workspace: &Workspace, who: &str, channel: &str) -> String {
    let reader = workspace.person(who);
    let mut messages = workspace.messages(channel);
    messages.retain(|m| !m.deleted && m.ephemeral_for.as_ref().is_none_or(|only| *only == reader));
    messages.iter().map(|m| line(workspace, m)).collect::<Vec<_>>().join("\n")
}

/// The labels of the message's buttons.
pub fn buttons(message: &Message) -> Vec<String> {
    let labels = people::buttons(&message.blocks).into_iter();
    labels.filter_map(|(_, button)| button["text"]["text"].as_str().map(str::to_string)).collect()
}

/// The words of blocks alone, of a modal's or a home's, too; a line a block.
pub fn blocks(workspace: &Workspace, blocks: &[Value]) -> String {
    workspace.with(|state| words_of(&state.model, blocks))
}

fn line_of(model: &Model, message: &Message) -> String {
    let by_name = || model.person(&message.author).map_or(message.author.as_str(), |p| &p.name);
    let author = message.bot_name.as_deref().unwrap_or_else(by_name);
    let is_bot = message.author == BOT_USER;
    let mut marks = Vec::new();
    if let Some(reader) = &message.ephemeral_for {
        marks.push(format!("only {}", model.person(reader).map_or(reader.as_str(), |p| &p.handle)));
    }
    if message.thread_ts.is_some() {
        marks.push("in thread".into());
    }
    if message.pinned {
        marks.push("pinned".into());
    }
    // Slack marks what an app rewrites in its own blocks for nobody.
    if message.edited.is_some() && !is_bot {
        marks.push("edited".into());
    }
    marks.extend(message.reactions.iter().map(|r| format!("{}{}", emoji(&r.name), r.users.len())));
    let marks = if marks.is_empty() { String::new() } else { format!(" [{}]", marks.join(", ")) };
    let words = match message {
        _ if message.deleted => "(deleted)".into(),
        _ if !message.blocks.is_empty() => words_of(model, &message.blocks),
        _ if is_bot => mrkdwn(model, &message.text),
        // What people typed reads as they typed it.
        _ => resolved(model, &message.text),
    };
    format!("{}{marks}: {}", if is_bot { BOT_NAME } else { author }, words.replace('\n', "\n    "))
}

fn emoji(name: &str) -> String {
    let usual = EMOJI.iter().find(|(known, _)| *known == name);
    usual.map_or_else(|| format!(":{name}:"), |(_, character)| character.to_string())
}

fn words_of(model: &Model, blocks: &[Value]) -> String {
    let mut lines = Vec::new();
    for block in blocks {
        match block["type"].as_str() {
            Some("header") => lines.push(words(model, &block["text"])),
            Some("section") => {
                if block.get("text").is_some() {
                    lines.push(words(model, &block["text"]));
                }
                let fields = block["fields"].as_array().into_iter().flatten();
                lines.extend(fields.map(|field| name_and_value(&words(model, field), field)));
            }
            Some("context") => {
                let elements = block["elements"].as_array().into_iter().flatten();
                let parts: Vec<_> = elements.filter(|e| e["type"] != "image").map(|e| words(model, e)).collect();
                lines.push(parts.join(" "));
            }
            Some("input") => lines.push(words(model, &block["label"])),
            Some("image") => lines.push(block["alt_text"].as_str().unwrap_or_default().into()),
            Some("rich_text") => rich(model, block, "", &mut lines),
            Some("markdown") => lines.push(block["text"].as_str().unwrap_or_default().into()),
            _ => {}
        }
    }
    lines.join("\n")
}

/// `*Name*` above its value reads as `Name: value`.
fn name_and_value(words: &str, field: &Value) -> String {
    let is_named = field["text"].as_str().is_some_and(|text| text.starts_with('*'));
    match words.split_once('\n') {
        Some((name, value)) if is_named => format!("{}: {value}", name.trim_end_matches(':')),
        _ => words.to_string(),
    }
}

fn words(model: &Model, text: &Value) -> String {
    let given = text["text"].as_str().unwrap_or_default();
    if text["type"] == "mrkdwn" { mrkdwn(model, given) } else { given.to_string() }
}

fn rich(model: &Model, element: &Value, before: &str, lines: &mut Vec<String>) {
    let inside = element["elements"].as_array().map(Vec::as_slice).unwrap_or_default();
    let kind = element["type"].as_str().unwrap_or_default();
    if matches!(kind, "rich_text" | "rich_text_list") {
        let bullet = if kind == "rich_text_list" { "• " } else { before };
        inside.iter().for_each(|part| rich(model, part, bullet, lines));
        return;
    }
    let before = if kind == "rich_text_quote" { "> " } else { before };
    let text: String = inside.iter().map(|part| rich_part(model, part)).collect();
    lines.extend(text.trim_end_matches('\n').split('\n').map(|line| format!("{before}{line}")));
}

fn rich_part(model: &Model, part: &Value) -> String {
    let of = |key: &str| part[key].as_str().unwrap_or_default();
    match part["type"].as_str() {
        Some("user") => token(model, &format!("@{}", of("user_id"))),
        Some("channel") => token(model, &format!("#{}", of("channel_id"))),
        Some("usergroup") => token(model, &format!("!subteam^{}", of("usergroup_id"))),
        Some("link") if part["text"].is_string() => labelled(of("url"), of("text")),
        Some("link") => of("url").into(),
        Some("emoji") => emoji(of("name")),
        Some("date") => of("fallback").into(),
        _ => of("text").into(),
    }
}

/// Slack's markup as it reads: no stars, no brackets.
fn mrkdwn(model: &Model, text: &str) -> String {
    let lines = text.split('\n').filter(|line| line.trim() != "```");
    let plain: Vec<String> = lines.map(|line| unmarked(model, line)).collect();
    plain.join("\n")
}

/// A line without the signs that make words bold, slanted, struck or fixed. Inside of code nothing else is a sign.
fn unmarked(model: &Model, line: &str) -> String {
    let line = line.replace("```", "`");
    let mut out = String::new();
    for (n, part) in line.split('`').enumerate() {
        let is_code = n % 2 == 1;
        let part = resolved(model, &if is_code { part.to_string() } else { without_signs(part) });
        out.push_str(&part);
    }
    out.replace(['\u{200b}', '\u{2060}'], "")
}

/// A sign opens before a word and closes behind one; elsewhere (`snake_case`, `2 * 3`) it is itself. What stands in
/// angle brackets has none.
fn without_signs(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let inside = |at: usize| {
        let before = &letters[..at];
        before.iter().rposition(|c| *c == '<') > before.iter().rposition(|c| *c == '>')
            && before.contains(&'<')
            && letters[at..].contains(&'>')
    };
    let is_edge = |c: Option<&char>| c.is_none_or(|c| !c.is_alphanumeric());
    let is_word = |c: Option<&char>| c.is_some_and(|c| !c.is_whitespace());
    let mut dropped = vec![false; letters.len()];
    for sign in ['*', '_', '~'] {
        let mut open: Option<usize> = None;
        for at in (0..letters.len()).filter(|at| letters[*at] == sign && !inside(*at)) {
            let (before, behind) = (at.checked_sub(1).and_then(|b| letters.get(b)), letters.get(at + 1));
            match open {
                Some(start) if is_word(before) && is_edge(behind) && at > start + 1 => {
                    (dropped[start], dropped[at], open) = (true, true, None);
                }
                _ if is_edge(before) && is_word(behind) => open = Some(at),
                _ => {}
            }
        }
    }
    letters.iter().zip(dropped).filter(|(_, dropped)| !dropped).map(|(c, _)| c).collect()
}

/// What stands in angle brackets, as it is shown; entities as what they are.
fn resolved(model: &Model, text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('<') {
        let Some((inside, after)) = behind.split_once('>') else { break };
        out.push_str(&unescaped(before));
        out.push_str(&token(model, inside));
        rest = after;
    }
    out + unescaped(rest).as_str()
}

fn token(model: &Model, inside: &str) -> String {
    let (target, label) = match inside.split_once('|') {
        Some((target, label)) => (target, Some(unescaped(label))),
        None => (inside, None),
    };
    let named = |found: Option<String>| found.or(label.clone()).unwrap_or_else(|| target[1..].to_string());
    match target.chars().next() {
        Some('@') => format!("@{}", named(model.person(&target[1..]).map(|p| p.name.clone()))),
        Some('#') => format!("#{}", named(model.conversation(&target[1..]).map(|c| c.name.clone()))),
        Some('!') if target.starts_with("!date^") => label.unwrap_or_default(),
        Some('!') => match target.strip_prefix("!subteam^") {
            Some(id) => {
                let group = model.groups.iter().find(|g| g.id == id);
                format!("@{}", group.map_or(id, |g| &g.handle))
            }
            None => format!("@{}", &target[1..]),
        },
        _ => {
            let url = unescaped(target);
            label.map_or(url.clone(), |label| labelled(&url, &label))
        }
    }
}

fn labelled(url: &str, label: &str) -> String {
    if url == label { url.into() } else { format!("{label} ({url})") }
}
