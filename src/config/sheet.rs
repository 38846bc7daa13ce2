//! The files and the environment as one text, so that every value has a place that can be told to the operator.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};

use super::error::{Place, Problem, Problems};

/// What begins the name of every variable that is ours: `FIREBELL__STORE__URL` is `url` in `[store]`.
pub const PREFIX: &str = "FIREBELL__";

/// Keys that are secrets: each can be given as `…_file` too, and a variable's value is taken to the letter.
pub(super) const SECRETS: [[&str; 2]; 11] = [
    ["store", "url"],
    ["local", "password"],
    ["slack", "bot_token"],
    ["slack", "app_token"],
    ["slack", "signing_secret"],
    ["matrix", "password"],
    ["matrix", "access_token"],
    ["matrix", "store_passphrase"],
    ["matrix", "recovery_key"],
    ["email", "password"],
    ["ntfy", "token"],
];

/// Secrets in the entries of lists. Such a list comes as a whole, with its secrets or their files.
pub(super) const LISTED_SECRETS: &[&[&str]] = &[
    &["slack", "workspace", "bot_token"],
    &["slack", "workspace", "app_token"],
    &["slack", "workspace", "signing_secret"],
    &["alerts", "source", "token"],
    &["alerts", "source", "secret"],
    &["webhook", "secret"],
    &["webhook", "old_secret"],
    &["pagerduty", "routing_key"],
];

/// The files' texts, then a line of TOML for each variable. A place is an offset into it.
pub struct Sheet {
    text: String,
    /// Each with its name; never empty.
    files: Vec<(String, Range<usize>)>,
    variables: Vec<(String, Range<usize>)>,
}

impl Sheet {
    /// The files by the names to tell problems by.
    pub fn new(files: &[(String, String)], mut variables: Vec<(String, String)>) -> Sheet {
        let mut sheet = Sheet { text: String::new(), files: Vec::new(), variables: Vec::new() };
        for (name, text) in files {
            let start = sheet.text.len();
            sheet.text.push_str(text);
            sheet.files.push((name.clone(), start..sheet.text.len()));
            sheet.text.push('\n');
        }
        variables.sort();
        for (name, value) in variables {
            let Some(keys) = name.strip_prefix(PREFIX) else { continue };
            let keys: Vec<String> = keys.to_lowercase().split("__").map(String::from).collect();
            let start = sheet.text.len();
            let quoted: Vec<String> = keys.iter().map(|k| literal(k)).collect();
            sheet.text.push_str(&format!("{} = {}", quoted.join("."), as_toml(&keys, &value)));
            sheet.variables.push((name, start..sheet.text.len()));
            sheet.text.push('\n');
        }
        sheet
    }

    /// Where the value or key at this offset was written.
    pub fn place(&self, offset: usize) -> Place {
        if let Some((name, _)) = self.variables.iter().find(|(_, range)| range.contains(&offset)) {
            return Place::Variable(name.clone());
        }
        let begun = self.files.iter().rev().find(|(_, range)| range.start <= offset);
        let (name, range) = begun.map_or((String::new(), 0..0), Clone::clone);
        let before = &self.text[range.start..offset.clamp(range.start, range.end)];
        let line_starts = before.rfind('\n').map_or(0, |n| n + 1);
        Place::File { name, line: before.matches('\n').count() + 1, column: before[line_starts..].chars().count() + 1 }
    }

    pub fn problem(&self, offset: usize, what: impl Into<String>) -> Problem {
        Problem { place: self.place(offset), what: what.into() }
    }

    /// Everything that was written; a variable comes before the files.
    pub fn table(&self) -> Result<Spanned<DeTable<'_>>, Problems> {
        let mut problems = Vec::new();
        let mut file = Spanned::new(0..0, DeTable::new());
        for (_, range) in &self.files {
            match DeTable::parse(&self.text[range.clone()]) {
                Ok(table) => self.join(file.get_mut(), moved(table.into_inner(), range.start), &mut problems),
                Err(e) => {
                    let at = range.start + e.span().map_or(0, |s| s.start);
                    problems.push(self.problem(at, format!("this is not TOML: {}", one_line(e.message()))));
                }
            }
        }

        // The variables among themselves first: of a secret and its `…_file`, the environment's one counts.
        let mut environment = DeTable::new();
        for (_, range) in &self.variables {
            match DeTable::parse(&self.text[range.clone()]) {
                Ok(table) => lay(&mut environment, moved(table.into_inner(), range.start)),
                Err(e) => {
                    let what = format!("the value is not TOML: {}", one_line(e.message()));
                    problems.push(self.problem(range.start, what));
                }
            }
        }
        for [section, key] in SECRETS {
            let given = |key: &str| environment.get(section).is_some_and(|s| s.get_ref().get(key).is_some());
            let with_file = format!("{key}_file");
            if (given(key) || given(&with_file))
                && let Some(DeValue::Table(section)) = file.get_mut().get_mut(section).map(Spanned::get_mut)
            {
                section.remove(key);
                section.remove(with_file.as_str());
            }
        }
        lay(file.get_mut(), environment);
        Problems::none_of(problems)?;
        Ok(file)
    }

    /// Puts what one file says beside what others say: sections are joined, lists of sections go on. All else is said
    /// once.
    fn join<'t>(&self, all: &mut DeTable<'t>, more: DeTable<'t>, problems: &mut Vec<Problem>) {
        for (key, value) in more {
            let Some(known) = all.get_mut(key.get_ref().as_ref()) else {
                all.insert(key, value);
                continue;
            };
            let first = known.span().start;
            match (known.get_mut(), value.into_inner()) {
                (DeValue::Table(known), DeValue::Table(more)) => self.join(known, more, problems),
                (DeValue::Array(known), DeValue::Array(more))
                    if is_list_of_sections(known) && is_list_of_sections(&more) =>
                {
                    more.into_iter().for_each(|entry| known.push(entry));
                }
                _ => {
                    let what = format!("\"{}\" is given at {}, too", key.get_ref(), self.place(first));
                    problems.push(self.problem(key.span().start, what));
                }
            }
        }
    }
}

/// Whether each of a list is a section of its own: `[[service]]`.
fn is_list_of_sections(list: &DeArray<'_>) -> bool {
    list.iter().all(|entry| matches!(entry.get_ref(), DeValue::Table(_)))
}

/// The value of a variable as TOML: a list, a table, a quoted text or a truth value as it is, anything else as text.
fn as_toml(keys: &[String], value: &str) -> String {
    let secret = SECRETS.iter().any(|s| keys == s);
    let wrapped = |open, close| value.trim().starts_with(open) && value.trim().ends_with(close);
    match value.trim() {
        // Not "[::]:7878", which is an address.
        value if !secret && (wrapped('[', ']') || wrapped('{', '}') || wrapped('"', '"')) => value.into(),
        value @ ("true" | "false") if !secret => value.into(),
        _ => literal(value),
    }
}

/// The text in quotes, as TOML reads it.
fn literal(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn one_line(message: &str) -> String {
    message.lines().collect::<Vec<_>>().join(", ")
}

/// Lays `upper` over `lower`: sections are joined, values replaced.
fn lay<'t>(lower: &mut DeTable<'t>, upper: DeTable<'t>) {
    for (key, value) in upper {
        let name: &str = key.get_ref();
        let span = value.span();
        match (lower.get_mut(name).map(Spanned::get_mut), value.into_inner()) {
            (Some(DeValue::Table(lower)), DeValue::Table(upper)) => lay(lower, upper),
            (_, value) => {
                // Removed first, so that the key is at its new place too.
                lower.remove(name);
                lower.insert(key, Spanned::new(span, value));
            }
        }
    }
}

/// The table with every place moved up.
fn moved(table: DeTable<'_>, by: usize) -> DeTable<'_> {
    table.into_iter().map(|(key, value)| (moved_key(key, by), moved_value(value, by))).collect()
}

fn moved_key(key: Spanned<DeString<'_>>, by: usize) -> Spanned<DeString<'_>> {
    let span = key.span();
    Spanned::new(span.start + by..span.end + by, key.into_inner())
}

fn moved_value(value: Spanned<DeValue<'_>>, by: usize) -> Spanned<DeValue<'_>> {
    let span = value.span();
    let value = match value.into_inner() {
        DeValue::Table(table) => DeValue::Table(moved(table, by)),
        DeValue::Array(array) => DeValue::Array(array.into_iter().map(|v| moved_value(v, by)).collect::<DeArray<'_>>()),
        plain => plain,
    };
    Spanned::new(span.start + by..span.end + by, value)
}
