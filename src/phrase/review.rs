//! To those who look after the plan.

use super::{Doc, Span, strong, text};
use crate::plan::Review;

pub fn review_due(review: &Review) -> Doc {
    let what = match &review.url {
        Some(url) => Span::Link { url: url.clone(), label: review.what.clone() },
        None => strong(&review.what),
    };
    let by = review.by.format("%-d %B %Y");
    let line = [what, text(format!(" was to be reviewed by {by}. Once it is, set its next day in the configuration."))];
    Doc::new().line(line)
}
