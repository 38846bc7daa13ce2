//! Slack. `intake` takes deliveries (by HTTP, or through `socket`) and keeps them; `listen` understands what was kept
//! and hands it on; `send` is how Firebell speaks; `history` reads back what was missed.
//!
//! A delivery is acknowledged once it is in the mailbox, as it came: understanding it may need to ask Slack who
//! somebody is, and no acknowledgement waits for that.

mod adopt;
mod api;
mod check;
mod connected;
mod emoji;
mod events;
mod failure;
mod forms;
mod furnish;
mod health;
mod history;
mod ids;
mod intake;
mod interactions;
mod invite;
mod known;
mod letterbox;
mod listen;
mod manifest;
mod marks;
mod mrkdwn;
mod render;
mod send;
mod shape;
mod socket;
mod talk;
mod text;
mod workspace;

pub use check::check;
pub use health::{Checkup, PART};
pub use manifest::manifest;
pub use socket::Sockets;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::plan::{PersonId, Plan, RoomId};
use crate::ports::{Clock, Failure, Ledger, Mailbox, Reception};
use api::{Api, Called};
use connected::Connected;
use letterbox::Letterbox;
use workspace::Workspace;

/// What letters of ours are filed under.
const SOURCE: &str = "slack";

#[expect(clippy::disallowed_methods, reason = "the adapter's own pace and Slack's, nothing that is due")]
async fn pause(wait: Duration) {
    tokio::time::sleep(wait).await;
}

/// One workspace, as configured.
#[derive(Clone)]
pub struct Membership {
    pub bot_token: String,
    pub app_token: Option<String>,
    pub signing_secret: Option<String>,
}

/// What the configuration says of Slack.
#[derive(Clone)]
pub struct Setup {
    /// Where the methods are, without a slash at the end.
    pub api_url: String,
    /// `/incident`.
    pub command: String,
    pub memberships: Vec<Membership>,
}

/// What Slack works with.
pub struct Tools {
    pub mailbox: Arc<dyn Mailbox>,
    pub ledger: Arc<dyn Ledger>,
    pub clock: Arc<dyn Clock>,
    pub plan: Arc<Plan>,
}

pub struct Slack {
    workspaces: Vec<Arc<Workspace>>,
    command: String,
    letterbox: Letterbox,
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    plan: Arc<Plan>,
    groups: BTreeMap<String, Vec<PersonId>>,
    /// Where what is heard goes; there once the desk is open.
    reception: std::sync::OnceLock<Arc<dyn Reception>>,
    /// Of several workspaces the one that has a channel, as far as that is known.
    homes: Mutex<HashMap<String, usize>>,
    /// A connection came or went.
    changed: Notify,
    connected: Connected,
    /// What goes on beside: forms that are being opened.
    beside: TaskTracker,
}

impl Slack {
    /// Asks nothing of Slack yet: it may be away just now.
    pub fn new(setup: &Setup, tools: Tools) -> Result<Arc<Slack>, std::io::Error> {
        let client = api::client(&setup.api_url)?;
        let workspaces = setup.memberships.iter().map(|membership| {
            let api = Api::new(client.clone(), &membership.bot_token, tools.clock.clone());
            Arc::new(Workspace::new(api, membership.signing_secret.clone(), tools.clock.clone()))
        });
        let connected = Connected::new(socket::app_tokens(setup).len(), tools.clock.now());
        Ok(Arc::new(Slack {
            workspaces: workspaces.collect(),
            command: setup.command.clone(),
            letterbox: Letterbox::new(tools.mailbox, tools.clock.clone()),
            ledger: tools.ledger,
            clock: tools.clock,
            groups: tools.plan.groups.clone(),
            plan: tools.plan,
            reception: std::sync::OnceLock::new(),
            homes: Mutex::default(),
            changed: Notify::new(),
            connected,
            beside: TaskTracker::new(),
        }))
    }

    /// From now on what is heard goes there. Only the first time counts.
    pub fn hand_to(&self, reception: Arc<dyn Reception>) {
        let _ = self.reception.set(reception);
    }

    /// What was begun beside is done: for tests, and for the end.
    pub async fn quiet(&self) {
        self.beside.close();
        self.beside.wait().await;
        self.beside.reopen();
    }

    /// How many connections there are, in socket mode.
    pub fn connections(&self) -> usize {
        self.connected.count()
    }

    /// The workspace of this team, as far as it is known by now: what must be answered at once asks nobody. With one
    /// workspace there is nothing to tell apart.
    fn known_team(&self, team: &str) -> Option<&Arc<Workspace>> {
        if let [only] = self.workspaces.as_slice() {
            return Some(only);
        }
        let is_it = |w: &&Arc<Workspace>| w.known_identity().is_some_and(|identity| identity.team_id == team);
        self.workspaces.iter().find(is_it)
    }

    /// `None`: it is none of ours.
    async fn of_team(&self, team: &str) -> Called<Option<&Arc<Workspace>>> {
        if self.known_team(team).is_none() {
            for workspace in &self.workspaces {
                workspace.identity().await?;
            }
        }
        Ok(self.known_team(team))
    }

    /// The workspace that is known to have this channel.
    fn home(&self, channel: &str) -> Option<&Arc<Workspace>> {
        let known = self.homes.lock().unwrap_or_else(PoisonError::into_inner).get(channel).copied();
        self.workspaces.get(known?)
    }

    /// With one workspace there is nothing to remember.
    fn is_home(&self, channel: &str, workspace: &Arc<Workspace>) {
        if self.workspaces.len() == 1 {
            return;
        }
        let place = self.workspaces.iter().position(|w| Arc::ptr_eq(w, workspace));
        let mut homes = self.homes.lock().unwrap_or_else(PoisonError::into_inner);
        homes.extend(place.map(|place| (channel.to_string(), place)));
    }

    /// The workspace that has this channel, and the channel's id, whether it is given by id or as `#name`.
    async fn place(&self, room: &RoomId) -> Result<(&Arc<Workspace>, String), Failure> {
        let never = |why: String| Failure::Never { why };
        if let Some(name) = room.id.strip_prefix('#') {
            for workspace in &self.workspaces {
                if let Some(id) = workspace.channel_named(name).await? {
                    return Ok((workspace, id));
                }
            }
            return Err(never(format!(
                "there is no channel #{name} that the bot can see: make it, or type /invite @Firebell in it"
            )));
        }
        if let [only] = self.workspaces.as_slice() {
            return Ok((only, room.id.clone()));
        }
        if let Some(home) = self.home(&room.id) {
            return Ok((home, room.id.clone()));
        }
        let is_person = room.id.starts_with(['U', 'W']);
        for workspace in &self.workspaces {
            let found = match is_person {
                true => workspace.someone(&room.id).await.map(|someone| someone.known),
                false => workspace.channel(&room.id).await.map(|_| true),
            };
            match found {
                Ok(true) => {
                    self.is_home(&room.id, workspace);
                    return Ok((workspace, room.id.clone()));
                }
                Ok(false) => {}
                Err(error) if error.code() == "channel_not_found" => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(never(format!("no workspace has the channel {}", room.id)))
    }
}
