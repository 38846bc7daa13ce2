//! A postmortem over a long transcript.

use crate::support::{Ground, House, Line, Place, Row, Samples, Target, incident, sample};

pub const ABOUT: &str = "the page of a postmortem over 10,000 messages, compared with reading their rows";

const MESSAGES: usize = 10_000;
const SAMPLES: usize = 25;

pub async fn measure(ground: Ground) -> Vec<Line> {
    let place = Place::new(ground).await;
    let house = House::open(&place).await;
    incident(&house.store, 1, 60, MESSAGES).await;
    let (mut drafted, mut read) = (Samples::default(), Samples::default());
    for n in 0..=SAMPLES {
        let (draft, _) = sample(house.page("/postmortems/INC-1")).await;
        let (reading, rows) = sample(Row::read(&house.db, 1)).await;
        assert_eq!(rows, MESSAGES);
        // The first one fills caches.
        if n > 0 {
            drafted.push(draft);
            read.push(reading);
        }
    }
    vec![
        Line::times("draft, to reading the messages", Target::AtMost(5.0), drafted.over(&read)),
        Line::time("draft: median", Target::AtMost(200.0), drafted.median()),
        Line::time("reading: median", Target::None, read.median()),
    ]
}
