//! On-call calendars that are kept elsewhere, as far as they are wired.

use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Failed;
use crate::calendars::{Calendars, Fetch};
use crate::outreach::Http;
use crate::plan::Plan;
use crate::ports::Clock;
use crate::store::{Db, NoteStore};

/// Over the network.
pub(super) struct OverHttp(pub Http);

#[async_trait]
impl Fetch for OverHttp {
    async fn get(&self, address: &str) -> Result<String, String> {
        self.0.text(address).await
    }
}

pub(super) async fn open(
    plan: &Arc<Plan>,
    db: &Db,
    clock: Arc<dyn Clock>,
    http: Http,
) -> Result<Arc<Calendars>, Failed> {
    let notes = Arc::new(NoteStore::new(db.clone()));
    Ok(Calendars::open(plan.clone(), notes, clock, Arc::new(OverHttp(http))).await?)
}

/// Reads them until told to stop.
pub(super) fn start(calendars: &Arc<Calendars>, tasks: &TaskTracker, stop: &CancellationToken) {
    let (calendars, stop) = (calendars.clone(), stop.clone());
    tasks.spawn(async move { calendars.run(stop).await });
}
