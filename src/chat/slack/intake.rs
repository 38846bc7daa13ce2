//! Taking deliveries: who sent it is checked, it is kept as it came, and only then acknowledged. A form is opened at
//! once, since what Slack sends for it holds for three seconds; what was written into one is answered at once, since
//! it stays open for that.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use metrics::counter;
use serde_json::{Value, json};
use slack_morphism::blocks::SlackView;
use slack_morphism::signature_verifier::SlackEventSignatureVerifier;

use super::Slack;
use super::api::Nothing;
use super::forms::{self, About, Form};
use super::interactions::place_of;
use super::manifest::{COMMANDS_PATH, DECLARE_FROM, EVENTS_PATH, INTERACTIONS_PATH, MAKE_ACTION_ITEM};
use super::render;
use super::shape::{Interaction, SlashCommand};
use super::workspace::Workspace;
use crate::incident::Incident;
use crate::phrase::Press;
use crate::plan::Platform;
use crate::ports::{Inbound, StoreError, Webhook, WebhookAnswer};

pub(super) const EVENT: &str = "event";
pub(super) const COMMAND: &str = "command";
pub(super) const INTERACTION: &str = "interaction";
/// Events were left out.
pub(super) const LIMITED: &str = "limited";
pub(super) const UNREADABLE: &str = "unreadable";

/// How long a form waits for what it would be refused with; then it closes, and the answer comes as a message.
const REHEARSAL: Duration = Duration::from_millis(1500);
/// How long the opening of a form waits for what it begins with.
const MOMENT: Duration = Duration::from_millis(800);

#[async_trait]
impl Webhook for Slack {
    fn paths(&self) -> Vec<&'static str> {
        vec![EVENTS_PATH, COMMANDS_PATH, INTERACTIONS_PATH]
    }

    async fn posted(
        &self,
        path: &str,
        _query: &str,
        header: &(dyn for<'h> Fn(&'h str) -> Option<String> + Sync),
        body: &[u8],
    ) -> WebhookAnswer {
        let Ok(body) = std::str::from_utf8(body) else {
            return WebhookAnswer::status(400, "The body is not UTF-8.\n");
        };
        if let Err(why) = self.signed(header, body) {
            counter!("firebell_slack_unsigned_total").increment(1);
            tracing::warn!(%why, path, "Slack: a request was turned away");
            return WebhookAnswer::status(401, "The request is not signed by Slack, or is too old.\n");
        }
        if header("x-slack-retry-num").is_some() {
            counter!("firebell_slack_retries_total").increment(1);
        }
        let answered = match path {
            EVENTS_PATH => self.take_event(body).await,
            // Slack looks whether somebody is there.
            COMMANDS_PATH if form_as_json(body)["ssl_check"] == "1" => Ok(None),
            COMMANDS_PATH => self.take_command(&form_as_json(body).to_string()).await,
            _ => {
                let payload = form_as_json(body)["payload"].as_str().unwrap_or(body).to_string();
                self.take_interaction(&payload).await
            }
        };
        match answered {
            Ok(None) => WebhookAnswer::ok(),
            Ok(Some(answer)) => WebhookAnswer::status(200, &answer.to_string()),
            // Slack sends it again.
            Err(error) => {
                tracing::error!(%error, "Slack: a delivery could not be kept");
                WebhookAnswer::status(503, "It could not be kept; send it again.\n")
            }
        }
    }
}

impl Slack {
    fn signed(&self, header: &(dyn for<'h> Fn(&'h str) -> Option<String> + Sync), body: &str) -> Result<(), String> {
        let named = |name: &str| header(name).ok_or_else(|| format!("the header {name} is missing"));
        let signature = named(SlackEventSignatureVerifier::SLACK_SIGNED_HASH_HEADER)?;
        let time = named(SlackEventSignatureVerifier::SLACK_SIGNED_TIMESTAMP)?;
        let mut why = "no signing secret is configured".to_string();
        for secret in self.workspaces.iter().filter_map(|w| w.signing_secret.clone()) {
            match SlackEventSignatureVerifier::new(&secret.into()).verify(&signature, body, &time) {
                Ok(()) => return Ok(()),
                Err(error) => why = error.to_string(),
            }
        }
        Err(why)
    }

    /// What has happened: taken in at once if it is talk, else kept.
    pub(super) async fn take_event(&self, body: &str) -> Result<Option<Value>, StoreError> {
        #[derive(serde::Deserialize)]
        struct Challenge {
            #[serde(rename = "type")]
            kind: String,
            #[serde(default)]
            challenge: String,
        }
        if self.take_talk(body).await {
            return Ok(None);
        }
        match serde_json::from_str::<Challenge>(body) {
            Ok(Challenge { kind, challenge }) if kind == "url_verification" => {
                Ok(Some(json!({ "challenge": challenge })))
            }
            Ok(Challenge { kind, .. }) if kind == "app_rate_limited" => {
                counter!("firebell_slack_events_limited_total").increment(1);
                tracing::error!("Slack delivers no more events for a minute: there were too many");
                self.keep(LIMITED, body).await.map(|()| None)
            }
            Ok(_) => self.keep(EVENT, body).await.map(|()| None),
            Err(_) => self.keep(UNREADABLE, body).await.map(|()| None),
        }
    }

    pub(super) async fn keep(&self, kind: &'static str, body: &str) -> Result<(), StoreError> {
        self.letterbox.keep(kind, body).await
    }

    /// A slash command: kept, or answered with a form.
    pub(super) async fn take_command(self: &Slack, body: &str) -> Result<Option<Value>, StoreError> {
        let Ok(command) = serde_json::from_str::<SlashCommand>(body) else {
            return self.keep(UNREADABLE, body).await.map(|()| None);
        };
        let words = command.text.trim();
        // Closing needs no more words: who types it means it. Its button asks for a note.
        let needs_more = Form::for_words(words).filter(|form| *form != Form::Close);
        let incident = match words.is_empty() || needs_more.is_some() {
            true => self.incident_in(&command.channel_id).await,
            false => None,
        };
        let form = match words {
            "" if incident.is_none() => Some(Form::Declare),
            _ => needs_more.filter(|form| *form == Form::Declare || incident.is_some()),
        };
        let (Some(form), Some(workspace)) = (form, self.known_team(&command.team_id)) else {
            return self.keep(COMMAND, body).await.map(|()| None);
        };
        let about = About {
            plan: &self.plan,
            incident: incident.as_ref(),
            room: Some(&command.channel_id),
            origin: None,
            response_url: command.response_url.as_deref(),
            private: false,
        };
        self.open(workspace, &command.trigger_id, forms::view(form, &about), (COMMAND, body));
        Ok(None)
    }

    /// A button, a shortcut, a form: kept, or answered with a form.
    pub(super) async fn take_interaction(&self, body: &str) -> Result<Option<Value>, StoreError> {
        let Ok(done) = serde_json::from_str::<Interaction>(body) else {
            return self.keep(UNREADABLE, body).await.map(|()| None);
        };
        match done.kind.as_str() {
            "view_submission" => return self.take_form(&done, body).await,
            "view_closed" | "block_suggestion" => return Ok(None),
            _ => {}
        }
        match self.form_for(&done, body).await {
            Some(()) => Ok(None),
            None => self.keep(INTERACTION, body).await.map(|()| None),
        }
    }

    /// Opens the form that this asks for, if it asks for one. What it begins with is asked for, but not for long.
    async fn form_for(&self, done: &Interaction, body: &str) -> Option<()> {
        let team = done.team.as_ref().map(|t| t.id.as_str()).unwrap_or_default();
        let workspace = self.known_team(team)?;
        let place = place_of(done);
        let form = match (done.kind.as_str(), done.callback_id.as_str()) {
            ("shortcut", _) | ("message_action", DECLARE_FROM) => Form::Declare,
            ("message_action", MAKE_ACTION_ITEM) => Form::Action,
            ("block_actions", _) => match render::press_of(done.actions.first()?.value.as_deref()?)? {
                Press::Words { words } => Form::for_words(&words)?,
                Press::React { .. } => return None,
            },
            _ => return None,
        };
        let incident = self.incident_in(&place).await;
        if form != Form::Declare && incident.is_none() {
            return None;
        }
        let (origin, private) = tokio::join!(self.words_of(workspace, done), self.seems_private(workspace, done, form));
        let about = About {
            plan: &self.plan,
            incident: incident.as_ref(),
            room: Some(place.as_str()).filter(|place| *place != done.user.id),
            origin: origin.as_ref().map(|(ts, text)| (ts.as_str(), text.as_str())),
            response_url: done.response_url.as_deref(),
            private,
        };
        self.open(workspace, &done.trigger_id, forms::view(form, &about), (INTERACTION, body));
        Some(())
    }

    /// Whether the form is about what was said in private. What can't be seen in time is taken for private.
    async fn seems_private(&self, workspace: &Workspace, done: &Interaction, form: Form) -> bool {
        let channel = done.channel.as_ref().filter(|_| done.kind == "message_action" && form == Form::Declare);
        let Some(channel) = channel else { return false };
        let asked = tokio::time::timeout(MOMENT, workspace.is_private(&channel.id)).await;
        asked.ok().and_then(Result::ok).unwrap_or(true)
    }

    /// The message that a shortcut was chosen on, to begin with.
    async fn words_of(&self, workspace: &Workspace, done: &Interaction) -> Option<(String, String)> {
        let message = done.message.as_ref().filter(|_| done.kind == "message_action")?;
        let written = message.text.as_deref().unwrap_or_default();
        let read = tokio::time::timeout(MOMENT, self.plain(workspace, written)).await;
        let text = read.ok().and_then(Result::ok).map_or_else(|| written.to_string(), |(text, _)| text);
        Some((message.ts.clone(), text))
    }

    /// What was written into a form: told at its fields if it can't be; kept otherwise, and the form closes.
    async fn take_form(&self, done: &Interaction, body: &str) -> Result<Option<Value>, StoreError> {
        let team = done.team.as_ref().map(|t| t.id.as_str()).unwrap_or_default();
        let Some(workspace) = self.known_team(team) else {
            return self.keep(INTERACTION, body).await.map(|()| None);
        };
        let errors = tokio::time::timeout(REHEARSAL, self.wrong_in(workspace, done)).await.ok().flatten();
        if let Some(errors) = errors.filter(|errors| !errors.is_empty()) {
            return Ok(Some(json!({ "response_action": "errors", "errors": errors })));
        }
        self.keep(INTERACTION, body).await?;
        Ok(None)
    }

    /// What is wrong with what was written, by field: by the form itself, or since the command would be refused.
    async fn wrong_in(&self, workspace: &Workspace, done: &Interaction) -> Option<forms::Problems> {
        let by = self.speaker(workspace, &done.user.id).await.ok()?;
        if let Ok((_, Err(problems))) = self.submitted(done, &by) {
            return Some(problems);
        }
        let heard = self.filled_in(workspace, done).await.ok()?.ok()?;
        let inbound = Inbound { at: self.clock.now(), heard };
        let refusal = self.reception.get()?.rehearse(&inbound).await.ok().flatten()?;
        let field = first_field(done.view.as_ref()?)?;
        Some([(field, refusal.to_plain())].into())
    }

    pub(super) async fn incident_in(&self, channel: &str) -> Option<Incident> {
        let room = crate::plan::RoomId::new(Platform::Slack, channel);
        let number = self.ledger.incident_in(&room).await.ok().flatten()?;
        self.ledger.incident(number).await.ok().flatten()
    }

    /// Beside: the acknowledgement does not wait for Slack. What can not be opened is answered in words instead.
    fn open(&self, workspace: &Arc<Workspace>, trigger: &str, view: SlackView, instead: (&'static str, &str)) {
        let arguments = json!({ "trigger_id": trigger, "view": view });
        let (workspace, letterbox) = (workspace.clone(), self.letterbox.clone());
        let (kind, body) = (instead.0, instead.1.to_string());
        self.beside.spawn(async move {
            let opened: Result<Nothing, _> = workspace.api.write("views.open", None, &arguments).await;
            let Err(error) = opened else { return };
            tracing::warn!(why = %error, "Slack: a form could not be opened");
            if let Err(error) = letterbox.keep(kind, &body).await {
                tracing::error!(%error, "Slack: a delivery could not be kept");
            }
        });
    }
}

/// Where what concerns the whole form is told.
fn first_field(view: &Value) -> Option<String> {
    let mut inputs = view["blocks"].as_array()?.iter().filter(|block| block["type"] == "input");
    inputs.next()?["block_id"].as_str().map(str::to_string)
}

/// What a form's body says, field by field.
fn form_as_json(body: &str) -> Value {
    let fields = form_urlencoded::parse(body.as_bytes());
    Value::Object(fields.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect())
}
