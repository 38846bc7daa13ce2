//! The chats: each an adapter with the same file names (`listen` hears, `send` speaks).
#[cfg(any(feature = "matrix", feature = "slack"))]
pub mod finding;
#[cfg(any(feature = "matrix", feature = "slack"))]
mod limits;
pub mod local;
#[cfg(feature = "matrix")]
pub mod matrix;
#[cfg(feature = "slack")]
pub mod slack;
