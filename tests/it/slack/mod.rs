//! A Slack workspace for tests: people, channels and messages in memory, served as Slack serves them. A test talks to
//! people and channels; JSON is only spoken on the wire.

mod api;
mod blocks;
mod deeds;
mod delivery;
mod limits;
mod model;
mod people;
mod screens;
mod self_test;
mod shapes;
pub mod shown;
mod socket;
#[cfg(feature = "slack")]
mod wire_test;

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::routing::{any, get, post};
use chrono::{DateTime, Utc};

pub use delivery::{Delivery, Sent, signature};
pub use limits::{Call, Fault, Moment};
pub use model::{BOT_USER, Bookmark, Message, Reaction};

use limits::{CallLog, Trouble};
use model::{Conversation, Kind, Model};
use socket::Sockets;

/// Cheap to clone; all clones are one workspace.
#[derive(Clone)]
pub struct Workspace(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    /// `http://127.0.0.1:43210`
    base: String,
    client: reqwest::Client,
}

pub struct State {
    pub model: Model,
    pub trouble: Trouble,
    pub calls: CallLog,
    pub sockets: Sockets,
}

/// A channel as a test looks at it.
#[derive(Clone, Debug)]
pub struct Channel {
    pub id: String,
    pub name: String,
    pub private: bool,
    pub archived: bool,
    pub topic: String,
    pub purpose: String,
    /// Names, in the order in which they came.
    pub members: Vec<String>,
    pub bookmarks: Vec<Bookmark>,
    /// The `ts` of what is pinned, the first pinned first.
    pub pins: Vec<String>,
}

impl Workspace {
    /// `now` is the world's clock, which tests hold still: what is said has its time from there.
    pub async fn start(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Workspace {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let state = State {
            model: Model::new(base.clone(), Arc::new(now)),
            trouble: Trouble::default(),
            calls: CallLog::default(),
            sockets: Sockets::default(),
        };
        // A connection for each delivery: one that is kept belongs to the runtime that opened it, and tests end those.
        let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("a client");
        let workspace = Workspace(Arc::new(Inner { state: Mutex::new(state), base, client }));
        let routes = Router::new()
            .route("/api/{method}", any(api::call))
            .route("/response/{key}", post(api::response_url))
            .route("/link", get(socket::link))
            .with_state(workspace.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        workspace
    }

    /// Does something with all that is there; what is queued by it goes out to the sockets.
    fn with<R>(&self, act: impl FnOnce(&mut State) -> R) -> R {
        // A test that panicked while it held this has failed already.
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let result = act(&mut state);
        state.pump();
        result
    }

    fn client(&self) -> &reqwest::Client {
        &self.0.client
    }

    // --- What the app is configured with ------------------------------------------------------------------------------

    pub fn api_url(&self) -> String {
        format!("{}/api", self.0.base)
    }

    pub fn bot_token(&self) -> &'static str {
        api::BOT_TOKEN
    }

    pub fn app_token(&self) -> &'static str {
        api::APP_TOKEN
    }

    pub fn signing_secret(&self) -> &'static str {
        delivery::SIGNING_SECRET
    }

    pub fn bot_user(&self) -> &'static str {
        model::BOT_USER
    }

    pub fn team(&self) -> &'static str {
        model::TEAM
    }

    // --- What is there ------------------------------------------------------------------------------------------------

    /// In the order in which they came to be there, what one person alone was shown among them. `@Ann` is Ann's direct
    /// conversation with the bot.
    pub fn messages(&self, channel: &str) -> Vec<Message> {
        self.with(|state| state.model.place("Firebell", channel).messages.clone())
    }

    /// Between this person and the bot, if they have ever spoken.
    pub fn direct_messages(&self, who: &str) -> Vec<Message> {
        let user = self.person(who);
        self.with(|state| {
            let direct = state.model.conversations.iter().find(|c| c.kind == Kind::Direct && c.has(&user));
            direct.map(|c| c.messages.clone()).unwrap_or_default()
        })
    }

    pub fn channel_named(&self, name: &str) -> Option<Channel> {
        self.with(|state| {
            let found = state.model.conversation_named(name)?;
            Some(state.model.as_channel(found))
        })
    }

    /// Every channel's name, the oldest first.
    pub fn channel_names(&self) -> Vec<String> {
        let is_channel = |c: &&Conversation| c.kind != Kind::Direct;
        self.with(|state| state.model.conversations.iter().filter(is_channel).map(|c| c.name.clone()).collect())
    }
}

impl Model {
    fn as_channel(&self, found: &Conversation) -> Channel {
        let name = |id: &String| self.person(id).map_or_else(|| id.clone(), |p| p.name.clone());
        Channel {
            id: found.id.clone(),
            name: found.name.clone(),
            private: found.kind == Kind::Private,
            archived: found.archived,
            topic: found.topic.clone(),
            purpose: found.purpose.clone(),
            members: found.members.iter().map(name).collect(),
            bookmarks: found.bookmarks.clone(),
            pins: found.pins.iter().map(|pin| pin.ts.clone()).collect(),
        }
    }
}
