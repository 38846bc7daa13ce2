//! What of an incident is told to those outside its room.

use super::{Event, Incident, Recorded, Restore};
use crate::plan::{COMMANDER, Matter, NewsKind, Plan, SeverityKey};

/// What kind of news an event is; `None`: it is the room's own business.
pub fn news(fact: &Recorded, incident: &Incident) -> Option<NewsKind> {
    match &fact.event {
        // It is told once there is a place to go to.
        Event::RoomOpened { .. } if incident.rooms.len() == 1 => Some(NewsKind::Declared),
        Event::SeverityChanged { .. } => Some(NewsKind::Severity),
        Event::StatusChanged { .. } => Some(NewsKind::Status),
        Event::Updated { .. } => Some(NewsKind::Update),
        Event::RoleChanged { role, .. } if role == COMMANDER => Some(NewsKind::Commander),
        Event::Renamed { .. } => Some(NewsKind::Title),
        Event::Merged { .. } => Some(NewsKind::Merged),
        Event::TakenBack { restore, .. } => match restore {
            Restore::Severity { .. } => Some(NewsKind::Severity),
            Restore::Status { .. } => Some(NewsKind::Status),
            Restore::Update { .. } => Some(NewsKind::Update),
            Restore::Role { role, .. } if role == COMMANDER => Some(NewsKind::Commander),
            Restore::Title { .. } => Some(NewsKind::Title),
            _ => None,
        },
        _ => None,
    }
    // Before there is a room, nothing is told.
    .filter(|_| !incident.rooms.is_empty())
}

/// The severities that count: who heard of it while it was worse hears that it is not any more.
pub fn severities_told<'a>(fact: &'a Recorded, incident: &'a Incident, plan: &Plan) -> Vec<&'a SeverityKey> {
    let mut told = vec![&incident.severity];
    if let Event::SeverityChanged { from, .. } = &fact.event {
        told.push(from);
    }
    told.sort_by_key(|severity| plan.severity_rank(severity));
    told
}

impl Incident {
    /// As the routes of announcements look at it.
    pub fn matter(&self) -> Matter<'_> {
        Matter { severity: &self.severity, service: self.service.as_deref(), private: self.private }
    }
}
