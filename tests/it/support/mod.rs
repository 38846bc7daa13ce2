//! What the tests share.

pub mod browser;
pub mod hands;
pub mod postgres;
pub mod serve;
pub mod snapshot;
pub mod visitor;
pub mod wait;
pub mod watch;
pub mod world;
