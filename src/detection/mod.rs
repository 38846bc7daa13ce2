//! Alerts over time: what of an alert that comes in is news, and which belong together.
//!
//! Pure: what was known of the alert and what comes in, to what is known then and what has changed by it.

mod group;
#[cfg(test)]
mod tests;
mod watched;

pub use group::{Grouped, group};
pub use watched::{CALM, Change, Watched, calm, hear};
