//! The postmortem as far as facts can write it: what happened, how long it took, who was there, what helped, and
//! what the record does not tell. People write the rest.
//!
//! [`draft`] makes a [`Postmortem`] from an incident, its log and what was said; [`Template`] makes Markdown of it,
//! and [`to_html`] a page that is safe to show.
//!
//! Pure: no clock, no I/O; of ours it imports `incident` and `plan` alone.

mod draft;
mod escape;
mod gaps;
mod history;
mod html;
mod model;
mod summary;
mod template;
#[cfg(test)]
mod tests;
mod words;

pub use draft::{Facts, Spoken, draft};
pub use escape::markdown;
pub use history::{Held, Phase, held, phases};
pub use html::to_html;
pub use model::{ActionLine, Helped, MilestoneLine, Participant, Postmortem, Span, TimelineLine, UpdateLine};
pub use template::{Template, TemplateError};
pub use words::{day, day_and_clock, in_words};
