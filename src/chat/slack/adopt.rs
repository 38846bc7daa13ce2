//! What may be there already. Slack takes no name for a request, so that a thing asked for twice is done twice; before
//! anything is done again whose outcome nobody knows, this looks for it.

use chrono::TimeDelta;
use serde::Deserialize;

use super::Slack;
use super::api::Called;
use super::ids::METADATA;
use super::shape::Message;
use super::workspace::{Channel, Page, Workspace};

/// A channel that was made longer ago is another incident's.
const RECENT: TimeDelta = TimeDelta::days(1);
/// How many of the latest messages are looked through at most: what is looked for was posted minutes ago.
const PAGE: &str = "200";
const PAGES: u32 = 10;

impl Slack {
    /// A channel of the bot's own with this name, or this name with a number behind, which no incident has yet: those
    /// that have one were given a purpose.
    pub(super) async fn made_before(
        &self,
        workspace: &Workspace,
        name: &str,
        private: bool,
    ) -> Called<Option<Channel>> {
        let bot = workspace.identity().await?.user_id.clone();
        let recent = (self.clock.now() - RECENT).timestamp();
        let types = if private { "private_channel" } else { "public_channel" };
        let fits = |channel: &Channel| {
            let suffix = channel.name.strip_prefix(name).and_then(|rest| rest.strip_prefix('-'));
            let named = channel.name == name || suffix.is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
            let fresh = channel.created >= recent && channel.purpose.value.is_empty();
            named && fresh && channel.creator == bot && channel.is_private == private
        };
        let found = workspace.channels_where("users.conversations", types, true, fits).await?;
        Ok(found.into_iter().next())
    }

    /// The `ts` of the bot's own message that carries this key.
    pub(super) async fn posted_before(
        &self,
        workspace: &Workspace,
        channel: &str,
        thread: Option<&str>,
        key: &str,
    ) -> Called<Option<String>> {
        #[derive(Deserialize)]
        struct Answer {
            messages: Vec<Message>,
            #[serde(default)]
            response_metadata: Page,
        }
        let mut arguments = vec![("channel", channel), ("limit", PAGE), ("include_all_metadata", "true")];
        let method = match thread {
            Some(ts) => {
                arguments.push(("ts", ts));
                "conversations.replies"
            }
            None => "conversations.history",
        };
        let mut cursor = String::new();
        for _ in 0..PAGES {
            let page: Vec<_> = arguments.iter().copied().chain([("cursor", cursor.as_str())]).collect();
            let answer: Answer = workspace.api.read_patiently(method, &page).await?;
            if let Some(found) = answer.messages.into_iter().find(|m| carries(m, key)) {
                return Ok(Some(found.ts));
            }
            cursor = answer.response_metadata.next_cursor;
            if cursor.is_empty() {
                break;
            }
        }
        Ok(None)
    }
}

fn carries(message: &Message, key: &str) -> bool {
    let metadata = message.metadata.as_ref().filter(|m| m.event_type == METADATA);
    metadata.is_some_and(|m| m.event_payload["work"] == key)
}
