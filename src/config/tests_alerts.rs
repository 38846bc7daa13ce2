//! What the operator reads when `[[alerts.source]]` is wrong, and what is right.

use super::tests::{read, right, wrong};
use super::{AlertSource, Secret};
use crate::plan::AlertKind;

const ENTRY: &str = "[[alerts.source]]\nname = \"a\"\n";

fn source(lines: &str) -> AlertSource {
    right(&format!("{ENTRY}{lines}")).alert_sources.remove(0)
}

#[track_caller]
fn wrong_source(lines: &str, expected: &str) {
    wrong(&format!("{ENTRY}{lines}"), expected);
}

#[test]
fn a_source_has_a_name_a_kind_and_a_token() {
    assert_eq!(right("").alert_sources, []);
    let found = source("kind = \"alertmanager\"\ntoken = \"hush\"");
    let expected = AlertSource {
        name: "a".into(),
        kind: AlertKind::Alertmanager,
        token: Some(Secret::new("hush")),
        secret: None,
        signature_header: None,
        timestamp_header: None,
        topics: Vec::new(),
        mapping: Default::default(),
    };
    assert_eq!(found, expected);
    for kind in AlertKind::ALL {
        assert!(read(&format!("{ENTRY}kind = \"{}\"", kind.as_str()), &[]).is_err(), "{kind:?} has to be guarded");
    }
    wrong(
        "[[alerts.source]]\nkind = \"grafana\"\ntoken = \"x\"",
        "f.toml:1:1: [[alerts.source]]: has no name; it is posted to at /alerts/NAME",
    );
    wrong(
        "[[alerts.source]]\nname = \"My Prometheus\"\nkind = \"alertmanager\"\ntoken = \"x\"",
        "f.toml:2:8: [[alerts.source]] name: \"My Prometheus\" is not one word of lower-case letters, digits, - and _ \
         (40 at most)",
    );
    wrong_source(
        "token = \"x\"",
        "f.toml:1:1: [[alerts.source]]: has no kind; the known ones are alertmanager, grafana, pagerduty, sentry, \
         datadog, cloudwatch, uptime_kuma, cloudevents, json",
    );
    wrong_source(
        "kind = \"grafna\"",
        "f.toml:3:8: [[alerts.source]] kind: unknown \"grafna\"; did you mean \"grafana\"?",
    );
    wrong_source(
        "kind = \"sentry\"\nsecret = \"x\"\n[[alerts.source]]\nname = \"a\"\nkind = \"sentry\"\nsecret = \"y\"",
        "f.toml:5:1: [[alerts.source]]: \"a\" already names another one",
    );
    wrong_source(
        "kind = \"sentry\"\nsecret = \"x\"\ntokn = \"y\"",
        "f.toml:5:1: unknown key \"tokn\" in [[alerts.source]]; did you mean \"token\"?",
    );
    wrong("[[alerts.sorce]]\nname = \"a\"", "f.toml:1:10: unknown key \"sorce\" in [alerts]; did you mean \"source\"?");
}

#[test]
fn nobody_may_post_without_a_token_or_a_signature() {
    wrong_source(
        "kind = \"datadog\"",
        "f.toml:1:1: [[alerts.source]]: has neither a token nor a secret: anyone could post to it; add a token that \
         the sender has, too",
    );
    wrong_source(
        "kind = \"pagerduty\"",
        "f.toml:1:1: [[alerts.source]]: has neither a secret nor a token: anyone could post to it; add what it signs \
         with, as secret",
    );
    wrong_source(
        "kind = \"cloudwatch\"\ntoken = \"x\"",
        "f.toml:1:1: [[alerts.source]]: has no topics: anyone's would be listened to; add topics = [\"arn:aws:sns:…\"]",
    );
    // That the file is not there is all that is told.
    wrong_source(
        "kind = \"datadog\"\ntoken_file = \"/no/such\"",
        "f.toml:4:14: [[alerts.source]] token_file: /no/such cannot be read: No such file or directory (os error 2)",
    );
}

#[test]
fn its_secrets_are_never_shown() {
    let found = source("kind = \"grafana\"\ntoken = \"1234\"\nsecret = \"1234\"");
    assert!(!format!("{found:?}").contains("1234"));
    wrong_source("kind = \"grafana\"\ntoken = 1234", "f.toml:4:9: [[alerts.source]] token: expected text in quotes");
    wrong_source("kind = \"grafana\"\nsecret = 1234", "f.toml:4:10: [[alerts.source]] secret: expected text in quotes");
    let variable = "FIREBELL__ALERTS__SOURCE=[{ name = \"a\", kind = \"sentry\", secret = \"hush\" }]";
    assert_eq!(read("", &[variable]).unwrap().alert_sources[0].secret, Some(Secret::new("hush")));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "hush\n").unwrap();
    let found = source(&format!("kind = \"datadog\"\ntoken_file = \"{}\"", file.display()));
    assert_eq!(found.token, Some(Secret::new("hush")));
}

#[test]
fn amazon_has_topics() {
    let found = source("kind = \"cloudwatch\"\ntopics = \"arn:aws:sns:eu-west-1:123456789012:alarms\"");
    assert_eq!(found.topics, ["arn:aws:sns:eu-west-1:123456789012:alarms"]);
    wrong_source(
        "kind = \"cloudwatch\"\ntopics = [\"alarms\"]",
        "f.toml:4:11: [[alerts.source]] topics: \"alarms\" is not a topic's ARN, such as \
         arn:aws:sns:eu-west-1:123456789012:alarms",
    );
    wrong_source(
        "kind = \"cloudwatch\"\ntopics = \"arn:aws:sns:a:b:c\"\nsecret = \"x\"",
        "f.toml:5:10: [[alerts.source]] secret: takes no part: Amazon signs with a key of its own",
    );
    wrong_source(
        "kind = \"sentry\"\nsecret = \"x\"\ntopics = \"arn:aws:sns:a:b:c\"",
        "f.toml:5:10: [[alerts.source]] topics: are Amazon's; they go with kind = \"cloudwatch\"",
    );
}

#[test]
fn signatures_have_their_headers() {
    let found = source("kind = \"grafana\"\nsecret = \"x\"\ntimestamp_header = \"X-Time\"");
    assert_eq!(found.timestamp_header.as_deref(), Some("x-time"));
    wrong_source(
        "kind = \"cloudevents\"\nsecret = \"x\"",
        "f.toml:4:10: [[alerts.source]] secret: needs signature_header: the header that the signature is in, such as \
         \"X-Signature\"",
    );
    wrong_source(
        "kind = \"cloudevents\"\ntoken = \"x\"\nsignature_header = \"x-signature\"",
        "f.toml:5:20: [[alerts.source]] signature_header: needs a secret to sign with",
    );
    wrong_source(
        "kind = \"pagerduty\"\nsecret = \"x\"\nsignature_header = \"x-signature\"",
        "f.toml:5:20: [[alerts.source]] signature_header: takes no part: pagerduty says by itself where its signature is",
    );
    wrong_source(
        "kind = \"grafana\"\nsecret = \"x\"\nsignature_header = \"two words\"",
        "f.toml:5:20: [[alerts.source]] signature_header: \"two words\" is not a header's name",
    );
}

#[test]
fn any_json_is_read_by_a_mapping() {
    let found = source(
        "kind = \"json\"\ntoken = \"x\"\nmapping = { each = \"\", title = \"/message\", firing = \"/status\", \
         resolved_values = \"ok, fine\", labels = { host = \"/host/name\" } }",
    );
    assert_eq!(found.mapping.resolved_values, ["ok", "fine"]);
    assert_eq!(found.mapping.labels["host"], "/host/name");
    let mapped = |mapping: &str| format!("kind = \"json\"\ntoken = \"x\"\nmapping = {{ {mapping} }}");
    wrong_source(
        "kind = \"json\"\ntoken = \"x\"",
        "f.toml:1:1: [[alerts.source]]: has no mapping; say where things are, such as mapping = { title = \"/message\" }",
    );
    wrong_source(
        &mapped("text = \"/a\""),
        "f.toml:5:11: [[alerts.source]] mapping: has no title; say where it is, such as title = \"/message\"",
    );
    wrong_source(
        &mapped("title = \"message\""),
        "f.toml:5:21: [[alerts.source]] mapping: title: \"message\" is not a path such as /check/id",
    );
    wrong_source(
        &mapped("title = \"/a\", firing_values = \"x\""),
        "f.toml:5:43: [[alerts.source]] mapping: firing_values needs firing: where the value is, such as firing = \
         \"/status\"",
    );
    wrong_source(
        &mapped("titel = \"/a\""),
        "f.toml:5:13: unknown key \"titel\" in [[alerts.source.mapping]]; did you mean \"title\"?",
    );
    wrong_source(
        "kind = \"sentry\"\nsecret = \"x\"\nmapping = { title = \"/a\" }",
        "f.toml:5:11: [[alerts.source]] mapping: takes no part: what sentry sends is known",
    );
}
