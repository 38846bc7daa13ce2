//! Whether a long history makes the present slow.

use crate::support::{Ground, House, Line, Place, Program, Samples, Seeded, Target, person, sample, seed, typed};

pub const ABOUT: &str = "10,000 closed incidents with 1,000,000 messages, compared with 10 and 1,000; 20 open in both";

const OPEN: i64 = 20;
const SMALL: i64 = 10;
const LARGE: i64 = 10_000;

const COMMANDS: usize = 500;
const DECLARATIONS: usize = 200;
const PAGES: usize = 1000;
const STARTS: usize = 9;
const WARM_UP: usize = 10;
/// SQLite's write-ahead log grows to its size first, and a commit that makes a file longer is slower.
const COMMANDS_WARM_UP: usize = 200;

/// Both sizes, side by side.
struct Sizes {
    large: Samples,
    small: Samples,
}

impl Sizes {
    fn new() -> Self {
        Sizes { large: Samples::default(), small: Samples::default() }
    }

    fn ratio(&self) -> f64 {
        self.large.over(&self.small)
    }
}

pub async fn measure(ground: Ground) -> Vec<Line> {
    let large = seed(Place::new(ground).await, LARGE, OPEN).await;
    let small = seed(Place::new(ground).await, SMALL, OPEN).await;
    // What was seeded is a history as Firebell itself writes it.
    let house = House::open(&small.place).await;
    assert_eq!(house.store.verify().await.expect("to verify").differences, Vec::<String>::new());
    house.close().await;

    let starts = starts(&large, &small);
    let houses = (House::open(&large.place).await, House::open(&small.place).await);
    let board = pages(&houses, ["/".into(), "/".into()]).await;
    let page = |seeded: &Seeded| format!("/incidents/INC-{}", seeded.number);
    let incident = pages(&houses, [page(&large), page(&small)]).await;
    let transcript = pages(&houses, [page(&large), page(&small)].map(|path| path + "?transcript=1")).await;
    let log = commands(&houses, (&large, &small), (0, COMMANDS), |n| format!("log The queue is at {n} now")).await;
    // Last, since each of them is one more open incident.
    let declare = commands(&houses, (&large, &small), (1_000_000, DECLARATIONS), |n| {
        format!("declare sev3 --anyway The search is slow again {n}")
    })
    .await;
    houses.0.close().await;
    houses.1.close().await;

    let at_most = Target::AtMost;
    vec![
        Line::times("command `log`", at_most(1.2), log.ratio()),
        Line::times("command `declare`", at_most(1.2), declare.ratio()),
        Line::times("board", at_most(1.2), board.ratio()),
        Line::times("incident page", at_most(1.2), incident.ratio()),
        Line::times("incident page with its transcript", at_most(1.2), transcript.ratio()),
        Line::times("start to ready", at_most(1.5), starts.ratio()),
        Line::time("command `log`, large: median", Target::None, log.large.median()),
        Line::time("command `declare`, large: median", Target::None, declare.large.median()),
        Line::time("board, large: 99 of 100", at_most(50.0), board.large.at(0.99)),
        Line::time("incident page, large: 99 of 100", at_most(50.0), incident.large.at(0.99)),
        Line::time("start to ready, large: median", at_most(300.0), starts.large.median()),
    ]
}

fn starts(large: &Seeded, small: &Seeded) -> Sizes {
    let start = |seeded: &Seeded| Program::start(seeded.place.folder(), Some(&seeded.place.url())).started_in;
    let mut sizes = Sizes::new();
    for n in 0..=STARTS {
        let (of_large, of_small) = (start(large), start(small));
        // The first one reads the files from the disk.
        if n > 0 {
            sizes.large.push(of_large);
            sizes.small.push(of_small);
        }
    }
    sizes
}

async fn pages((large, small): &(House, House), [of_large, of_small]: [String; 2]) -> Sizes {
    let mut sizes = Sizes::new();
    for n in 0..WARM_UP + PAGES {
        let (in_large, _) = sample(large.page(&of_large)).await;
        let (in_small, _) = sample(small.page(&of_small)).await;
        if n >= WARM_UP {
            sizes.large.push(in_large);
            sizes.small.push(in_small);
        }
    }
    sizes
}

/// `first` is the id of the first command: one whose id was heard before would change nothing.
async fn commands(
    (large, small): &(House, House),
    seeded: (&Seeded, &Seeded),
    (first, count): (usize, usize),
    words: impl Fn(usize) -> String,
) -> Sizes {
    let mut sizes = Sizes::new();
    for n in 0..COMMANDS_WARM_UP + count {
        let id = first + n;
        let (in_large, ()) = sample(large.receive(typed(&seeded.0.room, id, person(1), words(n)))).await;
        let (in_small, ()) = sample(small.receive(typed(&seeded.1.room, id, person(1), words(n)))).await;
        if n >= COMMANDS_WARM_UP {
            sizes.large.push(in_large);
            sizes.small.push(in_small);
        }
    }
    sizes
}
