//! The program, as people run it, on a homeserver; and somebody who speaks with it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use matrix_sdk::Room;
use serde_json::json;

use super::requests::{Request, Requests};
use crate::support::matrix::homeserver::{Homeserver, PASSWORD};
use crate::support::matrix::resident::Resident;
use crate::support::{Place, Program};

const BOT: &str = "Firebell";
/// Who is in it hears of incidents.
pub const INCIDENTS: &str = "incidents";
pub const PIN: &str = "PUT m.room.pinned_events";
pub const SEND: &str = "PUT send/m.room.encrypted";
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(10);
/// After so long without a request nothing follows any more.
const QUIET: Duration = Duration::from_millis(500);

pub struct Town {
    pub homeserver: Homeserver,
    pub requests: Requests,
    /// Firebell's own id.
    pub bot: String,
    /// Who types all commands.
    pub ann: Resident,
    /// Those whom the plan calls to a SEV2.
    called: Vec<String>,
    /// `None`: it was killed.
    program: Option<Program>,
    place: Arc<Place>,
}

impl Town {
    /// Firebell is ready, and Ann, who has made the room for announcements, is in it with Firebell.
    pub async fn open(place: &Arc<Place>, homeserver: Homeserver, called: &[&Resident]) -> Town {
        homeserver.register(BOT).await;
        let bot = homeserver.user_id(BOT);
        let ann = Resident::arrives(&homeserver, "Ann").await;
        ann.makes_room(&homeserver, INCIDENTS, true, &[&bot]).await;
        let called = called.iter().map(|resident| resident.user_id.clone()).collect();
        let requests = Requests::open();
        let mut town = Town { homeserver, requests, bot, ann, called, program: None, place: place.clone() };
        let program = Program::start_with(place.folder(), Some(&place.url()), &town.configuration());
        town.program = Some(program);
        town.settle().await;
        town.ann.catches_up().await;
        town
    }

    fn configuration(&self) -> String {
        format!(
            "[matrix]\nhomeserver = {:?}\nuser = {:?}\npassword = {PASSWORD:?}\nannounce = {:?}\n\
             [[severity]]\nname = \"sev2\"\nlabel = \"SEV2\"\ninvite = {:?}\n",
            self.homeserver.url,
            self.bot,
            self.homeserver.alias(INCIDENTS),
            self.called.iter().map(|id| format!("matrix:{id}")).collect::<Vec<_>>(),
        )
    }

    pub fn program(&self) -> &Program {
        self.program.as_ref().expect("it runs")
    }

    pub fn kill(&mut self) {
        self.program = None;
    }

    /// It is started, and not waited for.
    pub fn starts(&mut self) {
        let (folder, url) = (self.place.folder(), self.place.url());
        self.program = Some(Program::spawn(folder, Some(&url), &self.configuration()));
    }

    /// From the start of the process until it is ready again, which nobody has spoken to meanwhile.
    pub fn restarts(&mut self) -> Duration {
        self.kill();
        let (folder, url) = (self.place.folder(), self.place.url());
        self.program.insert(Program::start_with(folder, Some(&url), &self.configuration())).started_in
    }

    pub async fn declares(&self, title: &str) {
        let room = self.ann.room(INCIDENTS).expect("the room for announcements");
        // An alias is there once on a homeserver, which other towns are on as well.
        self.types(&room, &format!("declare sev2 --anyway {title} of {}", self.homeserver.tag)).await;
    }

    pub async fn types(&self, room: &Room, words: &str) {
        self.ann.says(room, json!({ "msgtype": "m.text", "body": format!("!incident {words}") })).await;
    }

    /// The rooms with a pinned card, of those that were declared since the log counts.
    pub async fn pinned(&mut self, rooms: usize) -> Vec<String> {
        self.until("the cards are pinned", |requests| {
            let pinned = requests.iter().filter(|r| r.name == PIN).filter_map(|r| r.room.clone());
            let pinned: BTreeSet<String> = pinned.collect();
            (pinned.len() == rooms).then(|| pinned.into_iter().collect())
        })
        .await
    }

    /// Firebell has said something in each of these.
    pub async fn answered(&mut self, rooms: &[Room]) {
        self.until("all is answered", |requests| {
            let is_answered = |room: &Room| {
                requests.iter().any(|r| r.name == SEND && r.room.as_deref() == Some(room.room_id().as_str()))
            };
            rooms.iter().all(is_answered).then_some(())
        })
        .await;
    }

    /// Looks through what Firebell has asked, and was answered with success, until there is something.
    pub async fn until<T>(&mut self, what: &str, look: impl Fn(&[&Request]) -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            let requests = self.requests.read().iter().filter(|r| r.is_done_for(&self.bot));
            if let Some(found) = look(&requests.collect::<Vec<_>>()) {
                return found;
            }
            assert!(began.elapsed() < PATIENCE, "waited in vain: {what}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Until Firebell asks nothing of the homeserver any more but what happens.
    pub async fn settle(&mut self) {
        let (mut count, mut since, began) = (0, Instant::now(), Instant::now());
        while since.elapsed() < QUIET {
            assert!(began.elapsed() < PATIENCE, "there is still something to do");
            tokio::time::sleep(PAUSE).await;
            let now = self.requests.read().iter().filter(|r| r.is_of(&self.bot) && !r.is_sync()).count();
            if now > count {
                (count, since) = (now, Instant::now());
            }
        }
    }

    /// Ann accepts all invitations.
    pub async fn ann_comes_in(&self) {
        while self.ann.comes_in(&[]).await {}
    }

    pub fn room(&self, id: &str) -> Room {
        self.ann.client.joined_rooms().into_iter().find(|room| room.room_id() == id).expect("Ann is in the room")
    }
}
