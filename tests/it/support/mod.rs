//! What the tests share.

pub mod browser;
pub mod postgres;
pub mod snapshot;
pub mod watch;
pub mod world;
