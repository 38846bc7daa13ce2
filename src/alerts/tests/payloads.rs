//! What is read of each payload, in several states.

use super::*;

#[test]
fn alertmanager_sends_a_group() {
    let source = source(AlertKind::Alertmanager);
    let alerts = alerts(&source, &[], ALERTMANAGER);
    let lines: Vec<String> = alerts.iter().map(|alert| line(alert, &["instance", "severity"])).collect();
    assert_eq!(
        lines,
        [
            "firing The disk of db-1 is full [c6eadffa33fcdf37] 2027-01-14 12:30:00 instance=db-1 severity=critical",
            "over DiskFull [bc97ff14869b13e3] 2027-01-14 12:40:00 instance=db-2 severity=-",
        ]
    );
    assert_eq!(alerts[0].at, time("2027-01-14T12:30:00.123456Z"));
    assert_eq!(alerts[0].text.as_deref(), Some("98 % of /var are used."));
    assert_eq!(alerts[0].labels["annotation.summary"], "The disk of db-1 is full");
    assert_eq!(alerts[0].link.as_deref(), Some("http://prometheus:9090/graph?g0.expr=x"));
    assert_eq!(alerts[1].link, None);
    let without = ALERTMANAGER.replace(", \"fingerprint\": \"c6eadffa33fcdf37\"", "");
    assert_eq!(super::alerts(&source, &[], &without)[0].fingerprint.len(), 32);
    assert_eq!(unreadable(&source, &[], "{}"), "there is no list at /alerts");
    assert_eq!(
        unreadable(&source, &[], "{\"alerts\":"),
        "the body is not JSON: something is wrong at line 1, column 10"
    );
    let other = ALERTMANAGER.replacen("\"firing\", \"labels\"", "\"silent\", \"labels\"", 1);
    assert_eq!(unreadable(&source, &[], &other), "an alert has the status silent, not firing or resolved");
}

#[test]
fn an_end_that_is_none_is_now() {
    let source = source(AlertKind::Alertmanager);
    for end in ["0001-01-01T00:00:00Z", "2027-01-14T11:59:59Z", "2099-01-01T00:00:00Z", "x"] {
        let body = ALERTMANAGER.replace("2027-01-14T12:40:00Z", end);
        assert_eq!(alerts(&source, &[], &body)[1].at, now(), "{end}");
    }
}

#[test]
fn grafana_sends_links_and_values_too() {
    let alert = one(&source(AlertKind::Grafana), &[], GRAFANA);
    assert_eq!(
        line(&alert, &["team", "values.B", "silenceURL"]),
        "firing Memory of zone us-1 is nearly used up [57c6d9296de2ad39] 2027-01-14 10:51:03 team=blue values.B=44.2 \
         silenceURL=https://grafana.example/alerting/silence/new"
    );
    assert_eq!(alert.link.as_deref(), Some("https://grafana.example/d/abc?viewPanel=1"));
    assert_eq!(alert.text.as_deref(), Some("[ var='B' value=44.2 ]"));
    let bare =
        GRAFANA.replace("https://grafana.example/d/abc?viewPanel=1", "").replace("https://grafana.example/d/abc", "");
    let alert = one(&source(AlertKind::Grafana), &[], &bare);
    assert_eq!(alert.link.as_deref(), Some("https://grafana.example/alerting/1/edit"));
}

#[test]
fn pagerduty_tells_of_a_beginning_and_an_end() {
    let source = source(AlertKind::Pagerduty);
    let of = |event: &str| alerts(&source, &[], &PAGERDUTY.replace("incident.triggered", event));
    let labels = ["incident_key", "service", "priority", "teams"];
    let told = "A little bump in the road [PGR0VU2] 2027-01-14 12:45:22 incident_key=d3640fbd41094207a1c11e58e46b1662 \
                service=API Service priority=P1 teams=Engineering, Shop";
    for (event, state) in
        [("incident.triggered", "firing"), ("incident.reopened", "firing"), ("incident.resolved", "over")]
    {
        assert_eq!(line(&of(event)[0], &labels), format!("{state} {told}"));
    }
    for event in
        ["incident.acknowledged", "incident.annotated", "incident.priority_updated", "service.updated", "pagey.ping"]
    {
        assert_eq!(of(event), [], "{event}");
    }
    assert_eq!(unreadable(&source, &[], "{}"), "there is nothing at /event/event_type");
}

#[test]
fn sentry_tells_of_issues_and_measures() {
    let source = source(AlertKind::Sentry);
    let of = |resource: &str, body: &str| {
        let headers = [("sentry-hook-resource", resource), ("sentry-hook-timestamp", "1799929800")];
        alerts(&source, &headers, body)
    };
    assert_eq!(
        line(&of("event_alert", SENTRY_ISSUE_ALERT)[0], &["environment", "level", "triggered_rule"]),
        "firing ReferenceError: heck is not defined [issue/1117540176] 2027-01-14 12:06:17 environment=prod level=error \
         triggered_rule=Very Important Alert Rule!"
    );
    // The issue that was alerted about is resolved.
    let over = of("issue", &SENTRY_ISSUE.replace("created", "resolved"));
    assert_eq!(
        line(&over[0], &["project", "action"]),
        "over ReferenceError: blooopy is not defined [issue/1117540176] 2027-01-14 12:30:00 project=front-end \
         action=resolved"
    );
    assert!(
        of("issue", SENTRY_ISSUE)[0].firing && !of("issue", &SENTRY_ISSUE.replace("created", "archived"))[0].firing
    );
    assert_eq!(of("issue", &SENTRY_ISSUE.replace("created", "assigned")), []);
    for (action, firing) in [("open", true), ("critical", true), ("warning", true), ("resolved", false)] {
        let alert = &of("metric_alert", &SENTRY_METRIC_ALERT.replace("critical", action))[0];
        assert_eq!((alert.firing, alert.fingerprint.as_str()), (firing, "metric_alert/7"));
        assert_eq!(alert.labels["projects"], "bar, baz");
    }
    assert_eq!(of("installation", "{\"action\": \"created\"}"), []);
    assert_eq!(unreadable(&source, &[], SENTRY_ISSUE), "the header Sentry-Hook-Resource is missing");
}

#[test]
fn datadog_sends_what_is_pasted() {
    let source = source(AlertKind::Datadog);
    let of = |transition: &str| alerts(&source, &[], &DATADOG.replace("\"Triggered\"", &format!("\"{transition}\"")));
    assert_eq!(
        line(&of("Triggered")[0], &["env", "team", "monitor", "alert_priority", "hostname"]),
        "firing [Triggered on {host:web-1}] Load is high [9bd4ac313a4d1e8fae2482df7b77628] 2027-01-14 12:30:00 env=prod \
         team=shop, web monitor= alert_priority=P2 hostname=-"
    );
    for transition in ["Re-Triggered", "No Data", "Re-No Data", "Warn", "Re-Warn", "Renotify"] {
        assert!(of(transition)[0].firing, "{transition}");
    }
    assert!(!of("Recovered")[0].firing);
    for transition in ["", "null", "$ALERT_TRANSITION"] {
        assert_eq!(of(transition), []);
    }
    let without_key = DATADOG.replace("9bd4ac313a4d1e8fae2482df7b77628", "$AGGREG_KEY");
    assert_eq!(one(&source, &[], &without_key).fingerprint, "1234567890");
    let without_cycle = without_key.replace("1234567890", "");
    assert_eq!(one(&source, &[], &without_cycle).fingerprint, "1234/host:web-1");
    let told = unreadable(&source, &[], "{\"body\": \"x\"}");
    assert!(told.starts_with("alert_transition is missing: the payload in Datadog's webhook has to be"), "{told}");
}

/// What is to be pasted stands in two places.
#[test]
fn datadogs_payload_is_the_same_in_the_configuration() {
    let (file, code) = (include_str!("../../../config/firebell.toml"), include_str!("../datadog.rs"));
    let fields = |text: &str| {
        let pieces = text.split('"').collect::<Vec<_>>();
        let pairs = pieces.windows(3).filter(|w| w[1] == ": " && w[2].starts_with('$'));
        pairs.map(|w| (w[0].to_string(), w[2].to_string())).collect::<Vec<_>>()
    };
    assert_eq!(fields(file), fields(code));
    assert_eq!(fields(file).len(), 13);
}

#[test]
fn uptime_kuma_is_up_or_down() {
    let source = source(AlertKind::UptimeKuma);
    let of =
        |status: i64| alerts(&source, &[], &UPTIME_KUMA.replace("\"status\": 0", &format!("\"status\": {status}")));
    assert_eq!(
        line(&of(0)[0], &["team", "type", "hostname"]),
        "firing Shop is down [29] 2027-01-14 12:51:35 team=web type=http hostname=-"
    );
    assert_eq!(of(0)[0].text.as_deref(), Some("getaddrinfo ENOTFOUND shop"));
    assert_eq!(line(&of(1)[0], &[]), "over Shop is up [29] 2027-01-14 12:51:35");
    assert_eq!((of(2), of(3)), (vec![], vec![]));
    let test = r#"{"heartbeat": null, "monitor": null, "msg": "Firebell Testing"}"#;
    assert_eq!(alerts(&source, &[], test), []);
    let told = unreadable(&source, &[], "--boundary");
    assert!(told.ends_with("the webhook's request body in Uptime Kuma has to be \"application/json\""), "{told}");
    assert_eq!(unreadable(&source, &[], "{}"), "there is no number at /heartbeat/status");
}

#[test]
fn cloudevents_come_in_three_modes() {
    let source = source(AlertKind::Cloudevents);
    let told = "firing org.example.disk.full: db-1 [/racks/7/db-1] 2027-01-14 12:31:00 type=org.example.disk.full";
    assert_eq!(line(&one(&source, STRUCTURED, CLOUDEVENT), &["type"]), told);
    let batched = [("content-type", "application/cloudevents-batch+json")];
    let over = CLOUDEVENT.replace(".full", ".full.resolved");
    let both = alerts(&source, &batched, &format!("[{CLOUDEVENT}, {over}]"));
    assert_eq!(both.iter().map(|alert| alert.firing).collect::<Vec<_>>(), [true, false]);
    let binary = [
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-type", "org.example.disk.full"),
        ("ce-source", "/racks/7"),
        ("ce-subject", "db%2D1"),
        ("ce-id", "A1"),
        ("ce-time", "2027-01-14T12:31:00Z"),
    ];
    assert_eq!(line(&one(&source, &binary, "{}"), &["type"]), told);
    assert_eq!(unreadable(&source, &binary[..4], ""), "there is nothing at /id");
}

#[test]
fn an_event_without_a_subject_is_known_by_its_id() {
    let source = source(AlertKind::Cloudevents);
    let bare = CLOUDEVENT.replace(" \"subject\": \"db-1\",", "");
    assert_eq!(
        line(&one(&source, STRUCTURED, &bare), &[]),
        "firing org.example.disk.full [A234-1234-1234] 2027-01-14 12:31:00"
    );
    let told = unreadable(&source, STRUCTURED, &CLOUDEVENT.replace("1.0", "0.3"));
    assert_eq!(told, "the event is of version 0.3; only 1.0 is read");
    let told = unreadable(&source, &[("content-type", "application/cloudevents+avro")], "x");
    assert_eq!(told, "events come as application/cloudevents+avro; only JSON is read");
    assert!(
        unreadable(&source, &[("content-type", "application/json")], CLOUDEVENT).starts_with("this is no CloudEvent")
    );
}

#[test]
fn a_mapping_says_what_an_event_means() {
    let mut source = source(AlertKind::Cloudevents);
    source.mapping.firing = Some("/data/state".into());
    source.mapping.resolved_values = vec!["good".into()];
    source.mapping.title = Some("/data/message".into());
    source.mapping.labels = [("severity".to_string(), "/severity".to_string())].into();
    let told = line(&one(&source, STRUCTURED, CLOUDEVENT), &["severity", "source"]);
    assert_eq!(told, "firing The disk is full [/racks/7/db-1] 2027-01-14 12:31:00 severity=major source=/racks/7");
    assert!(!one(&source, STRUCTURED, &CLOUDEVENT.replace("\"bad\"", "\"good\"")).firing);
    let binary = [
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-type", "x"),
        ("ce-id", "A1"),
        ("ce-severity", "h%C3%B6chst"),
    ];
    let alert = one(&source, &binary, r#"{"state": "bad"}"#);
    assert_eq!(line(&alert, &["severity"]), format!("firing x [A1] {} severity=höchst", now().format("%F %T")));
}

#[test]
fn any_json_is_read_by_its_mapping() {
    let alerts = alerts(&checks(), &[], CHECKS);
    let lines: Vec<String> = alerts.iter().map(|alert| line(alert, &["host"])).collect();
    assert_eq!(
        lines,
        ["firing Queue is long [7] 2027-01-14 12:30:00 host=mq-1", "over Queue is long [8] 2027-01-14 12:30:00 host=-",]
    );
    assert_eq!(unreadable(&checks(), &[], "[]"), "there is no list at /alerts");
    assert_eq!(unreadable(&checks(), &[], r#"{"alerts": [{}]}"#), "there is nothing at /status (firing)");
    let told = unreadable(&checks(), &[], r#"{"alerts": [{"status": "up"}]}"#);
    assert_eq!(told, "there is nothing at /check/id (fingerprint)");
}

#[test]
fn without_a_path_for_it_an_alert_is_known_by_title_and_labels() {
    let mut source = checks();
    source.mapping.fingerprint = None;
    let known = |body: &str| alerts(&source, &[], body).remove(0).fingerprint;
    assert_eq!(known(CHECKS), known(&CHECKS.replace("DOWN", "up")));
    assert_ne!(known(CHECKS), known(&CHECKS.replace("mq-1", "mq-2")));
    source.mapping = AlertMapping { title: Some("/a".into()), ..AlertMapping::default() };
    assert!(one(&source, &[], "{}").firing);
    source.mapping.each = Some(String::new());
    assert_eq!(alerts(&source, &[], "[{\"a\": 1}, {\"a\": 2}]").len(), 2);
}

#[test]
fn whether_it_is_wrong_can_be_said_in_four_ways() {
    let firing = |values: &[&str], resolved: &[&str], found: &str| {
        let list = |words: &[&str]| words.iter().map(|w| w.to_string()).collect();
        let mapping =
            AlertMapping { firing_values: list(values), resolved_values: list(resolved), ..Default::default() };
        mapping.is_firing(&serde_json::from_str(found).unwrap())
    };
    assert_eq!(firing(&["down"], &[], "\"Down\""), Some(true));
    assert_eq!(firing(&["down"], &[], "\"up\""), Some(false));
    assert_eq!(firing(&[], &["ok"], "\"warning\""), Some(true));
    assert_eq!(firing(&["2"], &["0"], "2"), Some(true));
    assert_eq!(firing(&["2"], &["0"], "1"), None);
    assert_eq!(firing(&[], &[], "false"), Some(false));
    assert_eq!(firing(&[], &[], "\"yes\""), None);
}

#[test]
fn nothing_is_longer_than_it_may_be() {
    let long = ALERTMANAGER
        .replace("The disk of db-1 is full", &"full ".repeat(100))
        .replace("98 % of /var", &"x".repeat(9000));
    let labels: String = (0..500).map(|n| format!("\"l{n}\": \"{}\",", "v".repeat(2000))).collect();
    let long = long
        .replacen("\"labels\": {", &format!("\"labels\": {{{labels}"), 1)
        .replace("c6eadffa33fcdf37", &"f".repeat(999));
    let alert = &alerts(&source(AlertKind::Alertmanager), &[], &long)[0];
    assert!(alert.title.chars().count() <= 120 && alert.title.ends_with("full…"), "{}", alert.title);
    assert_eq!(alert.text.as_ref().unwrap().chars().count(), 4000);
    assert_eq!((alert.labels.len(), alert.fingerprint.len()), (100, 32));
    assert!(alert.labels.values().all(|value| value.chars().count() <= 1000));
    let nul = ALERTMANAGER.replace("98 %", "98\\u0000%").replace("db-1", "db\\u0000").replace("c6ea", "\\u0000");
    let kept = serde_json::to_string(&alerts(&source(AlertKind::Alertmanager), &[], &nul)).unwrap();
    assert!(!kept.contains("\\u0000"));
}
