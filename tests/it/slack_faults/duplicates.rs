//! Slack delivers everything eleven times, late and in disorder, each time under another event id: it is as if each had
//! come once.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::script::{SCRIPT, act, people_come, script_plan, time_goes_by};
use super::snapshot::{difference, snapshot};
use crate::slack::Delivery;
use crate::support::scene::Scene;
use crate::support::world::World;

/// How often each comes beside its first time.
const REPEATS: usize = 10;
const SEEDS: [u64; 2] = [1, 2];

mod on_sqlite {
    #[tokio::test]
    async fn eleven_times_is_once() {
        super::eleven_times_is_once(crate::support::scene::Scene::slack_on_sqlite).await;
    }
}

mod on_postgres {
    #[tokio::test]
    async fn eleven_times_is_once() {
        super::eleven_times_is_once(crate::support::scene::Scene::slack_on_postgres).await;
    }
}

async fn eleven_times_is_once(scene: impl AsyncFn() -> Scene) {
    let mut once = Post::default();
    let expected = play(scene().await.with(script_plan()).await, &mut once).await;
    assert!(once.sent > 50 && !expected.contains("It is the network"), "{} deliveries", once.sent);
    for seed in SEEDS {
        let mut often = Post { chance: Some(StdRng::seed_from_u64(seed)), ..Post::default() };
        let seen = play(scene().await.with(script_plan()).await, &mut often).await;
        assert_eq!(often.sent, often.firsts * (1 + REPEATS));
        assert!(seen == expected, "seed {seed}: {}", difference(&expected, &seen));
    }
}

async fn play(world: World, post: &mut Post) -> String {
    people_come(world.workspace());
    for line in 0..SCRIPT.len() {
        act(world.workspace(), &world.clock, line);
        while post.carry(&world).await > 0 {}
        time_goes_by(&world, line).await;
    }
    post.carry_the_rest(&world).await;
    time_goes_by(&world, SCRIPT.len() - 1).await;
    let seen = snapshot(&world).await;
    world.ends().await;
    seen
}

/// Brings what Slack has to tell: the first of each in order; if there is chance in it, each again ten times.
#[derive(Default)]
struct Post {
    chance: Option<StdRng>,
    firsts: usize,
    sent: usize,
    /// When they are due, by how many firsts have gone out.
    repeats: Vec<(usize, Delivery)>,
}

impl Post {
    async fn carry(&mut self, world: &World) -> usize {
        let queued = world.workspace().take_pending();
        let count = queued.len();
        for delivery in queued {
            self.send(world, &delivery).await;
            self.firsts += 1;
            self.plan_repeats(&delivery);
            self.send_due(world, self.firsts).await;
        }
        let slack = &world.slack().slack;
        slack.quiet().await;
        count + slack.take_in().await.expect("to take in") + world.desk.work_off().await.expect("to work")
    }

    fn plan_repeats(&mut self, delivery: &Delivery) {
        let Some(chance) = &mut self.chance else { return };
        for n in 0..REPEATS {
            // Near ones and far ones, and some at the very end.
            let due = self.firsts + chance.random_range(0..150);
            self.repeats.push((due, delivery.again(&format!("EvAGAIN{}N{n}", self.firsts))));
        }
    }

    async fn send_due(&mut self, world: &World, now: usize) {
        let (mut due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.repeats).into_iter().partition(|(due, _)| *due <= now);
        self.repeats = later;
        due.sort_by_key(|(due, _)| *due);
        for (_, delivery) in due {
            self.send(world, &delivery).await;
        }
    }

    async fn carry_the_rest(&mut self, world: &World) {
        while self.carry(world).await > 0 {}
        self.send_due(world, usize::MAX).await;
        while self.carry(world).await > 0 {}
        self.send_due(world, usize::MAX).await;
    }

    async fn send(&mut self, world: &World, delivery: &Delivery) {
        self.sent += 1;
        assert_eq!(world.workspace().deliver_one(world.slack().url(), delivery).await, 200, "{}", delivery.body);
    }
}
