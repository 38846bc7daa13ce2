//! Firebell is killed at each moment: after each call that begins, writes or commits something, and at each call of
//! Slack's, when that is done and not answered yet. What was not acknowledged Slack delivers again. The next Firebell
//! finds the database and the workspace, and goes on.

use super::firebell::Firebell;
use super::script::{SCRIPT, act, people_come, time_goes_by};
use super::snapshot::{difference, snapshot};
use crate::slack::{Fault, Workspace};
use crate::support::ground::{Ground, TestClock};
use crate::support::town::Town;

const ENOUGH: usize = 3;

/// Which moments are meant.
#[derive(Clone, Copy, PartialEq)]
enum Steps {
    /// Of the journal, the mailbox and the chat.
    Ports,
    /// Calls of Slack's.
    Calls,
}

/// Every `of`th, beginning with the `first`: several tests share the moments, and run side by side.
struct Part {
    first: u64,
    of: u64,
}

mod on_sqlite {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn killed_at_a_third_of_the_moments() {
        killed(Ground::sqlite(), Steps::Ports, Part { first: 1, of: 3 }).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn killed_at_another_third() {
        killed(Ground::sqlite(), Steps::Ports, Part { first: 2, of: 3 }).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn killed_at_the_last_third() {
        killed(Ground::sqlite(), Steps::Ports, Part { first: 3, of: 3 }).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn killed_in_each_call() {
        killed(Ground::sqlite(), Steps::Calls, Part { first: 1, of: 1 }).await;
    }
}

/// A third of the moments: beginning is slower there.
mod on_postgres {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn killed_at_a_third_of_the_moments() {
        killed(Ground::postgres().await, Steps::Ports, Part { first: 2, of: 3 }).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn killed_in_each_call() {
        killed(Ground::postgres().await, Steps::Calls, Part { first: 1, of: 1 }).await;
    }
}

/// How a line goes when nobody is killed.
struct Whole {
    steps: u64,
    seen: String,
}

async fn killed(ground: Ground, steps: Steps, part: Part) {
    let mut whole = Vec::new();
    let run = Run::begin(&ground).await;
    for (line, (what, _)) in SCRIPT.iter().enumerate() {
        let done = run.play(line, steps, None).await;
        assert!(done, "{what} dies without being killed");
        let count = match steps {
            Steps::Ports => run.firebell.watch.count(),
            Steps::Calls => run.ws.calls().len() as u64,
        };
        whole.push(Whole { steps: count, seen: run.goes_on(line).await });
    }
    run.ends().await;
    let longest = whole.iter().map(|w| w.steps).max().unwrap_or_default();
    assert!(longest > 15, "nobody is counting");

    let (mut complaints, mut kills) = (Vec::new(), 0);
    for moment in (part.first..=longest).step_by(part.of as usize) {
        let ground = ground.empty().await;
        let mut run = Run::begin(&ground).await;
        let last = whole.iter().rposition(|w| w.steps >= moment).expect("a line");
        for (line, expected) in whole.iter().enumerate().take(last + 1) {
            let mut when = "nothing".to_string();
            if !run.play(line, steps, Some(moment)).await {
                when = run.last_step(steps);
                run = run.killed().await;
                kills += 1;
            }
            let seen = run.goes_on(line).await;
            if seen != expected.seen {
                let why = difference(&expected.seen, &seen);
                complaints.push(format!("{}: moment {moment}, killed after {when}:\n{why}", SCRIPT[line].0));
                break;
            }
        }
        run.ends().await;
        if complaints.len() >= ENOUGH {
            break;
        }
    }
    println!("killed {kills} times");
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

struct Run {
    clock: std::sync::Arc<TestClock>,
    ws: Workspace,
    firebell: Firebell,
}

impl Run {
    async fn begin(ground: &Ground) -> Run {
        let clock = TestClock::new();
        let ws = Town::workspace(clock.clone()).await;
        let firebell = Firebell::start(&ground.url(), clock.clone(), ws.clone()).await;
        people_come(&ws);
        firebell.with(async |world| world.work().await).await;
        Run { clock, ws, firebell }
    }

    /// `false`: it was killed at that moment.
    async fn play(&self, line: usize, steps: Steps, moment: Option<u64>) -> bool {
        self.ws.forget_calls();
        self.firebell.watch.end_at(moment.filter(|_| steps == Steps::Ports));
        if let Some(n) = moment.filter(|_| steps == Steps::Calls) {
            self.ws.break_call(n, Fault::HangAfter);
        }
        act(&self.ws, &self.clock, line);
        let done = self.firebell.with(async |world| world.work().await).await.is_some();
        self.ws.mend();
        done
    }

    /// What is left is done, and time goes by.
    async fn goes_on(&self, line: usize) -> String {
        self.firebell.watch.end_at(None);
        let seen = self.firebell.with(async move |world| {
            world.work().await;
            time_goes_by(&world, line).await;
            snapshot(&world).await
        });
        seen.await.expect("it goes on")
    }

    fn last_step(&self, steps: Steps) -> String {
        match steps {
            Steps::Ports => self.firebell.watch.behind(),
            Steps::Calls => self.ws.calls().pop().map(|call| call.method).unwrap_or_default(),
        }
    }

    async fn killed(self) -> Run {
        Run { firebell: self.firebell.killed().await, ..self }
    }

    async fn ends(self) {
        self.firebell.ends().await;
    }
}
