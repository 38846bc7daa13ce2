//! The side of a world that is Slack: the tests' own workspace, and Firebell in it, reached by signed requests as Slack
//! reaches it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use firebell::chat::slack::{Membership, Setup, Slack, Tools};
use firebell::desk::Desk;
use firebell::plan::{Person, PersonId, Plan, Platform};
use firebell::ports::{Clock, Ledger};
use firebell::store::{Db, MailStore, Store};
use firebell::web::hook_routes;

use super::elsewhere::{DIRECT, Elsewhere, by_room};
use super::ground::TestClock;
use super::world::Between;
use crate::slack::{BOT_USER, Message, Workspace, shown};

pub struct Town {
    pub workspace: Workspace,
    pub slack: Arc<Slack>,
    /// Where Firebell listens.
    url: String,
    /// What each reader has seen, by channel and `ts`.
    read: Arc<Mutex<BTreeMap<String, Vec<String>>>>,
}

impl Town {
    pub async fn workspace(clock: Arc<TestClock>) -> Workspace {
        let workspace = Workspace::start(move || clock.now()).await;
        workspace.channel("general");
        workspace.channel("incidents");
        workspace
    }

    pub fn setup(workspace: &Workspace) -> Setup {
        Setup {
            api_url: workspace.api_url(),
            command: "/incident".into(),
            memberships: vec![Membership {
                bot_token: workspace.bot_token().into(),
                app_token: Some(workspace.app_token().into()),
                signing_secret: Some(workspace.signing_secret().into()),
            }],
        }
    }

    pub fn slack(setup: &Setup, db: &Db, clock: Arc<dyn Clock>, plan: &Plan, between: &dyn Between) -> Arc<Slack> {
        let tools = Tools {
            mailbox: between.mailbox(Arc::new(MailStore::new(db.clone()))),
            ledger: Arc::new(Store::new(db.clone())) as Arc<dyn Ledger>,
            clock,
            plan: Arc::new(plan.clone()),
        };
        Slack::new(setup, tools).expect("root certificates")
    }

    /// Firebell takes requests from now on.
    pub async fn open(workspace: Workspace, slack: Arc<Slack>, desk: &Desk) -> Town {
        slack.hand_to(Arc::new(desk.clone()));
        slack.take_up(false).await.expect("to take up");
        let url = serve(slack.clone()).await;
        Town { workspace, slack, url, read: Arc::default() }
    }

    /// The same workspace after Firebell was started again.
    pub async fn again(&self, slack: Arc<Slack>, desk: &Desk) -> Town {
        let read = self.read.clone();
        Town { read, ..Town::open(self.workspace.clone(), slack, desk).await }
    }

    fn someone(&self, name: &str) -> Person {
        let id = self.workspace.person(name);
        // What was there before they came is not news.
        let is_new = !self.read.lock().unwrap().contains_key(name);
        if is_new {
            self.workspace.joins(name, "general");
            self.workspace.joins(name, "incidents");
            let seen = self.visible(name).into_iter().map(|(_, message)| key(&message)).collect();
            self.read.lock().unwrap().insert(name.into(), seen);
        }
        Person { id: PersonId::new(Platform::Slack, id), name: name.into() }
    }

    /// The message of this room that begins with this text, threads included.
    pub fn message(&self, who: &str, room: &str, text: &str) -> Message {
        let channel = self.workspace.channel_named(room).unwrap_or_else(|| panic!("there is no #{room}"));
        let mut found = self.visible(who);
        found.retain(|(id, message)| *id == channel.name && words(&self.workspace, message).starts_with(text));
        let found = found.pop().map(|(_, message)| message);
        found.unwrap_or_else(|| panic!("{who} sees no message in #{room} that begins with {text:?}"))
    }

    /// What is said in a channel's own messages, such as who joined, is Slack's business.
    fn visible(&self, who: &str) -> Vec<(String, Message)> {
        let id = self.workspace.person(who);
        let mut all = Vec::new();
        for name in self.workspace.channel_names() {
            let Some(channel) = self.workspace.channel_named(&name) else { continue };
            if channel.private && !channel.members.iter().any(|m| m == who) {
                continue;
            }
            for message in self.workspace.messages(&name) {
                let own = message.ephemeral_for.as_ref().is_none_or(|only| *only == id);
                let said = matches!(message.subtype, None | Some("me_message" | "file_share" | "bot_message"));
                if own && said && (!message.deleted || has_replies(&self.workspace, &name, &message)) {
                    all.push((name.clone(), message));
                }
            }
        }
        let direct = self.workspace.direct_messages(who).into_iter().filter(|m| m.author == BOT_USER);
        all.extend(direct.map(|message| (DIRECT.to_string(), message)));
        all
    }

    pub fn url(&self) -> &str {
        &self.url
    }
}

#[async_trait]
impl Elsewhere for Town {
    async fn person(&self, name: &str) -> Person {
        self.someone(name)
    }

    async fn says(&self, who: &str, room: &str, text: &str) {
        self.someone(who);
        match text.starts_with('/') {
            true => self.workspace.types(who, room, text),
            false => drop(self.workspace.says(who, room, text)),
        }
    }

    async fn replies(&self, who: &str, room: &str, to: &str, text: &str) {
        let root = self.message(who, room, to).ts;
        self.workspace.replies(who, room, &root, text, false);
    }

    async fn edits(&self, who: &str, room: &str, text: &str, to: &str) {
        self.workspace.edits(who, room, &self.message(who, room, text).ts, to);
    }

    async fn deletes(&self, who: &str, room: &str, text: &str) {
        self.workspace.deletes(who, room, &self.message(who, room, text).ts);
    }

    async fn pins(&self, who: &str, room: &str, text: &str, on: bool) {
        let ts = self.message(who, room, text).ts;
        match on {
            true => self.workspace.pins(who, room, &ts),
            false => self.workspace.unpins(who, room, &ts),
        }
    }

    async fn puts(&self, who: &str, room: &str, text: &str, emoji: &str, on: bool) {
        let ts = self.message(who, room, text).ts;
        let name = shown::emoji_name(emoji);
        match on {
            true => self.workspace.reacts(who, room, &ts, name),
            false => self.workspace.unreacts(who, room, &ts, name),
        }
    }

    async fn makes_private_room(&self, who: &str, name: &str) {
        self.someone(who);
        self.workspace.private_channel(name, &[who, "Firebell"]);
    }

    /// In the order in which people read it: a thread stands behind its first message.
    async fn room(&self, who: &str, room: &str) -> String {
        self.someone(who);
        let mut messages: Vec<Message> =
            self.visible(who).into_iter().filter(|(name, _)| name == room).map(|(_, message)| message).collect();
        messages.sort_by_key(|m| (m.thread_ts.clone().unwrap_or_else(|| m.ts.clone()), m.ts.clone()));
        messages.iter().map(|m| shown::line(&self.workspace, m)).collect::<Vec<_>>().join("\n")
    }

    async fn sees(&self, who: &str) -> String {
        self.someone(who);
        let mut lines = Vec::new();
        let mut read = self.read.lock().unwrap();
        let read = read.entry(who.into()).or_default();
        for (name, message) in self.visible(who) {
            if !read.contains(&key(&message)) {
                read.push(key(&message));
                lines.push(format!("#{name} {}", shown::line(&self.workspace, &message)));
            }
        }
        by_room(lines)
    }

    /// What people did is delivered, and taken in.
    async fn hear(&self) -> usize {
        let delivered = self.workspace.deliver(&self.url).await;
        self.slack.quiet().await;
        delivered + self.slack.take_in().await.expect("to take in")
    }
}

async fn serve(slack: Arc<Slack>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let routes = hook_routes(slack);
    tokio::spawn(async move { firebell::web::serve(listener, routes, std::future::pending()).await });
    url
}

fn key(message: &Message) -> String {
    format!("{}/{}/{:?}", message.channel, message.ts, message.ephemeral_for)
}

fn words(workspace: &Workspace, message: &Message) -> String {
    let line = shown::line(workspace, message);
    line.split_once(": ").map(|(_, words)| words.replace("\n    ", "\n")).unwrap_or_default()
}

fn has_replies(workspace: &Workspace, channel: &str, message: &Message) -> bool {
    workspace.messages(channel).iter().any(|m| m.thread_ts.as_ref() == Some(&message.ts) && !m.deleted)
}
