//! Firebell in Matrix is killed at each step, and started again: it ends as if nothing had happened.
//!
//! A homeserver with people in it takes seconds to make, so there is one world, and one incident after the other in it:
//! each plays the script, line by line, and in the nth incident Firebell is killed in every line at the line's nth step.
//! After each line the world is compared with that of an incident in which nobody was killed.

mod each_moment;
mod firebell;
mod first_start;
mod script;
mod snapshot;
