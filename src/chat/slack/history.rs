//! Reading back what people have said: after a gap, of a room that is new, and a single message that somebody marked.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::Slack;
use super::api::Called;
use super::ids;
use super::shape::Message;
use super::workspace::{Page, Workspace};
use crate::plan::{MessageId, PersonId, RoomId};
use crate::ports::{Failure, ReadMessage, ReadPin, Reading};

const PAGE: &str = "200";
/// What was said in the last moments, by our clock or Slack's, may not be in the history yet.
const SETTLED: TimeDelta = TimeDelta::seconds(60);

#[derive(Deserialize)]
struct Answer {
    messages: Vec<Message>,
    #[serde(default)]
    has_more: bool,
    #[serde(default)]
    response_metadata: Page,
}

impl Slack {
    /// Of the room what was said since then, of its threads those that went on since then; `known` are threads that
    /// may have begun before, which the history of the time since does not show.
    pub(super) async fn read_history(
        &self,
        room: &RoomId,
        since: DateTime<Utc>,
        known: &[String],
    ) -> Result<Reading, Failure> {
        let (workspace, channel) = self.place(room).await?;
        // What is said while this is read is heard, not read.
        let until = self.clock.now() - SETTLED;
        // First, since of these calls Slack takes the fewest: one that has to wait begins all of this again.
        let pins = Some(self.pins(workspace, &channel).await?);
        let oldest = ids::ts(since);
        let in_channel = [("channel", channel.as_str()), ("oldest", oldest.as_str())];
        let mut found = read_all(workspace, "conversations.history", &in_channel).await?;
        let went_on = |m: &&Message| m.reply_count > 0 && m.latest_reply.as_ref().is_none_or(|ts| *ts >= oldest);
        let mut threads: BTreeSet<String> = found.iter().filter(went_on).map(|m| m.ts.clone()).collect();
        threads.extend(known.iter().filter(|ts| **ts < oldest).cloned());
        for thread in &threads {
            let arguments = [("channel", channel.as_str()), ("ts", thread), ("oldest", &oldest)];
            let replies = match read_all(workspace, "conversations.replies", &arguments).await {
                // Its first message is gone, and with it the thread.
                Err(error) if error.code() == "thread_not_found" => Vec::new(),
                replies => replies?,
            };
            found.extend(replies.into_iter().filter(|m| m.ts != *thread));
        }
        found.sort_by(|a, b| a.ts.cmp(&b.ts));
        // A reply that was also sent to the channel is in both.
        found.dedup_by(|a, b| a.ts == b.ts);
        let mut messages = Vec::new();
        for message in &found {
            messages.extend(self.as_read(workspace, &channel, message).await?);
        }
        let members = Some(members(workspace, &channel).await?);
        let threads = threads.into_iter().collect();
        Ok(Reading { messages, whole: Some((since, until)), with_reactions: true, threads, pins, members })
    }

    async fn pins(&self, workspace: &Workspace, channel: &str) -> Called<Vec<ReadPin>> {
        #[derive(Deserialize)]
        struct Pins {
            items: Vec<Pinned>,
        }
        #[derive(Deserialize)]
        struct Pinned {
            created_by: Option<String>,
            message: Option<Message>,
        }
        let bot = workspace.identity().await?.user_id.as_str();
        let answer: Pins = workspace.api.read_patiently("pins.list", &[("channel", channel)]).await?;
        let mut found = Vec::new();
        for pinned in answer.items {
            // Files have no message; the card is pinned by the bot.
            let (Some(user), Some(message)) = (pinned.created_by, pinned.message) else { continue };
            if user != bot
                && let Some(said) = self.said_message(workspace, channel, &message).await?
            {
                found.push(ReadPin { by: self.speaker(workspace, &user).await?, said });
            }
        }
        Ok(found)
    }

    async fn as_read(&self, workspace: &Workspace, channel: &str, message: &Message) -> Called<Option<ReadMessage>> {
        let (Some(at), Some(said)) = (ids::time(&message.ts), self.said(workspace, channel, message).await?) else {
            return Ok(None);
        };
        let (mut reactions, mut shortened) = (Vec::new(), Vec::new());
        for reaction in message.reactions.iter().filter(|r| self.plan.reactions.mark(&r.name).is_some()) {
            for user in &reaction.users {
                reactions.push((reaction.name.clone(), self.speaker(workspace, user).await?));
            }
            // Of many who put it on Slack names only some.
            if reaction.count > reaction.users.len() {
                shortened.push(reaction.name.clone());
            }
        }
        Ok(Some(ReadMessage { at, said, reactions, shortened }))
    }

    pub(super) async fn read_message(&self, id: &MessageId) -> Result<Option<ReadMessage>, Failure> {
        let (workspace, channel) = self.place(&id.room).await?;
        let Some(message) = read_one(workspace, &channel, &id.id).await? else { return Ok(None) };
        Ok(self.as_read(workspace, &channel, &message).await?)
    }
}

/// The history has no replies of threads, and of a reply only its thread's methods know: both are asked, and only the
/// very message counts.
async fn read_one(workspace: &Workspace, channel: &str, ts: &str) -> Called<Option<Message>> {
    let just_it = [("channel", channel), ("ts", ts), ("latest", ts), ("oldest", ts), ("inclusive", "true")];
    let mut found = match one_page(workspace, "conversations.replies", &just_it).await {
        Err(error) if error.code() == "thread_not_found" => Vec::new(),
        answer => answer?,
    };
    if !found.iter().any(|m| m.ts == ts) {
        let just_it = [("channel", channel), ("latest", ts), ("inclusive", "true"), ("limit", "1")];
        found = one_page(workspace, "conversations.history", &just_it).await?;
    }
    Ok(found.into_iter().find(|m| m.ts == ts))
}

async fn members(workspace: &Workspace, channel: &str) -> Called<Vec<PersonId>> {
    #[derive(Deserialize)]
    struct Members {
        members: Vec<String>,
        #[serde(default)]
        response_metadata: Page,
    }
    let bot = workspace.identity().await?.user_id.clone();
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let arguments = [("channel", channel), ("limit", "1000"), ("cursor", cursor.as_str())];
        let answer: Members = workspace.api.read_patiently("conversations.members", &arguments).await?;
        found.extend(answer.members.into_iter().filter(|id| *id != bot).map(|id| ids::person(&id)));
        cursor = answer.response_metadata.next_cursor;
        if cursor.is_empty() {
            return Ok(found);
        }
    }
}

async fn one_page(
    workspace: &Workspace,
    method: &'static str,
    arguments: &[(&'static str, &str)],
) -> Called<Vec<Message>> {
    let answer: Answer = workspace.api.read(method, arguments).await?;
    Ok(answer.messages)
}

async fn read_all(
    workspace: &Workspace,
    method: &'static str,
    arguments: &[(&'static str, &str)],
) -> Called<Vec<Message>> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let mut page = arguments.to_vec();
        page.extend([("limit", PAGE), ("inclusive", "true"), ("cursor", cursor.as_str())]);
        let answer: Answer = workspace.api.read_patiently(method, &page).await?;
        found.extend(answer.messages);
        cursor = answer.response_metadata.next_cursor;
        if !answer.has_more || cursor.is_empty() {
            return Ok(found);
        }
    }
}
