//! Slack's text markup. It has no way to escape a mark, so what people wrote is put where marks do not count.

use super::marks::{Glyph, code_at, pairs};
use super::text::escape;
use crate::phrase::Span;
use crate::plan::{Person, Platform, Room};

/// A link, which can't be split, is never longer, in UTF-16 units; longer ones are plain text.
const LONGEST_LINK: usize = 1_000;
/// The same for code and bold text, before escaping makes them up to five times as long.
const LONGEST_CODE: usize = 200;

/// What stands for a backtick where one would end the code.
const BACKTICK: char = 'ˋ';

/// The length of a text as Slack may count it: its limits say characters, and UTF-16 units are never fewer.
pub fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Some spans as Slack's markup.
pub fn line(spans: &[Span]) -> String {
    let parts = parts(spans);
    let mut out = String::new();
    for (i, part) in parts.iter().enumerate() {
        match part {
            Part::Plain(text) => out.push_str(&literal(text)),
            Part::Code(text) => out.push_str(&code(text)),
            Part::Token(token) => out.push_str(token),
            Part::Strong(text) => {
                let behind = match parts.get(i + 1) {
                    Some(Part::Plain(next)) => next.chars().next(),
                    Some(Part::Code(_)) => Some('`'),
                    Some(Part::Strong(_) | Part::Token(_)) | None => None,
                };
                let bold = bold(text, out.chars().next_back(), behind);
                out.push_str(&bold);
            }
        }
    }
    out
}

/// The spans, all of them bold that can be.
pub fn bold_line(spans: &[Span]) -> String {
    let bold = spans.iter().map(|span| match span {
        Span::Text(text) | Span::Name(text) => Span::Strong(text.clone()),
        other => other.clone(),
    });
    line(&bold.collect::<Vec<_>>())
}

enum Part {
    Plain(String),
    Strong(String),
    Code(String),
    /// Markup already.
    Token(String),
}

/// Neighbours of one kind become one part: two bold texts side by side would close each other's marks.
fn parts(spans: &[Span]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for span in spans {
        match (parts.last_mut(), part(span)) {
            (Some(Part::Plain(text)), Part::Plain(more)) | (Some(Part::Strong(text)), Part::Strong(more)) => {
                text.push_str(&more);
            }
            (_, part) => parts.push(part),
        }
    }
    parts
}

fn part(span: &Span) -> Part {
    match span {
        Span::Text(text) | Span::Name(text) => Part::Plain(text.clone()),
        Span::Strong(text) => Part::Strong(text.clone()),
        Span::Code(text) => Part::Code(text.clone()),
        Span::Person(Person { id, name }) => match id.platform {
            Platform::Slack if is_id(&id.id) => Part::Token(format!("<@{}>", id.id)),
            _ => Part::Plain(format!("@{name}")),
        },
        Span::Room(Room { id, name }) => match id.platform {
            Platform::Slack if is_id(&id.id) => Part::Token(format!("<#{}>", id.id)),
            _ => Part::Plain(format!("#{name}")),
        },
        Span::Link { url, label } => match link(url, label) {
            Some(link) => Part::Token(link),
            None if url == label || label.trim().is_empty() => Part::Plain(url.clone()),
            None => Part::Plain(format!("{label} ({url})")),
        },
        Span::Time(at) => Part::Token(format!("<!date^{}^{{time}}|{}>", at.timestamp(), at.format("%H:%M UTC"))),
    }
}

fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// A link of Slack's. Anything but a web or mail address is none: `!channel` in that place would ping everyone.
fn link(url: &str, label: &str) -> Option<String> {
    let scheme = ["https://", "http://", "mailto:"].into_iter().find(|scheme| url.starts_with(scheme))?;
    if url.len() == scheme.len() || url.contains(char::is_whitespace) {
        return None;
    }
    let address = escape(&url.replace('|', "%7C").replace('<', "%3C").replace('>', "%3E"));
    let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
    let link = match label.as_str() {
        "" => format!("<{address}>"),
        label if label == url => format!("<{address}>"),
        label => format!("<{address}|{}>", escape(label)),
    };
    (units(&link) <= LONGEST_LINK).then_some(link)
}

/// Code, in backticks.
fn code(text: &str) -> String {
    let text = without_backticks(text);
    match text.trim() {
        "" => text,
        _ if units(&text) > LONGEST_CODE => literal(&text),
        _ => format!("`{}`", escape(&text)),
    }
}

/// What can stand in backticks: none inside, and one line.
fn without_backticks(text: &str) -> String {
    text.replace('`', &BACKTICK.to_string()).replace('\n', " ")
}

/// Bold, if Slack would see it as that between these two characters; else as it is.
fn bold(text: &str, before: Option<char>, behind: Option<char>) -> String {
    let core = text.trim();
    let (Some(begin), false) = (text.find(core), core.is_empty()) else { return text.to_string() };
    let (lead, tail) = (&text[..begin], &text[begin + core.len()..]);
    let free = |space: &str, beside: Option<char>| {
        !space.is_empty() || beside.is_none_or(|c| !c.is_alphanumeric() && !"*_~`".contains(c))
    };
    let core_is_simple = !core.contains(['*', '`', '\n']) && literal(core) == escape(core);
    let fits = free(lead, before) && free(tail, behind) && units(core) <= LONGEST_CODE;
    match core_is_simple && fits {
        true => format!("{lead}*{}*{tail}", escape(core)),
        false => literal(text),
    }
}

/// What people wrote, to be read as they wrote it. Addresses are links; what Slack would take for formatting is put
/// into backticks with its marks, the one place where they stay: an invisible character between would be copied along.
pub fn literal(text: &str) -> String {
    let mut glyphs = glyphs(text);
    loop {
        let pairs = pairs(&glyphs);
        if pairs.is_empty() {
            return glyphs.iter().map(shown).collect();
        }
        glyphs = marks_in_code(&glyphs, &pairs);
    }
}

/// What stands between marks becomes whole. Marks that overlap with others may find a new partner after that.
fn marks_in_code(glyphs: &[Glyph], pairs: &[(usize, usize)]) -> Vec<Glyph> {
    let mut out = Vec::new();
    let mut at = 0;
    for (open, close) in pairs {
        if *open < at {
            continue;
        }
        out.extend_from_slice(&glyphs[at..*open]);
        // Code between the marks is in code with them now, and needs no backticks of its own.
        let marked: String = glyphs[*open..=*close].iter().map(|g| g.to_string().replace('`', "")).collect();
        out.push(Glyph::Whole(match units(&marked) > LONGEST_CODE {
            true => marked,
            false => format!("`{}`", marked.replace('\n', " ")),
        }));
        at = close + 1;
    }
    out.extend_from_slice(&glyphs[at..]);
    out
}

/// Addresses and code are whole; a backtick that is part of no code would open some further on.
fn glyphs(text: &str) -> Vec<Glyph> {
    let mut glyphs = Vec::new();
    let mut rest = text;
    let mut word_before = false;
    while let Some(c) = rest.chars().next() {
        let address = if word_before { None } else { address_at(rest) };
        let whole = address.or_else(|| {
            let (code, length) = code_at(rest)?;
            (!code.contains('`') && units(code) <= LONGEST_CODE).then_some(length)
        });
        let length = match whole {
            Some(length) => {
                glyphs.push(Glyph::Whole(rest[..length].to_string()));
                length
            }
            None => {
                glyphs.push(Glyph::Char(if c == '`' { BACKTICK } else { c }));
                c.len_utf8()
            }
        };
        word_before = c.is_alphanumeric() && whole.is_none();
        rest = &rest[length..];
    }
    glyphs
}

fn shown(glyph: &Glyph) -> String {
    match glyph {
        Glyph::Whole(code) if code.starts_with('`') => escape(code),
        Glyph::Whole(url) => link(url, url).unwrap_or_else(|| escape(url)),
        Glyph::Char(c) => escape(&c.to_string()),
    }
}

/// The length of the address that a text begins with, without the punctuation behind it.
fn address_at(text: &str) -> Option<usize> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme))?;
    let end = text.find(|c: char| c.is_whitespace() || "<>\"`|“”".contains(c)).unwrap_or(text.len());
    let mut address = &text[..end];
    while let Some(c) = address.chars().next_back() {
        let punctuation = ".,;:!?'’*_~".contains(c) || (c == ')' && !address.contains('('));
        if !punctuation {
            break;
        }
        address = &address[..address.len() - c.len_utf8()];
    }
    (address.len() > scheme.len()).then_some(address.len())
}

/// Markup in pieces of at most this many units, split between lines or else words, never inside of a token, an entity
/// or code.
pub fn split(markup: &str, most: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = markup;
    while units(rest) > most {
        let at = place_to_split(rest, most);
        pieces.push(rest[..at].to_string());
        rest = &rest[at..];
        rest = rest.strip_prefix([' ', '\n']).unwrap_or(rest);
    }
    pieces.push(rest.to_string());
    pieces
}

/// Markup of at most this many units, with `…` where something is missing.
pub fn cut(markup: &str, most: usize) -> String {
    match units(markup) <= most {
        true => markup.to_string(),
        false => format!("{}…", &markup[..place_to_split(markup, most - 1)]),
    }
}

/// How many bytes to take of a text that is longer than `most`.
fn place_to_split(markup: &str, most: usize) -> usize {
    let (mut line, mut word, mut any, mut hard) = (0, 0, 0, 0);
    let mut used = 0;
    let mut until = None;
    for (at, c) in markup.char_indices() {
        if used > 0 {
            hard = at;
            if until.is_none() {
                any = at;
                match c {
                    '\n' => line = at,
                    ' ' => word = at,
                    _ => {}
                }
            }
        }
        used += c.len_utf16();
        if used > most {
            break;
        }
        until = match (until, c) {
            (None, '<') => Some('>'),
            (None, '&') => Some(';'),
            (None, '`') => Some('`'),
            (Some(end), c) if c == end => None,
            (until, _) => until,
        };
    }
    // The last two are for a token longer than `most`; none is made here.
    [line, word, any, hard].into_iter().find(|at| *at > 0).unwrap_or(markup.len())
}
