//! Taking deliveries: who sent it is checked, what it says is read, and that is kept; only then it is acknowledged.
//!
//! Each alert goes into the lane of its own fingerprint, so that its beginning and its end stay in order and others
//! wait for neither. Many are on their way at once, and the mailbox commits those together.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures::future::try_join_all;
use metrics::counter;

use super::certificate::NoKey;
use super::sns::Message;
use super::{Alerts, Delivery, Header, Told, admission, read};
use crate::plan::{Alert, AlertKind};
use crate::ports::{StoreError, Webhook, WebhookAnswer};

/// As the router has it.
pub const PATH: &str = "/alerts/{source}";
const BEFORE: &str = "/alerts/";
/// More than any of the programs sends at once.
const LARGEST: usize = 1024 * 1024;

/// What letters of ours are filed under.
pub(super) const MAIL: &str = "alerts";
/// Alerts of one fingerprint, in order.
pub(super) const ALERTS: &str = "alerts";
/// An address that has to be asked for.
pub(super) const CONFIRM: &str = "confirm";

#[async_trait]
impl Webhook for Alerts {
    fn paths(&self) -> Vec<&'static str> {
        vec![PATH]
    }

    async fn posted(&self, path: &str, query: &str, header: Header<'_>, body: &[u8]) -> WebhookAnswer {
        let name = path.strip_prefix(BEFORE).unwrap_or_default();
        let Some(source) = self.sources.get(name) else {
            return WebhookAnswer::status(404, "No [[alerts.source]] has this name.\n");
        };
        if body.len() > LARGEST {
            return WebhookAnswer::status(413, "The body is larger than 1 MiB.\n");
        }
        let delivery = Delivery { source, header, body, at: self.clock.now() };
        let taken = match self.may_post(&delivery, query).await {
            Ok(()) => self.take(&delivery).await,
            Err(turned_away) => Err(turned_away),
        };
        match taken {
            Ok(answer) => WebhookAnswer::status(200, &answer),
            Err(TurnedAway { status, answer, why }) => {
                counter!("firebell_alerts_turned_away_total", "status" => status.to_string()).increment(1);
                tracing::warn!(source = name, status, %why, "alerts: a delivery was turned away");
                WebhookAnswer::status(status, &answer)
            }
        }
    }
}

/// What the sender is told, and what the log.
struct TurnedAway {
    status: u16,
    answer: String,
    why: String,
}

impl TurnedAway {
    fn unknown(why: impl Into<String>) -> Self {
        TurnedAway { status: 401, answer: "The token or the signature is missing or wrong.\n".into(), why: why.into() }
    }

    /// The sender is to repeat it.
    fn later(why: String) -> Self {
        TurnedAway { status: 503, answer: "It could not be kept; send it again.\n".into(), why }
    }

    fn unreadable(why: String) -> Self {
        TurnedAway { status: 400, answer: format!("It could not be read: {why}.\n"), why }
    }
}

impl Alerts {
    async fn may_post(&self, delivery: &Delivery<'_>, query: &str) -> Result<(), TurnedAway> {
        admission::admitted(delivery, query).map_err(TurnedAway::unknown)?;
        match delivery.source.kind {
            AlertKind::Cloudwatch => self.is_from_topic(delivery).await,
            _ => Ok(()),
        }
    }

    /// Anyone can make a topic, and Amazon signs for it: that it is one of ours is looked at first.
    async fn is_from_topic(&self, delivery: &Delivery<'_>) -> Result<(), TurnedAway> {
        let message = Message::read(delivery.body).map_err(|why| TurnedAway::unreadable(why.to_string()))?;
        if !delivery.source.topics.contains(&message.topic_arn) {
            return Err(TurnedAway::unknown("its topic is not configured"));
        }
        let key = self.certificates.key(&message.signing_cert_url, delivery.at).await.map_err(|error| match error {
            NoKey::Untrusted(why) => TurnedAway::unknown(why),
            NoKey::Later(why) => TurnedAway::later(format!("Amazon's certificate could not be fetched: {why}")),
        })?;
        message.is_signed_with(&key).map_err(TurnedAway::unknown)
    }

    /// What the sender reads.
    async fn take(&self, delivery: &Delivery<'_>) -> Result<String, TurnedAway> {
        let told = read(delivery).map_err(|why| TurnedAway::unreadable(why.to_string()))?;
        let (source, kept) = (&delivery.source.name, |error: StoreError| TurnedAway::later(error.to_string()));
        match told {
            Told::Alerts(alerts) => {
                let count = alerts.len();
                self.keep(delivery, alerts).await.map_err(kept)?;
                counter!("firebell_alerts_received_total", "source" => source.clone()).increment(count as u64);
                Ok(format!("Alerts taken: {count}.\n"))
            }
            Told::Confirm(address) => {
                let lane = format!("{CONFIRM}/{source}");
                self.mailbox.put(MAIL, &lane, CONFIRM, &address, delivery.at).await.map_err(kept)?;
                self.arrived.notify_one();
                Ok("The subscription will be confirmed.\n".into())
            }
            Told::Ended => {
                tracing::warn!(source, "alerts: the subscription to the topic has ended; no more alarms come from it");
                Ok("It is noted.\n".into())
            }
        }
    }

    /// Once this returns, all of them are durable. If one is not, the sender repeats all; that is harmless.
    async fn keep(&self, delivery: &Delivery<'_>, alerts: Vec<Alert>) -> Result<(), StoreError> {
        let mut lanes: BTreeMap<String, Vec<Alert>> = BTreeMap::new();
        for alert in alerts {
            lanes.entry(format!("{}/{}", alert.source, alert.fingerprint)).or_default().push(alert);
        }
        if lanes.is_empty() {
            return Ok(());
        }
        let letters = lanes.iter().map(|(lane, alerts)| async move {
            let body =
                serde_json::to_string(alerts).map_err(|error| StoreError { why: error.to_string(), clash: false })?;
            self.mailbox.put(MAIL, lane, ALERTS, &body, delivery.at).await
        });
        try_join_all(letters).await?;
        self.arrived.notify_one();
        Ok(())
    }
}
