//! Slash commands, buttons, shortcuts and what was written into a form, as what they mean: commands, mostly.

use slack_morphism::blocks::SlackStatefulView;

use super::api::Called;
use super::events::Understood;
use super::forms;
use super::manifest::ADD_TO_TIMELINE;
use super::shape::{Interaction, SlashCommand};
use super::workspace::Workspace;
use super::{Slack, ids, render, text};
use crate::grammar::Context;
use crate::incident::SaidMessage;
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
            words,
            mentions,
            reply: command.response_url,
            about: None,
        })
    }

    pub(super) async fn interaction(&self, workspace: &Workspace, done: Interaction) -> Called<Understood> {
        let heard = match done.kind.as_str() {
            "block_actions" => self.pressed(workspace, &done).await?,
            "message_action" if done.callback_id == ADD_TO_TIMELINE => self.noted(workspace, &done).await?,
            "view_submission" => match self.filled_in(workspace, &done).await? {
                Ok(heard) => Some(heard),
                Err(why) => return Ok(Understood::Unclear(why)),
            },
            other => return Ok(Understood::Unclear(format!("an interaction of an unknown kind: {other}"))),
        };
        let at = self.clock.now();
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
                words,
                mentions: Vec::new(),
                reply: done.response_url.clone(),
                about: None,
            },
            Press::React { message, emoji } => {
                Heard::Reacted { message, emoji, by, on: true, stamp, said: None, unread: true, private_room: false }
            }
        }))
    }

    /// *Add to timeline*; the other shortcuts open forms.
    async fn noted(&self, workspace: &Workspace, done: &Interaction) -> Called<Option<Heard>> {
        let Some(said) = self.message_of(workspace, done).await? else { return Ok(None) };
        let by = self.speaker(workspace, &done.user.id).await?;
        let stamp = if done.action_ts.is_empty() { done.trigger_id.clone() } else { done.action_ts.clone() };
        Ok(Some(Heard::Noted { by, said, stamp }))
    }

    /// The message that a shortcut was chosen on.
    pub(super) async fn message_of(&self, workspace: &Workspace, done: &Interaction) -> Called<Option<SaidMessage>> {
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
            Ok((_, Err(problems))) => return Ok(Err(format!("a form with problems: {problems:?}"))),
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
            about: self.origin(workspace, &room, submitted.origin.as_deref()).await?,
            room: Room { id: ids::room(&room), name: String::new() },
            words: submitted.words,
            mentions,
            reply: submitted.response_url,
        }))
    }

    /// What was written into the form, and what is wrong with it.
    pub(super) fn submitted(&self, done: &Interaction, by: &Speaker) -> Result<Filled, String> {
        let view: SlackStatefulView = serde_json::from_value(done.view.clone().unwrap_or_default())
            .map_err(|e| format!("a form has another shape: {e}"))?;
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

    /// The message that the form was opened on. It may be gone by now.
    async fn origin(&self, workspace: &Workspace, channel: &str, ts: Option<&str>) -> Called<Option<SaidMessage>> {
        let Some(ts) = ts else { return Ok(None) };
        match self.read_one(workspace, channel, ts).await? {
            Some(message) => self.said_message(workspace, channel, &message).await,
            None => Ok(None),
        }
    }
}

pub(super) type Filled = (SlackStatefulView, Result<forms::Submitted, forms::Problems>);

/// The channel that something was pressed in; of the app's own page, the person's direct messages.
pub(super) fn place_of(done: &Interaction) -> String {
    let container = done.container.as_ref().and_then(|c| c.channel_id.clone());
    let channel = done.channel.as_ref().map(|c| c.id.clone());
    channel.or(container).unwrap_or_else(|| done.user.id.clone())
}
