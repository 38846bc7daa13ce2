//! `config/firebell.toml` documents every key, and says the truth about the defaults.

use serde::Deserialize;
use toml::Spanned;

use super::Config;
use super::read::{NOT_HERE, quoted};
use super::written::Written;
use crate::plan::Matter;

const FILE: &str = include_str!("../../config/firebell.toml");

fn read(text: &str) -> Config {
    Config::read("config/firebell.toml", text, Vec::new()).unwrap_or_else(|problems| panic!("{problems}"))
}

/// A line that is a setting with a `#` before it: `#key = …`, `#[[section]]`. Prose has a space there.
fn commented_out(line: &str) -> Option<&str> {
    line.strip_prefix('#').filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '['))
}

/// The file with all that is commented out put in, but for the lines that `leave_out` names.
fn put_in(leave_out: impl Fn(&str) -> bool) -> String {
    let lines = FILE.lines().map(|line| commented_out(line).unwrap_or(line));
    lines.filter(|line| !leave_out(line)).collect::<Vec<_>>().join("\n")
}

/// Without the sections of chats that are not in this build: those are refused.
fn of_this_build(text: &str) -> String {
    let is_out = |line: &str| NOT_HERE.iter().any(|(chat, _)| line.trim_start_matches('[').starts_with(chat));
    let mut out = false;
    let lines = text.lines().filter(|line| {
        out = if line.starts_with('[') { is_out(line) } else { out };
        !out
    });
    // The example's people are in all chats.
    let here = |line| {
        if !NOT_HERE.is_empty() && str::starts_with(line, "accounts = ") { "accounts = \"local:ann\"" } else { line }
    };
    lines.map(here).collect::<Vec<_>>().join("\n")
}

#[test]
fn as_it_stands_it_says_what_holds_without_it() {
    let defaults = read("");
    let file = read(&of_this_build(FILE));
    assert_eq!(format!("{file:#?}"), format!("{defaults:#?}"));
    // The one value that Debug does not show.
    assert_eq!(file.store.url, defaults.store.url);
}

/// As long as a chat is off, none of its defaults shows.
#[test]
fn it_says_what_holds_of_the_chats_too() {
    let on = [
        ("slack", "bot_token", "xoxb-1"),
        ("slack", "app_token", "xapp-1"),
        ("matrix", "homeserver", "https://matrix.example.org"),
        ("matrix", "access_token", "syt_1"),
    ];
    let on = on.into_iter().filter(|(chat, ..)| !NOT_HERE.iter().any(|(not_here, _)| not_here == chat));
    let on: Vec<_> = on.map(|(chat, key, value)| (format!("FIREBELL__{chat}__{key}"), value.to_string())).collect();
    let defaults = Config::read("none", "", on.clone()).unwrap();
    let file = Config::read("config/firebell.toml", &of_this_build(FILE), on).unwrap();
    assert_eq!((file.slack, file.matrix), (defaults.slack, defaults.matrix));
}

#[test]
fn with_every_example_put_in_it_holds() {
    // Of a password and an access token, one is wanted.
    let text = put_in(|line| line.contains("_file = ") || line.starts_with("access_token ="));
    let config = read(&of_this_build(&text));
    assert_eq!(config.server.public_url.as_deref(), Some("https://firebell.example.org"));
    assert!(config.local.unwrap().password.is_some());
    assert_eq!((config.alert_sources.len(), config.plan.alert_rules.len()), (3, 2));
    assert_eq!(config.plan.rotations.len(), 2);
    assert_eq!(config.plan.services[0].key, "checkout");
    assert_eq!(config.plan.first_steps("sev1", Some("checkout")), ["Stop the deployments."]);
    assert_eq!(
        config.plan.announcements.rooms(Matter { severity: "sev1", service: Some("checkout"), private: false })[0]
            .to_string(),
        "local:management"
    );
}

#[test]
fn with_secrets_from_files_only_the_files_are_missing() {
    let secrets = [
        "url = \"sqlite",
        "password =",
        "old_secret =",
        "routing_key =",
        "bot_token =",
        "app_token =",
        "signing_secret =",
        "token =",
        "secret =",
    ];
    let of_matrix = ["access_token", "store_passphrase =", "recovery_key ="];
    let secrets = [&secrets[..], &of_matrix].concat();
    let text = of_this_build(&put_in(|line| secrets.iter().any(|secret| line.starts_with(secret))));
    let files = text.lines().filter(|line| line.contains("_file = ")).count();
    let problems = Config::read("f", &text, Vec::new()).unwrap_err();
    let problems: Vec<String> = problems.iter().map(|p| p.what.clone()).collect();
    assert_eq!(problems.len(), files, "{problems:?}");
    assert!(problems.iter().all(|p| p.contains("/run/secrets/firebell-") && p.contains("cannot be read")));
}

#[test]
fn it_names_every_key_that_can_be_read() {
    let whole: toml::Table = put_in(|_| false).parse().unwrap();
    let whole = toml::Value::Table(whole);
    for section in keys("zzz = 1") {
        let entry = whole.get(section).unwrap_or_else(|| panic!("[{section}] is not in the file"));
        if section == "groups" {
            continue;
        }
        let listed = entry.is_array();
        for key in keys(&if listed { format!("[[{section}]]\nzzz = 1") } else { format!("[{section}]\nzzz = 1") }) {
            assert!(has(entry, key), "{key} of [{section}] is not in the file");
        }
    }
    let sources = whole["alerts"]["source"].as_array().unwrap();
    let mapped = sources.iter().find(|source| has(source, "mapping")).unwrap();
    for (list, entry) in [
        ("[[announcements.route]]\nzzz = 1", &whole["announcements"]["route"]),
        ("[[slack.workspace]]\nzzz = 1", &whole["slack"]["workspace"]),
        ("[[alerts.source]]\nzzz = 1", &whole["alerts"]["source"]),
        ("[[alerts.source]]\nmapping = { zzz = 1 }", &mapped["mapping"]),
        ("[[alerts.rule]]\nzzz = 1", &whole["alerts"]["rule"]),
        ("[[rotation]]\nrestrict = [{ zzz = 1 }]", &whole["rotation"][0]["restrict"]),
        ("[[rotation]]\noverride = [{ zzz = 1 }]", &whole["rotation"][0]["override"]),
        ("[[escalation]]\nsteps = [{ zzz = 1 }]", &whole["escalation"][0]["steps"]),
        ("[[service]]\nlinks = [{ zzz = 1 }]", &whole["service"][0]["links"]),
    ] {
        for key in keys(list) {
            assert!(has(entry, key), "{key} is not in the file's {list}");
        }
    }
}

/// The keys that serde knows beside the unknown `zzz`.
fn keys(text: &str) -> Vec<&'static str> {
    let error = toml::from_str::<Spanned<Written>>(text).unwrap_err().message().to_string();
    let (_, expected) = error.split_once(", expected ").expect("an unknown key");
    quoted(expected).into_iter().map(|key| &*key.to_string().leak()).collect()
}

fn has(entry: &toml::Value, key: &str) -> bool {
    match entry {
        toml::Value::Array(list) => list.iter().any(|entry| has(entry, key)),
        entry => entry.get(key).is_some(),
    }
}

/// What serde gives for an unknown key is read by its words; should they change, this says so.
#[test]
fn serde_names_the_keys_that_it_knows() {
    let deserializer = toml::Deserializer::parse("[log]\nzzz = 1").unwrap();
    let error = Written::deserialize(deserializer).unwrap_err();
    assert_eq!(error.message(), "unknown field `zzz`, expected `format` or `level`");
}

#[test]
fn the_plan_can_stand_in_files_of_its_own() {
    let file = |name: &str, text: &str| (name.to_string(), text.to_string());
    let of = |files: &[(String, String)]| Config::of(files, Vec::new());
    let main = file("f.toml", "[[service]]\nname = \"checkout\"\n[plan]\nremind_before = \"2m\"");
    let more = file("plan/search.toml", "[[service]]\nname = \"search\"\n[plan]\nask_commander = \"3m\"\n");
    let plan = of(&[main.clone(), more.clone()]).unwrap().plan;
    let services: Vec<&str> = plan.services.iter().map(|s| s.key.as_str()).collect();
    assert_eq!(services, ["checkout", "search"]);
    assert_eq!((plan.remind_before.num_minutes(), plan.ask_commander.num_minutes()), (2, 3));

    let wrong = |text: &str| of(&[main.clone(), more.clone(), file("plan/x.toml", text)]).unwrap_err().to_string();
    assert_eq!(
        wrong("# again\n[plan]\nremind_before = \"1m\"\n"),
        "plan/x.toml:3:1: \"remind_before\" is given at f.toml:4:17, too"
    );
    assert_eq!(
        wrong("[[service]]\nname = \"Search\"\n"),
        "plan/x.toml:1:1: [[service]]: \"search\" already names another one"
    );
    assert_eq!(wrong("[[service]\n"), "plan/x.toml:1:11: this is not TOML: unclosed array table, expected `]`");
    assert_eq!(
        wrong("\n[[servce]]\nname = \"x\"\n"),
        "plan/x.toml:2:3: unknown key \"servce\"; did you mean \"service\"?"
    );
}
