//! What people do in one incident, from declaring to closing.

use chrono::{DateTime, TimeDelta, Utc};
use firebell::plan::Plan;

use super::firebell::{Firebell, Place};
use crate::support::elsewhere::Elsewhere;
use crate::support::world::{World, plan};

pub enum Does {
    Says(&'static str, Room, &'static str),
    /// Puts an emoji on the message that begins like this.
    Marks(&'static str, &'static str, &'static str),
    Edits(&'static str, &'static str, &'static str),
    /// Asks to be let in.
    Knocks(&'static str),
    /// Goes where they were asked in.
    ComesIn(&'static str),
    /// Firebell is stopped, and started.
    StartsAgain,
}

#[derive(Clone, Copy)]
pub enum Room {
    General,
    /// The incident's.
    Own,
}

use Does::{ComesIn, Edits, Knocks, Marks, Says, StartsAgain};
use Room::{General, Own};

/// Somebody with a new device, in each incident somebody else: keys are made and asked for.
pub const NEWCOMER: &str = "Cleo";

/// What is done, and how that is called.
pub const SCRIPT: &[(&str, &[Does])] = &[
    ("Ann declares", &[Says("Ann", General, "/incident declare sev2 --service checkout Outage {n}")]),
    ("Ann comes in, and takes command by an emoji", &[ComesIn("Ann"), Marks("Ann", "SEV2 declared", "✅")]),
    ("a newcomer knocks", &[Knocks(NEWCOMER)]),
    (
        "the newcomer comes in, and says something",
        &[ComesIn(NEWCOMER), Says(NEWCOMER, Own, "The queue is full since 11:50")],
    ),
    ("Ann puts an emoji on it", &[Marks("Ann", "The queue", "🔍")]),
    ("the newcomer edits it", &[Edits(NEWCOMER, "The queue", "The queue of eu-1 is full since 11:50")]),
    ("Firebell is stopped, and started", &[StartsAgain]),
    ("the newcomer takes command", &[Says(NEWCOMER, Own, "/incident claim")]),
    ("the newcomer writes an update", &[Says(NEWCOMER, Own, "/incident update Payments fail; we drain the queue")]),
    ("Ann logs something", &[Says("Ann", Own, "/incident log Restarted eu-2")]),
    ("Ann closes", &[Says("Ann", Own, "/incident close The queue is empty")]),
];

/// Closing also archives, and there are first steps.
pub fn script_plan() -> Plan {
    let mut plan = Plan { archive_at_close: true, ..plan() };
    plan.immediate_actions.iter_mut().for_each(|action| action.severities = vec!["sev2".into()]);
    plan
}

/// When this line of this incident begins. Each incident has a day of its own, so that all of them have the same times;
/// and nothing rings in it, for that would be a little sooner or later after a kill.
pub fn begin(number: i64, line: usize) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().expect("a time");
    start + TimeDelta::days(number) + TimeDelta::minutes(4) * i32::try_from(line).expect("a short script")
}

/// What Firebell calls the incident's room.
pub fn room_of(number: i64) -> String {
    format!("inc-{number}-outage-{number}")
}

/// `Cleo 3`, in the third incident.
pub fn name_of(who: &str, number: i64) -> String {
    if who == NEWCOMER { format!("{NEWCOMER} {number}") } else { who.into() }
}

/// People do it; Firebell has heard nothing yet.
pub async fn act(firebell: &Firebell, number: i64, does: &Does) {
    let (village, own) = (firebell.village(), room_of(number));
    match does {
        Says(who, room, text) => {
            let room = if matches!(room, General) { "general" } else { own.as_str() };
            village.says(&name_of(who, number), room, &text.replace("{n}", &number.to_string())).await;
        }
        Marks(who, text, emoji) => village.puts(&name_of(who, number), &own, text, emoji, true).await,
        Edits(who, text, to) => village.edits(&name_of(who, number), &own, text, to).await,
        Knocks(who) => {
            let made = village.hamlet.proxy.rooms().pop().expect("a room");
            village.resident(&name_of(who, number)).await.comes_in(&[made.id]).await;
        }
        ComesIn(who) => {
            let came = village.resident(&name_of(who, number)).await.comes_in(&[]).await;
            assert!(came, "{who} was not asked in");
        }
        StartsAgain => {}
    }
}

/// Those who are there before anything is done.
pub async fn people_come(place: &Place, firebell: &Firebell) {
    place.clock.set(begin(0, 0));
    firebell.village().resident("Ann").await;
    firebell.with(async |world| world.work().await).await;
}

/// Time goes by until what was put off is due, and done; what a dead one held on PostgreSQL, too.
pub async fn time_goes_by(world: &World, number: i64, line: usize) {
    for seconds in [2, 6, 61, 122, 190] {
        world.clock.set(begin(number, line) + TimeDelta::seconds(seconds));
        world.work().await;
    }
}
