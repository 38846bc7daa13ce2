//! Who comes and goes.

use matrix_sdk::Room;
use serde_json::Value;

use super::shape::Event;
use super::{Matrix, away, ids};
use crate::plan::Person;
use crate::ports::{Failure, Heard};

impl Matrix {
    pub(super) async fn member(&self, room: &Room, event: &Event) -> Result<Vec<Heard>, Failure> {
        let (Some(user), now) = (&event.state_key, &event.content["membership"]) else { return Ok(Vec::new()) };
        if user == self.me() {
            return Ok(Vec::new());
        }
        if now == "knock" {
            self.knocked(room.room_id().as_str(), user).await.map_err(away)?;
        }
        // Who is asked in is let in: what the room's members may, they may, whether they have come yet or not.
        let is_in = |content: &Value| ["join", "invite"].iter().any(|is| content["membership"] == *is);
        let (id, stamp) = (ids::room(room.room_id().as_str()), event.event_id.clone());
        match (is_in(&event.unsigned.prev_content), is_in(&event.content)) {
            (false, true) => {
                let person = self.invited_person(room, event, user).await;
                // Keys are given along with invitations alone.
                let blind = now == "join" && room.encryption_state().is_encrypted();
                Ok(vec![Heard::Joined { room: id, person, stamp, blind }])
            }
            (true, false) => Ok(vec![Heard::Left { room: id, person: ids::person(user), stamp }]),
            _ => Ok(Vec::new()),
        }
    }

    /// Whoever was only asked in has no name in the room yet but the one that the invitation gives.
    async fn invited_person(&self, room: &Room, event: &Event, user: &str) -> Person {
        match event.content["displayname"].as_str().filter(|name| !name.trim().is_empty()) {
            Some(name) => Person { id: ids::person(user), name: name.into() },
            None => self.person_in(room, user).await,
        }
    }
}
