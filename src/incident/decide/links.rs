//! `link URL [label]`: a dashboard, a runbook, a document; it stands on the card.

use super::super::{AlreadySo, Event, Incident, Refusal};
use super::{checked, checked_note};

/// Longer addresses are not links that a person can use.
const LIMIT_URL: usize = 2_000;

pub(super) fn add(incident: &Incident, url: String, label: Option<String>) -> Result<Vec<Event>, Refusal> {
    let url = checked(url, "address", LIMIT_URL)?;
    // Only what a browser opens as a page: nothing of people's is ever run.
    let is_page = url.starts_with("https://") || url.starts_with("http://");
    if !is_page || url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Refusal::NotALink { text: url });
    }
    if incident.links.iter().any(|l| l.url == url) {
        return Err(Refusal::AlreadySo(AlreadySo::Link));
    }
    Ok(vec![Event::LinkAdded { url, label: checked_note(label, "label")? }])
}
