//! The integration tests, as one binary. `tests/run` starts what they need.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test sets up its own world, and failing loudly is what it is for"
)]

mod bad_input;
mod chat_browser;
mod command_line;
mod docs;
mod house;
mod pages;
mod stories;
mod support;
mod tools;
