//! A Firebell that can be killed: it lives in a runtime of its own, and the workspace and the database survive it.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;

use super::script::script_plan;
use crate::slack::Workspace;
use crate::support::ground::{Ground, TestClock};
use crate::support::town::Town;
use crate::support::watch::Watch;
use crate::support::world::World;

pub struct Firebell {
    pub watch: Watch,
    runtime: Runtime,
    world: Arc<World>,
    url: String,
}

impl Firebell {
    /// On the database at `url`, in this workspace.
    pub async fn start(url: &str, clock: Arc<TestClock>, ws: Workspace) -> Firebell {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let (runtime, watch) = (runtime.expect("a runtime"), Watch::new(|_, _| {}));
        let (ground, own) = (Ground::Shared(url.into()), watch.clone());
        let started = runtime.spawn(async move {
            let setup = Town::setup(&ws);
            World::in_slack(ground, clock, ws, setup, script_plan(), &own).await
        });
        let world = Arc::new(started.await.expect("to start"));
        Firebell { watch, runtime, world, url: url.into() }
    }

    /// Does this with it; `None` if it died on the way.
    pub async fn with<W, R, T>(&self, work: W) -> Option<T>
    where
        W: FnOnce(Arc<World>) -> R,
        R: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        let ws = self.world.workspace().clone();
        tokio::select! {
            done = self.runtime.spawn(work(self.world.clone())) => Some(done.expect("no panic")),
            () = self.watch.ended() => None,
            // A call that is done and never answered.
            () = ws.until_silent() => None,
        }
    }

    /// As the system kills: nothing that it was about to do is done. Its memory is gone; another one takes over.
    pub async fn killed(self) -> Firebell {
        let (url, clock, ws) = (self.url.clone(), self.world.clock.clone(), self.world.workspace().clone());
        ws.mend();
        self.ends().await;
        Firebell::start(&url, clock, ws).await
    }

    /// What the system would do at once takes a moment here: its connections to the database are closed.
    pub async fn ends(self) {
        let Firebell { runtime, world, .. } = self;
        let gone = tokio::task::spawn_blocking(move || {
            runtime.shutdown_timeout(Duration::from_secs(5));
            drop(world);
        });
        gone.await.expect("it ends");
    }
}
