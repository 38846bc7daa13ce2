//! One command, decided and durable, on an otherwise quiet desk.

use crate::support::{Ground, House, Line, Place, Row, Samples, Target, incident, person, said, sample, typed};

pub const ABOUT: &str = "`log …` typed in an incident's room, compared with one row committed alone";

/// The log grows by what is typed: so many rooms that no incident gets longer than real ones are.
const ROOMS: usize = 10;
const SAMPLES: usize = 1000;
const WARM_UP: usize = 50;

pub async fn measure(ground: Ground) -> Vec<Line> {
    let place = Place::new(ground).await;
    let house = House::open(&place).await;
    let mut rooms = Vec::new();
    for number in 1..=ROOMS {
        rooms.push(incident(&house.store, number as i64, 10, 10).await);
    }
    let (mut command, mut row) = (Samples::default(), Samples::default());
    for n in 0..WARM_UP + SAMPLES {
        let room = &rooms[n % ROOMS];
        let words = format!("log The queue is at {n} now");
        let (decided, ()) = sample(house.receive(typed(room, n, person(1), words))).await;
        let bare = Row::of(&said(&room.id, 1000 + n, person(1)), (n % ROOMS) as i64 + 1);
        let (committed, ()) = sample(Row::commit(&house.db, &[bare])).await;
        if n >= WARM_UP {
            command.push(decided);
            row.push(committed);
        }
    }
    vec![
        Line::times("command, to a bare commit: median", Target::AtMost(3.0), command.over(&row)),
        Line::times("command, to a bare commit: 99 of 100", Target::AtMost(3.0), command.at(0.99) / row.at(0.99)),
        Line::time("command: median", Target::None, command.median()),
        Line::time("command: 99 of 100", Target::None, command.at(0.99)),
        Line::time("bare commit: median", Target::None, row.median()),
        Line::time("bare commit: 99 of 100", Target::None, row.at(0.99)),
    ]
}
