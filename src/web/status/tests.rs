use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::snapshot::{DAYS, Impact, Settings, Snapshot};
use super::{Kind, files};
use crate::incident::{Incident, Public, PublicUpdate, Status};
use crate::plan::{Number, Person, PersonId, Plan, Platform, Service};

/// Noon on 10 November 2026.
fn now() -> DateTime<Utc> {
    "2026-11-10T12:00:00Z".parse().unwrap()
}

fn hours(before: i64) -> DateTime<Utc> {
    now() - TimeDelta::hours(before)
}

fn plan() -> Plan {
    let service = |key: &str, label: &str| Service {
        key: key.into(),
        label: label.into(),
        invite: Vec::new(),
        links: Vec::new(),
        owner: None,
        escalation: None,
    };
    Plan { services: vec![service("checkout", "Checkout"), service("search", "Search")], ..Plan::default() }
}

fn settings() -> Settings {
    Settings {
        title: "Shop status".into(),
        description: "How we are".into(),
        mails: true,
        url: "https://shop.example".into(),
    }
}

/// With words in it that are nobody's business but the room's.
fn incident(number: Number, severity: &str, service: Option<&str>, updates: &[(i64, Status, &str)]) -> Incident {
    let mut incident = Incident::unborn(number);
    incident.title = "INTERNAL redis-7 fell over".into();
    incident.severity = severity.into();
    incident.service = service.map(str::to_string);
    let ann = Person { id: PersonId::new(Platform::Local, "internal-ann"), name: "Internal Ann".into() };
    incident.declared_by = Some(ann.clone());
    incident.roles.insert("commander".into(), ann);
    let update = |(seq, (before, status, text)): (usize, &(i64, Status, &str))| PublicUpdate {
        seq: seq as i64,
        at: hours(*before),
        status: *status,
        text: text.to_string(),
    };
    let updates: Vec<PublicUpdate> = updates.iter().enumerate().map(update).collect();
    incident.status = updates.last().map_or(Status::Investigating, |u| u.status);
    incident.public = Some(Public { title: format!("Payments <fail> {number}"), since: updates[0].at, updates });
    incident
}

fn over(number: Number, severity: &str, from: i64, until: i64) -> Incident {
    let updates = [(from, Status::Investigating, ""), (until, Status::Resolved, "")];
    incident(number, severity, Some("checkout"), &updates)
}

fn away(snapshot: &Snapshot, days_ago: usize) -> (Impact, i64) {
    let day = &snapshot.components[0].days[DAYS as usize - 1 - days_ago];
    (day.worst, day.away.num_minutes())
}

#[test]
fn a_calm_page_says_so() {
    let snapshot = Snapshot::of(&[], &plan(), now());
    assert_eq!((snapshot.worst(), snapshot.in_words()), (Impact::None, "All Systems Operational"));
    assert_eq!(snapshot.components[0].uptime(), 100.0);
    assert_eq!(snapshot.components[0].days.len(), DAYS as usize);
}

#[test]
fn an_outage_over_midnight_is_part_of_both_days() {
    // From 22:00 two days ago until 02:00 of yesterday.
    let snapshot = Snapshot::of(&[over(1, "sev1", 38, 34)], &plan(), now());
    assert_eq!(away(&snapshot, 2), (Impact::Critical, 120));
    assert_eq!(away(&snapshot, 1), (Impact::Critical, 120));
    assert_eq!(away(&snapshot, 0), (Impact::None, 0));
    assert_eq!(snapshot.worst(), Impact::None);
    assert_eq!(snapshot.components[1].uptime(), 100.0);
}

#[test]
fn where_outages_overlap_the_worse_counts_once() {
    // 02:00 to 10:00 partly, 04:00 to 06:00 wholly.
    let snapshot = Snapshot::of(&[over(1, "sev2", 10, 2), over(2, "sev1", 8, 6)], &plan(), now());
    assert_eq!(away(&snapshot, 0), (Impact::Critical, 120 + 6 * 60 * 3 / 10));
}

#[test]
fn what_goes_on_counts_until_now_and_what_came_back_twice() {
    let back = [(10, Status::Investigating, ""), (8, Status::Resolved, ""), (4, Status::Investigating, "It is back")];
    let snapshot = Snapshot::of(&[incident(1, "sev1", Some("checkout"), &back)], &plan(), now());
    assert_eq!(away(&snapshot, 0), (Impact::Critical, 6 * 60));
    assert_eq!((snapshot.worst(), snapshot.in_words()), (Impact::Critical, "Major System Outage"));
    assert_eq!(snapshot.incidents[0].resolved, None);
    assert_eq!(snapshot.components[0].impact, Impact::Critical);
    assert_eq!(snapshot.components[1].impact, Impact::None);
}

#[test]
fn closing_what_is_over_changes_nothing() {
    let closed = [(10, Status::Investigating, ""), (8, Status::Resolved, "")];
    let mut incident = incident(1, "sev1", None, &closed);
    incident.status = Status::Closed;
    let snapshot = Snapshot::of(&[incident], &plan(), now());
    assert_eq!(snapshot.incidents[0].resolved, Some(hours(8)));
    assert_eq!(snapshot.incidents[0].components, Vec::<usize>::new());
}

#[test]
fn nothing_that_is_not_public_is_in_any_file() {
    let shown = incident(1, "sev1", Some("checkout"), &[(3, Status::Investigating, "Some payments fail")]);
    let mut private = incident(2, "sev1", Some("checkout"), &[(3, Status::Investigating, "SECRET")]);
    private.private = true;
    let mut silent = incident(3, "sev1", Some("checkout"), &[(3, Status::Investigating, "SECRET")]);
    silent.public = None;
    let snapshot = Snapshot::of(&[shown, private, silent], &plan(), now());
    assert_eq!(snapshot.incidents.len(), 1);
    let files = files(&snapshot, &settings());
    assert_eq!(files.len(), 12);
    for (path, (kind, text)) in &files {
        let lower = text.to_lowercase();
        for word in ["internal", "secret", "redis", "inc-1", "commander", "local:"] {
            assert!(!lower.contains(word), "{word} is in {path}");
        }
        // What people wrote is never markup.
        if *kind != Kind::Json {
            assert!(!text.contains("<fail>"), "{path}");
        }
    }
    assert!(files["/status"].1.contains("Payments &lt;fail&gt; 1"));
    assert!(files["/status"].1.contains("Some payments fail"));
}

#[test]
fn programs_read_what_statuspage_tells() {
    let incidents = [
        incident(1, "sev2", Some("checkout"), &[(3, Status::Investigating, ""), (2, Status::Monitoring, "Mended")]),
        over(2, "sev3", 60, 50),
    ];
    let files = files(&Snapshot::of(&incidents, &plan(), now()), &settings());
    let json = |name: &str| serde_json::from_str::<Value>(&files[&format!("/api/v2/{name}.json")].1).unwrap();
    let summary = json("summary");
    assert_eq!(summary["status"], serde_json::json!({ "indicator": "major", "description": "Partial System Outage" }));
    assert_eq!(summary["components"][0]["status"], "partial_outage");
    assert_eq!(summary["components"][1]["status"], "operational");
    let current = &summary["incidents"][0];
    assert_eq!((&current["status"], &current["impact"]), (&"monitoring".into(), &"major".into()));
    assert_eq!(current["incident_updates"][0]["body"], "Mended");
    assert_eq!(current["incident_updates"][1]["body"], "We are looking into a problem.");
    assert_eq!(current["started_at"], "2026-11-10T09:00:00.000Z");
    assert_eq!(json("incidents")["incidents"].as_array().unwrap().len(), 2);
    assert_eq!(json("incidents/unresolved")["incidents"].as_array().unwrap().len(), 1);
    assert_eq!(json("incidents")["incidents"][1]["resolved_at"], "2026-11-08T10:00:00.000Z");
    assert_eq!(current["id"].as_str().unwrap().len(), 12);
}
