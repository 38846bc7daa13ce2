//! An alert: what is done about it by the plan's rules, and what becomes of it over time.

use chrono::{DateTime, Utc};

use super::enact::{Enacted, enact};
use super::{Office, commands, paging};
use crate::detection::{CALM, Change, Grouped, Watched, calm, group, hear};
use crate::incident::{AlertState, Asked, Command, Incident, LIMIT_TITLE, Milestone, NotedAlert, Refusal};
use crate::plan::{Alert, AlertDeed, Matter, Number, PageTarget, RoomId};
use crate::ports::{Draft, StoreError, Transaction, Work};

/// While so long an incident was suggested, it is not suggested again.
const SUGGESTED_FOR: chrono::TimeDelta = chrono::TimeDelta::hours(1);

/// Taken in again, or late, it changes nothing: what is known of it tells.
pub(super) async fn heard(office: &Office, tx: &mut dyn Transaction, alert: &Alert) -> Result<(), StoreError> {
    let now = office.clock.now();
    let grouped = group(alert, &office.plan);
    let before = tx.alert(&alert.source, &alert.fingerprint).await?;
    let Some((watched, change)) = hear(before, alert.clone(), grouped.key.clone(), now) else { return Ok(()) };
    if watched.flapping {
        look_again(tx, &watched, now).await?;
    }
    let watched = match change {
        Some(change) => act(office, tx, watched, change, &grouped).await?,
        None => watched,
    };
    tx.keep_alert(&watched).await
}

/// It may have kept still for long enough by now.
pub(super) async fn calmed(
    office: &Office,
    tx: &mut dyn Transaction,
    source: &str,
    fingerprint: &str,
) -> Result<(), StoreError> {
    let Some(before) = tx.alert(source, fingerprint).await? else { return Ok(()) };
    let Some((watched, change)) = calm(before, office.clock.now()) else { return Ok(()) };
    let alert = watched.alert.clone();
    let watched = act(office, tx, watched, change, &group(&alert, &office.plan)).await?;
    tx.keep_alert(&watched).await
}

async fn look_again(tx: &mut dyn Transaction, watched: &Watched, now: DateTime<Utc>) -> Result<(), StoreError> {
    let (source, fingerprint) = (watched.alert.source.clone(), watched.alert.fingerprint.clone());
    let key = format!("calm/{source}/{fingerprint}");
    let work = Work::LookAtAlert { source, fingerprint };
    tx.enqueue(&Draft { lane: key.clone(), key, rank: 1, due: now + CALM, work }).await
}

/// What is news is noted where it belongs; if it belongs nowhere yet, the rule says what then.
async fn act(
    office: &Office,
    tx: &mut dyn Transaction,
    mut watched: Watched,
    change: Change,
    grouped: &Grouped<'_>,
) -> Result<Watched, StoreError> {
    let deed = grouped.rule.map_or(&AlertDeed::Attach, |rule| &rule.does);
    let place = match (change, deed) {
        (Change::Over, _) => still_open(tx, watched.incident).await?,
        (_, AlertDeed::Note) => None,
        _ => place(tx, &watched, grouped).await?,
    };
    let incident = match (place, change, deed) {
        (None, Change::Fires, AlertDeed::Declare { severity, page }) => {
            declare(office, tx, &watched.alert, grouped, severity, page).await?
        }
        (None, Change::Fires, AlertDeed::Suggest { rooms, severity }) => {
            watched.suggested = suggest(office, tx, &watched, grouped, rooms, severity).await?;
            None
        }
        (place, ..) => place,
    };
    if let Some(incident) = incident {
        watched.incident = Some(incident.number);
        note(office, tx, incident, &watched.alert, change).await?;
    }
    Ok(watched)
}

async fn note(
    office: &Office,
    tx: &mut dyn Transaction,
    incident: Incident,
    alert: &Alert,
    change: Change,
) -> Result<(), StoreError> {
    let state = match change {
        Change::Fires => AlertState::Firing,
        Change::Over => AlertState::Over,
        Change::Flaps => AlertState::Flapping,
    };
    let command = Command::NoteAlert { alert: NotedAlert::from(alert), state };
    // What is so already is nobody's business.
    let _ = enact(office, tx, incident, command, &Asked::by_firebell(office.clock.now())).await?;
    Ok(())
}

/// The incident that it was noted in before, else an open one of its service, else that of what belongs together.
async fn place(
    tx: &mut dyn Transaction,
    watched: &Watched,
    grouped: &Grouped<'_>,
) -> Result<Option<Incident>, StoreError> {
    if let Some(known) = still_open(tx, watched.incident).await? {
        return Ok(Some(known));
    }
    if let Some(service) = &grouped.service {
        let open = tx.open_of_service(service).await?;
        return still_open(tx, open.last().copied()).await;
    }
    if grouped.rule.is_none() {
        return Ok(None);
    }
    let others: Vec<Option<Number>> = tx.alerts_of(&grouped.key).await?.into_iter().map(|w| w.incident).collect();
    for number in others.into_iter().flatten() {
        if let Some(open) = still_open(tx, Some(number)).await? {
            return Ok(Some(open));
        }
    }
    Ok(None)
}

/// The incident, or the one that it was merged into.
async fn still_open(tx: &mut dyn Transaction, number: Option<Number>) -> Result<Option<Incident>, StoreError> {
    let mut number = number;
    while let Some(n) = number {
        let Some(incident) = tx.load(n).await? else { return Ok(None) };
        if incident.status.is_open() {
            return Ok(Some(incident));
        }
        number = incident.merged_into;
    }
    Ok(None)
}

/// Nobody typed it: it began when the alert did, and the alert noticed.
async fn declare(
    office: &Office,
    tx: &mut dyn Transaction,
    alert: &Alert,
    grouped: &Grouped<'_>,
    severity: &str,
    page: &[PageTarget],
) -> Result<Option<Incident>, StoreError> {
    let now = office.clock.now();
    let asked = Asked::by_firebell(now);
    let command = Command::Declare {
        title: title(alert),
        severity: Some(severity.to_string()),
        service: grouped.service.clone(),
        private: false,
        origin: None,
        same: None,
        anyway: true,
    };
    let mut incident = match commands::declare(office, tx, command, &asked).await? {
        Ok(declared) => declared.after,
        Err(why) => {
            // The plan was checked at the start, so that this is ours.
            tracing::error!(?why, source = alert.source, "an alert could not be declared as an incident");
            return Ok(None);
        }
    };
    let milestones = [(Milestone::Started, alert.at.min(now)), (Milestone::Detected, now)];
    for (milestone, when) in milestones {
        incident =
            so(enact(office, tx, incident.clone(), Command::SetMilestone { milestone, when }, &asked).await?, incident);
    }
    let pages = page.iter().map(|target| paging::paging(office, target.clone())).collect();
    Ok(Some(so(enact(office, tx, incident.clone(), Command::PageByPlan { pages }, &asked).await?, incident)))
}

/// The incident after what was asked, or as it was.
fn so(enacted: Result<Enacted, Refusal>, before: Incident) -> Incident {
    enacted.map_or(before, |enacted| enacted.after)
}

/// An alert's title in one line, short enough for an incident's.
fn title(alert: &Alert) -> String {
    let line = alert.title.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = if line.is_empty() { format!("Alert from {}", alert.source) } else { line };
    match line.chars().count() > LIMIT_TITLE {
        true => line.chars().take(LIMIT_TITLE - 1).chain(['…']).collect(),
        false => line,
    }
}

/// Once for what belongs together; when it was.
async fn suggest(
    office: &Office,
    tx: &mut dyn Transaction,
    watched: &Watched,
    grouped: &Grouped<'_>,
    rooms: &[RoomId],
    severity: &str,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let now = office.clock.now();
    let latest = tx.alerts_of(&grouped.key).await?.into_iter().filter_map(|w| w.suggested).max();
    if let Some(latest) = latest.filter(|at| *at > now - SUGGESTED_FOR) {
        return Ok(Some(latest));
    }
    let service = grouped.service.clone();
    let rooms = match rooms {
        [] => office.plan.announcements.rooms(Matter { severity, service: service.as_deref(), private: false }),
        rooms => rooms.to_vec(),
    };
    for room in rooms {
        let (alert, service) = (watched.alert.clone(), service.clone());
        let key = format!("suggest/{room}/{}/{}/{}", alert.source, alert.fingerprint, now.timestamp_micros());
        let lane = format!("suggest/{room}");
        let work = Work::Suggest { room, severity: severity.into(), service, alert };
        tx.enqueue(&Draft { key, lane, rank: 0, due: now, work }).await?;
    }
    Ok(Some(now))
}

/// Somebody has declared it before an alert did: the alerts of its service that fire belong to it.
pub(super) async fn join(office: &Office, tx: &mut dyn Transaction, incident: &Incident) -> Result<(), StoreError> {
    let Some(service) = incident.service.as_ref().filter(|_| !incident.private) else { return Ok(()) };
    for watched in tx.alerts_of(&format!("service/{service}")).await?.into_iter().filter(|w| w.alert.firing) {
        let noted_only = group(&watched.alert, &office.plan).rule.is_some_and(|rule| rule.does == AlertDeed::Note);
        if noted_only || still_open(tx, watched.incident).await?.is_some() {
            continue;
        }
        let change = if watched.flapping { Change::Flaps } else { Change::Fires };
        if let Some(incident) = tx.load(incident.number).await? {
            note(office, tx, incident, &watched.alert, change).await?;
        }
        tx.keep_alert(&Watched { incident: Some(incident.number), ..watched }).await?;
    }
    Ok(())
}
