//! Many at once: people in one second, and two replicas of Firebell over one PostgreSQL.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use firebell::plan::{MessageId, Person, PersonId, Platform, Room};
use firebell::ports::{Clock, Heard, Inbound, Ledger, Said, Speaker};
use futures::future::join_all;

use crate::support::ground::Ground;
use crate::support::watch::Watch;
use crate::support::world::{World, plan, room_id};

const ROOM: &str = "inc-1-checkout-down";
/// How many things happen at once.
const MANY: usize = 50;

/// Two replicas over one database, and the calls that each of them made to its chat.
struct Replicas {
    one: World,
    two: World,
    calls: Arc<Mutex<Vec<String>>>,
    // Goes last: the replicas have to let go of it first.
    _ground: Ground,
}

impl Replicas {
    async fn start() -> Replicas {
        let ground = Ground::postgres().await;
        let calls: Arc<Mutex<Vec<String>>> = Arc::default();
        let noted = calls.clone();
        let watch = Watch::new(move |_, what| noted.lock().unwrap().push(what.to_string()));
        let one = World::between(Ground::Shared(ground.url()), plan(), &watch).await;
        let two = World::between(Ground::Shared(ground.url()), plan(), &watch).await;
        for who in ["Ann", "Bob"] {
            one.person(who).await;
            two.person(who).await;
        }
        Replicas { one, two, calls, _ground: ground }
    }

    /// What was asked of the chat more than once, by key: posts, answers and rooms.
    fn done_twice(&self) -> Vec<String> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let once = ["chat.post ", "chat.answer ", "chat.open_room "];
        for call in self.calls.lock().unwrap().iter().filter(|c| once.iter().any(|o| c.starts_with(o))) {
            *counts.entry(call.clone()).or_default() += 1;
        }
        counts.into_iter().filter(|(_, n)| *n > 1).map(|(call, n)| format!("{n} × {call}")).collect()
    }

    async fn end(self) {
        self.one.settle().await;
        self.two.ends().await;
        self.one.ends().await;
    }
}

fn speaker(name: &str) -> Speaker {
    let person = Person { id: PersonId::new(Platform::Local, name.to_lowercase()), name: name.into() };
    Speaker { person, zone: None, known: true, groups: Vec::new() }
}

fn typed(who: &str, room: &str, id: &str, words: &str, at: DateTime<Utc>) -> Inbound {
    let room = Room { id: room_id(room), name: room.into() };
    let heard = Heard::Command {
        id: id.into(),
        by: speaker(who),
        room,
        in_room: true,
        words: words.into(),
        mentions: Vec::new(),
        reply: None,
        origin: None,
    };
    Inbound { at, heard }
}

fn message_id(n: usize) -> MessageId {
    MessageId { room: room_id(ROOM), id: format!("said-{n}") }
}

fn said(n: usize, at: DateTime<Utc>) -> Inbound {
    said_by("Bob", n, at)
}

fn said_by(who: &str, n: usize, at: DateTime<Utc>) -> Inbound {
    let (by, text) = (speaker(who), format!("Message {n}"));
    Inbound { at, heard: Heard::Message(Said { id: message_id(n), thread: None, by, text, link: None }) }
}

fn marked(n: usize, at: DateTime<Utc>) -> Inbound {
    let heard = Heard::Reacted {
        private_room: false,
        message: message_id(n),
        emoji: "📌".into(),
        by: speaker("Ann"),
        on: true,
        stamp: n.to_string(),
        said: None,
        unread: false,
    };
    Inbound { at, heard }
}

async fn receive_all(desks: &[&World], inbounds: Vec<Inbound>) {
    let received = inbounds.into_iter().enumerate().map(|(n, inbound)| desks[n % desks.len()].desk.receive(inbound));
    for result in join_all(received).await {
        result.expect("to be heard");
    }
}

async fn answers(world: &World, who: &str, room: &str) -> Vec<String> {
    let seen = world.room(who, room).await;
    seen.lines().filter(|l| l.starts_with("Firebell [only")).map(str::to_string).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_replicas_declare_one_title_once() {
    let replicas = Replicas::start().await;
    let (one, two) = (&replicas.one, &replicas.two);
    let at = one.clock.now();
    const TITLES: usize = 30;
    for n in 0..TITLES {
        let words = format!("declare Outage {n}");
        let first = one.desk.receive(typed("Ann", "general", &format!("a{n}"), &words, at));
        let second = two.desk.receive(typed("Bob", "general", &format!("b{n}"), &words, at));
        let (first, second) = tokio::join!(first, second);
        first.expect("to be heard");
        second.expect("to be heard");
    }
    one.settle().await;
    let open = one.store.open().await.unwrap();
    assert_eq!(open.len(), TITLES, "{:?}", open.iter().map(|s| &s.title).collect::<Vec<_>>());
    let mut answered = answers(one, "Ann", "general").await;
    answered.extend(answers(one, "Bob", "general").await);
    for n in 0..TITLES {
        let declared =
            answered.iter().filter(|a| a.contains("is declared as") && a.ends_with(&format!("-outage-{n}."))).count();
        let pointed = answered.iter().filter(|a| a.contains(&format!("“Outage {n}” is open already"))).count();
        assert_eq!((declared, pointed), (1, 1), "Outage {n}: {answered:#?}");
    }
    replicas.end().await;
}

/// Two claim the command in one moment: one has it, the other is told who.
async fn two_claims(desks: &[&World]) {
    let world = desks[0];
    world.says("Ann", "general", "/incident declare Checkout is down").await;
    world.says("Bob", ROOM, "I am here").await;
    let at = world.clock.now();
    receive_all(desks, ["Ann", "Bob"].map(|who| typed(who, ROOM, who, "claim", at)).to_vec()).await;
    world.settle().await;
    let incident = world.store.incident(1).await.unwrap().unwrap();
    let commander = incident.commander().expect("a commander").name.clone();
    assert_eq!(world.timeline(1).await.matches("Commander: ").count(), 1);
    let other = if commander == "Ann" { "Bob" } else { "Ann" };
    assert_eq!(answers(world, &commander, ROOM).await, Vec::<String>::new());
    let refusal = answers(world, other, ROOM).await.join("\n");
    assert!(refusal.contains(&format!("{commander} is the incident commander already")), "{refusal}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_replicas_give_command_to_one() {
    let replicas = Replicas::start().await;
    two_claims(&[&replicas.one, &replicas.two]).await;
    replicas.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_sqlite_desk_gives_command_to_one() {
    let world = World::on(Ground::sqlite()).await;
    two_claims(&[&world]).await;
    world.ends().await;
}

/// Fifty messages, then a mark on each and fifty log lines, all at once.
async fn many_at_once(desks: &[&World]) {
    let world = desks[0];
    world.says("Ann", "general", "/incident declare Checkout is down").await;
    let at = world.clock.now();
    receive_all(desks, (0..MANY).map(|n| said(n, at)).collect()).await;
    let logs = (0..MANY).map(|n| typed("Bob", ROOM, &format!("log-{n}"), &format!("log Line {n}."), at));
    receive_all(desks, (0..MANY).map(|n| marked(n, at)).chain(logs).collect()).await;
    world.settle().await;

    let incident = world.store.incident(1).await.unwrap().unwrap();
    let mut texts: Vec<&str> = incident.timeline.iter().map(|e| e.text.as_str()).collect();
    texts.sort_unstable();
    let lines = (0..MANY).map(|n| format!("Line {n}."));
    let mut expected: Vec<String> = (0..MANY).map(|n| format!("Message {n}")).chain(lines).collect();
    expected.push("Checkout is down".into());
    expected.sort_unstable();
    assert_eq!(texts, expected);
    assert_eq!(world.store.transcript_length(1).await.unwrap(), MANY as i64);
    assert_eq!(answers(world, "Bob", ROOM).await.len(), MANY);
    let verified = world.store.verify().await.unwrap();
    assert_eq!(verified.differences, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_replicas_lose_nothing_of_many() {
    let replicas = Replicas::start().await;
    many_at_once(&[&replicas.one, &replicas.two]).await;
    replicas.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_sqlite_desk_loses_nothing_of_many() {
    let world = World::on(Ground::sqlite()).await;
    world.person("Bob").await;
    many_at_once(&[&world]).await;
    world.ends().await;
}

/// More than go in one commit, by more people than one statement asks for, most of whom were never heard before. Then
/// half of them leave, and all is heard once more.
async fn a_crowd_speaks(world: World) {
    const CROWD: usize = 300;
    const SAID: usize = 1000;
    world.says("Ann", "general", "/incident declare Checkout is down").await;
    let at = world.clock.now();
    let name = |n: usize| format!("Person {n}");
    let spoken: Vec<Inbound> = (0..SAID).map(|n| said_by(&name(n % CROWD), n, at)).collect();
    receive_all(&[&world], spoken.clone()).await;
    assert_eq!(world.store.transcript_length(1).await.unwrap(), SAID as i64);
    for n in 0..CROWD {
        assert!(is_in_the_room(&world, &name(n)).await, "{n}");
    }

    let leave = |n: usize| {
        let heard = Heard::Left { room: room_id(ROOM), person: speaker(&name(n)).person.id, stamp: n.to_string() };
        Inbound { at, heard }
    };
    receive_all(&[&world], (0..CROWD / 2).map(leave).collect()).await;
    receive_all(&[&world], spoken).await;
    // Only something new brings somebody back.
    receive_all(&[&world], vec![said_by(&name(0), SAID, at)]).await;
    for n in 0..CROWD {
        assert_eq!(is_in_the_room(&world, &name(n)).await, n == 0 || n >= CROWD / 2, "{n}");
    }
    assert_eq!(world.store.transcript_length(1).await.unwrap(), SAID as i64 + 1);
    world.ends().await;
}

async fn is_in_the_room(world: &World, who: &str) -> bool {
    world.store.is_member(1, &speaker(who).person.id).await.expect("to read")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_speaks_on_sqlite() {
    a_crowd_speaks(World::on(Ground::sqlite()).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_speaks_on_postgres() {
    a_crowd_speaks(World::on(Ground::postgres().await).await).await;
}

/// Works as long as there is work, also while the other one has all of it in hand.
async fn work_until_done(world: &World) -> usize {
    let mut done = 0;
    while world.store.waiting(world.clock.now()).await.expect("to read").0 > 0 {
        done += world.desk.work_off().await.expect("to work");
    }
    done
}

/// Both relays work at the same outbox until it is empty.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_relays_do_nothing_twice() {
    let replicas = Replicas::start().await;
    let (one, two) = (&replicas.one, &replicas.two);
    let at = one.clock.now();
    const INCIDENTS: usize = 40;
    for n in 0..INCIDENTS {
        one.desk.receive(typed("Ann", "general", &format!("d{n}"), &format!("declare Outage {n}"), at)).await.unwrap();
    }
    let (first, second) = tokio::join!(work_until_done(one), work_until_done(two));
    one.settle().await;
    assert!(first > 0 && second > 0, "only one of them worked: {first}, {second}");
    assert_eq!(replicas.done_twice(), Vec::<String>::new());
    for n in 0..INCIDENTS {
        let number = n + 1;
        let seen = one.room("Ann", &format!("inc-{number}-outage-{n}")).await;
        let posts = seen.lines().filter(|l| l.starts_with("Firebell")).count();
        assert_eq!(posts, 2, "a card and the declaration:\n{seen}");
    }
    replicas.end().await;
}
