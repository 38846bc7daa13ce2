//! A small world to hold a conversation in: a database, the local chat with people in it, Firebell, and a clock that
//! only moves when told.

mod deeds;
mod views;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use firebell::chat::local::{self, Listener, Local};
#[cfg(feature = "slack")]
use firebell::chat::slack::Setup;
use firebell::desk::{Desk, Tools};
use firebell::phrase::AnnouncementWords;
use firebell::plan::{Person, Plan, Platform, RoomId};
use firebell::ports::{Chat, Clock, Inbound, Journal, Ledger, LocalBook, Mailbox, Notes};
use firebell::postmortem::Template;
use firebell::store::{Db, LocalStore, MailStore, NoteStore, Store};

use super::elsewhere::Elsewhere;
use super::ground::{Ground, TestClock};
use super::post::Post;
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
    /// What arrives outside of chats.
    pub post: Arc<Post>,
    /// Where people talk, if it is not the local chat.
    elsewhere: Option<Arc<dyn Elsewhere>>,
    #[cfg(feature = "slack")]
    town: Option<Arc<Town>>,
    #[cfg(feature = "matrix")]
    village: Option<Arc<Village>>,
    db: Db,
    /// As the story made it.
    plan: Plan,
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
        owner: None,
        escalation: None,
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
        let own = plan.clone();
        let db = Db::open(&ground.url()).await.expect("a database");
        let clock = TestClock::new();
        let store = Store::new(db.clone());
        let firebell = open(&db, &store, clock.clone(), plan, between, Vec::new()).await;
        World::of(ground, clock, db, store, firebell, own)
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
        let own = plan.clone();
        let (there, elsewhere) = (in_slack(&plan.announcements), hamlet.makes_rooms(&plan).await);
        for more in [there, elsewhere] {
            plan.announcements.default_rooms.extend(more.default_rooms);
        }
        let db = Db::open(&ground.url()).await.expect("a database");
        let store = Store::new(db.clone());
        let slack = Town::slack(&Town::setup(&workspace), &db, clock.clone(), &plan, &());
        let matrix = hamlet.firebell(&db, clock.clone(), &plan, &());
        let others: Vec<Arc<dyn Chat>> = vec![slack.clone(), matrix.clone()];
        let firebell = open(&db, &store, clock.clone(), plan, &(), others).await;
        let town = Arc::new(Town::open(workspace, slack, &firebell.desk).await);
        let village = Arc::new(Village::open(hamlet, matrix, &firebell.desk).await);
        World { town: Some(town), village: Some(village), ..World::of(ground, clock, db, store, firebell, own) }
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
        let own = plan.clone();
        plan.announcements = in_slack(&plan.announcements);
        for room in &plan.announcements.default_rooms {
            workspace.channel(room.id.trim_start_matches('#'));
        }
        let db = Db::open(&ground.url()).await.expect("a database");
        let store = Store::new(db.clone());
        let slack = Town::slack(&setup, &db, clock.clone(), &plan, between);
        let firebell = open(&db, &store, clock.clone(), plan, between, vec![slack.clone()]).await;
        let town = Arc::new(Town::open(workspace, slack, &firebell.desk).await);
        World { elsewhere: Some(town.clone()), town: Some(town), ..World::of(ground, clock, db, store, firebell, own) }
    }

    fn of(
        ground: Ground,
        clock: Arc<TestClock>,
        db: Db,
        store: Store,
        Firebell { chat, desk, post }: Firebell,
        plan: Plan,
    ) -> World {
        World {
            clock,
            store,
            chat,
            desk,
            post,
            elsewhere: None,
            #[cfg(feature = "slack")]
            town: None,
            #[cfg(feature = "matrix")]
            village: None,
            db,
            plan,
            people: Mutex::default(),
            read: Mutex::default(),
            acts: Mutex::new(0),
            heard: Mutex::default(),
            ground,
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

    /// A world in which people talk in Matrix.
    #[cfg(feature = "matrix")]
    pub async fn in_matrix(
        ground: Ground,
        clock: Arc<TestClock>,
        hamlet: Arc<Hamlet>,
        mut plan: Plan,
        between: &dyn Between,
    ) -> World {
        let own = plan.clone();
        plan.announcements = hamlet.makes_rooms(&plan).await;
        let db = Db::open(&ground.url()).await.expect("a database");
        let store = Store::new(db.clone());
        let matrix = hamlet.firebell(&db, clock.clone(), &plan, between);
        let firebell = open(&db, &store, clock.clone(), plan, between, vec![matrix.clone()]).await;
        let village = Arc::new(Village::open(hamlet, matrix, &firebell.desk).await);
        World {
            elsewhere: Some(village.clone()),
            village: Some(village),
            ..World::of(ground, clock, db, store, firebell, own)
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

    pub async fn later(&self, by: TimeDelta) {
        self.clock.forward(by);
        self.settle().await;
    }

    /// The same Firebell after a restart: nothing is kept but the database, and on Matrix the device.
    pub async fn restarted(self) -> World {
        let World { clock, ground, people, read, acts, heard, db, desk, chat, store, elsewhere, plan: own, .. } = self;
        drop((desk, chat, store, elsewhere));
        db.close().await;
        let db = Db::open(&ground.url()).await.expect("a database");
        let store = Store::new(db.clone());
        #[cfg(feature = "slack")]
        if let Some(before) = &self.town {
            let mut plan = own.clone();
            plan.announcements = in_slack(&plan.announcements);
            let slack = Town::slack(&Town::setup(&before.workspace), &db, clock.clone(), &plan, &());
            let firebell = open(&db, &store, clock.clone(), plan, &(), vec![slack.clone()]).await;
            let town = Arc::new(before.again(slack, &firebell.desk).await);
            let world = World::of(ground, clock, db, store, firebell, own);
            return World { elsewhere: Some(town.clone()), town: Some(town), people, read, acts, heard, ..world };
        }
        #[cfg(feature = "matrix")]
        if let Some(before) = self.village {
            let mut plan = own.clone();
            let hamlet = before.leaves();
            plan.announcements = hamlet.makes_rooms(&plan).await;
            let matrix = hamlet.firebell(&db, clock.clone(), &plan, &());
            let firebell = open(&db, &store, clock.clone(), plan, &(), vec![matrix.clone()]).await;
            let village = Arc::new(Village::open(hamlet, matrix, &firebell.desk).await);
            let world = World::of(ground, clock, db, store, firebell, own);
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
        let firebell = open(&db, &store, clock.clone(), own.clone(), &(), Vec::new()).await;
        World { people, read, acts, heard, ..World::of(ground, clock, db, store, firebell, own) }
    }

    /// At the end of a story: the log is whole, and everything that is shown follows from it.
    pub async fn ends(self) {
        self.settle().await;
        let verified = self.store.verify().await.expect("to verify");
        assert_eq!(verified.differences, Vec::<String>::new());
        self.db.close().await;
    }
}

/// Firebell itself, as it stands in a world.
struct Firebell {
    chat: Arc<Local>,
    desk: Desk,
    post: Arc<Post>,
}

async fn open(
    db: &Db,
    store: &Store,
    clock: Arc<TestClock>,
    plan: Plan,
    between: &dyn Between,
    others: Vec<Arc<dyn Chat>>,
) -> Firebell {
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
    let post = Arc::new(Post::default());
    let desk = Desk::open(Tools {
        journal: between.journal(Arc::new(store.clone())),
        ledger: Arc::new(store.clone()),
        clock,
        chats: std::iter::once(chat.clone() as Arc<dyn Chat>).chain(others).map(|c| between.chat(c)).collect(),
        outlets: post.outlets(),
        calendars: Arc::new(BTreeMap::new()),
        plan: Arc::new(plan),
        words: AnnouncementWords::new(Vec::new()).expect("templates"),
        template: Arc::new(Template::built_in().expect("a template")),
        prefixes: Platform::ALL.map(|platform| (platform, "/incident".to_string())).into(),
        pages: "http://firebell.test".into(),
        key: [7; 32],
    });
    desk.take_up().await.expect("to take up");
    desk.watch_shifts().await.expect("to look who is on call");
    desk.watch_reviews().await.expect("to look what is to be reviewed");
    Firebell { chat, desk, post }
}

/// The same announcements, in the Slack channels of the same names.
#[cfg(feature = "slack")]
fn in_slack(announcements: &firebell::plan::Announcements) -> firebell::plan::Announcements {
    super::elsewhere::moved(announcements, &|room| RoomId::new(Platform::Slack, format!("#{room}")))
}

pub fn room_id(name: &str) -> RoomId {
    RoomId::new(Platform::Local, name)
}
