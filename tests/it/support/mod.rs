//! What the tests share.

pub mod browser;
pub mod elsewhere;
pub mod ground;
pub mod hands;
pub mod post;
pub mod postgres;
pub mod scene;
pub mod serve;
pub mod snapshot;
#[cfg(feature = "slack")]
pub mod town;
#[cfg(feature = "matrix")]
pub mod village;
pub mod visitor;
pub mod wait;
pub mod watch;
pub mod watched_mail;
pub mod watched_notes;
pub mod world;
