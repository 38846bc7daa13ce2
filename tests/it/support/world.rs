//! A small world to hold a conversation in: a database, the local chat with people in it, Firebell, and a clock that
//! only moves when told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use firebell::chat::local::{Listener, Local, Setup};
use firebell::desk::{Desk, Tools};
use firebell::phrase::AnnouncementWords;
use firebell::plan::{Person, Plan, Platform, RoomId};
use firebell::ports::{Act, Chat, Clock, Inbound, Journal, Ledger, LocalBook, LocalChat, LocalMessage, SignIn, Slice};
use firebell::store::{Db, LocalStore, Store};

use super::postgres::Database;

/// What a test stands on; dropping it removes it.
pub enum Ground {
    Sqlite(tempfile::TempDir),
    Postgres(Database),
    /// The address of a database that somebody else looks after.
    Shared(String),
}

impl Ground {
    pub fn sqlite() -> Self {
        Ground::Sqlite(tempfile::tempdir().expect("a folder"))
    }

    pub async fn postgres() -> Self {
        Ground::Postgres(Database::create().await)
    }

    pub fn url(&self) -> String {
        match self {
            Ground::Sqlite(folder) => format!("sqlite://{}/firebell.db", folder.path().display()),
            Ground::Postgres(database) => database.url(),
            Ground::Shared(url) => url.clone(),
        }
    }
}

/// Begins on a Monday at noon, and stands still.
pub struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    pub fn new() -> Arc<Self> {
        Arc::new(TestClock(Mutex::new("2026-11-23T12:00:00Z".parse().expect("a time"))))
    }

    pub fn forward(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }

    pub fn set(&self, to: DateTime<Utc>) {
        *self.0.lock().unwrap() = to;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// Stands between Firebell and its ports, to count or to break; as it is, it stands in nobody's way.
pub trait Between {
    fn journal(&self, journal: Arc<dyn Journal>) -> Arc<dyn Journal> {
        journal
    }

    fn book(&self, book: Arc<dyn LocalBook>) -> Arc<dyn LocalBook> {
        book
    }

    fn chat(&self, chat: Arc<dyn Chat>) -> Arc<dyn Chat> {
        chat
    }
}

impl Between for () {}

pub struct World {
    pub clock: Arc<TestClock>,
    pub store: Store,
    pub chat: Arc<Local>,
    pub desk: Desk,
    db: Db,
    people: Mutex<BTreeMap<String, Person>>,
    /// Up to where each reader has looked.
    read: Mutex<BTreeMap<String, i64>>,
    acts: Mutex<u64>,
    /// Everything that the bot has heard, in order.
    heard: Mutex<Vec<Inbound>>,
    ground: Ground,
}

/// The plan of the stories: two services, one with first steps, and a group.
pub fn plan() -> Plan {
    let mut plan = Plan::default();
    let service = |key: &str, label: &str| firebell::plan::Service {
        key: key.into(),
        label: label.into(),
        invite: Vec::new(),
        links: vec![("Dashboard".into(), format!("https://dash.example/{key}"))],
    };
    plan.services = vec![service("checkout", "Checkout"), service("search", "Search")];
    plan.immediate_actions = vec![firebell::plan::ImmediateAction {
        service: Some("checkout".into()),
        severities: vec!["sev1".into()],
        text: "Divert payments to the other region".into(),
    }];
    plan.announcements.default_rooms = vec![RoomId::new(Platform::Local, "incidents")];
    plan
}

impl World {
    pub async fn on(ground: Ground) -> World {
        World::with(ground, plan()).await
    }

    pub async fn with(ground: Ground, plan: Plan) -> World {
        World::between(ground, plan, &()).await
    }

    pub async fn between(ground: Ground, plan: Plan, between: &dyn Between) -> World {
        let db = Db::open(&ground.url()).await.expect("a database");
        let clock = TestClock::new();
        let store = Store::new(db.clone());
        let (chat, desk) = open(&db, &store, clock.clone(), plan, between).await;
        World {
            clock,
            store,
            chat,
            desk,
            db,
            people: Mutex::default(),
            read: Mutex::default(),
            acts: Mutex::new(0),
            heard: Mutex::default(),
            ground,
        }
    }

    /// Who is called that; they come in if they are new.
    pub async fn person(&self, name: &str) -> Person {
        if let Some(person) = self.people.lock().unwrap().get(name) {
            return person.clone();
        }
        let entry = SignIn { name: name.into(), password: None, zone: None };
        let token = self.chat.sign_in(entry).await.expect("to come in");
        let person = self.chat.session(&token).await.expect("a session").expect("a session");
        self.people.lock().unwrap().insert(name.into(), person.clone());
        // What was there before they came is not news.
        let newest = *self.chat.newest().borrow();
        self.read.lock().unwrap().insert(name.into(), newest);
        person
    }

    /// Somebody does something, and all that follows from it happens.
    pub async fn act(&self, who: &str, act: Act) {
        self.try_act(who, act).await.expect("the chat to do it");
        self.settle().await;
    }

    pub async fn try_act(&self, who: &str, act: Act) -> Result<(), firebell::ports::Trouble> {
        let nonce = {
            let mut acts = self.acts.lock().unwrap();
            *acts += 1;
            acts.to_string()
        };
        self.ask(who, &nonce, act).await
    }

    /// A request of somebody's browser; with the same nonce it is the same request.
    pub async fn ask(&self, who: &str, nonce: &str, act: Act) -> Result<(), firebell::ports::Trouble> {
        let person = self.person(who).await;
        self.chat.act(&person, nonce, act).await.map(drop)
    }

    /// `room` without its `#`.
    pub async fn says(&self, who: &str, room: &str, text: &str) {
        self.act(who, Act::Post { room: room_id(room), thread: None, text: text.into() }).await;
    }

    pub async fn reacts(&self, who: &str, room: &str, text: &str, emoji: &str) {
        let message = self.message(who, room, text).await.id;
        self.act(who, Act::React { message, emoji: emoji.into(), on: true }).await;
    }

    pub async fn unreacts(&self, who: &str, room: &str, text: &str, emoji: &str) {
        let message = self.message(who, room, text).await.id;
        self.act(who, Act::React { message, emoji: emoji.into(), on: false }).await;
    }

    /// The message of this room that begins with this text, threads included.
    pub async fn message(&self, who: &str, room: &str, text: &str) -> LocalMessage {
        let person = self.person(who).await;
        let mut found = self.messages(&person, room).await;
        found.retain(|m| words(m).starts_with(text));
        found.pop().unwrap_or_else(|| panic!("{who} sees no message in #{room} that begins with {text:?}"))
    }

    async fn messages(&self, person: &Person, room: &str) -> Vec<LocalMessage> {
        let room = room_id(room);
        let page = self.chat.history(person, &room, Slice::Page { before: None }).await.expect("a history");
        let mut all = Vec::new();
        for message in page.messages {
            let replies = message.replies;
            let id = message.id;
            match replies {
                0 => all.push(message),
                _ => all.extend(self.chat.history(person, &room, Slice::Thread(id)).await.expect("a thread").messages),
            }
        }
        all
    }

    /// Everything that this room shows this person, a line a message.
    pub async fn room(&self, who: &str, room: &str) -> String {
        let person = self.person(who).await;
        let messages = self.messages(&person, room).await;
        messages.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// What is new for this person since they last looked, in every room that they see: `#room` and the line.
    pub async fn sees(&self, who: &str) -> String {
        let person = self.person(who).await;
        let mut after = *self.read.lock().unwrap().get(who).unwrap_or(&0);
        let mut lines = Vec::new();
        loop {
            let changes = self.chat.changes(&person, after).await.expect("changes");
            let Some(last) = changes.last() else { break };
            after = last.seq;
            for seen in changes {
                let is_new = matches!(seen.change, firebell::ports::Change::Posted);
                if let (true, Some(message), Some(room)) = (is_new, seen.message, seen.room) {
                    lines.push(format!("#{} {}", room.id, line(&message)));
                }
            }
        }
        self.read.lock().unwrap().insert(who.into(), after);
        // Room by room: what order rooms come in, beside each other, is nobody's business.
        lines.sort_by_key(|line: &String| line.split(' ').next().map(str::to_string));
        lines.join("\n")
    }

    /// All that is due is done, and what follows from it.
    pub async fn settle(&self) {
        loop {
            let heard = self.hear().await;
            let done = self.desk.work_off().await.expect("to work");
            if heard + done == 0 {
                break;
            }
        }
        let parked = self.store.parked().await.expect("to read");
        assert!(parked.is_empty(), "work was set aside: {parked:?}");
        let (waiting, _) = self.store.waiting(self.clock.now()).await.expect("to read");
        assert_eq!(waiting, 0, "work that is due is left in the outbox");
    }

    /// Firebell hears what people did, and does nothing yet.
    pub async fn hear(&self) -> usize {
        let listener = Listener::new(self.chat.clone(), |inbound: Inbound| {
            self.heard.lock().unwrap().push(inbound.clone());
            self.desk.receive(inbound)
        });
        listener.step().await.expect("to hear")
    }

    /// What was heard since this was last asked.
    pub fn take_heard(&self) -> Vec<Inbound> {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }

    pub async fn later(&self, by: TimeDelta) {
        self.clock.forward(by);
        self.settle().await;
    }

    /// The timeline: time, author, kind, text.
    pub async fn timeline(&self, number: i64) -> String {
        let incident = self.store.incident(number).await.expect("to read").expect("an incident");
        let lines = incident.timeline.iter().map(|e| {
            let said = if e.is_deleted() { "(message deleted)" } else { &e.text };
            format!("{} {} {}: {said}", e.at.format("%H:%M"), e.author.name(), e.kind.as_str())
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    pub async fn transcript(&self, number: i64) -> String {
        let messages = self.store.transcript(number, 0, 10_000).await.expect("to read");
        messages.iter().map(|m| format!("{}: {}", m.author.name, m.text)).collect::<Vec<_>>().join("\n")
    }

    /// The same Firebell after a restart: nothing is kept but the database.
    pub async fn restarted(self) -> World {
        let World { clock, ground, people, read, acts, heard, db, desk, chat, store } = self;
        drop((desk, chat, store));
        db.close().await;
        let db = Db::open(&ground.url()).await.expect("a database");
        let store = Store::new(db.clone());
        let (chat, desk) = open(&db, &store, clock.clone(), plan(), &()).await;
        World { clock, store, chat, desk, db, people, read, acts, heard, ground }
    }

    /// At the end of a story: the log is whole, and everything that is shown follows from it.
    pub async fn ends(self) {
        self.settle().await;
        let verified = self.store.verify().await.expect("to verify");
        assert_eq!(verified.differences, Vec::<String>::new());
        self.db.close().await;
    }
}

async fn open(db: &Db, store: &Store, clock: Arc<TestClock>, plan: Plan, between: &dyn Between) -> (Arc<Local>, Desk) {
    let setup = Setup {
        rooms: plan.announcements.default_rooms.iter().map(|r| r.id.clone()).collect(),
        groups: plan.groups.clone(),
        command: "/incident".into(),
        base_url: "http://firebell.test".into(),
        password: None,
    };
    let book = between.book(Arc::new(LocalStore::new(db.clone())));
    let chat = Local::open(book, clock.clone(), setup).await.expect("a chat");
    let [announcement, change] = AnnouncementWords::BUILT_IN.map(String::from);
    let desk = Desk::open(Tools {
        journal: between.journal(Arc::new(store.clone())),
        ledger: Arc::new(store.clone()),
        clock,
        chats: vec![between.chat(chat.clone())],
        plan: Arc::new(plan),
        words: AnnouncementWords::new(announcement, change).expect("templates"),
        prefixes: BTreeMap::from([(Platform::Local, "/incident".to_string())]),
        pages: "http://firebell.test".into(),
    });
    desk.take_up().await.expect("to take up");
    (chat, desk)
}

pub fn room_id(name: &str) -> RoomId {
    RoomId::new(Platform::Local, name)
}

fn words(message: &LocalMessage) -> String {
    match &message.doc {
        Some(doc) => doc.to_plain(),
        None if message.deleted => "(deleted)".into(),
        None => message.text.clone(),
    }
}

/// `Ann: hello`, with what is special about it in brackets.
fn line(message: &LocalMessage) -> String {
    let author = message.author.as_ref().map_or("Firebell", |p| &p.name);
    let mut marks = Vec::new();
    if let Some(reader) = &message.only_for {
        marks.push(format!("only {}", reader.id));
    }
    if message.thread.is_some() {
        marks.push("in thread".into());
    }
    if message.pinned {
        marks.push("pinned".into());
    }
    if message.edited {
        marks.push("edited".into());
    }
    marks.extend(message.reactions.iter().map(|r| format!("{}{}", r.emoji, r.people.len())));
    let marks = if marks.is_empty() { String::new() } else { format!(" [{}]", marks.join(", ")) };
    format!("{author}{marks}: {}", words(message).replace('\n', "\n    "))
}
