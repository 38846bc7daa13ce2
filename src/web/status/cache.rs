//! The page as bytes: made anew when something has changed, handed out as they are.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::{DateTime, TimeDelta, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::snapshot::{DAYS, Settings, Snapshot};
use super::{Kind, files, page, subscribe};
use crate::plan::Plan;
use crate::ports::{Clock, Ledger, StoreError, Subscribers};
use crate::web::Trouble;

/// How often it is made anew at most, however much happens.
const AT_MOST: Duration = Duration::from_secs(1);
/// How often it is made anew though nothing happens: days end, and bars grow.
const AT_LEAST: Duration = Duration::from_secs(60);
/// How long browsers and proxies may keep it.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=15");

/// One file, ready to be sent.
struct Ready {
    kind: Kind,
    plain: Bytes,
    /// Compressed, for who takes it.
    gzip: Bytes,
    tag: HeaderValue,
}

/// The page as it was last made.
pub struct StatusPage {
    ledger: Arc<dyn Ledger>,
    plan: Arc<Plan>,
    clock: Arc<dyn Clock>,
    settings: Settings,
    policy: HeaderValue,
    ready: RwLock<Arc<HashMap<String, Ready>>>,
}

/// Each file's path and text, for another host.
pub type Rendering = BTreeMap<String, (Kind, String)>;

impl StatusPage {
    pub fn new(ledger: Arc<dyn Ledger>, plan: Arc<Plan>, clock: Arc<dyn Clock>, settings: Settings) -> Arc<Self> {
        let policy = HeaderValue::from_str(&page::policy()).unwrap_or(HeaderValue::from_static("default-src 'none'"));
        Arc::new(StatusPage { ledger, plan, clock, settings, policy, ready: RwLock::default() })
    }

    /// Makes it anew, now.
    pub async fn render(&self) -> Result<Rendering, StoreError> {
        let now = self.clock.now();
        let since = now - TimeDelta::days(365).max(TimeDelta::days(DAYS as i64));
        let incidents = self.ledger.public(since).await?;
        Ok(files(&Snapshot::of(&incidents, &self.plan, now), &self.settings))
    }

    pub async fn refresh(&self) {
        match self.render().await {
            Ok(files) => {
                let ready = files.into_iter().map(|(path, (kind, text))| (path, made_ready(kind, text))).collect();
                *self.ready.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ready);
            }
            Err(why) => tracing::error!(%why, "the status page could not be made anew; it stays as it was"),
        }
    }

    /// Until told to stop, or nothing can change any more.
    pub async fn follow(&self, mut changes: watch::Receiver<u64>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = pause(AT_LEAST) => {}
                changed = changes.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    pause(AT_MOST).await;
                    changes.mark_unchanged();
                }
            }
            self.refresh().await;
        }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What lets a browser take the page's style.
    pub(super) fn own_style(&self) -> (HeaderName, HeaderValue) {
        (CONTENT_SECURITY_POLICY, self.policy.clone())
    }

    fn find(&self, path: &str, headers: &HeaderMap) -> Result<Response, Trouble> {
        let ready = self.ready.read().unwrap_or_else(PoisonError::into_inner).clone();
        let file = ready.get(path.trim_end_matches('/')).ok_or(Trouble::NotFound)?;
        let has = |name, what: &[u8]| {
            headers.get(name).is_some_and(|value| value.as_bytes().windows(what.len()).any(|w| w == what))
        };
        let known = has(IF_NONE_MATCH, file.tag.as_bytes());
        let zipped = has(ACCEPT_ENCODING, b"gzip");
        let mut response = match (known, zipped) {
            (true, _) => StatusCode::NOT_MODIFIED.into_response(),
            (false, true) => file.gzip.clone().into_response(),
            (false, false) => file.plain.clone().into_response(),
        };
        let kept = response.headers_mut();
        if !known {
            kept.insert(CONTENT_TYPE, file.kind.media_type());
            if zipped {
                kept.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
        }
        kept.insert(ETAG, file.tag.clone());
        kept.insert(VARY, HeaderValue::from_static("accept-encoding"));
        kept.insert(CACHE_CONTROL, KEEP);
        match file.kind {
            Kind::Html => kept.insert(CONTENT_SECURITY_POLICY, self.policy.clone()),
            // Other pages may read it, too.
            Kind::Atom | Kind::Json => kept.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        };
        Ok(response)
    }
}

impl Kind {
    fn media_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Kind::Html => "text/html; charset=utf-8",
            Kind::Atom => "application/atom+xml; charset=utf-8",
            Kind::Json => "application/json; charset=utf-8",
        })
    }
}

fn made_ready(kind: Kind, text: String) -> Ready {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    let tag = format!("\"{}\"", &hex::encode(Sha256::digest(text.as_bytes()))[..24]);
    Ready {
        kind,
        // Writing into memory does not fail.
        gzip: Bytes::from(written.unwrap_or_default()),
        plain: Bytes::from(text),
        tag: HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\"")),
    }
}

/// `subscribers`: who wants the updates sent.
pub fn routes(page: Arc<StatusPage>, subscribers: Arc<dyn Subscribers>) -> Router {
    let shown = Router::new()
        .route("/status", get(show))
        .route("/status/{*path}", get(show))
        .route("/api/v2/{*path}", get(show))
        .with_state(page.clone());
    if !page.settings.mails {
        return shown;
    }
    let desk = subscribe::Desk { page, subscribers, asked: Default::default() };
    shown.merge(Router::new().route("/status/subscribe", post(subscribe::ask)).with_state(Arc::new(desk)))
}

async fn show(
    State(page): State<Arc<StatusPage>>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    page.find(uri.path(), &headers)
}

#[expect(clippy::disallowed_methods, reason = "the page's own pace")]
async fn pause(wait: Duration) {
    tokio::time::sleep(wait).await;
}
