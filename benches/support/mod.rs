//! What the benchmarks share: a database to stand on, a Firebell on it, something to fill it with, and the figures.

mod connection;
mod ground;
mod house;
#[cfg(feature = "matrix")]
#[path = "../../tests/it/matrix/mod.rs"]
#[allow(dead_code, unused_imports, clippy::unwrap_used, reason = "the tests use more of it, and may unwrap")]
pub mod matrix;
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
#[cfg(any(feature = "matrix", feature = "slack"))]
mod steps;

pub use connection::{Connection, send_all};
pub use ground::{Ground, Place};
pub use house::{House, SystemClock, person, said, typed};
pub use measure::{Line, Samples, Table, Target, Unit, median, sample};
pub use program::Program;
pub use rows::{Row, count};
pub use seed::{Seeded, incident, seed};
#[cfg(any(feature = "matrix", feature = "slack"))]
pub use steps::{Span, places, steps};

/// The tests' own parts come along, and wait; here those are not run.
#[cfg(any(feature = "matrix", feature = "slack"))]
#[path = "../../tests/it/support/wait.rs"]
#[allow(dead_code, reason = "only tests wait like that")]
mod wait;
