//! Alerts over HTTP into a real mailbox: what is answered is kept, and what is kept reaches the desk, each once and in
//! order.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, SubsecRound, Utc};
use firebell::alerts::{Alerts, Fetch, Source, Tools};
use firebell::phrase::Doc;
use firebell::plan::{Alert, AlertKind, AlertMapping};
use firebell::ports::{Clock, Heard, Inbound, Reception, StoreError};
use firebell::store::{Db, MailStore};
use firebell::web::hook_routes;
use futures::future::join_all;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::ground::Ground;

const SENDERS: usize = 50;
const FINGERPRINTS: usize = 500;
/// Each is firing, then over, then firing again …
const TIMES: usize = 4;

struct Now;

impl Clock for Now {
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

struct Nowhere;

#[async_trait]
impl Fetch for Nowhere {
    async fn get(&self, _: &str) -> Result<Vec<u8>, String> {
        Err("nobody answers".into())
    }
}

/// What came to the desk, by fingerprint.
#[derive(Default)]
struct Desk(Mutex<BTreeMap<String, Vec<Alert>>>);

impl Desk {
    fn count(&self) -> usize {
        self.0.lock().unwrap().values().map(Vec::len).sum()
    }
}

#[async_trait]
impl Reception for Desk {
    async fn receive(&self, inbound: Inbound) -> Result<(), StoreError> {
        let Heard::Alert(alert) = inbound.heard else { panic!("it is no alert") };
        self.0.lock().unwrap().entry(alert.fingerprint.clone()).or_default().push(alert);
        Ok(())
    }

    async fn rehearse(&self, _: &Inbound) -> Result<Option<Doc>, StoreError> {
        Ok(None)
    }
}

struct House {
    url: String,
    desk: Arc<Desk>,
    stop: CancellationToken,
    _ground: Ground,
}

impl House {
    async fn open() -> House {
        let ground = Ground::sqlite();
        let db = Db::open(&ground.url()).await.expect("a database");
        let source = Source {
            name: "prometheus".into(),
            kind: AlertKind::Alertmanager,
            token: Some("hush".into()),
            secret: None,
            signature_header: None,
            timestamp_header: None,
            topics: Vec::new(),
            mapping: AlertMapping::default(),
        };
        let tools = Tools { mailbox: Arc::new(MailStore::new(db)), clock: Arc::new(Now), fetch: Arc::new(Nowhere) };
        let alerts = Alerts::new(vec![source], tools);
        let (desk, stop) = (Arc::<Desk>::default(), CancellationToken::new());
        alerts.hand_to(desk.clone());
        tokio::spawn(alerts.clone().listen(stop.clone()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let routes = hook_routes(alerts);
        tokio::spawn(async move { firebell::web::serve(listener, routes, std::future::pending()).await });
        House { url, desk, stop, _ground: ground }
    }

    async fn post(&self, http: &Client, path: &str, body: String) -> (StatusCode, String) {
        let request = http.post(format!("{}{path}", self.url)).header("x-firebell-token", "hush").body(body);
        let answer = request.send().await.expect("an answer");
        (answer.status(), answer.text().await.expect("text"))
    }

    async fn heard(&self, count: usize) {
        for _ in 0..600 {
            if self.desk.count() >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("only {} of {count} alerts came to the desk", self.desk.count());
    }
}

fn alert(fingerprint: usize, time: usize) -> Value {
    let status = if time.is_multiple_of(2) { "firing" } else { "resolved" };
    let at = format!("2026-11-26T12:{:02}:00Z", time % 60);
    json!({
        "status": status, "fingerprint": format!("fp-{fingerprint}"), "startsAt": at, "endsAt": at,
        "labels": {"alertname": "DiskFull", "instance": format!("db-{fingerprint}")}, "annotations": {},
    })
}

fn group(alerts: Vec<Value>) -> String {
    json!({"version": "4", "alerts": alerts}).to_string()
}

#[tokio::test]
async fn what_is_posted_is_answered_in_words() {
    let (house, http) = (House::open().await, Client::new());
    let answer = house.post(&http, "/alerts/prometheus", group(vec![alert(1, 0), alert(2, 0)])).await;
    assert_eq!(answer, (StatusCode::OK, "Alerts taken: 2.\n".into()));
    house.heard(2).await;
    let (status, _) = house.post(&http, "/alerts/grafana", group(Vec::new())).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let answer = house.post(&http, "/alerts/prometheus", "{}".into()).await;
    assert_eq!(answer, (StatusCode::BAD_REQUEST, "It could not be read: there is no list at /alerts.\n".into()));
    for size in [1024 * 1024 + 1, 3 * 1024 * 1024] {
        let (status, _) = house.post(&http, "/alerts/prometheus", " ".repeat(size)).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    }
    let stranger = http.post(format!("{}/alerts/prometheus?token=x", house.url)).body("{}").send().await;
    assert_eq!(stranger.expect("an answer").status(), StatusCode::UNAUTHORIZED);
    let in_query =
        http.post(format!("{}/alerts/prometheus?token=hush", house.url)).body(group(Vec::new())).send().await;
    assert_eq!(in_query.expect("an answer").status(), StatusCode::OK);
    house.stop.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_storm_each_alert_comes_to_the_desk_once_and_in_order() {
    let (house, http) = (House::open().await, Client::new());
    // Each sender has fingerprints of its own, and posts what becomes of one alert after the other.
    let senders = (0..SENDERS).map(|sender| {
        let (house, http) = (&house, &http);
        async move {
            let mut took = Vec::new();
            for time in 0..TIMES {
                for fingerprint in (sender..FINGERPRINTS).step_by(SENDERS) {
                    let begun = Instant::now();
                    let (status, _) =
                        house.post(http, "/alerts/prometheus", group(vec![alert(fingerprint, time)])).await;
                    assert_eq!(status, StatusCode::OK);
                    took.push(begun.elapsed());
                }
            }
            took
        }
    });
    let mut took = join_all(senders).await.concat();
    took.sort();
    println!(
        "{} alerts, half within {:?}, 99 % within {:?}",
        took.len(),
        took[took.len() / 2],
        took[took.len() * 99 / 100]
    );
    house.heard(FINGERPRINTS * TIMES).await;
    house.stop.cancel();
    let heard = house.desk.0.lock().unwrap();
    assert_eq!(heard.len(), FINGERPRINTS);
    for (fingerprint, alerts) in heard.iter() {
        let states: Vec<bool> = alerts.iter().map(|alert| alert.firing).collect();
        assert_eq!(states, [true, false, true, false], "{fingerprint}");
    }
}
