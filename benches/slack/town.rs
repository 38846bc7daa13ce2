//! A Firebell as `serve` wires it, in a Slack workspace, with its relay at work.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use chrono::TimeDelta;
use firebell::chat::slack::{Membership, Setup, Slack, Tools as SlackTools};
use firebell::desk::{Desk, Tools};
use firebell::phrase::AnnouncementWords;
use firebell::plan::{AlertDeed, AlertRule, PageTarget, Person, PersonId, Plan, Platform, RoomId};
use firebell::ports::{Chat, Clock, Journal};
use firebell::postmortem::Template;
use firebell::store::{Db, MailStore, Store};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::support::slack::Workspace;
use crate::support::{Place, SystemClock, count};

const MAIL: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM mail LIMIT 1) m";
/// Reminders are due much later than this; what is due earlier, or held, is still to be done.
const SOON: TimeDelta = TimeDelta::seconds(90);
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Town {
    pub workspace: Workspace,
    pub db: Db,
    pub address: SocketAddr,
    pub slack: Arc<Slack>,
    pub desk: Desk,
    store: Store,
    stop: CancellationToken,
    tasks: TaskTracker,
    // A connection that the pool opens later has to find the database still there.
    _place: Arc<Place>,
}

/// With the channels that everybody has.
pub async fn workspace() -> Workspace {
    let workspace = Workspace::start(|| SystemClock.now()).await;
    workspace.channel("general");
    workspace.channel("incidents");
    workspace
}

pub fn incident_rooms(workspace: &Workspace) -> Vec<String> {
    workspace.channel_names().into_iter().filter(|name| name.starts_with("inc-")).collect()
}

/// Two people are asked into a SEV2, `#incidents` hears of everything, and an alert declares and pages one of them.
fn plan(workspace: &Workspace) -> Plan {
    let mut plan = Plan::default();
    plan.announcements.default_rooms = vec![RoomId::new(Platform::Slack, "#incidents")];
    let called = ["Ben", "Cleo"].map(|name| PersonId::new(Platform::Slack, workspace.person(name)));
    for severity in plan.severities.iter_mut().filter(|s| s.key == "sev2") {
        severity.invite = called.to_vec();
    }
    let [ben, _] = called;
    let page = vec![PageTarget::Person(Person { id: ben, name: "Ben".into() })];
    plan.alert_rules = vec![AlertRule {
        name: "all".into(),
        sources: Vec::new(),
        matches: Vec::new(),
        does: AlertDeed::Declare { severity: "sev2".into(), page },
        service: None,
        service_label: "service".into(),
        group_by: vec!["region".into()],
    }];
    plan
}

impl Town {
    pub async fn open(place: &Arc<Place>) -> Town {
        let workspace = workspace().await;
        let plan = Arc::new(plan(&workspace));
        let db = Db::open(&place.url()).await.expect("a database");
        let store = Store::new(db.clone());
        let tools = SlackTools {
            mailbox: Arc::new(MailStore::new(db.clone())),
            ledger: Arc::new(store.clone()),
            clock: Arc::new(SystemClock),
            plan: plan.clone(),
        };
        let slack = Slack::new(&setup(&workspace), tools).expect("root certificates");
        let desk = Desk::open(Tools {
            journal: Arc::new(store.clone()),
            ledger: Arc::new(store.clone()),
            clock: Arc::new(SystemClock),
            chats: vec![slack.clone() as Arc<dyn Chat>],
            outlets: Vec::new(),
            calendars: Arc::new(BTreeMap::new()),
            plan,
            words: AnnouncementWords::new(Vec::new()).expect("templates"),
            template: Arc::new(Template::built_in().expect("a template")),
            prefixes: BTreeMap::from([(Platform::Slack, "/incident".to_string())]),
            pages: "http://localhost".into(),
            key: [7; 32],
        });
        slack.hand_to(Arc::new(desk.clone()));
        slack.take_up(false).await.expect("to take up");
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let (relay, stopping) = (desk.clone(), stop.clone());
        tasks.spawn(async move { relay.relay(stopping).await });
        let (listening, stopping) = (slack.clone(), stop.clone());
        tasks.spawn(async move { listening.listen(stopping).await });
        let address = serve(firebell::web::hook_routes(slack.clone())).await;
        Town { workspace, db, address, slack, desk, store, stop, tasks, _place: place.clone() }
    }

    /// What people did is delivered, and what follows from it happens, up to reminders.
    pub async fn settle(&self) {
        let url = format!("http://{}", self.address);
        let began = Instant::now();
        loop {
            if self.workspace.pending() > 0 {
                self.workspace.deliver(&url).await;
            } else if self.is_quiet().await {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "there is still something to do");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    async fn is_quiet(&self) -> bool {
        let letters = count(&self.db, MAIL).await;
        let due = self.store.next_due().await.expect("the outbox");
        let answered = self.workspace.calls().iter().all(|call| call.ended.is_some());
        letters == 0 && due.is_none_or(|due| due - SystemClock.now() > SOON) && answered
    }

    /// All that was acknowledged is taken in.
    pub async fn taken_in(&self) {
        let began = Instant::now();
        while count(&self.db, MAIL).await > 0 {
            assert!(began.elapsed() < PATIENCE, "there are still letters");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    pub async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.db.close().await;
    }
}

fn setup(workspace: &Workspace) -> Setup {
    Setup {
        api_url: workspace.api_url(),
        command: "/incident".into(),
        memberships: vec![Membership {
            bot_token: workspace.bot_token().into(),
            app_token: None,
            signing_secret: Some(workspace.signing_secret().into()),
        }],
    }
}

/// As the program serves, until the benchmark ends.
pub async fn serve(routes: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move { firebell::web::serve(listener, routes, std::future::pending()).await });
    address
}
