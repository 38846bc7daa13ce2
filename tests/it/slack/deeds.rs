//! What can happen in a workspace, whoever does it, and the events that tell the bot of it.

use serde_json::{Map, Value, json};

use super::model::{BOT_USER, Bookmark, Kind, Message, Model, Pin, Reaction, TEAM};

/// A message that is not there yet.
#[derive(Default)]
pub struct Draft {
    pub author: String,
    pub bot_name: Option<String>,
    pub text: String,
    pub blocks: Vec<Value>,
    pub thread_ts: Option<String>,
    pub broadcast: bool,
    pub subtype: Option<&'static str>,
    pub ephemeral_for: Option<String>,
    pub metadata: Option<Value>,
    pub files: Vec<Value>,
    pub extra: Map<String, Value>,
}

impl Model {
    /// An event, if the bot is where it happened.
    pub fn tell(&mut self, channel: &str, event: Value) {
        if self.conversation(channel).is_some_and(|c| c.has_bot()) {
            self.tell_anyway(event);
        }
    }

    pub fn tell_anyway(&mut self, mut event: Value) {
        if event["event_ts"].is_null() {
            event["event_ts"] = json!(self.next_ts());
        }
        let event_id = self.next_id("Ev", "");
        let envelope = self.envelope(event, &event_id);
        self.queue.event(envelope, event_id);
    }

    // --- Messages -----------------------------------------------------------------------------------------------------

    /// Puts it into the conversation, and answers its `ts`.
    pub fn post(&mut self, channel: &str, draft: Draft) -> String {
        let ts = self.next_ts();
        let message = Message {
            ts: ts.clone(),
            channel: channel.into(),
            author: draft.author,
            bot_name: draft.bot_name,
            text: draft.text,
            blocks: self.with_ids(draft.blocks),
            thread_ts: draft.thread_ts,
            broadcast: draft.broadcast,
            subtype: draft.subtype,
            ephemeral_for: draft.ephemeral_for,
            metadata: draft.metadata,
            files: draft.files,
            extra: draft.extra,
            ..Message::default()
        };
        let Some(conversation) = self.conversation_mut(channel) else { return ts };
        conversation.messages.push(message.clone());
        if message.ephemeral_for.is_none() {
            let event = self.message_event(&message);
            self.tell(channel, event.clone());
            self.tell_of_mention(&message, event);
        }
        ts
    }

    fn tell_of_mention(&mut self, message: &Message, mut event: Value) {
        let mentioned = message.text.contains(&format!("<@{BOT_USER}"));
        if mentioned && message.author != BOT_USER && matches!(message.subtype, None | Some("file_share")) {
            event["type"] = json!("app_mention");
            for key in ["subtype", "channel_type"] {
                event.as_object_mut().map(|fields| fields.remove(key));
            }
            self.tell(&message.channel, event);
        }
    }

    /// What Slack itself says on somebody's behalf.
    pub fn note(&mut self, channel: &str, subtype: &'static str, by: &str, text: &str, extra: Value) {
        let text = format!("<@{by}> {text}");
        let extra = extra.as_object().cloned().unwrap_or_default();
        self.post(channel, Draft { author: by.into(), text, subtype: Some(subtype), extra, ..Draft::default() });
    }

    /// Changes a message, and tells of it as an edit.
    pub fn change(&mut self, channel: &str, ts: &str, change: impl FnOnce(&mut Message)) {
        let Some(before) = self.message(channel, ts) else { return };
        let silent = before.ephemeral_for.is_some();
        let previous = self.message_json(before);
        if let Some(message) = self.message_mut(channel, ts) {
            change(message);
        }
        if silent {
            return;
        }
        let Some(message) = self.message(channel, ts).map(|m| self.message_json(m)) else { return };
        self.tell_of_change(channel, "message_changed", json!({"message": message, "previous_message": previous}));
    }

    pub fn delete(&mut self, channel: &str, ts: &str) {
        let Some(conversation) = self.conversation(channel) else { return };
        let Some(message) = conversation.message(ts) else { return };
        let silent = message.ephemeral_for.is_some();
        let has_replies = conversation.replies(ts).next().is_some();
        let previous = self.message_json(message);
        if let Some(conversation) = self.conversation_mut(channel) {
            conversation.pins.retain(|pin| pin.ts != ts);
        }
        if let Some(message) = self.message_mut(channel, ts) {
            message.deleted = true;
            message.pinned = false;
            message.text = String::new();
            message.blocks = Vec::new();
            message.files = Vec::new();
        }
        match (silent, has_replies) {
            (true, _) => {}
            // A thread's first message leaves a stone in its place, and that is told as an edit.
            (_, true) => {
                let message = self.tombstone(channel, ts);
                let change = json!({"message": message, "previous_message": previous});
                self.tell_of_change(channel, "message_changed", change);
            }
            (_, false) => {
                let change = json!({"deleted_ts": ts, "previous_message": previous});
                self.tell_of_change(channel, "message_deleted", change);
            }
        }
    }

    pub fn tombstone(&self, channel: &str, ts: &str) -> Value {
        let mut stone = self.message(channel, ts).map_or(json!({}), |m| self.message_json(m));
        for (key, value) in [("subtype", "tombstone"), ("user", "USLACKBOT"), ("text", "This message was deleted.")] {
            stone[key] = json!(value);
        }
        stone["hidden"] = json!(true);
        stone.as_object_mut().map(|fields| fields.remove("blocks"));
        stone
    }

    fn tell_of_change(&mut self, channel: &str, subtype: &str, change: Value) {
        let ts = self.next_ts();
        let kind = self.conversation(channel).map(|c| c.channel_type());
        let mut event = json!({
            "type": "message", "subtype": subtype, "hidden": true, "channel": channel, "channel_type": kind, "ts": ts,
            "event_ts": ts,
        });
        if let (Some(event), Value::Object(change)) = (event.as_object_mut(), change) {
            event.extend(change);
        }
        self.tell(channel, event);
    }

    // --- Reactions and pins -------------------------------------------------------------------------------------------

    /// `false` if nothing changed by it.
    pub fn react(&mut self, channel: &str, ts: &str, user: &str, name: &str, on: bool) -> bool {
        let Some(message) = self.message_mut(channel, ts) else { return false };
        let author = message.author.clone();
        let at = message.reactions.iter().position(|r| r.name == name);
        let users = at.map(|at| &mut message.reactions[at].users);
        match (users, on) {
            (Some(users), true) if users.iter().any(|u| u == user) => return false,
            (Some(users), true) => users.push(user.into()),
            (None, true) => message.reactions.push(Reaction { name: name.into(), users: vec![user.into()] }),
            (Some(users), false) if users.iter().any(|u| u == user) => users.retain(|u| u != user),
            (_, false) => return false,
        }
        message.reactions.retain(|r| !r.users.is_empty());
        let kind = if on { "reaction_added" } else { "reaction_removed" };
        let item = json!({"type": "message", "channel": channel, "ts": ts});
        self.tell(channel, json!({"type": kind, "user": user, "reaction": name, "item_user": author, "item": item}));
        true
    }

    pub fn pin(&mut self, channel: &str, ts: &str, user: &str) -> bool {
        let at = self.now().timestamp();
        let Some(conversation) = self.conversation_mut(channel) else { return false };
        if conversation.pins.iter().any(|pin| pin.ts == ts) {
            return false;
        }
        let pin = Pin { ts: ts.into(), by: user.into(), at };
        conversation.pins.push(pin.clone());
        self.set_pinned(channel, ts, true);
        self.tell_of_pin("pin_added", &pin, channel, user);
        self.note(channel, "pinned_item", user, "pinned a message to this channel.", json!({"item_type": "C"}));
        true
    }

    pub fn unpin(&mut self, channel: &str, ts: &str, user: &str) -> bool {
        let Some(conversation) = self.conversation_mut(channel) else { return false };
        let Some(at) = conversation.pins.iter().position(|pin| pin.ts == ts) else { return false };
        let pin = conversation.pins.remove(at);
        self.set_pinned(channel, ts, false);
        self.tell_of_pin("pin_removed", &pin, channel, user);
        true
    }

    fn set_pinned(&mut self, channel: &str, ts: &str, pinned: bool) {
        if let Some(message) = self.message_mut(channel, ts) {
            message.pinned = pinned;
        }
    }

    fn tell_of_pin(&mut self, kind: &str, pin: &Pin, channel: &str, user: &str) {
        let Some(conversation) = self.conversation(channel) else { return };
        let author = conversation.message(&pin.ts).map(|m| m.author.clone());
        let mut event = json!({
            "type": kind, "user": user, "channel_id": channel, "item": conversation.pin_json(pin, self),
            "item_user": author, "pin_count": conversation.pins.len(),
            "pinned_info": {"channel": channel, "pinned_by": pin.by, "pinned_ts": pin.at},
        });
        if kind == "pin_removed" {
            event["has_pins"] = json!(!conversation.pins.is_empty());
        }
        self.tell(channel, event);
    }

    pub fn bookmark(&mut self, channel: &str, title: &str, link: &str, emoji: &str) -> Option<Bookmark> {
        let (id, created) = (self.next_id("Bk", ""), self.now().timestamp());
        let bookmark = Bookmark { id, title: title.into(), link: link.into(), emoji: emoji.into(), created };
        self.conversation_mut(channel)?.bookmarks.push(bookmark.clone());
        Some(bookmark)
    }

    // --- Who is where -------------------------------------------------------------------------------------------------

    pub fn join(&mut self, channel: &str, user: &str, inviter: Option<&str>) {
        let Some(conversation) = self.conversation_mut(channel).filter(|c| !c.has(user)) else { return };
        conversation.members.push(user.into());
        let letter = conversation.letter();
        let mut event = json!({
            "type": "member_joined_channel", "user": user, "channel": channel, "channel_type": letter, "team": TEAM,
        });
        let mut extra = json!({});
        if let Some(inviter) = inviter {
            event["inviter"] = json!(inviter);
            extra["inviter"] = json!(inviter);
        }
        self.tell(channel, event);
        self.note(channel, "channel_join", user, "has joined the channel", extra);
    }

    pub fn leave(&mut self, channel: &str, user: &str, kicked_by: Option<&str>) {
        let Some(conversation) = self.conversation_mut(channel).filter(|c| c.has(user)) else { return };
        conversation.members.retain(|m| m != user);
        let (letter, kind) = (conversation.letter(), conversation.kind);
        if user == BOT_USER {
            // The last that it hears of the channel.
            let kind = if kind == Kind::Private { "group_left" } else { "channel_left" };
            self.tell_anyway(json!({"type": kind, "channel": channel, "actor_id": kicked_by.unwrap_or(user)}));
        }
        let event = json!({
            "type": "member_left_channel", "user": user, "channel": channel, "channel_type": letter, "team": TEAM,
        });
        self.tell(channel, event);
        self.note(channel, "channel_leave", user, "has left the channel", json!({}));
    }

    pub fn rename(&mut self, channel: &str, by: &str, name: &str) {
        let Some(conversation) = self.conversation_mut(channel) else { return };
        let old = std::mem::replace(&mut conversation.name, name.into());
        let created = conversation.created;
        let about = json!({
            "id": channel, "name": name, "name_normalized": name, "created": created, "is_channel": true,
            "is_mpim": false,
        });
        let kind = self.kind_of_event(channel, "rename");
        self.tell(channel, json!({"type": kind, "channel": about}));
        let text = format!("has renamed the channel from \"{old}\" to \"{name}\"");
        self.note(channel, "channel_name", by, &text, json!({"old_name": old, "name": name}));
    }

    pub fn archive(&mut self, channel: &str, by: &str, archived: bool) {
        let (verb, subtype, text) = match archived {
            true => ("archive", "channel_archive", "archived the channel"),
            false => ("unarchive", "channel_unarchive", "un-archived the channel"),
        };
        if let Some(conversation) = self.conversation_mut(channel) {
            conversation.archived = archived;
        }
        let kind = self.kind_of_event(channel, verb);
        let event = json!({"type": kind, "channel": channel, "user": by});
        let public = self.conversation(channel).is_some_and(|c| c.kind == Kind::Public);
        // Of public channels every app hears.
        if public {
            self.tell_anyway(event)
        } else {
            self.tell(channel, event)
        }
        self.note(channel, subtype, by, text, json!({}));
        // Bots are put out by it, and are not told so.
        if let Some(conversation) = self.conversation_mut(channel).filter(|_| archived) {
            conversation.members.retain(|m| m != BOT_USER);
        }
    }

    /// Private channels are still called groups there.
    fn kind_of_event(&self, channel: &str, verb: &str) -> String {
        let private = self.conversation(channel).is_some_and(|c| c.kind == Kind::Private);
        format!("{}_{verb}", if private { "group" } else { "channel" })
    }

    pub fn set_topic(&mut self, channel: &str, by: &str, topic: &str) {
        if let Some(conversation) = self.conversation_mut(channel) {
            conversation.topic = topic.into();
        }
        self.note(channel, "channel_topic", by, &format!("set the channel topic: {topic}"), json!({"topic": topic}));
    }

    pub fn set_purpose(&mut self, channel: &str, by: &str, purpose: &str) {
        if let Some(conversation) = self.conversation_mut(channel) {
            conversation.purpose = purpose.into();
        }
        let text = format!("set the channel description: {purpose}");
        self.note(channel, "channel_purpose", by, &text, json!({"purpose": purpose}));
    }

    pub fn tell_of_person(&mut self, id: &str) {
        if let Some(user) = self.person(id).map(|p| p.json()) {
            let cached = self.now().timestamp();
            self.tell_anyway(json!({"type": "user_change", "user": user, "cache_ts": cached}));
        }
    }

    /// Blocks and what is pressed in them get names from Slack where the app gave none.
    pub fn with_ids(&mut self, mut blocks: Vec<Value>) -> Vec<Value> {
        for block in &mut blocks {
            if block["block_id"].is_null() {
                block["block_id"] = json!(self.next_id("b", ""));
            }
            let Some(elements) = block.get_mut("elements").and_then(Value::as_array_mut) else { continue };
            for element in elements.iter_mut().filter(|e| e["type"] == "button" && e["action_id"].is_null()) {
                element["action_id"] = json!(self.next_id("a", ""));
            }
        }
        blocks
    }
}
