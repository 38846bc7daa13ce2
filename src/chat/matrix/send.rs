//! Firebell speaks in Matrix.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures::FutureExt;
use matrix_sdk::Room as MatrixRoom;
use matrix_sdk::ruma::events::StateEventType;
use matrix_sdk::ruma::events::room::pinned_events::RoomPinnedEventsEventContent;
use serde_json::{Value, json};

use super::calls::SEND;
use super::events::Asked;
use super::render::{self, Rendered};
use super::rooms::state_of;
use super::{Matrix, away, failure, ids};
use crate::chat::limits::Turn;
use crate::phrase::Doc;
use crate::plan::{MessageId, PersonId, Platform, Room, RoomId};
use crate::ports::{Answer, Attachment, Chat, Failure, Furniture, NewRoom, Once, Posted, ReadMessage, Reading};

/// A message of ours: said (`m.text`), or told in passing (`m.notice`), which no bot answers and few clients ring for.
const SAID: &str = "m.text";
const TOLD: &str = "m.notice";

#[async_trait]
impl Chat for Matrix {
    fn platform(&self) -> Platform {
        Platform::Matrix
    }

    async fn open_room(&self, once: Once<'_>, room: NewRoom) -> Result<Room, Failure> {
        self.make_room(once, room).await
    }

    async fn invite(&self, room: &RoomId, people: &[PersonId]) -> Result<(), Failure> {
        self.ask_in(&self.place(room).await?, people).await
    }

    async fn post(&self, once: Once<'_>, message: Posted<'_>) -> Result<MessageId, Failure> {
        let room = self.place(message.room).await?;
        let mut content = self.worded(SAID, message.doc, None);
        if let Some(thread) = message.thread {
            content["m.relates_to"] = in_thread(&thread.id);
        }
        let turn = if message.stands { Turn::First } else { Turn::InOrder };
        let event = self.say(&room, once, turn, content).await?;
        // By the name that it was asked by, which may be the configuration's alias.
        Ok(MessageId { room: message.room.clone(), id: event })
    }

    async fn edit(&self, message: &MessageId, doc: &Doc) -> Result<(), Failure> {
        if self.is_gone(message).await.map_err(away)? {
            return Err(Failure::Gone { why: "the message was deleted".into() });
        }
        let room = self.place(&message.room).await?;
        let new = self.worded(SAID, doc, None);
        let mut content = new.clone();
        // For clients that know no edits. Nobody is notified once more.
        content["body"] = format!("* {}", new["body"].as_str().unwrap_or_default()).into();
        content["m.mentions"] = json!({});
        content["m.new_content"] = new;
        content["m.relates_to"] = json!({ "rel_type": "m.replace", "event_id": ids::event_id(message)? });
        self.refuse_if_readable(&room).await?;
        self.within(SEND, Turn::First, room.send_raw("m.room.message", content).into_future()).await??;
        Ok(())
    }

    /// In the thread of the question, where everybody in the room may read it; else in a direct chat.
    async fn answer(&self, once: Once<'_>, answer: Answer<'_>) -> Result<(), Failure> {
        let user = ids::user_id(answer.to)?;
        let here = match answer.discreet {
            true => None,
            false => Some(self.place(answer.room).await?),
        };
        let Some(room) = here else {
            return self.whisper(once, answer.to, TOLD, answer.doc).await;
        };
        let mut content = self.worded(TOLD, answer.doc, Some(user.as_str()));
        let noted = self.place_of_answers(room.room_id().as_str(), user.as_str()).await.map_err(away)?;
        if let Some(thread) = answer.reply.or(noted.as_deref()) {
            content["m.relates_to"] = in_thread(thread);
        }
        self.say(&room, once, Turn::InOrder, content).await.map(drop)
    }

    /// Said, not told in passing: it has to ring.
    async fn direct(&self, once: Once<'_>, to: &PersonId, doc: &Doc) -> Result<(), Failure> {
        self.whisper(once, to, SAID, doc).await
    }

    fn takes_files(&self) -> bool {
        true
    }

    async fn attach(&self, once: Once<'_>, room: &RoomId, file: Attachment) -> Result<(), Failure> {
        let room = self.place(room).await?;
        self.refuse_if_readable(&room).await?;
        let content = self.uploaded(&room, file).await?;
        self.say(&room, once, Turn::InOrder, content).await.map(drop)
    }

    async fn pin(&self, message: &MessageId) -> Result<(), Failure> {
        let room = self.place(&message.room).await?;
        let event = ids::event_id(message)?;
        let mut pinned = room.pinned_event_ids().unwrap_or_default();
        if !pinned.contains(&event) {
            pinned.push(event);
            let sent = room.send_state_event(RoomPinnedEventsEventContent::new(pinned));
            self.within(SEND, Turn::First, sent.boxed()).await??;
        }
        Ok(())
    }

    async fn set_topic(&self, room: &RoomId, topic: &str) -> Result<(), Failure> {
        self.give_topic(&self.place(room).await?, topic).await
    }

    async fn archive(&self, room: &RoomId) -> Result<(), Failure> {
        self.let_speak(&self.place(room).await?, false).await
    }

    async fn unarchive(&self, room: &RoomId) -> Result<(), Failure> {
        self.let_speak(&self.place(room).await?, true).await
    }

    async fn said_in(&self, room: &RoomId, since: DateTime<Utc>, _threads: &[String]) -> Result<Reading, Failure> {
        self.read_history(room, since).await
    }

    async fn message(&self, id: &MessageId) -> Result<Option<ReadMessage>, Failure> {
        self.read_message(id).await
    }

    /// Matrix has no place for links but the card and the topic; the space lists the room.
    async fn furnish(&self, room: &RoomId, _furniture: &Furniture) -> Result<(), Failure> {
        self.list_in_space(&self.place(room).await?).await
    }

    async fn entrust(&self, room: &RoomId, to: Option<&PersonId>) -> Result<(), Failure> {
        self.let_arrange(&self.place(room).await?, to).await
    }

    fn link(&self, room: &RoomId, message: Option<&MessageId>) -> Option<String> {
        Some(self.permalink(&room.id, message.map(|m| m.id.as_str())))
    }
}

impl Matrix {
    /// In the direct chat with this person.
    async fn whisper(&self, once: Once<'_>, to: &PersonId, kind: &str, doc: &Doc) -> Result<(), Failure> {
        let user = ids::user_id(to)?;
        let room = self.direct_chat(to).await?;
        let mut content = self.worded(kind, doc, Some(user.as_str()));
        if kind == SAID {
            content["m.mentions"] = json!({ "user_ids": [user] });
        }
        self.say(&room, once, Turn::First, content).await.map(drop)
    }

    /// Says it, unless it was begun before and is there.
    async fn say(&self, room: &MatrixRoom, once: Once<'_>, turn: Turn, mut content: Value) -> Result<String, Failure> {
        let work = self.work(once.key).await.map_err(away)?;
        if once.again
            && let Some(event) = self.said_before(room, &work).await?
        {
            return Ok(event);
        }
        self.refuse_if_readable(room).await?;
        content[ids::WORK] = work.as_str().into();
        let sent = room.send_raw("m.room.message", content).with_transaction_id(&ids::transaction(&work));
        let sent = self.within(SEND, turn, sent.into_future()).await??;
        Ok(sent.response.event_id.to_string())
    }

    /// A room that Firebell has made is encrypted, if that is wanted, and nothing is said in one that is not.
    async fn refuse_if_readable(&self, room: &MatrixRoom) -> Result<(), Failure> {
        if !self.setup.encrypted || room.latest_encryption_state().boxed().await?.is_encrypted() {
            return Ok(());
        }
        let made = match room.creators() {
            Some(creators) => creators.iter().any(|user| user == self.me()),
            // It was made just now, and the stream has not told of it yet.
            None => {
                let kind = StateEventType::RoomCreate;
                state_of(self.client()?, room.room_id(), kind).await?[ids::WORK].is_string()
            }
        };
        match made {
            true => Err(failure::never(
                "the room is not encrypted, and [matrix] encrypted wants it to be: its commander can switch encryption on \
                 in the room's settings",
            )),
            false => Ok(()),
        }
    }

    fn worded(&self, kind: &str, doc: &Doc, to: Option<&str>) -> Value {
        let Rendered { body, html, mentions, asks } = render::message(doc, self.server());
        let mut content = json!({
            "msgtype": kind,
            "body": body,
            "format": "org.matrix.custom.html",
            "formatted_body": html,
            "m.mentions": { "user_ids": mentions },
        });
        if mentions.is_empty() {
            content["m.mentions"] = json!({});
        }
        if !asks.is_empty() {
            // Whom it is an answer to, else whom it names: only they are asked.
            let who = to.map_or(mentions, |to| vec![to.to_string()]);
            content[ids::ASKS] = serde_json::to_value(Asked { who, asks }).unwrap_or_default();
        }
        content
    }
}

fn in_thread(root: &str) -> Value {
    let fallback = json!({ "event_id": root });
    json!({ "rel_type": "m.thread", "event_id": root, "is_falling_back": true, "m.in_reply_to": fallback })
}
