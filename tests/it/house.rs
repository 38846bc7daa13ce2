//! The rules of the house that no compiler holds: who may import whom, what stays out of the pure modules, that the
//! two databases have the same tables, and that nothing unfinished is left.

pub mod migrations;
pub mod source;

use std::collections::BTreeMap;

use migrations::{migrations, tables};
use source::{bare, root, rust_files, statements};

/// Each top module with the modules of ours that it may import.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("plan", &[]),
    ("incident", &["plan"]),
    ("detection", &["plan"]),
    ("grammar", &["incident", "plan"]),
    // Help is generated from the grammar's own table.
    ("phrase", &["incident", "plan", "grammar"]),
    ("postmortem", &["incident", "plan"]),
    ("insight", &["incident", "plan"]),
    ("ports", PURE),
    // The postmortem that it hands to a chat is written as the pages write it.
    ("desk", &["plan", "incident", "detection", "grammar", "phrase", "postmortem", "insight", "ports", "export"]),
    ("chat", PURE_AND_PORTS),
    ("alerts", PURE_AND_PORTS),
    ("outreach", PURE_AND_PORTS),
    ("calendars", PURE_AND_PORTS),
    ("store", PURE_AND_PORTS),
    ("web", &["plan", "incident", "detection", "grammar", "phrase", "postmortem", "insight", "ports", "export"]),
    // What is written out of a record; the pages and the command line hand it on.
    ("export", PURE_AND_PORTS),
    ("config", &["plan"]),
    ("cli", &["plan"]),
];

/// They wire the house together, and may import everything.
const FREE: [&str; 3] = ["lib", "main", "run"];

const PURE: &[&str] = &["plan", "incident", "detection", "grammar", "phrase", "postmortem", "insight"];
const PURE_AND_PORTS: &[&str] =
    &["plan", "incident", "detection", "grammar", "phrase", "postmortem", "insight", "ports"];

/// Crates that only one module may use.
const ONLY_IN: &[(&str, &str)] = &[
    ("sqlx", "store"),
    ("axum", "web"),
    ("lettre", "outreach"),
    ("calcard", "calendars"),
    ("maud", "web"),
    ("slack_morphism", "chat/slack"),
    ("matrix_sdk", "chat/matrix"),
];

/// Time, chance and the outside world come to the pure modules as arguments.
const NOT_IN_PURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::time",
    "std::process",
    "std::thread",
    "Utc::now",
    "Local::now",
    "tokio",
    "futures",
    "reqwest",
    "rand",
    "async",
    "await",
];

const UNFINISHED: &[&str] = &["todo!", "unimplemented!", "dbg!"];

#[test]
fn modules_import_only_what_they_may() {
    none(complaints(imports_that_are_not_allowed));
}

#[test]
fn every_module_is_in_the_table() {
    let entries = std::fs::read_dir(root().join("src")).expect("src").map(|entry| entry.expect("an entry"));
    let names = entries.map(|entry| entry.file_name().to_string_lossy().trim_end_matches(".rs").to_string());
    let listed = |name: &str| FREE.contains(&name) || MAY_IMPORT.iter().any(|(module, _)| *module == name);
    none(names.filter(|name| !listed(name)).map(|name| format!("src/{name} is not in MAY_IMPORT")).collect());
}

#[test]
fn crates_stay_in_the_module_that_they_are_for() {
    none(complaints(crates_out_of_place));
}

#[test]
fn pure_modules_have_no_clock_chance_or_outside_world() {
    none(complaints(world_in_pure));
}

#[test]
fn nothing_unfinished_is_left() {
    none(complaints(|_, code| UNFINISHED.iter().filter(|word| has(code, word)).map(|w| w.to_string()).collect()));
}

#[test]
fn both_databases_have_the_same_migrations_and_tables() {
    let (sqlite, postgres) = (migrations("sqlite"), migrations("postgres"));
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&sqlite), names(&postgres));
    for (name, sql) in &sqlite {
        assert_eq!(tables(sql), tables(&postgres[name]), "{name}: SQLite on the left, PostgreSQL on the right");
    }
}

/// A rule that finds nothing might not be looking.
#[test]
fn the_rules_see_what_they_are_there_to_see() {
    let found = |check: Check, file: &str, text: &str| complaints_of(check, file, text).len();
    for (file, text) in [
        ("plan/names.rs", "use crate::incident::Status;"),
        ("grammar/words.rs", "use crate::{\n    plan::{Plan, Role},\n    phrase::Doc,\n};"),
        ("desk/relay.rs", "fn f() { crate::store::open() }"),
        ("chat/local/send.rs", "use super::super::super::web::board;"),
        ("ports/mod.rs", "pub(super) use super::{desk, plan};"),
    ] {
        assert_eq!(found(imports_that_are_not_allowed, file, text), 1, "{text}");
    }
    for (file, text) in [
        ("plan/names.rs", "/// See [`crate::incident`].\nconst A: &str = r#\"crate::desk \" \"#;"),
        ("incident/decide/mod.rs", "use super::super::plan::Plan; use super::state::X; use super::*;"),
        ("run.rs", "use crate::{desk, store, web};"),
    ] {
        assert_eq!(found(imports_that_are_not_allowed, file, text), 0, "{text}");
    }
    assert_eq!(found(crates_out_of_place, "web/board.rs", "let x = '\"'; sqlx::query(\"\")"), 1);
    assert_eq!(found(crates_out_of_place, "store/db.rs", "use sqlx::Row; /* axum */"), 0);
    assert_eq!(
        found(world_in_pure, "incident/state.rs", "use std::{fmt, fs};\nlet now = Utc::now();\nasync fn f() {}"),
        3
    );
    assert_eq!(found(world_in_pure, "desk/relay.rs", "async fn f() {}"), 0);
    let sql = "CREATE TABLE IF NOT EXISTS a (\n  id TEXT PRIMARY KEY, -- who, where\n  n NUMERIC(3, 1),\n  UNIQUE (id, n)\n);";
    assert_eq!(format!("{:?}", tables(sql)), r#"{"a": {"id", "n"}}"#);
    assert_ne!(tables(sql), tables(&format!("{sql} ALTER TABLE a ADD COLUMN b BIGINT;")));
}

// --- The rules --------------------------------------------------------------------------------------------------------

/// What is wrong with one line of code of `file`, a path below `src`; the line is free of comments and texts.
type Check = fn(file: &str, code: &str) -> Vec<String>;

fn imports_that_are_not_allowed(file: &str, code: &str) -> Vec<String> {
    let own = top(file);
    let Some((_, allowed)) = MAY_IMPORT.iter().find(|(module, _)| *module == own) else { return Vec::new() };
    let mut found = imported(code);
    found.extend(climbed(file, code));
    found.retain(|module| module != own && !allowed.contains(&module.as_str()) && is_module(module));
    found.into_iter().map(|module| format!("{own} may not import {module}")).collect()
}

fn crates_out_of_place(file: &str, code: &str) -> Vec<String> {
    let stray = ONLY_IN.iter().filter(|(name, home)| has(code, name) && !in_module(file, home));
    stray.map(|(name, home)| format!("{name} belongs in {home}")).collect()
}

fn world_in_pure(file: &str, code: &str) -> Vec<String> {
    if !PURE.contains(&top(file)) {
        return Vec::new();
    }
    let mut found: Vec<String> = NOT_IN_PURE.iter().filter(|w| has(code, w)).map(|w| w.to_string()).collect();
    // use std::{fs, net}
    if let Some((_, group)) = code.split_once("std::{") {
        let names = heads(group).into_iter().filter(|n| NOT_IN_PURE.contains(&format!("std::{n}").as_str()));
        found.extend(names.map(|n| format!("std::{n}")));
    }
    found
}

/// The top modules that the line names after `crate::`, alone or in a group.
fn imported(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, prefix) in code.match_indices("crate::") {
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(heads(group)),
            None => found.push(word(rest)),
        }
    }
    found
}

/// The top modules that the line reaches by climbing out of its own with `super::super::…`.
fn climbed(file: &str, code: &str) -> Vec<String> {
    // src/plan/mod.rs and src/plan.rs are one below the root, src/plan/names.rs is two below it.
    let depth = file.trim_end_matches("/mod.rs").matches('/').count() + 1;
    let up = "super::".repeat(depth);
    let mut found = Vec::new();
    for (at, _) in code.match_indices(&up) {
        let rest = &code[at + up.len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(heads(group)),
            None => found.push(word(rest)),
        }
    }
    found
}

/// The first word of each entry of `a::B, c::{D, E}, f};…`.
fn heads(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let (mut depth, mut begins) = (0, true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            c if begins && !c.is_whitespace() => {
                heads.push(word(&group[at..]));
                begins = false;
            }
            _ => {}
        }
    }
    heads
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Whether the words stand in the line by themselves, not as a part of longer ones.
fn has(code: &str, words: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(words).any(|(at, _)| {
        let (before, after) = (code[..at].chars().next_back(), code[at + words.len()..].chars().next());
        !before.is_some_and(letter) && (words.ends_with('!') || !after.is_some_and(letter))
    })
}

fn top(file: &str) -> &str {
    let first = file.split('/').next().unwrap_or(file);
    first.trim_end_matches(".rs")
}

fn in_module(file: &str, home: &str) -> bool {
    file == format!("{home}.rs") || file.starts_with(&format!("{home}/"))
}

fn is_module(name: &str) -> bool {
    if name.is_empty() {
        return false; // A glob.
    }
    let src = root().join("src");
    src.join(name).is_dir() || src.join(format!("{name}.rs")).is_file()
}

/// What the check says of all that is in `src`.
fn complaints(check: Check) -> Vec<String> {
    let src = root().join("src");
    let files = rust_files(&src);
    assert!(files.len() > 20, "only {} Rust files found: the test looks in the wrong place", files.len());
    let read = files.iter().map(|path| {
        let file = path.strip_prefix(&src).expect("below src").display().to_string();
        complaints_of(check, &file, &std::fs::read_to_string(path).expect("a readable file"))
    });
    read.flatten().collect()
}

fn complaints_of(check: Check, file: &str, text: &str) -> Vec<String> {
    let of_statement = |(line, code): (usize, String)| {
        check(file, &code).into_iter().map(move |what| format!("src/{file}:{line}: {what}")).collect::<Vec<_>>()
    };
    statements(&bare(text)).into_iter().flat_map(of_statement).collect()
}

#[track_caller]
fn none(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
