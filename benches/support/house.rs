//! A Firebell as `serve` wires it, without its server.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use chrono::{DateTime, SubsecRound, Utc};
use firebell::chat::local::{Local, Setup};
use firebell::desk::{Desk, Tools};
use firebell::phrase::AnnouncementWords;
use firebell::plan::{MessageId, Person, PersonId, Plan, Platform, Room, RoomId};
use firebell::ports::{Chat, Clock, Heard, Inbound, LocalChat, Readiness, Said, Speaker};
use firebell::postmortem::Template;
use firebell::store::{Db, LocalStore, Store};
use firebell::web::{ChatViewer, Hosts, Site, router};
use tower::ServiceExt;

use super::Place;

pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

pub struct House {
    pub db: Db,
    pub store: Store,
    pub desk: Desk,
    pages: Router,
    // A connection that the pool opens later has to find the database still there.
    place: Arc<Place>,
}

impl House {
    pub async fn open(place: &Arc<Place>) -> House {
        let db = Db::open(&place.url()).await.expect("a database");
        let store = Store::new(db.clone());
        let plan = Arc::new(Plan::default());
        let setup = Setup { command: "/incident".into(), base_url: "http://localhost".into(), ..Setup::default() };
        let book = Arc::new(LocalStore::new(db.clone()));
        let chat = Local::open(book, Arc::new(SystemClock), setup).await.expect("a chat");
        let chats: Vec<Arc<dyn Chat>> = vec![chat.clone()];
        let desk = Desk::open(Tools {
            journal: Arc::new(store.clone()),
            ledger: Arc::new(store.clone()),
            clock: Arc::new(SystemClock),
            chats: chats.clone(),
            outlets: Vec::new(),
            calendars: Arc::new(BTreeMap::new()),
            plan: plan.clone(),
            words: AnnouncementWords::new(Vec::new()).expect("templates"),
            template: Arc::new(Template::built_in().expect("a template")),
            prefixes: BTreeMap::from([(Platform::Local, "/incident".to_string())]),
            pages: "http://localhost".into(),
            key: [7; 32],
        });
        let pages = router(Arc::new(Site {
            ledger: Arc::new(store.clone()),
            plan,
            clock: Arc::new(SystemClock),
            viewer: Arc::new(ChatViewer(Some(chat as Arc<dyn LocalChat>))),
            links: Arc::new(desk.clone()),
            signed_in_only: false,
            chats,
            template: Arc::new(Template::built_in().expect("a template")),
            readiness: Readiness::default(),
            metrics: None,
            changes: desk.changes(),
            hosts: Hosts::Any,
            nav: Vec::new(),
        }));
        House { db, store, desk, pages, place: place.clone() }
    }

    /// The page, read to its end.
    pub async fn page(&self, path: &str) -> usize {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let answer = self.pages.clone().oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        to_bytes(answer.into_body(), usize::MAX).await.expect("a page").len()
    }

    pub async fn receive(&self, inbound: Inbound) {
        self.desk.receive(inbound).await.expect("it is durable");
    }

    pub async fn close(self) {
        let House { db, store, desk, pages, place } = self;
        drop((store, desk, pages));
        db.close().await;
        drop(place);
    }
}

pub fn person(n: usize) -> Person {
    Person { id: PersonId::new(Platform::Local, format!("person-{n}")), name: format!("Person {n}") }
}

fn speaker(person: Person) -> Speaker {
    Speaker { person, zone: None, known: true, groups: Vec::new() }
}

/// A message as a chat brings it. `n` is its id, so that messages come in the order of their ids.
pub fn said(room: &RoomId, n: usize, by: Person) -> Inbound {
    let heard = Heard::Message(Said {
        id: MessageId { room: room.clone(), id: format!("{n:010}") },
        thread: None,
        by: speaker(by),
        text: format!("The error rate is at {n} per minute now, and the queue of the workers is still growing."),
        link: Some(format!("http://localhost/chat#{}/{n}", room.id)),
    });
    Inbound { at: SystemClock.now(), heard }
}

/// A command as a chat brings it; `n` is its id.
pub fn typed(room: &Room, n: usize, by: Person, words: String) -> Inbound {
    let id = format!("{n:010}");
    let heard = Heard::Command {
        id,
        by: speaker(by),
        room: room.clone(),
        in_room: true,
        words,
        mentions: Vec::new(),
        reply: None,
        origin: None,
    };
    Inbound { at: SystemClock.now(), heard }
}
