//! What somebody notices who starts it and works with it: the program itself, through real connections.

use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::support::{Ground, Line, Place, Program, Samples, Target, Unit, sample};

pub const ABOUT: &str = "the program in an empty folder, then with 16 people who write and read in one incident";

const STARTS: usize = 9;
const PEOPLE: usize = 16;
/// What each of them writes, and how often they look at each page.
const EACH: usize = 100;
const PAGES: [&str; 4] = ["/", "/incidents/INC-1", "/incidents/INC-1?transcript=1", "/postmortems/INC-1"];

pub async fn measure(ground: Ground) -> Vec<Line> {
    let mut starts = Samples::default();
    for _ in 0..STARTS {
        let place = Place::new(ground).await;
        starts.push(start(ground, &place).started_in);
    }
    let place = Place::new(ground).await;
    let program = start(ground, &place);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (idle, _) = program.memory();
    work(&program).await;
    // One after the other now, as one person sees them.
    let mut pages = Samples::default();
    let client = Client::new();
    for n in 0..200 {
        pages.push(sample(look(&client, &program, PAGES[n % PAGES.len()])).await.0);
    }
    let (after, most) = program.memory();
    let megabytes = |what, target, value| Line::new(what, Unit::Megabytes, target, value);
    vec![
        Line::time("start to ready, empty: median", Target::AtMost(300.0), starts.median()),
        Line::time("start to ready, empty: slowest", Target::None, starts.at(1.0)),
        Line::time("pages: median", Target::None, pages.median()),
        Line::time("pages: 99 of 100", Target::AtMost(50.0), pages.at(0.99)),
        megabytes("resident memory: idle", Target::AtMost(60.0), idle),
        megabytes("resident memory: after the load", Target::AtMost(60.0), after),
        megabytes("resident memory: at most", Target::None, most),
    ]
}

/// On SQLite the file is Firebell's to make, too.
fn start(ground: Ground, place: &Place) -> Program {
    let url = place.url();
    Program::start(place.folder(), (ground == Ground::Postgres).then_some(&url))
}

/// Somebody declares, everybody writes and reads.
async fn work(program: &Program) {
    let ann = Person::come(program, "Ann").await;
    ann.act("declare", "general", "/incident declare sev2 Checkout is down").await;
    let room = incident_room(&ann).await;
    let people = (0..PEOPLE).map(async |n| {
        let person = Person::come(program, &format!("Person {n}")).await;
        person.send("join", json!({ "act": "join", "room": room })).await;
        for n in 0..EACH {
            person.act(&format!("post-{n}"), &room, &format!("The error rate is at {n} per minute now")).await;
            look(&person.client, program, PAGES[n % PAGES.len()]).await;
        }
    });
    futures::future::join_all(people).await;
}

async fn look(client: &Client, program: &Program, page: &str) -> usize {
    let answer = client.get(format!("http://{}{page}", program.address)).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK, "{page}");
    answer.bytes().await.expect("a page").len()
}

/// The room is made by the relay, soon after.
async fn incident_room(ann: &Person) -> String {
    for _ in 0..200 {
        let answer = ann.client.get(ann.address("/chat/state")).send().await.expect("an answer");
        let state: Value = answer.json().await.expect("JSON");
        let rooms = state["overview"]["rooms"].as_array().expect("rooms");
        let ids = rooms.iter().filter_map(|room| room["id"].as_str());
        if let Some(room) = ids.map(str::to_string).find(|id| id.contains("inc-1")) {
            return room;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the incident has no room after ten seconds");
}

/// Somebody in the local chat, with the cookie of their browser.
struct Person {
    client: Client,
    base: String,
}

impl Person {
    async fn come(program: &Program, name: &str) -> Person {
        let client = Client::builder().cookie_store(true).build().expect("a client");
        let person = Person { client, base: format!("http://{}", program.address) };
        person.post("/chat/sign-in", json!({ "name": name })).await;
        person
    }

    /// Types something.
    async fn act(&self, nonce: &str, room: &str, text: &str) {
        let room = if room.contains(':') { room.to_string() } else { format!("local:{room}") };
        self.send(nonce, json!({ "act": "post", "room": room, "text": text })).await;
    }

    async fn send(&self, nonce: &str, mut act: Value) {
        act["nonce"] = nonce.into();
        self.post("/chat/act", act).await;
    }

    async fn post(&self, path: &str, body: Value) {
        let answer = self.client.post(self.address(path)).json(&body).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}
