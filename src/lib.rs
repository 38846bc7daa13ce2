//! Firebell runs incidents where people already talk.
//!
//! Data goes one way: what a chat says comes in through [`ports::Inbound`] to the [`desk`], is read by [`grammar`],
//! decided by [`incident`], and stored as events together with the work that follows; the work is performed from
//! the outbox, and what is learnt by it comes back in. `ARCHITECTURE.md` has the map and the rules of who may
//! import whom, which `tests/it/house.rs` holds.

pub mod alerts;
pub mod calendars;
pub mod chat;
pub mod cli;
pub mod config;
pub mod desk;
pub mod detection;
pub mod export;
pub mod grammar;
pub mod incident;
pub mod outreach;
pub mod phrase;
pub mod plan;
pub mod ports;
pub mod postmortem;
pub mod run;
pub mod store;
pub mod web;
