//! The desk: where what is heard meets the pure core, and where the work that follows is performed. The only place
//! that knows both.
//!
//! [`Desk::receive`] takes a delivery in and returns once it is durable. [`Desk::relay`] performs what waits in the
//! outbox and brings back what was learnt.

mod alerts;
mod clerk;
mod commands;
mod enact;
mod hear;
mod links;
mod look;
mod notices;
mod oncall;
mod paging;
mod perform;
mod reactions;
mod relay;
mod reviews;
mod rooms;
mod shifts;
mod stakeholders;
mod subscribers;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{Notify, mpsc, oneshot, watch};

use crate::phrase::{AnnouncementWords, Doc, Style};
use crate::plan::{Plan, Platform, Way};
use crate::ports::{Calendars, Chat, Clock, Inbound, Journal, Ledger, Outlet, Reception, StoreError};
use crate::postmortem::Template;
use clerk::Delivery;

/// What the desk works with.
pub struct Tools {
    pub journal: Arc<dyn Journal>,
    pub ledger: Arc<dyn Ledger>,
    pub clock: Arc<dyn Clock>,
    pub chats: Vec<Arc<dyn Chat>>,
    /// Ways to reach who is in no chat; one of each kind at most.
    pub outlets: Vec<Arc<dyn Outlet>>,
    pub calendars: Arc<dyn Calendars>,
    pub plan: Arc<Plan>,
    pub words: AnnouncementWords,
    /// How a postmortem is written.
    pub template: Arc<Template>,
    /// What a command begins with in each chat.
    pub prefixes: BTreeMap<Platform, String>,
    /// Where the pages are: `http://127.0.0.1:7878`.
    pub pages: String,
    /// What the links are sealed with that are sent out; the same as long as they are to hold.
    pub key: [u8; 32],
}

/// Cheap to clone; all clones are the same desk.
#[derive(Clone)]
pub struct Desk {
    office: Arc<Office>,
    deliveries: mpsc::Sender<(Delivery, oneshot::Sender<Result<(), StoreError>>)>,
}

/// What all parts of the desk share.
struct Office {
    journal: Arc<dyn Journal>,
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    chats: BTreeMap<Platform, Arc<dyn Chat>>,
    outlets: BTreeMap<Way, Arc<dyn Outlet>>,
    calendars: Arc<dyn Calendars>,
    plan: Arc<Plan>,
    words: AnnouncementWords,
    template: Arc<Template>,
    prefixes: BTreeMap<Platform, String>,
    pages: String,
    key: [u8; 32],
    /// There may be work in the outbox.
    work: Notify,
    /// Counts commits, so that pages know when to look again.
    changes: watch::Sender<u64>,
}

impl Office {
    fn style(&self, platform: Platform) -> Style {
        let prefix = self.prefixes.get(&platform).cloned().unwrap_or_else(|| "/incident".into());
        let forms = self.chats.get(&platform).is_some_and(|chat| chat.has_forms());
        Style { prefix, pages: self.pages.clone(), forms }
    }
}

impl Desk {
    /// Opens the desk; must be called within a Tokio runtime.
    pub fn open(tools: Tools) -> Desk {
        let office = Arc::new(Office {
            journal: tools.journal,
            ledger: tools.ledger,
            clock: tools.clock,
            chats: tools.chats.into_iter().map(|chat| (chat.platform(), chat)).collect(),
            outlets: tools.outlets.into_iter().map(|outlet| (outlet.way(), outlet)).collect(),
            calendars: tools.calendars,
            plan: tools.plan,
            words: tools.words,
            template: tools.template,
            prefixes: tools.prefixes,
            pages: tools.pages,
            key: tools.key,
            work: Notify::new(),
            changes: watch::Sender::new(0),
        });
        let (deliveries, waiting) = mpsc::channel(clerk::QUEUE);
        tokio::spawn(clerk::work(office.clone(), waiting));
        Desk { office, deliveries }
    }

    /// Takes in what was heard. Once this has returned `Ok`, it is durable together with all that follows from it,
    /// and the chat may forget it. Heard again, it changes nothing.
    pub async fn receive(&self, inbound: Inbound) -> Result<(), StoreError> {
        self.deliver(Delivery::Heard(inbound)).await
    }

    /// What a command would be refused with just now: it is decided in a transaction that is then dropped.
    pub async fn rehearse(&self, inbound: &Inbound) -> Result<Option<Doc>, StoreError> {
        let mut tx = self.office.journal.begin().await?;
        let identity = inbound.identity();
        let answered = commands::command(&self.office, tx.as_mut(), &hear::typed(inbound, &identity)?).await?;
        Ok(answered.doc.filter(|_| answered.refused))
    }

    async fn deliver(&self, delivery: Delivery) -> Result<(), StoreError> {
        let (answer, answered) = oneshot::channel();
        let closed = || StoreError { why: "the desk is closed".into(), clash: false };
        self.deliveries.send((delivery, answer)).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }

    /// Changes whenever something was committed.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.office.changes.subscribe()
    }
}

#[async_trait]
impl Reception for Desk {
    async fn receive(&self, inbound: Inbound) -> Result<(), StoreError> {
        Desk::receive(self, inbound).await
    }

    async fn rehearse(&self, inbound: &Inbound) -> Result<Option<Doc>, StoreError> {
        Desk::rehearse(self, inbound).await
    }
}
