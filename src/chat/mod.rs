//! The chats: each an adapter with the same file names (`listen` hears, `send` speaks).
pub mod local;
#[cfg(feature = "matrix")]
pub mod matrix;
#[cfg(feature = "slack")]
pub mod slack;
