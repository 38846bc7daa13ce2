//! All that was said in the rooms: asked for on purpose, since it is long, and 200 messages at a time.

use maud::{Markup, html};

use super::bits::{clock, count};
use super::{Site, Trouble};
use crate::incident::Incident;
use crate::ports::MessageRecord;

const PER_PAGE: i64 = 200;

/// Only how much there is, and the way to it.
pub(super) async fn closed(site: &Site, incident: &Incident) -> Result<Markup, Trouble> {
    let length = site.ledger.transcript_length(incident.number).await?;
    Ok(html! {
        section #transcript aria-labelledby="transcript-head" {
            h2 #transcript-head { "Transcript" }
            @if length == 0 { p.quiet { "Nobody has written in the room yet." } }
            @else { p { a href=(address(incident, 1)) { "Read the transcript" } " " span.quiet { (messages(length)) } } }
        }
    })
}

pub(super) async fn open(site: &Site, incident: &Incident, page: i64) -> Result<Markup, Trouble> {
    let length = site.ledger.transcript_length(incident.number).await?;
    let pages = ((length + PER_PAGE - 1) / PER_PAGE).max(1);
    let page = page.clamp(1, pages);
    let said = site.ledger.transcript(incident.number, (page - 1) * PER_PAGE, PER_PAGE).await?;
    Ok(html! {
        section #transcript aria-labelledby="transcript-head" {
            h2 #transcript-head { "Transcript " span.quiet { (messages(length)) } }
            (turn(incident, page, pages))
            @for day in said.chunk_by(|a, b| a.at.date_naive() == b.at.date_naive()) {
                h3.day { (day[0].at.format("%-d %B %Y")) }
                ol.transcript { @for message in day { (line(incident, message)) } }
            }
            (turn(incident, page, pages))
        }
    })
}

fn line(incident: &Incident, message: &MessageRecord) -> Markup {
    let room = incident.rooms.iter().map(|r| &r.room).find(|r| r.id == message.id.room);
    html! {
        li.reply[message.thread.is_some()] {
            span.when { (clock(message.at)) }
            div.entry {
                p.by {
                    strong { (message.author.name) }
                    @if let Some(room) = room.filter(|_| incident.rooms.len() > 1) { span.quiet { " #" (room.name) } }
                    @if message.edited && !message.deleted { span.quiet { " edited" } }
                }
                @if message.deleted { p.quiet { em { "message deleted" } } } @else { p.as-written { (message.text) } }
            }
        }
    }
}

fn turn(incident: &Incident, page: i64, pages: i64) -> Markup {
    html! {
        @if pages > 1 {
            p.turn {
                @if page > 1 { a rel="prev" href=(address(incident, page - 1)) { "Earlier" } " " }
                span.quiet { "Page " (page) " of " (pages) }
                @if page < pages { " " a rel="next" href=(address(incident, page + 1)) { "Later" } }
            }
        }
    }
}

fn address(incident: &Incident, page: i64) -> String {
    match page {
        1 => format!("/incidents/{}?transcript=1#transcript", incident.key()),
        page => format!("/incidents/{}?transcript=1&page={page}#transcript", incident.key()),
    }
}

fn messages(length: i64) -> String {
    count(usize::try_from(length).unwrap_or(0), "message", "messages")
}
