//! Whether Slack takes what Firebell says and delivers what happens: looked at now and then, told in words, and noticed
//! when it is well again.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::api::{CallError, Called};
use super::{Slack, failure, pause};
use crate::plan::{Platform, RoomId};
use crate::ports::{Failure, Readiness};

/// How `/readyz` calls it.
pub const PART: &str = "slack";
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// More often than what is known of people is forgotten.
const MEET_EVERY: TimeDelta = TimeDelta::hours(12);

/// Trouble that is shorter takes nothing away: what Slack could not deliver for so long, it delivers again.
const SHORT: TimeDelta = TimeDelta::minutes(2);

/// What was found at the last look.
#[derive(Default)]
pub struct Checkup {
    /// When all was well, if it is not any more.
    well_until: Option<DateTime<Utc>>,
    last_well: Option<DateTime<Utc>>,
    met_people: Option<DateTime<Utc>>,
    /// Slack delivers nothing while it is like that.
    deaf: bool,
}

/// Why not all is well.
struct Trouble {
    why: String,
    deaf: bool,
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
                let mut caught_up = self.catch_up().await;
                let deaf = std::mem::take(&mut checkup.deaf);
                if let Some(since) = checkup.well_until.take().filter(|since| deaf || now - *since > SHORT)
                    && let Err(error) = self.returned(since).await
                {
                    tracing::error!(%error, "Slack: what was missed could not be asked for; it is tried again");
                    (checkup.well_until, checkup.deaf, caught_up) = (Some(since), true, false);
                }
                if checkup.last_well.is_none() {
                    self.join_announcement_rooms().await;
                }
                checkup.last_well = Some(now);
                if caught_up && let Err(error) = self.alive().await {
                    tracing::warn!(%error, "Slack: that it is heard could not be noted");
                }
                let how = if sockets { format!("{} connections", self.connected.count()) } else { "by HTTP".into() };
                readiness.ready(PART, &how);
                if checkup.met_people.is_none_or(|met| now - met > MEET_EVERY) {
                    self.meet_people().await;
                    checkup.met_people = Some(now);
                }
            }
            Some(Trouble { why, deaf }) => {
                checkup.deaf |= deaf;
                if checkup.well_until.is_none() {
                    tracing::error!(%why, "Slack is not to be had");
                    checkup.well_until = checkup.last_well;
                }
                readiness.not_ready(PART, &why);
            }
        }
    }

    pub async fn meet_people(&self) {
        for workspace in &self.workspaces {
            if let Err(error) = workspace.meet_people().await {
                tracing::warn!(why = %error, "Slack: who is there could not be read; people are asked for when heard");
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
            workspace.join(&id).await?;
        }
        Ok(())
    }

    async fn trouble(&self, sockets: bool) -> Option<Trouble> {
        for workspace in &self.workspaces {
            let known = workspace.identity().await.map(drop);
            let asked: Called<Value> = match known {
                Ok(()) => workspace.api.read("auth.test", &[]).await,
                Err(error) => Err(error),
            };
            match asked {
                // It answers, and has enough of this question.
                Ok(_) | Err(CallError::Busy { .. }) => {}
                Err(error) => {
                    return Some(Trouble {
                        why: failure::in_words(&error),
                        deaf: failure::is_locked_out(error.code()),
                    });
                }
            }
        }
        // What is missed meanwhile the connections themselves know.
        (sockets && !self.connected.all()).then(|| Trouble {
            why: "no connection to Slack: is [slack] app_token right, and Socket Mode on in the app's settings?".into(),
            deaf: false,
        })
    }
}

const SOON: Duration = Duration::from_secs(1);
