//! Matrix: how soon a room can be used, how soon a command is answered, and what it takes to hold many encrypted rooms
//! and to come back to them. Firebell is the program, the homeserver a real one, and people encrypt; all share the cores.
//! What is measured is read from the homeserver's log.

mod answer;
mod crowd;
mod declare;
mod requests;
mod town;

use crate::support::{Ground, Line};

pub const ABOUT: &str = "Synapse, which shares the cores, and times from its log; all rooms of incidents are encrypted";

/// Whether there is a homeserver.
pub fn can_be_measured() -> bool {
    std::env::var_os("FIREBELL_TEST_SYNAPSE").is_some()
}

pub async fn measure(ground: Ground) -> Vec<Line> {
    let mut lines = declare::measure(ground).await;
    lines.extend(answer::measure(ground).await);
    // Filling so many rooms takes minutes, and what Matrix holds does not depend on the database.
    if ground == Ground::Sqlite {
        lines.extend(crowd::measure(ground).await);
    }
    lines
}
