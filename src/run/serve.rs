//! `firebell serve`: until it is told to stop.

use std::fs::{File, TryLockError};
use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Failed, Templates, clock, prefixes, say};
use crate::chat::local::{Listener, Local, Setup};
#[cfg(feature = "slack")]
use crate::config::SlackMode;
use crate::config::{Config, Secret};
use crate::desk::{Desk, Tools};
use crate::plan::Platform;
use crate::ports::{Chat, Inbound, LocalChat, Notes, Readiness, StoreError};
use crate::store::{Db, LocalStore, NoteStore, Store};
use crate::web::{ChatPages, ChatViewer, Hosts, NavItem, Site, chat_routes, pages, protect};

/// How long requests that were begun may take once a stop was asked for. One that never comes to its end, from a
/// client that hangs, must not keep the server from stopping.
const LAST_ANSWERS: Duration = Duration::from_secs(5);
/// How long what is in hand may take after that.
const GRACE: Duration = Duration::from_secs(20);

pub(super) async fn serve(config: &Config) -> Result<(), Failed> {
    let readiness = Readiness::default();
    readiness.expect("relay");
    if config.local.is_some() {
        readiness.expect("local chat");
    }
    let templates = Templates::load(config)?;
    let metrics = metrics_page()?;
    let _alone = alone_on(config.store.url.expose())?;
    let db = Db::open(config.store.url.expose()).await?;
    let listening = listen(config).await?;
    let bound = listening.local_addr().map_err(|why| Failed::Io { what: "the address".into(), why })?;
    let url = config.server.url(bound);

    let store = Store::new(db.clone());
    let local = open_local(config, &db, &url).await?;
    let alerts = super::alerts::open(config, &db, clock())?;
    #[cfg_attr(
        not(any(feature = "slack", feature = "matrix")),
        expect(unused_mut, reason = "there is no other chat to add")
    )]
    let mut chats: Vec<Arc<dyn Chat>> = local.iter().map(|l| l.clone() as Arc<dyn Chat>).collect();
    #[cfg(feature = "slack")]
    let slack = super::slack::open(config, &db, &store, clock())?;
    #[cfg(feature = "slack")]
    chats.extend(slack.iter().map(|s| s.clone() as Arc<dyn Chat>));
    #[cfg(feature = "matrix")]
    let matrix = super::matrix::open(config, &db, &store, clock());
    #[cfg(feature = "matrix")]
    chats.extend(matrix.iter().map(|m| m.clone() as Arc<dyn Chat>));
    if chats.is_empty() {
        tracing::warn!("no chat is configured: nothing can be declared");
    }
    let plan = Arc::new(config.plan.clone());
    let key = key(&NoteStore::new(db.clone())).await?;
    let http = super::outlets::http()?;
    let calendars = super::calendars::open(&plan, &db, clock(), http.clone()).await?;
    let desk = Desk::open(Tools {
        journal: Arc::new(store.clone()),
        ledger: Arc::new(store.clone()),
        clock: clock(),
        chats: chats.clone(),
        outlets: super::outlets::open(config, http, clock())?,
        calendars: calendars.clone(),
        plan: plan.clone(),
        words: templates.words,
        template: templates.postmortem.clone(),
        prefixes: prefixes(config),
        pages: url.clone(),
        key,
    });
    let tried_again = desk.take_up().await?;
    if tried_again > 0 {
        tracing::info!(pieces = tried_again, "work that was set aside is tried again");
    }

    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    // The relay works longer than the others: what they leave is done before the end.
    let stop_relay = CancellationToken::new();
    spawn_relay(&tasks, &desk, &readiness, stop_relay.clone());
    if let Some(local) = &local {
        spawn_listener(&tasks, local.clone(), &desk, &readiness, stop.clone());
    }

    desk.watch_shifts().await?;
    desk.watch_reviews().await?;
    super::calendars::start(&calendars, &tasks, &stop);
    // Before the chats: what an earlier process had in hand is freed, whoever's it was.
    if let Some(alerts) = &alerts {
        super::alerts::start(alerts, &desk, &tasks, &readiness, &stop).await?;
    }

    #[cfg(feature = "slack")]
    if let Some(slack) = &slack {
        super::slack::start(config, slack, &desk, &tasks, &readiness, &stop).await?;
    }

    #[cfg(feature = "matrix")]
    if let Some(matrix) = &matrix {
        super::matrix::start(matrix, &desk, &tasks, &readiness, &stop).await?;
    }

    let viewer = Arc::new(ChatViewer(local.clone().map(|l| l as Arc<dyn LocalChat>)));
    let status = super::status::open(config, Arc::new(store.clone()), &url, config.outreach.email.is_some());
    let nav = config.local.iter().map(|_| NavItem::new("/chat", "Chat"));
    let nav = nav.chain(status.iter().map(|_| NavItem::new("/status", "Status page"))).collect();
    let site = Arc::new(Site {
        ledger: Arc::new(store),
        plan,
        clock: clock(),
        viewer,
        links: Arc::new(desk.clone()),
        signed_in_only: config.local.as_ref().is_some_and(|local| local.password.is_some()),
        chats,
        template: templates.postmortem,
        readiness,
        metrics: Some(metrics),
        changes: changes_until(&desk, stop.clone()),
        hosts: Hosts::listening(bound, config.server.public_url.as_deref()),
        nav,
    });
    let mut routes = pages(site.clone());
    if let Some(status) = status {
        status.refresh().await;
        let (follower, changes, stop) = (status.clone(), desk.changes(), stop.clone());
        tasks.spawn(async move { follower.follow(changes, stop).await });
        routes = routes.merge(crate::web::status_routes(status, Arc::new(desk.clone())));
    }
    #[cfg(feature = "slack")]
    if let Some(slack) = slack.filter(|_| config.slack.as_ref().is_some_and(|s| s.mode == SlackMode::Http)) {
        routes = routes.merge(crate::web::hook_routes(slack));
    }
    if let Some(alerts) = alerts {
        routes = routes.merge(crate::web::hook_routes(alerts));
    }
    if let Some(local) = local {
        let chat = local as Arc<dyn LocalChat>;
        routes = routes.merge(chat_routes(ChatPages { chat, public_url: url.clone(), stopping: stop.clone() }));
    }
    greet(config, &url);
    let stopping = stop.clone();
    let mut served = std::pin::pin!(crate::web::serve(listening, protect(routes, site), async move {
        asked_to_stop().await;
        stopping.cancel();
    }));
    let served = tokio::select! {
        served = &mut served => served,
        () = stop.cancelled() => tokio::time::timeout(LAST_ANSWERS, served).await.unwrap_or_else(|_| {
            tracing::warn!("some requests did not come to their end; their connections are closed");
            Ok(())
        }),
    };
    stop.cancel();
    stop_relay.cancel();
    tasks.close();
    if tokio::time::timeout(GRACE, tasks.wait()).await.is_err() {
        tracing::warn!("some work was still in hand; it is done at the next start");
    }
    db.close().await;
    served.map_err(|why| Failed::Io { what: "the server".into(), why })
}

/// What links are sealed with: made at the first start, and the same ever after. Of two replicas that start for the first
/// time together, the one that asks again has the other's.
#[expect(clippy::disallowed_methods, reason = "a secret is made of chance, once")]
async fn key(notes: &NoteStore) -> Result<[u8; 32], StoreError> {
    const NAME: (&str, &str) = ("server", "key");
    let wrong = || StoreError { why: "the key for links is not one".into(), clash: false };
    if notes.noted(NAME.0, NAME.1).await?.is_none() {
        notes.note(NAME.0, NAME.1, &hex::encode(rand::random::<[u8; 32]>())).await?;
    }
    let noted = notes.noted(NAME.0, NAME.1).await?.ok_or_else(wrong)?;
    hex::decode(noted).ok().and_then(|key| key.try_into().ok()).ok_or_else(wrong)
}

async fn listen(config: &Config) -> Result<TcpListener, Failed> {
    let address = config.server.listen;
    TcpListener::bind(address).await.map_err(|why| Failed::Io {
        what: format!("{address} can not be listened on; is another Firebell running? Otherwise set [server] listen"),
        why,
    })
}

async fn open_local(config: &Config, db: &Db, url: &str) -> Result<Option<Arc<Local>>, Failed> {
    let Some(local) = &config.local else { return Ok(None) };
    let setup = Setup {
        rooms: public_rooms(config, local),
        groups: config.plan.groups.clone(),
        command: local.command.clone(),
        base_url: url.to_string(),
        password: local.password.as_ref().map(Secret::expose).map(str::to_string),
    };
    Ok(Some(Local::open(Arc::new(LocalStore::new(db.clone())), clock(), setup).await?))
}

/// The announcement rooms that are made at the first start. A room for private incidents is not: it would be public.
fn public_rooms(config: &Config, local: &crate::config::Local) -> Vec<String> {
    let routes = config.plan.announcements.routes.iter().filter(|route| !route.private);
    let routed = routes.flat_map(|route| &route.rooms).filter(|room| room.platform == Platform::Local);
    let mut rooms: Vec<String> = local.announce.iter().chain(routed).map(|room| room.id.clone()).collect();
    rooms.sort();
    rooms.dedup();
    rooms
}

fn spawn_relay(tasks: &TaskTracker, desk: &Desk, readiness: &Readiness, stop: CancellationToken) {
    let (desk, readiness) = (desk.clone(), readiness.clone());
    tasks.spawn(async move {
        let _up = Up::new(readiness, "relay", "working");
        desk.relay(stop).await;
    });
}

fn spawn_listener(tasks: &TaskTracker, local: Arc<Local>, desk: &Desk, readiness: &Readiness, stop: CancellationToken) {
    let (desk, readiness) = (desk.clone(), readiness.clone());
    tasks.spawn(async move {
        let _up = Up::new(readiness, "local chat", "listening");
        let receive = move |inbound: Inbound| {
            let desk = desk.clone();
            async move { desk.receive(inbound).await }
        };
        Listener::new(local, receive).run(stop).await;
    });
}

/// A part that takes traffic until this is dropped: also by a panic, which nobody else would notice.
pub(super) struct Up {
    readiness: Readiness,
    part: &'static str,
}

impl Up {
    pub(super) fn new(readiness: Readiness, part: &'static str, note: &str) -> Self {
        readiness.ready(part, note);
        Up { readiness, part }
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        self.readiness.not_ready(self.part, "stopped");
    }
}

/// Two processes on one SQLite file would each take the other's work for work left behind. The lock goes with the
/// process, however it ends.
fn alone_on(url: &str) -> Result<Option<File>, Failed> {
    let Some(path) = url.strip_prefix("sqlite://") else { return Ok(None) };
    let path = format!("{}.lock", path.split('?').next().unwrap_or(path));
    let io = |why| Failed::Io { what: path.clone(), why };
    let lock = File::options().create(true).append(true).open(&path).map_err(io)?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => {
            Err(Failed::Found(format!("another Firebell works on this database ({path} is locked)")))
        }
        Err(TryLockError::Error(why)) => Err(io(why)),
    }
}

/// What open pages wait for. It ends when a stop is asked for: their connections would hold the server up.
fn changes_until(desk: &Desk, stop: CancellationToken) -> watch::Receiver<u64> {
    let mut commits = desk.changes();
    let (sender, receiver) = watch::channel(0);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                changed = commits.changed() => match changed {
                    Ok(()) => sender.send_modify(|n| *n += 1),
                    Err(_) => return,
                },
                () = stop.cancelled() => return,
            }
        }
    });
    receiver
}

fn metrics_page() -> Result<PrometheusHandle, Failed> {
    let handle = PrometheusBuilder::new().install_recorder();
    let handle = handle.map_err(|e| Failed::Found(format!("the metrics can not be set up: {e}")))?;
    let upkeep = handle.clone();
    tokio::spawn(async move {
        let mut every = tokio::time::interval(Duration::from_secs(10));
        loop {
            every.tick().await;
            upkeep.run_upkeep();
        }
    });
    Ok(handle)
}

fn greet(config: &Config, url: &str) {
    match &config.local {
        Some(local) => {
            say("Firebell is running.\n");
            say(format_args!("  Open  {url}/chat"));
            say(format_args!("  Type  {} declare sev2 Checkout is down\n", local.command));
            say(format_args!("The board is at {url}/ and Ctrl-C stops it."));
        }
        None => say(format_args!("Firebell is running. The board is at {url}/ and Ctrl-C stops it.")),
    }
}

/// Ctrl-C, or what service managers and containers send.
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
    tracing::info!("stopping");
}
