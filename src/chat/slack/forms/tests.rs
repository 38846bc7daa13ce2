use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::grammar::{Asking, Context, parse};
use crate::incident::{ActionAim, Command};
use crate::plan::{Person, PersonId, Platform};

fn plan() -> Plan {
    let service = |n: usize| Service {
        key: format!("service-{n}"),
        label: format!("Service {n} {}", "with a long name ".repeat(8)),
        invite: Vec::new(),
        links: Vec::new(),
        owner: None,
        escalation: None,
    };
    Plan { services: (0..120).map(service).collect(), ..Plan::default() }
}

fn person(id: &str) -> Person {
    Person { id: PersonId::new(Platform::Slack, id), name: id.into() }
}

fn incident() -> Incident {
    let mut incident = Incident::unborn(42);
    incident.title = "Checkout is down".into();
    incident.severity = "sev2".into();
    incident.status = Status::Identified;
    incident
}

/// The view as Slack gets it.
fn shown(form: Form, text: &str) -> Value {
    let (plan, incident) = (plan(), incident());
    let about = About {
        plan: &plan,
        incident: Some(&incident).filter(|_| form != Form::Declare),
        room: Some("C1"),
        origin: Some(("1700000000.000100", text)),
        response_url: Some("https://hooks.slack.example/1"),
        private: false,
    };
    serde_json::to_value(view(form, &about)).expect("JSON")
}

/// What comes of the form once it is filled in with `values`: by field, Slack's own value of the element.
fn fill(form: Form, values: Value) -> Result<Submitted, Problems> {
    let values = values.as_object().expect("fields").iter();
    let state: serde_json::Map<String, Value> =
        values.map(|(field, value)| (field.clone(), json!({ (field.as_str()): value }))).collect();
    let mut sent = shown(form, "");
    let more = json!({ "id": "V1", "team_id": "T1", "hash": "1", "state": { "values": state } });
    sent.as_object_mut().expect("a view").extend(more.as_object().expect("an object").clone());
    submit(sent)
}

fn submit(sent: Value) -> Result<Submitted, Problems> {
    let view: SlackStatefulView = serde_json::from_value(sent).expect("a view");
    with_context(&[], |context| submitted(&view, context))
}

fn with_context<T>(people: &[(String, Vec<Person>)], read: impl FnOnce(&Context<'_>) -> T) -> T {
    let (plan, speaker) = (plan(), person("U0"));
    let now = "2026-11-23T12:00:00Z".parse().expect("a time");
    read(&Context { speaker: &speaker, now, zone: chrono_tz::UTC, plan: &plan, people })
}

/// The command that the words mean, with each mention resolved.
fn meant(submitted: &Submitted) -> Command {
    let people: Vec<_> = submitted.mentions.iter().map(|id| (id.clone(), vec![person(id)])).collect();
    match with_context(&people, |context| parse(&submitted.words, context)) {
        Ok(Asking::Command(command)) => *command,
        other => panic!("{}: {other:?}", submitted.words),
    }
}

fn written(text: &str) -> Value {
    json!({ "type": "plain_text_input", "value": text })
}

fn chosen(value: &str) -> Value {
    let option = json!({ "text": { "type": "plain_text", "text": "…", "emoji": true }, "value": value });
    json!({ "type": "static_select", "selected_option": option })
}

fn picked(id: &str) -> Value {
    json!({ "type": "users_select", "selected_user": id })
}

fn ticked(values: &[&str]) -> Value {
    let options: Vec<Value> = values.iter().map(|v| chosen(v)["selected_option"].clone()).collect();
    json!({ "type": "checkboxes", "selected_options": options })
}

fn words(form: Form, values: Value) -> String {
    fill(form, values).expect("understood").words
}

fn problems(form: Form, values: Value) -> Vec<(String, String)> {
    fill(form, values).expect_err("problems").into_iter().collect()
}

#[test]
fn a_command_that_stands_alone_has_a_form() {
    assert_eq!(Form::for_words("update"), Some(Form::Update));
    assert_eq!(Form::for_words(" SEV "), Some(Form::Severity));
    assert_eq!(Form::for_words("new"), Some(Form::Declare));
    assert_eq!(Form::for_words("note"), Some(Form::Log));
    for words in ["", "update now", "claim", "list", "nonsense"] {
        assert_eq!(Form::for_words(words), None, "{words}");
    }
}

#[test]
fn what_is_filled_in_becomes_words() {
    let declare = json!({
        "title": written("sev1 is what it feels like"),
        "severity": chosen("sev2"),
        "service": chosen("service-7"),
        "private": ticked(&["private"]),
    });
    assert_eq!(
        words(Form::Declare, declare),
        "declare sev2 --service=service-7 --private -- sev1 is what it feels like"
    );
    let plain = json!({ "title": written("Down"), "severity": chosen("sev2"), "private": ticked(&[]) });
    assert_eq!(words(Form::Declare, plain), "declare sev2 -- Down");
    assert_eq!(words(Form::Update, json!({ "text": written(" a\nb ") })), "update -- a\nb");
    let public = json!({ "text": written("Down"), "public": ticked(&["public"]) });
    assert_eq!(words(Form::Update, public), "update --public -- Down");
    assert_eq!(words(Form::Triage, json!({ "impact": chosen("1"), "scope": chosen("3") })), "triage 1 3");
    assert_eq!(
        words(Form::Status, json!({ "status": chosen("monitoring"), "note": written("") })),
        "status monitoring"
    );
    let severity = json!({ "severity": chosen("sev1"), "note": written("All regions") });
    assert_eq!(words(Form::Severity, severity), "severity sev1 -- All regions");
    assert_eq!(words(Form::Log, json!({ "text": written("x"), "when": written("10m ago") })), "log 10m ago -- x");
    assert_eq!(words(Form::Log, json!({ "text": written("10m ago"), "when": written("") })), "log -- 10m ago");
    assert_eq!(words(Form::Close, json!({ "note": { "type": "plain_text_input", "value": null } })), "close");
}

#[test]
fn people_are_mentions_and_what_was_carried_comes_back() {
    let role =
        fill(Form::Role, json!({ "role": chosen("communications"), "owner": picked("U123ABC") })).expect("words");
    assert_eq!(role.words, "role communications @U123ABC");
    assert_eq!(role.mentions, ["U123ABC"]);
    assert_eq!(role.form, Form::Role);
    assert_eq!(role.room.as_deref(), Some("C1"));
    assert_eq!(role.origin.as_deref(), Some("1700000000.000100"));
    assert_eq!(role.response_url.as_deref(), Some("https://hooks.slack.example/1"));
    assert_eq!(meant(&role), Command::Assign { role: "communications".into(), to: person("U123ABC") });

    let action = fill(
        Form::Action,
        json!({
            "text": written("Buy due friday @bob"),
            "owner": picked("U123ABC"),
            "due": { "type": "datepicker", "selected_date": "2026-12-01" },
            "aim": chosen("prevent"),
        }),
    );
    let text = "Buy due friday @bob".to_string();
    let due = chrono::NaiveDate::from_ymd_opt(2026, 12, 1);
    let owner = Some(person("U123ABC"));
    let wanted = Command::AddAction { text, owner, due, aim: Some(ActionAim::Prevent) };
    assert_eq!(meant(&action.expect("words")), wanted);
}

#[test]
fn what_is_wrong_is_told_at_its_field() {
    let problem = |form, values| {
        let found = problems(form, values);
        assert_eq!(found.len(), 1, "{found:?}");
        found.into_iter().next().expect("one")
    };
    let at = |field: &str, what: &str| (field.to_string(), what.to_string());
    let title = |title: &str, severity| json!({ "title": written(title), "severity": chosen(severity) });
    assert_eq!(problem(Form::Declare, title("  ", "sev2")), at("title", "Please fill this in."));
    assert_eq!(
        problem(Form::Declare, title(&"x".repeat(121), "sev2")),
        at("title", "The title is too long: at most 120 characters. Say the rest in the room.")
    );
    assert_eq!(problem(Form::Declare, title("x", "gone")), at("severity", "The plan has no severity “gone”."));
    assert_eq!(
        problem(Form::Severity, json!({ "severity": chosen("gone"), "note": written("") })),
        at("severity", "“gone” is not a severity. There are SEV1, SEV2, SEV3 and SEV4.")
    );
    assert_eq!(problem(Form::Role, json!({ "role": chosen("scribe") })), at("owner", "Please fill this in."));
    let log = |when: &str| json!({ "text": written("x"), "when": written(when) });
    assert_eq!(
        problem(Form::Log, log("soon")),
        at("when", "“soon” is not a time. These are: 14:05, 10m ago, yesterday 23:50, 2026-01-31T14:05Z.")
    );
    assert_eq!(
        problem(Form::Log, log("2026-11-24 10:00")),
        at("when", "2026-11-24 10:00 UTC is still to come. The timeline is for what has happened.")
    );
    let both = problems(Form::Log, json!({ "text": written(""), "when": written("soon") }));
    assert_eq!(both.len(), 2, "{both:?}");
}

#[test]
fn a_form_of_another_version_says_so() {
    let mut sent = shown(Form::Update, "");
    sent["private_metadata"] = r#"{"form":"poem"}"#.into();
    let more = json!({ "id": "V1", "team_id": "T1", "hash": "1", "state": { "values": { "verse": { "verse": written("x") } } } });
    sent.as_object_mut().expect("a view").extend(more.as_object().expect("an object").clone());
    let problems = submit(sent).expect_err("strange");
    assert_eq!(problems["verse"], "I do not know this form any more. Close it and open it again.");
}

#[test]
fn forms_begin_with_what_is_so() {
    let status = shown(Form::Status, "");
    assert_eq!(status["blocks"][0]["elements"][0]["text"], "INC-42 · Checkout is down");
    assert_eq!(status["blocks"][1]["element"]["initial_option"]["value"], "identified");
    assert_eq!(shown(Form::Severity, "")["blocks"][1]["element"]["initial_option"]["value"], "sev2");
    let declare = shown(Form::Declare, "The shop is down\nsince noon");
    assert_eq!(declare["blocks"][0]["element"]["initial_value"], "The shop is down");
    assert_eq!(declare["blocks"][1]["element"]["initial_option"]["value"], "sev3");
    assert_eq!(shown(Form::Action, "Look at\nthis")["blocks"][1]["element"]["initial_value"], "Look at\nthis");
}

/// Slack refuses a whole view for one character too many.
#[test]
fn every_form_keeps_within_slacks_limits() {
    for form in Form::ALL {
        let view = shown(form, &"long ".repeat(2_000));
        assert_eq!(view["type"], "modal");
        for label in ["title", "submit", "close"] {
            assert!((1..=24).contains(&length(&view[label]["text"])), "{label}");
        }
        assert!(length(&view["private_metadata"]) <= 3_000);
        let blocks = view["blocks"].as_array().expect("blocks");
        assert!((1..=100).contains(&blocks.len()));
        for block in blocks.iter().filter(|b| b["type"] == "input") {
            assert_eq!(block["block_id"], block["element"]["action_id"]);
            assert!((1..=2_000).contains(&length(&block["label"]["text"])));
            keeps_within_limits(&block["element"]);
        }
    }
}

fn keeps_within_limits(element: &Value) {
    if let Some(most) = element["max_length"].as_u64() {
        assert!(most <= 3_000);
        assert!(element.get("initial_value").is_none_or(|v| length(v) <= most as usize));
    }
    if let Some(options) = element["options"].as_array() {
        assert!((1..=100).contains(&options.len()));
        for option in options {
            assert!((1..=75).contains(&length(&option["text"]["text"])), "{option}");
            assert!((1..=75).contains(&length(&option["value"])), "{option}");
            assert!(option.get("description").is_none_or(|d| (1..=75).contains(&length(&d["text"]))), "{option}");
        }
        assert!(element.get("initial_option").is_none_or(|initial| options.contains(initial)));
    }
}

fn length(value: &Value) -> usize {
    value.as_str().expect("a text").chars().count()
}

fn anything() -> impl Strategy<Value = String> {
    let pieces =
        ["--", "sev1", "--private", "@U123ABC", "@me", "due friday", "10m ago", "done 3", "“a”", "14:05", "\n"];
    let piece = prop_oneof![proptest::sample::select(pieces.to_vec()).prop_map(str::to_string), "\\PC{0,6}"];
    let texts = proptest::collection::vec(piece, 1..6).prop_map(|pieces| pieces.join(" "));
    texts.prop_filter("a text", |text| !text.trim().is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn any_text_stays_what_it_is(said in anything()) {
        let text = said.trim().to_string();
        let command = |form, values| meant(&fill(form, values).expect("words"));
        let note = Some(text.clone());
        prop_assert_eq!(command(Form::Update, json!({ "text": written(&said) })), Command::Update { text: text.clone(), public: false, title: None });
        prop_assert_eq!(command(Form::Close, json!({ "note": written(&said) })), Command::Close { note: note.clone() });
        prop_assert_eq!(
            command(Form::Status, json!({ "status": chosen("identified"), "note": written(&said) })),
            Command::SetStatus { status: Status::Identified, note: note.clone() }
        );
        prop_assert_eq!(
            command(Form::Severity, json!({ "severity": chosen("sev1"), "note": written(&said) })),
            Command::SetSeverity { severity: "sev1".into(), reason: note }
        );
        prop_assert_eq!(
            command(Form::Log, json!({ "text": written(&said) })),
            Command::Log { when: None, text: text.clone() }
        );
        let at = Some("2026-11-23T11:05:00Z".parse().expect("a time"));
        prop_assert_eq!(
            command(Form::Log, json!({ "text": written(&said), "when": written("11:05") })),
            Command::Log { when: at, text: text.clone() }
        );
        prop_assert_eq!(
            command(Form::Task, json!({ "text": written(&said), "owner": picked("U9") })),
            Command::AddTask { text: text.clone(), owner: Some(person("U9")) }
        );
        prop_assert_eq!(
            command(Form::Action, json!({ "text": written(&said), "owner": { "type": "users_select" } })),
            Command::AddAction { text: text.clone(), owner: None, due: None, aim: None }
        );
        let title = json!({ "title": written(&said), "severity": chosen("sev2") });
        let declare = Command::Declare {
            title: text,
            severity: Some("sev2".into()),
            service: None,
            private: false,
            origin: None,
            same: None,
            anyway: false,
        };
        prop_assert_eq!(command(Form::Declare, title), declare);
    }
}
