//! What an event says, in the form that all chats share.

use super::api::{CallError, Called};
use super::failure::is_unwell;
use super::shape::{Envelope, Event, Message, Pin, Reaction};
use super::workspace::Workspace;
use super::{Slack, ids, send, text};
use crate::incident::{Loss, SaidMessage};
use crate::plan::{Room, Rule};
use crate::ports::{Heard, Inbound, Mention, MessageRecord, Said, Speaker};

/// What can be made of a letter.
pub(super) enum Understood {
    Heard(Vec<Inbound>),
    /// Something that should be understood is not.
    Unclear(String),
}

impl Understood {
    /// Where it is unclear, but not what stands there: that may be somebody's words.
    pub fn unclear(what: &str, error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        Understood::Unclear(format!("{what} has another shape ({:?}, line {line}, column {column})", error.classify()))
    }
}

impl Slack {
    pub(super) async fn event(&self, workspace: &Workspace, envelope: Envelope) -> Called<Understood> {
        let stamp = envelope.event["event_ts"].as_str().or(envelope.event["ts"].as_str()).map(str::to_string);
        let stamp = stamp.unwrap_or_else(|| envelope.event_time.to_string());
        let event: Event = match serde_json::from_value(envelope.event) {
            Ok(event) => event,
            Err(error) => return Ok(Understood::unclear("an event", &error)),
        };
        let at = ids::time(&stamp).unwrap_or_else(|| self.clock.now());
        let heard = self.heard(workspace, event, &stamp).await?;
        // A message was said when it was said, however late it comes to be known.
        let when = |heard: &Heard| match heard {
            Heard::Message(said) => ids::time(&said.id.id).unwrap_or(at),
            _ => at,
        };
        Ok(Understood::Heard(heard.into_iter().map(|heard| Inbound { at: when(&heard), heard }).collect()))
    }

    async fn heard(&self, workspace: &Workspace, event: Event, stamp: &str) -> Called<Vec<Heard>> {
        let bot = workspace.identity().await?.user_id.as_str();
        let stamp = stamp.to_string();
        Ok(match event {
            Event::Message(message) => self.message_event(workspace, *message, stamp).await?,
            Event::AppMention(message) => self.mentioned(workspace, &message).await?.into_iter().collect(),
            Event::ReactionAdded(reaction) => self.reacted(workspace, reaction, true).await?.into_iter().collect(),
            Event::ReactionRemoved(reaction) => self.reacted(workspace, reaction, false).await?.into_iter().collect(),
            Event::PinAdded(pin) => self.pinned(workspace, pin, true).await?.into_iter().collect(),
            Event::PinRemoved(pin) => self.pinned(workspace, pin, false).await?.into_iter().collect(),
            Event::MemberJoinedChannel(member) if member.user == bot => {
                workspace.forget_channel(&member.channel);
                vec![Heard::Found { room: ids::room(&member.channel), stamp }]
            }
            Event::MemberJoinedChannel(member) => {
                let person = workspace.someone(&member.user).await?.person;
                vec![Heard::Joined { room: ids::room(&member.channel), person, stamp, blind: false }]
            }
            Event::MemberLeftChannel(member) if member.user == bot => {
                vec![lost(&member.channel, Loss::Removed, stamp)]
            }
            Event::MemberLeftChannel(member) => {
                vec![Heard::Left { room: ids::room(&member.channel), person: ids::person(&member.user), stamp }]
            }
            Event::ChannelRename { channel } => {
                workspace.forget_channel(&channel.id);
                vec![Heard::Renamed { room: Room { id: ids::room(&channel.id), name: channel.name }, stamp }]
            }
            // What the bot did itself is known.
            Event::ChannelArchive { user: Some(user), .. } | Event::ChannelUnarchive { user: Some(user), .. }
                if user == bot =>
            {
                Vec::new()
            }
            Event::ChannelArchive { channel, user } => {
                let by = match user {
                    Some(user) => Some(workspace.someone(&user).await?.person),
                    None => None,
                };
                vec![Heard::Lost { room: ids::room(&channel), why: Loss::Archived, by, stamp }]
            }
            // Slack tells of all public channels; those of incidents are ours.
            Event::ChannelUnarchive { channel, .. } if self.incident_in(&channel).await.is_none() => Vec::new(),
            Event::ChannelUnarchive { channel, .. } => {
                // Archiving has put everybody out. Into a private channel somebody has to invite the bot.
                let joined = unless_refused(workspace.join(&channel).await)?;
                workspace.forget_channel(&channel);
                joined.map(|()| Heard::Found { room: ids::room(&channel), stamp }).into_iter().collect()
            }
            Event::ChannelDeleted { channel } => vec![lost(&channel, Loss::Deleted, stamp)],
            Event::ChannelLeft { channel } => vec![lost(&channel, Loss::Removed, stamp)],
            Event::AppHomeOpened { user, tab } if tab != "messages" => {
                vec![Heard::HomeOpened { by: self.speaker(workspace, &user).await?, stamp }]
            }
            Event::UserChange { user } => {
                workspace.forget_person(&user.id);
                Vec::new()
            }
            Event::SubteamUpdated {} | Event::SubteamMembersChanged {} => {
                workspace.forget_groups();
                Vec::new()
            }
            Event::TokensRevoked {} | Event::AppUninstalled {} => {
                tracing::error!("Slack says that the app was uninstalled or its tokens were revoked: install it again");
                Vec::new()
            }
            Event::AppHomeOpened { .. } | Event::Other => Vec::new(),
        })
    }

    async fn message_event(&self, workspace: &Workspace, message: Message, stamp: String) -> Called<Vec<Heard>> {
        let channel = message.channel.clone();
        match message.subtype.as_deref() {
            Some("message_changed") => {
                let before = message.previous_message.as_ref().and_then(|m| m.text.clone());
                let Some(changed) = message.message else { return Ok(Vec::new()) };
                if changed.subtype.as_deref() == Some("tombstone") {
                    return self.deleted(workspace, &channel, &changed.ts, message.previous_message).await;
                }
                // Slack also says so when it has only added a preview of a link.
                if changed.text == before || self.is_own(workspace, &changed).await? {
                    return Ok(Vec::new());
                }
                let version = changed.edited.as_ref().map_or(stamp, |e| e.ts.clone());
                let (text, _) = self.readable(workspace, &changed).await?;
                let edited = Heard::Edited { message: ids::message(&channel, &changed.ts), text, version };
                // It may come before the message itself, and then this is how that is known.
                let said = self.said(workspace, &channel, &changed).await?;
                Ok(said.map(Heard::Message).into_iter().chain([edited]).collect())
            }
            Some("message_deleted") => match message.deleted_ts {
                Some(ts) => self.deleted(workspace, &channel, &ts, message.previous_message).await,
                None => Ok(Vec::new()),
            },
            _ if message.channel_type == "im" => Ok(self.told(workspace, &message).await?.into_iter().collect()),
            _ => Ok(self.said(workspace, &channel, &message).await?.map(Heard::Message).into_iter().collect()),
        }
    }

    /// It may come before the message itself: that there was one is then known by this, and what it said is not.
    async fn deleted(
        &self,
        workspace: &Workspace,
        channel: &str,
        ts: &str,
        before: Option<Box<Message>>,
    ) -> Called<Vec<Heard>> {
        let said = match before {
            Some(before) => self.said(workspace, channel, &before.without_words()).await?,
            None => None,
        };
        let deleted = Heard::Deleted { message: ids::message(channel, ts) };
        Ok(said.map(Heard::Message).into_iter().chain([deleted]).collect())
    }

    /// What was said, if it was somebody other than the bot who said it, and said something.
    pub(super) async fn said(&self, workspace: &Workspace, channel: &str, message: &Message) -> Called<Option<Said>> {
        let speaks = matches!(
            message.subtype.as_deref(),
            None | Some("file_share" | "me_message" | "thread_broadcast" | "bot_message")
        );
        if !speaks || self.is_own(workspace, message).await? {
            return Ok(None);
        }
        let by = match (&message.user, &message.bot_id) {
            (Some(user), _) => self.speaker(workspace, user).await?,
            (None, Some(bot)) => other_bot(message, bot),
            (None, None) => return Ok(None),
        };
        let (text, _) = self.readable(workspace, message).await?;
        let thread = message.thread_ts.clone().filter(|thread| *thread != message.ts);
        let url = &workspace.identity().await?.url;
        let link = send::link(url, channel, Some(&message.ts), thread.as_deref());
        Ok(Some(Said { id: ids::message(channel, &message.ts), thread, by, text, link: Some(link) }))
    }

    async fn is_own(&self, workspace: &Workspace, message: &Message) -> Called<bool> {
        let identity = workspace.identity().await?;
        let by_bot = message.bot_id.as_ref().is_some_and(|bot| *bot == identity.bot_id);
        Ok(by_bot || message.user.as_ref().is_some_and(|user| *user == identity.user_id))
    }

    /// The text as people read it, with the names of files; and who is mentioned in it.
    async fn readable(&self, workspace: &Workspace, message: &Message) -> Called<(String, Vec<Mention>)> {
        let (mut text, mentions) = self.plain(workspace, message.text.as_deref().unwrap_or_default()).await?;
        for file in &message.files {
            let name = file.title.as_ref().or(file.name.as_ref()).map_or("a file", String::as_str);
            let link = file.permalink.as_ref().map(|link| format!(" ({link})")).unwrap_or_default();
            let before = if text.is_empty() { "" } else { "\n" };
            text.push_str(&format!("{before}File: {name}{link}"));
        }
        Ok((text, mentions))
    }

    /// Slack's text as plain text. Who and what is named in it by an id is asked for.
    pub(super) async fn plain(&self, workspace: &Workspace, written: &str) -> Called<(String, Vec<Mention>)> {
        let mut names = std::collections::HashMap::new();
        for reference in text::references(written) {
            let name = match &reference {
                text::Reference::User(id) => Some(workspace.someone(id).await?.person.name),
                text::Reference::Channel(id) => unless_refused(workspace.channel(id).await)?.map(|c| c.name),
                text::Reference::Group(id) => {
                    let groups = unless_refused(workspace.groups().await)?.unwrap_or_default();
                    groups.into_iter().find(|g| g.id == *id).map(|g| g.handle)
                }
            };
            names.extend(name.map(|name| (reference, name)));
        }
        let read = text::read(&written.replace('\0', "\u{fffd}"), &|reference| names.get(reference).cloned());
        let mut mentions = Vec::new();
        for (name, id) in read.mentions {
            let person = workspace.someone(&id).await?.person;
            mentions.push(Mention { name, person });
        }
        Ok((read.text, mentions))
    }

    pub(super) async fn speaker(&self, workspace: &Workspace, user: &str) -> Called<Speaker> {
        let someone = workspace.someone(user).await?;
        let own = self.groups.iter().filter(|(_, members)| members.contains(&someone.person.id));
        let mut groups: Vec<String> = own.map(|(name, _)| name.clone()).collect();
        if self.asks_for_groups() {
            // Without them somebody may be refused, but nobody is let in.
            let theirs = unless_refused(workspace.groups().await)?.unwrap_or_default();
            groups.extend(theirs.into_iter().filter(|g| g.users.iter().any(|u| u == user)).map(|g| g.handle));
        }
        Ok(Speaker { person: someone.person, zone: someone.zone, known: someone.known, groups })
    }

    /// The plan names a group that is not its own, so it must be Slack's.
    fn asks_for_groups(&self) -> bool {
        let mut rules = self.plan.permissions.all();
        rules.any(|rule| matches!(rule, Rule::Group(name) if !self.groups.contains_key(name)))
    }

    /// `@Firebell list` in a channel is a command.
    async fn mentioned(&self, workspace: &Workspace, message: &Message) -> Called<Option<Heard>> {
        if message.subtype.is_some() || message.edited.is_some() || message.bot_id.is_some() {
            return Ok(None);
        }
        self.asked(workspace, message).await
    }

    /// In a direct message with the bot, everything is a command.
    async fn told(&self, workspace: &Workspace, message: &Message) -> Called<Option<Heard>> {
        if message.subtype.is_some() || self.is_own(workspace, message).await? {
            return Ok(None);
        }
        self.asked(workspace, message).await
    }

    async fn asked(&self, workspace: &Workspace, message: &Message) -> Called<Option<Heard>> {
        let Some(user) = &message.user else { return Ok(None) };
        let bot = format!("<@{}>", workspace.identity().await?.user_id);
        let written = message.text.as_deref().unwrap_or_default().trim();
        // What stands before the mention is talk.
        let behind = written.split_once(&bot).map_or(written, |(_, behind)| behind);
        let (words, mentions) = self.plain(workspace, behind).await?;
        let words = words.trim().trim_start_matches([':', ',']).trim();
        let bare = self.command.trim_start_matches('/');
        let words = words.trim_start_matches('/');
        let words = words.strip_prefix(bare).filter(|rest| rest.is_empty() || rest.starts_with(' ')).unwrap_or(words);
        Ok(Some(Heard::Command {
            id: message.ts.clone(),
            by: self.speaker(workspace, user).await?,
            room: Room { id: ids::room(&message.channel), name: String::new() },
            in_room: true,
            words: words.trim().to_string(),
            mentions,
            reply: None,
            origin: None,
        }))
    }

    async fn reacted(&self, workspace: &Workspace, reaction: Reaction, on: bool) -> Called<Option<Heard>> {
        let identity = workspace.identity().await?;
        let (channel, ts) = (&reaction.item.channel, &reaction.item.ts);
        if channel.is_empty() || ts.is_empty() || reaction.user == identity.user_id {
            return Ok(None);
        }
        // Only an offer to declare asks whether the room is private.
        let offers = self.plan.reactions.declares(&reaction.reaction);
        let private_room = offers && workspace.is_private(channel).await?;
        let own = reaction.item_user.as_ref().is_some_and(|author| *author == identity.user_id);
        Ok(Some(Heard::Reacted {
            message: ids::message(channel, ts),
            by: self.speaker(workspace, &reaction.user).await?,
            emoji: reaction.reaction,
            on,
            stamp: reaction.event_ts,
            said: None,
            unread: !own,
            private_room,
        }))
    }

    async fn pinned(&self, workspace: &Workspace, pin: Pin, on: bool) -> Called<Option<Heard>> {
        let identity = workspace.identity().await?;
        let Some(message) = pin.item.message else { return Ok(None) };
        if pin.user == identity.user_id {
            return Ok(None);
        }
        Ok(Some(Heard::Pinned {
            message: ids::message(&pin.channel_id, &message.ts),
            by: self.speaker(workspace, &pin.user).await?,
            on,
            stamp: pin.event_ts,
            said: self.said_message(workspace, &pin.channel_id, &message).await?,
        }))
    }

    pub(super) async fn said_message(
        &self,
        workspace: &Workspace,
        channel: &str,
        message: &Message,
    ) -> Called<Option<SaidMessage>> {
        let said = self.said(workspace, channel, message).await?;
        Ok(said.zip(ids::time(&message.ts)).map(|(said, at)| MessageRecord::new(&said, at).said()))
    }
}

fn lost(channel: &str, why: Loss, stamp: String) -> Heard {
    Heard::Lost { room: ids::room(channel), why, by: None, stamp }
}

/// What Slack refuses to say stays unknown; what it can't say just now is asked for again.
fn unless_refused<T>(called: Called<T>) -> Called<Option<T>> {
    match called {
        Ok(found) => Ok(Some(found)),
        Err(CallError::Refused { code, .. }) if !is_unwell(&code) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Another app's message: an alert is worth a place on the transcript.
fn other_bot(message: &Message, bot: &str) -> Speaker {
    let profile = message.bot_profile.as_ref().and_then(|b| b.name.clone());
    let name = message.username.clone().or(profile).unwrap_or_else(|| "an app".into());
    let person = crate::plan::Person { id: ids::person(bot), name };
    Speaker { person, zone: None, known: false, groups: Vec::new() }
}
