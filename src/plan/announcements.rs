//! Who hears of which incidents, and of what about them.

use chrono::TimeDelta;

use super::{Quiet, RoomId, SeverityKey, Target};

/// The routes, and the rooms that hear of everything that is not private.
#[derive(Clone, Debug, Default)]
pub struct Announcements {
    /// Each chat's `announce` rooms; used for an incident that no route with rooms matches.
    pub default_rooms: Vec<RoomId>,
    pub routes: Vec<Route>,
}

/// An audience: tells the incidents that it matches to its rooms and its people.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route {
    /// Empty: every severity.
    pub severities: Vec<SeverityKey>,
    /// Empty: every service, and none.
    pub services: Vec<String>,
    /// Whether it takes private incidents; a route takes either these or the others, never both.
    pub private: bool,
    /// What of an incident it tells; empty: everything.
    pub kinds: Vec<NewsKind>,
    pub rooms: Vec<RoomId>,
    /// Who is told outside of rooms.
    pub people: Vec<Target>,
    /// How often an update is due for it while the incident goes on; `None`: it waits for none.
    pub update_every: Option<TimeDelta>,
    /// When its people are left in peace, and told afterwards how it stands.
    pub quiet: Quiet,
    /// What its own templates' names begin with; `None`: those of everybody.
    pub template: Option<String>,
}

/// What is told of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NewsKind {
    Declared,
    Severity,
    Status,
    Update,
    Commander,
    Title,
    Merged,
}

impl NewsKind {
    pub const ALL: [NewsKind; 7] = [
        NewsKind::Declared,
        NewsKind::Severity,
        NewsKind::Status,
        NewsKind::Update,
        NewsKind::Commander,
        NewsKind::Title,
        NewsKind::Merged,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            NewsKind::Declared => "declared",
            NewsKind::Severity => "severity",
            NewsKind::Status => "status",
            NewsKind::Update => "update",
            NewsKind::Commander => "commander",
            NewsKind::Title => "title",
            NewsKind::Merged => "merged",
        }
    }
}

/// What decides who hears of an incident.
#[derive(Clone, Copy, Debug)]
pub struct Matter<'a> {
    pub severity: &'a str,
    pub service: Option<&'a str>,
    pub private: bool,
}

/// The files of an audience's templates: the announcement, what is added to its thread, and what people are told in
/// person. `None`: everybody's, `announcement.txt` and so on.
pub fn template_files(audience: Option<&str>) -> [String; 3] {
    ["", "_change", "_news"].map(|kind| format!("{}{kind}.txt", audience.unwrap_or("announcement")))
}

impl Announcements {
    pub(super) fn matching<'a>(&'a self, matter: Matter<'a>) -> impl Iterator<Item = &'a Route> {
        self.routes.iter().filter(move |route| route.matches(matter))
    }

    /// The rooms to tell, in the order of the configuration, without repeats. A private incident is told
    /// only where a route says `private = true`.
    pub fn rooms(&self, matter: Matter<'_>) -> Vec<RoomId> {
        let routed: Vec<&RoomId> = self.matching(matter).flat_map(|r| &r.rooms).collect();
        let chosen = match routed.is_empty() {
            true if matter.private => Vec::new(),
            true => self.default_rooms.iter().collect(),
            false => routed,
        };
        let mut rooms: Vec<RoomId> = Vec::new();
        for room in chosen {
            if !rooms.contains(room) {
                rooms.push(room.clone());
            }
        }
        rooms
    }

    /// Whether the room is told news of this kind beside the announcement itself.
    pub fn room_hears(&self, room: &RoomId, kind: NewsKind, matter: Matter<'_>) -> bool {
        let mut routes = self.matching(matter).filter(|r| r.rooms.contains(room)).peekable();
        // Where no route leads any more it was announced once, and goes on.
        routes.peek().is_none() || routes.any(|r| r.tells(kind))
    }

    /// The templates of the first route that leads there.
    pub fn template_of(&self, room: &RoomId, matter: Matter<'_>) -> Option<&str> {
        self.routes.iter().find(|r| r.matches(matter) && r.rooms.contains(room))?.template.as_deref()
    }

    /// The routes by which people are told news of this kind outside of rooms.
    pub fn telling<'a>(&'a self, kind: NewsKind, matter: Matter<'a>) -> impl Iterator<Item = &'a Route> {
        self.matching(matter).filter(move |route| !route.people.is_empty() && route.tells(kind))
    }
}

impl Route {
    fn matches(&self, matter: Matter<'_>) -> bool {
        self.private == matter.private
            && (self.severities.is_empty() || self.severities.iter().any(|s| s == matter.severity))
            && (self.services.is_empty() || self.services.iter().any(|s| Some(s.as_str()) == matter.service))
    }

    fn tells(&self, kind: NewsKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}
