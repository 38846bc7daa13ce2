//! Reading a text word by word, leaving the rest as it was written.

/// A text and how far it has been read.
#[derive(Clone, Debug)]
pub(super) struct Scan<'a> {
    rest: &'a str,
}

impl<'a> Scan<'a> {
    pub fn new(text: &'a str) -> Self {
        Scan { rest: text.trim() }
    }

    /// What is left, as written.
    pub fn rest(&self) -> &'a str {
        self.rest
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next word, without reading it.
    pub fn peek(&self) -> Option<&'a str> {
        self.rest.split_whitespace().next()
    }

    pub fn word(&mut self) -> Option<&'a str> {
        let word = self.peek()?;
        self.skip(word.len());
        Some(word)
    }

    /// Reads `bytes` of the rest, and the space behind them.
    pub fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or("").trim_start();
    }

    /// A word, or several in quotes: `"Card payments"`. Phone keyboards write “ and ”; a quote that is not closed is text.
    pub fn quoted(&mut self) -> Option<String> {
        let open = self.rest.chars().next()?;
        if is_quote(open) {
            let inside = &self.rest[open.len_utf8()..];
            if let Some((end, close)) = inside.char_indices().find(|(_, c)| is_quote(*c)) {
                let text = inside[..end].trim().to_string();
                self.skip(open.len_utf8() + end + close.len_utf8());
                return Some(text);
            }
        }
        self.word().map(str::to_string)
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

/// A text without the quotes around all of it.
pub(super) fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let mut chars = text.chars();
    match (chars.next(), chars.next_back()) {
        (Some(open), Some(close)) if is_quote(open) && is_quote(close) => {
            let inside = &text[open.len_utf8()..text.len() - close.len_utf8()];
            if inside.contains(is_quote) { text } else { inside.trim() }
        }
        _ => text,
    }
}

/// What stands before a `--`, and what stands behind it.
pub(super) fn dashes(text: &str) -> Option<(&str, &str)> {
    let mut places = text.match_indices("--").map(|(at, dashes)| (&text[..at], &text[at + dashes.len()..]));
    let open = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let (before, behind) = places.find(|(b, a)| open(b.chars().next_back()) && open(a.chars().next()))?;
    Some((before.trim(), behind.trim()))
}

/// The name of a flag: `--private`; phone keyboards make `—private` of it.
pub(super) fn flag(word: &str) -> Option<&str> {
    let name = word.strip_prefix("--").or_else(|| word.strip_prefix('—')).or_else(|| word.strip_prefix('–'))?;
    let name = name.trim_start_matches('-');
    name.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(name)
}

/// Takes the flags out of a text, wherever they stand; the rest keeps its spaces. A flag with a value takes the
/// next word, or what stands behind `=`.
pub(super) fn take_flags(text: &str, with_value: &[&str]) -> (String, Vec<(String, Option<String>)>) {
    let mut scan = Scan::new(text);
    let mut kept = String::new();
    let mut flags = Vec::new();
    while let Some(next) = scan.peek() {
        match flag(next) {
            Some(name) => {
                let (name, value) = match name.split_once('=') {
                    Some((name, _)) => {
                        // Step behind the `=`: the value may be in quotes and have spaces.
                        let name = name.to_lowercase();
                        let behind = next.find('=').map_or(next.len(), |at| at + 1);
                        scan.skip(behind);
                        (name, scan.quoted())
                    }
                    None => {
                        let name = name.to_lowercase();
                        scan.word();
                        let value = if with_value.contains(&name.as_str()) { scan.quoted() } else { None };
                        (name, value)
                    }
                };
                flags.push((name, value));
            }
            None => {
                // Keep the spaces between the words as they were.
                let before = scan.rest();
                scan.word();
                let consumed = before.len() - scan.rest().len();
                kept.push_str(&before[..consumed]);
            }
        }
    }
    (kept.trim().to_string(), flags)
}
