//! A message of Firebell's as part of a page.

use maud::{Markup, html};

use super::Site;
use super::bits::time;
use crate::phrase::{Block, Doc, Span};

/// Without its buttons: a page has its own.
pub(super) fn doc(site: &Site, doc: &Doc) -> Markup {
    html! {
        @for block in &doc.blocks {
            @match block {
                Block::Headline(line) => h1 { (spans(site, line)) },
                Block::Line(line) => p { (spans(site, line)) },
                Block::Quote(words) => blockquote.as-written { (words) },
                Block::List(lines) => ul { @for line in lines { li { (spans(site, line)) } } },
                Block::Fields(fields) => dl { @for field in fields { dt { (field.name) } dd { (spans(site, &field.value)) } } },
                Block::Buttons(_) => {},
            }
        }
    }
}

fn spans(site: &Site, line: &[Span]) -> Markup {
    html! {
        @for span in line {
            @match span {
                Span::Text(words) | Span::Name(words) => (words),
                Span::Strong(words) => strong { (words) },
                Span::Code(words) => code { (words) },
                Span::Person(person) => (person.name),
                Span::Room(room) => @match site.room_link(&room.id) {
                    Some(link) => a href=(link) { "#" (room.name) },
                    None => { "#" (room.name) },
                },
                Span::Link { url, label } => a href=(url) { (label) },
                Span::Time(at) => (time(*at)),
            }
        }
    }
}
