//! Hand-over of a shift: who comes on call hears what is open and what is to be done about it, who goes that it is theirs
//! no more.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::stakeholders::ways;
use super::{Desk, Office};
use crate::incident::Incident;
use crate::phrase::{Doc, ShiftBegins, Style, shift_begins, shift_is_over};
use crate::plan::{ContactKey, Plan, Rotation, Target};
use crate::ports::{Draft, StoreError, Work};

/// How often it is looked though no shift is known to end: calendars and plans change.
const LOOK: TimeDelta = TimeDelta::hours(1);

impl Desk {
    /// From now on shifts are handed over. What an earlier process had still to look at, it looks at.
    pub async fn watch_shifts(&self) -> Result<(), StoreError> {
        let office = &self.office;
        let now = office.clock.now();
        for rotation in &office.plan.rotations {
            let next = next_look(office, rotation, now);
            if !office.ledger.waits_in(std::slice::from_ref(&next.lane)).await? {
                self.deliver(super::clerk::Delivery::Due(next)).await?;
            }
        }
        Ok(())
    }
}

fn next_look(office: &Office, rotation: &Rotation, now: DateTime<Utc>) -> Draft {
    // At the full hour, or when somebody else comes.
    let hour = now.duration_trunc(LOOK).unwrap_or(now) + LOOK;
    let changes = rotation.shifts(now, hour, &office.calendars.shifts(&rotation.key));
    let due = changes.iter().flat_map(|s| [s.from, s.until]).filter(|at| *at > now).min().unwrap_or(hour);
    let key = format!("shift/{}", rotation.key);
    let work = Work::LookAtShift { rotation: rotation.key.clone(), since: now };
    Draft { lane: key.clone(), key, rank: 1, due, work }
}

/// What follows from who is on call now: a word to each who comes or goes, and the next look.
pub(super) fn look(office: &Office, key: &str, since: DateTime<Utc>) -> Vec<Draft> {
    let Some(rotation) = office.plan.rotations.iter().find(|r| r.key == key) else { return Vec::new() };
    let now = office.clock.now();
    let shifts = office.calendars.shifts(key);
    let (before, after) = (rotation.on_call(since, &shifts), rotation.on_call(now, &shifts));
    let mut drafts = vec![next_look(office, rotation, now)];
    for contact in after.iter().filter(|contact| !before.contains(contact)) {
        drafts.extend(words_to(office, rotation, contact, now, true));
    }
    for contact in before.iter().filter(|contact| !after.contains(contact)) {
        drafts.extend(words_to(office, rotation, contact, now, false));
    }
    drafts
}

fn words_to(office: &Office, rotation: &Rotation, contact: &ContactKey, at: DateTime<Utc>, begins: bool) -> Vec<Draft> {
    let reached = office.plan.reach(&[Target::Contact(contact.clone())], at, &|_| Vec::new());
    let recipients = reached.iter().flat_map(|reached| ways(office, reached));
    let draft = |to: crate::plan::Recipient| {
        let key = format!("shift/{}/{}/{begins}/{to}", rotation.key, at.timestamp_micros());
        let lane = format!("answer/{to}");
        let work = Work::TellShift { rotation: rotation.key.clone(), to, at, begins };
        Draft { key, lane, rank: 1, due: at, work }
    };
    recipients.map(draft).collect()
}

/// `None`: the plan does not know the rotation any more.
pub(super) async fn words(
    office: &Office,
    key: &str,
    at: DateTime<Utc>,
    begins: bool,
    style: &Style,
) -> Result<Option<Doc>, StoreError> {
    let Some(rotation) = office.plan.rotations.iter().find(|r| r.key == key) else { return Ok(None) };
    let shifts = office.calendars.shifts(key);
    if !begins {
        let now: Vec<String> = rotation.on_call(at, &shifts).iter().map(|c| name(&office.plan, c)).collect();
        return Ok(Some(shift_is_over(&rotation.label, &now)));
    }
    let goes_on = rotation.shifts(at, at + TimeDelta::days(60), &shifts);
    let until = goes_on.iter().find(|shift| shift.from == at).map(|shift| shift.until);
    let mut open = Vec::new();
    for summary in office.ledger.open().await? {
        if !summary.private && serves(&office.plan, key, summary.service.as_deref()) {
            open.extend(office.ledger.incident(summary.number).await?);
        }
    }
    open.sort_by_key(|incident: &Incident| (office.plan.severity_rank(&incident.severity), incident.number));
    let shift = ShiftBegins { rotation: &rotation.label, until, open: &open, now: office.clock.now() };
    Ok(Some(shift_begins(&shift, &office.plan, style)))
}

fn name(plan: &Plan, contact: &ContactKey) -> String {
    plan.contact(contact).map_or(contact.clone(), |c| c.label.clone())
}

/// Whether a page for this service would call the rotation. What is of no service is everybody's.
fn serves(plan: &Plan, rotation: &str, service: Option<&str>) -> bool {
    let target = Target::Rotation(rotation.to_string());
    service.is_none_or(|service| plan.service_calls(service, &target))
}
