//! The log as it was released: what was written once must load for ever, and lead to the same state.

use std::collections::BTreeMap;

use firebell::incident::{Event, Incident, Recorded, Restore};
use insta::assert_debug_snapshot;

/// Never change a line of it: add lines, or a file beside it.
const V1: &str = include_str!("../golden/v1.jsonl");

/// Every kind of event, as it is called in the log.
pub const KINDS: [&str; 36] = [
    "declared",
    "room_opened",
    "card_posted",
    "announced",
    "role_changed",
    "severity_changed",
    "status_changed",
    "milestone_set",
    "updated",
    "logged",
    "marked",
    "unmarked",
    "message_revised",
    "message_deleted",
    "task_added",
    "task_done",
    "action_added",
    "action_done",
    "link_added",
    "renamed",
    "merged",
    "absorbed",
    "taken_back",
    "commander_asked",
    "update_reminded",
    "snoozed",
    "room_renamed",
    "room_lost",
    "room_found",
    "gap_noted",
    "message_unread",
    "message_read",
    "paged",
    "page_acknowledged",
    "alert_noted",
    "published",
];

/// Every way of taking back.
const RESTORES: [&str; 13] = [
    "severity",
    "status",
    "milestone",
    "role",
    "title",
    "entry",
    "update",
    "task_removed",
    "task_open",
    "action_removed",
    "action_open",
    "link",
    "snooze",
];

/// A new kind of event does not compile until it is named here; then it needs a line in the log.
fn kind(event: &Event) -> &'static str {
    match event {
        Event::Declared { .. } => "declared",
        Event::RoomOpened { .. } => "room_opened",
        Event::CardPosted { .. } => "card_posted",
        Event::Announced { .. } => "announced",
        Event::RoleChanged { .. } => "role_changed",
        Event::SeverityChanged { .. } => "severity_changed",
        Event::StatusChanged { .. } => "status_changed",
        Event::MilestoneSet { .. } => "milestone_set",
        Event::Updated { .. } => "updated",
        Event::Logged { .. } => "logged",
        Event::Marked { .. } => "marked",
        Event::Unmarked { .. } => "unmarked",
        Event::MessageRevised { .. } => "message_revised",
        Event::MessageDeleted { .. } => "message_deleted",
        Event::TaskAdded { .. } => "task_added",
        Event::TaskDone { .. } => "task_done",
        Event::ActionAdded { .. } => "action_added",
        Event::ActionDone { .. } => "action_done",
        Event::LinkAdded { .. } => "link_added",
        Event::Renamed { .. } => "renamed",
        Event::Merged { .. } => "merged",
        Event::Absorbed { .. } => "absorbed",
        Event::TakenBack { .. } => "taken_back",
        Event::CommanderAsked => "commander_asked",
        Event::UpdateReminded { .. } => "update_reminded",
        Event::Snoozed { .. } => "snoozed",
        Event::RoomRenamed { .. } => "room_renamed",
        Event::RoomLost { .. } => "room_lost",
        Event::RoomFound { .. } => "room_found",
        Event::GapNoted { .. } => "gap_noted",
        Event::MessageUnread { .. } => "message_unread",
        Event::MessageRead { .. } => "message_read",
        Event::Paged { .. } => "paged",
        Event::PageAcknowledged { .. } => "page_acknowledged",
        Event::AlertNoted { .. } => "alert_noted",
        Event::Published { .. } => "published",
    }
}

/// The same for what is taken back.
fn restore(restore: &Restore) -> &'static str {
    match restore {
        Restore::Severity { .. } => "severity",
        Restore::Status { .. } => "status",
        Restore::Milestone { .. } => "milestone",
        Restore::Role { .. } => "role",
        Restore::Title { .. } => "title",
        Restore::Entry => "entry",
        Restore::Update { .. } => "update",
        Restore::TaskRemoved { .. } => "task_removed",
        Restore::TaskOpen { .. } => "task_open",
        Restore::ActionRemoved { .. } => "action_removed",
        Restore::ActionOpen { .. } => "action_open",
        Restore::Link { .. } => "link",
        Restore::Snooze { .. } => "snooze",
    }
}

fn log() -> Vec<Recorded> {
    let line = |(n, line): (usize, &str)| {
        serde_json::from_str(line).unwrap_or_else(|e| panic!("line {} does not load any more: {e}", n + 1))
    };
    V1.lines().enumerate().map(line).collect()
}

#[test]
fn every_kind_of_event_is_in_the_log() {
    let log = log();
    let missing = KINDS.iter().filter(|k| !log.iter().any(|fact| kind(&fact.event) == **k));
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&&str>::new());
    let taken_back = |fact: &Recorded| match &fact.event {
        Event::TakenBack { restore, .. } => Some(self::restore(restore)),
        _ => None,
    };
    let taken_back: Vec<&str> = log.iter().filter_map(taken_back).collect();
    let missing = RESTORES.iter().filter(|r| !taken_back.contains(r));
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[test]
fn kinds_are_called_what_they_are_called_in_the_log() {
    for (line, fact) in V1.lines().zip(log()) {
        let json: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(json["event"]["type"], kind(&fact.event), "{line}");
        assert!(KINDS.contains(&kind(&fact.event)), "KINDS lacks {}", kind(&fact.event));
        if let Event::TakenBack { restore, .. } = &fact.event {
            assert_eq!(json["event"]["restore"]["what"], self::restore(restore), "{line}");
            assert!(RESTORES.contains(&self::restore(restore)), "RESTORES lacks {}", self::restore(restore));
        }
    }
}

#[test]
fn the_released_log_leads_to_the_same_state() {
    let mut logs: BTreeMap<i64, Vec<Recorded>> = BTreeMap::new();
    for fact in log() {
        logs.entry(fact.incident).or_default().push(fact);
    }
    let states: Vec<Incident> = logs.iter().map(|(number, log)| Incident::replay(*number, log)).collect();
    assert_debug_snapshot!(states);
}
