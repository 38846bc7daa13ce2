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

pub use ground::{Ground, Place};
pub use house::{House, SystemClock, person, said, typed};
pub use measure::{Line, Samples, Table, Target, Unit, sample};
pub use program::Program;
pub use rows::Row;
pub use seed::{Seeded, incident, seed};
