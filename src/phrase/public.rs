//! What those outside read in their mailboxes.

use super::{Doc, Span, strong, text};
use crate::incident::{Public, PublicUpdate};

/// To whoever has an address for which somebody has asked for the updates.
pub fn invitation(title: &str) -> Doc {
    Doc::new()
        .headline([strong(title)])
        .line([text("Somebody has subscribed this address to its updates. Please confirm that it was you.")])
        .line([text("If it was not, do nothing, and nothing more will come.")])
}

pub fn public_update(public: &Public, update: &PublicUpdate, url: &str) -> Doc {
    Doc::new()
        .headline([strong(&public.title)])
        .line([strong(capital(update.status_word())), text(" – "), text(public.words(update))])
        .line([Span::Time(update.at), text(" · "), Span::Link { url: url.into(), label: "All updates".into() }])
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
