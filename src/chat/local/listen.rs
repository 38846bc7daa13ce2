//! The bot hears the local chat: it follows the change stream, from where it was when it last knew that what it had
//! heard was safe.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use tokio_util::sync::CancellationToken;

use super::{Local, message_id};
use crate::incident::SaidMessage;
use crate::plan::{Person, PersonId, Room, RoomId};
use crate::ports::{
    Change, Chat, Heard, Inbound, LocalMessage, LocalPerson, ReadMessage, Said, Slice, Speaker, StoreError,
    StoredChange,
};

/// How many changes are heard at once.
const BATCH: i64 = 100;
/// Another replica's changes, which nothing here tells of, are noticed after this long.
const POLL: Duration = Duration::from_secs(1);
/// How many messages are looked at in a room that is new: it is seconds old.
const READ_BACK: i64 = 1_000;
/// How long to wait after an error.
const PAUSE: Duration = Duration::from_secs(2);

/// Hands what people do to `receive`, in order within each room.
pub struct Listener<F> {
    chat: Arc<Local>,
    receive: F,
}

impl<F, Fut> Listener<F>
where
    F: Fn(Inbound) -> Fut + Send + Sync,
    Fut: Future<Output = Result<(), StoreError>> + Send,
{
    pub fn new(chat: Arc<Local>, receive: F) -> Self {
        Listener { chat, receive }
    }

    /// Follows the stream until told to stop.
    pub async fn run(&self, stopping: CancellationToken) {
        let mut newest = self.chat.newest.subscribe();
        while !stopping.is_cancelled() {
            newest.mark_unchanged();
            if let Err(error) = self.step().await {
                tracing::warn!(%error, "local chat: what was heard could not be stored; it will be heard again");
                tokio::select! {
                    () = pause(PAUSE) => continue,
                    () = stopping.cancelled() => return,
                }
            }
            tokio::select! {
                _ = newest.changed() => {}
                () = pause(POLL) => {}
                () = stopping.cancelled() => return,
            }
        }
    }

    /// Hears everything that is there by now. The cursor stands behind a change only once `receive` has returned for
    /// it and for all before it; after an error the same changes are heard again, which their identities make
    /// harmless. How many changes were passed.
    pub async fn step(&self) -> Result<usize, StoreError> {
        self.chat.announce(self.chat.book.newest().await?);
        let mut passed = 0;
        loop {
            let cursor = self.chat.book.heard().await?;
            let changes = self.chat.book.changes(cursor, BATCH).await?;
            let Some(last) = changes.last().map(|c| c.seq) else { return Ok(passed) };
            passed += changes.len();
            self.hear(changes).await?;
            self.chat.book.set_heard(last).await?;
        }
    }

    /// Rooms side by side; one room's changes one after the other.
    async fn hear(&self, changes: Vec<StoredChange>) -> Result<(), StoreError> {
        let people = self.chat.people_by_id().await?;
        let mut lanes: HashMap<RoomId, Vec<Inbound>> = HashMap::new();
        for change in changes {
            let Some(room) = change.room.clone() else { continue };
            if let Some(inbound) = self.chat.inbound(change, &people).await? {
                lanes.entry(room).or_default().push(inbound);
            }
        }
        let lanes = lanes.into_values().map(|lane| self.hear_in_order(lane));
        // All of them to the end: dropping one half way would only make it do the same again.
        join_all(lanes).await.into_iter().collect()
    }

    async fn hear_in_order(&self, lane: Vec<Inbound>) -> Result<(), StoreError> {
        for inbound in lane {
            (self.receive)(inbound).await?;
        }
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "how often to look is the listener's own pace, nothing that is due")]
async fn pause(wait: Duration) {
    tokio::time::sleep(wait).await;
}

type People = HashMap<PersonId, LocalPerson>;

impl Local {
    async fn people_by_id(&self) -> Result<People, StoreError> {
        Ok(self.book.people().await?.into_iter().map(|p| (p.person.id.clone(), p)).collect())
    }

    /// What the bot hears of this change, if it is a person's doing. Everything that tells it from others comes from
    /// the stored change, so that it is the same each time.
    async fn inbound(&self, change: StoredChange, people: &People) -> Result<Option<Inbound>, StoreError> {
        let StoredChange { seq, at, room: Some(room), only_for, message, text, change } = change else {
            return Ok(None);
        };
        let message = match message {
            Some(id) => self.book.message(id).await?,
            None => None,
        };
        let stamp = seq.to_string();
        let heard = match (change, message) {
            (Change::Typed { words, by, mentions }, _) => {
                let Some(room) = self.book.room(&room).await? else { return Ok(None) };
                let room = Room { id: room.id, name: room.name };
                let by = self.speaker(by, people);
                Some(Heard::Command { id: stamp, by, room, in_room: true, words, mentions, reply: None, origin: None })
            }
            (Change::Posted, Some(message)) if only_for.is_none() => {
                self.said(&message, text, people).map(Heard::Message)
            }
            (Change::Edited, Some(message)) if message.author.is_some() => {
                let text = text.unwrap_or_default();
                Some(Heard::Edited { message: message_id(&message), text, version: stamp })
            }
            (Change::Deleted, Some(message)) => Some(Heard::Deleted { message: message_id(&message) }),
            (Change::Reacted { emoji, by, on }, Some(message)) => {
                let said = self.said_at(&message, seq).await?;
                let by = self.speaker(by, people);
                let private_room = self.book.room(&room).await?.is_none_or(|r| r.private);
                let message = message_id(&message);
                let unread = false;
                Some(Heard::Reacted { message, emoji, by, on, stamp, said, unread, private_room })
            }
            (Change::Pinned { by: Some(by), on }, Some(message)) => {
                let said = self.said_at(&message, seq).await?;
                let by = self.speaker(by, people);
                Some(Heard::Pinned { message: message_id(&message), by, on, stamp, said })
            }
            (Change::Joined { person }, _) => Some(Heard::Joined { room, person, stamp, blind: false }),
            (Change::Left { person }, _) => Some(Heard::Left { room, person: person.id, stamp }),
            _ => None,
        };
        Ok(heard.map(|heard| Inbound { at, heard }))
    }

    /// The latest that people have said in this room, oldest first, without threads: for a room that is new.
    pub(super) async fn read_back(&self, room: &RoomId) -> Result<Vec<ReadMessage>, StoreError> {
        let people = self.people_by_id().await?;
        let nobody = super::person_id(super::BOT);
        let messages = self.book.messages(&nobody, room, Slice::Page { before: None }, READ_BACK).await?;
        let said = messages.into_iter().filter(|m| !m.deleted).filter_map(|message| {
            let said = self.said(&message, Some(message.text.clone()), &people)?;
            Some(ReadMessage { at: message.at, said, reactions: Vec::new(), shortened: Vec::new() })
        });
        Ok(said.collect())
    }

    /// `text` is what it said when it was posted; nothing, if it is deleted by now.
    fn said(&self, message: &LocalMessage, text: Option<String>, people: &People) -> Option<Said> {
        let author = message.author.clone()?;
        let id = message_id(message);
        Some(Said {
            link: self.link(&id.room, Some(&id)),
            id,
            thread: message.thread.map(|t| t.to_string()),
            by: self.speaker(author, people),
            text: text.unwrap_or_default(),
        })
    }

    /// The person's message as it was when that change was made. What Firebell says is nobody's finding.
    async fn said_at(&self, message: &LocalMessage, seq: i64) -> Result<Option<SaidMessage>, StoreError> {
        let Some(author) = message.author.clone() else { return Ok(None) };
        let id = message_id(message);
        let text = self.book.text_at(message.id, seq).await?.unwrap_or_default();
        let link = self.link(&id.room, Some(&id));
        Ok(Some(SaidMessage { id, author, at: message.at, text, link }))
    }

    /// Whoever is here is known: the chat is Firebell's own.
    fn speaker(&self, person: Person, people: &People) -> Speaker {
        let groups = self.groups.iter().filter(|(_, members)| members.contains(&person.id));
        Speaker {
            zone: people.get(&person.id).and_then(|p| p.zone),
            known: true,
            groups: groups.map(|(name, _)| name.clone()).collect(),
            person,
        }
    }
}
