//! The HTML of a message, as lines of text with the people in it.
//!
//! Read as a stream of tags, without a tree. Anybody can send 65,536 bytes of tags in tags: html5ever's builder of trees
//! takes most of a second for 13,000 `<div>`, and to drop such a tree node by node takes a deep stack.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::uri::{self, Target};

/// Quotes and lists deeper than this are shown as if they were this deep: a line must not begin with thousands of `>`.
const DEEPEST: usize = 8;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    /// Code or an address, in which nothing else counts.
    Whole(String),
    /// A pill; `shown` is its own text.
    Person {
        id: String,
        shown: String,
    },
}

/// What an HTML text reads as.
pub fn pieces(html: &str) -> Vec<Piece> {
    let mut page = Page::default();
    for token in tokens(html) {
        match token {
            Token::TagToken(tag) => page.tag(&tag),
            Token::CharacterTokens(text) => page.text(&text),
            _ => {}
        }
    }
    page.end_link();
    page.pieces
}

fn tokens(html: &str) -> Vec<Token> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(Tokens::default(), TokenizerOpts::default());
    // It stops before the end only where the sink tells it to, and this one never does.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.take()
}

#[derive(Default)]
struct Tokens(RefCell<Vec<Token>>);

impl TokenSink for Tokens {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if matches!(token, Token::TagToken(_) | Token::CharacterTokens(_)) {
            self.0.borrow_mut().push(token);
        }
        TokenSinkResult::Continue
    }
}

#[derive(Default)]
struct Page {
    pieces: Vec<Piece>,
    /// Line breaks before what comes next.
    breaks: usize,
    /// A space before what comes next on the line.
    space: bool,
    quotes: usize,
    /// How deep in quotes the last line was.
    quoted: usize,
    /// The numbers that the next items get, if the list has any.
    lists: Vec<Option<u64>>,
    /// What the next line begins with, as the first of an item.
    marker: Option<String>,
    code: usize,
    pre: usize,
    /// Nothing of the code block has been read yet.
    fresh: bool,
    /// In what clients put before a reply, for others that know no replies.
    fallback: usize,
    link: Option<Link>,
}

struct Link {
    address: String,
    label: String,
}

impl Page {
    fn text(&mut self, text: &str) {
        if self.fallback > 0 {
            return;
        }
        if let Some(link) = &mut self.link {
            return link.label.push_str(text);
        }
        if self.pre > 0 {
            return self.code_block(text);
        }
        for (n, word) in text.split(is_space).enumerate() {
            self.space |= n > 0;
            if !word.is_empty() {
                let word = word.to_string();
                self.put(if self.code > 0 { Piece::Whole(word) } else { Piece::Text(word) });
            }
        }
    }

    fn code_block(&mut self, text: &str) {
        for (n, line) in text.split('\n').enumerate() {
            if n > 0 && !self.fresh {
                self.breaks += 1;
            }
            if !line.is_empty() {
                self.put(Piece::Whole(line.to_string()));
            }
        }
    }

    fn tag(&mut self, tag: &Tag) {
        let opens = tag.kind == TagKind::StartTag;
        if &*tag.name == "mx-reply" {
            self.fallback = if opens { self.fallback + 1 } else { self.fallback.saturating_sub(1) };
        }
        if self.fallback > 0 {
            return;
        }
        match &*tag.name {
            "a" => {
                self.end_link();
                let address = attribute(tag, "href").filter(|_| opens);
                self.link = address.map(|address| Link { address, label: String::new() });
            }
            "code" => self.code = if opens { self.code + 1 } else { self.code.saturating_sub(1) },
            // Emoji that a server has of its own are images.
            "img" if opens => self.text(&attribute(tag, "alt").unwrap_or_default()),
            "br" => {
                self.end_link();
                self.breaks = if self.pre > 0 { self.breaks + 1 } else { (self.breaks + 1).min(2) };
            }
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.end_line();
                if self.lists.is_empty() {
                    self.breaks = self.breaks.max(2);
                }
            }
            "div" | "hr" | "table" | "caption" | "tr" | "details" | "summary" => self.end_line(),
            "td" | "th" if opens => self.cell(),
            "blockquote" => {
                self.end_line();
                self.quotes = if opens { self.quotes + 1 } else { self.quotes.saturating_sub(1) };
            }
            "ul" | "ol" => self.list(tag, opens),
            "li" => {
                self.end_line();
                self.marker = opens.then(|| self.next_marker());
            }
            "pre" => {
                self.end_line();
                self.pre = if opens { self.pre + 1 } else { self.pre.saturating_sub(1) };
                self.fresh = opens;
            }
            _ => {}
        }
    }

    fn end_line(&mut self) {
        self.end_link();
        self.breaks = self.breaks.max(1);
    }

    fn cell(&mut self) {
        self.end_link();
        if self.breaks == 0 && !self.pieces.is_empty() {
            self.space = true;
            self.put(Piece::Text("|".into()));
            self.space = true;
        }
    }

    fn list(&mut self, tag: &Tag, opens: bool) {
        self.end_line();
        self.marker = None;
        match (opens, &*tag.name) {
            (true, "ol") => {
                let start = attribute(tag, "start").and_then(|start| start.trim().parse().ok());
                self.lists.push(Some(start.unwrap_or(1)));
            }
            (true, _) => self.lists.push(None),
            (false, _) => {
                self.lists.pop();
            }
        }
    }

    fn next_marker(&mut self) -> String {
        match self.lists.last_mut() {
            Some(Some(number)) => {
                let marker = format!("{number}. ");
                *number = number.saturating_add(1);
                marker
            }
            _ => "• ".into(),
        }
    }

    /// A link reads as its label with the address; a pill is a person; a room is its name.
    fn end_link(&mut self) {
        let Some(Link { address, label }) = self.link.take() else { return };
        self.space |= label.starts_with(is_space);
        let space_behind = label.ends_with(is_space);
        let target = uri::target(&address);
        let mut label = label.split(is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        if target.is_some() && uri::target(&label) == target {
            label.clear();
        }
        self.put(match target {
            Some(Target::User(id)) => Piece::Person { id, shown: label },
            Some(Target::Room(id)) => Piece::Whole(if label.is_empty() { id } else { label }),
            None => Piece::Whole(labelled(&address, label)),
        });
        self.space |= space_behind;
    }

    fn put(&mut self, piece: Piece) {
        if matches!(&piece, Piece::Text(text) | Piece::Whole(text) if text.is_empty()) {
            return;
        }
        self.begin();
        self.fresh = false;
        self.push(piece);
    }

    /// What stands between the last piece and the next one.
    fn begin(&mut self) {
        let space = std::mem::take(&mut self.space);
        let breaks = std::mem::take(&mut self.breaks);
        let first = self.pieces.is_empty();
        if !first && breaks == 0 {
            if space {
                self.push(Piece::Text(" ".into()));
            }
            return;
        }
        let quotes = self.quotes.min(DEEPEST);
        let mut lead = String::new();
        if !first {
            let between = "> ".repeat(quotes.min(self.quoted));
            lead.push('\n');
            for _ in 1..breaks {
                lead.push_str(between.trim_end());
                lead.push('\n');
            }
        }
        self.quoted = quotes;
        lead.push_str(&"> ".repeat(quotes));
        lead.push_str(&"  ".repeat(self.lists.len().saturating_sub(1).min(DEEPEST)));
        match self.marker.take() {
            Some(marker) => lead.push_str(&marker),
            None if self.lists.is_empty() => {}
            None => lead.push_str("  "),
        }
        self.push(Piece::Text(lead));
    }

    fn push(&mut self, piece: Piece) {
        match (self.pieces.last_mut(), piece) {
            (Some(Piece::Text(text)), Piece::Text(more)) | (Some(Piece::Whole(text)), Piece::Whole(more)) => {
                text.push_str(&more);
            }
            (_, piece) => self.pieces.push(piece),
        }
    }
}

/// HTML's own: a space that must not break is none.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

fn attribute(tag: &Tag, name: &str) -> Option<String> {
    tag.attrs.iter().find(|a| &*a.name.local == name).map(|a| a.value.to_string())
}

/// Clients make links of what looks like one, and then the label is the address once more.
fn labelled(address: &str, label: String) -> String {
    let bare = ["mailto:", "tel:"].into_iter().find_map(|scheme| address.strip_prefix(scheme)).unwrap_or(address);
    match label.is_empty() || short(&label) == short(bare) {
        true => bare.to_string(),
        false => format!("{label} ({bare})"),
    }
}

fn short(address: &str) -> &str {
    let address = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(address);
    address.strip_suffix('/').unwrap_or(address)
}

#[cfg(test)]
mod tests;
