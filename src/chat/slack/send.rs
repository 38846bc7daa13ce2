//! Firebell speaks in Slack.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use super::Slack;
use super::api::{CallError, Called, Nothing};
use super::failure::is_locked_out;
use super::furnish::furnish;
use super::ids::{self, METADATA};
use super::invite::invite;
use super::render::{self, Rendered};
use super::workspace::{Channel, Workspace};
use crate::phrase::{Doc, Span};
use crate::plan::{MessageId, PersonId, Platform, Room, RoomId};
use crate::ports::{Answer, Chat, Failure, Furniture, NewRoom, Once, Posted, ReadMessage, Reading};

/// Slack's limits, in characters.
const NAME: usize = 80;
const TOPIC: usize = 250;
/// Suffixes tried for a taken name, `-2` to this; then something is wrong.
const NAMES: u32 = 50;

#[async_trait]
impl Chat for Slack {
    fn platform(&self) -> Platform {
        Platform::Slack
    }

    async fn open_room(&self, once: Once<'_>, room: NewRoom) -> Result<Room, Failure> {
        // A room that can not be seen is no reason to have none.
        let near = match &room.near {
            Some(near) => self.place(near).await.ok().map(|(workspace, _)| workspace),
            None => None,
        };
        let workspace = near.or(self.workspaces.first()).ok_or_else(|| never("no workspace is configured"))?;
        let name: String = room.name.chars().take(NAME).collect();
        if once.again
            && let Some(channel) = self.made_before(workspace, &name, room.private).await?
        {
            return Ok(as_room(channel));
        }
        for n in 1..=NAMES {
            match create(workspace, &numbered(&name, n), room.private).await {
                Ok(channel) => {
                    self.is_home(&channel.id, workspace);
                    return Ok(as_room(channel));
                }
                // Also of an archived channel.
                Err(error) if error.code() == "name_taken" => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(never(&format!("there are {NAMES} channels called {name}")))
    }

    async fn invite(&self, room: &RoomId, people: &[PersonId]) -> Result<(), Failure> {
        let (workspace, channel) = self.place(room).await?;
        invite(workspace, &channel, people).await
    }

    async fn post(&self, once: Once<'_>, message: Posted<'_>) -> Result<MessageId, Failure> {
        let (workspace, channel) = self.place(message.room).await?;
        let thread = message.thread.map(|t| t.id.as_str());
        let ts = self.say(workspace, &channel, thread, once, message.doc).await?;
        // By the name that it was asked by, which may be the configuration's `#name`.
        Ok(MessageId { room: message.room.clone(), id: ts })
    }

    async fn edit(&self, message: &MessageId, doc: &Doc) -> Result<(), Failure> {
        let (workspace, channel) = self.place(&message.room).await?;
        let Rendered { text, blocks } = self.worded(workspace, doc);
        let arguments = json!({ "channel": channel, "ts": message.id, "text": text, "blocks": blocks });
        let Nothing {} = workspace.api.write("chat.update", Some(&channel), &arguments).await?;
        Ok(())
    }

    /// By the address that came with the question, which works wherever it was asked; else in the room, for this person
    /// only; else in a direct message.
    async fn answer(&self, once: Once<'_>, answer: Answer<'_>) -> Result<(), Failure> {
        if answer.to.platform != Platform::Slack {
            return Err(never(&format!("{} is not a person of Slack", answer.to)));
        }
        if let (Some(url), Some(any)) = (answer.reply, self.workspaces.first())
            && respond(any, url, &self.worded(self.home(&answer.room.id).unwrap_or(any), answer.doc)).await
        {
            return Ok(());
        }
        let (workspace, channel) = self.place(answer.room).await?;
        // A direct message is for one person's eyes already.
        if channel.starts_with('D') {
            return self.say(workspace, &channel, None, once, answer.doc).await.map(drop);
        }
        match whisper(workspace, &channel, answer.to, &self.worded(workspace, answer.doc)).await {
            Err(error) if is_out_of_reach(&error) => self.say_directly(workspace, once, answer.to, answer.doc).await,
            answered => answered.map_err(Failure::from),
        }
    }

    async fn direct(&self, once: Once<'_>, to: &PersonId, doc: &Doc) -> Result<(), Failure> {
        let workspace = self.workspace_of(to).await?;
        self.say_directly(workspace, once, to, doc).await
    }

    async fn pin(&self, message: &MessageId) -> Result<(), Failure> {
        let (workspace, channel) = self.place(&message.room).await?;
        let arguments = json!({ "channel": channel, "timestamp": message.id });
        done_before(workspace.api.write("pins.add", None, &arguments).await, &["already_pinned"])
    }

    async fn set_topic(&self, room: &RoomId, topic: &str) -> Result<(), Failure> {
        let (workspace, channel) = self.place(room).await?;
        let topic = cut(topic, TOPIC);
        if !workspace.is_new_topic(&channel, &topic) {
            return Ok(());
        }
        let arguments = json!({ "channel": channel, "topic": topic });
        let Nothing {} = workspace.api.write("conversations.setTopic", None, &arguments).await?;
        workspace.topic_is(&channel, &topic);
        Ok(())
    }

    async fn archive(&self, room: &RoomId) -> Result<(), Failure> {
        let (workspace, channel) = self.place(room).await?;
        let arguments = json!({ "channel": channel });
        match workspace.api.write("conversations.archive", None, &arguments).await {
            // Archiving puts the bot out: it may have been done before.
            Err(error) if error.code() == "not_in_channel" => {
                workspace.forget_channel_info(&channel);
                match workspace.channel(&channel).await?.is_archived {
                    true => Ok(()),
                    false => Err(error.into()),
                }
            }
            called => done_before(called, &["already_archived"]),
        }
    }

    async fn unarchive(&self, room: &RoomId) -> Result<(), Failure> {
        let (workspace, channel) = self.place(room).await?;
        let arguments = json!({ "channel": channel });
        match workspace.api.write("conversations.unarchive", None, &arguments).await {
            // Archiving has put the bot out, too.
            Err(error) if error.code() == "not_in_channel" => Err(never(
                "Slack lets only people bring an archived channel back: unarchive it, then type /invite @Firebell",
            )),
            called => done_before(called, &["not_archived"]),
        }
    }

    async fn said_in(&self, room: &RoomId, since: DateTime<Utc>, threads: &[String]) -> Result<Reading, Failure> {
        self.read_history(room, since, threads).await
    }

    async fn message(&self, id: &MessageId) -> Result<Option<ReadMessage>, Failure> {
        self.read_message(id).await
    }

    async fn furnish(&self, room: &RoomId, furniture: &Furniture) -> Result<(), Failure> {
        let (workspace, channel) = self.place(room).await?;
        furnish(workspace, &channel, furniture).await
    }

    async fn show_home(&self, person: &PersonId, doc: &Doc) -> Result<(), Failure> {
        let workspace = self.workspace_of(person).await?;
        let arguments = json!({ "user_id": person.id, "view": render::home(doc) });
        let Nothing {} = workspace.api.write("views.publish", None, &arguments).await?;
        Ok(())
    }

    fn has_forms(&self) -> bool {
        true
    }

    fn link(&self, room: &RoomId, message: Option<&MessageId>) -> Option<String> {
        let identity = self.home(&room.id).or(self.workspaces.first())?.known_identity()?;
        Some(link(&identity.url, &room.id, message.map(|m| m.id.as_str()), None))
    }
}

impl Slack {
    /// The one in which this person is.
    async fn workspace_of(&self, person: &PersonId) -> Result<&Arc<Workspace>, Failure> {
        for workspace in &self.workspaces {
            if workspace.someone(&person.id).await?.known {
                return Ok(workspace);
            }
        }
        Err(never(&format!("{person} is in no workspace")))
    }

    /// Posts, unless it was begun before and is there.
    async fn say(
        &self,
        workspace: &Arc<Workspace>,
        channel: &str,
        thread: Option<&str>,
        once: Once<'_>,
        doc: &Doc,
    ) -> Result<String, Failure> {
        #[derive(Deserialize)]
        struct Answer {
            ts: String,
        }
        if once.again
            && let Some(ts) = self.posted_before(workspace, channel, thread, once.key).await?
        {
            return Ok(ts);
        }
        let Rendered { text, blocks } = self.worded(workspace, doc);
        let mut arguments = json!({
            "channel": channel,
            "text": text,
            "blocks": blocks,
            "metadata": { "event_type": METADATA, "event_payload": { "work": once.key } },
            "unfurl_links": false,
            "unfurl_media": false,
        });
        if let Some(thread) = thread {
            arguments["thread_ts"] = thread.into();
        }
        let answer: Answer = workspace.api.write("chat.postMessage", Some(channel), &arguments).await?;
        Ok(answer.ts)
    }

    /// The message as this workspace reads it: it knows no ids of others.
    fn worded(&self, workspace: &Arc<Workspace>, doc: &Doc) -> Rendered {
        if self.workspaces.len() == 1 {
            return render::message(doc);
        }
        let is_here = |room: &RoomId| self.home(&room.id).is_some_and(|home| Arc::ptr_eq(home, workspace));
        let readable = doc.clone().with_spans(|span| match span {
            Span::Room(room) if !is_here(&room.id) => match self.link(&room.id, None) {
                Some(url) => Span::Link { url, label: format!("#{}", room.name) },
                None => Span::Text(format!("#{}", room.name)),
            },
            Span::Person(person) if !workspace.knows(&person.id.id) => Span::Name(person.name),
            span => span,
        });
        render::message(&readable)
    }

    async fn say_directly(
        &self,
        workspace: &Arc<Workspace>,
        once: Once<'_>,
        to: &PersonId,
        doc: &Doc,
    ) -> Result<(), Failure> {
        #[derive(Deserialize)]
        struct Opened {
            channel: Channel,
        }
        let arguments = json!({ "users": to.id });
        let opened: Opened = workspace.api.write("conversations.open", None, &arguments).await?;
        self.say(workspace, &opened.channel.id, None, once, doc).await?;
        Ok(())
    }
}

/// `https://example.slack.com/archives/C1/p1764590400000001`
pub(super) fn link(workspace: &str, channel: &str, ts: Option<&str>, thread: Option<&str>) -> String {
    let mut link = format!("{}/archives/{channel}", workspace.trim_end_matches('/'));
    if let Some(ts) = ts {
        link.push_str(&format!("/p{}", ts.replace('.', "")));
        if let Some(thread) = thread.filter(|thread| *thread != ts) {
            link.push_str(&format!("?thread_ts={thread}&cid={channel}"));
        }
    }
    link
}

fn as_room(channel: Channel) -> Room {
    Room { id: ids::room(&channel.id), name: channel.name }
}

/// The name, `name-2`, `name-3` …, within Slack's length.
fn numbered(name: &str, n: u32) -> String {
    if n == 1 {
        return name.to_string();
    }
    let suffix = format!("-{n}");
    let kept: String = name.chars().take(NAME - suffix.len()).collect();
    kept + suffix.as_str()
}

/// A private channel is asked for as private, and nothing else is made in its place.
async fn create(workspace: &Workspace, name: &str, private: bool) -> Called<Channel> {
    #[derive(Deserialize)]
    struct Answer {
        channel: Channel,
    }
    let arguments = json!({ "name": name, "is_private": private });
    let answer: Answer = workspace.api.write("conversations.create", None, &arguments).await?;
    Ok(answer.channel)
}

/// Whether the address still takes answers; it does for half an hour, and five of them.
async fn respond(workspace: &Workspace, url: &str, message: &Rendered) -> bool {
    let Rendered { text, blocks } = message;
    let answer = json!({ "response_type": "ephemeral", "replace_original": false, "text": text, "blocks": blocks });
    match workspace.api.respond(url, &answer).await {
        Ok(()) => true,
        Err(error) => {
            tracing::debug!(why = %error, "the answer goes another way");
            false
        }
    }
}

/// For this person's eyes only, in the room.
async fn whisper(workspace: &Workspace, channel: &str, to: &PersonId, message: &Rendered) -> Called<()> {
    let Rendered { text, blocks } = message;
    let arguments = json!({ "channel": channel, "user": to.id, "text": text, "blocks": blocks });
    let Nothing {} = workspace.api.write("chat.postEphemeral", Some(channel), &arguments).await?;
    Ok(())
}

/// The bot or the person is not in the room, or nobody can write there: a direct message reaches them.
fn is_out_of_reach(error: &CallError) -> bool {
    !error.code().is_empty() && !is_locked_out(error.code())
}

fn done_before(called: Called<Nothing>, codes: &[&str]) -> Result<(), Failure> {
    match called {
        Ok(Nothing {}) => Ok(()),
        Err(error) if codes.contains(&error.code()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn cut(text: &str, limit: usize) -> String {
    match text.chars().count() > limit {
        true => text.chars().take(limit - 1).chain(['…']).collect(),
        false => text.to_string(),
    }
}

pub(super) fn never(why: &str) -> Failure {
    Failure::Never { why: why.into() }
}
