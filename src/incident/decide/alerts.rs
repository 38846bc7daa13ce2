//! An alert of this incident fires, or is over. That an alert is over resolves nothing: people do.

use super::super::{AlertState, AlreadySo, Event, Incident, NotedAlert, Refusal};

pub(super) fn note(incident: &Incident, alert: NotedAlert, state: AlertState) -> Result<Vec<Event>, Refusal> {
    let known = incident.alerts.iter().find(|known| known.alert.is(&alert));
    match known {
        Some(known) if known.state == state => Err(Refusal::AlreadySo(AlreadySo::Noted)),
        // That something is over which was never told of here says nothing.
        None if state != AlertState::Firing => Err(Refusal::AlreadySo(AlreadySo::Noted)),
        _ if !incident.status.is_open() => Err(Refusal::AlreadySo(AlreadySo::Settled)),
        _ => Ok(vec![Event::AlertNoted { alert, state }]),
    }
}
