//! Firebell is killed at each moment: after each call of a port that begins, writes or commits something; and in each
//! call to the homeserver, its own and those that the library makes for keys, when that is done and not answered yet.
//! The next Firebell finds the database, the keys and the homeserver, and goes on.

use std::collections::{BTreeMap, BTreeSet};

use insta::assert_snapshot;

use super::firebell::{Firebell, Place, Step};
use super::script::{Does, SCRIPT, act, begin, people_come, time_goes_by};
use super::snapshot::{Before, difference, snapshot};
use crate::support::ground::Ground;

/// Which steps are meant. Several tests share them, and run side by side, each in a world of its own.
#[derive(Clone, Copy)]
enum Steps {
    /// Moments of the journal, the mailbox, the notes and the chat: every `of`th, beginning with the `first`.
    Moments { first: usize, of: usize },
    /// Calls that the library makes by itself, for keys and their backup.
    Keys,
    /// Calls that change something.
    Writes,
    /// Calls that ask for something.
    Reads,
}

/// Makes a test of each sixth of the moments.
macro_rules! sixths {
    ($ground:expr; $($name:ident: $first:literal),* $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
            async fn $name() {
                let kills = killed($ground, Steps::Moments { first: $first, of: 6 }).await;
                assert!(kills.len() > 30, "{} kills", kills.len());
            }
        )*
    };
}

mod on_sqlite {
    use super::*;

    sixths!(
        Ground::sqlite();
        killed_at_a_sixth_of_the_moments: 1,
        killed_at_the_second_sixth: 2,
        killed_at_the_third_sixth: 3,
        killed_at_the_fourth_sixth: 4,
        killed_at_the_fifth_sixth: 5,
        killed_at_the_last_sixth: 6,
    );

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn killed_in_each_call_for_keys() {
        let kills = killed(Ground::sqlite(), Steps::Keys).await;
        assert!(kills.len() > 20, "{} kills", kills.len());
        assert_snapshot!(kinds(&kills), @"
        GET room_keys/keys
        GET user/account_data/m.secret_storage.default_key
        POST keys/claim
        POST keys/query
        POST upload
        PUT room_keys/keys
        PUT sendToDevice/m.room.encrypted
        ");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn killed_in_each_call_that_writes() {
        let kills = killed(Ground::sqlite(), Steps::Writes).await;
        assert_snapshot!(kinds(&kills), @"
        POST createRoom
        POST join
        POST rooms/invite
        PUT rooms/send/m.reaction
        PUT rooms/send/m.room.encrypted
        PUT rooms/send/m.room.message
        PUT rooms/state/m.room.pinned_events/
        PUT rooms/state/m.room.power_levels/
        PUT rooms/state/m.room.topic/
        PUT rooms/state/m.space.child
        ");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn killed_in_each_call_that_reads() {
        let kills = killed(Ground::sqlite(), Steps::Reads).await;
        assert!(kills.len() > 20, "{} kills", kills.len());
        assert_snapshot!(kinds(&kills), @"
        GET directory/room
        GET media/config
        GET rooms/event
        GET rooms/members
        GET rooms/messages
        GET rooms/state/m.room.create/
        GET rooms/state/m.room.encryption/
        GET rooms/state/m.room.power_levels/
        GET sync
        ");
    }
}

/// A third of the moments, and the calls that can be done twice: the steps are the same, only the database is another.
mod on_postgres {
    use super::*;

    sixths!(
        Ground::postgres().await;
        killed_at_the_second_sixth: 2,
        killed_at_the_fifth_sixth: 5,
    );

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn killed_in_each_call_that_writes() {
        let kills = killed(Ground::postgres().await, Steps::Writes).await;
        assert!(kills.len() > 30, "{} kills", kills.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn as_it_goes_without_trouble() {
    let mut run = Run::begin(Ground::sqlite()).await;
    let mut seen = String::new();
    for line in 0..SCRIPT.len() {
        run.play(line, None).await;
        seen = run.goes_on(line).await;
    }
    assert_snapshot!(seen);
    run.ends().await;
}

/// Where it was killed, without the how manieth of its kind that was.
fn kinds(kills: &[Step]) -> String {
    let kind = |step: &Step| match step {
        Step::Moment(_) => "a moment".to_string(),
        Step::Call(kind, _) => kind.clone(),
    };
    kills.iter().map(kind).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("\n")
}

/// A line when nobody is killed.
struct Whole {
    steps: Vec<Step>,
    /// How many of them come every time.
    sure: usize,
    seen: String,
}

/// The steps at which it was killed.
async fn killed(ground: Ground, steps: Steps) -> Vec<Step> {
    let mut run = Run::begin(ground).await;
    // What is asked only once in a world, such as who is in a room, is asked in the first incident.
    for line in 0..SCRIPT.len() {
        run.play(line, None).await;
        run.goes_on(line).await;
    }
    let mut whole = Vec::new();
    for line in 0..SCRIPT.len() {
        // As behind a kill: it knows nothing but what it has kept.
        run.starts_again(None).await;
        run.play(line, None).await;
        let (steps, sure) = run.steps(steps);
        whole.push(Whole { steps, sure, seen: run.goes_on(line).await });
    }
    let longest = whole.iter().map(|w| w.steps.len()).max().unwrap_or_default();
    let (first, of) = if let Steps::Moments { first, of } = steps { (first, of) } else { (1, 1) };

    let (mut kills, mut missed) = (Vec::new(), Vec::new());
    for n in (first..=longest).step_by(of) {
        let mut killed_before = false;
        for (line, (what, _)) in SCRIPT.iter().enumerate() {
            let step = whole[line].steps.get(n - 1);
            let killed = run.play(line, step).await;
            match step {
                Some(step) if killed => kills.push(step.clone()),
                Some(step) if n <= whole[line].sure => missed.push(format!("{what}: {step:?}")),
                _ => {}
            }
            // What a kill has left behind may show only in what is done next.
            if killed || killed_before || line + 1 == SCRIPT.len() {
                let seen = run.goes_on(line).await;
                let why = || difference(&whole[line].seen, &seen);
                assert!(seen == whole[line].seen, "{what}, killed at {step:?}, {n}:\n{}", why());
            }
            killed_before = killed;
        }
    }
    run.ends().await;
    println!("killed {} times", kills.len());
    assert_eq!(missed, Vec::<String>::new(), "it did not come to this");
    let sure: usize = whole.iter().map(|w| (first..=w.sure).step_by(of).count()).sum();
    assert!(kills.len() >= sure, "{} kills, and {sure} at least were to be", kills.len());
    kills
}

struct Run {
    place: Place,
    firebell: Option<Firebell>,
    /// Of the incident.
    number: i64,
    before: Before,
}

impl Steps {
    fn has(self, call: &str) -> bool {
        let for_keys =
            ["keys/", "room_keys", "sendToDevice", "upload", "account_data"].iter().any(|part| call.contains(part));
        match self {
            Steps::Moments { .. } => false,
            Steps::Keys => for_keys,
            Steps::Writes => !for_keys && !call.starts_with("GET"),
            Steps::Reads => !for_keys && call.starts_with("GET"),
        }
    }
}

/// The library makes calls beside all others; and what is asked depends on what has come from the homeserver at once,
/// which is shared with other worlds. There may be more or fewer of them.
fn is_unsure(steps: Steps) -> bool {
    matches!(steps, Steps::Keys | Steps::Reads)
}

impl Run {
    async fn begin(ground: Ground) -> Run {
        let place = Place::on(ground).await;
        let firebell = Firebell::starts(&place, None).await.expect("it lives");
        people_come(&place, &firebell).await;
        let before = Before::now(&firebell).await;
        Run { place, firebell: Some(firebell), number: 0, before }
    }

    fn firebell(&self) -> &Firebell {
        self.firebell.as_ref().expect("one that lives")
    }

    /// Whether it was killed, at this step.
    async fn play(&mut self, line: usize, step: Option<&Step>) -> bool {
        if line == 0 {
            self.number += 1;
            self.before = Before::now(self.firebell()).await;
        }
        let does = &SCRIPT[line].1;
        self.place.clock.set(begin(self.number, line));
        for does in *does {
            act(self.firebell(), self.number, does).await;
        }
        self.place.proxy().forgets_calls();
        let lives = match does {
            [Does::StartsAgain] => self.starts_again(step).await,
            _ => {
                self.firebell().is_killed_at(step);
                true
            }
        };
        let lives = lives && self.firebell().with(async |world| world.work().await).await.is_some();
        if !lives {
            self.starts_again(None).await;
        }
        !lives
    }

    /// However it ends, what it had in memory is gone. `false`: it was killed on the way.
    async fn starts_again(&mut self, step: Option<&Step>) -> bool {
        if let Some(firebell) = self.firebell.take() {
            firebell.ends().await;
        }
        self.firebell = Firebell::starts(&self.place, step).await;
        self.firebell.is_some()
    }

    /// The line's steps, those first that come every time, and how many those are.
    fn steps(&self, steps: Steps) -> (Vec<Step>, usize) {
        if let Steps::Moments { .. } = steps {
            let moments = self.firebell().moments();
            let steps = (1..=moments.len() as u64).map(Step::Moment).collect();
            // The place in the stream moves also when something happens in other worlds.
            return (steps, moments.iter().filter(|what| !what.starts_with("notes.note place")).count());
        }
        let mut known = BTreeMap::<String, usize>::new();
        for call in self.place.proxy().calls().into_iter().filter(|call| steps.has(call)) {
            *known.entry(call).or_default() += 1;
        }
        let each = |(kind, n): (String, usize)| (1..=n).map(move |n| Step::Call(kind.clone(), n));
        let found: Vec<Step> = known.into_iter().flat_map(each).collect();
        let sure = if is_unsure(steps) { 0 } else { found.len() };
        (found, sure)
    }

    /// What is left is done, and time goes by. What came of it.
    async fn goes_on(&self, line: usize) -> String {
        let (firebell, number) = (self.firebell(), self.number);
        firebell.is_killed_at(None);
        let gone_by = firebell.with(async move |world| time_goes_by(&world, number, line).await);
        gone_by.await.expect("it lives");
        snapshot(firebell, number, &self.before).await
    }

    async fn ends(mut self) {
        self.firebell.take().expect("one that lives").ends().await;
    }
}
