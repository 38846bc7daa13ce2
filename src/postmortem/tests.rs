use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::incident::{
    ActionItem, Actor, Entry, EntryKind, Event, Incident, Milestone, Recorded, Source, Status, Task, Update,
};
use crate::plan::{COMMANDER, Person, PersonId, Plan, Platform};

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::minutes(minute)
}

fn person(name: &str) -> Person {
    Person { id: PersonId::new(Platform::Local, name.to_lowercase()), name: name.into() }
}

fn record(seq: i64, minute: i64, by: &str, event: Event) -> Recorded {
    Recorded { incident: 42, seq, at: at(minute), by: Actor::Person(person(by)), place: None, event }
}

fn takes_command(to: &str) -> Event {
    Event::RoleChanged { role: COMMANDER.into(), from: None, to: Some(person(to)), note: None, handover: false }
}

fn moves(from: Status, to: Status) -> Event {
    Event::StatusChanged { from, to, note: None, update_due: None }
}

fn declared() -> Event {
    Event::Declared {
        title: "Checkout is down".into(),
        severity: "sev2".into(),
        service: None,
        private: false,
        origin: None,
        update_due: None,
    }
}

fn entry(minute: i64, kind: EntryKind, text: &str) -> Entry {
    let author = Actor::Person(person("Ann"));
    Entry { incident: 42, seq: minute, at: at(minute), author, kind, text: text.into(), source: Source::Log }
}

/// Declared at 0, commanded by Ann from 12 and by Bo from 50, mitigated at 48, resolved at 72.
fn story() -> (Incident, Vec<Recorded>) {
    let mut incident = Incident::unborn(42);
    incident.title = "Checkout is down".into();
    incident.severity = "sev2".into();
    incident.status = Status::Closed;
    incident.declared_by = Some(person("Ann"));
    for (milestone, minute) in [
        (Milestone::Declared, 0),
        (Milestone::Acknowledged, 12),
        (Milestone::Mitigated, 48),
        (Milestone::Resolved, 72),
        (Milestone::Closed, 80),
    ] {
        incident.milestones.put(milestone, Some(at(minute)));
    }
    let events = vec![
        record(1, 0, "Ann", declared()),
        record(2, 12, "Ann", takes_command("Ann")),
        record(3, 48, "Ann", moves(Status::Investigating, Status::Monitoring)),
        record(4, 50, "Ann", takes_command("Bo")),
        record(5, 72, "Bo", moves(Status::Monitoring, Status::Resolved)),
        record(6, 80, "Bo", moves(Status::Resolved, Status::Closed)),
    ];
    (incident, events)
}

fn drafted(incident: &Incident, events: &[Recorded]) -> Postmortem {
    draft(&Facts { incident, events, spoken: &[], plan: &Plan::default(), now: at(90) })
}

fn rendered(postmortem: &Postmortem) -> String {
    Template::built_in().unwrap().render(postmortem).unwrap()
}

#[test]
fn the_summary_says_what_happened_when_and_by_whom() {
    let (incident, events) = story();
    let postmortem = drafted(&incident, &events);
    assert_eq!(
        postmortem.summary,
        [
            "INC-42, “Checkout is down”, was declared as SEV2 at 08:00 UTC on 15 January 2027 by Ann.",
            "Ann took command after 12 min, then Bo at 08:50 UTC.",
            "It was mitigated at 08:48 UTC, 48 min after the declaration, by Ann.",
            "It was resolved at 09:12 UTC, 1 h 12 min after the declaration, by Bo.",
        ]
    );
}

#[test]
fn a_duration_is_known_or_says_which_milestone_is_missing() {
    let (incident, events) = story();
    let postmortem = drafted(&incident, &events);
    let said: Vec<_> = postmortem.durations.iter().map(|d| d.words.clone().or(d.missing.clone()).unwrap()).collect();
    assert_eq!(said, ["started and detected are missing", "12 min", "48 min", "1 h 12 min", "started is missing"]);
}

#[test]
fn gaps_name_the_vacancy_the_silence_and_the_orphaned_action_items() {
    let (mut incident, events) = story();
    incident.timeline = vec![entry(1, EntryKind::Note, "Looking"), entry(47, EntryKind::Note, "Better")];
    let item = |number| ActionItem {
        number,
        text: "Alert on it".into(),
        owner: None,
        due: None,
        aim: None,
        source: None,
        added: at(70),
        done: None,
    };
    incident.actions = vec![item(1), ActionItem { owner: Some(person("Bo")), ..item(2) }];
    let gaps = drafted(&incident, &events).gaps;
    for expected in [
        "Nobody was in command for 12 min, from 08:00 to 08:12 UTC.",
        "Nothing was written for 46 min, from 08:01 to 08:47 UTC.",
        "No status update was written.",
        "Action item 1 has no owner.",
        "Action items 1 and 2 have no due date.",
    ] {
        assert!(gaps.iter().any(|g| g == expected), "{expected} is not in {gaps:#?}");
    }
}

#[test]
fn what_people_wrote_comes_out_as_text() {
    let nasty = "# h\n<script>alert(1)</script> | a `b` [x](javascript:y) *c* ![p](http://z/p.png)\n- li &lt; \\";
    let (mut incident, events) = story();
    incident.title = nasty.into();
    incident.timeline = vec![entry(1, EntryKind::Finding, nasty)];
    incident.tasks = vec![Task { number: 1, text: nasty.into(), owner: Some(person(nasty)), done: Some(at(3)) }];
    incident.updates = vec![Update { seq: 3, at: at(5), by: person(nasty), text: nasty.into() }];
    incident.actions = vec![ActionItem {
        number: 1,
        text: nasty.into(),
        owner: Some(person("a|b")),
        due: None,
        aim: None,
        source: None,
        added: at(1),
        done: None,
    }];
    let html = to_html(&rendered(&drafted(&incident, &events)));
    for tag in ["<script", "<code", "<a ", "<img", "<em>c"] {
        assert!(!html.contains(tag), "{tag} in {html}");
    }
    assert_eq!(html.matches("<h1>").count(), 1, "{html}");
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; | a `b` [x](javascript:y) *c*"), "{html}");
    assert!(html.contains("a|b, <em>no due date</em>"), "{html}");
    assert!(html.contains("&amp;lt; \\"), "{html}");
}

#[test]
fn each_line_of_markdown_that_starts_a_block_is_disarmed() {
    let plain = |text: &str| to_html(&markdown(text)).replace("<p>", "").replace("</p>", "").trim().to_string();
    for text in ["# a", "- a", "+ a", "* a", "1. a", "2) a", "===", "---", "***", "~~~ x", "``` x", "    a", "|a|b|"] {
        assert_eq!(plain(text), text.trim(), "{}", markdown(text));
    }
    assert_eq!(plain("> a"), "&gt; a");
    assert_eq!(markdown("checkout_service took 5.2 s"), "checkout_service took 5.2 s");
    assert_eq!(markdown("a\r\n\r\nb"), "a<br>b");
}

#[test]
fn a_wrong_template_names_its_line() {
    let postmortem = drafted(&story().0, &story().1);
    let wrong = Template::parse("mine.md", "# {{ key }}\n\n{{ summry }}\n".into()).unwrap();
    let said = wrong.render(&postmortem).unwrap_err().to_string();
    assert_eq!(said, "mine.md, line 3: undefined value in `{{ summry }}`");
    let unclosed = Template::parse("mine.md", "a\n{% if key %}\n".into()).unwrap_err().to_string();
    assert!(unclosed.starts_with("mine.md, line "), "{unclosed}");
}

#[test]
fn everyone_who_spoke_is_named_with_how_much() {
    let (incident, events) = story();
    let people: Vec<Person> = (0..40).map(|n| person(&format!("P{n}"))).collect();
    let spoken: Vec<Spoken> =
        (0..10_000).map(|n| Spoken { author: &people[n % 40], at: at(0) + TimeDelta::seconds(n as i64) }).collect();
    let postmortem =
        draft(&Facts { incident: &incident, events: &events, spoken: &spoken, plan: &Plan::default(), now: at(200) });
    rendered(&postmortem);
    assert_eq!(postmortem.people.len(), 40);
    assert_eq!(postmortem.people[0].messages, 250);
}

#[test]
fn the_built_in_template_keeps_tables_and_lists_together() {
    let (mut incident, events) = story();
    incident.timeline = vec![entry(1, EntryKind::Finding, "p99 > 2 s"), entry(47, EntryKind::Note, "Better")];
    let markdown = rendered(&drafted(&incident, &events));
    for expected in [
        "# INC-42: Checkout is down\n\n**SEV2** · closed · drafted 2027-01-15 09:30 UTC\n\n## Summary\n\nINC-42, “",
        "| --- | --- |\n| Started | *missing: set by typing: started WHEN* |\n| Detected |",
        "### 15 January 2027\n\n- **08:01** Ann · finding: p99 > 2 s\n- **08:47** Ann · note: Better\n\n## Who was there\n",
        "## Action items\n\nNone yet.\n\n## What the record does not tell\n\n- When the impact began",
    ] {
        assert!(markdown.contains(expected), "{expected}\nis not in\n{markdown}");
    }
}
