//! `rename TITLE`: what it turned out to be. The room keeps its name, since links and habits hang on it.

use super::super::{AlreadySo, Event, Incident, Refusal};
use super::{LIMIT_TITLE, checked};

pub(super) fn rename(incident: &Incident, title: String) -> Result<Vec<Event>, Refusal> {
    let to = checked(title, "title", LIMIT_TITLE)?;
    if to == incident.title {
        return Err(Refusal::AlreadySo(AlreadySo::Title));
    }
    Ok(vec![Event::Renamed { from: incident.title.clone(), to }])
}
