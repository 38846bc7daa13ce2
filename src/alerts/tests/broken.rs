//! Whatever comes in place of a payload, it is read or it is told what is wrong.

use proptest::prelude::*;

use super::*;

type Sample = (Source, Headers<'static>, &'static str);

/// Every kind with a payload of its own.
fn samples() -> Vec<Sample> {
    let kind = |kind, headers, body| -> Sample { (source(kind), headers, body) };
    vec![
        kind(AlertKind::Alertmanager, &[], ALERTMANAGER),
        kind(AlertKind::Grafana, &[], GRAFANA),
        kind(AlertKind::Pagerduty, &[], PAGERDUTY),
        kind(AlertKind::Sentry, &[("sentry-hook-resource", "event_alert")], SENTRY_ISSUE_ALERT),
        kind(AlertKind::Sentry, &[("sentry-hook-resource", "metric_alert")], SENTRY_METRIC_ALERT),
        kind(AlertKind::Sentry, &[("sentry-hook-resource", "issue")], SENTRY_ISSUE),
        kind(AlertKind::Datadog, &[], DATADOG),
        kind(AlertKind::Cloudwatch, &[], amazon::ALARM),
        kind(AlertKind::Cloudwatch, &[], amazon::SUBSCRIPTION),
        kind(AlertKind::UptimeKuma, &[], UPTIME_KUMA),
        kind(AlertKind::Cloudevents, STRUCTURED, CLOUDEVENT),
        (checks(), &[], CHECKS),
    ]
}

/// What is read of it is within all bounds.
fn is_read_or_told(source: &Source, headers: Headers<'_>, body: &[u8]) {
    let Ok(Told::Alerts(alerts)) = told(source, headers, body) else { return };
    for alert in alerts {
        assert!((1..=120).contains(&alert.title.chars().count()), "{alert:?}");
        assert!(alert.text.is_none_or(|text| text.chars().count() <= 4000));
        assert!(alert.labels.len() <= 100 && alert.fingerprint.chars().count() <= 200);
        assert!(alert.at >= time("2000-01-01T00:00:00Z") && alert.at <= now() + chrono::TimeDelta::days(1));
    }
}

#[test]
fn a_payload_can_end_at_each_byte() {
    for (source, headers, body) in samples() {
        assert!(told(&source, headers, body.as_bytes()).is_ok(), "{source:?}");
        for end in 0..body.len() {
            is_read_or_told(&source, headers, &body.as_bytes()[..end]);
        }
    }
}

#[test]
fn a_payload_can_have_any_byte_anywhere() {
    for (source, headers, body) in samples() {
        let mut body = body.as_bytes().to_vec();
        for at in 0..body.len() {
            let before = body[at];
            for byte in [b'"', b'0', b'{', 0, 0xff] {
                body[at] = byte;
                is_read_or_told(&source, headers, &body);
            }
            body[at] = before;
        }
    }
}

/// Every value of the payload, one after the other, is of another kind.
#[test]
fn a_payload_can_have_any_kind_of_value_anywhere() {
    use serde_json::{Value, json};
    fn paths(value: &Value, here: &str, found: &mut Vec<String>) {
        found.push(here.to_string());
        match value {
            Value::Array(list) => list.iter().enumerate().for_each(|(n, v)| paths(v, &format!("{here}/{n}"), found)),
            Value::Object(object) => object.iter().for_each(|(name, v)| paths(v, &format!("{here}/{name}"), found)),
            _ => {}
        }
    }
    for (source, headers, body) in samples() {
        let whole: Value = serde_json::from_str(body).unwrap();
        let mut found = Vec::new();
        paths(&whole, "", &mut found);
        for path in found {
            for other in [json!(null), json!(1e300), json!([[]]), json!({"a": 1}), json!(""), json!(true)] {
                let mut changed = whole.clone();
                if let Some(value) = changed.pointer_mut(&path) {
                    *value = other;
                }
                is_read_or_told(&source, headers, changed.to_string().as_bytes());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn a_payload_can_be_mixed_up(
        which in 0..12usize,
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), "\\PC{0,8}"), 1..5),
    ) {
        let (source, headers, body) = samples().swap_remove(which);
        let mut chars: Vec<char> = body.chars().collect();
        for (from, to, instead) in cuts {
            let (from, to) = (from.index(chars.len() + 1), to.index(chars.len() + 1));
            chars.splice(from.min(to)..from.max(to).min(from.min(to) + 40), instead.chars());
        }
        is_read_or_told(&source, headers, chars.into_iter().collect::<String>().as_bytes());
    }

    #[test]
    fn a_payload_can_be_anything(which in 0..12usize, body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (source, headers, _) = samples().swap_remove(which);
        is_read_or_told(&source, headers, &body);
    }
}
