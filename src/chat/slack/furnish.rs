//! What a channel shows beside its messages: purpose and bookmarks.

use futures::future::join_all;
use serde::Deserialize;
use serde_json::{Value, json};

use super::api::{CallError, Called, Nothing};
use super::send::cut;
use super::text::unescape;
use super::workspace::Workspace;
use crate::ports::{Failure, Furniture};

/// Slack's limits, in characters.
const PURPOSE: usize = 250;
const BOOKMARK: usize = 255;

pub(super) async fn furnish(workspace: &Workspace, channel: &str, furniture: &Furniture) -> Result<(), Failure> {
    let (purpose, links) = tokio::join!(
        set_purpose(workspace, channel, &furniture.purpose),
        set_bookmarks(workspace, channel, &furniture.links)
    );
    purpose.and(links).map_err(Failure::from)
}

async fn set_purpose(workspace: &Workspace, channel: &str, purpose: &str) -> Called<()> {
    let purpose = cut(purpose, PURPOSE);
    if workspace.channel(channel).await.is_ok_and(|c| unescape(&c.purpose.value) == purpose) {
        return Ok(());
    }
    let arguments = json!({ "channel": channel, "purpose": purpose });
    let Nothing {} = workspace.api.write("conversations.setPurpose", None, &arguments).await?;
    workspace.forget_channel_info(channel);
    Ok(())
}

/// Those that are missing are added, those with another title are mended; what people have added stays.
async fn set_bookmarks(workspace: &Workspace, channel: &str, links: &[(String, String)]) -> Called<()> {
    #[derive(Deserialize)]
    struct Answer {
        bookmarks: Vec<Bookmark>,
    }
    #[derive(Deserialize)]
    struct Bookmark {
        id: String,
        #[serde(default)]
        title: String,
        link: Option<String>,
    }
    let answer: Answer = workspace.api.write("bookmarks.list", None, &json!({ "channel_id": channel })).await?;
    let changes = links.iter().filter_map(|(label, url)| {
        let title = cut(label, BOOKMARK);
        match answer.bookmarks.iter().find(|b| b.link.as_deref() == Some(url)) {
            Some(known) if known.title == title => None,
            Some(known) => {
                Some(("bookmarks.edit", json!({ "channel_id": channel, "bookmark_id": known.id, "title": title })))
            }
            None => {
                Some(("bookmarks.add", json!({ "channel_id": channel, "title": title, "type": "link", "link": url })))
            }
        }
    });
    let changes = changes.map(|(method, arguments): (&'static str, Value)| async move {
        let Nothing {} = workspace.api.write(method, None, &arguments).await?;
        Ok::<(), CallError>(())
    });
    // All of them to the end: what one of them lacks is no reason to leave out the others.
    join_all(changes).await.into_iter().collect()
}
