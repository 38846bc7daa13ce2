//! Reading back what people have said: after a gap, of a room that is new, and a single message that somebody marked.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::Slack;
use super::api::{CallError, Called};
use super::ids;
use super::shape::Message;
use super::workspace::{Page, Workspace};
use crate::plan::{MessageId, RoomId};
use crate::ports::{Failure, Heard, Inbound, ReadMessage, Reading};

const PAGE: &str = "200";
/// What was said in the last moments may not be in the history yet.
const SETTLED: TimeDelta = TimeDelta::seconds(10);

#[derive(Deserialize)]
struct Answer {
    messages: Vec<Message>,
    #[serde(default)]
    has_more: bool,
    #[serde(default)]
    response_metadata: Page,
}

impl Slack {
    pub(super) async fn read_history(&self, room: &RoomId, since: DateTime<Utc>) -> Result<Reading, Failure> {
        let (workspace, channel) = self.place(room).await?;
        let asked = self.clock.now();
        let oldest = ids::ts(since);
        let mut found =
            read_all(workspace, "conversations.history", &[("channel", &channel), ("oldest", &oldest)]).await?;
        let threads: Vec<String> = found.iter().filter(|m| m.reply_count > 0).map(|m| m.ts.clone()).collect();
        for thread in threads {
            let arguments = [("channel", channel.as_str()), ("ts", &thread), ("oldest", &oldest)];
            let replies = read_all(workspace, "conversations.replies", &arguments).await?;
            found.extend(replies.into_iter().filter(|m| m.ts != thread));
        }
        found.sort_by(|a, b| a.ts.cmp(&b.ts));
        // A reply that was also sent to the channel is in both.
        found.dedup_by(|a, b| a.ts == b.ts);
        let mut messages = Vec::new();
        for message in &found {
            messages.extend(self.as_read(workspace, &channel, message).await?);
        }
        let newest = messages.last().map(|m| m.at);
        let until = newest.map_or(asked - SETTLED, |newest| newest.max(asked - SETTLED));
        Ok(Reading { messages, whole: Some((since, until)), with_reactions: true })
    }

    async fn as_read(&self, workspace: &Workspace, channel: &str, message: &Message) -> Called<Option<ReadMessage>> {
        let (Some(at), Some(said)) = (ids::time(&message.ts), self.said(workspace, channel, message).await?) else {
            return Ok(None);
        };
        let mut reactions = Vec::new();
        for reaction in message.reactions.iter().filter(|r| self.plan.reactions.mark(&r.name).is_some()) {
            for user in &reaction.users {
                reactions.push((reaction.name.clone(), self.speaker(workspace, user).await?));
            }
        }
        Ok(Some(ReadMessage { at, said, reactions }))
    }

    /// The history has no replies of threads, and of a reply only its thread's methods know: both are asked, and only
    /// the very message counts.
    pub(super) async fn read_message(&self, id: &MessageId) -> Result<Option<Inbound>, Failure> {
        let (workspace, channel) = self.place(&id.room).await?;
        let Some(message) = self.read_one(workspace, &channel, &id.id).await? else { return Ok(None) };
        let said = self.said(workspace, &channel, &message).await?;
        Ok(said.zip(ids::time(&id.id)).map(|(said, at)| Inbound { at, heard: Heard::Message(said) }))
    }

    pub(super) async fn read_one(&self, workspace: &Workspace, channel: &str, ts: &str) -> Called<Option<Message>> {
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
}

async fn one_page(
    workspace: &Workspace,
    method: &'static str,
    arguments: &[(&'static str, &str)],
) -> Result<Vec<Message>, CallError> {
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
        let answer: Answer = workspace.api.read(method, &page).await?;
        found.extend(answer.messages);
        cursor = answer.response_metadata.next_cursor;
        if !answer.has_more || cursor.is_empty() {
            return Ok(found);
        }
    }
}
