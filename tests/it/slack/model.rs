//! A workspace as plain data: who is there, what was said where. It knows nothing of HTTP.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::delivery::Queue;

pub const TEAM: &str = "T0TEST";
pub const OTHER_TEAM: &str = "T0OTHER";
pub const APP: &str = "A0TEST";
/// The bot as it is a user, and as it is a bot.
pub const BOT_USER: &str = "UBOT00001";
pub const BOT_ID: &str = "BBOT00001";
pub const BOT_NAME: &str = "Firebell";

pub struct Model {
    /// Where this workspace is served, for the addresses in what it sends.
    pub base: String,
    pub people: Vec<Person>,
    pub conversations: Vec<Conversation>,
    pub groups: Vec<Group>,
    /// By user.
    pub screens: BTreeMap<String, Screen>,
    pub triggers: HashMap<String, Trigger>,
    pub response_urls: HashMap<String, ResponseUrl>,
    pub queue: Queue,
    now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    /// Microseconds.
    last_ts: i64,
    last_id: u32,
}

#[derive(Clone, Debug)]
pub struct Person {
    pub id: String,
    pub team: &'static str,
    pub name: String,
    pub handle: String,
    /// IANA name, and seconds east of UTC.
    pub zone: (String, i32),
    pub deleted: bool,
}

#[derive(Clone, Debug)]
pub struct Group {
    pub id: String,
    pub handle: String,
    pub members: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Public,
    Private,
    Direct,
}

/// A channel, public or private, or a direct conversation with the bot.
#[derive(Clone, Debug)]
pub struct Conversation {
    pub id: String,
    pub kind: Kind,
    pub name: String,
    pub created: i64,
    pub creator: String,
    pub archived: bool,
    pub topic: String,
    pub purpose: String,
    /// User ids, in the order in which they came.
    pub members: Vec<String>,
    /// In the order of their `ts`.
    pub messages: Vec<Message>,
    pub pins: Vec<Pin>,
    pub bookmarks: Vec<Bookmark>,
}

#[derive(Clone, Debug)]
pub struct Pin {
    pub ts: String,
    pub by: String,
    pub at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bookmark {
    pub id: String,
    pub title: String,
    pub link: String,
    pub emoji: String,
    pub created: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    pub name: String,
    pub users: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Message {
    pub ts: String,
    pub channel: String,
    /// A user's id; of another bot's message its bot id.
    pub author: String,
    /// The name that another bot goes by.
    pub bot_name: Option<String>,
    /// As Slack keeps it: `&<>` escaped, mentions as `<@U…>`.
    pub text: String,
    pub blocks: Vec<Value>,
    pub thread_ts: Option<String>,
    /// A reply that is shown in the channel, too.
    pub broadcast: bool,
    pub subtype: Option<&'static str>,
    /// Who edited it last, and the `ts` of that.
    pub edited: Option<(String, String)>,
    pub deleted: bool,
    pub reactions: Vec<Reaction>,
    pub pinned: bool,
    pub ephemeral_for: Option<String>,
    pub metadata: Option<Value>,
    pub files: Vec<Value>,
    /// What only this subtype has: `topic`, `old_name`.
    pub extra: Map<String, Value>,
}

/// What somebody has before them, beside the channels.
#[derive(Clone, Debug, Default)]
pub struct Screen {
    /// The last is on top.
    pub modals: Vec<Value>,
    pub errors: BTreeMap<String, String>,
    pub home: Option<Value>,
}

pub struct Trigger {
    pub user: String,
    /// Its three seconds run from when the app could first have it.
    pub sent: Option<Instant>,
    pub used: bool,
}

pub struct ResponseUrl {
    pub channel: String,
    pub user: String,
    /// The message whose button was pressed.
    pub original: Option<String>,
    pub made: DateTime<Utc>,
    pub uses: u32,
}

impl Model {
    pub fn new(base: String, now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>) -> Self {
        let bot = Person {
            id: BOT_USER.into(),
            team: TEAM,
            name: BOT_NAME.into(),
            handle: BOT_NAME.to_lowercase(),
            zone: ("UTC".into(), 0),
            deleted: false,
        };
        Model {
            base,
            people: vec![bot],
            conversations: Vec::new(),
            groups: Vec::new(),
            screens: BTreeMap::new(),
            triggers: HashMap::new(),
            response_urls: HashMap::new(),
            queue: Queue::default(),
            now,
            last_ts: 0,
            last_id: 0,
        }
    }

    pub fn now(&self) -> DateTime<Utc> {
        (self.now)()
    }

    /// Later than every one before, also while the clock stands still.
    pub fn next_ts(&mut self) -> String {
        self.last_ts = self.now().timestamp_micros().max(self.last_ts + 1);
        format!("{}.{:06}", self.last_ts / 1_000_000, self.last_ts % 1_000_000)
    }

    /// An id in Slack's letters that says what it is of: `U0ANN00003`.
    pub fn next_id(&mut self, prefix: &str, of: &str) -> String {
        self.last_id += 1;
        let letters: String = of.to_uppercase().chars().filter(char::is_ascii_alphanumeric).take(6).collect();
        format!("{prefix}0{letters}{:05}", self.last_id)
    }

    // --- People -------------------------------------------------------------------------------------------------------

    pub fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|p| p.id == id)
    }

    pub fn person_named(&self, name: &str) -> Option<&Person> {
        self.people.iter().find(|p| p.name == name)
    }

    /// The id of whoever has this name; they are new here if nobody has it.
    pub fn meet(&mut self, name: &str, team: &'static str) -> String {
        if let Some(person) = self.person_named(name) {
            return person.id.clone();
        }
        let id = self.next_id("U", name);
        let (name, handle) = (name.to_string(), name.to_lowercase().replace(' ', "."));
        let zone = ("UTC".to_string(), 0);
        self.people.push(Person { id: id.clone(), team, name, handle, zone, deleted: false });
        id
    }

    // --- Conversations ------------------------------------------------------------------------------------------------

    pub fn conversation(&self, id: &str) -> Option<&Conversation> {
        self.conversations.iter().rev().find(|c| c.id == id)
    }

    pub fn conversation_mut(&mut self, id: &str) -> Option<&mut Conversation> {
        self.conversations.iter_mut().rev().find(|c| c.id == id)
    }

    pub fn conversation_named(&self, name: &str) -> Option<&Conversation> {
        self.conversations.iter().find(|c| c.kind != Kind::Direct && c.name == name)
    }

    pub fn make(&mut self, name: &str, kind: Kind, members: Vec<String>) -> String {
        let prefix = if kind == Kind::Direct { "D" } else { "C" };
        let id = self.next_id(prefix, name);
        self.conversations.push(Conversation {
            id: id.clone(),
            kind,
            name: name.into(),
            created: self.now().timestamp(),
            creator: members.first().cloned().unwrap_or_else(|| BOT_USER.into()),
            archived: false,
            topic: String::new(),
            purpose: String::new(),
            members,
            messages: Vec::new(),
            pins: Vec::new(),
            bookmarks: Vec::new(),
        });
        id
    }

    /// The direct conversation of this user with the bot.
    pub fn direct(&mut self, user: &str) -> String {
        let is_theirs = |c: &&Conversation| c.kind == Kind::Direct && c.has(user);
        match self.conversations.iter().find(is_theirs) {
            Some(found) => found.id.clone(),
            None => self.make(user, Kind::Direct, vec![BOT_USER.into(), user.into()]),
        }
    }

    pub fn message(&self, channel: &str, ts: &str) -> Option<&Message> {
        self.conversation(channel)?.message(ts)
    }

    pub fn message_mut(&mut self, channel: &str, ts: &str) -> Option<&mut Message> {
        let conversation = self.conversation_mut(channel)?;
        let at = conversation.place(ts)?;
        conversation.messages.get_mut(at)
    }

    // --- Addresses that an app may use for a while -------------------------------------------------------------------

    pub fn new_trigger(&mut self, user: &str) -> String {
        let id = format!("{}.{}", self.next_ts(), self.triggers.len());
        self.triggers.insert(id.clone(), Trigger { user: user.into(), sent: None, used: false });
        id
    }

    pub fn new_response_url(&mut self, channel: &str, user: &str, original: Option<&str>) -> String {
        let key = self.next_id("R", "");
        let (made, original) = (self.now(), original.map(str::to_string));
        let url = ResponseUrl { channel: channel.into(), user: user.into(), original, made, uses: 0 };
        self.response_urls.insert(key.clone(), url);
        format!("{}/response/{key}", self.base)
    }
}

impl Conversation {
    pub fn has(&self, user: &str) -> bool {
        self.members.iter().any(|m| m == user)
    }

    pub fn has_bot(&self) -> bool {
        self.has(BOT_USER)
    }

    fn place(&self, ts: &str) -> Option<usize> {
        self.messages.binary_search_by(|m| m.ts.as_str().cmp(ts)).ok()
    }

    pub fn message(&self, ts: &str) -> Option<&Message> {
        self.messages.get(self.place(ts)?)
    }

    /// What anybody in it can find; deleted ones and what one person alone was shown are not found.
    pub fn findable(&self, ts: &str) -> Option<&Message> {
        self.message(ts).filter(|m| !m.deleted && m.ephemeral_for.is_none())
    }

    pub fn replies(&self, ts: &str) -> impl Iterator<Item = &Message> {
        self.messages.iter().filter(move |m| {
            m.thread_ts.as_deref() == Some(ts) && m.ts != ts && !m.deleted && m.ephemeral_for.is_none()
        })
    }
}
