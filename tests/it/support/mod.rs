//! What the tests share.

pub mod browser;
pub mod postgres;
pub mod world;
