//! What people write on Slack, as plain text: mentions, links, emoji and formatting become what a reader sees.

use super::emoji;
use super::marks::{Glyph, code_at, pairs};

/// Somebody or something that Slack's text names by its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reference {
    User(String),
    Channel(String),
    Group(String),
}

/// A text that has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    pub text: String,
    /// Each person mentioned: the name as it stands behind `@` in the text, and the id of the user.
    pub mentions: Vec<(String, String)>,
}

/// A text that can stand in Slack's and mentions nobody: `<!channel>` in it is just that.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What Slack gives back of a text that was escaped.
pub fn unescape(text: &str) -> String {
    // The ampersand last: `&amp;lt;` is what somebody wrote about `&lt;`.
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Who and what is named in the text by id alone, each once. The name that may stand beside a person's id is the
/// account's, not the one that people see, so people are always among them.
pub fn references(text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('<') {
        let reference = match token_at(&text[at..]) {
            Some((Token::Named { reference: reference @ Reference::User(_), .. }, _)) => reference,
            Some((Token::Named { reference, label: None }, _)) => reference,
            _ => continue,
        };
        if !found.contains(&reference) {
            found.push(reference);
        }
    }
    found
}

/// What is typed behind a slash command, without what no keyboard shows: spaces are spaces, and nothing is invisible.
/// The joiners stay, since emoji and scripts are made with them. What is left is to be [`read`].
pub fn typed(text: &str) -> String {
    let shown = |c: char| match c {
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(' '),
        '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => None,
        '\u{feff}' => None,
        _ => Some(c),
    };
    text.chars().filter_map(shown).collect()
}

/// A text of a person's as it reads. `name_of` says what is known of the ids in it.
pub fn read(text: &str, name_of: &dyn Fn(&Reference) -> Option<String>) -> Read {
    if !text.contains(['<', '&', ':', '*', '_', '~', '`']) {
        return Read { text: text.to_string(), mentions: Vec::new() };
    }
    let mut reader = Reader { name_of, mentions: Vec::new(), glyphs: Vec::new() };
    let (mut rest, mut from) = (text, 0);
    while let Some(at) = rest[from..].find('`').map(|i| from + i) {
        match code_at(&rest[at..]) {
            Some((code, length)) => {
                reader.prose(&rest[..at]);
                rest = &rest[at + length..];
                from = 0;
                reader.code(code, rest);
            }
            None => from = at + 1,
        }
    }
    reader.prose(rest);
    let text = without_marks(&reader.glyphs);
    Read { text, mentions: reader.mentions }
}

fn without_marks(glyphs: &[Glyph]) -> String {
    let mut marks = vec![false; glyphs.len()];
    for (open, close) in pairs(glyphs) {
        marks[open] = true;
        marks[close] = true;
    }
    let mut text = String::new();
    for (glyph, mark) in glyphs.iter().zip(marks) {
        match glyph {
            Glyph::Char(_) if mark => {}
            Glyph::Char(c) => text.push(*c),
            Glyph::Whole(whole) => text.push_str(whole),
        }
    }
    text
}

struct Reader<'a> {
    name_of: &'a dyn Fn(&Reference) -> Option<String>,
    mentions: Vec<(String, String)>,
    glyphs: Vec<Glyph>,
}

impl Reader<'_> {
    fn prose(&mut self, text: &str) {
        self.read(text, true);
    }

    /// Code reads as its content, in which no mark counts. A block of several lines has lines of its own.
    fn code(&mut self, code: &str, behind: &str) {
        let begin = self.glyphs.len();
        self.read(code, false);
        let code: String = self.glyphs.drain(begin..).map(|glyph| glyph.to_string()).collect();
        let code = code.strip_prefix('\n').unwrap_or(&code);
        let code = code.strip_suffix('\n').unwrap_or(code);
        let block = code.contains('\n');
        if block && !matches!(self.glyphs.last(), None | Some(Glyph::Char('\n'))) {
            self.glyphs.push(Glyph::Char('\n'));
        }
        self.glyphs.push(Glyph::Whole(code.to_string()));
        if block && !behind.is_empty() && !behind.starts_with('\n') {
            self.glyphs.push(Glyph::Char('\n'));
        }
    }

    fn read(&mut self, text: &str, emoji: bool) {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let found = match c {
                '<' => self.token(rest),
                '&' => entity_at(rest),
                ':' if emoji => self.emoji(rest),
                _ => None,
            };
            let (glyph, length) = found.unwrap_or((Glyph::Char(c), c.len_utf8()));
            self.glyphs.push(glyph);
            rest = &rest[length..];
        }
    }

    fn token(&mut self, text: &str) -> Option<(Glyph, usize)> {
        let (token, length) = token_at(text)?;
        let text = match token {
            Token::Named { reference, label } => self.named(reference, label),
            Token::Everyone(whom) => format!("@{whom}"),
            Token::Shown(text) => unescape(text),
            Token::Link { address, label } => link(&unescape(address), label.map(unescape)),
        };
        Some((Glyph::Whole(text), length))
    }

    fn named(&mut self, reference: Reference, label: Option<&str>) -> String {
        let known = (self.name_of)(&reference).filter(|name| !name.trim().is_empty());
        let label = label.map(unescape);
        match reference {
            Reference::User(id) => {
                let name = known.or(label).unwrap_or_else(|| id.clone());
                format!("@{}", self.mention(name.trim().trim_start_matches('@').to_string(), id))
            }
            Reference::Channel(id) => format!("#{}", label.or(known).unwrap_or(id).trim_start_matches('#')),
            Reference::Group(id) => format!("@{}", label.or(known).unwrap_or(id).trim_start_matches('@')),
        }
    }

    /// The name under which this person stands in the text. Of two with one name the second has the id as well:
    /// who is meant must not depend on luck.
    fn mention(&mut self, name: String, user: String) -> String {
        if let Some((name, _)) = self.mentions.iter().find(|(_, known)| *known == user) {
            return name.clone();
        }
        let taken = self.mentions.iter().any(|(known, _)| known.to_lowercase() == name.to_lowercase());
        let name = if taken { format!("{name} ({user})") } else { name };
        self.mentions.push((name.clone(), user));
        name
    }

    fn emoji(&self, text: &str) -> Option<(Glyph, usize)> {
        let (name, length) = emoji_at(text)?;
        // 12:10:30 is a time.
        let digit_before = matches!(self.glyphs.last(), Some(Glyph::Char(c)) if c.is_ascii_digit());
        if digit_before && name.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Some((Glyph::Whole(emoji::character(name)?.to_string()), length))
    }
}

/// What stands between `<` and `>`.
#[derive(Debug, PartialEq, Eq)]
enum Token<'a> {
    Named {
        reference: Reference,
        label: Option<&'a str>,
    },
    /// `here`, `channel` or `everyone`.
    Everyone(&'a str),
    /// Shown as it is.
    Shown(&'a str),
    Link {
        address: &'a str,
        label: Option<&'a str>,
    },
}

/// The token that a text begins with, and how many bytes it takes.
fn token_at(text: &str) -> Option<(Token<'_>, usize)> {
    let inside = text.strip_prefix('<')?;
    let end = inside.find(['<', '>', '\n']).filter(|end| inside[*end..].starts_with('>'))?;
    let (what, label) = match inside[..end].split_once('|') {
        Some((what, label)) => (what, (!label.is_empty()).then_some(label)),
        None => (&inside[..end], None),
    };
    Some((token(what, label)?, end + 2))
}

fn token<'a>(what: &'a str, label: Option<&'a str>) -> Option<Token<'a>> {
    let named = |of: fn(String) -> Reference, id: &str| {
        (!id.is_empty()).then(|| Token::Named { reference: of(id.to_string()), label })
    };
    let kind = what.chars().next()?;
    match (kind, &what[kind.len_utf8()..]) {
        ('@', id) => named(Reference::User, id),
        ('#', id) => named(Reference::Channel, id),
        ('!', whom @ ("here" | "channel" | "everyone")) => Some(Token::Everyone(whom)),
        ('!', special) => match special.strip_prefix("subteam^") {
            Some(id) => named(Reference::Group, id),
            // A date's text is for who can't work out the date.
            None => label.map(Token::Shown),
        },
        _ => Some(Token::Link { address: what, label }),
    }
}

/// Slack makes links of what looks like one, and then the label is the address once more.
fn link(address: &str, label: Option<String>) -> String {
    let bare = ["mailto:", "tel:"].into_iter().find_map(|scheme| address.strip_prefix(scheme));
    let address = bare.unwrap_or(address);
    match label {
        Some(label) if short(&label) != short(address) => format!("{label} ({address})"),
        _ => address.to_string(),
    }
}

fn short(address: &str) -> &str {
    let address = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(address);
    address.strip_suffix('/').unwrap_or(address)
}

fn entity_at(text: &str) -> Option<(Glyph, usize)> {
    let entities = [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&')];
    let (entity, c) = entities.into_iter().find(|(entity, _)| text.starts_with(entity))?;
    Some((Glyph::Char(c), entity.len()))
}

/// The name of the emoji that a text begins with (`:wave:`, `:wave::skin-tone-3:`), and how many bytes it takes.
fn emoji_at(text: &str) -> Option<(&str, usize)> {
    let inside = text.strip_prefix(':')?;
    let end = inside.find(|c: char| !(c.is_ascii_alphanumeric() || "_+-'".contains(c)))?;
    if end == 0 || !inside[end..].starts_with(':') {
        return None;
    }
    let tone = inside[end..].strip_prefix("::skin-tone-").and_then(|tone| tone.get(..2));
    match tone {
        Some("2:" | "3:" | "4:" | "5:" | "6:") => {
            let end = end + "::skin-tone-2".len();
            Some((&inside[..end], end + 2))
        }
        _ => Some((&inside[..end], end + 2)),
    }
}

#[cfg(test)]
mod tests;
