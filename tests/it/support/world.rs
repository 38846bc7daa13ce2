//! A small world to hold a conversation in: a database, the local chat with people in it, Firebell, and a clock that
//! only moves when told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use firebell::chat::local::{self, Listener, Local};
#[cfg(feature = "slack")]
use firebell::chat::slack::Setup;
use firebell::desk::{Desk, Tools};
use firebell::phrase::AnnouncementWords;
use firebell::plan::{Person, Plan, Platform, RoomId};
use firebell::ports::{
    Act, Chat, Clock, Inbound, Journal, Ledger, LocalBook, LocalChat, LocalMessage, Mailbox, Notes, SignIn, Slice,
};
use firebell::postmortem::Template;
use firebell::store::{Db, LocalStore, MailStore, NoteStore, Store};
#[cfg(feature = "slack")]
use sqlx::{Connection, PgConnection, SqliteConnection};

use super::elsewhere::{Elsewhere, by_room};
use super::ground::{Ground, TestClock};
#[cfg(feature = "slack")]
use super::town::Town;
#[cfg(feature = "matrix")]
use super::village::{Hamlet, Village};
#[cfg(feature = "slack")]
use crate::slack::Workspace;

/// Stands between Firebell and its ports, to count or to break; as it is, it stands in nobody's way.
pub trait Between: Send + Sync {
    fn journal(&self, journal: Arc<dyn Journal>) -> Arc<dyn Journal> {
        journal
    }

    fn book(&self, book: Arc<dyn LocalBook>) -> Arc<dyn LocalBook> {
        book
    }

    fn chat(&self, chat: Arc<dyn Chat>) -> Arc<dyn Chat> {
        chat
    }

    fn mailbox(&self, mailbox: Arc<dyn Mailbox>) -> Arc<dyn Mailbox> {
        mailbox
    }

    fn notes(&self, notes: Arc<dyn Notes>) -> Arc<dyn Notes> {
        notes
    }
}

impl Between for () {}

pub struct World {
    pub clock: Arc<TestClock>,
    pub store: Store,
    pub chat: Arc<Local>,
    pub desk: Desk,
    /// Where people talk, if it is not the local chat.
    elsewhere: Option<Arc<dyn Elsewhere>>,
    #[cfg(feature = "slack")]
    town: Option<Arc<Town>>,
    #[cfg(feature = "matrix")]
    village: Option<Arc<Village>>,
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
        let (chat, desk) = open(&db, &store, clock.clone(), plan, between, Vec::new()).await;
        World::of(ground, clock, db, store, chat, desk)
    }

    /// A world in which people talk in the local chat, in Slack and in Matrix: what the world does itself, it does in the
    /// local chat. Announcements go to the rooms of the same name in all three.
    #[cfg(all(feature = "matrix", feature = "slack"))]
    pub async fn in_all(
        ground: Ground,
        clock: Arc<TestClock>,
        workspace: Workspace,
        hamlet: Arc<Hamlet>,
        mut plan: Plan,
    ) -> World {
        let (there, elsewhere) = (in_slack(&plan.announcements), hamlet.makes_rooms(&plan).await);
        for more in [there, elsewhere] {
            plan.announcements.default_rooms.extend(more.default_rooms);
        }
        let db = Db::open(&ground.url()).await.expect("a database");
        let store = Store::new(db.clone());
        let slack = Town::slack(&Town::setup(&workspace), &db, clock.clone(), &plan, &());
        let matrix = hamlet.firebell(&db, clock.clone(), &plan, &());
        let others: Vec<Arc<dyn Chat>> = vec![slack.clone(), matrix.clone()];
        let (chat, desk) = open(&db, &store, clock.clone(), plan, &(), others).await;
        let town = Arc::new(Town::open(workspace, slack, &desk).await);
        let village = Arc::new(Village::open(hamlet, matrix, &desk).await);
        World { town: Some(town), village: Some(village), ..World::of(ground, clock, db, store, chat, desk) }
    }

    /// A world in which people talk in Slack.
    #[cfg(feature = "slack")]
    pub async fn in_slack(
        ground: Ground,
        clock: Arc<TestClock>,
        workspace: Workspace,
        setup: Setup,
        mut plan: Plan,
        between: &dyn Between,
    ) -> World {
        plan.announcements = in_slack(&plan.announcements);
        for room in &plan.announcements.default_rooms {
            workspace.channel(room.id.trim_start_matches('#'));
        }
        let db = Db::open(&ground.url()).await.expect("a database");
        let store = Store::new(db.clone());
        let slack = Town::slack(&setup, &db, clock.clone(), &plan, between);
        let (chat, desk) = open(&db, &store, clock.clone(), plan, between, vec![slack.clone()]).await;
        let town = Arc::new(Town::open(workspace, slack, &desk).await);
        World { elsewhere: Some(town.clone()), town: Some(town), ..World::of(ground, clock, db, store, chat, desk) }
    }

    fn of(ground: Ground, clock: Arc<TestClock>, db: Db, store: Store, chat: Arc<Local>, desk: Desk) -> World {
        World {
            clock,
            store,
            chat,
            desk,
            elsewhere: None,
            #[cfg(feature = "slack")]
            town: None,
            #[cfg(feature = "matrix")]
            village: None,
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
        if let Some(elsewhere) = &self.elsewhere {
            return elsewhere.person(name).await;
        }
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

    /// Somebody does something in the local chat, and all that follows from it happens.
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
        self.begins_to_say(who, room, text).await;
        self.settle().await;
    }

    /// It is said, and Firebell has heard nothing yet.
    pub async fn begins_to_say(&self, who: &str, room: &str, text: &str) {
        self.tick();
        if let Some(elsewhere) = &self.elsewhere {
            return elsewhere.says(who, room, text).await;
        }
        let room = self.local_room(who, room).await;
        self.try_act(who, Act::Post { room, thread: None, text: text.into() }).await.expect("the chat to do it");
    }

    /// In the thread of the message that begins with `to`.
    pub async fn replies(&self, who: &str, room: &str, to: &str, text: &str) {
        self.tick();
        if let Some(elsewhere) = &self.elsewhere {
            elsewhere.replies(who, room, to, text).await;
            return self.settle().await;
        }
        let thread = Some(self.message(who, room, to).await.id);
        self.act(who, Act::Post { room: self.local_room(who, room).await, thread, text: text.into() }).await;
    }

    pub async fn edits(&self, who: &str, room: &str, text: &str, to: &str) {
        self.tick();
        if let Some(elsewhere) = &self.elsewhere {
            elsewhere.edits(who, room, text, to).await;
            return self.settle().await;
        }
        let message = self.message(who, room, text).await.id;
        self.act(who, Act::Edit { message, text: to.into() }).await;
    }

    pub async fn deletes(&self, who: &str, room: &str, text: &str) {
        self.tick();
        if let Some(elsewhere) = &self.elsewhere {
            elsewhere.deletes(who, room, text).await;
            return self.settle().await;
        }
        let message = self.message(who, room, text).await.id;
        self.act(who, Act::Delete { message }).await;
    }

    pub async fn pins(&self, who: &str, room: &str, text: &str, on: bool) {
        self.tick();
        if let Some(elsewhere) = &self.elsewhere {
            elsewhere.pins(who, room, text, on).await;
            return self.settle().await;
        }
        let message = self.message(who, room, text).await.id;
        self.act(who, Act::Pin { message, on }).await;
    }

    pub async fn reacts(&self, who: &str, room: &str, text: &str, emoji: &str) {
        self.puts(who, room, text, emoji, true).await;
    }

    pub async fn unreacts(&self, who: &str, room: &str, text: &str, emoji: &str) {
        self.puts(who, room, text, emoji, false).await;
    }

    /// No two things happen at the same moment: by their times they are told apart, and put in order.
    fn tick(&self) {
        self.clock.forward(TimeDelta::milliseconds(1));
    }

    async fn puts(&self, who: &str, room: &str, text: &str, emoji: &str, on: bool) {
        self.tick();
        if let Some(elsewhere) = &self.elsewhere {
            elsewhere.puts(who, room, text, emoji, on).await;
            return self.settle().await;
        }
        let message = self.message(who, room, text).await.id;
        self.act(who, Act::React { message, emoji: emoji.into(), on }).await;
    }

    /// A room that only those are in who are let in; Firebell among them.
    pub async fn makes_private_room(&self, who: &str, name: &str) {
        if let Some(elsewhere) = &self.elsewhere {
            elsewhere.makes_private_room(who, name).await;
            return self.settle().await;
        }
        let room = Act::NewRoom { name: name.into(), topic: "".into(), private: true, people: vec![] };
        self.act(who, room).await;
    }

    /// The local room of this name; private ones have ids that are none.
    async fn local_room(&self, who: &str, name: &str) -> RoomId {
        let person = self.person(who).await;
        let overview = self.chat.overview(&person).await.expect("an overview");
        let named = overview.rooms.iter().find(|r| r.room.name == name).map(|r| r.room.id.clone());
        named.unwrap_or_else(|| room_id(name))
    }

    /// The message of this room that begins with this text, threads included.
    pub async fn message(&self, who: &str, room: &str, text: &str) -> LocalMessage {
        let person = self.person(who).await;
        let mut found = self.messages(&person, room).await;
        found.retain(|m| words(m).starts_with(text));
        found.pop().unwrap_or_else(|| panic!("{who} sees no message in #{room} that begins with {text:?}"))
    }

    async fn messages(&self, person: &Person, room: &str) -> Vec<LocalMessage> {
        let room = self.local_room(&person.name, room).await;
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
        if let Some(elsewhere) = &self.elsewhere {
            self.looks_around(who).await;
            return plain_addresses(&elsewhere.room(who, room).await);
        }
        let person = self.person(who).await;
        let messages = self.messages(&person, room).await;
        plain_addresses(&messages.iter().map(line).collect::<Vec<_>>().join("\n"))
    }

    /// What is new for this person since they last looked, in every room that they see: `#room` and the line.
    pub async fn sees(&self, who: &str) -> String {
        if let Some(elsewhere) = &self.elsewhere {
            self.looks_around(who).await;
            return plain_addresses(&elsewhere.sees(who).await);
        }
        let person = self.person(who).await;
        let names: BTreeMap<RoomId, String> = {
            let overview = self.chat.overview(&person).await.expect("an overview");
            overview.rooms.into_iter().map(|r| (r.room.id, r.room.name)).collect()
        };
        let mut after = *self.read.lock().unwrap().get(who).unwrap_or(&0);
        let mut lines = Vec::new();
        loop {
            let changes = self.chat.changes(&person, after).await.expect("changes");
            let Some(last) = changes.last() else { break };
            after = last.seq;
            for seen in changes {
                let is_new = matches!(seen.change, firebell::ports::Change::Posted);
                if let (true, Some(message), Some(room)) = (is_new, seen.message, seen.room) {
                    let name = names.get(&room).unwrap_or(&room.id);
                    lines.push(format!("#{name} {}", line(&message)));
                }
            }
        }
        self.read.lock().unwrap().insert(who.into(), after);
        plain_addresses(&by_room(lines))
    }

    /// They may have to be let in.
    async fn looks_around(&self, who: &str) {
        while let Some(elsewhere) = &self.elsewhere
            && elsewhere.looks_around(who).await
        {
            self.settle().await;
        }
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
        if let Some(elsewhere) = &self.elsewhere {
            return elsewhere.hear().await;
        }
        #[cfg(feature = "slack")]
        let in_town = if let Some(town) = &self.town { town.hear().await } else { 0 };
        #[cfg(not(feature = "slack"))]
        let in_town = 0;
        #[cfg(feature = "matrix")]
        let in_village = if let Some(village) = &self.village { village.hear().await } else { 0 };
        #[cfg(not(feature = "matrix"))]
        let in_village = 0;
        let listener = Listener::new(self.chat.clone(), |inbound: Inbound| {
            self.heard.lock().unwrap().push(inbound.clone());
            self.desk.receive(inbound)
        });
        in_town + in_village + listener.step().await.expect("to hear")
    }

    /// For something that is done while Firebell does not listen.
    pub fn unheard(&self) -> &dyn Elsewhere {
        self.tick();
        self.elsewhere.as_deref().expect("another chat than the local one")
    }

    /// What can be done now is done; what can not stays.
    #[cfg(any(feature = "matrix", feature = "slack"))]
    pub async fn work(&self) {
        while self.hear().await + self.desk.work_off().await.expect("to work") > 0 {}
    }

    /// What chats have delivered.
    pub fn mailbox(&self) -> MailStore {
        MailStore::new(self.db.clone())
    }

    /// What adapters remember.
    pub fn notes(&self) -> NoteStore {
        NoteStore::new(self.db.clone())
    }

    /// Of what chats have delivered, that which is kept for somebody to look at: why, and how it came.
    #[cfg(feature = "slack")]
    pub async fn kept_aside(&self) -> Vec<(String, String)> {
        let (url, aside) = (self.ground.url(), "SELECT why, body FROM mail WHERE state = 'aside' ORDER BY id");
        let rows = match url.starts_with("sqlite:") {
            true => {
                sqlx::query_as(aside).fetch_all(&mut SqliteConnection::connect(&url).await.expect("the file")).await
            }
            false => sqlx::query_as(aside).fetch_all(&mut PgConnection::connect(&url).await.expect("the server")).await,
        };
        rows.expect("to read")
    }

    /// A world in which people talk in Matrix.
    #[cfg(feature = "matrix")]
    pub async fn in_matrix(
        ground: Ground,
        clock: Arc<TestClock>,
        hamlet: Arc<Hamlet>,
        mut plan: Plan,
        between: &dyn Between,
    ) -> World {
        plan.announcements = hamlet.makes_rooms(&plan).await;
        let db = Db::open(&ground.url()).await.expect("a database");
        let store = Store::new(db.clone());
        let matrix = hamlet.firebell(&db, clock.clone(), &plan, between);
        let (chat, desk) = open(&db, &store, clock.clone(), plan, between, vec![matrix.clone()]).await;
        let village = Arc::new(Village::open(hamlet, matrix, &desk).await);
        World {
            elsewhere: Some(village.clone()),
            village: Some(village),
            ..World::of(ground, clock, db, store, chat, desk)
        }
    }

    #[cfg(feature = "matrix")]
    pub fn matrix(&self) -> &Village {
        self.village.as_ref().expect("a world in Matrix")
    }

    #[cfg(feature = "slack")]
    pub fn slack(&self) -> &Town {
        self.town.as_ref().expect("a world in Slack")
    }

    #[cfg(feature = "slack")]
    pub fn workspace(&self) -> &Workspace {
        &self.slack().workspace
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

    /// The same Firebell after a restart: nothing is kept but the database, and on Matrix the device.
    pub async fn restarted(self) -> World {
        let World { clock, ground, people, read, acts, heard, db, desk, chat, store, elsewhere, .. } = self;
        drop((desk, chat, store, elsewhere));
        db.close().await;
        let db = Db::open(&ground.url()).await.expect("a database");
        let store = Store::new(db.clone());
        #[cfg(feature = "slack")]
        if let Some(before) = &self.town {
            let mut plan = plan();
            plan.announcements = in_slack(&plan.announcements);
            let slack = Town::slack(&Town::setup(&before.workspace), &db, clock.clone(), &plan, &());
            let (chat, desk) = open(&db, &store, clock.clone(), plan, &(), vec![slack.clone()]).await;
            let town = Arc::new(before.again(slack, &desk).await);
            let world = World::of(ground, clock, db, store, chat, desk);
            return World { elsewhere: Some(town.clone()), town: Some(town), people, read, acts, heard, ..world };
        }
        #[cfg(feature = "matrix")]
        if let Some(before) = self.village {
            let mut plan = plan();
            let hamlet = before.leaves();
            plan.announcements = hamlet.makes_rooms(&plan).await;
            let matrix = hamlet.firebell(&db, clock.clone(), &plan, &());
            let (chat, desk) = open(&db, &store, clock.clone(), plan, &(), vec![matrix.clone()]).await;
            let village = Arc::new(Village::open(hamlet, matrix, &desk).await);
            let world = World::of(ground, clock, db, store, chat, desk);
            return World {
                elsewhere: Some(village.clone()),
                village: Some(village),
                people,
                read,
                acts,
                heard,
                ..world
            };
        }
        let (chat, desk) = open(&db, &store, clock.clone(), plan(), &(), Vec::new()).await;
        World { people, read, acts, heard, ..World::of(ground, clock, db, store, chat, desk) }
    }

    /// At the end of a story: the log is whole, and everything that is shown follows from it.
    pub async fn ends(self) {
        self.settle().await;
        let verified = self.store.verify().await.expect("to verify");
        assert_eq!(verified.differences, Vec::<String>::new());
        self.db.close().await;
    }
}

async fn open(
    db: &Db,
    store: &Store,
    clock: Arc<TestClock>,
    plan: Plan,
    between: &dyn Between,
    others: Vec<Arc<dyn Chat>>,
) -> (Arc<Local>, Desk) {
    let own = plan.announcements.default_rooms.iter().filter(|r| r.platform == Platform::Local);
    let setup = local::Setup {
        rooms: own.map(|r| r.id.clone()).collect(),
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
        chats: std::iter::once(chat.clone() as Arc<dyn Chat>).chain(others).map(|c| between.chat(c)).collect(),
        plan: Arc::new(plan),
        words: AnnouncementWords::new(announcement, change).expect("templates"),
        template: Arc::new(Template::built_in().expect("a template")),
        prefixes: Platform::ALL.map(|platform| (platform, "/incident".to_string())).into(),
        pages: "http://firebell.test".into(),
    });
    desk.take_up().await.expect("to take up");
    (chat, desk)
}

/// The same announcements, in the Slack channels of the same names.
#[cfg(feature = "slack")]
fn in_slack(announcements: &firebell::plan::Announcements) -> firebell::plan::Announcements {
    super::elsewhere::moved(announcements, &|room| RoomId::new(Platform::Slack, format!("#{room}")))
}

/// Messages have other addresses in each chat.
fn plain_addresses(text: &str) -> String {
    let address = regex::Regex::new(
        r"http://firebell\.test/chat#[^\s)]+|https://test\.slack\.com/[^\s)]+|https://matrix\.to/[^\s)]+",
    );
    address.expect("a pattern").replace_all(text, "its address").into_owned()
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
