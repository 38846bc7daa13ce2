//! Many encrypted rooms with people in them: what the program holds, and how soon it answers again when it was killed.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use futures::future::join_all;
use matrix_sdk::Room;
use serde_json::json;

use super::requests::Request;
use super::town::{INCIDENTS, SEND, Town};
use crate::support::matrix::homeserver::Homeserver;
use crate::support::matrix::resident::Resident;
use crate::support::{Ground, Line, Place, Samples, Target, Unit};

const ROOMS: usize = 100;
/// In each room, beside Firebell and Ann.
const GUESTS: usize = 9;
/// Who is in one room or another, each with a device of their own.
const PEOPLE: usize = 30;
/// How many of a room's guests speak, and what each says.
const SPEAKERS: usize = 3;
const SAID: usize = 5;
const RESTARTS: usize = 7;

pub async fn measure(ground: Ground) -> Vec<Line> {
    let homeserver = Homeserver::new();
    let mut town = Town::open(&Place::new(ground).await, homeserver.clone(), &[]).await;
    let rooms = fill(&mut town, &homeserver).await;
    let all_answered = storm(&mut town, &rooms).await;
    let (now, most) = town.program().memory();

    let (mut ready, mut answered) = (Samples::default(), Samples::default());
    for room in &rooms[..RESTARTS] {
        answered.push(restart(&mut town, room).await);
        ready.push(town.restarts());
    }
    let megabytes = |what, target, value| Line::new(what, Unit::Megabytes, target, value);
    vec![
        megabytes("resident memory, 100 rooms of 11 members: now", Target::AtMost(120.0), now),
        megabytes("… at most", Target::AtMost(120.0), most),
        Line::time("start to the answer to a command from before: median", Target::None, answered.median()),
        Line::time("… slowest", Target::AtMost(3000.0), answered.at(1.0)),
        Line::time("start to ready, when nothing was said: slowest", Target::None, ready.at(1.0)),
        Line::time("a command in each of 100 rooms by one person at once: all answered", Target::None, all_answered),
    ]
}

/// Open incidents, in each of which people have spoken.
async fn fill(town: &mut Town, homeserver: &Homeserver) -> Vec<Room> {
    town.requests.forget();
    for n in 0..ROOMS {
        town.declares(&format!("Checkout is down in region {n}")).await;
    }
    let rooms = town.pinned(ROOMS).await;
    town.settle().await;
    town.ann_comes_in().await;

    let mut people = Vec::new();
    for n in 0..PEOPLE {
        let person = Arc::new(Resident::arrives(homeserver, &format!("Person {n}")).await);
        person.joins(&homeserver.alias(INCIDENTS)).await;
        people.push(person);
    }
    let guest = |room: usize, n: usize| &people[(room + n) % PEOPLE];
    for n in 0..GUESTS {
        let joining = rooms.iter().enumerate().map(|(of, room)| guest(of, n).tries_to_join(room));
        join_all(joining)
            .await
            .into_iter()
            .for_each(|joined| drop(joined.expect("who hears of incidents may come in")));
    }
    town.settle().await;
    join_all(people.iter().map(|person| person.catches_up())).await;
    for n in 0..SPEAKERS * SAID {
        let speaking = rooms.iter().enumerate().map(|(of, room)| {
            let person = guest(of, n % SPEAKERS);
            let room = person.client.get_room(room.as_str().try_into().expect("a room's id")).expect("they are in it");
            let text = format!("The error rate is at {n} per minute now, and it is still growing.");
            async move { person.says(&room, json!({ "msgtype": "m.text", "body": text })).await }
        });
        join_all(speaking).await;
    }
    town.settle().await;
    rooms.iter().map(|id| town.room(id)).collect()
}

/// Ann types something in each room, and every answer needs keys for who has come in. From the first command to the last
/// answer, in seconds.
async fn storm(town: &mut Town, rooms: &[Room]) -> f64 {
    town.requests.forget();
    let began = Instant::now();
    for room in rooms {
        town.types(room, "log The queue is empty").await;
    }
    town.answered(rooms).await;
    let all_answered = began.elapsed().as_secs_f64();
    town.settle().await;
    all_answered
}

/// From the start of the process until what was typed while there was none is answered.
async fn restart(town: &mut Town, room: &Room) -> Duration {
    town.kill();
    town.types(room, "log The queue grows again").await;
    town.requests.forget();
    let began = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a time").as_secs_f64();
    town.starts();
    let answer = |requests: &[&Request]| {
        let answer = requests.iter().find(|r| r.name == SEND && r.room.as_deref() == Some(room.room_id().as_str()));
        answer.and_then(|r| r.ended()).map(|moment| moment.at)
    };
    let answered = town.until("the answer", answer).await;
    town.settle().await;
    Duration::from_secs_f64(answered - began)
}
