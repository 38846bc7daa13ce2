//! Messages, and what is done to them.

use super::mentions::mentions;
use super::pen::Pen;
use super::rooms::{seen_by, writable_by};
use super::{Local, emoji};
use crate::phrase::{Doc, code, text};
use crate::plan::{Person, PersonId, RoomId};
use crate::ports::{Change, LocalMessage, StoreError, Trouble};

/// The longest message, in bytes.
const LONGEST: usize = 64 * 1024;
/// A message that is only shown cannot be worked on; there is nobody to share that with.
const PRIVATE: &str = "Only you see that message.";

/// A message that is about to be.
pub struct Draft<'a> {
    pub room: &'a RoomId,
    pub thread: Option<i64>,
    pub author: Option<&'a Person>,
    pub only_for: Option<&'a PersonId>,
    pub text: String,
    pub doc: Option<Doc>,
}

impl Pen {
    /// The message is there; its id is the number of this change.
    pub async fn put(&mut self, draft: Draft<'_>, effect: Option<&str>, change: Change) -> Result<i64, StoreError> {
        let id = self.next_seq().await?;
        let people = match draft.text.contains('@') {
            true => self.people_to_mention().await?,
            false => Vec::new(),
        };
        let message = LocalMessage {
            id,
            room: draft.room.clone(),
            thread: draft.thread,
            author: draft.author.cloned(),
            only_for: draft.only_for.cloned(),
            at: self.at,
            mentions: mentions(&draft.text, &people),
            text: draft.text,
            doc: draft.doc,
            edited: false,
            deleted: false,
            pinned: false,
            reactions: Vec::new(),
            replies: 0,
            last_reply: None,
        };
        self.tx.add_message(&message, effect).await?;
        self.tell_of(id, &message, change).await?;
        Ok(id)
    }

    /// The message that this thread hangs on: `thread` itself, or the one that it answers.
    pub async fn root_of(&mut self, room: &RoomId, thread: i64) -> Result<Option<i64>, StoreError> {
        let message = self.tx.message(thread).await?;
        let message = message.filter(|m| m.room == *room && m.only_for.is_none());
        Ok(message.map(|m| m.thread.unwrap_or(m.id)))
    }

    /// Pinned, or not any more; nothing happens if it is so already.
    pub async fn set_pin(
        &mut self,
        mut message: LocalMessage,
        by: Option<&Person>,
        on: bool,
    ) -> Result<(), StoreError> {
        if message.pinned == on {
            return Ok(());
        }
        message.pinned = on;
        self.tx.update_message(&message).await?;
        let seq = self.next_seq().await?;
        self.tell_of(seq, &message, Change::Pinned { by: by.cloned(), on }).await
    }

    async fn people_to_mention(&mut self) -> Result<Vec<Person>, StoreError> {
        Ok(self.tx.people().await?.into_iter().map(|p| p.person).collect())
    }
}

impl Local {
    /// A message; a command, if it begins with the command word; or a private answer to any other slash word.
    pub(super) async fn say(
        &self,
        pen: &mut Pen,
        me: &Person,
        room: &RoomId,
        thread: Option<i64>,
        text: String,
    ) -> Result<(), Trouble> {
        let text = checked(text)?;
        match text.strip_prefix('/') {
            Some(rest) if rest.starts_with('/') => {
                let text = rest.to_string();
                self.post(pen, me, room, thread, text).await
            }
            Some(_) => self.slash(pen, me, room, text).await,
            None => self.post(pen, me, room, thread, text).await,
        }
    }

    async fn post(
        &self,
        pen: &mut Pen,
        me: &Person,
        room: &RoomId,
        thread: Option<i64>,
        text: String,
    ) -> Result<(), Trouble> {
        writable_by(pen, me, room).await?;
        let root = match thread {
            Some(thread) => Some(open_thread(pen, room, thread).await?),
            None => None,
        };
        pen.add_member(room, me).await?;
        let draft = Draft { room, thread: root, author: Some(me), only_for: None, text, doc: None };
        pen.put(draft, None, Change::Posted).await?;
        Ok(())
    }

    /// Nothing of this is for others to see, so it is possible in an archived room, too.
    async fn slash(&self, pen: &mut Pen, me: &Person, room: &RoomId, typed: String) -> Result<(), Trouble> {
        seen_by(pen, me, room).await?;
        let (word, rest) = typed.split_once(char::is_whitespace).unwrap_or((&typed, ""));
        let echo =
            Draft { room, thread: None, author: Some(me), only_for: Some(&me.id), text: typed.clone(), doc: None };
        if word.to_lowercase() == self.command.to_lowercase() {
            // Who asks Firebell for something here is here, as who writes is.
            pen.add_member(room, me).await?;
            let change = self.typed(pen, me, rest).await?;
            pen.put(echo, None, change).await?;
            return Ok(());
        }
        pen.put(echo, None, Change::Posted).await?;
        let doc = self.no_such_command(word);
        let answer =
            Draft { room, thread: None, author: None, only_for: Some(&me.id), text: String::new(), doc: Some(doc) };
        pen.put(answer, None, Change::Posted).await?;
        Ok(())
    }

    /// A button: the words without an echo.
    pub(super) async fn press(&self, pen: &mut Pen, me: &Person, room: &RoomId, words: &str) -> Result<(), Trouble> {
        let words = checked(words.to_string())?;
        seen_by(pen, me, room).await?;
        pen.add_member(room, me).await?;
        let change = self.typed(pen, me, &words).await?;
        Ok(pen.tell_only(&me.id, Some(room), change).await?)
    }

    async fn typed(&self, pen: &mut Pen, me: &Person, words: &str) -> Result<Change, StoreError> {
        let words = words.trim().to_string();
        let mentions = mentions(&words, &pen.people_to_mention().await?);
        Ok(Change::Typed { words, by: me.clone(), mentions })
    }

    fn no_such_command(&self, word: &str) -> Doc {
        Doc::new()
            .line([
                code(word),
                text(" is not a command here. See what there is with "),
                code(format!("{} help", self.command)),
                text("."),
            ])
            .line([
                text("To send text that begins with a slash, begin it with two: "),
                code(format!("/{word}")),
                text("."),
            ])
    }

    pub(super) async fn edit_own(&self, pen: &mut Pen, me: &Person, id: i64, text: String) -> Result<RoomId, Trouble> {
        let text = checked(text)?;
        let mut message = own(pen, me, id).await?;
        let room = message.room.clone();
        if message.text == text {
            return Ok(room);
        }
        message.mentions = mentions(&text, &pen.people_to_mention().await?);
        message.text = text;
        message.edited = true;
        pen.tx.update_message(&message).await?;
        let seq = pen.next_seq().await?;
        pen.tell_of(seq, &message, Change::Edited).await?;
        Ok(room)
    }

    pub(super) async fn delete_own(&self, pen: &mut Pen, me: &Person, id: i64) -> Result<RoomId, Trouble> {
        let mut message = own(pen, me, id).await?;
        message.text.clear();
        message.mentions.clear();
        message.deleted = true;
        message.pinned = false;
        pen.tx.update_message(&message).await?;
        let seq = pen.next_seq().await?;
        pen.tell_of(seq, &message, Change::Deleted).await?;
        Ok(message.room)
    }

    pub(super) async fn react(
        &self,
        pen: &mut Pen,
        me: &Person,
        id: i64,
        given: &str,
        on: bool,
    ) -> Result<RoomId, Trouble> {
        let emoji = emoji::emoji(given).ok_or_else(|| Trouble::Refused("A reaction is one emoji.".into()))?;
        let message = shared(pen, me, id).await?;
        pen.add_member(&message.room, me).await?;
        let seq = pen.next_seq().await?;
        if pen.tx.set_reaction(&message, &emoji, &me.id, on, seq).await? {
            pen.tell_of(seq, &message, Change::Reacted { emoji, by: me.clone(), on }).await?;
        }
        Ok(message.room)
    }

    pub(super) async fn pin_by(&self, pen: &mut Pen, me: &Person, id: i64, on: bool) -> Result<RoomId, Trouble> {
        let message = shared(pen, me, id).await?;
        let room = message.room.clone();
        pen.add_member(&room, me).await?;
        pen.set_pin(message, Some(me), on).await?;
        Ok(room)
    }
}

/// Text that can be stored; otherwise why not, for the one who wrote it.
fn checked(text: String) -> Result<String, Trouble> {
    if text.trim().is_empty() {
        return Err(Trouble::Refused("There is nothing to send.".into()));
    }
    if text.len() > LONGEST {
        return Err(Trouble::TooLong);
    }
    // PostgreSQL has no NUL in its texts.
    Ok(text.replace('\0', "\u{fffd}"))
}

/// A message that this person may see and that everyone in the room sees, in a room that can be written to.
async fn shared(pen: &mut Pen, me: &Person, id: i64) -> Result<LocalMessage, Trouble> {
    let message = pen.tx.message(id).await?.filter(|m| !m.deleted).ok_or(Trouble::NotFound)?;
    match &message.only_for {
        None => {}
        Some(person) if *person == me.id => return Err(Trouble::Refused(PRIVATE.into())),
        Some(_) => return Err(Trouble::NotFound),
    }
    writable_by(pen, me, &message.room).await?;
    Ok(message)
}

async fn own(pen: &mut Pen, me: &Person, id: i64) -> Result<LocalMessage, Trouble> {
    let message = shared(pen, me, id).await?;
    match message.author.as_ref().is_some_and(|a| a.id == me.id) {
        true => Ok(message),
        false => Err(Trouble::Refused("Only its author can change a message.".into())),
    }
}

/// The root of a thread that can be answered in.
async fn open_thread(pen: &mut Pen, room: &RoomId, thread: i64) -> Result<i64, Trouble> {
    pen.root_of(room, thread).await?.ok_or(Trouble::NotFound)
}
