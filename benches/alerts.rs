//! A storm of alerts on the program as people run it: everything fails at once, and some of it comes and goes.

use std::fmt::Write;
use std::time::{Duration, Instant};

use firebell::store::Db;
use tokio::time::MissedTickBehavior;

use crate::support::{Connection, Ground, Line, Place, Program, Samples, Target, Unit, count, sample};

pub const ABOUT: &str = "10,000 alerts in 10 s, of 500 fingerprints and 20 services; every third time they are over";

const ALERTS: usize = 10_000;
const FINGERPRINTS: usize = 500;
const SERVICES: usize = 20;
const IN: Duration = Duration::from_secs(10);
/// Who sends them, each one after the other.
const SENDERS: usize = 20;
const PATIENCE: Duration = Duration::from_secs(120);

const LETTERS: &str = "SELECT COUNT(*) FROM mail";
/// A fingerprint's alerts are taken in order: whose last is there, and who has no letter left, has lost none.
const WHOLE: &str = "SELECT COUNT(*) FROM alerts WHERE firing = TRUE AND body LIKE '%T12:19:00Z%'";
const DUE: &str =
    "SELECT COUNT(*) FROM outbox WHERE state = 'waiting' AND key NOT LIKE 'alarm/%' AND key NOT LIKE 'calm/%'";
const INCIDENTS: &str = "SELECT COUNT(*) FROM incidents";
const MESSAGES: &str = "SELECT COUNT(*) FROM local_messages";

pub async fn measure(ground: Ground) -> Vec<Line> {
    let place = Place::new(ground).await;
    let program = Program::start_with(place.folder(), Some(&place.url()), &plan());
    let began = Instant::now();
    let senders: Vec<_> = (0..SENDERS).map(|sender| tokio::spawn(send(program.address, sender))).collect();
    let mut acknowledged = Samples::default();
    for sender in senders {
        sender.await.expect("a sender").into_iter().for_each(|time| acknowledged.push(time));
    }
    let sending = began.elapsed();
    let db = Db::open(&place.url()).await.expect("the database");
    let began = Instant::now();
    while count(&db, LETTERS).await > 0 || count(&db, DUE).await > 0 {
        assert!(began.elapsed() < PATIENCE, "there is still something to do");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let behind = began.elapsed();
    let lost = FINGERPRINTS as i64 - count(&db, WHOLE).await;
    let (incidents, messages) = (count(&db, INCIDENTS).await, count(&db, MESSAGES).await);
    let (_, memory) = program.memory();
    db.close().await;
    let number = |what, target, value: i64| Line::new(what, Unit::Count, target, value as f64);
    vec![
        number("fingerprints of which an alert was lost", Target::AtMost(0.0), lost),
        number("incidents beside one for each service", Target::AtMost(0.0), (incidents - SERVICES as i64).abs()),
        number("messages in the chat", Target::AtMost(100.0), messages),
        Line::time("acknowledged: median", Target::None, acknowledged.median()),
        Line::time("acknowledged: 99 of 100", Target::AtMost(100.0), acknowledged.at(0.99)),
        Line::time("acknowledged: slowest", Target::None, acknowledged.at(1.0)),
        Line::new("alerts sent a second", Unit::PerSecond, Target::None, ALERTS as f64 / sending.as_secs_f64()),
        Line::time("until all is done, from the last on", Target::None, behind.as_secs_f64()),
        Line::new("memory at most", Unit::Megabytes, Target::None, memory),
    ]
}

fn plan() -> String {
    let mut plan = String::from(
        "[[alerts.source]]\nname = \"storm\"\nkind = \"alertmanager\"\ntoken = \"hush\"\n\
         [[alerts.rule]]\ndoes = \"declare\"\nseverity = \"sev2\"\n",
    );
    for n in 0..SERVICES {
        writeln!(plan, "[[service]]\nname = \"service-{n}\"").expect("a text");
    }
    plan
}

/// Every so often the next of this sender's alerts, whatever became of the last; a fingerprint has one sender.
async fn send(address: std::net::SocketAddr, sender: usize) -> Vec<Duration> {
    let own = ALERTS / SENDERS;
    let requests: Vec<Vec<u8>> = (0..own).map(|n| request(n * SENDERS + sender)).collect();
    let mut connection = Connection::open(address).await;
    let mut clock = tokio::time::interval(IN / own as u32);
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut times = Vec::with_capacity(own);
    for request in requests {
        clock.tick().await;
        times.push(sample(connection.send(&request)).await.0);
    }
    times
}

fn request(n: usize) -> Vec<u8> {
    let (fingerprint, time) = (n % FINGERPRINTS, n / FINGERPRINTS);
    let status = if time % 3 == 2 { "resolved" } else { "firing" };
    let at = format!("2026-11-26T12:{time:02}:00Z");
    let alert = serde_json::json!({
        "status": status, "fingerprint": format!("fp-{fingerprint}"), "startsAt": at, "endsAt": at,
        "labels": {
            "alertname": "DiskFull",
            "instance": format!("db-{fingerprint}"),
            "service": format!("service-{}", fingerprint % SERVICES),
        },
        "annotations": { "summary": format!("The disk of db-{fingerprint} is full") },
    });
    let body = serde_json::json!({ "version": "4", "alerts": [alert] }).to_string();
    format!(
        "POST /alerts/storm HTTP/1.1\r\nhost: localhost\r\nx-firebell-token: hush\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
