//! A `--` says that what follows is text, whatever it looks like.

use proptest::prelude::*;

use super::{Asking, Context, parse};
use crate::incident::{ActionAim, Command, Status};
use crate::plan::{Person, Plan};

fn person(name: &str) -> Person {
    Person { id: format!("slack:{name}").parse().expect("a name"), name: name.into() }
}

fn read(text: &str) -> Command {
    let mut plan = Plan::default();
    let service = |key: &str| crate::plan::Service {
        key: key.into(),
        label: key.into(),
        invite: Vec::new(),
        links: Vec::new(),
        owner: None,
        escalation: None,
    };
    plan.services = vec![service("checkout")];
    let speaker = person("ann");
    let people = vec![("U123ABC".to_string(), vec![person("U123ABC")])];
    let now = "2026-11-23T12:00:00Z".parse().expect("a time");
    let context = Context { speaker: &speaker, now, zone: chrono_tz::UTC, plan: &plan, people: &people };
    match parse(text, &context) {
        Ok(Asking::Command(command)) => *command,
        other => panic!("{text}: {other:?}"),
    }
}

fn declared(text: &str) -> (String, Option<String>, Option<String>, bool) {
    match read(text) {
        Command::Declare { title, severity, service, private, .. } => (title, severity, service, private),
        other => panic!("{text}: {other:?}"),
    }
}

/// The text, the owner's name, the day.
fn to_do(text: &str) -> (String, Option<String>, Option<String>, Option<ActionAim>) {
    match read(text) {
        Command::AddTask { text, owner } => (text, owner.map(|o| o.name), None, None),
        Command::AddAction { text, owner, due, aim } => (text, owner.map(|o| o.name), due.map(|d| d.to_string()), aim),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn behind_dashes_a_title_is_no_option() {
    let sev = |key: &str| Some(key.to_string());
    assert_eq!(
        declared("declare -- sev1 is what it feels like"),
        ("sev1 is what it feels like".into(), None, None, false)
    );
    assert_eq!(
        declared("declare sev2 --service checkout -- --private is my title"),
        ("--private is my title".into(), sev("sev2"), Some("checkout".into()), false)
    );
    assert_eq!(
        declared("declare --private --service=checkout sev2 -- “quoted”"),
        ("“quoted”".into(), sev("sev2"), Some("checkout".into()), true)
    );
    assert_eq!(declared("declare 2 -- 3 nodes are down"), ("3 nodes are down".into(), sev("sev2"), None, false));
    assert_eq!(declared("declare -- -- --"), ("-- --".into(), None, None, false));
}

#[test]
fn a_dash_within_a_text_is_one() {
    assert_eq!(
        declared("declare sev2 Checkout -- down"),
        ("Checkout -- down".into(), Some("sev2".into()), None, false)
    );
    assert_eq!(declared("declare Checkout -- down --private"), ("Checkout -- down".into(), None, None, true));
    assert_eq!(to_do("action Roll back -- then wait due friday").0, "Roll back -- then wait");
    assert_eq!(read("log 11:05 Restart -- done"), read("log 11:05 -- Restart -- done"));
    assert_eq!(read("rename A -- B"), Command::Rename { title: "A -- B".into() });
}

#[test]
fn behind_dashes_a_thing_to_do_has_no_owner_and_no_day() {
    let of = |text: &str, owner: Option<&str>, due: Option<&str>, aim| {
        (text.to_string(), owner.map(str::to_string), due.map(str::to_string), aim)
    };
    assert_eq!(to_do("task -- done 3"), of("done 3", None, None, None));
    assert_eq!(to_do("task @U123ABC -- Ask @bob"), of("Ask @bob", Some("U123ABC"), None, None));
    assert_eq!(to_do("action -- Buy due friday @bob"), of("Buy due friday @bob", None, None, None));
    assert_eq!(
        to_do("action @U123ABC due 2026-12-01 --prevent -- Buy due friday --detect"),
        of("Buy due friday --detect", Some("U123ABC"), Some("2026-12-01"), Some(ActionAim::Prevent))
    );
    assert_eq!(to_do("action due 2026-12-01 -- Buy"), of("Buy", None, Some("2026-12-01"), None));
}

#[test]
fn behind_dashes_other_texts_are_as_written() {
    let now = Command::Log { when: None, text: "10m ago is when".into() };
    assert_eq!(read("log -- 10m ago is when"), now);
    assert_eq!(read("update -- -- x"), Command::Update { text: "-- x".into(), public: false, title: None });
    assert_eq!(read("rename -- \"A\""), Command::Rename { title: "\"A\"".into() });
    assert_eq!(
        read("status monitoring -- --"),
        Command::SetStatus { status: Status::Monitoring, note: Some("--".into()) }
    );
    assert_eq!(read("close --"), Command::Close { note: None });
}

fn text() -> impl Strategy<Value = String> {
    let pieces = ["--", "sev1", "--private", "@U123ABC", "@me", "due friday", "10m ago", "done 3", "\"", "14:05", "\n"];
    let piece = prop_oneof![proptest::sample::select(pieces.to_vec()).prop_map(str::to_string), "\\PC{0,6}"];
    let texts = proptest::collection::vec(piece, 1..6).prop_map(|pieces| pieces.join(" ").trim().to_string());
    texts.prop_filter("a text", |text| !text.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn behind_dashes_any_text_is_text(text in text()) {
        prop_assert_eq!(declared(&format!("declare sev2 --private -- {text}")).0, text.clone());
        prop_assert_eq!(declared(&format!("declare -- {text}")).0, text.clone());
        prop_assert_eq!(to_do(&format!("task -- {text}")).0, text.clone());
        prop_assert_eq!(to_do(&format!("task @U123ABC -- {text}")).0, text.clone());
        prop_assert_eq!(to_do(&format!("action -- {text}")).0, text.clone());
        prop_assert_eq!(to_do(&format!("action @U123ABC due 2026-12-01 --detect -- {text}")).0, text.clone());
        prop_assert_eq!(read(&format!("update -- {text}")), Command::Update { text: text.clone(), public: false, title: None });
        prop_assert_eq!(read(&format!("log -- {text}")), Command::Log { when: None, text: text.clone() });
        let at = Some("2026-11-23T11:05:00Z".parse().expect("a time"));
        prop_assert_eq!(read(&format!("log 11:05 -- {text}")), Command::Log { when: at, text: text.clone() });
        prop_assert_eq!(read(&format!("close -- {text}")), Command::Close { note: Some(text) });
    }
}
