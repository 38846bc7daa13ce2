//! How an event changes the state. Total: every event applies to every state, since what is in the log has happened.

use chrono::{DateTime, TimeDelta, Utc};

use super::timeline::kind_of;
use super::{
    Acknowledged, ActionItem, Actor, AlertState, Change, Entry, EntryKind, Event, Gap, Incident, IncidentAlert,
    IncidentRoom, Link, Loss, LostRoom, Marked, Milestone, Milestones, NotedAlert, Page, Public, PublicUpdate,
    Recorded, Reminded, Restore, SaidMessage, Source, Status, Task, Update,
};
use crate::plan::{COMMANDER, Mark, MessageId, Person, Reached, RoomId};

/// How long a change can be taken back; older ones are forgotten.
pub(super) const UNDO_FOR: TimeDelta = TimeDelta::seconds(60);

pub fn evolve(mut incident: Incident, fact: &Recorded) -> Incident {
    let restore = restore(&incident, fact);
    apply(&mut incident, fact);
    incident.seq = fact.seq;
    // Nobody needs to come any more.
    if !incident.status.is_active() {
        incident.pages.iter_mut().for_each(|page| page.next = None);
    }
    incident.ended = if incident.status.is_open() { None } else { incident.ended.or(Some(fact.at)) };
    remember_change(&mut incident, fact, restore);
    incident
}

fn apply(incident: &mut Incident, fact: &Recorded) {
    let at = fact.at;
    match &fact.event {
        Event::Declared { title, severity, service, private, origin, update_due } => {
            incident.title = title.clone();
            incident.severity = severity.clone();
            incident.service = service.clone();
            incident.private = *private;
            incident.origin = origin.clone();
            incident.update_due = *update_due;
            incident.declared_by = fact.by.person().cloned();
            incident.declared_in = fact.place.clone();
            incident.milestones.declared = Some(at);
            note(incident, fact, EntryKind::Declared, title.clone());
        }
        Event::RoomOpened { room } => {
            incident.rooms.push(IncidentRoom { room: room.clone(), card: None, lost: None });
        }
        Event::CardPosted { message } => {
            if let Some(room) = incident.rooms.iter_mut().find(|r| r.room.id == message.room) {
                room.card = Some(message.clone());
            }
        }
        Event::Announced { message } => {
            incident.announcements.insert(message.room.clone(), message.clone());
        }
        Event::RoleChanged { role, to, note: reason, handover, .. } => {
            set_role(incident, role, to.clone());
            if role == COMMANDER && to.is_some() {
                incident.milestones.acknowledged.get_or_insert(at);
            }
            let verb = if *handover { " handed over to" } else { ":" };
            let text = match to {
                Some(person) => with_note(format!("{role}{verb} {}", person.name), reason.as_deref()),
                None => format!("{role}: nobody"),
            };
            note(incident, fact, EntryKind::Role, capital(&text));
        }
        Event::SeverityChanged { from, to, reason, update_due } => {
            incident.severity = to.clone();
            incident.update_due = *update_due;
            let text = format!("{} → {}", from.to_uppercase(), to.to_uppercase());
            note(incident, fact, EntryKind::Severity, with_note(text, reason.as_deref()));
        }
        Event::StatusChanged { to, note: reason, update_due, .. } => {
            move_milestones(&mut incident.milestones, *to, at);
            incident.status = *to;
            tell_public(incident, fact);
            incident.update_due = *update_due;
            let text = with_note(to.as_str().to_string(), reason.as_deref());
            note(incident, fact, EntryKind::Status, text);
        }
        Event::MilestoneSet { milestone, when } => {
            incident.milestones.put(*milestone, Some(*when));
            let text = match milestone {
                Milestone::Started => "Impact began".to_string(),
                Milestone::Detected => "Noticed".to_string(),
                other => capital(other.as_str()),
            };
            note_at(incident, fact, EntryKind::Milestone, text, *when, Source::Event);
        }
        Event::Updated { text, update_due, public, title } => {
            if let Some(by) = fact.by.person() {
                incident.updates.push(Update { seq: fact.seq, at, by: by.clone(), text: text.clone() });
            }
            incident.update_due = *update_due;
            incident.reminded = None;
            incident.snoozed_until = None;
            note(incident, fact, EntryKind::Update, text.clone());
            if *public {
                publish(incident, fact, title.as_deref(), text);
            }
        }
        Event::Published { title } => publish(incident, fact, Some(title), ""),
        Event::Logged { when, text } => {
            note_at(incident, fact, EntryKind::Note, text.clone(), *when, Source::Log);
        }
        Event::Marked { mark, message, action, pin, by_hand } => {
            let marked = |by| Marked { by, mark: *mark, pin: *pin, by_hand: *by_hand };
            put_mark(incident, fact, message, *action, marked);
        }
        Event::Unmarked { mark, message, pin } => take_mark(incident, fact, *mark, message, *pin),
        Event::MessageRevised { message, text } => revise(incident, message, text),
        Event::MessageDeleted { message } => erase(incident, message),
        Event::TaskAdded { number, text, owner, by_plan } => {
            let task = Task { number: *number, text: text.clone(), owner: owner.clone(), done: None };
            incident.tasks.push(task);
            incident.last_task = incident.last_task.max(*number);
            // What the plan says of every such incident is no news of this one.
            if !by_plan {
                note(incident, fact, EntryKind::Task, format!("Task {number}: {}", owned(text, owner.as_ref())));
            }
        }
        Event::TaskDone { number } => {
            if let Some(task) = incident.tasks.iter_mut().find(|t| t.number == *number) {
                task.done = Some(at);
                let text = format!("Task {number} done: {}", task.text);
                note(incident, fact, EntryKind::Task, text);
            }
        }
        Event::ActionAdded { number, text, owner, due, aim } => {
            incident.actions.push(ActionItem {
                number: *number,
                text: text.clone(),
                owner: owner.clone(),
                due: *due,
                aim: *aim,
                source: None,
                added: at,
                done: None,
            });
            incident.last_action = incident.last_action.max(*number);
            note(incident, fact, EntryKind::Action, format!("Action item {number}: {}", owned(text, owner.as_ref())));
        }
        Event::ActionDone { number } => {
            if let Some(action) = incident.actions.iter_mut().find(|a| a.number == *number) {
                action.done = Some(at);
                let text = format!("Action item {number} done: {}", action.text);
                note(incident, fact, EntryKind::Action, text);
            }
        }
        Event::LinkAdded { url, label } => {
            incident.links.push(Link { url: url.clone(), label: label.clone() });
            let text = label.as_ref().map_or(url.clone(), |label| format!("{label}: {url}"));
            note(incident, fact, EntryKind::Link, text);
        }
        Event::Renamed { from, to } => {
            incident.title = to.clone();
            note(incident, fact, EntryKind::Title, format!("Renamed from “{from}” to “{to}”"));
        }
        Event::Merged { into } => {
            incident.status = Status::Merged;
            tell_public(incident, fact);
            incident.merged_into = Some(*into);
            incident.update_due = None;
            note(incident, fact, EntryKind::Merge, format!("Merged into {}", crate::plan::key(*into)));
        }
        Event::Absorbed { other, title, rooms, timeline, tasks, actions, links } => {
            incident.absorbed.push(*other);
            incident.rooms.extend(rooms.iter().cloned());
            incident.timeline.extend(timeline.iter().cloned());
            incident.timeline.sort_by_key(Entry::order);
            absorb_work(incident, tasks, actions);
            incident.links.extend(
                links.iter().filter(|l| !incident.links.iter().any(|k| k.url == l.url)).cloned().collect::<Vec<_>>(),
            );
            note(incident, fact, EntryKind::Merge, format!("{} “{title}” goes on here", crate::plan::key(*other)));
        }
        Event::TakenBack { seq, what, restore } => take_back(incident, fact, *seq, what, restore),
        Event::CommanderAsked => {}
        Event::UpdateReminded { reminder, due, .. } => {
            incident.reminded = Some(Reminded { due: *due, reminder: *reminder });
        }
        Event::Snoozed { until } => incident.snoozed_until = Some(*until),
        Event::RoomRenamed { room } => {
            if let Some(known) = incident.rooms.iter_mut().find(|r| r.room.id == room.id) {
                known.room.name = room.name.clone();
            }
        }
        Event::RoomLost { room, why } => lose(incident, fact, room, *why),
        // What was lost meanwhile is known once it is read back.
        Event::RoomFound { .. } => {}
        Event::GapNoted { gap, found, whole } => close_gap(incident, fact, gap, *found, *whole),
        Event::MessageUnread { message, author } => unread(incident, fact, message, author),
        Event::MessageRead { message } => incident.timeline.retain(|entry| !entry.is_unread(message)),
        Event::AlertNoted { alert, state } => note_alert(incident, fact, alert, *state),
        Event::Paged { .. } => call(incident, fact),
        Event::PageAcknowledged { page, by } => answer(incident, fact, *page, by),
    }
}

/// The public reads this from now on, and how it stands.
fn publish(incident: &mut Incident, fact: &Recorded, title: Option<&str>, text: &str) {
    let status = incident.status;
    let update = PublicUpdate { seq: fact.seq, at: fact.at, status, text: text.to_string() };
    let public =
        incident.public.get_or_insert_with(|| Public { title: String::new(), since: fact.at, updates: Vec::new() });
    if let Some(title) = title {
        public.title = title.to_string();
    }
    public.updates.push(update);
}

/// Closing something that is over already is nobody's business out there.
fn tell_public(incident: &mut Incident, fact: &Recorded) {
    let status = incident.status;
    let Some(public) = &mut incident.public else { return };
    if public.resolved().is_some() && !status.is_active() {
        return;
    }
    public.updates.push(PublicUpdate { seq: fact.seq, at: fact.at, status, text: String::new() });
}

fn note_alert(incident: &mut Incident, fact: &Recorded, alert: &NotedAlert, state: AlertState) {
    let says = match state {
        AlertState::Firing => "Alert",
        AlertState::Over => "Alert is over",
        AlertState::Flapping => "Alert fires and is over again and again",
    };
    // It may have begun long before it was told here.
    let at = if state == AlertState::Flapping { fact.at } else { alert.at.min(fact.at) };
    let text = format!("{says}: {} ({})", alert.title, alert.source);
    note_at(incident, fact, EntryKind::Alert, text, at, Source::Event);
    match incident.alerts.iter_mut().find(|known| known.alert.is(alert)) {
        Some(known) => *known = IncidentAlert { alert: alert.clone(), state, seq: fact.seq },
        None => incident.alerts.push(IncidentAlert { alert: alert.clone(), state, seq: fact.seq }),
    }
}

fn call(incident: &mut Incident, fact: &Recorded) {
    let Event::Paged { page, target, label, text, step, attempt, to, next } = &fact.event else { return };
    let whom: Vec<String> = to.iter().map(called).collect();
    let line = match (whom.is_empty(), attempt) {
        (true, _) => format!("Paged {label}: there is nobody to call"),
        (false, 1) => with_note(format!("Paged {label}: {}", whom.join(", ")), text.as_deref()),
        (false, _) => format!("Paged {label} again, since nobody answered: {}", whom.join(", ")),
    };
    note(incident, fact, EntryKind::Page, line);
    match incident.pages.iter_mut().find(|p| p.number == *page) {
        Some(known) => {
            (known.step, known.attempt, known.next) = (*step, *attempt, Some(*next));
            let new = to.iter().filter(|r| !known.reached.contains(r)).cloned().collect::<Vec<_>>();
            known.reached.extend(new);
        }
        None => incident.pages.push(Page {
            number: *page,
            target: target.clone(),
            label: label.clone(),
            text: text.clone(),
            by: fact.by.clone(),
            at: fact.at,
            step: *step,
            attempt: *attempt,
            reached: to.clone(),
            next: Some(*next),
            acknowledged: None,
        }),
    }
}

fn called(whom: &Reached) -> String {
    match &whom.why {
        Some(rotation) => format!("{} (on call for {rotation})", whom.name),
        None => whom.name.clone(),
    }
}

fn answer(incident: &mut Incident, fact: &Recorded, page: u32, by: &str) {
    let Some(known) = incident.pages.iter_mut().find(|p| p.number == page) else { return };
    known.next = None;
    known.acknowledged = Some(Acknowledged { by: by.to_string(), at: fact.at });
    let text = format!("{by} has acknowledged the page for {}", known.label);
    note(incident, fact, EntryKind::Page, text);
}

fn lose(incident: &mut Incident, fact: &Recorded, room: &RoomId, why: Loss) {
    let by = fact.by.person().map(|p| format!(" by {}", p.name)).unwrap_or_default();
    let name = incident.room_name(room).to_string();
    if let Some(known) = incident.rooms.iter_mut().find(|r| r.room.id == *room) {
        known.lost = Some(LostRoom { seq: fact.seq, at: fact.at, why });
    }
    let text = format!("Gap: #{name}, from {} UTC on: {}{by}", fact.at.format("%H:%M"), why.as_str());
    note(incident, fact, EntryKind::Gap, text);
}

/// The line that said that the room is lost makes place for the one that says from when to when it was.
fn close_gap(incident: &mut Incident, fact: &Recorded, gap: &Gap, found: u32, whole: bool) {
    let name = incident.room_name(&gap.room).to_string();
    let known = incident.rooms.iter_mut().find(|r| r.room.id == gap.room);
    let lost = known.and_then(|r| r.lost.take_if(|lost| lost.at <= gap.from));
    if let Some(lost) = lost {
        incident.timeline.retain(|e| !(e.kind == EntryKind::Gap && e.incident == fact.incident && e.seq == lost.seq));
    }
    let day = if gap.from.date_naive() == gap.until.date_naive() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
    let why = gap.lost.map_or("Firebell was away", Loss::as_str);
    let read = match (found, whole) {
        (0, true) => "nothing was said meanwhile".to_string(),
        (1, true) => "one change was read back".to_string(),
        (n, true) => format!("{n} changes were read back"),
        (n, false) => format!("{n} changes were read back, the rest could not be read"),
    };
    let text = format!("Gap: #{name}, {} to {} UTC: {why}; {read}", gap.from.format(day), gap.until.format(day));
    note_at(incident, fact, EntryKind::Gap, text, gap.from, Source::Event);
}

/// Until its key comes.
fn unread(incident: &mut Incident, fact: &Recorded, message: &MessageId, author: &Person) {
    let name = incident.room_name(&message.room);
    let at = fact.at.format("%H:%M");
    let text = format!("Gap: #{name}, {at} UTC: could not be decrypted, from {} ({})", author.name, author.id.id);
    note_at(incident, fact, EntryKind::Gap, text, fact.at, Source::Unread { message: message.clone() });
}

/// Puts a line of the fact's own time on the timeline.
fn note(incident: &mut Incident, fact: &Recorded, kind: EntryKind, text: String) {
    note_at(incident, fact, kind, text, fact.at, Source::Event);
}

fn note_at(incident: &mut Incident, fact: &Recorded, kind: EntryKind, text: String, at: DateTime<Utc>, source: Source) {
    insert(incident, Entry { incident: fact.incident, seq: fact.seq, at, author: fact.by.clone(), kind, text, source });
}

/// Keeps the timeline in order of time.
fn insert(incident: &mut Incident, entry: Entry) {
    let place = incident.timeline.partition_point(|e| e.order() <= entry.order());
    incident.timeline.insert(place, entry);
}

fn with_note(text: String, note: Option<&str>) -> String {
    match note {
        Some(note) => format!("{text}: {note}"),
        None => text,
    }
}

fn owned(text: &str, owner: Option<&Person>) -> String {
    owner.map_or(text.to_string(), |o| format!("{text} ({})", o.name))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

fn set_role(incident: &mut Incident, role: &str, person: Option<Person>) {
    match person {
        Some(person) => incident.roles.insert(role.to_string(), person),
        None => incident.roles.remove(role),
    };
}

/// Sets what this status reaches, and clears what is not true any more since it became worse again.
fn move_milestones(milestones: &mut Milestones, to: Status, at: DateTime<Utc>) {
    if to < Status::Monitoring {
        milestones.mitigated = None;
    }
    if to < Status::Resolved {
        milestones.resolved = None;
    }
    if to < Status::Closed {
        milestones.closed = None;
    }
    match to {
        Status::Monitoring => milestones.mitigated = milestones.mitigated.or(Some(at)),
        Status::Resolved => milestones.resolved = milestones.resolved.or(Some(at)),
        Status::Closed => {
            milestones.resolved = milestones.resolved.or(Some(at));
            milestones.closed = Some(at);
        }
        _ => {}
    }
}

fn put_mark(
    incident: &mut Incident,
    fact: &Recorded,
    message: &SaidMessage,
    action: Option<u32>,
    marked: impl FnOnce(Person) -> Marked,
) {
    let Some(marked) = fact.by.person().cloned().map(marked) else { return };
    match incident.timeline.iter_mut().find(|e| e.is_of(&message.id)) {
        Some(entry) => {
            if let Source::Message { marks, .. } = &mut entry.source {
                marks.push(marked);
                entry.kind = kind_of(marks);
            }
        }
        None => {
            let marks = vec![marked];
            insert(
                incident,
                Entry {
                    incident: fact.incident,
                    seq: fact.seq,
                    at: message.at,
                    author: Actor::Person(message.author.clone()),
                    kind: kind_of(&marks),
                    text: message.text.clone(),
                    source: Source::Message {
                        message: message.id.clone(),
                        link: message.link.clone(),
                        marks,
                        first_text: None,
                        deleted: false,
                    },
                },
            );
        }
    }
    if let Some(number) = action {
        incident.last_action = incident.last_action.max(number);
        incident.actions.push(ActionItem {
            number,
            text: first_line(&message.text),
            owner: None,
            due: None,
            aim: None,
            source: Some(message.id.clone()),
            added: fact.at,
            done: None,
        });
    }
}

fn take_mark(incident: &mut Incident, fact: &Recorded, mark: Mark, message: &MessageId, pin: bool) {
    let Some(by) = fact.by.person() else { return };
    let Some(place) = incident.timeline.iter().position(|e| e.is_of(message)) else { return };
    let entry = &mut incident.timeline[place];
    let Source::Message { marks, .. } = &mut entry.source else { return };
    marks.retain(|m| !(m.mark == mark && m.pin == pin && m.can_be_taken_off_by(&by.id)));
    let still_an_action = marks.iter().any(|m| m.mark == Mark::Action);
    if marks.is_empty() {
        incident.timeline.remove(place);
    } else {
        entry.kind = kind_of(marks);
    }
    if mark == Mark::Action && !still_an_action {
        incident.actions.retain(|a| a.source.as_ref() != Some(message) || a.done.is_some());
    }
}

fn revise(incident: &mut Incident, id: &MessageId, text: &str) {
    for entry in incident.timeline.iter_mut().filter(|e| e.is_of(id)) {
        let before = std::mem::replace(&mut entry.text, text.to_string());
        if let Source::Message { first_text, .. } = &mut entry.source {
            first_text.get_or_insert(before);
        }
    }
    for action in incident.actions.iter_mut().filter(|a| a.source.as_ref() == Some(id)) {
        action.text = first_line(text);
    }
}

fn erase(incident: &mut Incident, id: &MessageId) {
    for entry in incident.timeline.iter_mut().filter(|e| e.is_of(id)) {
        entry.text.clear();
        if let Source::Message { first_text, deleted, .. } = &mut entry.source {
            *first_text = None;
            *deleted = true;
        }
    }
    for action in incident.actions.iter_mut().filter(|a| a.source.as_ref() == Some(id)) {
        action.text = "(message deleted)".into();
    }
}

/// What a message is called where there is space for a line.
pub(super) fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or("(no text)");
    let mut cut: String = line.chars().take(200).collect();
    if cut.len() < line.len() {
        cut.push('…');
    }
    cut
}

/// The other incident's work gets numbers of this one.
fn absorb_work(incident: &mut Incident, tasks: &[Task], actions: &[ActionItem]) {
    for task in tasks {
        incident.last_task += 1;
        incident.tasks.push(Task { number: incident.last_task, ..task.clone() });
    }
    for action in actions {
        incident.last_action += 1;
        incident.actions.push(ActionItem { number: incident.last_action, ..action.clone() });
    }
}

fn take_back(incident: &mut Incident, fact: &Recorded, seq: i64, what: &str, restore: &Restore) {
    match restore {
        Restore::Severity { severity, update_due } => {
            incident.severity = severity.clone();
            incident.update_due = *update_due;
        }
        Restore::Status { status, mitigated, resolved, closed, update_due } => {
            take_from_public(incident, seq);
            incident.status = *status;
            incident.update_due = *update_due;
            let milestones = &mut incident.milestones;
            (milestones.mitigated, milestones.resolved, milestones.closed) = (*mitigated, *resolved, *closed);
        }
        Restore::Milestone { milestone, when } => incident.milestones.put(*milestone, *when),
        Restore::Role { role, person, acknowledged } => {
            set_role(incident, role, person.clone());
            if role == COMMANDER {
                incident.milestones.acknowledged = *acknowledged;
            }
        }
        Restore::Title { title } => incident.title = title.clone(),
        Restore::Entry => {}
        Restore::Update { update_due } => {
            incident.updates.retain(|u| u.seq != seq);
            take_from_public(incident, seq);
            incident.update_due = *update_due;
        }
        Restore::TaskRemoved { number } => incident.tasks.retain(|t| t.number != *number),
        Restore::TaskOpen { number } => {
            incident.tasks.iter_mut().filter(|t| t.number == *number).for_each(|t| t.done = None);
        }
        Restore::ActionRemoved { number } => incident.actions.retain(|a| a.number != *number),
        Restore::ActionOpen { number } => {
            incident.actions.iter_mut().filter(|a| a.number == *number).for_each(|a| a.done = None);
        }
        Restore::Link { url } => incident.links.retain(|l| l.url != *url),
        Restore::Snooze { until } => incident.snoozed_until = *until,
    }
    incident.changes.retain(|c| c.seq != seq);
    // What nobody else acted upon leaves no trace; a change that the room saw stays, with its taking back.
    let silent = matches!(
        restore,
        Restore::Entry
            | Restore::Milestone { .. }
            | Restore::Update { .. }
            | Restore::TaskRemoved { .. }
            | Restore::ActionRemoved { .. }
            | Restore::Link { .. }
            | Restore::Snooze { .. }
    );
    if silent {
        incident.timeline.retain(|e| !(e.incident == fact.incident && e.seq == seq));
    } else {
        note(incident, fact, EntryKind::TakenBack, what.to_string());
    }
}

/// What nobody has read any more was never public.
fn take_from_public(incident: &mut Incident, seq: i64) {
    if let Some(public) = &mut incident.public {
        public.updates.retain(|update| update.seq != seq);
    }
    incident.public.take_if(|public| public.updates.is_empty());
}

/// What would take this event back, seen from the state before it.
fn restore(before: &Incident, fact: &Recorded) -> Option<(String, Restore)> {
    let milestones = &before.milestones;
    Some(match &fact.event {
        Event::RoleChanged { role, to, .. } => (
            format!("{role} {}", to.as_ref().map_or("nobody", |p| &p.name)),
            Restore::Role {
                role: role.clone(),
                person: before.roles.get(role).cloned(),
                acknowledged: milestones.acknowledged,
            },
        ),
        Event::SeverityChanged { to, .. } => (
            format!("severity {}", to.to_uppercase()),
            Restore::Severity { severity: before.severity.clone(), update_due: before.update_due },
        ),
        Event::StatusChanged { to, .. } => (
            format!("status {}", to.as_str()),
            Restore::Status {
                status: before.status,
                mitigated: milestones.mitigated,
                resolved: milestones.resolved,
                closed: milestones.closed,
                update_due: before.update_due,
            },
        ),
        Event::MilestoneSet { milestone, .. } => (
            format!("the time of {}", milestone.as_str()),
            Restore::Milestone { milestone: *milestone, when: milestones.get(*milestone) },
        ),
        Event::Updated { .. } => ("the update".into(), Restore::Update { update_due: before.update_due }),
        Event::Logged { text, .. } => (format!("log entry “{}”", first_line(text)), Restore::Entry),
        Event::TaskAdded { number, by_plan: false, .. } => {
            (format!("task {number}"), Restore::TaskRemoved { number: *number })
        }
        Event::TaskDone { number } => (format!("task {number} done"), Restore::TaskOpen { number: *number }),
        Event::ActionAdded { number, .. } => {
            (format!("action item {number}"), Restore::ActionRemoved { number: *number })
        }
        Event::ActionDone { number } => (format!("action item {number} done"), Restore::ActionOpen { number: *number }),
        Event::LinkAdded { url, .. } => (format!("link {url}"), Restore::Link { url: url.clone() }),
        Event::Renamed { to, .. } => (format!("title “{to}”"), Restore::Title { title: before.title.clone() }),
        Event::Snoozed { .. } => ("the snooze".into(), Restore::Snooze { until: before.snoozed_until }),
        _ => return None,
    })
}

fn remember_change(incident: &mut Incident, fact: &Recorded, restore: Option<(String, Restore)>) {
    incident.changes.retain(|c| c.at + UNDO_FOR >= fact.at);
    if let (Some((what, restore)), Some(by)) = (restore, fact.by.person()) {
        incident.changes.push(Change { seq: fact.seq, at: fact.at, by: by.clone(), what, restore });
    }
}
