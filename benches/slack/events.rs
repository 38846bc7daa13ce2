//! Events and commands by HTTP, as Slack sends them: checked, kept, acknowledged, decided.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use firebell::plan::{Platform, RoomId};
use firebell::store::Db;
use tokio_util::sync::CancellationToken;

use super::signed::signed;
use super::town::{Town, incident_rooms, serve};
use crate::support::{
    Connection, Ground, Line, Place, Row, Samples, Target, Unit, count, median, person, said, sample, send_all,
};

const ROOMS: usize = 8;
const PEOPLE: usize = 40;
const CONNECTIONS: usize = 1024;
/// What is sent in a round.
const EVENTS: usize = 8192;
const ROUNDS: usize = 7;

/// Beside the commands.
const EVENTS_PER_SECOND: usize = 1000;
const COMMANDS: usize = 1000;
const COMMAND_EVERY: Duration = Duration::from_millis(10);

const ON_TRANSCRIPT: &str = "SELECT COUNT(*) FROM messages";

pub async fn measure(ground: Ground) -> Vec<Line> {
    let town = Town::open(&Place::new(ground).await).await;
    let rooms = open_rooms(&town).await;
    let empty = serve(Router::new().route("/slack/events", post(read_only))).await;
    // Everyone has spoken before: who they are is no news.
    let mut sent = PEOPLE * ROOMS;
    send_all(town.address, talk(&town, &rooms, sent), CONNECTIONS).await;
    town.taken_in().await;

    let (mut to_empty, mut acknowledged, mut decided, mut nothing) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let requests = talk(&town, &rooms, EVENTS);
        sent += EVENTS;
        let rate = |time: Duration| EVENTS as f64 / time.as_secs_f64();
        let bare = rate(send_all(empty, requests.clone(), CONNECTIONS).await);
        let sending = send_all(town.address, requests, CONNECTIONS).await;
        let began = Instant::now();
        town.taken_in().await;
        let taken_in = rate(sending + began.elapsed());
        acknowledged.push(rate(sending));
        to_empty.push(taken_in / bare);
        decided.push(taken_in);
        nothing.push(bare);
    }
    let beside = beside(ground, &town, &rooms).await;
    sent += beside.events;
    let lost = sent as i64 - count(&town.db, ON_TRANSCRIPT).await;
    town.close().await;

    let rate = |what, value| Line::new(what, Unit::PerSecond, Target::None, value);
    vec![
        Line::times("events taken in, to an empty handler of the same server", Target::AtLeast(0.33), median(to_empty)),
        rate("events taken in a second (checked, kept, acknowledged, decided)", median(decided)),
        rate("events acknowledged a second, while they are taken in", median(acknowledged)),
        rate("an empty handler's requests a second", median(nothing)),
        Line::times(
            "command acknowledged among 1,000 events/s, to a bare commit: 99 of 100",
            Target::AtMost(5.0),
            beside.command.at(0.99) / beside.row.at(0.99),
        ),
        Line::time("command acknowledged: median", Target::None, beside.command.median()),
        Line::time("command acknowledged: 99 of 100", Target::None, beside.command.at(0.99)),
        Line::time("command acknowledged: slowest", Target::AtMost(3000.0), beside.command.at(1.0)),
        Line::time("bare commit, in a database beside: 99 of 100", Target::None, beside.row.at(0.99)),
        rate("events beside the commands, a second", beside.rate),
        Line::new("events lost", Unit::Count, Target::AtMost(0.0), lost as f64),
    ]
}

async fn read_only(_body: Bytes) -> StatusCode {
    StatusCode::OK
}

/// The names of the rooms of so many incidents.
async fn open_rooms(town: &Town) -> Vec<String> {
    for number in 1..=ROOMS {
        town.workspace.types("Ann", "general", &format!("/incident declare sev2 --anyway Region {number} is down"));
        town.settle().await;
    }
    let rooms = incident_rooms(&town.workspace);
    assert_eq!(rooms.len(), ROOMS);
    for room in &rooms {
        (0..PEOPLE).for_each(|n| town.workspace.joins(&format!("Person {n}"), room));
    }
    town.settle().await;
    rooms
}

/// Messages that people write in these rooms in turn, as Slack would deliver them.
fn talk(town: &Town, rooms: &[String], messages: usize) -> Vec<Vec<u8>> {
    for n in 0..messages {
        let words = format!("The error rate is at {n} per minute now, and the queue of the workers is still growing.");
        town.workspace.says(&format!("Person {}", n / rooms.len() % PEOPLE), &rooms[n % rooms.len()], &words);
    }
    let deliveries = town.workspace.take_pending();
    assert_eq!(deliveries.len(), messages);
    deliveries.iter().map(|delivery| signed(town.workspace.signing_secret(), delivery)).collect()
}

struct Beside {
    command: Samples,
    row: Samples,
    events: usize,
    rate: f64,
}

/// Commands, one after the other, while messages arrive at their own pace. Each is followed by a bare commit in a
/// database that nobody else uses.
async fn beside(ground: Ground, town: &Town, rooms: &[String]) -> Beside {
    let quiet = Place::new(ground).await;
    let quiet_db = Db::open(&quiet.url()).await.expect("a database");
    let commands = commands(town, rooms);
    let seconds = (COMMAND_EVERY * COMMANDS as u32).as_secs() as usize;
    let load = Load::start(town.address, talk(town, rooms, EVENTS_PER_SECOND * seconds * 2)).await;
    let mut connection = Connection::open(town.address).await;
    let mut pace = tokio::time::interval(COMMAND_EVERY);
    let (mut command, mut row) = (Samples::default(), Samples::default());
    for (n, request) in commands.iter().enumerate() {
        pace.tick().await;
        command.push(sample(connection.send(request)).await.0);
        let room = RoomId::new(Platform::Local, "quiet");
        let bare = Row::of(&said(&room, n, person(1)), 1);
        row.push(sample(Row::commit(&quiet_db, &[bare])).await.0);
    }
    let (events, rate) = load.stop().await;
    town.settle().await;
    quiet_db.close().await;
    Beside { command, row, events, rate }
}

fn commands(town: &Town, rooms: &[String]) -> Vec<Vec<u8>> {
    for n in 0..COMMANDS {
        town.workspace.types("Ann", &rooms[n % rooms.len()], &format!("/incident log The queue is at {n} now"));
    }
    let deliveries = town.workspace.take_pending();
    assert_eq!(deliveries.len(), COMMANDS);
    deliveries.iter().map(|delivery| signed(town.workspace.signing_secret(), delivery)).collect()
}

/// Events at a steady pace, whether or not those before are acknowledged already.
struct Load {
    stop: CancellationToken,
    sent: Arc<AtomicUsize>,
    senders: Vec<tokio::task::JoinHandle<()>>,
    began: Instant,
}

impl Load {
    /// So many that one that waits for its answer holds up no other.
    const SENDERS: usize = 50;

    async fn start(address: SocketAddr, requests: Vec<Vec<u8>>) -> Load {
        let (stop, sent) = (CancellationToken::new(), Arc::new(AtomicUsize::new(0)));
        let mut shares: Vec<Vec<Vec<u8>>> = (0..Self::SENDERS).map(|_| Vec::new()).collect();
        for (n, request) in requests.into_iter().enumerate() {
            shares[n % Self::SENDERS].push(request);
        }
        let every = Duration::from_secs(1) * Self::SENDERS as u32 / EVENTS_PER_SECOND as u32;
        let mut senders = Vec::new();
        for (n, share) in shares.into_iter().enumerate() {
            let mut connection = Connection::open(address).await;
            let (stop, sent) = (stop.clone(), sent.clone());
            let first = tokio::time::Instant::now() + every * n as u32 / Self::SENDERS as u32;
            senders.push(tokio::spawn(async move {
                let mut pace = tokio::time::interval_at(first, every);
                for request in share {
                    pace.tick().await;
                    if stop.is_cancelled() {
                        return;
                    }
                    connection.send(&request).await;
                    sent.fetch_add(1, Ordering::Relaxed);
                }
            }));
        }
        Load { stop, sent, senders, began: Instant::now() }
    }

    /// How many were acknowledged, and how many a second.
    async fn stop(self) -> (usize, f64) {
        let seconds = self.began.elapsed().as_secs_f64();
        self.stop.cancel();
        for sender in self.senders {
            sender.await.expect("a sender");
        }
        let sent = self.sent.load(Ordering::Relaxed);
        (sent, sent as f64 / seconds)
    }
}
