//! Alerts in: monitoring systems post them to `/alerts/SOURCE`. One file for each kind of source reads what it sends;
//! `admission` looks whether it may; `intake` keeps what was read, and only then acknowledges it; `listen` hands it on.
//!
//! A delivery is read before it is kept, so that whoever set the source up is told at once what is wrong with it.

mod admission;
mod alertmanager;
mod certificate;
mod cloudevents;
mod cloudwatch;
mod datadog;
mod fields;
mod grafana;
mod intake;
mod listen;
mod mapping;
mod pagerduty;
mod sentry;
mod sns;
#[cfg(test)]
mod tests;
mod uptime_kuma;
mod web;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use crate::plan::{Alert, AlertKind, AlertMapping};
use crate::ports::{Clock, Mailbox, Reception};
use certificate::Certificates;

pub use intake::PATH;
pub use web::{Fetch, OverHttps};

/// Where alerts come from, as configured.
#[derive(Clone)]
pub struct Source {
    /// `/alerts/NAME`.
    pub name: String,
    pub kind: AlertKind,
    /// Whoever posts has to know it.
    pub token: Option<String>,
    /// What they sign with.
    pub secret: Option<String>,
    /// The header with the signature, in small letters, where the kind has none of its own or another was chosen.
    pub signature_header: Option<String>,
    /// The header with the time that is signed along, in small letters. Without one, the body alone is signed.
    pub timestamp_header: Option<String>,
    /// The topics that are listened to, by their ARNs.
    pub topics: Vec<String>,
    pub mapping: AlertMapping,
}

/// Without what must not be seen.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What alerts work with.
pub struct Tools {
    pub mailbox: Arc<dyn Mailbox>,
    pub clock: Arc<dyn Clock>,
    /// For what Amazon wants to be asked for.
    pub fetch: Arc<dyn Fetch>,
}

pub struct Alerts {
    sources: BTreeMap<String, Source>,
    mailbox: Arc<dyn Mailbox>,
    clock: Arc<dyn Clock>,
    fetch: Arc<dyn Fetch>,
    certificates: Certificates,
    /// Where what is heard goes; there once the desk is open.
    reception: OnceLock<Arc<dyn Reception>>,
    /// There may be letters.
    arrived: Notify,
}

impl Alerts {
    pub fn new(sources: Vec<Source>, tools: Tools) -> Arc<Alerts> {
        Arc::new(Alerts {
            sources: sources.into_iter().map(|source| (source.name.clone(), source)).collect(),
            mailbox: tools.mailbox,
            clock: tools.clock,
            certificates: Certificates::new(tools.fetch.clone()),
            fetch: tools.fetch,
            reception: OnceLock::new(),
            arrived: Notify::new(),
        })
    }

    /// From now on what is heard goes there. Only the first time counts.
    pub fn hand_to(&self, reception: Arc<dyn Reception>) {
        let _ = self.reception.set(reception);
    }
}

/// Looks a header up, by its name in small letters.
type Header<'h> = &'h (dyn for<'n> Fn(&'n str) -> Option<String> + Sync);

/// What was posted.
struct Delivery<'d> {
    source: &'d Source,
    header: Header<'d>,
    body: &'d [u8],
    /// When it came: the time of what has none of its own.
    at: DateTime<Utc>,
}

/// Why it can't be read, in words for whoever set the source up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
struct Unreadable(String);

impl Unreadable {
    /// Not longer than a line: a value in it can be of any length.
    fn new(why: impl Into<String>) -> Self {
        Unreadable(why.into().chars().take(300).collect())
    }
}

/// What a delivery says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    /// None: nothing has changed.
    Alerts(Vec<Alert>),
    /// Amazon asks whether its messages are wanted here; they are once this address was asked for.
    Confirm(String),
    /// Amazon will send no more.
    Ended,
}

fn read(delivery: &Delivery<'_>) -> Result<Told, Unreadable> {
    let alerts = match delivery.source.kind {
        AlertKind::Alertmanager => alertmanager::read(delivery)?,
        AlertKind::Grafana => grafana::read(delivery)?,
        AlertKind::Pagerduty => pagerduty::read(delivery)?,
        AlertKind::Sentry => sentry::read(delivery)?,
        AlertKind::Datadog => datadog::read(delivery)?,
        AlertKind::Cloudwatch => return cloudwatch::read(delivery),
        AlertKind::UptimeKuma => uptime_kuma::read(delivery)?,
        AlertKind::Cloudevents => cloudevents::read(delivery)?,
        AlertKind::Json => mapping::read(delivery)?,
    };
    Ok(Told::Alerts(alerts))
}
