//! What people do in the workspace. They are called by their names, channels by theirs; `@Ann` as a channel is the
//! direct conversation of Ann and the bot, whichever of them speaks.

use serde_json::{Value, json};

use super::Workspace;
use super::deeds::Draft;
use super::model::{BOT_NAME, Conversation, Group, Kind, Message, Model, OTHER_TEAM, TEAM};
use super::shapes::escaped;

impl Workspace {
    // --- Who and what there is ----------------------------------------------------------------------------------------

    /// The id of the user of this name, who is new here if there is nobody of that name.
    pub fn person(&self, name: &str) -> String {
        self.with(|state| state.model.meet(name, TEAM))
    }

    /// A user of another workspace, met in a shared channel.
    pub fn stranger(&self, name: &str) -> String {
        self.with(|state| state.model.meet(name, OTHER_TEAM))
    }

    /// `offset` in seconds east of UTC. The bot is told unless the person is new.
    pub fn set_zone(&self, name: &str, zone: &str, offset: i32) {
        self.alter(name, |person| person.zone = (zone.into(), offset));
    }

    /// In their profile: everybody sees the new one from now on.
    pub fn changes_name(&self, name: &str, new: &str) {
        self.with(|state| {
            let user = state.model.meet(name, TEAM);
            if let Some(person) = state.model.people.iter_mut().find(|p| p.id == user) {
                person.name = new.into();
            }
            state.model.tell_of_person(&user);
        });
    }

    pub fn deactivate(&self, name: &str) {
        self.alter(name, |person| person.deleted = true);
    }

    fn alter(&self, name: &str, change: impl FnOnce(&mut super::model::Person)) {
        self.with(|state| {
            let known = state.model.person_named(name).is_some();
            let id = state.model.meet(name, TEAM);
            change(state.model.people.iter_mut().find(|p| p.id == id).expect("a person"));
            if known {
                state.model.tell_of_person(&id);
            }
        });
    }

    /// The id of the channel of this name; if there is none, it is made, public, with the bot in it.
    pub fn channel(&self, name: &str) -> String {
        self.with(|state| state.model.existing_or(name, Kind::Public, &[BOT_NAME]))
    }

    pub fn channel_without_bot(&self, name: &str) -> String {
        self.with(|state| state.model.existing_or(name, Kind::Public, &[]))
    }

    /// The bot is in it if `Firebell` is among the people.
    pub fn private_channel(&self, name: &str, people: &[&str]) -> String {
        self.with(|state| state.model.existing_or(name, Kind::Private, people))
    }

    pub fn user_group(&self, handle: &str, people: &[&str]) -> String {
        self.with(|state| {
            let members = people.iter().map(|name| state.model.meet(name, TEAM)).collect();
            let id = state.model.next_id("S", handle);
            state.model.groups.push(Group { id: id.clone(), handle: handle.into(), members });
            id
        })
    }

    // --- Speaking -----------------------------------------------------------------------------------------------------

    /// Answers the message's `ts`. `@Name` of somebody here is a mention, `#name` of a channel a link to it.
    pub fn says(&self, who: &str, channel: &str, text: &str) -> String {
        self.speak(who, channel, text, |_| {})
    }

    /// In the thread of that message; `broadcast` shows it in the channel, too.
    pub fn replies(&self, who: &str, channel: &str, thread_ts: &str, text: &str, broadcast: bool) -> String {
        self.speak(who, channel, text, |draft| {
            draft.thread_ts = Some(thread_ts.into());
            draft.broadcast = broadcast;
        })
    }

    pub fn me_message(&self, who: &str, channel: &str, text: &str) -> String {
        self.speak(who, channel, text, |draft| draft.subtype = Some("me_message"))
    }

    pub fn shares_file(&self, who: &str, channel: &str, text: &str, file_name: &str, url: &str) -> String {
        let file = json!({
            "id": format!("F0{}", file_name.to_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "")),
            "name": file_name, "title": file_name, "mimetype": "image/png", "filetype": "png", "url_private": url,
            "permalink": url, "mode": "hosted", "is_external": false,
        });
        self.speak(who, channel, text, |draft| {
            draft.subtype = Some("file_share");
            draft.files = vec![file];
        })
    }

    fn speak(&self, who: &str, channel: &str, text: &str, as_what: impl FnOnce(&mut Draft)) -> String {
        self.with(|state| {
            let (author, channel) = state.model.enter(who, channel);
            let text = state.model.as_typed(text);
            let mut draft = Draft { author, text, ..Draft::default() };
            as_what(&mut draft);
            if let Some(root) = &draft.thread_ts {
                assert!(state.model.message(&channel, root).is_some(), "there is no message {root} to reply to");
            }
            state.model.post(&channel, draft)
        })
    }

    /// Another app's bot, which is in every channel.
    pub fn bot_says(&self, channel: &str, bot_name: &str, text: &str) -> String {
        self.with(|state| {
            let channel = state.model.place(BOT_NAME, channel).id.clone();
            let author = format!("B0{}", bot_name.to_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), ""));
            let (bot_name, text) = (Some(bot_name.to_string()), state.model.as_typed(text));
            let subtype = Some("bot_message");
            state.model.post(&channel, Draft { author, bot_name, text, subtype, ..Draft::default() })
        })
    }

    pub fn edits(&self, who: &str, channel: &str, ts: &str, text: &str) {
        self.with(|state| {
            let (user, channel) = state.model.act_on(who, channel, ts);
            let author = state.model.message(&channel, ts).map(|m| m.author.clone());
            assert_eq!(author.as_ref(), Some(&user), "{who} can only edit their own messages");
            let (text, at) = (state.model.as_typed(text), state.model.next_ts());
            state.model.change(&channel, ts, |message| {
                message.text = text;
                message.edited = Some((user, at));
            });
        });
    }

    pub fn deletes(&self, who: &str, channel: &str, ts: &str) {
        self.with(|state| {
            let (_, channel) = state.model.act_on(who, channel, ts);
            state.model.delete(&channel, ts);
        });
    }

    /// Slack has looked at the links of a message: it changes, and its text does not.
    pub fn unfurls(&self, channel: &str, ts: &str) {
        self.with(|state| {
            let channel = state.model.place(BOT_NAME, channel).id.clone();
            let attachments = json!([{"id": 1, "title": "A page", "fallback": "A page"}]);
            state.model.change(&channel, ts, |message| {
                message.extra.insert("attachments".into(), attachments);
            });
        });
    }

    // --- Reactions and pins -------------------------------------------------------------------------------------------

    /// `emoji` by its name: `mag`, `thumbsup::skin-tone-2`.
    pub fn reacts(&self, who: &str, channel: &str, ts: &str, emoji: &str) {
        let done = self.on(who, channel, ts, |model, user, channel| model.react(channel, ts, user, emoji, true));
        assert!(done, "{who} has put {emoji} there already");
    }

    pub fn unreacts(&self, who: &str, channel: &str, ts: &str, emoji: &str) {
        let done = self.on(who, channel, ts, |model, user, channel| model.react(channel, ts, user, emoji, false));
        assert!(done, "{who} has not put {emoji} there");
    }

    pub fn pins(&self, who: &str, channel: &str, ts: &str) {
        let done = self.on(who, channel, ts, |model, user, channel| model.pin(channel, ts, user));
        assert!(done, "it is pinned already");
    }

    pub fn unpins(&self, who: &str, channel: &str, ts: &str) {
        let done = self.on(who, channel, ts, |model, user, channel| model.unpin(channel, ts, user));
        assert!(done, "it is not pinned");
    }

    fn on<R>(&self, who: &str, channel: &str, ts: &str, act: impl FnOnce(&mut Model, &str, &str) -> R) -> R {
        self.with(|state| {
            let (user, channel) = state.model.act_on(who, channel, ts);
            act(&mut state.model, &user, &channel)
        })
    }

    // --- Channels -----------------------------------------------------------------------------------------------------

    pub fn joins(&self, who: &str, channel: &str) {
        self.with(|state| state.model.enter(who, channel));
    }

    pub fn leaves(&self, who: &str, channel: &str) {
        self.in_channel(who, channel, |model, user, channel| model.leave(channel, user, None));
    }

    /// `whom` may be `Firebell`.
    pub fn invites(&self, who: &str, channel: &str, whom: &str) {
        self.in_channel(who, channel, |model, user, channel| {
            let whom = model.meet(whom, TEAM);
            model.join(channel, &whom, Some(user));
        });
    }

    pub fn kicks(&self, who: &str, channel: &str, whom: &str) {
        self.in_channel(who, channel, |model, user, channel| {
            let whom = model.meet(whom, TEAM);
            model.leave(channel, &whom, Some(user));
        });
    }

    pub fn renames(&self, who: &str, channel: &str, new: &str) {
        self.in_channel(who, channel, |model, user, channel| model.rename(channel, user, new));
    }

    pub fn sets_topic(&self, who: &str, channel: &str, topic: &str) {
        self.in_channel(who, channel, |model, user, channel| model.set_topic(channel, user, topic));
    }

    pub fn archives(&self, who: &str, channel: &str) {
        self.in_channel(who, channel, |model, user, channel| model.archive(channel, user, true));
    }

    pub fn unarchives(&self, who: &str, channel: &str) {
        self.with(|state| {
            let user = state.model.meet(who, TEAM);
            let channel = state.model.place(who, channel).id.clone();
            state.model.archive(&channel, &user, false);
        });
    }

    fn in_channel(&self, who: &str, channel: &str, act: impl FnOnce(&mut Model, &str, &str)) {
        self.with(|state| {
            let (user, channel) = state.model.enter(who, channel);
            act(&mut state.model, &user, &channel);
        });
    }
}

impl Model {
    /// The conversation that this person means, by its name or its id.
    pub fn place(&self, who: &str, channel: &str) -> &Conversation {
        let found = match channel.strip_prefix('@') {
            Some(whom) => {
                let with = if whom == BOT_NAME { who } else { whom };
                let user = self.person_named(with).map(|p| p.id.clone()).unwrap_or_default();
                self.conversations.iter().find(|c| c.kind == Kind::Direct && c.has(&user))
            }
            None => self.conversation_named(channel).or_else(|| self.conversation(channel)),
        };
        found.unwrap_or_else(|| panic!("there is no channel {channel}; `channel(\"{channel}\")` would make it"))
    }

    /// The person and the conversation, which they are in from now on if they were not.
    pub fn enter(&mut self, who: &str, channel: &str) -> (String, String) {
        let user = self.meet(who, TEAM);
        if let Some(with) = channel.strip_prefix('@') {
            let whom = if who == BOT_NAME { self.meet(with, TEAM) } else { user.clone() };
            return (user, self.direct(&whom));
        }
        let place = self.place(who, channel);
        let (id, kind) = (place.id.clone(), place.kind);
        assert!(!place.archived, "#{channel} is archived");
        assert!(kind == Kind::Public || place.has(&user), "{who} is not in the private channel {channel}");
        self.join(&id, &user, None);
        (user, id)
    }

    /// The same for whoever does something to a message there.
    fn act_on(&mut self, who: &str, channel: &str, ts: &str) -> (String, String) {
        let (user, channel) = self.enter(who, channel);
        let found = self.conversation(&channel).and_then(|c| c.findable(ts));
        assert!(found.is_some(), "{who} finds no message {ts} in {channel}");
        (user, channel)
    }

    fn existing_or(&mut self, name: &str, kind: Kind, members: &[&str]) -> String {
        if let Some(found) = self.conversation_named(name) {
            return found.id.clone();
        }
        let members = members.iter().map(|member| self.meet(member, TEAM)).collect();
        self.make(name, kind, members)
    }

    /// Text as Slack keeps what somebody typed.
    pub fn as_typed(&self, text: &str) -> String {
        self.marked_up(text, false)
    }

    /// Text as it comes with a slash command, where a mention carries its name, and addresses stay as they are.
    pub fn as_command(&self, text: &str) -> String {
        self.marked_up(text, true)
    }

    fn marked_up(&self, text: &str, in_command: bool) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let at_word = !out.ends_with(|c: char| c.is_alphanumeric());
            let found = match c {
                '@' => self.mention(&rest[1..], in_command),
                '#' if at_word => self.channel_link(&rest[1..]),
                'h' if at_word && !in_command => web_address(rest),
                _ => None,
            };
            // The sign in front of a name is one byte long.
            let (mark, length) = found.unwrap_or_else(|| (escaped(&rest[..c.len_utf8()]), c.len_utf8()));
            out.push_str(&mark);
            rest = &rest[length..];
        }
        out
    }

    fn mention(&self, behind: &str, in_command: bool) -> Option<(String, usize)> {
        let longest = self.people.iter().filter(|p| behind.starts_with(&p.name)).max_by_key(|p| p.name.len());
        if let Some(person) = longest {
            let mark = match in_command {
                true => format!("<@{}|{}>", person.id, person.handle),
                false => format!("<@{}>", person.id),
            };
            return Some((mark, 1 + person.name.len()));
        }
        let group = self.groups.iter().filter(|g| behind.starts_with(&g.handle)).max_by_key(|g| g.handle.len())?;
        Some((format!("<!subteam^{}|@{}>", group.id, group.handle), 1 + group.handle.len()))
    }

    fn channel_link(&self, behind: &str) -> Option<(String, usize)> {
        let in_name = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let end = behind.find(|c| !in_name(c)).unwrap_or(behind.len());
        let channel = self.conversation_named(&behind[..end])?;
        Some((format!("<#{}|{}>", channel.id, channel.name), 1 + end))
    }

    /// The message as it is, for what is done to it by pressing.
    pub fn message_to_press(&self, channel: &str, ts: &str) -> Message {
        let found = self.message(channel, ts).filter(|m| !m.deleted).cloned();
        found.unwrap_or_else(|| panic!("there is no message {ts} in {channel}"))
    }
}

fn web_address(text: &str) -> Option<(String, usize)> {
    if !text.starts_with("https://") && !text.starts_with("http://") {
        return None;
    }
    let end = text.find(|c: char| c.is_whitespace() || c == '<' || c == '>').unwrap_or(text.len());
    let address = text[..end].trim_end_matches(['.', ',', ')', '!', '?', ';']);
    Some((format!("<{}>", escaped(address)), address.len()))
}

/// The buttons of these blocks, with the block that each is in.
pub fn buttons(blocks: &[Value]) -> Vec<(&Value, &Value)> {
    let mut found = Vec::new();
    for block in blocks {
        let elements = block["elements"].as_array().map(Vec::as_slice).unwrap_or_default();
        let all = elements.iter().chain(block.get("accessory"));
        found.extend(all.filter(|e| e["type"] == "button").map(|button| (block, button)));
    }
    found
}
