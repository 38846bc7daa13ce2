//! The pages: the board, incidents, postmortems, action items, and what machines ask for.
//!
//! Everything is rendered here, on the server; a small script brings a page up to date while it is open. Pages read
//! through [`Ledger`] and change nothing.

mod actions;
mod assets;
mod bits;
mod board;
mod chat;
mod doc;
mod go;
mod guard;
mod health;
mod hooks;
mod incident;
mod layout;
mod live;
mod picture;
mod postmortem;
mod sight;
mod status;
#[cfg(test)]
mod tests;
mod ticks;
mod timeline;
mod transcript;
mod trouble;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use chrono::{DateTime, Utc};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::plan::{Plan, RoomId};
use crate::ports::{Chat, Clock, Ledger, Links, Readiness, Viewer};
use crate::postmortem::Template;

pub use chat::{ChatPages, ChatViewer, routes as chat_routes};
pub use guard::Hosts;
pub use hooks::routes as hook_routes;
pub use layout::{NavItem, Page, page};
pub use sight::Reader;
pub use status::{
    Impact as StatusImpact, Kind as StatusKind, Rendering as StatusFiles, Settings as StatusSettings, StatusPage,
    routes as status_routes,
};
pub use trouble::Trouble;

/// What the pages are made from.
pub struct Site {
    pub ledger: Arc<dyn Ledger>,
    pub plan: Arc<Plan>,
    pub clock: Arc<dyn Clock>,
    pub viewer: Arc<dyn Viewer>,
    /// What the links lead to that were sent to one person each.
    pub links: Arc<dyn Links>,
    /// There is a password, and the pages are for who gave it.
    pub signed_in_only: bool,
    /// For links into their rooms.
    pub chats: Vec<Arc<dyn Chat>>,
    pub template: Arc<Template>,
    pub readiness: Readiness,
    pub metrics: Option<PrometheusHandle>,
    /// Counts up whenever something changed that a page may show. Open pages keep a connection that ends when the
    /// sender is dropped; a graceful shutdown drops it first.
    pub changes: watch::Receiver<u64>,
    pub hosts: Hosts,
    /// Pages of other modules, in the head of every page.
    pub nav: Vec<NavItem>,
}

impl Site {
    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Where a browser finds the room.
    fn room_link(&self, room: &RoomId) -> Option<String> {
        let chat = self.chats.iter().find(|c| c.platform() == room.platform)?;
        chat.link(room, None)
    }
}

/// The pages alone; others may be merged with them before [`protect`] goes around all.
pub fn pages(site: Arc<Site>) -> Router {
    Router::new()
        .route("/", get(board::show))
        .route("/incidents/{key}", get(incident::show))
        .route("/postmortems/{key}", get(postmortem::show))
        .route("/actions", get(actions::show))
        .route("/go/{token}", get(go::look).post(go::follow))
        .route("/live", get(live::stream))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/assets/style.css", get(assets::style))
        .route("/assets/live.js", get(assets::live))
        .route("/assets/favicon.svg", get(assets::favicon))
        .with_state(site)
}

/// What holds for every page of every module: only hosts that are ours, the security headers, and one look for
/// what is not found or went wrong.
pub fn protect(router: Router, site: Arc<Site>) -> Router {
    router
        .fallback(|| async { Trouble::NotFound })
        .layer(axum::middleware::from_fn_with_state(site.clone(), trouble::dress))
        .layer(axum::middleware::from_fn_with_state(site, guard::guard))
}

/// Serves until `stop` is ready and what was begun is answered.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}

pub fn router(site: Arc<Site>) -> Router {
    protect(pages(site.clone()), site)
}
