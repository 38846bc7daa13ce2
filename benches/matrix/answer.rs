//! From a command to its answer: all of it, and what is left without the time in which the homeserver itself was at work.

use std::time::Duration;

use matrix_sdk::Room;

use super::requests::{Moment, Request};
use super::town::{SEND, Town};
use crate::support::matrix::homeserver::Homeserver;
use crate::support::{Ground, Line, Place, Samples, Target};

const WARM_UP: usize = 10;
const TIMES: usize = 100;
const BETWEEN: Duration = Duration::from_millis(100);

pub async fn measure(ground: Ground) -> Vec<Line> {
    let mut town = Town::open(&Place::new(ground).await, Homeserver::new(), &[]).await;
    town.declares("Checkout is down").await;
    let room = town.pinned(1).await.remove(0);
    town.ann_comes_in().await;
    let room = town.room(&room);
    let (mut whole, mut own) = (Samples::default(), Samples::default());
    for n in 0..WARM_UP + TIMES {
        let answer = ask(&mut town, &room, n).await;
        if n >= WARM_UP {
            whole.push(answer.whole);
            own.push(answer.own);
        }
    }
    vec![
        Line::time("command to answer, without the homeserver's time: median", Target::None, own.median()),
        Line::time("… 95 of 100", Target::AtMost(300.0), own.at(0.95)),
        Line::time("… with the homeserver's time: median", Target::None, whole.median()),
        Line::time("… 95 of 100", Target::None, whole.at(0.95)),
    ]
}

struct Answer {
    whole: Duration,
    own: Duration,
}

/// Ann types a command that has an answer and no other consequence.
async fn ask(town: &mut Town, room: &Room, n: usize) -> Answer {
    // What the last answer led to is over.
    tokio::time::sleep(BETWEEN).await;
    town.requests.forget();
    town.types(room, &format!("log The queue is at {n} now")).await;
    let room = room.room_id().to_string();
    let is_sent = |r: &&Request| r.name == SEND && r.room.as_ref() == Some(&room);
    town.until("the answer", |requests| requests.iter().any(is_sent).then_some(())).await;
    let requests = town.requests.read();
    let by = |user| requests.iter().filter(is_sent).find(move |r| r.is_of(user)).expect("it was sent");
    let (command, answer) = (by(&town.ann.user_id), by(&town.bot));
    let of_firebell = requests.iter().filter(|r| r.is_of(&town.bot)).collect();
    let whole = end(answer).at - command.began.at;
    let own = whole - at_work(command, answer, of_firebell);
    Answer { whole: Duration::from_secs_f64(whole), own: Duration::from_secs_f64(own) }
}

/// How long the homeserver was at work on what Firebell waited for, in seconds: the command itself, until it was
/// delivered, and the row of requests that ends with the answer, each the last that was answered before the next began.
/// All that is between is taken for Firebell's own time.
fn at_work(command: &Request, answer: &Request, of_firebell: Vec<&Request>) -> f64 {
    let after = |r: &&&Request| end(r).order > command.began.order;
    let (heard, asked): (Vec<&Request>, Vec<&Request>) = of_firebell.iter().filter(after).partition(|r| r.is_sync());
    // Firebell waits for what happens the whole time; only the first such answer may have been waited for here.
    let delivery = heard.into_iter().min_by_key(|r| end(r).order).expect("it was heard");
    let not_asked = (delivery.began.at - end(command).at).max(0.0);
    let mut total = end(delivery).at - command.began.at - not_asked + length(answer);
    let mut row = answer;
    let earlier = |than: &Request| {
        let before = asked.iter().filter(|r| end(r).order < than.began.order && r.began.order > end(delivery).order);
        before.max_by_key(|r| end(r).order).copied()
    };
    while let Some(before) = earlier(row) {
        total += length(before);
        row = before;
    }
    total
}

fn end(request: &Request) -> Moment {
    request.ended().expect("it was answered")
}

fn length(request: &Request) -> f64 {
    end(request).at - request.began.at
}
