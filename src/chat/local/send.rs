//! Firebell speaks in the local chat.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::messages::Draft;
use super::pen::Pen;
use super::rooms::new_id;
use super::{Local, names, room_id};
use crate::phrase::Doc;
use crate::plan::{MessageId, PersonId, Platform, Room, RoomId};
use crate::ports::{
    Answer, Change, Chat, Failure, LocalMessage, LocalRoom, NewRoom, Once, Posted, ReadMessage, Reading, StoreError,
};

/// Suffixes tried for a taken name, `-2` to this; then something is wrong.
const NAMES: u32 = 1000;
/// The name of a room with one person.
const DIRECT: &str = "firebell";

#[async_trait]
impl Chat for Local {
    fn platform(&self) -> Platform {
        Platform::Local
    }

    async fn open_room(&self, once: Once<'_>, wanted: NewRoom) -> Result<Room, Failure> {
        let mut pen = self.write().await.map_err(later)?;
        let room = match pen.tx.room_of_effect(once.key).await.map_err(later)? {
            Some(room) => room,
            None => make(&mut pen, once.key, &wanted).await?,
        };
        self.finish(pen).await.map_err(later)?;
        Ok(Room { id: room.id, name: room.name })
    }

    async fn invite(&self, room: &RoomId, people: &[PersonId]) -> Result<(), Failure> {
        let mut pen = self.write().await.map_err(later)?;
        let room = existing(&mut pen, room).await?;
        pen.bring_in(&room.id, people).await.map_err(later)?;
        self.finish(pen).await.map(drop).map_err(later)
    }

    async fn post(&self, once: Once<'_>, message: Posted<'_>) -> Result<MessageId, Failure> {
        let mut pen = self.write().await.map_err(later)?;
        existing(&mut pen, message.room).await?;
        let thread = match message.thread {
            Some(thread) => pen.root_of(message.room, number(thread)?).await.map_err(later)?,
            None => None,
        };
        let draft = Draft {
            room: message.room,
            thread,
            author: None,
            only_for: None,
            text: String::new(),
            doc: Some(message.doc.clone()),
        };
        let id = put_once(&mut pen, once.key, draft).await?;
        self.finish(pen).await.map_err(later)?;
        Ok(MessageId { room: message.room.clone(), id: id.to_string() })
    }

    async fn edit(&self, message: &MessageId, doc: &Doc) -> Result<(), Failure> {
        let mut pen = self.write().await.map_err(later)?;
        let mut message = own(&mut pen, message).await?;
        let doc = Some(doc.clone());
        if message.doc == doc {
            return Ok(());
        }
        message.doc = doc;
        pen.tx.update_message(&message).await.map_err(later)?;
        let seq = pen.next_seq().await.map_err(later)?;
        pen.tell_of(seq, &message, Change::Edited).await.map_err(later)?;
        self.finish(pen).await.map(drop).map_err(later)
    }

    async fn answer(&self, once: Once<'_>, answer: Answer<'_>) -> Result<(), Failure> {
        let Answer { to, room, doc, .. } = answer;
        if to.platform != Platform::Local {
            return Err(never(format!("{to} is not a person of the local chat")));
        }
        let mut pen = self.write().await.map_err(later)?;
        existing(&mut pen, room).await?;
        let doc = Some(doc.clone());
        let draft = Draft { room, thread: None, author: None, only_for: Some(to), text: String::new(), doc };
        put_once(&mut pen, once.key, draft).await?;
        self.finish(pen).await.map(drop).map_err(later)
    }

    /// In a room with nobody else, which is made for the first of them.
    async fn direct(&self, once: Once<'_>, to: &PersonId, doc: &Doc) -> Result<(), Failure> {
        if to.platform != Platform::Local {
            return Err(never(format!("{to} is not a person of the local chat")));
        }
        let mut pen = self.write().await.map_err(later)?;
        let key = format!("direct/{to}");
        let room = match pen.tx.room_of_effect(&key).await.map_err(later)? {
            Some(room) => room,
            None => {
                let topic = "What Firebell has to say to you alone.".into();
                make(&mut pen, &key, &NewRoom { name: DIRECT.into(), private: true, topic, ..NewRoom::default() })
                    .await?
            }
        };
        // Who has left it is told all the same.
        pen.bring_in(&room.id, std::slice::from_ref(to)).await.map_err(later)?;
        let doc = Some(doc.clone());
        let draft = Draft { room: &room.id, thread: None, author: None, only_for: None, text: String::new(), doc };
        put_once(&mut pen, once.key, draft).await?;
        self.finish(pen).await.map(drop).map_err(later)
    }

    async fn said_in(&self, room: &RoomId, _since: DateTime<Utc>, _threads: &[String]) -> Result<Reading, Failure> {
        let messages = self.read_back(room).await.map_err(later)?;
        Ok(Reading { messages, ..Reading::default() })
    }

    /// Every touch of a message brings the message along.
    async fn message(&self, _id: &MessageId) -> Result<Option<ReadMessage>, Failure> {
        Ok(None)
    }

    async fn pin(&self, message: &MessageId) -> Result<(), Failure> {
        let mut pen = self.write().await.map_err(later)?;
        let message = existing_message(&mut pen, message).await?;
        pen.set_pin(message, None, true).await.map_err(later)?;
        self.finish(pen).await.map(drop).map_err(later)
    }

    async fn set_topic(&self, room: &RoomId, topic: &str) -> Result<(), Failure> {
        let topic = topic.replace('\0', "\u{fffd}");
        self.change_room(room, |room| room.topic = topic).await
    }

    async fn archive(&self, room: &RoomId) -> Result<(), Failure> {
        self.change_room(room, |room| room.archived = true).await
    }

    async fn unarchive(&self, room: &RoomId) -> Result<(), Failure> {
        self.change_room(room, |room| room.archived = false).await
    }

    fn link(&self, room: &RoomId, message: Option<&MessageId>) -> Option<String> {
        let room = format!("{}/chat#{}", self.base_url, room.id);
        Some(match message {
            Some(message) => format!("{room}/{}", message.id),
            None => room,
        })
    }
}

impl Local {
    async fn change_room(&self, id: &RoomId, change: impl FnOnce(&mut LocalRoom)) -> Result<(), Failure> {
        let mut pen = self.write().await.map_err(later)?;
        let before = existing(&mut pen, id).await?;
        let mut after = before.clone();
        change(&mut after);
        if after == before {
            return Ok(());
        }
        pen.tx.update_room(&after).await.map_err(later)?;
        pen.tell(Some(id), Change::Room).await.map_err(later)?;
        self.finish(pen).await.map(drop).map_err(later)
    }
}

async fn make(pen: &mut Pen, key: &str, wanted: &NewRoom) -> Result<LocalRoom, Failure> {
    let name = names::slug(&wanted.name).unwrap_or_else(|| "room".into());
    let name = match wanted.private {
        true => name,
        false => free_name(pen, name).await?,
    };
    let id = new_id(pen, &name, wanted.private).await.map_err(later)?;
    let topic = wanted.topic.replace('\0', "\u{fffd}");
    let room = LocalRoom { id, name, topic, private: wanted.private, archived: false };
    pen.make_room(&room, Some(key)).await.map_err(later)?;
    Ok(room)
}

/// The name, or the first of `name-2`, `name-3` … that no room has.
async fn free_name(pen: &mut Pen, name: String) -> Result<String, Failure> {
    let mut candidate = name.clone();
    for suffix in 2..NAMES {
        if pen.tx.room(&room_id(&candidate)).await.map_err(later)?.is_none() {
            return Ok(candidate);
        }
        let suffix = format!("-{suffix}");
        let kept: String = name.chars().take(names::ROOM - suffix.len()).collect();
        candidate = kept + suffix.as_str();
    }
    Err(never(format!("there are too many rooms called {name}")))
}

/// The message of this work, made now unless it is there.
async fn put_once(pen: &mut Pen, key: &str, draft: Draft<'_>) -> Result<i64, Failure> {
    match pen.tx.message_of_effect(key).await.map_err(later)? {
        Some(id) => Ok(id),
        None => pen.put(draft, Some(key), Change::Posted).await.map_err(later),
    }
}

async fn existing(pen: &mut Pen, id: &RoomId) -> Result<LocalRoom, Failure> {
    let room = match id.platform {
        Platform::Local => pen.tx.room(id).await.map_err(later)?,
        _ => None,
    };
    room.ok_or_else(|| never(format!("there is no room {id} in the local chat")))
}

async fn existing_message(pen: &mut Pen, id: &MessageId) -> Result<LocalMessage, Failure> {
    let message = pen.tx.message(number(id)?).await.map_err(later)?;
    let message = message.filter(|m| m.room == id.room && !m.deleted);
    message.ok_or_else(|| never(format!("there is no message {} in {}", id.id, id.room)))
}

async fn own(pen: &mut Pen, id: &MessageId) -> Result<LocalMessage, Failure> {
    let message = existing_message(pen, id).await?;
    match message.author {
        None => Ok(message),
        Some(_) => Err(never(format!("message {} in {} is not Firebell's own", id.id, id.room))),
    }
}

fn number(id: &MessageId) -> Result<i64, Failure> {
    id.id.parse().map_err(|_| never(format!("`{}` is not a message of the local chat", id.id)))
}

fn later(error: StoreError) -> Failure {
    Failure::Later { why: error.why, after: None }
}

fn never(why: String) -> Failure {
    Failure::Never { why }
}
