//! Alerts, as far as they are wired: made from the configuration, and set going.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Failed;
use super::serve::Up;
use crate::alerts::{Alerts, OverHttps, Source, Tools};
use crate::config::{AlertSource, Config, Secret};
use crate::desk::Desk;
use crate::ports::{Clock, Readiness};
use crate::store::{Db, MailStore};

/// `None`: there are no sources.
pub(super) fn open(config: &Config, db: &Db, clock: Arc<dyn Clock>) -> Result<Option<Arc<Alerts>>, Failed> {
    if config.alert_sources.is_empty() {
        return Ok(None);
    }
    let fetch = OverHttps::new()
        .map_err(|why| Failed::Io { what: "the system's root certificates".into(), why: std::io::Error::other(why) })?;
    let tools = Tools { mailbox: Arc::new(MailStore::new(db.clone())), clock, fetch: Arc::new(fetch) };
    Ok(Some(Alerts::new(config.alert_sources.iter().map(source).collect(), tools)))
}

fn source(source: &AlertSource) -> Source {
    let exposed = |secret: &Option<Secret>| secret.as_ref().map(|s| s.expose().to_string());
    Source {
        name: source.name.clone(),
        kind: source.kind,
        token: exposed(&source.token),
        secret: exposed(&source.secret),
        signature_header: source.signature_header.clone(),
        timestamp_header: source.timestamp_header.clone(),
        topics: source.topics.clone(),
        mapping: source.mapping.clone(),
    }
}

/// Takes letters in until told to stop.
pub(super) async fn start(
    alerts: &Arc<Alerts>,
    desk: &Desk,
    tasks: &TaskTracker,
    readiness: &Readiness,
    stop: &CancellationToken,
) -> Result<(), Failed> {
    alerts.hand_to(Arc::new(desk.clone()));
    alerts.take_up().await?;
    let (alerts, stop) = (alerts.clone(), stop.clone());
    let up = Up::new(readiness.clone(), "alerts", "listening");
    tasks.spawn(async move {
        let _up = up;
        alerts.listen(stop).await;
    });
    Ok(())
}
