//! The side of a world that is Matrix: a part of the tests' homeserver, and Firebell in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use firebell::chat::matrix::{Account, Login, Matrix, Opened, Setup, Tools};
use firebell::desk::Desk;
use firebell::plan::{Announcements, Person, PersonId, Plan, Platform, RoomId};
use firebell::ports::{Clock, Ledger};
use firebell::store::{Db, MailStore, NoteStore, Store};
use matrix_sdk::Room;
use serde_json::json;
use tokio::sync::Mutex as AsyncMutex;

use super::elsewhere::{DIRECT, Elsewhere, by_room, moved};
use super::ground::TestClock;
use super::world::Between;
use crate::matrix::homeserver::{Homeserver, PASSWORD};
use crate::matrix::proxy::Proxy;
use crate::matrix::resident::Resident;
use crate::matrix::shown::{Reader, Shown};

/// What people type before a command.
pub const PREFIX: &str = "!incident";
const BOT: &str = "Firebell";
/// Who has made the rooms that everybody is in.
const HOST: &str = "Host";

/// What there is without Firebell: people, rooms, and what it keeps in its folder.
pub struct Hamlet {
    pub homeserver: Homeserver,
    pub proxy: Proxy,
    /// What Firebell keeps beside its database; a new folder if it was lost.
    store: Mutex<tempfile::TempDir>,
    recovery_key: Mutex<Option<String>>,
    /// What the first start of all has told.
    /// Who is allowed to ask the bot in, if that is configured.
    invites: Mutex<Option<Vec<String>>>,
    told_key: Mutex<Option<String>>,
    bot: String,
    people: AsyncMutex<BTreeMap<String, Arc<Resident>>>,
    /// Those that everybody is in.
    rooms: Mutex<BTreeSet<String>>,
    /// What each reader has seen, by event.
    read: Mutex<BTreeMap<String, Vec<String>>>,
    /// Where each person last typed a command.
    typed: Mutex<BTreeMap<String, String>>,
}

pub struct Village {
    pub hamlet: Arc<Hamlet>,
    pub matrix: Arc<Matrix>,
    opened: Opened,
}

impl Hamlet {
    pub async fn new(clock: Arc<TestClock>) -> Hamlet {
        let homeserver = Homeserver::new();
        let proxy = Proxy::start(&homeserver.url, move || clock.now()).await;
        homeserver.register(BOT).await;
        Hamlet {
            bot: homeserver.user_id(BOT),
            homeserver,
            proxy,
            store: Mutex::new(tempfile::tempdir().expect("a folder")),
            recovery_key: Mutex::default(),
            invites: Mutex::default(),
            told_key: Mutex::default(),
            people: AsyncMutex::default(),
            rooms: Mutex::default(),
            read: Mutex::default(),
            typed: Mutex::default(),
        }
    }

    /// `#general`, and the rooms for announcements, made the first time; the plan's announcements in them.
    pub async fn makes_rooms(&self, plan: &Plan) -> Announcements {
        let here = |room: &str| RoomId::new(Platform::Matrix, self.homeserver.alias(room));
        let announcements = moved(&plan.announcements, &here);
        if self.rooms.lock().unwrap().is_empty() {
            self.makes_all(&announcements).await;
        }
        announcements
    }

    async fn makes_all(&self, announcements: &Announcements) {
        let host = self.resident(HOST, false).await;
        let bot = self.homeserver.user_id(BOT);
        let routed = announcements.routes.iter().flat_map(|route| &route.rooms);
        let announced = announcements.default_rooms.iter().chain(routed).map(|room| self.name_of(room));
        let rooms: BTreeSet<String> = announced.chain(["general".to_string()]).collect();
        for name in &rooms {
            host.makes_room(&self.homeserver, name, true, &[&bot]).await;
        }
        *self.rooms.lock().unwrap() = rooms;
    }

    /// `incidents` of `#incidents-1b2c:localhost`.
    fn name_of(&self, room: &RoomId) -> String {
        let tag = format!("-{}:", self.homeserver.tag);
        room.id.trim_start_matches('#').split(&tag).next().unwrap_or_default().into()
    }

    pub fn firebell(&self, db: &Db, clock: Arc<dyn Clock>, plan: &Plan, between: &dyn Between) -> Arc<Matrix> {
        let account = Account {
            homeserver: self.proxy.url.clone(),
            user: self.homeserver.user(BOT),
            login: Login::Password(PASSWORD.into()),
            store_dir: self.store.lock().unwrap().path().join("matrix"),
            store_passphrase: None,
            recovery_key: self.recovery_key.lock().unwrap().clone(),
        };
        let invites = self.invites.lock().unwrap().clone();
        let setup = Setup { account, prefix: PREFIX.into(), space: None, invites, encrypted: true };
        let tools = Tools {
            mailbox: between.mailbox(Arc::new(MailStore::new(db.clone()))),
            notes: between.notes(Arc::new(NoteStore::new(db.clone()))),
            ledger: Arc::new(Store::new(db.clone())) as Arc<dyn Ledger>,
            clock,
            plan: Arc::new(plan.clone()),
        };
        Matrix::new(setup, tools)
    }

    /// From the next start on.
    pub fn takes_invitations_of(&self, people: &[&str]) {
        *self.invites.lock().unwrap() = Some(people.iter().map(|id| id.to_string()).collect());
    }

    async fn resident(&self, name: &str, comes_in: bool) -> Arc<Resident> {
        let mut people = self.people.lock().await;
        if let Some(resident) = people.get(name) {
            return resident.clone();
        }
        let resident = Arc::new(Resident::arrives(&self.homeserver, name).await);
        people.insert(name.into(), resident.clone());
        if comes_in {
            let rooms = self.rooms.lock().unwrap().clone();
            for room in &rooms {
                resident.joins(&self.homeserver.alias(room)).await;
            }
            resident.catches_up().await;
        }
        resident
    }
}

impl Village {
    /// Firebell is at work from now on.
    pub async fn open(hamlet: Arc<Hamlet>, matrix: Arc<Matrix>, desk: &Desk) -> Village {
        matrix.hand_to(Arc::new(desk.clone()));
        matrix.take_up().await.expect("to take up");
        let opened = matrix.connect().await.expect("to connect");
        if let Some(key) = &opened.recovery_key {
            *hamlet.told_key.lock().unwrap() = Some(key.clone());
            matrix.recovery_key_shown().await.expect("to note it");
        }
        let village = Village { hamlet, matrix, opened };
        while village.hear().await > 0 {}
        village
    }

    /// What this start has found.
    pub fn opened(&self) -> &Opened {
        &self.opened
    }

    /// The recovery key that the first start of all has told.
    pub fn recovery_key(&self) -> String {
        self.hamlet.told_key.lock().unwrap().clone().expect("a recovery key")
    }

    /// What Firebell keeps beside its database is gone at the next start.
    pub fn loses_store(&self) {
        *self.hamlet.store.lock().unwrap() = tempfile::tempdir().expect("a folder");
    }

    /// It is configured at the next start.
    pub fn knows_recovery_key(&self, key: &str) {
        *self.hamlet.recovery_key.lock().unwrap() = Some(key.into());
    }

    /// Firebell's own id.
    pub fn bot(&self) -> &str {
        &self.hamlet.bot
    }

    pub fn room_id(&self, room: &Room) -> RoomId {
        RoomId::new(Platform::Matrix, room.room_id().as_str())
    }

    /// The space, and the rooms that it lists.
    pub async fn space(&self) -> (String, Vec<String>) {
        let id = self.hamlet.proxy.space().expect("a space");
        // Who hears of incidents may come in.
        let ann = self.resident("Ann").await;
        ann.joins_by_id(&id).await;
        let space = ann.client.joined_space_rooms().into_iter().find(|room| room.room_id() == id.as_str());
        let state = ann.state(&space.expect("the space")).await;
        let listed = state.iter().filter(|e| e["type"] == "m.space.child");
        (id, listed.filter_map(|e| e["state_key"].as_str().map(str::to_string)).collect())
    }

    /// What is left without Firebell.
    pub fn leaves(self: Arc<Self>) -> Arc<Hamlet> {
        Arc::into_inner(self).expect("nobody else has it").hamlet
    }

    pub async fn resident(&self, name: &str) -> Arc<Resident> {
        let is_new = !self.hamlet.people.lock().await.contains_key(name);
        let resident = self.hamlet.resident(name, true).await;
        if is_new {
            // What was there before they came is not news.
            let mut seen: Vec<String> = self.visible(&resident).await.into_iter().map(|(_, m)| m.id).collect();
            seen.extend(self.hamlet.proxy.events());
            self.hamlet.read.lock().unwrap().insert(name.into(), seen);
        }
        resident
    }

    async fn comes_to(&self, who: &str, room: &str) -> (Arc<Resident>, Room) {
        let resident = self.resident(who).await;
        resident.catches_up().await;
        while resident.room(room).is_none() && self.looks_around(who).await {
            while self.hear().await > 0 {}
        }
        let found = resident.room(room).unwrap_or_else(|| panic!("{who} is in no room #{room}"));
        (resident, found)
    }

    /// The message of this room that begins with this text.
    async fn message(&self, resident: &Resident, room: &Room, text: &str) -> Shown {
        let mut found = self.shown(resident, room).await;
        found.retain(|message| message.text.starts_with(text));
        let who = &resident.name;
        found.pop().unwrap_or_else(|| panic!("{who} sees no message that begins with {text:?}"))
    }

    /// All messages of a room, as this person sees them by now.
    pub async fn shown(&self, resident: &Resident, room: &Room) -> Vec<Shown> {
        let (names, pinned) = (resident.names(room).await, resident.pinned(room).await);
        let bot = self.hamlet.homeserver.user_id(BOT);
        let reader = Reader { bot: &bot, prefix: PREFIX, names: &names, pinned: &pinned };
        reader.shown(&resident.reads(room).await)
    }

    /// Each message with the name of the room that it belongs to. What would be for one person's eyes elsewhere is told
    /// in the thread of what they have typed, or directly.
    async fn visible(&self, resident: &Resident) -> Vec<(String, Shown)> {
        let mut all = Vec::new();
        for room in resident.client.joined_rooms() {
            let is_direct = room.name().is_none();
            let name = match is_direct {
                true => self.hamlet.typed.lock().unwrap().get(&resident.name).cloned().unwrap_or_default(),
                false => room.name().unwrap_or_default(),
            };
            let messages = self.shown(resident, &room).await;
            let asked: BTreeMap<String, String> =
                messages.iter().filter_map(|m| Some((m.id.clone(), m.author.clone()?))).collect();
            for message in
                messages.iter().filter(|m| m.is_there() || messages.iter().any(|r| r.thread.as_ref() == Some(&m.id)))
            {
                // What is said to somebody, and does not answer them.
                let told = is_direct && !message.is_notice && message.author.is_none();
                let only = match message {
                    _ if told => None,
                    m if is_direct => m.author.clone().or(Some(resident.name.clone())),
                    m if m.is_command => m.author.clone(),
                    m if m.is_notice => m.thread.as_ref().and_then(|root| asked.get(root)).cloned(),
                    _ => None,
                };
                let name = if told { DIRECT.to_string() } else { name.clone() };
                all.push((name, message.clone(), only));
            }
        }
        all.sort_by_key(|(_, message, _): &(String, Shown, Option<String>)| message.at);
        all.into_iter()
            .filter(|(_, _, only)| only.as_ref().is_none_or(|only| *only == resident.name))
            .map(|(name, mut message, only)| {
                message.text = message.line(only.as_deref());
                (name, message)
            })
            .collect()
    }

    fn stamp(&self, event: &str) {
        self.hamlet.proxy.stamp(event);
    }
}

#[async_trait]
impl Elsewhere for Village {
    async fn person(&self, name: &str) -> Person {
        let resident = self.resident(name).await;
        Person { id: PersonId::new(Platform::Matrix, resident.user_id.clone()), name: name.into() }
    }

    async fn says(&self, who: &str, room: &str, text: &str) {
        let (resident, found) = self.comes_to(who, room).await;
        let text = match text.strip_prefix("/incident") {
            Some(words) => {
                self.hamlet.typed.lock().unwrap().insert(who.into(), room.into());
                format!("{PREFIX}{words}")
            }
            None => text.to_string(),
        };
        let event = resident.says(&found, json!({ "msgtype": "m.text", "body": text })).await;
        self.stamp(event.as_str());
    }

    async fn replies(&self, who: &str, room: &str, to: &str, text: &str) {
        let (resident, found) = self.comes_to(who, room).await;
        let root = self.message(&resident, &found, to).await;
        let relates = json!({ "rel_type": "m.thread", "event_id": root.thread.unwrap_or(root.id) });
        let content = json!({ "msgtype": "m.text", "body": text, "m.relates_to": relates });
        self.stamp(resident.says(&found, content).await.as_str());
    }

    async fn edits(&self, who: &str, room: &str, text: &str, to: &str) {
        let (resident, found) = self.comes_to(who, room).await;
        let message = self.message(&resident, &found, text).await;
        let new = json!({ "msgtype": "m.text", "body": to });
        let relates = json!({ "rel_type": "m.replace", "event_id": message.id });
        let content =
            json!({ "msgtype": "m.text", "body": format!("* {to}"), "m.new_content": new, "m.relates_to": relates });
        self.stamp(resident.says(&found, content).await.as_str());
    }

    async fn deletes(&self, who: &str, room: &str, text: &str) {
        let (resident, found) = self.comes_to(who, room).await;
        let message = self.message(&resident, &found, text).await;
        self.stamp(resident.takes_away(&found, &message.id).await.as_str());
    }

    async fn pins(&self, who: &str, room: &str, text: &str, on: bool) {
        let (resident, found) = self.comes_to(who, room).await;
        let message = self.message(&resident, &found, text).await;
        resident.pins(&found, &message.id, on).await;
    }

    async fn puts(&self, who: &str, room: &str, text: &str, emoji: &str, on: bool) {
        let (resident, found) = self.comes_to(who, room).await;
        let message = self.message(&resident, &found, text).await;
        let event = match on {
            true => {
                let relates = json!({ "rel_type": "m.annotation", "event_id": message.id, "key": emoji });
                resident.sends(&found, "m.reaction", json!({ "m.relates_to": relates })).await
            }
            false => {
                let events = resident.reads(&found).await;
                let own = events.iter().rfind(|event| {
                    let relates = &event["content"]["m.relates_to"];
                    event["sender"] == resident.user_id.as_str()
                        && relates["event_id"] == message.id.as_str()
                        && relates["key"] == emoji
                });
                let own = own.and_then(|event| event["event_id"].as_str()).expect("an emoji of theirs");
                resident.takes_away(&found, own).await
            }
        };
        self.stamp(event.as_str());
    }

    async fn makes_private_room(&self, who: &str, name: &str) {
        let resident = self.resident(who).await;
        let bot = self.hamlet.homeserver.user_id(BOT);
        resident.makes_room(&self.hamlet.homeserver, name, false, &[&bot]).await;
    }

    async fn looks_around(&self, who: &str) -> bool {
        let open: Vec<String> = self.hamlet.proxy.rooms().into_iter().filter(|r| r.open).map(|r| r.id).collect();
        self.resident(who).await.comes_in(&open).await
    }

    async fn room(&self, who: &str, room: &str) -> String {
        let resident = self.resident(who).await;
        resident.catches_up().await;
        let shown = self.visible(&resident).await;
        let mut shown: Vec<Shown> = shown.into_iter().filter(|(name, _)| name == room).map(|(_, m)| m).collect();
        // A thread stands behind its first message.
        let places: BTreeMap<String, usize> = shown.iter().enumerate().map(|(n, m)| (m.id.clone(), n)).collect();
        shown.sort_by_key(|m| (places.get(m.thread.as_ref().unwrap_or(&m.id)).copied(), places.get(&m.id).copied()));
        shown.iter().map(|m| m.text.clone()).collect::<Vec<_>>().join("\n")
    }

    async fn sees(&self, who: &str) -> String {
        let resident = self.resident(who).await;
        resident.catches_up().await;
        let shown = self.visible(&resident).await;
        let mut read = self.hamlet.read.lock().unwrap();
        let read = read.entry(who.into()).or_default();
        let mut lines = Vec::new();
        for (room, message) in shown {
            if !read.contains(&message.id) {
                read.push(message.id);
                lines.push(format!("#{room} {}", message.text));
            }
        }
        by_room(lines)
    }

    async fn hear(&self) -> usize {
        let heard = match self.matrix.step(Duration::ZERO).await {
            Ok(heard) => heard,
            // It is tried again.
            Err(_) if self.hamlet.proxy.is_in_trouble() => 0,
            Err(why) => panic!("it hears nothing: {why}"),
        };
        heard + self.matrix.take_up_letters().await.expect("to deal with letters")
    }
}
