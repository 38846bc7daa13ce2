//! The integration tests, as one binary. `tests/run` starts what they need.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test sets up its own world, and failing loudly is what it is for"
)]
#![cfg_attr(not(feature = "slack"), allow(dead_code, reason = "some of the world is there for Slack's stories alone"))]

mod alerts;
mod bad_input;
mod catalogue;
mod chat_browser;
mod command_line;
mod concurrency;
mod crash;
mod docs;
mod duplicates;
mod golden;
mod house;
#[cfg(feature = "matrix")]
#[allow(dead_code, reason = "it can do more than what the stories have needed so far")]
mod matrix;
#[cfg(feature = "matrix")]
mod matrix_faults;
#[cfg(feature = "matrix")]
mod matrix_program;
mod outreach;
mod pages;
mod prometheus;
mod properties;
#[cfg(feature = "slack")]
#[allow(dead_code, unused_imports, reason = "it can do more than what the stories have needed so far")]
mod slack;
#[cfg(feature = "slack")]
mod slack_faults;
#[cfg(feature = "slack")]
mod slack_program;
mod status;
mod stories;
mod support;
mod tools;
