//! What Firebell says, as a Matrix message: HTML, and the plain text for clients that show none.
//!
//! Only tags of the specification's list are used (client-server API, "m.room.message msgtypes").

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::uri;
use crate::phrase::{Block, Button, Doc, Field, Press, Span};
use crate::plan::{Person, Platform, Room};

/// Of body, HTML and mentions together, as JSON. An event has at most 65,536 bytes (client-server API, "Size limits").
/// Up to 4,000 of them are not ours: room, sender, hashes, signatures, earlier events, keys. An encrypted one has three
/// quarters of the rest, 46,152, of which the type, the room and what it relates to take up to 1,000. And an edit says
/// everything twice, for clients that know edits and for those that do not: 22,576.
const MOST: usize = 22_000;
/// What the tags around a line may take (`<blockquote></blockquote>` are the longest), and the line breaks.
const AROUND: usize = 36;
/// The least of a long line that is worth showing.
const PIECE: usize = 200;
/// There are ten numbered emoji.
const NUMBERS: [&str; 10] = ["1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣", "7️⃣", "8️⃣", "9️⃣", "🔟"];
const YES: &str = "✅";

const MORE: &str = "There is more than fits into one message on Matrix.";

/// A message for `m.room.message`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// `body`: the plain text alone is enough to work an incident with a client that shows no HTML.
    pub body: String,
    /// `formatted_body` in the format `org.matrix.custom.html`.
    pub html: String,
    /// `user_ids` of `m.mentions`: whoever stands in a [`Span::Person`], each once, in order.
    ///
    /// `m.mentions` is to be part of the event even if nobody is in it, and never with `room`: as long as it is there,
    /// servers and clients look for no names and no `@room` in the text, so what people wrote notifies nobody.
    pub mentions: Vec<String>,
    /// What is asked, in order: the emoji to be seeded and what it does.
    pub asks: Vec<Ask>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    pub emoji: String,
    pub press: Press,
}

/// `via` is the name of the bot's server, which is in each of its rooms.
pub fn message(doc: &Doc, via: &str) -> Rendered {
    let asked = asked(doc);
    // An answer must not be lost because the question is long.
    let kept: usize = asked.iter().map(|asked| asked.row().size()).sum();
    let left = MOST.saturating_sub(kept + Row::plain(MORE).size());
    let mut page = Page { via, rows: Vec::new(), rooms: HashSet::new(), left, full: false };
    for (number, block) in doc.blocks.iter().enumerate() {
        match block {
            Block::Headline(spans) => page.headline(spans),
            Block::Line(spans) => page.line(spans),
            Block::Fields(fields) => page.fields(fields),
            Block::List(items) => page.list(number, items),
            Block::Quote(text) => page.quote(number, text),
            Block::Buttons(_) => page.rows.extend(asked.iter().filter(|a| a.block == number).map(Asked::row)),
        }
    }
    let asks = asked.iter().map(|a| Ask { emoji: a.emoji.to_string(), press: a.button.press.clone() }).collect();
    rendered(page.rows, asks)
}

struct Asked<'a> {
    block: usize,
    button: &'a Button,
    emoji: &'a str,
}

impl Asked<'_> {
    fn row(&self) -> Row {
        Row::plain(&format!("{} {}", self.emoji, self.button.label.trim()))
    }
}

/// The buttons that ask, with their emoji: its own for one that is an emoji, ✅ for the only one, or else numbers.
fn asked(doc: &Doc) -> Vec<Asked<'_>> {
    let buttons = doc.blocks.iter().enumerate().flat_map(|(block, is)| match is {
        Block::Buttons(buttons) => buttons.iter().map(|button| (block, button)).collect(),
        _ => Vec::new(),
    });
    let asking: Vec<(usize, &Button)> =
        buttons.filter(|(_, b)| b.asks && !b.label.trim().is_empty()).take(NUMBERS.len()).collect();
    let only = asking.len() == 1;
    let own: Vec<&str> = asking.iter().filter_map(|(_, button)| own_emoji(button)).collect();
    let mut numbers = NUMBERS.into_iter().filter(|number| !own.contains(number));
    let mut asked: Vec<Asked<'_>> = Vec::new();
    for (block, button) in asking {
        let number = || if only { Some(YES) } else { numbers.next() };
        let emoji = own_emoji(button).or_else(number);
        // Of two answers with one emoji nobody could tell which is given.
        if let Some(emoji) = emoji.filter(|emoji| !asked.iter().any(|a| a.emoji == *emoji)) {
            asked.push(Asked { block, button, emoji });
        }
    }
    asked
}

fn own_emoji(button: &Button) -> Option<&str> {
    match &button.press {
        Press::React { emoji, .. } => Some(emoji),
        Press::Words { .. } => None,
    }
}

/// One line of a message.
struct Row {
    kind: Kind,
    body: String,
    html: String,
    mentions: Vec<String>,
}

/// Neighbours of one kind stand in one element; lists and quotes have the number of their block.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Headline,
    Line,
    Item(usize),
    Quoted(usize),
}

impl Row {
    fn plain(text: &str) -> Self {
        Row { kind: Kind::Line, body: text.to_string(), html: shown(text), mentions: Vec::new() }
    }

    fn size(&self) -> usize {
        let mentions: usize = self.mentions.iter().map(|id| escaped(id) + 3).sum();
        escaped(&self.body) + escaped(&self.html) + mentions + AROUND
    }

    fn push(&mut self, body: &str, html: &str) {
        self.body.push_str(body);
        self.html.push_str(html);
    }
}

struct Page<'a> {
    via: &'a str,
    rows: Vec<Row>,
    /// Those with a link in the body.
    rooms: HashSet<&'a str>,
    left: usize,
    /// Something did not fit, and what follows is left out.
    full: bool,
}

impl<'a> Page<'a> {
    /// A paragraph in bold: a heading would stand out more than a whole conversation around it.
    fn headline(&mut self, spans: &'a [Span]) {
        let row = self.row(Kind::Headline, spans);
        self.put(row);
    }

    fn line(&mut self, spans: &'a [Span]) {
        let row = self.row(Kind::Line, spans);
        self.put(row);
    }

    fn fields(&mut self, fields: &'a [Field]) {
        for field in fields {
            let mut row = self.row(Kind::Line, &field.value);
            row.body = format!("{}: {}", field.name, row.body);
            row.html = format!("<strong>{}:</strong> {}", shown(&field.name), row.html);
            self.put(row);
        }
    }

    fn list(&mut self, number: usize, items: &'a [Vec<Span>]) {
        for item in items {
            let mut row = self.row(Kind::Item(number), item);
            row.body = format!("• {}", row.body);
            self.put(row);
        }
    }

    fn quote(&mut self, number: usize, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        for line in text.trim_matches(['\n', '\r']).lines() {
            let row = quoted(number, line);
            if row.size() > self.left && self.left >= PIECE && !self.full {
                let piece = quoted(number, &format!("{}…", fitting(line, self.left - AROUND - 10)));
                self.put(piece);
            }
            self.put(row);
        }
    }

    fn row(&mut self, kind: Kind, spans: &'a [Span]) -> Row {
        let mut row = Row { kind, body: String::new(), html: String::new(), mentions: Vec::new() };
        for span in spans {
            self.span(&mut row, span);
        }
        row
    }

    fn span(&mut self, row: &mut Row, span: &'a Span) {
        match span {
            Span::Text(text) | Span::Name(text) => row.push(text, &shown(text)),
            // All of a headline is bold.
            Span::Strong(text) if row.kind == Kind::Headline => row.push(text, &shown(text)),
            Span::Strong(text) => row.push(text, &format!("<strong>{}</strong>", shown(text))),
            Span::Code(text) => row.push(text, &format!("<code>{}</code>", escape(text))),
            Span::Person(person) => person_span(row, person),
            Span::Room(room) => self.room(row, room),
            Span::Link { url, label } => link(row, url, label),
            Span::Time(at) => {
                let time = at.format("%H:%M UTC").to_string();
                row.push(&time, &time);
            }
        }
    }

    /// The body has the link as well: a client that shows no HTML knows no other way into a room without an alias.
    /// Once, for the message is to stay short.
    fn room(&mut self, row: &mut Row, room: &'a Room) {
        let name = format!("#{}", room.name);
        if room.id.platform != Platform::Matrix || !uri::is_room_id(&room.id.id) {
            return row.push(&name, &shown(&name));
        }
        let address = uri::to_room(&room.id.id, self.via);
        let html = anchor(&address, &name);
        match self.rooms.insert(&room.id.id) {
            true => row.push(&format!("{name} ({address})"), &html),
            false => row.push(&name, &html),
        }
    }

    fn put(&mut self, row: Row) {
        if self.full || row.body.trim().is_empty() {
            return;
        }
        match self.left.checked_sub(row.size()) {
            Some(left) => {
                self.left = left;
                self.rows.push(row);
            }
            None => {
                self.full = true;
                self.rows.push(Row::plain(MORE));
            }
        }
    }
}

fn person_span(row: &mut Row, Person { id, name }: &Person) {
    let body = format!("@{name}");
    match id.platform {
        // Clients show the link as a pill with the name that the person has in the room.
        Platform::Matrix if uri::is_user_id(&id.id) => {
            row.push(&body, &anchor(&uri::to_user(&id.id), name));
            row.mentions.push(id.id.clone());
        }
        _ => row.push(&body, &shown(&body)),
    }
}

fn link(row: &mut Row, url: &str, label: &str) {
    let label = label.trim();
    let body = match label {
        "" => url.to_string(),
        label if label == url => url.to_string(),
        label => format!("{label} ({url})"),
    };
    let html = match is_link(url) {
        true => anchor(url, if label.is_empty() { url } else { label }),
        false => shown(&body),
    };
    row.push(&body, &html);
}

/// The specification's schemes for links; clients make plain text of others.
fn is_link(url: &str) -> bool {
    let schemes = ["https://", "http://", "ftp://", "mailto:", "magnet:"];
    schemes.iter().any(|scheme| url.len() > scheme.len() && url.starts_with(scheme))
        && !url.contains(|c: char| c.is_whitespace() || c.is_control())
}

fn anchor(address: &str, label: &str) -> String {
    format!("<a href=\"{}\">{}</a>", escape(address), shown(label))
}

fn quoted(number: usize, line: &str) -> Row {
    let body = format!("> {line}").trim_end().to_string();
    Row { kind: Kind::Quoted(number), body, html: shown(line), mentions: Vec::new() }
}

/// As much of a line as takes at most this much in body and HTML, to the end of a word if there is one.
fn fitting(line: &str, most: usize) -> &str {
    let mut used = 0;
    let mut word = 0;
    for (at, c) in line.char_indices() {
        let mut bytes = [0; 4];
        let c = &*c.encode_utf8(&mut bytes);
        if c == " " {
            word = at;
        }
        used += escaped(c) + escaped(&shown(c));
        if used > most {
            return &line[..if word > 0 { word } else { at }];
        }
    }
    line
}

fn rendered(rows: Vec<Row>, asks: Vec<Ask>) -> Rendered {
    let body: Vec<&str> = rows.iter().map(|row| row.body.as_str()).collect();
    let groups: Vec<&[Row]> = rows.chunk_by(|a, b| a.kind == b.kind).collect();
    let html = match groups.as_slice() {
        // What is just a line needs no paragraph, which some clients put space around.
        [lines] if lines[0].kind == Kind::Line => joined(lines, "<br>"),
        groups => groups.iter().map(|group| element(group)).collect(),
    };
    let mut seen = HashSet::new();
    let mentions = rows.iter().flat_map(|row| &row.mentions).filter(|id| seen.insert(*id)).cloned().collect();
    Rendered { body: body.join("\n"), html, mentions, asks }
}

fn element(group: &[Row]) -> String {
    match group.first().map(|row| row.kind) {
        None => String::new(),
        Some(Kind::Headline) => format!("<p><strong>{}</strong></p>", joined(group, "<br>")),
        Some(Kind::Line) => format!("<p>{}</p>", joined(group, "<br>")),
        Some(Kind::Item(_)) => format!("<ul><li>{}</li></ul>", joined(group, "</li><li>")),
        Some(Kind::Quoted(_)) => format!("<blockquote>{}</blockquote>", joined(group, "<br>")),
    }
}

fn joined(rows: &[Row], between: &str) -> String {
    rows.iter().map(|row| row.html.as_str()).collect::<Vec<_>>().join(between)
}

/// A text as HTML, with its line breaks.
fn shown(text: &str) -> String {
    escape(text).replace('\n', "<br>")
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// The length of a text as JSON, in bytes, without the quotes around it.
fn escaped(text: &str) -> usize {
    let length = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0..=0x1f => 6,
        _ => 1,
    };
    text.bytes().map(length).sum()
}

#[cfg(test)]
mod tests;
