//! What people type, as commands and questions. One table of words ([`WORDS`]) is read by the parser, by help, by
//! the local chat's completion and by the README.
//!
//! Pure: the time, the speaker's time zone and the people that the names in the text may mean are arguments.

mod misunderstanding;
mod parse;
mod question;
mod scan;
#[cfg(test)]
mod tests;
mod when;
mod words;

pub use misunderstanding::Misunderstanding;
pub use parse::{Asking, Context, names_in, parse};
pub use question::Question;
pub use words::{Verb, WORDS, Word, describe, word};
