//! The local chat: rooms, messages and threads that Firebell serves itself, in the browser, for trying it out and
//! for running without any other chat. To the rest of Firebell it is a chat like Slack: `server` is what people
//! use, `send` is how Firebell speaks in it, and `listen` is how it hears.
//!
//! Whatever somebody does is a transaction that ends in lines of one change stream. Browsers follow that stream,
//! and so does the bot, with a cursor that moves once what it heard is safe: nothing is lost by a crash.

mod emoji;
mod entrance;
mod listen;
mod mentions;
mod messages;
mod names;
mod pen;
mod rooms;
mod send;
mod server;

pub use listen::Listener;

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch;

use crate::plan::{MessageId, PersonId, Platform, RoomId};
use crate::ports::{Clock, LocalBook, LocalMessage, LocalRoom, StoreError};
use entrance::Door;
use pen::Pen;

/// What the configuration says of the local chat.
#[derive(Clone, Default)]
pub struct Setup {
    /// Announcement rooms by name; they are there from the start, as `general` is, and everyone is in them.
    pub rooms: Vec<String>,
    pub groups: BTreeMap<String, Vec<PersonId>>,
    /// `/incident`.
    pub command: String,
    /// Where browsers find Firebell, without a slash at the end.
    pub base_url: String,
    /// Asked for at the door, if there is one.
    pub password: Option<String>,
}

/// The local chat itself.
pub struct Local {
    book: Arc<dyn LocalBook>,
    clock: Arc<dyn Clock>,
    /// Rooms that everyone is in from the start.
    home: Vec<RoomId>,
    groups: BTreeMap<String, Vec<PersonId>>,
    command: String,
    base_url: String,
    door: Door,
    newest: watch::Sender<i64>,
}

impl Local {
    /// The chat, with its home rooms in place.
    pub async fn open(book: Arc<dyn LocalBook>, clock: Arc<dyn Clock>, setup: Setup) -> Result<Arc<Local>, StoreError> {
        let names = std::iter::once("general").chain(setup.rooms.iter().map(String::as_str));
        let home = names.filter_map(names::slug).map(room_id).collect();
        let newest = watch::Sender::new(book.newest().await?);
        let local = Local {
            book,
            clock,
            home,
            groups: setup.groups,
            command: setup.command,
            base_url: setup.base_url.trim_end_matches('/').to_string(),
            door: Door::new(setup.password),
            newest,
        };
        local.make_home_rooms().await?;
        Ok(Arc::new(local))
    }

    async fn make_home_rooms(&self) -> Result<(), StoreError> {
        let mut pen = self.write().await?;
        for id in &self.home {
            if pen.tx.room(id).await?.is_none() {
                let name = id.id.clone();
                let room = LocalRoom { id: id.clone(), name, topic: String::new(), private: false, archived: false };
                pen.make_room(&room, None).await?;
            }
        }
        self.finish(pen).await.map(drop)
    }

    async fn write(&self) -> Result<Pen, StoreError> {
        Ok(Pen::new(self.book.begin().await?, self.clock.now()))
    }

    /// Makes it durable and tells whoever waits. The number of the last change made; 0 if there is none.
    async fn finish(&self, pen: Pen) -> Result<i64, StoreError> {
        let seq = pen.commit().await?;
        self.announce(seq);
        Ok(seq)
    }

    fn announce(&self, seq: i64) {
        self.newest.send_if_modified(|newest| {
            let grew = seq > *newest;
            *newest = seq.max(*newest);
            grew
        });
    }
}

/// What Firebell is called here; nobody else can be.
const BOT: &str = "firebell";

fn person_id(id: impl Into<String>) -> PersonId {
    PersonId::new(Platform::Local, id)
}

fn room_id(id: impl Into<String>) -> RoomId {
    RoomId::new(Platform::Local, id)
}

fn message_id(message: &LocalMessage) -> MessageId {
    MessageId { room: message.room.clone(), id: message.id.to_string() }
}
