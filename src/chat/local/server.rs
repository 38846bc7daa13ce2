//! The chat as its people have it: everything that a browser asks for.

use async_trait::async_trait;
use tokio::sync::watch;

use super::Local;
use super::pen::Pen;
use super::rooms::Wish;
use crate::plan::{Person, RoomId};
use crate::ports::{
    Act, Change, Done, History, LocalChat, LocalMessage, LocalRoom, Overview, Seen, SignIn, Slice, StoreError,
    StoredChange, Trouble,
};

/// How many messages are read at once.
const PAGE: i64 = 60;
/// How many messages of a thread, or pins, are shown.
const LIST: i64 = 1000;
/// How many changes are read at once.
const CHANGES: i64 = 200;
/// The longest name that a request may have.
const NONCE: usize = 100;

#[async_trait]
impl LocalChat for Local {
    fn needs_password(&self) -> bool {
        self.door.has_lock()
    }

    async fn sign_in(&self, entry: SignIn) -> Result<String, Trouble> {
        self.enter(entry).await
    }

    async fn sign_out(&self, token: &str) -> Result<(), Trouble> {
        self.leave_by(token).await
    }

    async fn session(&self, token: &str) -> Result<Option<Person>, Trouble> {
        self.whose(token).await
    }

    async fn overview(&self, me: &Person) -> Result<Overview, Trouble> {
        // The number first: what comes between it and the rest is told again by the stream, never left out.
        let seq = self.book.newest().await?;
        let people = self.book.people().await?.into_iter().map(|p| p.person).collect();
        let rooms = self.book.rooms(&me.id).await?;
        Ok(Overview { me: me.clone(), seq, command: self.command.clone(), rooms, people })
    }

    async fn history(&self, me: &Person, room: &RoomId, slice: Slice) -> Result<History, Trouble> {
        self.room_seen_by(me, room).await?;
        match slice {
            Slice::Page { .. } => {
                let mut messages = self.book.messages(&me.id, room, slice, PAGE).await?;
                let more = messages.len() as i64 == PAGE;
                messages.retain(is_shown);
                Ok(History { messages, more })
            }
            Slice::Thread(id) => {
                let message = self.book.message(id).await?.filter(|m| m.room == *room).ok_or(Trouble::NotFound)?;
                let root = Slice::Thread(message.thread.unwrap_or(id));
                let mut messages = self.book.messages(&me.id, room, root, LIST).await?;
                messages.retain(is_shown);
                match messages.is_empty() {
                    true => Err(Trouble::NotFound),
                    false => Ok(History { messages, more: false }),
                }
            }
            Slice::Pins => {
                let messages = self.book.messages(&me.id, room, slice, LIST).await?;
                Ok(History { messages, more: false })
            }
        }
    }

    async fn act(&self, me: &Person, nonce: &str, act: Act) -> Result<Done, Trouble> {
        if nonce.is_empty() || nonce.len() > NONCE || nonce.contains('\0') {
            return Err(Trouble::Refused("The request needs a nonce.".into()));
        }
        let mut pen = self.write().await?;
        if let Some(done) = pen.tx.answered(&me.id, nonce).await? {
            return Ok(done);
        }
        let room = self.perform(&mut pen, me, act).await?;
        let done = Done { seq: pen.last(), room: Some(room) };
        let at = pen.at;
        pen.tx.remember(&me.id, nonce, &done, at).await?;
        self.finish(pen).await?;
        Ok(done)
    }

    async fn changes(&self, me: &Person, after: i64) -> Result<Vec<Seen>, Trouble> {
        let mut seen = Vec::new();
        for change in self.book.changes_for(&me.id, after, CHANGES).await? {
            seen.push(self.seen(me, change).await?);
        }
        Ok(seen)
    }

    fn newest(&self) -> watch::Receiver<i64> {
        self.newest.subscribe()
    }
}

impl Local {
    async fn perform(&self, pen: &mut Pen, me: &Person, act: Act) -> Result<RoomId, Trouble> {
        match act {
            Act::Post { room, thread, text } => self.say(pen, me, &room, thread, text).await.map(|()| room),
            Act::Press { room, words } => self.press(pen, me, &room, &words).await.map(|()| room),
            Act::Edit { message, text } => self.edit_own(pen, me, message, text).await,
            Act::Delete { message } => self.delete_own(pen, me, message).await,
            Act::React { message, emoji, on } => self.react(pen, me, message, &emoji, on).await,
            Act::Pin { message, on } => self.pin_by(pen, me, message, on).await,
            Act::NewRoom { name, topic, private, people } => {
                self.new_room(pen, me, Wish { name: &name, topic: &topic, private, people: &people }).await
            }
            Act::Join { room } => self.join(pen, me, &room).await.map(|()| room),
            Act::Leave { room } => self.leave(pen, me, &room).await.map(|()| room),
            Act::Invite { room, people } => self.invite_by(pen, me, &room, &people).await.map(|()| room),
        }
    }

    async fn room_seen_by(&self, me: &Person, room: &RoomId) -> Result<LocalRoom, Trouble> {
        let rooms = self.book.rooms(&me.id).await?;
        let found = rooms.into_iter().find(|r| r.room.id == *room);
        found.map(|r| r.room).ok_or(Trouble::NotFound)
    }

    async fn seen(&self, me: &Person, stored: StoredChange) -> Result<Seen, StoreError> {
        let message = self.message_for(me, stored.message).await?;
        let root = self.message_for(me, message.as_ref().and_then(|m| m.thread)).await?;
        // What was typed is between its author and the bot; the echo shows it.
        let change = match stored.change {
            Change::Typed { .. } => Change::Posted,
            other => other,
        };
        Ok(Seen { seq: stored.seq, room: stored.room, change, message, root })
    }

    async fn message_for(&self, me: &Person, id: Option<i64>) -> Result<Option<LocalMessage>, StoreError> {
        let Some(id) = id else { return Ok(None) };
        let message = self.book.message(id).await?;
        Ok(message.filter(|m| m.only_for.as_ref().is_none_or(|p| *p == me.id)))
    }
}

/// A deleted message keeps its place only where a thread hangs on it.
fn is_shown(message: &LocalMessage) -> bool {
    !message.deleted || message.replies > 0
}
