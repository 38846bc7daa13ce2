//! Slash commands, buttons, shortcuts and what was written into a form, as what they mean: commands, mostly.

use chrono::{DateTime, Utc};
use slack_morphism::blocks::SlackStatefulView;

use super::api::Called;
use super::events::Understood;
use super::forms;
use super::manifest::{ADD_TO_TIMELINE, MAKE_ACTION_ITEM};
use super::shape::{Interaction, SlashCommand};
use super::workspace::Workspace;
use super::{Slack, ids, render, send, text};
use crate::grammar::Context;
use crate::incident::{Origin, SaidMessage};
use crate::phrase::Press;
use crate::plan::Room;
use crate::ports::{Heard, Inbound, Mention, Speaker};

impl Slack {
    /// The trigger is this very command's own, the same in each delivery.
    pub(super) async fn slash_command(&self, workspace: &Workspace, command: SlashCommand) -> Called<Heard> {
        let (words, mentions) = self.plain(workspace, &text::typed(&command.text)).await?;
        Ok(Heard::Command {
            id: command.trigger_id,
            by: self.speaker(workspace, &command.user_id).await?,
            room: Room { id: ids::room(&command.channel_id), name: command.channel_name },
            in_room: true,
            words,
            mentions,
            reply: command.response_url,
            origin: None,
        })
    }

    /// An interaction has no time of its own: `at` is when it came.
    pub(super) async fn interaction(
        &self,
        workspace: &Workspace,
        done: Interaction,
        at: DateTime<Utc>,
    ) -> Called<Understood> {
        let heard = match done.kind.as_str() {
            "block_actions" => self.pressed(workspace, &done).await?,
            "message_action" | "shortcut" => self.chosen(workspace, &done).await?,
            "view_submission" => match self.filled_in(workspace, &done).await? {
                Ok(heard) => Some(heard),
                Err(why) => return Ok(Understood::Unclear(why)),
            },
            other => return Ok(Understood::Unclear(format!("an interaction of an unknown kind: {other}"))),
        };
        Ok(Understood::Heard(heard.map(|heard| Inbound { at, heard }).into_iter().collect()))
    }

    async fn pressed(&self, workspace: &Workspace, done: &Interaction) -> Called<Option<Heard>> {
        let Some(action) = done.actions.first() else { return Ok(None) };
        // A link's button, which Slack tells of all the same.
        let Some(press) = action.value.as_deref().and_then(render::press_of) else { return Ok(None) };
        let by = self.speaker(workspace, &done.user.id).await?;
        let stamp = if action.action_ts.is_empty() { done.trigger_id.clone() } else { action.action_ts.clone() };
        Ok(Some(match press {
            Press::Words { words } => Heard::Command {
                id: format!("press/{stamp}"),
                by,
                room: Room { id: ids::room(&place_of(done)), name: String::new() },
                in_room: true,
                words,
                mentions: Vec::new(),
                reply: done.response_url.clone(),
                origin: None,
            },
            Press::React { message, emoji } => {
                Heard::Reacted { message, emoji, by, on: true, stamp, said: None, unread: true, private_room: false }
            }
        }))
    }

    /// A shortcut. Where it does not apply, or where its form could not be opened, it is as if its word had been typed,
    /// and answered as that is.
    async fn chosen(&self, workspace: &Workspace, done: &Interaction) -> Called<Option<Heard>> {
        let place = place_of(done);
        let notes = done.callback_id == ADD_TO_TIMELINE;
        if notes && self.incident_in(&place).await.is_some() {
            return self.noted(workspace, done).await;
        }
        let written = done.message.as_ref().and_then(|m| m.text.as_deref()).unwrap_or_default();
        let words = match done.callback_id.as_str() {
            ADD_TO_TIMELINE => format!("log {}", self.plain(workspace, written).await?.0),
            MAKE_ACTION_ITEM => format!("action {}", self.plain(workspace, written).await?.0),
            // Nothing is declared by what somebody else has said.
            _ => "declare".to_string(),
        };
        Ok(Some(Heard::Command {
            id: format!("shortcut/{}", stamp_of(done)),
            by: self.speaker(workspace, &done.user.id).await?,
            room: Room { id: ids::room(&place), name: String::new() },
            in_room: true,
            words,
            mentions: Vec::new(),
            reply: done.response_url.clone(),
            origin: None,
        }))
    }

    /// *Add to timeline*.
    async fn noted(&self, workspace: &Workspace, done: &Interaction) -> Called<Option<Heard>> {
        let Some(said) = self.message_of(workspace, done).await? else { return Ok(None) };
        let by = self.speaker(workspace, &done.user.id).await?;
        Ok(Some(Heard::Noted { by, said, stamp: stamp_of(done) }))
    }

    /// The message that a shortcut was chosen on.
    async fn message_of(&self, workspace: &Workspace, done: &Interaction) -> Called<Option<SaidMessage>> {
        match (&done.channel, &done.message) {
            (Some(channel), Some(message)) => self.said_message(workspace, &channel.id, message).await,
            _ => Ok(None),
        }
    }

    /// A form as the command that it stands for; what is wrong with it, if it can't be read.
    pub(super) async fn filled_in(&self, workspace: &Workspace, done: &Interaction) -> Called<Result<Heard, String>> {
        let by = self.speaker(workspace, &done.user.id).await?;
        let (view, submitted) = match self.submitted(done, &by) {
            Ok((view, Ok(submitted))) => (view, submitted),
            Ok((_, Err(problems))) => {
                let fields: Vec<&String> = problems.keys().collect();
                return Ok(Err(format!("a form with problems at {fields:?}")));
            }
            Err(why) => return Ok(Err(why)),
        };
        let mut mentions = Vec::new();
        for id in &submitted.mentions {
            mentions.push(Mention { name: id.clone(), person: workspace.someone(id).await?.person });
        }
        let room = match submitted.room {
            Some(room) => room,
            // Declared from nowhere in particular: the answer goes into the direct messages.
            None => done.user.id.clone(),
        };
        let state = view.state_params;
        Ok(Ok(Heard::Command {
            id: format!("form/{}/{}", state.id.0, state.hash),
            by,
            origin: origin(&workspace.identity().await?.url, &room, submitted.origin.as_deref()),
            room: Room { id: ids::room(&room), name: String::new() },
            in_room: false,
            words: submitted.words,
            mentions,
            reply: submitted.response_url,
        }))
    }

    /// What was written into the form, and what is wrong with it.
    pub(super) fn submitted(&self, done: &Interaction, by: &Speaker) -> Result<Filled, String> {
        let view: SlackStatefulView = serde_json::from_value(done.view.clone().unwrap_or_default())
            .map_err(|e| format!("a form has another shape ({:?}, column {})", e.classify(), e.column()))?;
        let context = Context {
            speaker: &by.person,
            now: self.clock.now(),
            zone: by.zone.unwrap_or(chrono_tz::UTC),
            plan: &self.plan,
            people: &[],
        };
        let submitted = forms::submitted(&view, &context);
        Ok((view, submitted))
    }
}

pub(super) type Filled = (SlackStatefulView, Result<forms::Submitted, forms::Problems>);

/// The channel that something was pressed in; of the app's own page, the person's direct messages.
pub(super) fn place_of(done: &Interaction) -> String {
    let container = done.container.as_ref().and_then(|c| c.channel_id.clone());
    let channel = done.channel.as_ref().map(|c| c.id.clone());
    channel.or(container).unwrap_or_else(|| done.user.id.clone())
}

/// What tells this choice of a shortcut from the next.
fn stamp_of(done: &Interaction) -> String {
    if done.action_ts.is_empty() { done.trigger_id.clone() } else { done.action_ts.clone() }
}

/// The message that the form was opened on, which may be in a channel that the bot is not in.
fn origin(workspace_url: &str, channel: &str, ts: Option<&str>) -> Option<Origin> {
    let ts = ts?;
    Some(Origin { message: ids::message(channel, ts), link: Some(send::link(workspace_url, channel, Some(ts), None)) })
}
