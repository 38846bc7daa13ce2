//! Reading back: what came between two places of the stream, what was said in a room since a time, one single message.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use futures::FutureExt;
use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::room::{Messages, MessagesOptions};
use matrix_sdk::ruma::api::error::ErrorKind;
use matrix_sdk::ruma::{EventId, UInt};

use super::shape::Event;
use super::{Matrix, failure, ids};
use crate::plan::{MessageId, RoomId};
use crate::ports::{Failure, ReadMessage, Reading};

/// How many events are asked for at once.
const PAGE: u32 = 100;

impl Matrix {
    /// What came before `end` and after `begin`, oldest first: both are places of the homeserver's stream.
    pub(super) async fn between(&self, room: &Room, begin: &str, end: &str) -> Result<Vec<TimelineEvent>, Failure> {
        let mut found = Vec::new();
        let mut from = Some(end.to_string());
        while let Some(place) = from {
            let page = page_back(room, Some(&place), Some(begin)).await?;
            from = page.end.filter(|next| *next != place && !page.chunk.is_empty());
            found.extend(page.chunk);
        }
        found.reverse();
        Ok(found)
    }

    /// What people have said in the room since then, as it reads by now, with the emoji that are on it.
    pub(super) async fn read_history(&self, room: &RoomId, since: DateTime<Utc>) -> Result<Reading, Failure> {
        let room = self.place(room).await?;
        let mut events: Vec<Event> = Vec::new();
        let mut from = None;
        loop {
            let page = page_back(&room, from.as_deref(), None).await?;
            let older =
                page.chunk.iter().filter_map(|e| e.timestamp_raw()).any(|ts| ids::time(i64::from(ts.0)) < since);
            events.extend(page.chunk.iter().filter_map(readable));
            match page.end {
                Some(end) if !older => from = Some(end),
                _ => break,
            }
        }
        events.reverse();
        events.retain(|event| ids::time(event.origin_server_ts) >= since && !event.is_redacted());
        let mut edits: HashMap<&str, &Event> = HashMap::new();
        let mut emoji: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
        for event in &events {
            if let Some((original, _)) = event.replaces() {
                edits.insert(original, event);
            } else if let Some((target, _)) = event.annotates() {
                emoji.entry(target).or_default().push(event);
            }
        }
        let mut messages = Vec::new();
        for event in events.iter().filter(|e| e.kind == "m.room.message" && e.replaces().is_none()) {
            // A command is heard as one, and not said.
            if self.is_command(&room, event).await {
                continue;
            }
            let edit = edits.get(event.event_id.as_str()).copied();
            let reactions = emoji.get(event.event_id.as_str()).map_or(&[][..], Vec::as_slice);
            messages.extend(self.as_read(&room, event, edit, reactions).await?);
        }
        // Deletions and pins are in the stream of events, which leaves nothing out.
        Ok(Reading { messages, with_reactions: true, ..Reading::default() })
    }

    /// `None`: it is not there any more, or not a person's, or none that people read.
    pub(super) async fn read_message(&self, id: &MessageId) -> Result<Option<ReadMessage>, Failure> {
        let room = self.place(&id.room).await?;
        let Some(event) = self.event(&room, &id.id).await? else { return Ok(None) };
        if event.kind != "m.room.message" || event.is_redacted() {
            return Ok(None);
        }
        let latest = event.unsigned.relations["m.replace"]["event_id"].as_str();
        let edit = match latest {
            Some(latest) => self.event(&room, latest).await?,
            None => None,
        };
        self.as_read(&room, &event, edit.as_ref(), &[]).await
    }

    async fn as_read(
        &self,
        room: &Room,
        event: &Event,
        edit: Option<&Event>,
        reactions: &[&Event],
    ) -> Result<Option<ReadMessage>, Failure> {
        if event.sender == self.me() {
            return Ok(None);
        }
        let edit = edit.filter(|edit| edit.sender == event.sender).and_then(Event::replaces);
        let content = edit.map_or(&event.content, |(_, content)| content);
        let Some((text, _)) = self.written(room, event, content).await else { return Ok(None) };
        let mut put = Vec::new();
        for reaction in reactions.iter().filter(|r| r.sender != self.me()) {
            if let Some((_, emoji)) = reaction.annotates() {
                put.push((emoji.to_string(), self.speaker(room, &reaction.sender).await?));
            }
        }
        let said = self.said_with(room, event, text).await?;
        let at = ids::time(event.origin_server_ts);
        Ok(Some(ReadMessage { at, said, reactions: put, shortened: Vec::new() }))
    }

    /// One event, decrypted; `None`: there is none that Firebell may or can read.
    pub(super) async fn event(&self, room: &Room, id: &str) -> Result<Option<Event>, Failure> {
        let Ok(id) = EventId::parse(id) else { return Ok(None) };
        match room.event(&id, None).boxed().await {
            Ok(event) => Ok(readable(&event)),
            Err(matrix_sdk::Error::Http(error))
                if failure::is(&error, &ErrorKind::NotFound) || failure::is(&error, &ErrorKind::Forbidden) =>
            {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// What came before `from`, or what is there by now, newest first; not further back than `to`.
pub(super) async fn page_back(room: &Room, from: Option<&str>, to: Option<&str>) -> Result<Messages, Failure> {
    let mut options = MessagesOptions::backward().from(from);
    (options.to, options.limit) = (to.map(str::to_string), UInt::from(PAGE));
    Ok(room.messages(options).boxed().await?)
}

/// The event itself, if it is not one that could not be decrypted.
pub(super) fn readable(event: &TimelineEvent) -> Option<Event> {
    match event.kind.is_utd() {
        true => None,
        false => serde_json::from_str(event.raw().json().get()).ok(),
    }
}
