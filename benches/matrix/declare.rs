//! From the command to a room that can be used: the card is there, can be read, and is pinned. How many requests stand in
//! a row once the room exists, each begun after the one before was answered.

use super::requests::Request;
use super::town::{PIN, SEND, Town};
use crate::support::matrix::homeserver::Homeserver;
use crate::support::matrix::resident::Resident;
use crate::support::{Ground, Line, Place, Span, Target, Unit, median, places, steps};

const WARM_UP: usize = 3;
const TIMES: usize = 9;
/// What is done side by side with the card, and not waited for by it: what was said before Firebell knew the room is read
/// back, and the topic, with which the room was made, is made sure of.
const BESIDE: [&str; 2] = ["GET messages", "PUT m.room.topic"];

pub async fn measure(ground: Ground) -> Vec<Line> {
    let homeserver = Homeserver::new();
    let (ben, cleo) = (Resident::arrives(&homeserver, "Ben").await, Resident::arrives(&homeserver, "Cleo").await);
    let mut town = Town::open(&Place::new(ground).await, homeserver, &[&ben, &cleo]).await;
    let mut all = Vec::new();
    for n in 0..WARM_UP + TIMES {
        all.push(declare(&mut town, n).await);
    }
    let all = &all[WARM_UP..];
    let longest = all.iter().max_by_key(|declared| declared.steps.len()).expect("a declaration");
    println!("  {}, side by side between the arrows: {}", ground.name(), longest.steps.join(" → "));
    let middle =
        |what, part: fn(&Declared) -> f64| Line::time(what, Target::None, median(all.iter().map(part).collect()));
    let (what, steps) = ("from the room to a card that is pinned: requests in a row", longest.steps.len() - 1);
    vec![
        Line::new(what, Unit::Count, Target::AtMost(3.0), steps as f64),
        middle("… median", |declared| declared.pinned - declared.made),
        middle("from the command to a card that is pinned: median", |declared| declared.pinned),
        middle("… of it until the room exists", |declared| declared.made),
    ]
}

/// In seconds after the command came.
struct Declared {
    /// The room exists.
    made: f64,
    pinned: f64,
    /// The names of all requests up to then; those of a step have a row of the same length before them.
    steps: Vec<String>,
}

async fn declare(town: &mut Town, n: usize) -> Declared {
    town.requests.forget();
    town.declares(&format!("Checkout is down in region {n}")).await;
    let room = town.pinned(1).await.remove(0);
    let requests = town.requests.read().to_vec();
    town.settle().await;
    can_be_read(town, &room).await;

    let command = requests.iter().find(|r| r.is_of(&town.ann.user_id) && r.name.starts_with("PUT send/"));
    let began = command.expect("a command").began.at;
    let of_firebell = |name| requests.iter().find(|r| r.is_done_for(&town.bot) && r.name == name);
    let made = of_firebell("POST createRoom").and_then(Request::ended).expect("a room");
    let pinned = of_firebell(PIN).and_then(Request::ended).expect("a pin");
    let is_of_the_room = |r: &&Request| r.room.as_ref().is_none_or(|of| *of == room);
    let is_waited_for = |r: &&Request| !r.is_sync() && !BESIDE.contains(&r.name.as_str());
    let after: Vec<&Request> = requests
        .iter()
        .filter(|r| {
            r.is_of(&town.bot) && r.began.order > made.order && r.ended().is_some_and(|e| e.order <= pinned.order)
        })
        .filter(is_of_the_room)
        .filter(is_waited_for)
        .collect();
    assert!(after.iter().any(|r| r.name == SEND), "the card is missing: {after:?}");
    let span = |r: &&Request| Span {
        began: r.began.order,
        ended: r.ended().map(|ended| ended.order),
        as_one: r.is_encryptions(),
    };
    let names: Vec<&str> = after.iter().map(|r| r.name.as_str()).collect();
    let mut steps = steps(&names, &places(&after.iter().map(span).collect::<Vec<_>>()));
    steps.insert(0, "POST createRoom".into());
    Declared { made: made.at - began, pinned: pinned.at - began, steps }
}

/// Ann can read what is pinned.
async fn can_be_read(town: &Town, room: &str) {
    town.ann_comes_in().await;
    let room = town.room(room);
    let pinned = town.ann.pinned(&room).await;
    let events = town.ann.reads(&room).await;
    let card = events.iter().find(|event| pinned.iter().any(|id| event["event_id"] == id.as_str()));
    assert_eq!(card.expect("the card")["unreadable"], false);
}
