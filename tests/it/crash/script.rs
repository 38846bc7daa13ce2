//! What two people do, from declaring to closing.

use chrono::{DateTime, TimeDelta, Utc};
use firebell::plan::{AlertDeed, AlertRule, Contact, Escalation, PersonId, Plan, Platform, Step, Target};
use firebell::ports::{Act, Clock};

use crate::support::world::{World, plan, room_id};

pub const PEOPLE: [&str; 2] = ["Ann", "Bob"];
const ROOM: &str = "inc-1-checkout-down";

/// What somebody does; messages are meant by how they begin.
pub enum Does {
    Says(&'static str, &'static str),
    Reacts(&'static str, &'static str),
    Edits(&'static str, &'static str),
    /// An alert of checkout's fires, or is over.
    Alerts(&'static str, bool),
}

use Does::{Alerts, Edits, Reacts, Says};

pub const SCRIPT: &[(&str, Does)] = &[
    ("Ann", Says("general", "/incident declare sev1 --service checkout Checkout is down")),
    ("Ann", Says(ROOM, "/incident claim")),
    ("Bob", Says(ROOM, "The queue is full since 11:50")),
    ("Ann", Reacts("The queue", "🔍")),
    ("Bob", Edits("The queue", "The queue of eu-1 is full since 11:50")),
    ("Ann", Says(ROOM, "/incident handover @bob The fix is on its way")),
    ("Bob", Says(ROOM, "/incident update Payments fail; we drain the queue")),
    ("Bob", Says(ROOM, "/incident log Restarted eu-2")),
    ("Bob", Says(ROOM, "/incident undo")),
    ("Ann", Says(ROOM, "/incident timeline 3")),
    ("Ann", Says(ROOM, "/incident subscribe")),
    ("Ann", Says(ROOM, "/incident page checkout The queue grows")),
    ("Bob", Says("general", "/incident ack")),
    ("Prometheus", Alerts("Checkout errors", true)),
    ("Bob", Says(ROOM, "/incident update --public Some payments fail")),
    ("Prometheus", Alerts("Checkout errors", false)),
    ("Bob", Says(ROOM, "/incident close The queue is empty")),
];

/// Closing also archives, alerts are noted in the incident of their service, and a page for checkout calls both.
pub fn script_plan() -> Plan {
    let contact = |name: &str| Contact {
        key: name.to_lowercase(),
        label: name.into(),
        accounts: vec![PersonId::new(Platform::Local, name.to_lowercase())],
        addresses: Vec::new(),
        zone: chrono_tz::UTC,
    };
    let mut plan = Plan { archive_at_close: true, contacts: PEOPLE.map(contact).to_vec(), ..plan() };
    let both = ["ann", "bob"].map(|key| Target::Contact(key.into())).to_vec();
    plan.escalations = vec![Escalation {
        key: "payments".into(),
        label: "Payments".into(),
        steps: vec![Step { page: both, wait: TimeDelta::minutes(5) }],
    }];
    plan.services[0].escalation = Some("payments".into());
    plan.alert_rules = vec![AlertRule {
        name: "all".into(),
        sources: Vec::new(),
        matches: Vec::new(),
        does: AlertDeed::Attach,
        service: None,
        service_label: "service".into(),
        group_by: Vec::new(),
    }];
    plan
}

/// When the nth thing is done: a thing every two minutes, but for the undoing, which must come within one.
pub fn time(n: usize) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().expect("a time");
    let time = |n: usize| start + TimeDelta::minutes(2) * i32::try_from(n).expect("a short script");
    match SCRIPT[n] {
        (_, Says(_, "/incident undo")) => time(n - 1) + TimeDelta::seconds(30),
        _ => time(n),
    }
}

/// Does the nth thing. Done again after an unheard answer it is the same request.
pub async fn perform(world: &World, n: usize) {
    let (who, does) = &SCRIPT[n];
    let act = match *does {
        Says(room, text) => Act::Post { room: room_id(room), thread: None, text: text.into() },
        Reacts(text, emoji) => {
            Act::React { message: world.message(who, ROOM, text).await.id, emoji: emoji.into(), on: true }
        }
        Alerts(title, firing) => return world.tell_alert(title, "checkout", firing, world.clock.now()).await,
        Edits(text, to) => Act::Edit { message: world.message(who, ROOM, text).await.id, text: to.into() },
    };
    world.ask(who, &format!("nonce-{n}"), act).await.expect("the chat to do it");
}
