//! Where Slack sees formatting in a text: `*bold*`, `_italic_`, `~strike~` and code.

use std::fmt;

/// A text as the marks see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Glyph {
    Char(char),
    /// Something in one piece, in which no mark counts: a mention, a link, an emoji, code.
    Whole(String),
}

impl fmt::Display for Glyph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Glyph::Char(c) => write!(f, "{c}"),
            Glyph::Whole(whole) => f.write_str(whole),
        }
    }
}

/// The positions of the marks that belong together, opening and closing, in the order of the text. A mark opens at the
/// beginning of a word and closes at the end of one, on the same line; so `snake_case_name` and `2*3*4` have none.
pub fn pairs(glyphs: &[Glyph]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for mark in ['*', '_', '~'] {
        let mut at = 0;
        while at < glyphs.len() {
            if !opens(glyphs, at, mark) {
                at += 1;
                continue;
            }
            let on_this_line = |i: &usize| glyphs[*i] != Glyph::Char('\n');
            match (at + 2..glyphs.len()).take_while(on_this_line).find(|i| closes(glyphs, *i, mark)) {
                Some(close) => {
                    found.push((at, close));
                    at = close + 1;
                }
                // What opens later on this line finds no end either.
                None => at = (at..glyphs.len()).find(|i| !on_this_line(i)).unwrap_or(glyphs.len()),
            }
        }
    }
    found.sort_unstable();
    found
}

fn opens(glyphs: &[Glyph], at: usize, mark: char) -> bool {
    let before = at.checked_sub(1).and_then(|i| glyphs.get(i));
    let begins = match before {
        None | Some(Glyph::Whole(_)) => true,
        Some(Glyph::Char(c)) => *c != mark && (c.is_whitespace() || "([{<>\"'“”‘’«»*_~-–—·•:;,.!?&|".contains(*c)),
    };
    glyphs[at] == Glyph::Char(mark) && begins && is_text(glyphs.get(at + 1), mark)
}

fn closes(glyphs: &[Glyph], at: usize, mark: char) -> bool {
    let ends = match glyphs.get(at + 1) {
        None | Some(Glyph::Whole(_)) => true,
        Some(Glyph::Char(c)) => *c != mark && !c.is_alphanumeric(),
    };
    glyphs[at] == Glyph::Char(mark) && ends && is_text(glyphs.get(at - 1), mark)
}

fn is_text(glyph: Option<&Glyph>, mark: char) -> bool {
    match glyph {
        None => false,
        Some(Glyph::Whole(_)) => true,
        Some(Glyph::Char(c)) => *c != mark && !c.is_whitespace(),
    }
}

/// The code that a text begins with, on one line in backticks or on several in three of them; and how many bytes it
/// takes with its backticks.
pub fn code_at(text: &str) -> Option<(&str, usize)> {
    if let Some(inside) = text.strip_prefix("```") {
        let end = inside.find("```")?;
        return (!inside[..end].trim().is_empty()).then(|| (&inside[..end], end + 6));
    }
    let inside = text.strip_prefix('`')?;
    let end = inside.find(['`', '\n']).filter(|end| inside[*end..].starts_with('`'))?;
    (!inside[..end].trim().is_empty()).then(|| (&inside[..end], end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str) -> Vec<String> {
        let glyphs: Vec<Glyph> = text.chars().map(Glyph::Char).collect();
        let chars: Vec<char> = text.chars().collect();
        pairs(&glyphs).into_iter().map(|(open, close)| chars[open..=close].iter().collect()).collect()
    }

    #[test]
    fn marks_stand_around_words() {
        assert_eq!(marked("*a* and _b c_, (~d~)"), ["*a*", "_b c_", "~d~"]);
        assert_eq!(marked("*_both_*"), ["*_both_*", "_both_"]);
        assert_eq!(marked("*a *b* c*"), ["*a *b*"]);
    }

    #[test]
    fn what_is_no_mark_stays() {
        for text in
            ["snake_case_name", "2*3*4", "2 * 3 * 4", "*.log and *.txt", "~/bin and ~/lib", "__init__", "*a\nb*"]
        {
            assert_eq!(marked(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn code_stands_in_backticks() {
        assert_eq!(code_at("`a b` c"), Some(("a b", 5)));
        assert_eq!(code_at("```a\nb``` c"), Some(("a\nb", 9)));
        for text in ["`a\nb`", "``", "` `", "```", "``````", "a `b`"] {
            assert_eq!(code_at(text), None, "{text}");
        }
    }
}
