//! What is merely said by people who are known: there is nothing to ask Slack and nothing to wait for, so it goes to the
//! desk at once, without a letter. It is most of what arrives, and this way it costs one commit instead of three.

use std::time::Duration;

use futures::FutureExt;
use metrics::counter;

use super::shape::{Envelope, Message};
use super::workspace::Workspace;
use super::{Slack, ids, intake, text};
use crate::ports::{Heard, Inbound};

/// Slack waits three seconds for the acknowledgement. With a desk that is slower than this, it is kept as a letter;
/// heard twice, it is on the transcript once.
const MOMENT: Duration = Duration::from_secs(1);

impl Slack {
    /// Whether it was talk, and is durable now.
    pub(super) async fn take_talk(&self, body: &str) -> bool {
        let Ok(envelope) = serde_json::from_str::<Envelope<Message>>(body) else { return false };
        let message = &envelope.event;
        let Some(workspace) = self.known_team(envelope.team()) else { return false };
        if !self.is_clear(workspace, message) {
            return false;
        }
        // What would have to be asked after all is a letter.
        let Some(Ok(said)) = self.said(workspace, &message.channel, message).now_or_never() else { return false };
        self.is_home(&message.channel, workspace);
        let at = ids::time(&message.ts).unwrap_or_else(|| self.clock.now());
        let heard = said.map(|said| Inbound { at, heard: Heard::Message(said) }).into_iter().collect();
        let durable = tokio::time::timeout(MOMENT, self.hand_on(heard)).await.is_ok_and(|handed| handed.is_ok());
        if durable {
            counter!("firebell_slack_deliveries_total", "kind" => intake::EVENT).increment(1);
        }
        durable
    }

    /// Whether it is a message as people write them, by somebody who is known, that names nobody and nothing.
    fn is_clear(&self, workspace: &Workspace, message: &Message) -> bool {
        message.kind == "message"
            && message.subtype.is_none()
            && message.channel_type != "im"
            && message.user.as_deref().is_some_and(|user| workspace.has_met(user))
            && text::references(message.text.as_deref().unwrap_or_default()).is_empty()
    }
}
