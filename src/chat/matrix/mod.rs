//! Matrix. `identity` is the device that lasts; `listen` follows the homeserver's stream of events and hands on what
//! `events` makes of them; `send` is how Firebell speaks. What needs a call to the homeserver before it is understood or
//! done is a letter first (`letters`): the stream's place moves only when all that came with it is durable.

mod adopt;
mod again;
mod calls;
mod check;
mod direct;
mod events;
mod failure;
mod files;
mod history;
mod html;
mod identity;
mod ids;
mod letters;
mod listen;
mod members;
mod people;
mod render;
mod rooms;
mod seeds;
mod send;
mod shape;
mod text;
mod unread;
mod uri;

pub use check::{check, last_limited};
pub use identity::{Account, Login, Opened};
pub use listen::PART;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use matrix_sdk::ruma::OwnedRoomId;
use matrix_sdk::{Client, Room};
use tokio::sync::Notify;

use crate::chat::limits::Limits;
use crate::plan::Plan;
use crate::ports::{Clock, Failure, Ledger, Mailbox, Notes, Reception, StoreError};

/// What letters and notes of ours are filed under.
const SOURCE: &str = "matrix";
/// Noted: when the homeserver last had enough of the bot's calls.
const LIMITED: &str = "limited";

#[expect(clippy::disallowed_methods, reason = "the adapter's own pace, nothing that is due")]
async fn pause(wait: Duration) {
    tokio::time::sleep(wait).await;
}

/// What the configuration says of Matrix.
#[derive(Clone)]
pub struct Setup {
    pub account: Account,
    /// `!incident`.
    pub prefix: String,
    /// The space that incident rooms belong to, by alias or id; `None`: one is made.
    pub space: Option<String>,
    /// Servers and people whose invitations are accepted; `None`: those of the bot's own server.
    pub invites: Option<Vec<String>>,
    /// Every room that Firebell makes is encrypted.
    pub encrypted: bool,
}

/// What Matrix works with.
pub struct Tools {
    pub mailbox: Arc<dyn Mailbox>,
    pub notes: Arc<dyn Notes>,
    pub ledger: Arc<dyn Ledger>,
    pub clock: Arc<dyn Clock>,
    pub plan: Arc<Plan>,
}

pub struct Matrix {
    setup: Setup,
    mailbox: Arc<dyn Mailbox>,
    notes: Arc<dyn Notes>,
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    plan: Arc<Plan>,
    /// There once the homeserver has been reached, or the store tells who we are.
    client: OnceLock<Client>,
    /// Where what is heard goes; there once the desk is open.
    reception: OnceLock<Arc<dyn Reception>>,
    /// Rooms that are named by an alias, as far as they are known.
    places: Mutex<HashMap<String, OwnedRoomId>>,
    /// As this process has given them to rooms: the stream tells of it later.
    topics: Mutex<HashMap<OwnedRoomId, String>>,
    limits: Limits,
    /// There are letters.
    arrived: Notify,
}

impl Matrix {
    /// Asks nothing of the homeserver yet: it may be away just now.
    pub fn new(setup: Setup, tools: Tools) -> Arc<Matrix> {
        Arc::new(Matrix {
            setup,
            mailbox: tools.mailbox,
            notes: tools.notes,
            ledger: tools.ledger,
            clock: tools.clock,
            plan: tools.plan,
            client: OnceLock::new(),
            reception: OnceLock::new(),
            places: Mutex::default(),
            topics: Mutex::default(),
            limits: Limits::of(SOURCE),
            arrived: Notify::new(),
        })
    }

    /// From now on what is heard goes there. Only the first time counts.
    pub fn hand_to(&self, reception: Arc<dyn Reception>) {
        let _ = self.reception.set(reception);
    }

    /// Opens the store, logs in if that never happened, and makes the device one that others trust.
    pub async fn connect(&self) -> Result<Opened, Failure> {
        let client = match self.client.get() {
            Some(client) => client,
            None => {
                let opened = identity::open(&self.setup.account).await?;
                self.client.get_or_init(|| opened)
            }
        };
        let opened = identity::establish(client, &self.setup.account).await?;
        self.join_announcement_rooms().await?;
        self.find_space().await?;
        Ok(opened)
    }

    /// The recovery key was told.
    pub async fn recovery_key_shown(&self) -> Result<(), Failure> {
        identity::recovery_key_shown(self.client()?).await
    }

    fn client(&self) -> Result<&Client, Failure> {
        let not_yet =
            || Failure::Busy { why: "the homeserver was not reached yet".into(), after: TimeDelta::seconds(1) };
        self.client.get().ok_or_else(not_yet)
    }

    /// `@firebell:example.org`; empty until it is known.
    fn me(&self) -> &str {
        self.client.get().and_then(Client::user_id).map_or("", |id| id.as_str())
    }

    /// The server's name, as it stands in ids of ours.
    fn server(&self) -> &str {
        ids::server_of(self.me())
    }

    async fn note(&self, key: &str, value: &str) -> Result<(), StoreError> {
        self.notes.note(SOURCE, key, value).await
    }

    async fn noted(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.notes.noted(SOURCE, key).await
    }

    /// What tells this installation's work from that of another one with the same account: numbers of incidents begin
    /// anew with a new database, and the homeserver remembers for longer.
    async fn work(&self, key: &str) -> Result<String, StoreError> {
        let installation = match self.noted("installation").await? {
            Some(installation) => installation,
            None => {
                let made = matrix_sdk::ruma::TransactionId::new().to_string();
                self.note("installation", &made).await?;
                made
            }
        };
        Ok(format!("{installation}/{key}"))
    }

    fn room_of(&self, id: &matrix_sdk::ruma::RoomId) -> Result<Room, Failure> {
        let unknown = || failure::never(&format!("the bot is not in {id}: invite it there"));
        self.client()?.get_room(id).ok_or_else(unknown)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn away(error: StoreError) -> Failure {
    failure::later(error.why)
}
