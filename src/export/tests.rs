use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::incident::{Actor, Entry, EntryKind, IncidentRoom, Marked, Source};
use crate::plan::{Mark, MessageId, Person, PersonId, Platform, Room, RoomId};

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::minutes(minute)
}

fn ann() -> Person {
    Person { id: PersonId::new(Platform::Local, "ann"), name: "Ann".into() }
}

fn message(id: &str, minute: i64, text: &str, deleted: bool) -> MessageRecord {
    let id = MessageId { room: RoomId::new(Platform::Local, "inc-42"), id: id.into() };
    MessageRecord {
        id,
        thread: None,
        author: ann(),
        at: at(minute),
        text: text.into(),
        link: None,
        edited: false,
        deleted,
    }
}

fn record() -> Record {
    let mut incident = Incident::unborn(42);
    incident.title = "Checkout <down>".into();
    incident.severity = "sev1".into();
    let room = Room { id: RoomId::new(Platform::Local, "inc-42"), name: "inc-42-checkout".into() };
    incident.rooms = vec![IncidentRoom { room, card: None, lost: None }];
    incident.timeline = vec![Entry {
        incident: 42,
        seq: 3,
        at: at(2),
        author: Actor::Person(ann()),
        kind: EntryKind::Finding,
        text: "left over".into(),
        source: Source::Message {
            message: message("m2", 2, "", true).id,
            link: None,
            marks: vec![Marked { by: ann(), mark: Mark::Finding, pin: false, by_hand: false }],
            first_text: Some("a secret".into()),
            deleted: true,
        },
    }];
    let messages = vec![message("m1", 1, "it is <b>slow</b>", false), message("m2", 2, "a secret", true)];
    Record { incident, events: Vec::new(), messages }
}

fn written(format: Format, transcript: bool) -> String {
    let (plan, template) = (Plan::default(), Template::built_in().unwrap());
    Export { plan: &plan, template: &template, now: at(5), transcript }.write(&record(), format).unwrap()
}

#[test]
fn json_has_the_promised_names() {
    let json: serde_json::Value = serde_json::from_str(&written(Format::Json, true)).unwrap();
    assert_eq!(json["incident"]["key"], "INC-42");
    assert_eq!(json["timeline"][0]["author"], "Ann");
    assert_eq!(json["timeline"][0]["kind"], "finding");
    assert_eq!(json["timeline"][0]["source"], "message");
    assert_eq!(json["transcript"][0]["text"], "it is <b>slow</b>");
    assert_eq!(json["transcript"][0]["room"], "local:inc-42");
    assert_eq!(json["postmortem"]["key"], "INC-42");
    let without: serde_json::Value = serde_json::from_str(&written(Format::Json, false)).unwrap();
    assert!(without.get("transcript").is_none());
}

#[test]
fn nothing_of_a_deleted_message_is_in_any_form() {
    for format in [Format::Markdown, Format::Html, Format::Json] {
        let text = written(format, true);
        assert!(!text.contains("a secret") && !text.contains("left over"), "{text}");
    }
}

#[test]
fn html_is_a_whole_page_of_text() {
    let html = written(Format::Html, true);
    assert!(html.starts_with("<!doctype html>"));
    assert!(html.contains("<title>INC-42: Checkout &lt;down></title>"), "{html}");
    assert!(html.contains("it is &lt;b&gt;slow&lt;/b&gt;"), "{html}");
}
