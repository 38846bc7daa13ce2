//! Slack: how soon a room can be used, how much can be taken in, and what it takes to hold it all. The workspace is
//! the tests' own; it is served by this very process, as is what sends the load, on the same cores.

mod declare;
mod events;
mod memory;
mod signed;
mod town;

use crate::support::{Ground, Line};

pub const ABOUT: &str =
    "a workspace of the benchmark's own, which shares the cores; events and commands by signed requests";

pub async fn measure(ground: Ground) -> Vec<Line> {
    let mut lines = declare::measure(ground).await;
    lines.extend(events::measure(ground).await);
    lines.extend(memory::measure(ground).await);
    lines
}
