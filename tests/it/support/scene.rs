//! Where a story is played: in which chat, on which database.

#[cfg(any(feature = "matrix", feature = "slack"))]
use std::sync::Arc;

use firebell::plan::{PersonId, Plan, Platform};

use super::ground::Ground;
#[cfg(any(feature = "matrix", feature = "slack"))]
use super::ground::TestClock;
#[cfg(feature = "slack")]
use super::town::Town;
#[cfg(feature = "matrix")]
use super::village::Hamlet;
use super::world::{World, plan};
#[cfg(feature = "slack")]
use crate::slack::Workspace;

/// A chat and a database, for a story to make its world in.
pub struct Scene {
    ground: Ground,
    #[cfg(feature = "slack")]
    workspace: Option<(Arc<TestClock>, Workspace)>,
    #[cfg(feature = "matrix")]
    hamlet: Option<(Arc<TestClock>, Arc<Hamlet>)>,
}

impl Scene {
    pub fn local_on_sqlite() -> Scene {
        Scene::local(Ground::sqlite())
    }

    pub async fn local_on_postgres() -> Scene {
        Scene::local(Ground::postgres().await)
    }

    fn local(ground: Ground) -> Scene {
        Scene {
            ground,
            #[cfg(feature = "slack")]
            workspace: None,
            #[cfg(feature = "matrix")]
            hamlet: None,
        }
    }

    #[cfg(feature = "matrix")]
    pub async fn matrix_on_sqlite() -> Scene {
        Scene::matrix(Ground::sqlite()).await
    }

    #[cfg(feature = "matrix")]
    pub async fn matrix_on_postgres() -> Scene {
        Scene::matrix(Ground::postgres().await).await
    }

    #[cfg(feature = "matrix")]
    async fn matrix(ground: Ground) -> Scene {
        let clock = TestClock::new();
        Scene { hamlet: Some((clock.clone(), Arc::new(Hamlet::new(clock).await))), ..Scene::local(ground) }
    }

    /// In the local chat, in Slack and in Matrix.
    #[cfg(all(feature = "matrix", feature = "slack"))]
    pub async fn everywhere_on_sqlite() -> Scene {
        Scene::everywhere(Ground::sqlite()).await
    }

    #[cfg(all(feature = "matrix", feature = "slack"))]
    pub async fn everywhere_on_postgres() -> Scene {
        Scene::everywhere(Ground::postgres().await).await
    }

    #[cfg(all(feature = "matrix", feature = "slack"))]
    async fn everywhere(ground: Ground) -> Scene {
        let clock = TestClock::new();
        Scene {
            workspace: Some((clock.clone(), Town::workspace(clock.clone()).await)),
            hamlet: Some((clock.clone(), Arc::new(Hamlet::new(clock).await))),
            ground,
        }
    }

    #[cfg(feature = "slack")]
    pub async fn slack_on_sqlite() -> Scene {
        Scene::slack(Ground::sqlite()).await
    }

    #[cfg(feature = "slack")]
    pub async fn slack_on_postgres() -> Scene {
        Scene::slack(Ground::postgres().await).await
    }

    #[cfg(feature = "slack")]
    async fn slack(ground: Ground) -> Scene {
        let clock = TestClock::new();
        Scene { workspace: Some((clock.clone(), Town::workspace(clock).await)), ..Scene::local(ground) }
    }

    /// What this chat calls them, before there is a world.
    pub fn person(&self, name: &str) -> PersonId {
        #[cfg(feature = "slack")]
        if let Some((_, workspace)) = &self.workspace {
            return PersonId::new(Platform::Slack, workspace.person(name));
        }
        #[cfg(feature = "matrix")]
        if let Some((_, hamlet)) = &self.hamlet {
            return PersonId::new(Platform::Matrix, hamlet.homeserver.user_id(name));
        }
        PersonId::new(Platform::Local, name.to_lowercase())
    }

    #[cfg(feature = "slack")]
    pub fn workspace(&self) -> &Workspace {
        &self.workspace.as_ref().expect("a scene in Slack").1
    }

    pub async fn world(self) -> World {
        self.with(plan()).await
    }

    pub async fn with(self, plan: Plan) -> World {
        #[cfg(all(feature = "matrix", feature = "slack"))]
        if let (Some((clock, workspace)), Some((_, hamlet))) = (&self.workspace, &self.hamlet) {
            let (clock, workspace, hamlet) = (clock.clone(), workspace.clone(), hamlet.clone());
            return World::in_all(self.ground, clock, workspace, hamlet, plan).await;
        }
        #[cfg(feature = "slack")]
        if let Some((clock, workspace)) = self.workspace {
            let setup = Town::setup(&workspace);
            return World::in_slack(self.ground, clock, workspace, setup, plan, &()).await;
        }
        #[cfg(feature = "matrix")]
        if let Some((clock, hamlet)) = self.hamlet {
            return World::in_matrix(self.ground, clock, hamlet, plan, &()).await;
        }
        World::with(self.ground, plan).await
    }
}
