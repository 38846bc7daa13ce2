//! How Slack writes down what there is: the JSON of people, channels, messages and events.

use serde_json::{Map, Value, json};

use super::model::{
    APP, BOT_ID, BOT_NAME, BOT_USER, Bookmark, Conversation, Group, Kind, Message, Model, Person, Pin, TEAM,
};

impl Person {
    pub fn json(&self) -> Value {
        let image = |size: u32| format!("https://avatars.example/{}_{size}.png", self.id);
        let mut user = json!({
            "id": self.id, "team_id": self.team, "name": self.handle, "real_name": self.name, "deleted": self.deleted,
            "is_bot": self.id == BOT_USER, "is_app_user": false, "updated": 1_764_590_400,
            "profile": {
                "real_name": self.name, "real_name_normalized": self.name,
                "display_name": self.name, "display_name_normalized": self.name,
                "image_24": image(24), "image_48": image(48), "image_72": image(72), "team": self.team,
            },
        });
        // Who is deactivated has no zone any more, and only of people of other teams it is said that they are.
        if !self.deleted {
            user["tz"] = json!(self.zone.0);
            user["tz_label"] = json!(self.zone.0);
            user["tz_offset"] = json!(self.zone.1);
        }
        if self.team != TEAM {
            user["is_stranger"] = json!(true);
        }
        user
    }

    /// As interactions name them.
    pub fn brief(&self) -> Value {
        json!({"id": self.id, "username": self.handle, "name": self.handle, "team_id": self.team})
    }
}

impl Group {
    pub fn json(&self, with_users: bool) -> Value {
        let mut group = json!({
            "id": self.id, "team_id": TEAM, "is_usergroup": true, "is_subteam": true, "name": self.handle,
            "description": "", "handle": self.handle, "is_external": false, "date_create": 1_764_590_400,
            "date_update": 1_764_590_400, "date_delete": 0, "auto_type": null, "auto_provision": false,
            "created_by": BOT_USER, "updated_by": BOT_USER, "deleted_by": null,
            "prefs": {"channels": [], "groups": []}, "user_count": self.members.len(), "channel_count": 0,
        });
        if with_users {
            group["users"] = json!(self.members);
        }
        group
    }
}

impl Conversation {
    pub fn json(&self) -> Value {
        if self.kind == Kind::Direct {
            let other = self.members.iter().find(|m| *m != BOT_USER);
            return json!({"id": self.id, "created": self.created, "is_im": true, "is_archived": false, "user": other});
        }
        let private = self.kind == Kind::Private;
        let about = |value: &str| json!({"value": value, "creator": self.creator, "last_set": self.created});
        json!({
            "id": self.id, "name": self.name, "name_normalized": self.name, "created": self.created,
            "creator": self.creator, "is_channel": true, "is_group": false, "is_im": false, "is_mpim": false,
            "is_private": private, "is_archived": self.archived, "is_general": false, "is_shared": false,
            "is_org_shared": false, "is_member": self.has_bot(), "num_members": self.members.len(),
            "topic": about(&self.topic), "purpose": about(&self.purpose), "previous_names": [],
            "context_team_id": TEAM, "unlinked": 0,
        })
    }

    /// As message events name its kind.
    pub fn channel_type(&self) -> &'static str {
        match self.kind {
            Kind::Public => "channel",
            Kind::Private => "group",
            Kind::Direct => "im",
        }
    }

    /// As joins and leaves name it.
    pub fn letter(&self) -> &'static str {
        match self.kind {
            Kind::Public => "C",
            Kind::Private => "G",
            Kind::Direct => "D",
        }
    }

    pub fn pin_json(&self, pin: &Pin, model: &Model) -> Value {
        let mut message = self.message(&pin.ts).map_or(Value::Null, |m| model.message_json(m));
        if message.is_object() {
            message["permalink"] = json!(self.permalink(&pin.ts));
        }
        json!({
            "type": "message", "channel": self.id, "created": pin.at, "created_by": pin.by, "message": message,
        })
    }

    pub fn permalink(&self, ts: &str) -> String {
        let link = format!("https://test.slack.com/archives/{}/p{}", self.id, ts.replace('.', ""));
        match self.message(ts).and_then(|m| m.thread_ts.clone()) {
            Some(root) if root != ts => format!("{link}?thread_ts={root}&cid={}", self.id),
            _ => link,
        }
    }
}

impl Bookmark {
    pub fn json(&self, channel: &str) -> Value {
        json!({
            "id": self.id, "channel_id": channel, "title": self.title, "link": self.link, "emoji": self.emoji,
            "icon_url": null, "type": "link", "entity_id": null, "date_created": self.created, "date_updated": 0,
            "rank": "i", "last_updated_by_user_id": BOT_USER, "last_updated_by_team_id": TEAM, "shortcut_id": null,
            "app_id": null,
        })
    }
}

impl Model {
    /// As histories and events have it; its metadata only where it was asked for.
    pub fn message_json(&self, m: &Message) -> Value {
        let mut json = Map::new();
        let mut put = |key: &str, value: Value| json.insert(key.into(), value);
        put("type", json!("message"));
        if let Some(subtype) = m.subtype.or(m.broadcast.then_some("thread_broadcast")) {
            put("subtype", json!(subtype));
        }
        if m.author == BOT_USER && m.subtype.is_none() {
            put("user", json!(BOT_USER));
            put("bot_id", json!(BOT_ID));
            put("app_id", json!(APP));
            put("bot_profile", bot_profile());
        } else if let Some(name) = &m.bot_name {
            put("bot_id", json!(m.author));
            put("username", json!(name));
        } else {
            put("user", json!(m.author));
        }
        put("team", json!(TEAM));
        put("text", json!(m.text));
        put("ts", json!(m.ts));
        if !m.blocks.is_empty() {
            put("blocks", json!(m.blocks));
        } else if m.subtype.is_none() && m.author != BOT_USER {
            put("blocks", json!([rich_text(&m.text)]));
            put("client_msg_id", json!(format!("00000000-0000-4000-8000-{}", &m.ts.replace('.', "")[4..])));
        }
        if let Some((user, ts)) = &m.edited {
            put("edited", json!({"user": user, "ts": ts}));
        }
        if !m.reactions.is_empty() {
            let of = |r: &super::Reaction| json!({"name": r.name, "users": r.users, "count": r.users.len()});
            put("reactions", m.reactions.iter().map(of).collect());
        }
        if m.pinned {
            put("pinned_to", json!([m.channel]));
        }
        if !m.files.is_empty() {
            put("files", json!(m.files));
        }
        json.extend(m.extra.clone());
        json.extend(self.thread_json(m));
        Value::Object(json)
    }

    fn thread_json(&self, m: &Message) -> Map<String, Value> {
        let mut json = Map::new();
        let Some(conversation) = self.conversation(&m.channel) else { return json };
        if let Some(root) = &m.thread_ts {
            json.insert("thread_ts".into(), json!(root));
            if let Some(root) = conversation.message(root) {
                json.insert("parent_user_id".into(), json!(root.author));
                if m.broadcast {
                    let root = json!({"type": "message", "user": root.author, "text": root.text, "ts": root.ts});
                    json.insert("root".into(), root);
                }
            }
            return json;
        }
        let replies: Vec<&Message> = conversation.replies(&m.ts).collect();
        if let Some(last) = replies.last() {
            let mut users: Vec<&str> = replies.iter().map(|r| r.author.as_str()).collect();
            users.sort_unstable();
            users.dedup();
            json.insert("thread_ts".into(), json!(m.ts));
            json.insert("reply_count".into(), json!(replies.len()));
            json.insert("reply_users_count".into(), json!(users.len()));
            json.insert("reply_users".into(), json!(users));
            json.insert("latest_reply".into(), json!(last.ts));
            json.insert("subscribed".into(), json!(false));
        }
        json
    }

    /// A message with what only events add to it.
    pub fn message_event(&self, m: &Message) -> Value {
        let mut event = self.message_json(m);
        event["channel"] = json!(m.channel);
        event["event_ts"] = json!(m.ts);
        if let Some(conversation) = self.conversation(&m.channel) {
            event["channel_type"] = json!(conversation.channel_type());
        }
        event
    }

    /// An event in its envelope.
    pub fn envelope(&self, event: Value, event_id: &str) -> Value {
        json!({
            "token": "verification-token", "team_id": TEAM, "context_team_id": TEAM, "context_enterprise_id": null,
            "api_app_id": APP, "event": event, "type": "event_callback", "event_id": event_id,
            "event_time": self.now().timestamp(),
            "authorizations": [{
                "enterprise_id": null, "team_id": TEAM, "user_id": BOT_USER, "is_bot": true,
                "is_enterprise_install": false,
            }],
            "is_ext_shared_channel": false, "event_context": format!("4-{event_id}"),
        })
    }
}

fn bot_profile() -> Value {
    json!({
        "id": BOT_ID, "deleted": false, "name": BOT_NAME, "updated": 1_764_590_400, "app_id": APP, "team_id": TEAM,
        "icons": {"image_36": "https://a.example/36.png", "image_48": "https://a.example/48.png",
            "image_72": "https://a.example/72.png"},
    })
}

/// What somebody typed comes as a block, too.
fn rich_text(text: &str) -> Value {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('<') {
        let Some((inside, after)) = behind.split_once('>') else { break };
        parts.extend(rich_words(before));
        let (target, _) = inside.split_once('|').unwrap_or((inside, ""));
        parts.push(match target.split_at_checked(1) {
            Some(("@", user)) => json!({"type": "user", "user_id": user}),
            Some(("#", channel)) => json!({"type": "channel", "channel_id": channel}),
            _ => json!({"type": "link", "url": unescaped(target)}),
        });
        rest = after;
    }
    parts.extend(rich_words(rest));
    let section = json!({"type": "rich_text_section", "elements": parts});
    json!({"type": "rich_text", "block_id": "rt", "elements": [section]})
}

fn rich_words(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| json!({"type": "text", "text": unescaped(text)}))
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

pub fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
