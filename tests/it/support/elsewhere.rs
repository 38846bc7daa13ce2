//! Where people talk, if it is not the local chat.

use async_trait::async_trait;
use firebell::plan::{Announcements, Person, RoomId};

/// What the stories call a room with Firebell alone.
pub const DIRECT: &str = "firebell";

/// Rooms are named without their `#`; a message by how it begins.
#[async_trait]
pub trait Elsewhere: Send + Sync {
    /// Who is called that; they come in if they are new.
    async fn person(&self, name: &str) -> Person;

    async fn says(&self, who: &str, room: &str, text: &str);

    async fn replies(&self, who: &str, room: &str, to: &str, text: &str);

    async fn edits(&self, who: &str, room: &str, text: &str, to: &str);

    async fn deletes(&self, who: &str, room: &str, text: &str);

    async fn pins(&self, who: &str, room: &str, text: &str, on: bool);

    async fn puts(&self, who: &str, room: &str, text: &str, emoji: &str, on: bool);

    async fn makes_private_room(&self, who: &str, name: &str);

    /// Goes into every room that is open to them. Whether Firebell has to hear of it first.
    async fn looks_around(&self, _who: &str) -> bool {
        false
    }

    /// Everything that this room shows this person, a line a message.
    async fn room(&self, who: &str, room: &str) -> String;

    /// What is new for this person since they last looked.
    async fn sees(&self, who: &str) -> String;

    /// Firebell hears what people did. How much it was.
    async fn hear(&self) -> usize;
}

/// Room by room: what order rooms come in, beside each other, is nobody's business.
pub fn by_room(mut lines: Vec<String>) -> String {
    lines.sort_by_key(|line: &String| line.split(' ').next().map(str::to_string));
    lines.join("\n")
}

/// The same announcements, in this chat's rooms of the same names.
pub fn moved(announcements: &Announcements, there: &dyn Fn(&str) -> RoomId) -> Announcements {
    let all = |rooms: &Vec<RoomId>| -> Vec<RoomId> { rooms.iter().map(|room| there(&room.id)).collect() };
    let mut moved = announcements.clone();
    moved.default_rooms = all(&moved.default_rooms);
    moved.routes.iter_mut().for_each(|route| route.rooms = all(&route.rooms));
    moved
}
