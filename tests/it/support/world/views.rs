//! What people see, and what Firebell has on record.

use std::collections::BTreeMap;

use firebell::plan::{Person, RoomId};
use firebell::ports::{Inbound, Ledger, LocalChat, LocalMessage, Slice};
#[cfg(feature = "slack")]
use sqlx::{Connection, PgConnection, SqliteConnection};

use super::World;
use crate::support::elsewhere::by_room;

impl World {
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

    /// What was heard since this was last asked.
    pub fn take_heard(&self) -> Vec<Inbound> {
        std::mem::take(&mut *self.heard.lock().unwrap())
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

    /// What the public reads of it.
    pub async fn public(&self, number: i64) -> String {
        let incident = self.store.incident(number).await.expect("to read").expect("an incident");
        let Some(public) = incident.public else { return "nothing".into() };
        let line = |u: &firebell::incident::PublicUpdate| {
            format!("{} {}: {}", u.at.format("%H:%M"), u.status.as_str(), u.text).trim_end().to_string()
        };
        std::iter::once(public.title.clone()).chain(public.updates.iter().map(line)).collect::<Vec<_>>().join("\n")
    }

    pub async fn transcript(&self, number: i64) -> String {
        let messages = self.store.transcript(number, 0, 10_000).await.expect("to read");
        messages.iter().map(|m| format!("{}: {}", m.author.name, m.text)).collect::<Vec<_>>().join("\n")
    }
}

/// Messages have other addresses in each chat.
fn plain_addresses(text: &str) -> String {
    let address = regex::Regex::new(
        r"http://firebell\.test/chat#[^\s)]+|https://test\.slack\.com/[^\s)]+|https://matrix\.to/[^\s)]+",
    );
    address.expect("a pattern").replace_all(text, "its address").into_owned()
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
