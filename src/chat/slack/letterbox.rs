//! Where deliveries go first.

use std::sync::Arc;

use metrics::counter;
use tokio::sync::Notify;

use super::SOURCE;
use super::listen::lane;
use crate::ports::{Clock, Mailbox, StoreError};

#[derive(Clone)]
pub(super) struct Letterbox {
    pub mailbox: Arc<dyn Mailbox>,
    pub clock: Arc<dyn Clock>,
    /// There may be letters.
    pub arrived: Arc<Notify>,
}

impl Letterbox {
    pub fn new(mailbox: Arc<dyn Mailbox>, clock: Arc<dyn Clock>) -> Self {
        Letterbox { mailbox, clock, arrived: Arc::default() }
    }

    /// Once this returns, the delivery is durable, and may be acknowledged.
    pub async fn keep(&self, kind: &'static str, body: &str) -> Result<(), StoreError> {
        counter!("firebell_slack_deliveries_total", "kind" => kind).increment(1);
        // No database keeps a NUL in a text; written in JSON, it is found as this.
        let body = body.replace("\\u0000", "\\ufffd");
        self.mailbox.put(SOURCE, &lane(&body), kind, &body, self.clock.now()).await?;
        self.arrived.notify_one();
        Ok(())
    }
}
