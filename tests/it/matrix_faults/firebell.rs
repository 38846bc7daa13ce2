//! A Firebell that can be killed: it lives in a runtime of its own. People, the homeserver, the database and the folder
//! with the device's keys survive it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use firebell::plan::Plan;
use tokio::runtime::Runtime;

use super::script::script_plan;
use crate::matrix::proxy::Proxy;
use crate::support::ground::{Ground, TestClock};
use crate::support::village::{Hamlet, Village};
use crate::support::watch::Watch;
use crate::support::world::World;

/// What is there without Firebell.
#[derive(Clone)]
pub struct Place {
    pub clock: Arc<TestClock>,
    pub hamlet: Arc<Hamlet>,
    ground: Arc<Ground>,
    plan: Plan,
}

/// When Firebell is to be killed.
#[derive(Clone, Debug)]
pub enum Step {
    /// After so many calls of ports that begin, write or commit.
    Moment(u64),
    /// In this call to the homeserver, of several of a kind this one: it is done, and the answer comes never.
    Call(String, usize),
}

pub struct Firebell {
    pub place: Place,
    watch: Watch,
    /// What has returned at each moment.
    moments: Arc<Mutex<Vec<String>>>,
    runtime: Runtime,
    world: Arc<World>,
}

impl Place {
    pub async fn on(ground: Ground) -> Place {
        let clock = TestClock::new();
        let hamlet = Arc::new(Hamlet::new(clock.clone()).await);
        let plan = script_plan();
        hamlet.makes_rooms(&plan).await;
        Place { clock, hamlet, ground: Arc::new(ground), plan }
    }

    pub fn proxy(&self) -> &Proxy {
        &self.hamlet.proxy
    }
}

impl Firebell {
    /// `None`: it was killed on the way.
    pub async fn starts(place: &Place, end: Option<&Step>) -> Option<Firebell> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let (runtime, moments) = (runtime.expect("a runtime"), Arc::<Mutex<Vec<String>>>::default());
        let noted = moments.clone();
        let watch = Watch::new(move |_, what| noted.lock().unwrap().push(what.into()));
        arm(place, &watch, end);
        let (own, here) = (watch.clone(), place.clone());
        let start = async move {
            World::in_matrix(Ground::Shared(here.ground.url()), here.clock, here.hamlet, here.plan, &own).await
        };
        match alive(&runtime, &watch, place.proxy(), start).await {
            Some(world) => Some(Firebell { place: place.clone(), watch, moments, runtime, world: Arc::new(world) }),
            None => {
                end_all(runtime, place).await;
                None
            }
        }
    }

    /// It is killed at this step, counted from now on.
    pub fn is_killed_at(&self, end: Option<&Step>) {
        self.moments.lock().unwrap().clear();
        arm(&self.place, &self.watch, end);
    }

    /// What has returned at each moment since then.
    pub fn moments(&self) -> Vec<String> {
        self.moments.lock().unwrap().clone()
    }

    /// Does this with it; `None` if it was killed on the way.
    pub async fn with<W, R, T>(&self, work: W) -> Option<T>
    where
        W: FnOnce(Arc<World>) -> R,
        R: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        alive(&self.runtime, &self.watch, self.place.proxy(), work(self.world.clone())).await
    }

    /// Where people are. What they do is done outside of Firebell's runtime: their connections survive it.
    pub fn village(&self) -> &Village {
        self.world.matrix()
    }

    /// As the system kills: nothing that it was about to do is done, and its memory is gone. What the system would do at
    /// once takes a moment here: its connections to the databases are closed.
    pub async fn ends(self) -> Place {
        let Firebell { place, runtime, world, .. } = self;
        end_all(runtime, &place).await;
        drop(world);
        place
    }
}

fn arm(place: &Place, watch: &Watch, end: Option<&Step>) {
    let moment = end.and_then(|step| if let Step::Moment(moment) = step { Some(*moment) } else { None });
    let call = end.and_then(|step| if let Step::Call(kind, n) = step { Some((kind.as_str(), *n)) } else { None });
    watch.end_at(moment);
    place.proxy().hangs(call);
}

async fn alive<T: Send + 'static>(
    runtime: &Runtime,
    watch: &Watch,
    proxy: &Proxy,
    work: impl Future<Output = T> + Send + 'static,
) -> Option<T> {
    tokio::select! {
        done = runtime.spawn(work) => Some(done.expect("no panic")),
        () = watch.ended() => None,
        () = proxy.until_silent() => None,
    }
}

async fn end_all(runtime: Runtime, place: &Place) {
    let ended = tokio::task::spawn_blocking(move || runtime.shutdown_timeout(Duration::from_secs(5)));
    ended.await.expect("it ends");
    // A process that is killed closes them all.
    if let Ground::Postgres(database) = place.ground.as_ref() {
        database.disconnect_all().await;
    }
}
