//! Slack breaks each step, repeats each step, and Firebell is killed at each step: it ends as if nothing had happened.
//!
//! All of it plays one script, line by line, and after each line the world is compared with that of a run without
//! trouble. Trouble comes to every line of a run, at its nth step; so there are as many runs as the longest line has
//! steps.

mod duplicates;
mod each_call;
mod each_moment;
mod firebell;
mod order;
mod script;
mod snapshot;
mod storm;
