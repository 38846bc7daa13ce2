//! What pages must not show, through a real connection.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use reqwest::header::{COOKIE, HOST};
use reqwest::{Client, Response};
use tokio::sync::watch;

use super::{Hosts, Site, router};
use crate::incident::{Incident, Recorded, Status};
use crate::plan::{Number, Person, PersonId, Plan, Platform, RoomId};
use crate::ports::{ActionRow, Clock, Ledger, MessageRecord, Parked, Readiness, StoreError, Summary, Viewer};
use crate::postmortem::Template;

type Answer<T> = Result<T, StoreError>;

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// 1 is public; 2 is private, with Ann in its room.
struct Books;

struct NoLinks;

#[async_trait]
impl crate::ports::Links for NoLinks {
    async fn look(&self, _: &str) -> Answer<Option<crate::ports::Errand>> {
        Ok(None)
    }

    async fn follow(&self, _: &str) -> Answer<Option<crate::ports::Errand>> {
        Ok(None)
    }
}

fn incident(number: Number) -> Option<Incident> {
    let mut incident = Incident::unborn(number);
    incident.seq = 1;
    incident.severity = "sev1".into();
    incident.milestones.declared = Some(at());
    match number {
        1 => incident.title = "Checkout <b>is</b> down".into(),
        2 => (incident.title, incident.private) = ("A secret".into(), true),
        _ => return None,
    }
    Some(incident)
}

#[async_trait]
impl Ledger for Books {
    async fn incident_in(&self, _room: &RoomId) -> Result<Option<Number>, StoreError> {
        Ok(None)
    }

    async fn open(&self) -> Answer<Vec<Summary>> {
        let summary = |incident: Incident| Summary {
            number: incident.number,
            title: incident.title,
            severity: incident.severity,
            status: Status::Investigating,
            service: None,
            private: incident.private,
            commander: None,
            room: None,
            declared: at(),
            ended: None,
            update_due: None,
        };
        Ok([1, 2].into_iter().filter_map(incident).map(summary).collect())
    }

    async fn ended(&self) -> Answer<Vec<Summary>> {
        Ok(Vec::new())
    }

    async fn threads(&self, _room: &RoomId) -> Answer<Vec<String>> {
        Ok(Vec::new())
    }

    async fn incident(&self, number: Number) -> Answer<Option<Incident>> {
        Ok(incident(number))
    }

    async fn events(&self, _: Number) -> Answer<Vec<Recorded>> {
        Ok(Vec::new())
    }

    async fn transcript(&self, _: Number, _: i64, _: i64) -> Answer<Vec<MessageRecord>> {
        Ok(Vec::new())
    }

    async fn transcript_length(&self, _: Number) -> Answer<i64> {
        Ok(0)
    }

    async fn actions(&self, _: Option<Number>) -> Answer<Vec<ActionRow>> {
        Ok(vec![ActionRow {
            incident: 2,
            title: "A secret".into(),
            private: true,
            number: 1,
            text: "Hide the secret".into(),
            owner: None,
            due: Some(at().date_naive().pred_opt().unwrap()),
            aim: None,
            done: None,
        }])
    }

    async fn late_actions(&self, _: NaiveDate) -> Answer<Vec<ActionRow>> {
        self.actions(None).await
    }

    async fn is_member(&self, number: Number, person: &PersonId) -> Answer<bool> {
        Ok(number == 2 && person.id == "ann")
    }

    async fn waits_in(&self, _: &[String]) -> Answer<bool> {
        Ok(false)
    }

    async fn public(&self, _: DateTime<Utc>) -> Answer<Vec<Incident>> {
        Ok(Vec::new())
    }

    async fn firing_alerts(&self) -> Answer<(Vec<crate::detection::Watched>, i64)> {
        Ok((Vec::new(), 0))
    }

    async fn wishes_of(&self, _: &crate::plan::Recipient) -> Answer<Vec<crate::ports::Wish>> {
        Ok(Vec::new())
    }

    async fn wanting(&self, _: &crate::plan::Topic, _: &str) -> Answer<Vec<crate::plan::Recipient>> {
        Ok(Vec::new())
    }

    async fn parked(&self) -> Answer<Vec<Parked>> {
        let parked = |incident| Parked {
            id: 1,
            incident,
            what: "Pin the secret".into(),
            why: "no".into(),
            at: at(),
            private: true,
        };
        Ok(vec![parked(Some(2)), parked(None)])
    }

    async fn waiting(&self, _: DateTime<Utc>) -> Answer<(i64, Option<DateTime<Utc>>)> {
        Ok((0, None))
    }

    async fn ping(&self) -> Answer<()> {
        Ok(())
    }
}

/// The cookie is the name.
struct Names;

#[async_trait]
impl Viewer for Names {
    async fn viewer(&self, cookies: &str) -> Option<Person> {
        let id = PersonId::new(Platform::Local, cookies);
        (!cookies.is_empty()).then(|| Person { id, name: cookies.into() })
    }
}

struct Noon;

impl Clock for Noon {
    fn now(&self) -> DateTime<Utc> {
        at()
    }
}

struct Browser {
    address: String,
    readiness: Readiness,
    _changes: watch::Sender<u64>,
}

impl Browser {
    async fn open() -> Self {
        Browser::of(false).await
    }

    async fn of(signed_in_only: bool) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, changes) = watch::channel(0);
        let readiness = Readiness::default();
        let site = Site {
            ledger: Arc::new(Books),
            plan: Arc::new(Plan::default()),
            clock: Arc::new(Noon),
            viewer: Arc::new(Names),
            links: Arc::new(NoLinks),
            signed_in_only,
            chats: Vec::new(),
            template: Arc::new(Template::built_in().unwrap()),
            readiness: readiness.clone(),
            metrics: None,
            changes,
            hosts: Hosts::listening(address, None),
            nav: Vec::new(),
        };
        tokio::spawn(async move { axum::serve(listener, router(Arc::new(site))).await });
        Browser { address: format!("http://{address}"), readiness, _changes: sender }
    }

    async fn get(&self, path: &str, cookie: &str) -> Response {
        Client::new().get(format!("{}{path}", self.address)).header(COOKIE, cookie).send().await.unwrap()
    }

    async fn text(&self, path: &str, cookie: &str) -> (u16, String) {
        let response = self.get(path, cookie).await;
        (response.status().as_u16(), response.text().await.unwrap())
    }
}

#[tokio::test]
async fn a_private_incident_is_as_absent_as_one_that_never_was() {
    let browser = Browser::open().await;
    for page in ["/incidents/INC-", "/postmortems/INC-"] {
        for ending in ["", ".md", ".html", ".json"] {
            let (private, absent) = (format!("{page}2{ending}"), format!("{page}3{ending}"));
            for cookie in ["", "bo"] {
                assert_eq!(browser.text(&private, cookie).await, browser.text(&absent, cookie).await);
                assert_eq!(browser.text(&private, cookie).await.0, 404);
            }
        }
        assert_eq!(browser.text(&format!("{page}2"), "ann").await.0, 200);
    }
}

#[tokio::test]
async fn where_there_is_a_password_the_pages_are_for_who_gave_it() {
    let browser = Browser::of(true).await;
    for page in ["/", "/incidents/INC-1", "/postmortems/INC-1.json", "/actions", "/live"] {
        let (status, text) = browser.text(page, "").await;
        assert_eq!(status, 401, "{page}");
        assert!(text.contains("Please sign in") && !text.contains("Checkout"), "{text}");
    }
    assert_eq!(browser.text("/incidents/INC-1", "bo").await.0, 200);
    // What machines ask, and what the sign-in page needs.
    for open in ["/healthz", "/readyz", "/assets/style.css"] {
        assert_eq!(browser.text(open, "").await.0, 200, "{open}");
    }
}

#[tokio::test]
async fn lists_leave_out_what_is_private() {
    let browser = Browser::open().await;
    for page in ["/", "/actions"] {
        for cookie in ["", "bo"] {
            let (_, text) = browser.text(page, cookie).await;
            assert!(!text.contains("secret") && !text.contains("INC-2"), "{text}");
        }
        assert!(browser.text(page, "ann").await.1.contains("secret"));
    }
    assert!(browser.text("/", "").await.1.contains("Checkout &lt;b&gt;is&lt;/b&gt; down"));
}

#[tokio::test]
async fn headers_protect_every_answer_and_other_hosts_get_none() {
    let browser = Browser::open().await;
    for path in ["/", "/nothing", "/assets/style.css", "/healthz", "/postmortems/INC-1.html"] {
        let headers = browser.get(path, "").await.headers().clone();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "same-origin");
    }
    let rebound = Client::new().get(&browser.address).header(HOST, "evil.example").send().await.unwrap();
    assert_eq!(rebound.status(), 421);
}

#[tokio::test]
async fn exports_say_what_they_are() {
    let browser = Browser::open().await;
    for (ending, kind) in [("md", "text/markdown"), ("html", "text/html"), ("json", "application/json")] {
        let response = browser.get(&format!("/postmortems/INC-1.{ending}"), "").await;
        assert_eq!(response.status(), 200);
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with(kind));
    }
    assert_eq!(browser.text("/postmortems/INC-1.exe", "").await.0, 404);
    assert_eq!(browser.text("/incidents/inc-1?transcript=1&page=-9", "").await.0, 200);
}

#[tokio::test]
async fn ready_once_every_part_is() {
    let browser = Browser::open().await;
    assert_eq!(browser.text("/readyz", "").await.0, 200);
    browser.readiness.expect("slack");
    let (status, text) = browser.text("/readyz", "").await;
    assert_eq!(status, 503);
    assert!(text.contains(r#"{"name":"slack","ready":false,"note":"starting"}"#), "{text}");
    assert!(!text.contains("secret"));
    browser.readiness.ready("slack", "connected");
    assert_eq!(browser.text("/readyz", "").await.0, 200);
}
