//! What each kind of program sends, in the shape in which it is documented, and who may send it.

mod admission;
mod amazon;
mod broken;
mod payloads;
mod taken;
mod world;

use chrono::{DateTime, Utc};
use ring::hmac;

use super::{Delivery, Source, Told, Unreadable, read};
use crate::plan::{Alert, AlertKind, AlertMapping};

/// Some time after all that is told of in the payloads.
fn now() -> DateTime<Utc> {
    time("2027-01-14T13:00:00Z")
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn source(kind: AlertKind) -> Source {
    Source {
        name: "src".into(),
        kind,
        token: None,
        secret: None,
        signature_header: None,
        timestamp_header: None,
        topics: vec!["arn:aws:sns:eu-west-1:123456789012:alarms".into()],
        mapping: AlertMapping::default(),
    }
}

type Headers<'h> = &'h [(&'h str, &'h str)];

fn told(source: &Source, headers: Headers<'_>, body: &[u8]) -> Result<Told, Unreadable> {
    let header = look_up(headers);
    read(&Delivery { source, header: &header, body, at: now() })
}

fn look_up<'h>(headers: Headers<'h>) -> impl Fn(&str) -> Option<String> + Sync + 'h {
    |name| headers.iter().find(|(n, _)| *n == name).map(|(_, value)| value.to_string())
}

/// What is read of it, which has to be readable.
#[track_caller]
fn alerts(source: &Source, headers: Headers<'_>, body: &str) -> Vec<Alert> {
    match told(source, headers, body.as_bytes()) {
        Ok(Told::Alerts(alerts)) => alerts,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn one(source: &Source, headers: Headers<'_>, body: &str) -> Alert {
    let mut alerts = alerts(source, headers, body);
    assert_eq!(alerts.len(), 1);
    alerts.remove(0)
}

#[track_caller]
fn unreadable(source: &Source, headers: Headers<'_>, body: &str) -> String {
    told(source, headers, body.as_bytes()).unwrap_err().to_string()
}

/// An alert as a line, with these of its labels.
fn line(alert: &Alert, labels: &[&str]) -> String {
    let state = if alert.firing { "firing" } else { "over" };
    let labels = labels.iter().map(|name| format!(" {name}={}", alert.labels.get(*name).map_or("-", |v| v)));
    let at = alert.at.format("%F %T");
    format!("{state} {} [{}] {at}{}", alert.title, alert.fingerprint, labels.collect::<String>())
}

fn signature(secret: &str, body: &str) -> String {
    hex::encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), body.as_bytes()))
}

const ALERTMANAGER: &str = r#"{
  "version": "4", "groupKey": "{}:{alertname=\"DiskFull\"}", "truncatedAlerts": 0, "status": "firing",
  "receiver": "firebell", "groupLabels": {"alertname": "DiskFull"}, "commonLabels": {"alertname": "DiskFull"},
  "commonAnnotations": {}, "externalURL": "http://alertmanager:9093",
  "alerts": [
    {"status": "firing", "labels": {"alertname": "DiskFull", "instance": "db-1", "severity": "critical"},
     "annotations": {"summary": "The disk of db-1 is full", "description": "98 % of /var are used."},
     "startsAt": "2027-01-14T12:30:00.123456789Z", "endsAt": "0001-01-01T00:00:00Z",
     "generatorURL": "http://prometheus:9090/graph?g0.expr=x", "fingerprint": "c6eadffa33fcdf37"},
    {"status": "resolved", "labels": {"alertname": "DiskFull", "instance": "db-2"}, "annotations": {},
     "startsAt": "2027-01-14T12:00:00Z", "endsAt": "2027-01-14T12:40:00Z", "generatorURL": "",
     "fingerprint": "bc97ff14869b13e3"}
  ]
}"#;

const GRAFANA: &str = r#"{
  "receiver": "firebell", "status": "firing", "orgId": 1, "version": "1", "groupKey": "{}:{}", "truncatedAlerts": 0,
  "title": "[FIRING:1]", "state": "alerting", "message": "**Firing**", "externalURL": "https://grafana.example/",
  "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {},
  "alerts": [
    {"status": "firing", "labels": {"alertname": "High memory usage", "team": "blue"},
     "annotations": {"summary": "Memory of zone us-1 is nearly used up"},
     "startsAt": "2027-01-14T12:51:03.157076+02:00", "endsAt": "0001-01-01T00:00:00Z",
     "generatorURL": "https://grafana.example/alerting/1/edit", "fingerprint": "57c6d9296de2ad39",
     "silenceURL": "https://grafana.example/alerting/silence/new", "dashboardURL": "https://grafana.example/d/abc",
     "panelURL": "https://grafana.example/d/abc?viewPanel=1", "values": {"B": 44.2, "C": 1}, "valueString": "[ var='B' value=44.2 ]"}
  ]
}"#;

const PAGERDUTY: &str = r#"{
  "event": {
    "id": "01BRB6ZP4M6T8ZG4X6BP63ZB9O", "event_type": "incident.triggered", "resource_type": "incident",
    "occurred_at": "2027-01-14T12:45:22.169Z", "agent": null, "client": {"name": "PagerDuty"},
    "data": {
      "id": "PGR0VU2", "type": "incident", "self": "https://api.pagerduty.com/incidents/PGR0VU2",
      "html_url": "https://acme.pagerduty.com/incidents/PGR0VU2", "number": 2, "status": "triggered",
      "incident_key": "d3640fbd41094207a1c11e58e46b1662", "created_at": "2027-01-14T12:45:22Z",
      "title": "A little bump in the road",
      "service": {"id": "PF9KMXH", "summary": "API Service", "type": "service_reference"},
      "assignees": [{"id": "PTUXL6G", "summary": "Ann", "type": "user_reference"}],
      "escalation_policy": {"id": "PUS0KTE", "summary": "Default"},
      "teams": [{"id": "PFCVPS0", "summary": "Engineering"}, {"id": "P2", "summary": "Shop"}],
      "priority": {"id": "PSO75BM", "summary": "P1"}, "urgency": "high", "resolve_reason": null
    }
  }
}"#;

const SENTRY_ISSUE_ALERT: &str = r#"{
  "action": "triggered", "actor": {"id": "sentry", "name": "Sentry", "type": "application"},
  "data": {
    "event": {
      "culprit": "checkout.views in pay", "datetime": "2027-01-14T12:06:17.677000Z", "event_id": "e4874d664c3540c1",
      "issue_url": "https://sentry.io/api/0/issues/1117540176/", "issue_id": "1117540176", "level": "error",
      "message": "", "platform": "python", "project": 1, "release": null,
      "tags": [["browser", "Chrome 75"], ["environment", "prod"]], "timestamp": 1566248777.677,
      "title": "ReferenceError: heck is not defined",
      "web_url": "https://sentry.io/organizations/acme/issues/1117540176/events/e4874d664c3540c1/"
    },
    "triggered_rule": "Very Important Alert Rule!"
  },
  "installation": {"uuid": "a8e5d37a-696c-4c54-adb5-b3f28d64c7de"}
}"#;

const SENTRY_METRIC_ALERT: &str = r#"{
  "action": "critical",
  "data": {
    "description_text": "1000 events in the last 10 minutes", "description_title": "Critical: Too many errors",
    "metric_alert": {
      "alert_rule": {"aggregate": "count()", "environment": null, "id": "7", "name": "Too many errors",
                     "projects": ["bar"], "query": "level:error"},
      "date_closed": null, "date_detected": "2027-01-14T12:26:40.000000Z", "id": "4", "identifier": "1",
      "projects": ["bar", "baz"], "status": 20, "title": "Sacred Marmot"
    },
    "web_url": "https://sentry.io/organizations/baz/alerts/1/"
  }
}"#;

const SENTRY_ISSUE: &str = r#"{
  "action": "created",
  "data": {
    "issue": {"culprit": "?(runner)", "firstSeen": "2027-01-14T11:58:37.391000Z", "id": "1117540176",
      "lastSeen": "2027-01-14T11:58:37.391000Z", "level": "error", "permalink": null, "platform": "javascript",
      "project": {"id": "1", "name": "front-end", "slug": "front-end"}, "shortId": "FRONT-END-9",
      "status": "unresolved", "substatus": "new", "title": "ReferenceError: blooopy is not defined"}
  }
}"#;

const DATADOG: &str = r#"{
  "alert_transition": "Triggered", "aggreg_key": "9bd4ac313a4d1e8fae2482df7b77628", "alert_cycle_key": "1234567890",
  "alert_id": "1234", "alert_scope": "host:web-1", "alert_metric": "system.load.1", "alert_priority": "P2",
  "event_title": "[Triggered on {host:web-1}] Load is high", "text": "Load is above 8.", "hostname": "$HOSTNAME",
  "tags": "env:prod,team:shop,team:web,monitor", "link": "https://app.datadoghq.com/event/event?id=1",
  "date": "1799929800000"
}"#;

const UPTIME_KUMA: &str = r#"{
  "heartbeat": {"monitorID": 29, "status": 0, "time": "2027-01-14 12:51:35.527", "msg": "getaddrinfo ENOTFOUND shop",
    "important": true, "duration": 0, "timezone": "America/Nassau", "timezoneOffset": "-05:00",
    "localDateTime": "2027-01-14 07:51:35"},
  "monitor": {"id": 29, "name": "Shop", "description": null, "pathName": "Sites / Shop", "url": "https://shop.example",
    "hostname": null, "port": null, "type": "http", "tags": [{"name": "team", "value": "web", "color": "green"}]},
  "msg": "[Shop] [🔴 Down] getaddrinfo ENOTFOUND shop"
}"#;

const CLOUDEVENT: &str = r#"{
  "specversion": "1.0", "type": "org.example.disk.full", "source": "/racks/7", "subject": "db-1",
  "id": "A234-1234-1234", "time": "2027-01-14T12:31:00Z", "datacontenttype": "application/json", "severity": "major",
  "data": {"message": "The disk is full", "state": "bad"}
}"#;

const CHECKS: &str = r#"{
  "alerts": [
    {"check": {"id": 7}, "message": "Queue is long", "status": "DOWN", "time": 1799929800, "host": {"name": "mq-1"}},
    {"check": {"id": 8}, "message": "Queue is long", "status": "up", "time": "2027-01-14T12:30:00Z"},
    {"check": {"id": 9}, "message": "Queue is long", "status": "unknown", "time": null}
  ]
}"#;

fn checks() -> Source {
    let path = |path: &str| Some(path.to_string());
    let mapping = AlertMapping {
        each: path("/alerts"),
        fingerprint: path("/check/id"),
        title: path("/message"),
        at: path("/time"),
        firing: path("/status"),
        firing_values: vec!["down".into()],
        resolved_values: vec!["up".into()],
        labels: [("host".to_string(), "/host/name".to_string())].into(),
        ..AlertMapping::default()
    };
    Source { mapping, ..source(AlertKind::Json) }
}

const STRUCTURED: Headers<'static> = &[("content-type", "application/cloudevents+json; charset=utf-8")];
