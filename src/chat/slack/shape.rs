//! The parts of Slack's payloads that are read. slack-morphism has models of all of it, but those want a whole message
//! to fit, down to the last block; here a message counts whatever else is in it.

use serde::Deserialize;
use serde_json::Value;

/// A delivery of the Events API.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope<E = Value> {
    #[serde(default)]
    pub team_id: String,
    /// For whom of us it is; of a channel that is shared between workspaces, `team_id` may be the other one.
    #[serde(default)]
    pub authorizations: Vec<Authorization>,
    pub event: E,
    /// Seconds.
    #[serde(default)]
    pub event_time: i64,
}

impl<E> Envelope<E> {
    /// For which workspace it is.
    pub fn team(&self) -> &str {
        let ours = self.authorizations.first().and_then(|a| a.team_id.as_deref());
        ours.unwrap_or(&self.team_id)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Authorization {
    pub team_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Event {
    Message(Box<Message>),
    AppMention(Box<Message>),
    ReactionAdded(Reaction),
    ReactionRemoved(Reaction),
    PinAdded(Pin),
    PinRemoved(Pin),
    MemberJoinedChannel(Member),
    MemberLeftChannel(Member),
    #[serde(alias = "group_rename")]
    ChannelRename {
        channel: Named,
    },
    #[serde(alias = "group_archive")]
    ChannelArchive {
        channel: String,
        user: Option<String>,
    },
    #[serde(alias = "group_unarchive")]
    ChannelUnarchive {
        channel: String,
        user: Option<String>,
    },
    #[serde(alias = "group_deleted")]
    ChannelDeleted {
        channel: String,
    },
    /// The bot itself was removed.
    #[serde(alias = "group_left")]
    ChannelLeft {
        channel: String,
    },
    AppHomeOpened {
        user: String,
        #[serde(default)]
        tab: String,
    },
    UserChange {
        user: Id,
    },
    SubteamUpdated {},
    SubteamMembersChanged {},
    TokensRevoked {},
    AppUninstalled {},
    /// Asked for by nobody here.
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
pub(super) struct Id {
    pub id: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Named {
    pub id: String,
    pub name: String,
}

/// A message, in an event, in another message's event, or in the history.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    /// Of what kind of event it is.
    #[serde(rename = "type")]
    pub kind: String,
    pub ts: String,
    pub channel: String,
    pub channel_type: String,
    pub subtype: Option<String>,
    pub user: Option<String>,
    pub bot_id: Option<String>,
    pub username: Option<String>,
    pub bot_profile: Option<Bot>,
    pub text: Option<String>,
    pub thread_ts: Option<String>,
    pub files: Vec<File>,
    pub edited: Option<Edited>,
    /// Of `message_changed`.
    pub message: Option<Box<Message>>,
    pub previous_message: Option<Box<Message>>,
    /// Of `message_deleted`.
    pub deleted_ts: Option<String>,
    /// Of the history.
    pub reactions: Vec<Reactions>,
    pub reply_count: u64,
    pub latest_reply: Option<String>,
    pub metadata: Option<Metadata>,
}

impl Message {
    pub fn without_words(self) -> Message {
        Message { text: None, files: Vec::new(), ..self }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Bot {
    pub name: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct File {
    pub name: Option<String>,
    pub title: Option<String>,
    pub permalink: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Edited {
    pub ts: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Reactions {
    pub name: String,
    /// How many have put it on; `users` may be only some of them.
    #[serde(default)]
    pub count: usize,
    #[serde(default)]
    pub users: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Metadata {
    pub event_type: String,
    #[serde(default)]
    pub event_payload: Value,
}

#[derive(Debug, Deserialize)]
pub(super) struct Reaction {
    pub user: String,
    pub reaction: String,
    pub item: Item,
    pub item_user: Option<String>,
    pub event_ts: String,
}

/// What was touched: a message, or something that is none of ours.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Item {
    pub channel: String,
    pub ts: String,
    pub message: Option<Box<Message>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Pin {
    pub user: String,
    pub channel_id: String,
    pub item: Item,
    pub event_ts: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Member {
    pub user: String,
    pub channel: String,
}

/// A slash command; posted as a form, or an object by Socket Mode.
#[derive(Debug, Deserialize)]
pub(super) struct SlashCommand {
    pub team_id: String,
    pub channel_id: String,
    #[serde(default)]
    pub channel_name: String,
    pub user_id: String,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub response_url: Option<String>,
    #[serde(default)]
    pub trigger_id: String,
}

/// A button, a shortcut, a modal.
#[derive(Debug, Deserialize)]
pub(super) struct Interaction {
    #[serde(rename = "type")]
    pub kind: String,
    pub team: Option<Id>,
    pub user: Id,
    #[serde(default)]
    pub trigger_id: String,
    pub channel: Option<Id>,
    pub message: Option<Message>,
    /// The message that a button is on, also of one that only this person sees.
    pub container: Option<Container>,
    #[serde(default)]
    pub callback_id: String,
    #[serde(default)]
    pub actions: Vec<Action>,
    pub response_url: Option<String>,
    pub view: Option<Value>,
    #[serde(default)]
    pub action_ts: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Container {
    pub channel_id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Action {
    pub value: Option<String>,
    pub action_ts: String,
}
