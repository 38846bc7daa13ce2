//! Each call of Slack's fails once, in each way: it is made again, and what it was for is there once.

use super::script::{SCRIPT, act, people_come, script_plan, time_goes_by};
use super::snapshot::{difference, snapshot};
use crate::slack::Fault;
use crate::support::scene::Scene;
use crate::support::world::World;

/// A few complaints tell what is wrong; hundreds only take time.
const ENOUGH: usize = 3;

/// Makes of each fault a test for each database.
macro_rules! with_each_fault {
    ($($name:ident: $fault:expr),* $(,)?) => {
        mod on_sqlite {
            use super::*;
            $(#[tokio::test] async fn $name() { each_call_fails(Scene::slack_on_sqlite, $fault).await; })*
        }
        mod on_postgres {
            use super::*;
            $(#[tokio::test] async fn $name() { each_call_fails(Scene::slack_on_postgres, $fault).await; })*
        }
    };
}

with_each_fault!(
    done_and_no_answer: Fault::ResetAfter,
    not_done_and_no_answer: Fault::ResetBefore,
    slacks_own_trouble: Fault::ServerError,
    too_many_calls: Fault::Throttled { after_s: 5 },
);

/// How a line goes when nothing breaks.
struct Whole {
    methods: Vec<String>,
    seen: String,
}

async fn each_call_fails(scene: impl AsyncFn() -> Scene, fault: Fault) {
    let mut whole: Vec<Whole> = Vec::new();
    let world = begin(&scene).await;
    for line in 0..SCRIPT.len() {
        let methods = play(&world, line, None).await;
        whole.push(Whole { methods, seen: snapshot(&world).await });
    }
    world.ends().await;
    let longest = whole.iter().map(|w| w.methods.len()).max().unwrap_or_default();
    assert!(longest > 10, "nobody is counting");

    let (mut complaints, mut broken) = (Vec::new(), 0);
    for n in 1..=longest {
        let world = begin(&scene).await;
        let last = whole.iter().rposition(|w| w.methods.len() >= n).expect("a line");
        let before = complaints.len();
        for (line, expected) in whole.iter().enumerate().take(last + 1) {
            let methods = play(&world, line, Some((n, fault.clone()))).await;
            broken += usize::from(methods.len() >= n);
            let seen = snapshot(&world).await;
            if seen != expected.seen {
                let method = methods.get(n - 1).map_or("an earlier one", String::as_str);
                let why = difference(&expected.seen, &seen);
                complaints.push(format!("{}: call {n}, {method}: {fault:?}\n{why}", SCRIPT[line].0));
                break;
            }
        }
        if complaints.len() == before {
            world.ends().await;
        }
        if complaints.len() >= ENOUGH {
            break;
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
    let all = whole.iter().map(|w| w.methods.len()).sum::<usize>();
    assert!(broken >= all, "of {all} calls only {broken} were broken");
}

async fn begin(scene: &impl AsyncFn() -> Scene) -> World {
    let world = scene().await.with(script_plan()).await;
    people_come(world.workspace());
    world.work().await;
    world
}

/// The methods that were called; of them the nth fails.
async fn play(world: &World, line: usize, broken: Option<(usize, Fault)>) -> Vec<String> {
    let ws = world.workspace();
    ws.forget_calls();
    if let Some((n, fault)) = broken {
        ws.break_call(n as u64, fault);
    }
    act(ws, &world.clock, line);
    world.work().await;
    time_goes_by(world, line).await;
    ws.mend();
    ws.calls().into_iter().map(|call| call.method).collect()
}
