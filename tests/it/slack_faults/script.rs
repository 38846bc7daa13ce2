//! What people do in Slack, from declaring to closing.

use chrono::{DateTime, TimeDelta, Utc};
use firebell::plan::Plan;
use serde_json::json;

use super::snapshot::snapshot;
use crate::slack::{Workspace, shown};
use crate::support::ground::TestClock;
use crate::support::scene::Scene;
use crate::support::world::{World, plan};

pub const PEOPLE: [&str; 3] = ["Ann", "Bob", "Cleo"];
pub const ROOM: &str = "inc-1-checkout-down";
const NOTE: &str = "Restarted eu-2";

/// Something that is done, and how that is called.
pub type Line = (&'static str, fn(&Workspace));

pub const SCRIPT: &[Line] = &[
    ("Ann declares", |ws| ws.types("Ann", "general", "/incident declare sev1 --service checkout Checkout is down")),
    ("Ann takes command by the button", |ws| {
        let card = ws.messages(ROOM).into_iter().find(|m| m.pinned).expect("a card");
        ws.presses("Ann", ROOM, &card.ts, "Take command");
    }),
    ("Ann writes an update", |ws| ws.types("Ann", ROOM, "/incident update Payments fail; we drain the queue")),
    ("Bob says something", |ws| drop(ws.says("Bob", ROOM, "The queue is full since 11:50"))),
    ("Ann puts an emoji on it", |ws| ws.reacts("Ann", ROOM, &ts(ws, "The queue"), "mag")),
    ("Bob edits it", |ws| ws.edits("Bob", ROOM, &ts(ws, "The queue"), "The queue of eu-1 is full since 11:50")),
    ("Cleo comes, and answers in the thread", |ws| {
        drop(ws.replies("Cleo", ROOM, &ts(ws, "The queue"), "@Bob, of eu-2, too", false));
    }),
    ("Bob logs something, and takes it back", |ws| {
        ws.types("Bob", ROOM, "/incident log Restarted eu-3");
        ws.types("Bob", ROOM, "/incident undo");
    }),
    ("Bob asks for a form", |ws| ws.types("Bob", ROOM, "/incident log")),
    ("Bob fills it in", |ws| match ws.modal("Bob") {
        Some(_) => ws.submits("Bob", &[("text", json!({ "type": "plain_text_input", "value": NOTE }))]),
        // It could not be opened, and he was told so in words.
        None => ws.types("Bob", ROOM, &format!("/incident log {NOTE}")),
    }),
    ("Half an hour goes by", |_| {}),
    ("Bob says something wrong, and deletes it", |ws| {
        let said = ws.says("Bob", ROOM, "It is the network");
        ws.deletes("Bob", ROOM, &said);
    }),
    ("Ann closes", |ws| ws.types("Ann", ROOM, "/incident close The queue is empty")),
    ("Ann opens the room, and the incident", |ws| {
        ws.unarchives("Ann", ROOM);
        ws.types("Ann", ROOM, "/incident reopen The errors are back");
    }),
    ("Ann closes it for good", |ws| ws.types("Ann", ROOM, "/incident close They are gone")),
];

fn ts(ws: &Workspace, begins: &str) -> String {
    let found = ws.messages(ROOM).into_iter().find(|m| !m.deleted && m.text.starts_with(begins));
    found.unwrap_or_else(|| panic!("nobody sees {begins:?} in:\n{}", shown::room(ws, "Ann", ROOM))).ts
}

/// Closing also archives.
pub fn script_plan() -> Plan {
    Plan { archive_at_close: true, ..plan() }
}

/// Those who are there, before anything is done.
pub fn people_come(ws: &Workspace) {
    for who in PEOPLE {
        for channel in ["general", "incidents"] {
            ws.joins(who, channel);
        }
    }
}

/// When this line begins.
fn begin(line: usize) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().expect("a time");
    let long = SCRIPT[..line + 1].iter().filter(|(what, _)| what.contains("Half an hour")).count();
    start + TimeDelta::minutes(4) * line as i32 + TimeDelta::minutes(26) * long as i32
}

/// People do it; Firebell has heard nothing yet.
pub fn act(ws: &Workspace, clock: &TestClock, line: usize) {
    clock.set(begin(line));
    SCRIPT[line].1(ws);
}

/// Time goes by until what was put off is due, and done; what a dead one held on PostgreSQL, too.
pub async fn time_goes_by(world: &World, line: usize) {
    for seconds in [2, 6, 14, 30, 60, 130, 190, 230] {
        world.clock.set(begin(line) + TimeDelta::seconds(seconds));
        world.work().await;
    }
}

#[tokio::test]
async fn as_it_goes_without_trouble() {
    let world = Scene::slack_on_sqlite().await.with(script_plan()).await;
    people_come(world.workspace());
    for line in 0..SCRIPT.len() {
        act(world.workspace(), &world.clock, line);
        world.settle().await;
        time_goes_by(&world, line).await;
    }
    insta::assert_snapshot!(snapshot(&world).await);
    world.ends().await;
}
