//! Whether Slack takes what Firebell says and delivers what happens: looked at now and then, told in words, and noticed
//! when it is well again.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::api::Nothing;
use super::{Slack, failure};
use crate::plan::{Platform, RoomId};
use crate::ports::{Failure, Readiness};

/// How `/readyz` calls it.
pub const PART: &str = "slack";
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// What was found at the last look.
#[derive(Default)]
pub struct Checkup {
    /// When all was well, if it is not any more.
    well_until: Option<DateTime<Utc>>,
    last_well: Option<DateTime<Utc>>,
}

impl Slack {
    /// Looks now and then, until told to stop. `sockets`: what happens comes through connections of ours.
    pub async fn look_after(self: Arc<Self>, readiness: Readiness, sockets: bool, stopping: CancellationToken) {
        let mut checkup = Checkup::default();
        while !stopping.is_cancelled() {
            self.look(&mut checkup, &readiness, sockets).await;
            // Until it takes traffic, somebody may be waiting for just that.
            let wait = if checkup.well_until.is_none() && checkup.last_well.is_some() { LOOK_EVERY } else { SOON };
            tokio::select! {
                () = pause(wait) => {}
                () = self.changed.notified() => {}
                () = stopping.cancelled() => {}
            }
        }
        readiness.not_ready(PART, "stopped");
    }

    /// One look.
    pub async fn look(&self, checkup: &mut Checkup, readiness: &Readiness, sockets: bool) {
        let now = self.clock.now();
        let trouble = self.trouble(sockets).await;
        match trouble {
            None => {
                if let Some(since) = checkup.well_until.take()
                    && let Err(error) = self.returned(since).await
                {
                    tracing::error!(%error, "Slack: what was missed could not be asked for");
                    checkup.well_until = Some(since);
                }
                if checkup.last_well.is_none() {
                    self.join_announcement_rooms().await;
                }
                checkup.last_well = Some(now);
                if let Err(error) = self.alive().await {
                    tracing::warn!(%error, "Slack: that it is heard could not be noted");
                }
                let how = if sockets { format!("{} connections", self.connected.count()) } else { "by HTTP".into() };
                readiness.ready(PART, &how);
            }
            Some(why) => {
                if checkup.well_until.is_none() {
                    tracing::error!(%why, "Slack is not to be had");
                    checkup.well_until = checkup.last_well;
                }
                readiness.not_ready(PART, &why);
            }
        }
    }

    /// Public ones: into a private one it has to be invited.
    async fn join_announcement_rooms(&self) {
        let announcements = &self.plan.announcements;
        let rooms = announcements.default_rooms.iter().chain(announcements.routes.iter().flat_map(|r| &r.rooms));
        for room in rooms.filter(|room| room.platform == Platform::Slack) {
            if let Err(why) = self.join(room).await {
                tracing::warn!(%room, %why, "Slack: nothing can be announced there");
            }
        }
    }

    async fn join(&self, room: &RoomId) -> Result<(), Failure> {
        let (workspace, id) = self.place(room).await?;
        let channel = workspace.channel(&id).await?;
        if !channel.is_member && !channel.is_private && !channel.is_archived {
            let arguments = serde_json::json!({ "channel": id });
            let Nothing {} = workspace.api.write("conversations.join", None, &arguments).await?;
            workspace.forget_channel_info(&id);
        }
        Ok(())
    }

    async fn trouble(&self, sockets: bool) -> Option<String> {
        for workspace in &self.workspaces {
            if let Err(error) = workspace.identity().await {
                return Some(failure::in_words(&error));
            }
            let asked: Result<Value, _> = workspace.api.read("auth.test", &[]).await;
            if let Err(error) = asked {
                return Some(failure::in_words(&error));
            }
        }
        (sockets && self.connected.count() == 0).then(|| {
            "no connection to Slack: is [slack] app_token right, and Socket Mode on in the app's settings?".to_string()
        })
    }
}

const SOON: Duration = Duration::from_secs(1);

#[expect(clippy::disallowed_methods, reason = "how often to look is the adapter's own pace, nothing that is due")]
async fn pause(wait: Duration) {
    tokio::time::sleep(wait).await;
}
