//! Text that people wrote, as Markdown that shows that text and nothing else.
//!
//! The rules are CommonMark's (0.31, section 2.4 on backslash escapes and 6.5 on raw HTML), with the tables,
//! strikethrough and formulas of GitHub and GitLab in mind. What would be plain anyway is left as it is, so that the
//! source stays readable.

/// `text` on one line: it starts no block, opens no markup, and its own line breaks show as line breaks.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let lines = text.split(is_line_break).map(str::trim).filter(|line| !line.is_empty());
    for (number, line) in lines.enumerate() {
        if number > 0 {
            out.push_str("<br>");
        }
        push_line(&mut out, line, number == 0);
    }
    out
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn push_line(out: &mut String, line: &str, may_start_block: bool) {
    let mut before: Option<char> = None;
    let mut chars = line.chars().enumerate().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let starts_block = may_start_block && starts_block(line, at, c);
        match c {
            // As entities, not backslashes: a lenient renderer may take `\<script>` for a tag.
            '<' => out.push_str("&lt;"),
            '>' if starts_block => out.push_str("&gt;"),
            '&' if next.is_some_and(|n| n.is_ascii_alphanumeric() || n == '#') => out.push_str("&amp;"),
            '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '$' => out.extend(['\\', c]),
            // Inside a word an underscore is plain.
            '_' if !(before.is_some_and(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric)) => {
                out.push_str("\\_");
            }
            _ if starts_block => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
        before = Some(c);
    }
}

/// Headings, quotes, lists, rules, and the `.` or `)` that makes a number a list.
fn starts_block(line: &str, at: usize, c: char) -> bool {
    match c {
        '#' | '>' | '-' | '+' | '=' | ':' => at == 0,
        '.' | ')' => at > 0 && line.chars().take(at).all(|d| d.is_ascii_digit()),
        _ => false,
    }
}

/// A link that Markdown can't misread, or the label alone if the address is not one of the web.
pub(super) fn link(url: &str, label: &str) -> String {
    let label = markdown(label);
    if !(url.starts_with("https://") || url.starts_with("http://")) {
        return label;
    }
    let mut address = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            '(' | ')' | '<' | '>' | '[' | ']' | '\\' | '|' | '`' | '"' | '\'' | '*' | '~' | ' ' => {
                address.push_str(&format!("%{:02X}", u32::from(c)));
            }
            c if c.is_control() || c.is_whitespace() => {}
            c => address.push(c),
        }
    }
    format!("[{label}](<{address}>)")
}
