//! What the benchmarks share: a database to stand on, a Firebell on it, something to fill it with, and the figures.

mod ground;
mod house;
mod measure;
#[path = "../../tests/it/support/postgres.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod postgres;
mod program;
mod rows;
mod seed;
#[cfg(feature = "slack")]
#[path = "../../tests/it/slack/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use more of it")]
pub mod slack;

pub use ground::{Ground, Place};
pub use house::{House, SystemClock, person, said, typed};
pub use measure::{Line, Samples, Table, Target, Unit, median, sample};
pub use program::Program;
pub use rows::{Row, count};
pub use seed::{Seeded, incident, seed};

/// The workspace's own tests come along with it, and wait; here they are not run.
#[cfg(feature = "slack")]
#[path = "../../tests/it/support/wait.rs"]
#[allow(dead_code, reason = "only tests wait like that")]
mod wait;
