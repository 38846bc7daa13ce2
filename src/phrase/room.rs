//! What a room shows beside its messages, and what somebody is told when the room is lost.

use super::{Doc, Span, Style, strong, text};
use crate::incident::{Event, Incident, Loss, Recorded};
use crate::plan::{Plan, Room, RoomId};

/// What the room is for, and its links: the incident's page, the service's links, what people have added.
pub fn furniture(incident: &Incident, plan: &Plan, style: &Style) -> (String, Vec<(String, String)>) {
    let purpose = format!("{}: {}", incident.key(), incident.title);
    let mut links = vec![("Timeline".to_string(), style.incident_page(incident.number))];
    let service = incident.service.as_deref().and_then(|s| plan.service(s));
    links.extend(service.map(|s| s.links.clone()).unwrap_or_default());
    let added = incident.links.iter().map(|l| (l.label.clone().unwrap_or_else(|| l.url.clone()), l.url.clone()));
    links.extend(added);
    (purpose, links)
}

/// To the one in command: nothing is heard in the room any more, and what mends it.
pub fn lost(fact: &Recorded, incident: &Incident, room: &RoomId) -> Doc {
    let by = fact.by.person().map(|p| format!(" by {}", p.name)).unwrap_or_default();
    let why = match &fact.event {
        Event::RoomLost { why, .. } => *why,
        _ => Loss::Removed,
    };
    let name = Span::Room(Room { id: room.clone(), name: incident.room_name(room).into() });
    let (what, mend) = match why {
        Loss::Archived => (format!(" was archived{by}"), "Unarchive it and I read what was said meanwhile."),
        Loss::Removed => (format!(": I was removed{by}"), "Invite me back into it and I read what was said meanwhile."),
        Loss::Deleted => (format!(" was deleted{by}"), "What was said there until then is on the record."),
    };
    Doc::new()
        .line([strong(incident.key()), text(" is open, but its room "), name, text(format!("{what}."))])
        .line([text("I hear nothing there and say nothing there. "), text(mend)])
}
