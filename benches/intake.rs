//! Messages made durable, with many people writing at once.

use std::time::Instant;

use firebell::plan::Room;
use firebell::ports::Inbound;

use crate::support::{Ground, House, Line, Place, Row, Target, Unit, incident, median, person, said};

pub const ABOUT: &str = "512 people write in 8 rooms at once, each waiting until their message is durable";

const ROOMS: usize = 8;
const SENDERS: usize = 512;
/// What each of them sends in a round.
const EACH: usize = 8;
const ROUNDS: usize = 9;
/// A commit a row is slow, and tells its rate soon.
const SINGLE: usize = 100;

pub async fn measure(ground: Ground) -> Vec<Line> {
    let place = Place::new(ground).await;
    let house = House::open(&place).await;
    let mut rooms = Vec::new();
    for number in 1..=ROOMS {
        rooms.push(incident(&house.store, number as i64, 3, 0).await);
    }
    let mut ids = 0;
    // Everyone has spoken before: who they are is no news.
    send(&house, messages(&rooms, &mut ids)).await;

    let (mut to_alone, mut to_single) = (Vec::new(), Vec::new());
    let (mut rates, mut sizes) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let commits = *house.desk.changes().borrow();
        let rate = send(&house, messages(&rooms, &mut ids)).await;
        let commits = *house.desk.changes().borrow() - commits;
        let together = (SENDERS * EACH).div_ceil(commits as usize);

        let rows = rows(messages(&rooms, &mut ids));
        let alone = insert(&house, &rows, together).await;
        let single = insert(&house, &self::rows(messages(&rooms, &mut ids))[..SINGLE], 1).await;
        to_alone.push(rate / alone);
        to_single.push(rate / single);
        rates.push(rate);
        sizes.push(together as f64);
    }
    vec![
        Line::times(
            "rate, to that of the same rows in transactions of the same size",
            Target::AtLeast(0.5),
            median(to_alone),
        ),
        Line::times("rate, to that of one commit a row", Target::AtLeast(3.0), median(to_single)),
        Line::new("messages a second", Unit::PerSecond, Target::None, median(rates)),
        Line::new("messages in a commit, on average", Unit::Count, Target::None, median(sizes)),
    ]
}

/// A round of messages, one list a sender. The rooms are taken in turn, as busy rooms are.
fn messages(rooms: &[Room], ids: &mut usize) -> Vec<Vec<(i64, Inbound)>> {
    let mut of = |sender: usize| {
        let number = sender % ROOMS;
        (0..EACH)
            .map(|_| {
                *ids += 1;
                (number as i64 + 1, said(&rooms[number].id, *ids, person(sender / ROOMS)))
            })
            .collect()
    };
    (0..SENDERS).map(&mut of).collect()
}

/// Messages a second, through the desk.
async fn send(house: &House, messages: Vec<Vec<(i64, Inbound)>>) -> f64 {
    let count = messages.iter().map(Vec::len).sum::<usize>();
    let began = Instant::now();
    let senders = messages.into_iter().map(|own| {
        let desk = house.desk.clone();
        tokio::spawn(async move {
            for (_, inbound) in own {
                desk.receive(inbound).await.expect("it is durable");
            }
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.expect("a sender");
    }
    count as f64 / began.elapsed().as_secs_f64()
}

/// In the order in which the senders' messages arrive: the first of each, then the second of each.
fn rows(messages: Vec<Vec<(i64, Inbound)>>) -> Vec<Row> {
    (0..EACH).flat_map(|n| messages.iter().map(move |own| Row::of(&own[n].1, own[n].0)).collect::<Vec<_>>()).collect()
}

/// Rows a second, as bare inserts.
async fn insert(house: &House, rows: &[Row], together: usize) -> f64 {
    let began = Instant::now();
    for rows in rows.chunks(together) {
        Row::commit(&house.db, rows).await;
    }
    rows.len() as f64 / began.elapsed().as_secs_f64()
}
