//! Which rooms hear of which incidents.

use super::{RoomId, SeverityKey};

/// The routes, and the rooms that hear of everything that is not private.
#[derive(Clone, Debug, Default)]
pub struct Announcements {
    /// Each chat's `announce` rooms; used for an incident that no route matches.
    pub default_rooms: Vec<RoomId>,
    pub routes: Vec<Route>,
}

/// Sends the incidents that it matches to its rooms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Empty: every severity.
    pub severities: Vec<SeverityKey>,
    /// Empty: every service, and none.
    pub services: Vec<String>,
    /// Whether it takes private incidents; a route takes either these or the others, never both.
    pub private: bool,
    pub rooms: Vec<RoomId>,
}

impl Announcements {
    /// The rooms to tell, in the order of the configuration, without repeats. A private incident is told
    /// only where a route says `private = true`.
    pub fn rooms(&self, severity: &str, service: Option<&str>, private: bool) -> Vec<RoomId> {
        let matching: Vec<&Route> = self.routes.iter().filter(|r| r.matches(severity, service, private)).collect();
        let chosen: Vec<&RoomId> = match matching.is_empty() {
            true if private => Vec::new(),
            true => self.default_rooms.iter().collect(),
            false => matching.iter().flat_map(|r| &r.rooms).collect(),
        };
        let mut rooms: Vec<RoomId> = Vec::new();
        for room in chosen {
            if !rooms.contains(room) {
                rooms.push(room.clone());
            }
        }
        rooms
    }
}

impl Route {
    fn matches(&self, severity: &str, service: Option<&str>, private: bool) -> bool {
        self.private == private
            && (self.severities.is_empty() || self.severities.iter().any(|s| s == severity))
            && (self.services.is_empty() || self.services.iter().any(|s| Some(s.as_str()) == service))
    }
}
