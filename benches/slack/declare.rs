//! From the command to a room that can be used, and to one that has everything: how many calls stand in a row, each
//! begun after the one before was answered, and how long that takes.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use firebell::plan::Alert;
use firebell::ports::{Clock, Heard, Inbound};

use super::town::Town;
use crate::support::slack::Call;
use crate::support::{Ground, Line, Place, Span, SystemClock, Target, Unit, median, places, steps};

const WARM_UP: usize = 3;
const TIMES: usize = 9;
/// What a call takes, in milliseconds.
const LATENCIES: [u64; 3] = [0, 50, 150];
/// The room is there, the card is pinned in it, people are invited.
const USABLE: [&str; 3] = ["conversations.create", "conversations.invite", "pins.add"];

pub async fn measure(ground: Ground) -> Vec<Line> {
    let town = Town::open(&Place::new(ground).await).await;
    let mut number = 0;
    let mut declared = async |who: &str, times: usize| {
        let mut all = Vec::new();
        for _ in 0..times {
            number += 1;
            all.push(declare(&town, &who.replace('#', &number.to_string()), number).await);
        }
        all
    };
    declared("Ann", WARM_UP).await;
    let mut found = Vec::new();
    for latency in LATENCIES {
        town.workspace.latency(Duration::from_millis(latency));
        found.push(declared("Ann", TIMES).await);
    }
    // Nobody has heard them yet; Firebell has read who is there, as it does when it starts.
    town.workspace.latency(Duration::from_millis(50));
    let mut alerted = Vec::new();
    for n in 0..WARM_UP + TIMES {
        alerted.push(declare_by_alert(&town, n).await);
    }
    // Who is paged has a conversation with the bot by then, as they have after the first time.
    let alerted = alerted.split_off(WARM_UP);
    let before = WARM_UP + LATENCIES.len() * TIMES;
    (1..=TIMES).for_each(|n| drop(town.workspace.person(&format!("Newcomer {}", before + n))));
    town.slack.meet_people().await;
    let unknown = declared("Newcomer #", TIMES).await;
    town.workspace.latency(Duration::ZERO);
    town.close().await;
    println!("  {}, by an alert: {}", ground.name(), alerted[0].steps.join(" → "));

    let [quick, usual, slow] = &found[..] else { unreachable!("one for each latency") };
    println!("  {}, side by side between the arrows: {}", ground.name(), slow[0].steps.join(" → "));
    vec![
        in_a_row("declared to usable: calls in a row, 50 ms each", 3.0, usual, usable),
        in_a_row("declared to usable: calls in a row, 150 ms each", 3.0, slow, usable),
        in_a_row("declared to complete: calls in a row, 50 ms each", 5.0, usual, complete),
        in_a_row("declared to complete: calls in a row, 150 ms each", 5.0, slow, complete),
        after("declared to usable: median, 0 ms a call", quick, usable),
        after("declared to usable: median, 50 ms a call", usual, usable),
        after("declared to usable: median, 150 ms a call", slow, usable),
        after("declared to complete: median, 0 ms a call", quick, complete),
        after("declared to complete: median, 50 ms a call", usual, complete),
        after("declared to complete: median, 150 ms a call", slow, complete),
        in_a_row("by an alert, to usable: calls in a row, 50 ms each", 3.0, &alerted, usable),
        in_a_row("by an alert, to complete, and paged: calls in a row", 5.0, &alerted, complete),
        after("by an alert, to usable: median, 50 ms a call", &alerted, usable),
        after("by an alert, to complete, and paged: median, 50 ms a call", &alerted, complete),
        in_a_row("by somebody never heard before, to usable: calls in a row", 3.0, &unknown, usable),
    ]
}

/// Which part of a declaration.
type Part = fn(&Declared) -> &Reached;

fn usable(declared: &Declared) -> &Reached {
    &declared.usable
}

fn complete(declared: &Declared) -> &Reached {
    &declared.complete
}

fn in_a_row(what: &'static str, target: f64, all: &[Declared], part: Part) -> Line {
    let longest = all.iter().map(|declared| part(declared).in_a_row).max().expect("a declaration");
    Line::new(what, Unit::Count, Target::AtMost(target), longest as f64)
}

fn after(what: &'static str, all: &[Declared], part: Part) -> Line {
    Line::time(what, Target::None, median(all.iter().map(|declared| part(declared).after.as_secs_f64()).collect()))
}

struct Declared {
    usable: Reached,
    complete: Reached,
    /// The methods of all calls; those of a step have a row of the same length before them.
    steps: Vec<String>,
}

struct Reached {
    /// Calls, each begun after the one before was answered.
    in_a_row: usize,
    /// From the command's delivery to the last answer.
    after: Duration,
}

async fn declare(town: &Town, who: &str, number: usize) -> Declared {
    // That they came is not told, so that somebody new is new.
    town.workspace.joins(who, "general");
    town.workspace.take_pending();
    town.workspace.forget_calls();
    let began = Instant::now();
    town.workspace.types(
        who,
        "general",
        &format!("/incident declare sev2 --anyway Checkout is down in region {number}"),
    );
    reached(town, began).await
}

/// The same incident, and nobody types.
async fn declare_by_alert(town: &Town, number: usize) -> Declared {
    let at = SystemClock.now();
    let alert = Alert {
        source: "prometheus".into(),
        fingerprint: format!("down-{number}"),
        firing: true,
        title: format!("Search is down in zone {number}"),
        text: None,
        labels: BTreeMap::from([("region".to_string(), number.to_string())]),
        at,
        link: None,
    };
    town.workspace.take_pending();
    town.workspace.forget_calls();
    let began = Instant::now();
    town.desk.receive(Inbound { at, heard: Heard::Alert(alert) }).await.expect("it is durable");
    reached(town, began).await
}

/// What was asked of Slack for it.
async fn reached(town: &Town, began: Instant) -> Declared {
    town.settle().await;
    let calls = town.workspace.calls();
    for method in USABLE {
        let is_done = calls.iter().any(|call| call.method == method && call.outcome == "ok");
        assert!(is_done, "{method} is missing: {calls:?}");
    }
    let span =
        |call: &Call| Span { began: call.started.order, ended: call.ended.map(|ended| ended.order), as_one: false };
    let places = places(&calls.iter().map(span).collect::<Vec<_>>());
    let names: Vec<&str> = calls.iter().map(|call| call.method.as_str()).collect();
    let reached = |counts: &dyn Fn(&Call) -> bool| {
        let those = || calls.iter().zip(&places).filter(|(call, _)| counts(call));
        let ended = those().filter_map(|(call, _)| call.ended).map(|ended| ended.at).max().expect("an answer");
        Reached { in_a_row: those().map(|(_, place)| *place).max().expect("a call"), after: ended - began }
    };
    Declared {
        usable: reached(&|call| USABLE.contains(&call.method.as_str())),
        complete: reached(&|_| true),
        steps: steps(&names, &places),
    }
}
