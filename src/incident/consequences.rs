//! The work that follows from an event. Effects follow from facts, never from commands: replaying the log says
//! nothing and does nothing.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Alarm, AlertState, Effect, Event, Gap, Incident, Recorded, Reminder, Restore, Status, news};
use crate::plan::{COMMANDER, Matter, Person, PersonId, Plan, Platform, Reached, Recipient, RoomId, Way};

/// How long a page waits for the room, so that it can say where it is.
const PAGE_WITHOUT_ROOM: TimeDelta = TimeDelta::seconds(10);
/// How long all alerts have to be over until the room is told.
const CALM_FOR: TimeDelta = TimeDelta::seconds(30);
/// How often the card counts alerts while they keep coming, in seconds.
const COUNT_EVERY: i64 = 5;

/// `incident` is the state after the event.
pub fn consequences(fact: &Recorded, incident: &Incident, plan: &Plan) -> Vec<Effect> {
    let mut work = of_event(fact, incident, plan);
    work.extend(incident.told_by(fact).map(|update| Effect::TellPublic { seq: update.seq, after: String::new() }));
    work
}

fn of_event(fact: &Recorded, incident: &Incident, plan: &Plan) -> Vec<Effect> {
    match &fact.event {
        Event::Declared { .. } => declared(fact, incident, plan),
        Event::RoomOpened { room } => opened(&room.id, fact, incident, plan),
        Event::CardPosted { message } => vec![Effect::PinCard { message: message.clone() }],
        Event::Announced { .. } => Vec::new(),
        Event::RoleChanged { role, to, .. } => {
            let mut work = tell(fact, incident);
            work.extend(show_cards(incident));
            if let Some(person) = to {
                work.extend(rooms(incident).map(|room| Effect::Invite { room, people: vec![person.id.clone()] }));
            }
            if role == COMMANDER {
                work.extend(rooms(incident).map(|room| Effect::Entrust { room }));
                work.extend(show_topics(incident));
                work.extend(announce(fact, incident, plan));
            }
            work
        }
        Event::Renamed { .. } => everyone(fact, incident, plan),
        Event::SeverityChanged { .. } => {
            let mut work = everyone(fact, incident, plan);
            work.extend(rooms(incident).map(|room| invite_by_plan(&room, incident, plan)));
            work.extend(page_by_plan(fact.at, incident, plan));
            work
        }
        Event::Updated { .. } => {
            let mut work = tell(fact, incident);
            work.extend(show_cards(incident));
            work.extend(announce(fact, incident, plan));
            work.extend(next_reminder(incident, fact.at, plan));
            work
        }
        Event::StatusChanged { from, to, .. } => status(fact, *from, *to, incident, plan),
        Event::TaskAdded { .. } | Event::TaskDone { .. } => {
            let mut work = tell(fact, incident);
            work.extend(show_cards(incident));
            work
        }
        Event::LinkAdded { .. } => {
            show_cards(incident).chain(rooms(incident).map(|room| Effect::Furnish { room })).collect()
        }
        Event::MilestoneSet { .. } | Event::Published { .. } => show_cards(incident).collect(),
        Event::Merged { .. } => announce(fact, incident, plan).into_iter().chain(end_calls(fact, incident)).collect(),
        Event::Absorbed { .. } => {
            let mut work = tell(fact, incident);
            work.extend(show_cards(incident));
            work.extend(show_topics(incident));
            work
        }
        Event::TakenBack { restore, .. } => taken_back(fact, restore, incident, plan),
        Event::CommanderAsked => {
            let mut work = tell(fact, incident);
            work.push(Effect::SetAlarm { alarm: Alarm::Commander, due: fact.at + plan.ask_commander });
            work
        }
        Event::UpdateReminded { reminder, due, .. } => {
            let mut work = tell(fact, incident);
            work.extend(show_cards(incident));
            work.push(reminder_after(*reminder, *due, fact.at, incident, plan));
            work
        }
        Event::Snoozed { until } => snoozed(*until, incident).into_iter().collect(),
        // Announcements name the room.
        Event::RoomRenamed { .. } => announcement_rooms(incident, plan).map(|room| Effect::Announce { room }).collect(),
        Event::RoomLost { room, .. } => {
            let to = incident.commander().or(incident.declared_by.as_ref()).filter(|p| p.id.platform == room.platform);
            let warn =
                |to: &Person| Effect::Warn { to: to.id.clone(), room: room.clone(), fact: Box::new(fact.clone()) };
            to.map(warn).into_iter().collect()
        }
        Event::RoomFound { room } => found(room, fact, incident),
        Event::AlertNoted { state, .. } => alerted(fact, *state, incident),
        Event::Paged { page, attempt, to, next, .. } => called(fact, *page, *attempt, to, *next, incident),
        Event::PageAcknowledged { page, .. } => {
            let mut work = tell(fact, incident);
            work.extend(show_cards(incident));
            work.extend(end_call(fact, incident, *page));
            work
        }
        // The card counts action items; nothing else shows them.
        Event::ActionAdded { .. } | Event::ActionDone { .. } | Event::Marked { action: Some(_), .. } => {
            show_cards(incident).collect()
        }
        Event::Logged { .. }
        | Event::GapNoted { .. }
        | Event::MessageUnread { .. }
        | Event::MessageRead { .. }
        | Event::Marked { .. }
        | Event::Unmarked { .. }
        | Event::MessageRevised { .. }
        | Event::MessageDeleted { .. } => Vec::new(),
    }
}

/// The room first. Who is paged is told where it is; but if it can't be made just now, they are paged without.
fn declared(fact: &Recorded, incident: &Incident, plan: &Plan) -> Vec<Effect> {
    let mut work = vec![Effect::OpenRoom];
    work.extend(page_by_plan(fact.at + PAGE_WITHOUT_ROOM, incident, plan));
    work
}

/// What is private is for those who are asked in by name.
fn page_by_plan(due: DateTime<Utc>, incident: &Incident, plan: &Plan) -> Option<Effect> {
    let pages = !incident.private && !plan.paged(&incident.severity, incident.service.as_deref()).is_empty();
    pages.then_some(Effect::PageByPlan { due })
}

/// Everyone who is called, in every way that they can be; who has an account where the room is, is asked in.
fn called(
    fact: &Recorded,
    page: u32,
    attempt: u32,
    to: &[Reached],
    next: DateTime<Utc>,
    incident: &Incident,
) -> Vec<Effect> {
    let mut work = Vec::new();
    for whom in to {
        let ways = whom.accounts.iter().cloned().map(Recipient::Person);
        let ways = ways.chain(whom.addresses.iter().cloned().map(Recipient::Address));
        work.extend(ways.map(|to| Effect::Call { page, to, whom: whom.name.clone() }));
    }
    for room in rooms(incident) {
        let people = in_chat(to.iter().flat_map(|r| r.accounts.clone()).collect(), room.platform);
        if !people.is_empty() {
            work.push(Effect::Invite { room, people });
        }
    }
    // The card shows whom the plan has called; the room is told what somebody did, and what is not as planned.
    if fact.by.person().is_some() || attempt > 1 || to.is_empty() {
        work.extend(tell(fact, incident));
    }
    work.extend(show_cards(incident));
    work.push(Effect::SetAlarm { alarm: Alarm::Page { page }, due: next });
    work
}

/// The card counts them, a little later: many may come together. The room is told when all are over and stay so for a
/// while, and at once when one fires again when people thought that it was over.
fn alerted(fact: &Recorded, state: AlertState, incident: &Incident) -> Vec<Effect> {
    let again = state == AlertState::Firing && incident.status == Status::Resolved;
    let mut work = if again { tell(fact, incident) } else { Vec::new() };
    if incident.firing() == 0 && incident.status.is_active() {
        let due = fact.at + CALM_FOR;
        work.extend(rooms(incident).map(|room| Effect::TellCalm { room, seq: fact.seq, due }));
    }
    // Rounded, so that what keeps coming does not put it off again and again.
    let due = DateTime::from_timestamp(fact.at.timestamp() / COUNT_EVERY * COUNT_EVERY + COUNT_EVERY, 0);
    work.extend(rooms(incident).map(|room| Effect::CountAlerts { room, due: due.unwrap_or(fact.at) }));
    work
}

/// Whoever was called hears that somebody comes, or that nobody needs to: people can go back to sleep, and programs
/// call by themselves until they hear it.
fn end_call(fact: &Recorded, incident: &Incident, page: u32) -> Vec<Effect> {
    let Some(page) = incident.pages.iter().find(|p| p.number == page) else { return Vec::new() };
    let by = fact.by.person().map(|person| &person.id);
    let comes = |reached: &Reached| {
        let named = page.acknowledged.as_ref().is_some_and(|answer| answer.by == reached.name);
        named || by.is_some_and(|id| reached.accounts.contains(id))
    };
    let others = page.reached.iter().filter(|reached| !comes(reached));
    let accounts = others.clone().flat_map(|r| r.accounts.iter().cloned().map(Recipient::Person));
    let addresses = others.flat_map(|r| r.addresses.iter().cloned().map(Recipient::Address));
    // A program that calls somebody goes on, whoever it is that comes.
    let programs = page.reached.iter().filter(|reached| comes(reached)).flat_map(|r| &r.addresses);
    let programs = programs.filter(|a| matches!(a.way, Way::Pagerduty | Way::Webhook));
    let mut to: Vec<Recipient> = accounts.chain(addresses).collect();
    to.extend(programs.cloned().map(Recipient::Address));
    to.sort_by_key(Recipient::to_string);
    to.dedup();
    to.into_iter().map(|to| Effect::EndCall { page: page.number, to }).collect()
}

/// Of all pages that nobody has acknowledged.
fn end_calls(fact: &Recorded, incident: &Incident) -> Vec<Effect> {
    let open = incident.pages.iter().filter(|p| p.acknowledged.is_none());
    open.flat_map(|page| end_call(fact, incident, page.number)).collect()
}

/// The room is there: now everything else, side by side. None of it can undo the declaration.
fn opened(room: &RoomId, fact: &Recorded, incident: &Incident, plan: &Plan) -> Vec<Effect> {
    let mut work = vec![Effect::ShowCard { room: room.clone() }];
    work.push(Effect::Invite { room: room.clone(), people: invited_at_first(incident, plan, room.platform) });
    if incident.commander().is_some() {
        work.push(Effect::Entrust { room: room.clone() });
    }
    if let (Some(place), Some(by)) = (&incident.declared_in, &incident.declared_by) {
        work.push(Effect::AnswerDeclared { room: place.clone(), to: by.id.clone() });
    }
    work.extend(page_by_plan(fact.at, incident, plan));
    work.push(Effect::Tell { room: room.clone(), fact: Box::new(fact.clone()) });
    work.push(Effect::ShowTopic { room: room.clone() });
    work.push(Effect::ReadBack { room: room.clone(), gap: None });
    work.push(Effect::Furnish { room: room.clone() });
    if has_first_steps(incident, plan) {
        work.push(Effect::ShowFirstSteps { room: room.clone() });
    }
    work.extend(announcement_rooms(incident, plan).map(|room| Effect::Announce { room }));
    if incident.commander().is_none() {
        work.push(Effect::SetAlarm { alarm: Alarm::Commander, due: fact.at + plan.ask_commander });
    }
    work.extend(next_reminder(incident, fact.at, plan));
    work
}

/// The room is heard again: what was said meanwhile is read, and what it shows is as it stands now.
fn found(room: &RoomId, fact: &Recorded, incident: &Incident) -> Vec<Effect> {
    let lost = incident.rooms.iter().find(|r| r.room.id == *room).and_then(|r| r.lost.as_ref());
    let gap = lost.map(|l| Gap { room: room.clone(), from: l.at, until: fact.at, lost: Some(l.why) });
    vec![
        Effect::ReadBack { room: room.clone(), gap },
        Effect::ShowCard { room: room.clone() },
        Effect::ShowTopic { room: room.clone() },
    ]
}

/// Steps by the plan, or the service's runbooks and dashboards.
fn has_first_steps(incident: &Incident, plan: &Plan) -> bool {
    let service = incident.service.as_deref();
    let links = service.and_then(|s| plan.service(s)).is_some_and(|s| !s.links.is_empty());
    links || !plan.first_steps(&incident.severity, service).is_empty()
}

/// Whom the plan names for this severity and service, and who has to do with it already, in this chat.
pub fn invited_at_first(incident: &Incident, plan: &Plan, platform: Platform) -> Vec<PersonId> {
    let mut people = plan.invited(&incident.severity, incident.service.as_deref());
    people.extend(incident.declared_by.iter().chain(incident.roles.values()).map(|p| p.id.clone()));
    in_chat(people, platform)
}

fn in_chat(mut people: Vec<PersonId>, platform: Platform) -> Vec<PersonId> {
    people.retain(|p| p.platform == platform);
    people.sort();
    people.dedup();
    people
}

fn invite_by_plan(room: &RoomId, incident: &Incident, plan: &Plan) -> Effect {
    let people = plan.invited(&incident.severity, incident.service.as_deref());
    Effect::Invite { room: room.clone(), people: in_chat(people, room.platform) }
}

/// What the room, the topic, the card and the stakeholders all show; the update's due time may have moved with it.
fn everyone(fact: &Recorded, incident: &Incident, plan: &Plan) -> Vec<Effect> {
    let mut work = tell(fact, incident);
    work.extend(show_cards(incident));
    work.extend(show_topics(incident));
    work.extend(announce(fact, incident, plan));
    work.extend(next_reminder(incident, fact.at, plan));
    work
}

fn status(fact: &Recorded, from: Status, to: Status, incident: &Incident, plan: &Plan) -> Vec<Effect> {
    let mut work = Vec::new();
    if !from.is_open() && to.is_open() {
        work.extend(rooms(incident).map(|room| Effect::Unarchive { room }));
    }
    work.extend(everyone(fact, incident, plan));
    if to.is_active() && !from.is_active() && incident.commander().is_none() {
        work.push(Effect::SetAlarm { alarm: Alarm::Commander, due: fact.at + plan.ask_commander });
    }
    if !to.is_active() && from.is_active() {
        work.extend(end_calls(fact, incident));
    }
    if to == Status::Closed {
        work.extend(rooms(incident).map(|room| Effect::ShareDraft { room }));
    }
    if to == Status::Closed && plan.archive_at_close {
        work.extend(rooms(incident).map(|room| Effect::Archive { room }));
    }
    work
}

fn taken_back(fact: &Recorded, restore: &Restore, incident: &Incident, plan: &Plan) -> Vec<Effect> {
    match restore {
        Restore::Status { status: to, .. } => {
            let mut work: Vec<Effect> = match to.is_open() && plan.archive_at_close {
                true => rooms(incident).map(|room| Effect::Unarchive { room }).collect(),
                false => Vec::new(),
            };
            work.extend(everyone(fact, incident, plan));
            work
        }
        Restore::Severity { .. } | Restore::Title { .. } | Restore::Update { .. } => everyone(fact, incident, plan),
        Restore::Role { role, person, .. } => {
            let mut work = everyone(fact, incident, plan);
            if role == COMMANDER {
                work.extend(rooms(incident).map(|room| Effect::Entrust { room }));
            }
            if role == COMMANDER && person.is_none() {
                work.push(Effect::SetAlarm { alarm: Alarm::Commander, due: fact.at + plan.ask_commander });
            }
            work
        }
        Restore::TaskRemoved { .. } | Restore::TaskOpen { .. } => {
            let mut work = tell(fact, incident);
            work.extend(show_cards(incident));
            work
        }
        Restore::ActionRemoved { .. }
        | Restore::ActionOpen { .. }
        | Restore::Link { .. }
        | Restore::Milestone { .. } => show_cards(incident).collect(),
        Restore::Snooze { .. } => next_reminder(incident, fact.at, plan).into_iter().collect(),
        Restore::Entry => Vec::new(),
    }
}

fn rooms(incident: &Incident) -> impl Iterator<Item = RoomId> {
    incident.rooms.iter().map(|r| r.room.id.clone())
}

fn tell(fact: &Recorded, incident: &Incident) -> Vec<Effect> {
    rooms(incident).map(|room| Effect::Tell { room, fact: Box::new(fact.clone()) }).collect()
}

fn show_cards(incident: &Incident) -> impl Iterator<Item = Effect> {
    rooms(incident).map(|room| Effect::ShowCard { room })
}

fn show_topics(incident: &Incident) -> impl Iterator<Item = Effect> {
    rooms(incident).map(|room| Effect::ShowTopic { room })
}

/// Where it is announced by now, and where it is to be announced as it is now.
fn announcement_rooms(incident: &Incident, plan: &Plan) -> impl Iterator<Item = RoomId> {
    let mut rooms = plan.announcements.rooms(incident.matter());
    rooms.extend(incident.announcements.keys().cloned());
    rooms.sort();
    rooms.dedup();
    rooms.into_iter()
}

/// Brings each announcement up to date; where there was one before, its thread keeps what changed. Before the room
/// is there nothing is announced: the announcement follows from the opening.
fn announce(fact: &Recorded, incident: &Incident, plan: &Plan) -> Vec<Effect> {
    if incident.rooms.is_empty() {
        return Vec::new();
    }
    // A room that hears of it only by this very change has nothing to compare with.
    let severity_before = match &fact.event {
        Event::SeverityChanged { from, .. } => from,
        _ => &incident.severity,
    };
    let before = Matter { severity: severity_before, ..incident.matter() };
    let told_before = plan.announcements.rooms(before);
    let kind = news(fact, incident);
    let mut work = Vec::new();
    for room in announcement_rooms(incident, plan) {
        work.push(Effect::Announce { room: room.clone() });
        let hears = kind.is_none_or(|kind| plan.announcements.room_hears(&room, kind, incident.matter()));
        if hears && (told_before.contains(&room) || incident.announcements.contains_key(&room)) {
            work.push(Effect::AnnounceChange { room, fact: Box::new(fact.clone()) });
        }
    }
    work
}

/// The reminder before the next update; it replaces the one that waits.
fn next_reminder(incident: &Incident, now: DateTime<Utc>, plan: &Plan) -> Option<Effect> {
    let due = incident.update_due?;
    let alarm = Alarm::Update { reminder: Reminder::Soon, due };
    Some(Effect::SetAlarm { alarm, due: (due - plan.remind_before).max(now) })
}

/// Each reminder sets the next, from now: time in which Firebell was away is not made up for.
fn reminder_after(
    reminder: Reminder,
    due: DateTime<Utc>,
    now: DateTime<Utc>,
    incident: &Incident,
    plan: &Plan,
) -> Effect {
    let alarm = |reminder| Alarm::Update { reminder, due };
    match reminder {
        Reminder::Soon => Effect::SetAlarm { alarm: alarm(Reminder::Overdue), due: due.max(now) },
        Reminder::Overdue => Effect::SetAlarm { alarm: alarm(Reminder::Escalated), due: now + plan.remind_before },
        Reminder::Escalated => {
            // Half the cadence: often enough to be heard, seldom enough to work.
            let every = plan.update_every(&incident.severity).unwrap_or(TimeDelta::hours(1)) / 2;
            Effect::SetAlarm { alarm: alarm(Reminder::Escalated), due: now + every.max(plan.remind_before) }
        }
    }
}

fn snoozed(until: DateTime<Utc>, incident: &Incident) -> Option<Effect> {
    let due = incident.update_due?;
    let reminder = if until < due { Reminder::Soon } else { Reminder::Overdue };
    Some(Effect::SetAlarm { alarm: Alarm::Update { reminder, due }, due: until })
}
