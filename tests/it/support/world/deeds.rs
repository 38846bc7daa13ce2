//! What people do, in whatever chat they are in.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use firebell::plan::{Alert, Person, RoomId};
use firebell::ports::{Act, Clock, Heard, Inbound, LocalChat, SignIn};

use super::{World, room_id};

impl World {
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

    /// A monitoring system tells of something of this service; `state` is `fires` or `is over`.
    pub async fn alert(&self, title: &str, service: &str, state: &str) {
        self.tick();
        self.tell_alert(title, service, state == "fires", self.clock.now()).await;
        self.settle().await;
    }

    pub async fn tell_alert(&self, title: &str, service: &str, firing: bool, at: DateTime<Utc>) {
        let alert = Alert {
            source: "prometheus".into(),
            fingerprint: title.to_lowercase(),
            firing,
            title: title.into(),
            text: None,
            labels: BTreeMap::from([("service".to_string(), service.to_string())]),
            at,
            link: Some(format!("https://prometheus.example/{}", title.to_lowercase())),
        };
        self.desk.receive(Inbound { at, heard: Heard::Alert(alert) }).await.expect("to hear it");
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
    pub(super) fn tick(&self) {
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
    pub(super) async fn local_room(&self, who: &str, name: &str) -> RoomId {
        let person = self.person(who).await;
        let overview = self.chat.overview(&person).await.expect("an overview");
        let named = overview.rooms.iter().find(|r| r.room.name == name).map(|r| r.room.id.clone());
        named.unwrap_or_else(|| room_id(name))
    }
}
