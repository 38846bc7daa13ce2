//! Reading migrations: which tables they make, with which columns.

use std::collections::{BTreeMap, BTreeSet};

use super::source::root;

pub fn migrations(database: &str) -> BTreeMap<String, String> {
    let folder = root().join("migrations").join(database);
    let files = std::fs::read_dir(folder).expect("migrations").map(|entry| entry.expect("an entry"));
    files
        .map(|file| {
            let text = std::fs::read_to_string(file.path()).expect("a readable migration");
            (file.file_name().to_string_lossy().into_owned(), text)
        })
        .collect()
}

/// The columns of each table that is made or added to. Full-text tables may differ, and are not looked at.
pub fn tables(sql: &str) -> BTreeMap<String, BTreeSet<String>> {
    let lines: Vec<&str> = sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for statement in lines.join(" ").split(';') {
        let statement = statement.split_whitespace().collect::<Vec<_>>().join(" ").replace('"', "").to_lowercase();
        let statement = statement.replace("if not exists ", "");
        if let Some((name, columns)) = statement.strip_prefix("create table ").and_then(|rest| rest.split_once('(')) {
            tables.entry(name.trim().into()).or_default().extend(columns_of(columns));
        } else if let Some((name, column)) =
            statement.strip_prefix("alter table ").and_then(|rest| rest.split_once(" add column "))
        {
            tables.entry(name.trim().into()).or_default().insert(first_word(column));
        }
    }
    tables
}

/// The first word of each entry of a table, but for those that are constraints.
fn columns_of(entries: &str) -> Vec<String> {
    const CONSTRAINTS: [&str; 6] = ["primary", "unique", "foreign", "check", "constraint", "exclude"];
    let mut depth = 0;
    let mut names = vec![String::new()];
    for c in entries.chars() {
        match c {
            ')' if depth == 0 => break,
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => names.push(String::new()),
            c => names.last_mut().expect("at least one").push(c),
        }
    }
    names.iter().map(|entry| first_word(entry.trim())).filter(|name| !CONSTRAINTS.contains(&name.as_str())).collect()
}

fn first_word(text: &str) -> String {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().into()
}
