//! What holds for any text and any course of events.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use firebell::grammar::{Context, WORDS, names_in, parse};
use firebell::incident::{
    ActionAim, Actor, Alarm, AlertState, Answerer, Asked, Command, Event, Gap, Incident, Loss, MergeTarget, Milestone,
    NotedAlert, Paging, Recorded, Reminder, SaidMessage, Status, consequences, decide, evolve,
};
use firebell::plan::{
    Address, Mark, MessageId, NextStep, PageTarget, Person, PersonId, Plan, Platform, Reached, Room, RoomId, Way,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::world;

// --- Any text ---------------------------------------------------------------------------------------------------------

/// Some of it is public by itself.
fn plan() -> Plan {
    let mut plan = world::plan();
    plan.public.publish = vec!["sev1".into()];
    plan
}

fn noon() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().expect("a time")
}

fn person(name: &str) -> Person {
    Person { id: PersonId::new(Platform::Local, name.to_lowercase()), name: name.into() }
}

fn read(text: &str) {
    let names = names_in(text);
    let plan = plan();
    let speaker = person("Ann");
    // Known by the name that was typed, unknown, and several of one name.
    let mut people: Vec<(String, Vec<Person>)> = vec![("Žofie İ".into(), vec![person("Žofie İ")])];
    people.extend(names.into_iter().enumerate().map(|(n, name)| {
        let found = (0..n % 3).map(|i| person(&format!("{name}{i}"))).collect();
        (name, found)
    }));
    for zone in [chrono_tz::UTC, chrono_tz::Europe::Vienna, chrono_tz::Pacific::Apia] {
        let context = Context { speaker: &speaker, now: noon(), zone, plan: &plan, people: &people };
        let _ = parse(text, &context);
    }
}

/// What texts are made of: words of the grammar, things that nearly mean something, and anything.
fn piece() -> BoxedStrategy<String> {
    let words: Vec<&str> =
        WORDS.iter().flat_map(|w| std::iter::once(w.name).chain(w.aliases.iter().copied())).collect();
    let near = [
        "sev1",
        "SEV9",
        "sev-1",
        "@bob",
        "@",
        "@@",
        "@@me",
        "@me",
        "me",
        "@Žofie İ",
        "@žofie i\u{307}",
        "comms",
        "Incident commander",
        "due",
        "due friday",
        "in 99999999999 days",
        "done",
        "done 99999999999",
        "--private",
        "--service",
        "--service=",
        "—detect",
        "--",
        "\"",
        "“unclosed",
        "«a»",
        "”“",
        "\"\"",
        "INC-1",
        "inc-",
        "#0",
        "14:05",
        "24:00",
        "00:00:60",
        "10m ago",
        "99999999999d ago",
        "yesterday 23:50",
        "+262142-12-31 23:59",
        "-262143-01-01 00:00",
        "2026-03-29 02:30",
        "2026-02-30T10:00Z",
        "2011-12-30 10:00",
        "0000-00-00",
        "d",
        "monday",
        "next",
        "for",
        "\u{202e}",
        "\u{200f}",
        "\u{0}",
        "\u{feff}",
        "\u{2028}",
        "ẞ",
        "İ",
        "ﬃ",
        "👩‍💻",
        "<https://a|b>",
        "\t",
        "\n",
        "\r\n",
        "\u{a0}",
    ];
    let near: Vec<String> = near.iter().map(|n| n.to_string()).collect();
    prop_oneof![
        4 => select(words).prop_map(str::to_string),
        4 => select(near),
        2 => any::<String>(),
        1 => "\\PC{0,12}",
        1 => "[0-9]{1,22}[smhdw]?( ago)?",
    ]
    .boxed()
}

fn text() -> impl Strategy<Value = String> {
    let glue = select(vec![" ", " ", " ", "", "  ", "\u{3000}", "@", "\n"]);
    vec((piece(), glue), 0..12).prop_map(|pieces| pieces.into_iter().map(|(p, glue)| p + glue).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn no_text_breaks_the_grammar(text in text()) {
        read(&text);
    }

    #[test]
    fn nothing_at_all_breaks_the_grammar(text in any::<String>()) {
        read(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn long_lines_do_not_break_the_grammar(word in select(WORDS.to_vec()), piece in piece()) {
        let times = 64 * 1024 / piece.len().max(1);
        read(&format!("{} {}", word.name, piece.repeat(times)));
        read(&format!("{} {}", word.name, format!("{piece} ").repeat(times)));
    }
}

// --- Any course of events ---------------------------------------------------------------------------------------------

/// Somebody asks, so many seconds after the one before.
#[derive(Clone, Debug)]
struct Step {
    /// `None`: Firebell itself.
    by: Option<Person>,
    after: i64,
    command: Command,
}

fn someone() -> impl Strategy<Value = Person> {
    select(vec!["Ann", "Bob", "Cid"]).prop_map(person)
}

/// Around noon, to the second, before and after.
fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    (-7_200..7_200_i64).prop_map(|s| noon() + TimeDelta::seconds(s))
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-c]{1,3}", 1 => Just(String::new()), 1 => "\\PC{0,5}", 1 => Just("x".repeat(5_000))]
}

fn room(n: u8) -> RoomId {
    RoomId::new(Platform::Local, format!("room-{n}"))
}

fn message() -> impl Strategy<Value = MessageId> {
    (0..2_u8, 0..2_u8).prop_map(|(r, m)| MessageId { room: room(r), id: m.to_string() })
}

fn said() -> impl Strategy<Value = SaidMessage> {
    (message(), someone(), moment(), words()).prop_map(|(id, author, at, text)| SaidMessage {
        id,
        author,
        at,
        text,
        link: None,
    })
}

fn mark() -> impl Strategy<Value = Mark> {
    select(vec![Mark::Note, Mark::Finding, Mark::Action])
}

fn key(keys: &[&str]) -> impl Strategy<Value = String> + use<> {
    select(keys.iter().map(|k| k.to_string()).collect::<Vec<_>>())
}

fn roles() -> impl Strategy<Value = String> {
    key(&["commander", "commander", "communications", "scribe", "gone"])
}

fn alarm() -> impl Strategy<Value = Alarm> {
    let reminder = select(vec![Reminder::Soon, Reminder::Overdue, Reminder::Escalated]);
    prop_oneof![
        Just(Alarm::Commander),
        (0..3_u32).prop_map(|page| Alarm::Page { page }),
        (reminder, moment()).prop_map(|(reminder, due)| Alarm::Update { reminder, due }),
    ]
}

fn paging() -> impl Strategy<Value = Paging> {
    let reached = |name: String| Reached {
        contact: Some(name.clone()),
        accounts: vec![PersonId::new(Platform::Local, name.clone())],
        addresses: vec![Address::new(Way::Pagerduty, "x")],
        why: None,
        name,
    };
    let to = vec(key(&["ann", "bob"]).prop_map(reached), 1..3);
    let next = (0..2_usize, to, 1..3_i64).prop_map(|(step, to, minutes)| NextStep {
        step,
        of: 2,
        to,
        wait: TimeDelta::minutes(minutes),
    });
    (key(&["checkout", "search"]), option::of(next)).prop_map(|(service, next)| Paging {
        label: service.clone(),
        target: PageTarget::Service(service),
        next,
    })
}

fn declaring() -> impl Strategy<Value = Command> {
    let (severity, service) = (option::of(key(&["sev1", "sev4", "gone"])), option::of(key(&["checkout", "gone"])));
    (words(), severity, service, any::<bool>()).prop_map(|(title, severity, service, private)| Command::Declare {
        title,
        severity,
        service,
        private,
        origin: None,
        same: None,
        anyway: false,
    })
}

fn of_people() -> BoxedStrategy<Command> {
    let note = || option::of(words());
    let status = select(Status::ALL.to_vec());
    let milestone = select(vec![Milestone::Started, Milestone::Detected]);
    let aim = option::of(select(vec![ActionAim::Prevent, ActionAim::Mitigate, ActionAim::Detect]));
    let target = option::of((select(Status::ALL.to_vec()), any::<bool>()))
        .prop_map(|t| t.map(|(status, private)| MergeTarget { status, private }));
    prop_oneof![
        (roles(), someone()).prop_map(|(role, to)| Command::Assign { role, to }),
        roles().prop_map(|role| Command::Claim { role }),
        (someone(), note()).prop_map(|(to, note)| Command::HandOver { to, note }),
        (key(&["sev1", "sev2", "sev4", "gone"]), note())
            .prop_map(|(severity, reason)| Command::SetSeverity { severity, reason }),
        (status, note()).prop_map(|(status, note)| Command::SetStatus { status, note }),
        note().prop_map(|note| Command::Close { note }),
        words().prop_map(|reason| Command::Reopen { reason }),
        words().prop_map(|reason| Command::Cancel { reason }),
        (milestone, moment()).prop_map(|(milestone, when)| Command::SetMilestone { milestone, when }),
        (words(), any::<bool>(), note()).prop_map(|(text, public, title)| Command::Update { text, public, title }),
        moment().prop_map(|until| Command::Snooze { until }),
        (option::of(moment()), words()).prop_map(|(when, text)| Command::Log { when, text }),
        (words(), option::of(someone())).prop_map(|(text, owner)| Command::AddTask { text, owner }),
        (0..4_u32).prop_map(|number| Command::FinishTask { number }),
        (words(), option::of(someone()), option::of(Just(NaiveDate::MAX)), aim)
            .prop_map(|(text, owner, due, aim)| Command::AddAction { text, owner, due, aim }),
        (0..4_u32).prop_map(|number| Command::FinishAction { number }),
        (key(&["https://a.example", "b", ""]), note()).prop_map(|(url, label)| Command::AddLink { url, label }),
        words().prop_map(|title| Command::Rename { title }),
        (paging(), note()).prop_map(|(paging, text)| Command::Page { paging, text }),
        Just(Command::Acknowledge),
        (1..3_i64, target).prop_map(|(into, target)| Command::Merge { into, target }),
        (mark(), said(), any::<bool>(), any::<bool>()).prop_map(|(mark, message, pin, by_hand)| Command::Mark {
            mark,
            message,
            pin,
            by_hand
        }),
        (mark(), message(), any::<bool>()).prop_map(|(mark, message, pin)| Command::Unmark { mark, message, pin }),
    ]
    .boxed()
}

fn of_firebell() -> BoxedStrategy<Command> {
    prop_oneof![
        (0..2_u8).prop_map(|n| Command::NoteRoom { room: Room { id: room(n), name: n.to_string() } }),
        message().prop_map(|message| Command::NoteCard { message }),
        message().prop_map(|message| Command::NoteAnnouncement { message }),
        (message(), words()).prop_map(|(message, text)| Command::Revise { message, text }),
        message().prop_map(|message| Command::Erase { message }),
        alarm().prop_map(Command::Ring),
        (0..2_u8, words()).prop_map(|(n, name)| Command::NoteRename { room: Room { id: room(n), name } }),
        (0..2_u8, select(vec![Loss::Archived, Loss::Removed, Loss::Deleted]))
            .prop_map(|(n, why)| Command::NoteLoss { room: room(n), why }),
        (0..2_u8).prop_map(|n| Command::NoteFound { room: room(n) }),
        (0..2_u8, moment(), moment(), 0..3_u32, any::<bool>()).prop_map(|(n, from, until, found, whole)| {
            Command::NoteGap { gap: Gap { room: room(n), from, until, lost: None }, found, whole }
        }),
        (declared(), vec(any_step(), 0..6)).prop_map(|(first, rest)| {
            let steps: Vec<Step> = std::iter::once(first).chain(rest).collect();
            Command::Absorb { other: Box::new(course(3, &steps).0) }
        }),
    ]
    .boxed()
}

/// A message that could not be read, and can be then.
fn of_keys() -> BoxedStrategy<Command> {
    prop_oneof![
        (message(), someone()).prop_map(|(message, author)| Command::NoteUnread { message, author }),
        message().prop_map(|message| Command::NoteRead { message }),
    ]
    .boxed()
}

/// What follows from alerts, and from pages that nobody answers.
fn of_alarms() -> BoxedStrategy<Command> {
    prop_oneof![
        (key(&["a", "b"]), moment(), select(vec![AlertState::Firing, AlertState::Over, AlertState::Flapping]))
            .prop_map(|(fingerprint, at, state)| Command::NoteAlert {
                alert: NotedAlert { source: "s".into(), title: fingerprint.clone(), fingerprint, link: None, at },
                state
            }),
        vec(paging(), 0..3).prop_map(|pages| Command::PageByPlan { pages }),
        (0..3_u32, paging()).prop_map(|(page, paging)| Command::Escalate { page, next: paging.next }),
        (0..3_u32)
            .prop_map(|page| Command::AcknowledgeByLink { page, who: Answerer { name: "Ann".into(), account: None } }),
    ]
    .boxed()
}

/// Without absorbing, so that there is an end to it.
fn any_step() -> BoxedStrategy<Step> {
    let undo = Just(Command::Undo).boxed();
    let by_person = (someone(), 0..90_i64, prop_oneof![6 => of_people(), 1 => undo]);
    by_person.prop_map(|(by, after, command)| Step { by: Some(by), after, command }).boxed()
}

fn step() -> BoxedStrategy<Step> {
    let by_firebell = prop_oneof![4 => of_firebell(), 1 => of_keys(), 2 => of_alarms()];
    let by_firebell = (0..90_i64, by_firebell).prop_map(|(after, command)| Step { by: None, after, command });
    prop_oneof![3 => any_step(), 1 => by_firebell.boxed()].boxed()
}

fn declared() -> impl Strategy<Value = Step> {
    (someone(), declaring()).prop_map(|(by, command)| Step { by: Some(by), after: 0, command })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    (option::weighted(0.98, declared()), vec(step(), 0..30))
        .prop_map(|(first, rest)| first.into_iter().chain(rest).collect())
}

fn asked(by: Option<&Person>, at: DateTime<Utc>) -> Asked {
    match by {
        Some(person) => Asked { by: Actor::Person(person.clone()), ..Asked::by_firebell(at) },
        None => Asked::by_firebell(at),
    }
}

/// What the command does, and the state after each of its events.
fn enact(incident: &Incident, command: Command, asked: &Asked, plan: &Plan) -> Vec<(Recorded, Incident)> {
    let Ok(events) = decide(incident, command, asked, plan) else { return Vec::new() };
    let mut state = incident.clone();
    let mut facts = Vec::new();
    for event in events {
        let (by, place) = (asked.by.clone(), asked.place.clone());
        let fact = Recorded { incident: incident.number, seq: state.seq + 1, at: asked.at, by, place, event };
        state = evolve(state, &fact);
        facts.push((fact, state.clone()));
    }
    facts
}

/// An alarm after noon is one for the update that is due, whenever that is.
fn meant(command: &Command, state: &Incident) -> Command {
    match (command, state.update_due) {
        (Command::Ring(Alarm::Update { reminder, due }), Some(update_due)) if *due > noon() => {
            Command::Ring(Alarm::Update { reminder: *reminder, due: update_due })
        }
        (command, _) => command.clone(),
    }
}

/// The state that these steps lead to, its log, and when that was.
fn course(number: i64, steps: &[Step]) -> (Incident, Vec<Recorded>, DateTime<Utc>) {
    let plan = plan();
    let (mut state, mut log, mut at) = (Incident::unborn(number), Vec::new(), noon());
    for step in steps {
        // Who asks for something before it is declared is not heard: the desk has no such incident.
        if state.seq == 0 && !matches!(step.command, Command::Declare { .. }) {
            continue;
        }
        at += TimeDelta::seconds(step.after);
        for (fact, after) in enact(&state, meant(&step.command, &state), &asked(step.by.as_ref(), at), &plan) {
            consequences(&fact, &after, &plan);
            log.push(fact);
            state = after;
        }
    }
    (state, log, at)
}

fn is_sorted(incident: &Incident) -> bool {
    incident.timeline.is_sorted_by_key(|e| e.order())
}

/// What people can see of an incident and take back.
fn visible(incident: &Incident) -> impl PartialEq + std::fmt::Debug + use<> {
    (
        (incident.title.clone(), incident.severity.clone(), incident.status, incident.milestones.clone()),
        (incident.roles.clone(), incident.tasks.clone(), incident.actions.clone(), incident.links.clone()),
        (incident.updates.clone(), incident.update_due),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn any_course_replays_to_the_same_state(steps in steps()) {
        let (state, log, _) = course(1, &steps);
        prop_assert_eq!(&Incident::replay(1, &log), &state);
        for n in 0..=log.len() {
            let before = Incident::replay(1, &log[..n]);
            prop_assert!(is_sorted(&before), "{:#?}", before.timeline);
        }
        for fact in &log {
            let json = serde_json::to_string(fact).expect("JSON");
            prop_assert_eq!(&serde_json::from_str::<Recorded>(&json).expect("the same"), fact);
        }
    }

    #[test]
    fn undone_at_once_it_is_as_before(steps in steps(), by in someone(), command in of_people()) {
        let plan = plan();
        let (state, _, at) = course(1, &steps);
        let asked = asked(Some(&by), at);
        let facts = enact(&state, command, &asked, &plan);
        // Of several events the last is taken back.
        let before = facts.iter().rev().nth(1).map_or(&state, |(_, state)| state);
        if let Some((fact, after)) = facts.last() {
            let undone = enact(after, Command::Undo, &asked, &plan);
            // What can't be taken back leaves what can be: an earlier change of the same person.
            let of_this = |f: &Recorded| matches!(f.event, Event::TakenBack { seq, .. } if seq == fact.seq);
            if let [(taken_back, end)] = undone.as_slice() && of_this(taken_back) {
                prop_assert_eq!(visible(end), visible(before), "{:?}", fact);
                prop_assert!(is_sorted(end));
            }
        }
    }
}

/// Ann takes command, Bob gets the outage over with, Ann takes her taking back: Bob's part stays.
#[test]
fn taking_back_leaves_what_others_did() {
    let at = noon();
    let step = |by: &str, command| Step { by: Some(person(by)), after: 0, command };
    let declare = Command::Declare {
        title: "Checkout is down".into(),
        severity: None,
        service: None,
        private: false,
        origin: None,
        same: None,
        anyway: false,
    };
    let status = |status| Command::SetStatus { status, note: None };
    let (state, _, _) = course(
        1,
        &[
            step("Ann", declare),
            step("Ann", Command::Claim { role: "commander".into() }),
            step("Bob", status(Status::Monitoring)),
            step("Bob", Command::SetMilestone { milestone: Milestone::Started, when: at }),
            step("Ann", Command::Undo),
        ],
    );
    assert_eq!(state.commander(), None);
    let milestones = &state.milestones;
    assert_eq!((milestones.acknowledged, milestones.mitigated, milestones.started), (None, Some(at), Some(at)));
}

/// The properties say something only if most of what they try does happen.
#[test]
fn the_courses_have_something_in_them() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut kinds = std::collections::BTreeSet::new();
    for _ in 0..12_000 {
        let steps = steps().new_tree(&mut runner).expect("steps").current();
        let (_, log, _) = course(1, &steps);
        let kind = |fact: &Recorded| serde_json::to_value(&fact.event).expect("JSON")["type"].to_string();
        kinds.extend(log.iter().map(kind));
    }
    assert_eq!(kinds.len(), crate::golden::KINDS.len(), "only {kinds:?}");
}
