//! From an event of a room's timeline to what was heard.

use matrix_sdk::Room;
use serde::{Deserialize, Serialize};

use super::render::Ask;
use super::shape::{Event, Words};
use super::text::readable;
use super::{Matrix, away, ids};
use crate::phrase::Press;
use crate::plan::{MessageId, Person, Room as OurRoom, plain_emoji};
use crate::ports::{Failure, Heard, Inbound, Mention, MessageRecord, Said, Speaker, StoreError};

/// What a message of ours asks, and whom; empty: everybody there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Asked {
    pub who: Vec<String>,
    pub asks: Vec<Ask>,
}

/// An emoji that somebody put on a message: taking it off names only its own event.
#[derive(Serialize, Deserialize)]
struct Put {
    message: String,
    emoji: String,
}

impl Matrix {
    /// What this event says; `Err`: it can't be asked now what is needed to understand it.
    pub(super) async fn understand(&self, room: &Room, event: &Event) -> Result<Vec<Inbound>, Failure> {
        let is_own = event.sender == self.me();
        if is_own && event.kind != "m.room.member" {
            self.own(room, event).await.map_err(away)?;
            return Ok(Vec::new());
        }
        let heard = match event.kind.as_str() {
            "m.room.message" if event.is_redacted() => Vec::new(),
            "m.room.message" => self.message_event(room, event).await?,
            "m.reaction" if event.is_redacted() => Vec::new(),
            "m.reaction" => self.reaction(room, event).await?,
            "m.room.redaction" => self.redaction(room, event).await?,
            "m.room.member" => self.member(room, event).await?,
            "m.room.name" => self.renamed(room, event),
            "m.room.topic" => self.topic(room, event).await?,
            "m.room.pinned_events" => self.pins(room, event).await?,
            _ => Vec::new(),
        };
        let at = ids::time(event.origin_server_ts);
        Ok(heard.into_iter().map(|heard| Inbound { at, heard }).collect())
    }

    /// The echo of what Firebell did: a question gets its emoji, now that it is known under which id it stands.
    async fn own(&self, room: &Room, event: &Event) -> Result<(), StoreError> {
        let asked: Option<Asked> = serde_json::from_value(event.content[ids::ASKS].clone()).ok();
        let Some(asked) = asked.filter(|_| event.replaces().is_none()) else { return Ok(()) };
        let noted = serde_json::to_string(&asked).unwrap_or_default();
        self.note(&asked_key(&event.event_id), &noted).await?;
        self.seed_later(room.room_id().as_str(), &event.event_id, &asked).await
    }

    async fn message_event(&self, room: &Room, event: &Event) -> Result<Vec<Heard>, Failure> {
        if let Some((original, content)) = event.replaces() {
            return self.edited(room, event, original, content).await;
        }
        let Some((text, mentions)) = self.written(room, event, &event.content).await else { return Ok(Vec::new()) };
        match self.command_in(room, event, &text, &mentions).await {
            Some(words) => Ok(vec![self.command(room, event, words, mentions).await?]),
            None => Ok(vec![Heard::Message(self.said_with(room, event, text).await?)]),
        }
    }

    /// Only whoever wrote a message can change it; the homeserver does not see to that.
    async fn edited(
        &self,
        room: &Room,
        event: &Event,
        original: &str,
        content: &serde_json::Value,
    ) -> Result<Vec<Heard>, Failure> {
        let Some(first) = self.event(room, original).await?.filter(|first| first.sender == event.sender) else {
            return Ok(Vec::new());
        };
        let Some((text, _)) = self.written(room, event, content).await else { return Ok(Vec::new()) };
        let message = ids::message(room.room_id().as_str(), &first.event_id);
        Ok(vec![Heard::Edited { message, text, version: event.event_id.clone() }])
    }

    /// The text as people read it, and who is mentioned in it; `None`: it is none that people read.
    pub(super) async fn written(
        &self,
        room: &Room,
        event: &Event,
        content: &serde_json::Value,
    ) -> Option<(String, Vec<Mention>)> {
        let words = Words::deserialize(content).ok()?;
        let mut names = std::collections::HashMap::new();
        for user in mentioned(&words) {
            let name = self.name_in(room, &user).await;
            names.insert(user, name);
        }
        let read = readable(&words.body, words.formatted_body.as_deref(), |user| names.get(user).cloned());
        let text = match words.msgtype.as_str() {
            "m.text" | "m.notice" => read.text,
            "m.emote" => format!("{} {}", self.name_in(room, &event.sender).await, read.text),
            "m.image" | "m.file" | "m.audio" | "m.video" => format!("[{}]", read.text),
            "m.location" => read.text,
            _ => return None,
        };
        let mention = |(name, id): (String, String)| Mention {
            person: Person { id: ids::person(&id), name: name.clone() },
            name,
        };
        Some((text, read.mentions.into_iter().map(mention).collect()))
    }

    pub(super) async fn said_with(&self, room: &Room, event: &Event, text: String) -> Result<Said, Failure> {
        let room_id = room.room_id().as_str();
        Ok(Said {
            id: ids::message(room_id, &event.event_id),
            thread: event.thread().map(str::to_string),
            by: self.speaker(room, &event.sender).await?,
            text,
            link: Some(self.permalink(room_id, Some(&event.event_id))),
        })
    }

    /// The words of a command: behind the prefix, behind a mention of the bot, or all that is said to it directly.
    /// What bots say (`m.notice`) never is one: two of them could talk for ever.
    async fn command_in(&self, room: &Room, event: &Event, text: &str, mentions: &[Mention]) -> Option<String> {
        if event.content["msgtype"] != "m.text" {
            return None;
        }
        if let Some(words) = self.behind_prefix(text) {
            return Some(words.into());
        }
        let me = self.me();
        if let Some(mention) = mentions.iter().find(|m| m.person.id.id == me) {
            let (_, behind) = text.split_once(&format!("@{}", mention.name))?;
            let words = behind.trim().trim_start_matches([':', ',']).trim();
            return Some(self.behind_prefix(words).unwrap_or(words).into());
        }
        // Typed without its `@`, as some clients write a mention into the plain text.
        let name = self.name_in(room, me).await;
        if let Some(behind) = text.trim_start().strip_prefix(&name).and_then(|rest| rest.strip_prefix([':', ','])) {
            return Some(behind.trim().into());
        }
        (room.direct_targets_length() > 0).then(|| text.trim().into())
    }

    pub(super) async fn is_command(&self, room: &Room, event: &Event) -> bool {
        let Some((text, mentions)) = self.written(room, event, &event.content).await else { return false };
        self.command_in(room, event, &text, &mentions).await.is_some()
    }

    fn behind_prefix<'t>(&self, text: &'t str) -> Option<&'t str> {
        let behind = text.trim().strip_prefix(self.setup.prefix.as_str())?;
        (behind.is_empty() || behind.starts_with(char::is_whitespace)).then(|| behind.trim())
    }

    async fn command(
        &self,
        room: &Room,
        event: &Event,
        words: String,
        mentions: Vec<Mention>,
    ) -> Result<Heard, Failure> {
        let place = event.thread().unwrap_or(&event.event_id);
        let by = self.speaker(room, &event.sender).await?;
        self.answers_go_to(room, &event.sender, place).await.map_err(away)?;
        Ok(Heard::Command {
            id: event.event_id.clone(),
            by,
            room: self.as_ours(room),
            in_room: true,
            words,
            mentions,
            reply: Some(place.into()),
            origin: None,
        })
    }

    /// What Firebell answers this person in this room goes into this thread, also what comes by itself later.
    async fn answers_go_to(&self, room: &Room, user: &str, place: &str) -> Result<(), StoreError> {
        self.note(&place_key(room.room_id().as_str(), user), place).await
    }

    pub(super) fn as_ours(&self, room: &Room) -> OurRoom {
        let id = room.room_id().as_str();
        let alias = room.canonical_alias().map(|alias| alias.alias().to_string());
        OurRoom { id: ids::room(id), name: room.name().or(alias).unwrap_or_else(|| id.into()) }
    }

    async fn reaction(&self, room: &Room, event: &Event) -> Result<Vec<Heard>, Failure> {
        let Some((target, emoji)) = event.annotates() else { return Ok(Vec::new()) };
        let by = self.speaker(room, &event.sender).await?;
        if let Some(noted) = self.noted(&asked_key(target)).await.map_err(away)? {
            return self.pressed(room, event, target, emoji, by, &noted).await;
        }
        let reactions = &self.plan.reactions;
        let matters = reactions.mark(emoji).is_some() || reactions.declares(emoji) || reactions.confirms(emoji);
        if !matters {
            return Ok(Vec::new());
        }
        let put = Put { message: target.into(), emoji: emoji.into() };
        let noted = serde_json::to_string(&put).unwrap_or_default();
        self.note(&put_key(&event.event_id), &noted).await.map_err(away)?;
        self.answers_go_to(room, &event.sender, target).await.map_err(away)?;
        Ok(vec![self.reacted(room, &put, by, true, &event.event_id)])
    }

    fn reacted(&self, room: &Room, put: &Put, by: Speaker, on: bool, stamp: &str) -> Heard {
        Heard::Reacted {
            message: ids::message(room.room_id().as_str(), &put.message),
            emoji: put.emoji.clone(),
            by,
            on,
            stamp: stamp.into(),
            said: None,
            unread: true,
            private_room: room.is_public() != Some(true),
        }
    }

    /// An emoji on a question of ours, which counts if it is one of its answers, from somebody who was asked.
    async fn pressed(
        &self,
        room: &Room,
        event: &Event,
        target: &str,
        emoji: &str,
        by: Speaker,
        noted: &str,
    ) -> Result<Vec<Heard>, Failure> {
        let Ok(Asked { who, asks }) = serde_json::from_str(noted) else { return Ok(Vec::new()) };
        let answer = asks.into_iter().find(|ask| plain_emoji(&ask.emoji) == plain_emoji(emoji));
        let Some(ask) = answer.filter(|_| who.is_empty() || who.contains(&event.sender)) else { return Ok(Vec::new()) };
        Ok(vec![match ask.press {
            Press::Words { words } => Heard::Command {
                id: event.event_id.clone(),
                by,
                room: self.as_ours(room),
                in_room: true,
                words,
                mentions: Vec::new(),
                reply: Some(target.into()),
                origin: None,
            },
            Press::React { message, emoji } => Heard::Reacted {
                message,
                emoji,
                by,
                on: true,
                stamp: event.event_id.clone(),
                said: None,
                unread: true,
                private_room: room.is_public() != Some(true),
            },
        }])
    }

    /// Taken away was an emoji, or a message.
    async fn redaction(&self, room: &Room, event: &Event) -> Result<Vec<Heard>, Failure> {
        let Some(target) = event.takes_away() else { return Ok(Vec::new()) };
        if let Some(noted) = self.noted(&put_key(target)).await.map_err(away)? {
            let Ok(put) = serde_json::from_str(&noted) else { return Ok(Vec::new()) };
            let by = self.speaker(room, &event.sender).await?;
            return Ok(vec![self.reacted(room, &put, by, false, &event.event_id)]);
        }
        // It may be one of ours, which is then posted anew instead of edited.
        self.note(&gone_key(target), &event.event_id).await.map_err(away)?;
        Ok(vec![Heard::Deleted { message: ids::message(room.room_id().as_str(), target) }])
    }

    fn renamed(&self, room: &Room, event: &Event) -> Vec<Heard> {
        let name = event.content["name"].as_str().map(str::trim).filter(|name| !name.is_empty());
        let Some(name) = name else { return Vec::new() };
        let room = OurRoom { id: ids::room(room.room_id().as_str()), name: name.into() };
        vec![Heard::Renamed { room, stamp: event.event_id.clone() }]
    }

    /// Who gives a room another topic says something to all that are in it.
    async fn topic(&self, room: &Room, event: &Event) -> Result<Vec<Heard>, Failure> {
        let Some(topic) = event.content["topic"].as_str().filter(|topic| !topic.is_empty()) else {
            return Ok(Vec::new());
        };
        let said = self.said_with(room, event, format!("changed the topic to “{topic}”")).await?;
        Ok(vec![Heard::Message(said)])
    }

    /// The state names all that is pinned: what is new in it was pinned, what is not in it any more was unpinned.
    async fn pins(&self, room: &Room, event: &Event) -> Result<Vec<Heard>, Failure> {
        let all = |content: &serde_json::Value| -> Vec<String> {
            let pinned = content["pinned"].as_array().cloned().unwrap_or_default();
            pinned.iter().filter_map(|id| id.as_str().map(str::to_string)).collect()
        };
        let (before, now) = (all(&event.unsigned.prev_content), all(&event.content));
        let by = self.speaker(room, &event.sender).await?;
        let pinned = now.iter().filter(|id| !before.contains(id)).map(|id| (id, true));
        let unpinned = before.iter().filter(|id| !now.contains(id)).map(|id| (id, false));
        let mut heard = Vec::new();
        for (id, on) in pinned.chain(unpinned) {
            let message = ids::message(room.room_id().as_str(), id);
            let said = match on {
                true => self.read_message(&message).await?.map(|m| MessageRecord::new(&m.said, m.at).said()),
                false => None,
            };
            heard.push(Heard::Pinned { message, by: by.clone(), on, stamp: event.event_id.clone(), said });
        }
        Ok(heard)
    }

    /// `https://matrix.to/#/!room:server/$event?via=server`: opens in whatever client a person has.
    pub(super) fn permalink(&self, room: &str, event: Option<&str>) -> String {
        let event = event.map(|event| format!("/{event}")).unwrap_or_default();
        format!("https://matrix.to/#/{room}{event}?via={}", self.server())
    }

    /// Where an answer in this room to this person goes, if it does not say.
    pub(super) async fn place_of_answers(&self, room: &str, user: &str) -> Result<Option<String>, StoreError> {
        self.noted(&place_key(room, user)).await
    }

    /// Whether somebody has deleted it.
    pub(super) async fn is_gone(&self, message: &MessageId) -> Result<bool, StoreError> {
        Ok(self.noted(&gone_key(&message.id)).await?.is_some())
    }
}

/// Of whom a name may be needed.
fn mentioned(words: &Words) -> impl Iterator<Item = String> {
    let read = readable(&words.body, words.formatted_body.as_deref(), |_| None);
    read.mentions.into_iter().map(|(_, id)| id)
}

fn asked_key(message: &str) -> String {
    format!("asked/{message}")
}

fn put_key(reaction: &str) -> String {
    format!("put/{reaction}")
}

fn gone_key(message: &str) -> String {
    format!("gone/{message}")
}

fn place_key(room: &str, user: &str) -> String {
    format!("answers/{room}/{user}")
}
