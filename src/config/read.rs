//! From the sheet to [`Written`]. What cannot be read is told and set aside, and reading goes on, so that every
//! unknown key is told at once.

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer, Error};

use super::error::{Problem, Problems, instead};
use super::sheet::{LISTED_SECRETS, SECRETS, Sheet};
use super::written::Written;

/// Chats that are not in this build, by their section.
pub(super) const NOT_HERE: &[(&str, &str)] = &[
    #[cfg(not(feature = "slack"))]
    ("slack", "Slack"),
    #[cfg(not(feature = "matrix"))]
    ("matrix", "Matrix"),
];

pub(super) fn read(sheet: &Sheet) -> Result<Written, Problems> {
    let mut table = sheet.table()?;
    let mut problems = Vec::new();
    for (section, chat) in NOT_HERE {
        if let Some((key, _)) = table.get_mut().remove_entry(*section) {
            let what = format!("this build has no {chat} adapter; take [{section}] out");
            problems.push(sheet.problem(key.span().start, what));
        }
    }
    loop {
        let error = match Written::deserialize(Deserializer::from(table.clone())) {
            Ok(written) => return Problems::none_of(problems).map(|()| written),
            Err(error) => error,
        };
        let path = error.span().map(|at| path_to(table.get_ref(), at.start, unknown_key(&error))).unwrap_or_default();
        problems.push(problem(sheet, &error, &path));
        if !set_aside(table.get_mut(), &path) {
            // Nothing at that place to set aside: what is known so far has to do.
            return Err(Problems::none_of(problems).err().unwrap_or_else(|| problem(sheet, &error, &path).into()));
        }
    }
}

/// A way down the table: keys, and places in lists as numbers.
type Path = Vec<String>;

fn problem(sheet: &Sheet, error: &Error, path: &Path) -> Problem {
    let (section, key) = match path.split_last() {
        Some((key, section)) => (section_name(section), key.as_str()),
        None => (String::new(), ""),
    };
    let what = match unknown_key(error) {
        Some(key) => {
            let place = if section.is_empty() { String::new() } else { format!(" in {section}") };
            format!("unknown key \"{key}\"{place}; {}", instead(key, &quoted(after_expected(error.message()))))
        }
        None => format!("{}: {}", format!("{section} {key}").trim_start(), shape(error.message(), is_secret(path))),
    };
    sheet.problem(error.span().map_or(0, |s| s.start), what)
}

/// `[server]`, `[[severity]]`, `[[announcements.route]]`.
fn section_name(path: &[String]) -> String {
    let listed = path.iter().any(|step| is_index(step));
    let keys: Vec<&str> = path.iter().map(String::as_str).filter(|step| !is_index(step)).collect();
    match (keys.is_empty(), listed) {
        (true, _) => String::new(),
        (_, true) => format!("[[{}]]", keys.join(".")),
        (_, false) => format!("[{}]", keys.join(".")),
    }
}

fn is_index(step: &str) -> bool {
    step.bytes().all(|b| b.is_ascii_digit())
}

fn is_secret(path: &Path) -> bool {
    let keys: Vec<&String> = path.iter().filter(|step| !is_index(step)).collect();
    let listed = |secret: &&[&str]| keys.iter().map(|key| key.as_str()).eq(secret.iter().copied());
    SECRETS.iter().any(|secret| keys == secret) || LISTED_SECRETS.iter().any(listed)
}

/// serde's "invalid type: integer `5`, expected a string" in the operator's words; of a secret only what was expected.
fn shape(message: &str, secret: bool) -> String {
    let expected = match after_expected(message) {
        "a boolean" => "true or false",
        "a string" => "text in quotes",
        "a sequence" => "a list",
        "a map" => "a section",
        section if section.starts_with("struct ") => "a section",
        other => other,
    };
    let found = message.strip_prefix("invalid type: ").and_then(|m| m.split_once(", expected "));
    match found {
        _ if secret => "expected text in quotes".into(),
        Some(("map", _)) => format!("expected {expected}, not a section"),
        Some(("sequence", _)) => format!("expected {expected}, not a list"),
        Some((found, _)) => format!("expected {expected}, not {}", found.replace('`', "")),
        None => message.into(),
    }
}

fn after_expected(message: &str) -> &str {
    message.split_once(", expected ").map_or("", |(_, expected)| expected)
}

/// The key that serde does not know, if that is what it complains of.
fn unknown_key(error: &Error) -> Option<&str> {
    let rest = error.message().strip_prefix("unknown field `")?;
    rest.split_once('`').map(|(key, _)| key)
}

/// The words between backquotes: how serde lists the keys that it knows.
pub(super) fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The way to the value that begins at `at` or, if `key` is given, to the key of this name that begins there.
/// Of several the deepest: a list begins where its first entry does.
fn path_to(table: &DeTable<'_>, at: usize, key: Option<&str>) -> Path {
    fn into_value(value: &Spanned<DeValue<'_>>, at: usize, key: Option<&str>) -> Option<Path> {
        let deeper = match value.get_ref() {
            DeValue::Table(table) => into_table(table, at, key),
            DeValue::Array(list) => {
                let mut found = list.iter().enumerate().filter_map(|(n, v)| Some((n, into_value(v, at, key)?)));
                found.next().map(|(n, path)| [vec![n.to_string()], path].concat())
            }
            _ => None,
        };
        deeper.or_else(|| (key.is_none() && value.span().start == at).then(Path::new))
    }
    fn into_table(table: &DeTable<'_>, at: usize, key: Option<&str>) -> Option<Path> {
        table.iter().find_map(|(name, value)| {
            let this = key.is_some_and(|k| k == name.get_ref()) && name.span().start == at;
            let rest = if this { Some(Path::new()) } else { into_value(value, at, key) }?;
            Some([vec![name.get_ref().to_string()], rest].concat())
        })
    }
    into_table(table, at, key).unwrap_or_default()
}

/// Takes out what is at the end of the path; of a list of plain values all of it. Whether there was something.
fn set_aside(table: &mut DeTable<'_>, path: &[String]) -> bool {
    let Some((first, rest)) = path.split_first() else { return false };
    match table.get_mut(first.as_str()).map(Spanned::get_mut) {
        Some(DeValue::Table(inner)) if !rest.is_empty() => return set_aside(inner, rest),
        Some(DeValue::Array(list)) if rest.len() > 1 => {
            let entry = rest[0].parse::<usize>().ok().and_then(|n| list.get_mut(n)).map(Spanned::get_mut);
            if let Some(DeValue::Table(inner)) = entry {
                return set_aside(inner, &rest[1..]);
            }
        }
        _ => {}
    }
    table.remove(first.as_str()).is_some()
}
