//! What people write on Matrix, as plain text: mentions become what a reader sees.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use super::html::{self, Piece};
use super::uri;

/// No event is larger (client-server API, "Size limits"), so no HTML is. It also bounds the one thing in reading it
/// whose time is quadratic: a single tag with thousands of attributes takes an eighth of a second.
const LONGEST_HTML: usize = 65_536;

/// A text that has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readable {
    pub text: String,
    /// Each person mentioned: the name as it stands behind `@` in the text, and the id of the user.
    pub mentions: Vec<(String, String)>,
}

/// A message of a person's as it reads. `name_of` says how people are called in the room, by id.
///
/// The body is what its author typed, Markdown and all, and so is the text; but it does not say who is meant by a
/// mention. With one in it the HTML is the text.
pub fn readable(body: &str, html: Option<&str>, name_of: impl Fn(&str) -> Option<String>) -> Readable {
    let body = without_fallback(body);
    let pieces = html.filter(|html| html.len() <= LONGEST_HTML).map(html::pieces).unwrap_or_default();
    let mut reader = Reader { text: String::new(), names: Names::new(name_of) };
    if pieces.iter().any(|piece| matches!(piece, Piece::Person { .. })) || body.trim().is_empty() {
        reader.pieces(pieces);
    } else {
        reader.prose(body);
    }
    Readable { text: reader.text, mentions: reader.names.mentions }
}

/// The body without what older clients put before a reply: the message that it answers, as a quote that begins with
/// the id of its author, and an empty line (client-server API 1.12, "Fallbacks for rich replies").
fn without_fallback(body: &str) -> &str {
    if !(body.starts_with("> <@") || body.starts_with("> * <@")) {
        return body;
    }
    let mut rest = body;
    while rest.starts_with('>') {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    let rest = rest.strip_prefix('\r').unwrap_or(rest);
    let rest = rest.strip_prefix('\n').unwrap_or(rest);
    // Nothing but a quote is what somebody wants to say.
    if rest.trim().is_empty() { body } else { rest }
}

struct Reader<F> {
    text: String,
    names: Names<F>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    fn pieces(&mut self, pieces: Vec<Piece>) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => self.prose(&text),
                Piece::Whole(text) => self.text.push_str(&text),
                Piece::Person { id, shown } => self.mention(&id, &shown),
            }
        }
    }

    /// A whole id in the text is a mention as well.
    fn prose(&mut self, text: &str) {
        let mut done = 0;
        for (at, _) in text.match_indices('@') {
            if at < done || text[..at].ends_with(attaches) {
                continue;
            }
            if let Some(id) = user_id_at(&text[at..]) {
                self.text.push_str(&text[done..at]);
                self.mention(id, "");
                done = at + id.len();
            }
        }
        self.text.push_str(&text[done..]);
    }

    fn mention(&mut self, id: &str, shown: &str) {
        let name = self.names.name(id, shown);
        self.text.push('@');
        self.text.push_str(&name);
    }
}

/// Before an `@` it is part of an address or of a word.
fn attaches(c: char) -> bool {
    c.is_alphanumeric() || "/@#=&?%.+-_".contains(c)
}

/// The id of a user (the specification's appendix on identifiers), without the punctuation behind it. Ids may have more
/// signs than these, but nobody types those.
#[expect(clippy::expect_used, reason = "the pattern is constant, and a test reads ids with it")]
static USER_ID: LazyLock<Regex> = LazyLock::new(|| {
    let host = r"(?:\[[0-9A-Fa-f:.]*\]|[A-Za-z0-9.\-]*[A-Za-z0-9])";
    Regex::new(&format!(r"^@[A-Za-z0-9._=/+\-]+:{host}(?::[0-9]+)?")).expect("a pattern")
});

/// The user id that a text begins with.
fn user_id_at(text: &str) -> Option<&str> {
    USER_ID.find(text).map(|found| found.as_str()).filter(|id| uri::is_user_id(id))
}

/// Who is mentioned under which name.
struct Names<F> {
    name_of: F,
    by_id: HashMap<String, String>,
    /// In small letters.
    taken: HashSet<String>,
    mentions: Vec<(String, String)>,
}

impl<F: Fn(&str) -> Option<String>> Names<F> {
    fn new(name_of: F) -> Self {
        Names { name_of, by_id: HashMap::new(), taken: HashSet::new(), mentions: Vec::new() }
    }

    /// The name under which this person stands in the text. Of two with one name the second has the id as well: who is
    /// meant must not depend on luck.
    fn name(&mut self, id: &str, shown: &str) -> String {
        if let Some(name) = self.by_id.get(id) {
            return name.clone();
        }
        let bare_id = id.trim_start_matches('@').to_string();
        let known = (self.name_of)(id).and_then(|name| tidy(&name));
        let name = known.or_else(|| tidy(shown)).unwrap_or_else(|| bare_id.clone());
        let free = |name: &String| !self.taken.contains(&name.to_lowercase());
        let name = [name.clone(), format!("{name} ({id})")].into_iter().find(free).unwrap_or(bare_id);
        self.taken.insert(name.to_lowercase());
        self.by_id.insert(id.to_string(), name.clone());
        self.mentions.push((name.clone(), id.to_string()));
        name
    }
}

/// A name that can stand in a line: people can call themselves anything, line breaks and what turns the line around
/// included. The joiners stay, since emoji and scripts are made with them.
fn tidy(name: &str) -> Option<String> {
    let shown = |c: &char| match c {
        '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => false,
        '\u{feff}' => false,
        c => c.is_whitespace() || !c.is_control(),
    };
    let name: String = name.chars().filter(shown).collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = name.trim_start_matches('@').trim_start();
    (!name.is_empty()).then(|| name.to_string())
}

#[cfg(test)]
mod tests;
