//! Reading Rust source as far as the rules of the house need it.

use std::path::{Path, PathBuf};

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            files.extend(rust_files(&entry));
        } else if entry.extension().is_some_and(|e| e == "rs") {
            files.push(entry);
        }
    }
    files.sort();
    files
}

/// The lines with their numbers; the lines of one `use …;` are joined into its first.
pub fn statements(code: &str) -> Vec<(usize, String)> {
    let mut statements: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (n, line) in code.lines().enumerate() {
        match statements.last_mut() {
            Some((_, statement)) if open => {
                statement.push(' ');
                statement.push_str(line.trim());
            }
            _ => statements.push((n + 1, line.into())),
        }
        let begins = line.trim_start();
        open = (open || begins.starts_with("use ") || begins.starts_with("pub") && begins.contains(" use "))
            && !line.contains(';');
    }
    statements
}

/// The code without its comments and without what stands in quotes; line breaks stay.
pub fn bare(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(hashes) =
            raw_text(rest).filter(|_| !code.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        {
            let end = format!("\"{}", "#".repeat(hashes));
            let body = hashes + 2;
            rest[body..].find(&end).map_or(rest.len(), |at| body + at + end.len())
        } else if c == '"' {
            quoted(rest)
        } else if let Some(length) = letter(rest) {
            length
        } else {
            code.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        code.extend(rest[..skipped].chars().filter(|c| *c == '\n'));
        // So that what stood on both sides does not grow together.
        code.push(' ');
        rest = &rest[skipped..];
    }
    code
}

/// The number of hashes if a raw text begins here: `r"…"`, `r#"…"#`.
fn raw_text(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('r')?;
    let hashes = after.bytes().take_while(|b| *b == b'#').count();
    after[hashes..].starts_with('"').then_some(hashes)
}

/// The length of the text in quotes that begins here.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of the `'x'` that begins here; a lifetime is none.
fn letter(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    let end = if inner.starts_with('\\') { inner[2..].find('\'')? + 2 } else { inner.chars().next()?.len_utf8() };
    inner[end..].starts_with('\'').then_some(end + 2)
}
