//! What a command does to an incident in this state: events, or a refusal that says why not.
//!
//! One file for each thing that a user can do. Every command of a person passes the permissions here, whatever
//! chat it came from.

mod actions;
mod alarms;
mod alerts;
mod declare;
mod learnt;
mod links;
mod log;
mod marks;
mod merge;
mod paging;
mod rename;
mod roles;
mod severity;
mod status;
mod tasks;
mod undo;
mod update;

use super::{Asked, Command, Event, Incident, Refusal, Status};
use crate::plan::{Permission, Plan, Standing};

/// The longest title, in characters: it must fit a chat's header (Slack's is 150) with the key before it.
pub const LIMIT_TITLE: usize = 120;
/// The longest text of a command, in characters; what is longer belongs into a message or a document.
pub const LIMIT_TEXT: usize = 4_000;

/// Decides. Learnt facts and alarms (`asked.by` is Firebell) need no permission.
pub fn decide(incident: &Incident, command: Command, asked: &Asked, plan: &Plan) -> Result<Vec<Event>, Refusal> {
    permit(incident, &command, asked, plan)?;
    refuse_when_over(incident, &command)?;
    match command {
        Command::Declare { title, severity, service, private, origin, same, anyway: _ } => {
            declare::declare(incident, title, severity, service, private, origin, same, asked, plan)
        }
        Command::Assign { role, to } => roles::assign(incident, role, to, plan),
        Command::Claim { role } => roles::claim(incident, role, asked, plan),
        Command::HandOver { to, note } => roles::hand_over(incident, to, note, asked),
        Command::SetSeverity { severity, reason } => severity::set(incident, severity, reason, asked, plan),
        Command::SetStatus { status, note } => status::set(incident, status, note, asked, plan),
        Command::Close { note } => status::close(incident, note),
        Command::Reopen { reason } => status::reopen(incident, reason, asked, plan),
        Command::Cancel { reason } => status::cancel(incident, reason),
        Command::SetMilestone { milestone, when } => log::set_milestone(incident, milestone, when, asked),
        Command::Update { text, public, title } => update::update(incident, text, public, title, asked, plan),
        Command::Snooze { until } => update::snooze(incident, until),
        Command::Page { paging, text } => paging::page(incident, paging, text, asked),
        Command::PageByPlan { pages } => paging::by_plan(incident, pages, asked),
        Command::Escalate { page, next } => paging::escalate(incident, page, next, asked),
        Command::Acknowledge => paging::acknowledge(incident, asked, plan),
        Command::AcknowledgeByLink { page, who } => paging::acknowledge_by_link(incident, page, &who),
        Command::Log { when, text } => log::log(when, text, asked),
        Command::Undo => undo::undo(incident, asked),
        Command::AddTask { text, owner } => tasks::add(incident, text, owner),
        Command::FinishTask { number } => tasks::finish(incident, number),
        Command::AddAction { text, owner, due, aim } => actions::add(incident, text, owner, due, aim),
        Command::FinishAction { number } => actions::finish(incident, number),
        Command::AddLink { url, label } => links::add(incident, url, label),
        Command::Rename { title } => rename::rename(incident, title),
        Command::Merge { into, target } => merge::merge(incident, into, target),
        Command::Absorb { other } => merge::absorb(incident, *other),
        Command::Mark { mark, message, pin, by_hand } => marks::mark(incident, mark, message, pin, by_hand, asked),
        Command::Unmark { mark, message, pin } => marks::unmark(incident, mark, message, pin, asked),
        Command::Revise { message, text } => marks::revise(incident, message, text),
        Command::Erase { message } => marks::erase(incident, message),
        Command::NoteRoom { room } => learnt::room(incident, room),
        Command::NoteCard { message } => learnt::card(incident, message),
        Command::NoteAnnouncement { message } => learnt::announcement(incident, message),
        Command::NoteRename { room } => learnt::rename(incident, room),
        Command::NoteLoss { room, why } => learnt::loss(incident, room, why),
        Command::NoteFound { room } => learnt::found(incident, room),
        Command::NoteGap { gap, found, whole } => learnt::gap(incident, gap, found, whole),
        Command::NoteUnread { message, author } => learnt::unread(incident, message, author),
        Command::NoteRead { message } => learnt::read(incident, message),
        Command::NoteAlert { alert, state } => alerts::note(incident, alert, state),
        Command::Ring(alarm) => alarms::ring(incident, alarm, asked),
    }
}

/// Which permission a person needs for this; `None`: it follows from something else that was permitted.
fn needs(command: &Command) -> Option<Permission> {
    Some(match command {
        Command::Declare { .. } => Permission::Declare,
        Command::Assign { .. } | Command::Claim { .. } | Command::HandOver { .. } => Permission::Command,
        Command::SetSeverity { .. } => Permission::Severity,
        Command::SetStatus { status: Status::Closed | Status::Canceled | Status::Merged, .. }
        | Command::Close { .. }
        | Command::Cancel { .. }
        | Command::Reopen { .. }
        | Command::Merge { .. } => Permission::Close,
        Command::SetStatus { .. } => Permission::Status,
        Command::Update { .. } | Command::Snooze { .. } => Permission::Update,
        Command::SetMilestone { .. }
        | Command::Log { .. }
        | Command::Undo
        | Command::AddTask { .. }
        | Command::FinishTask { .. }
        | Command::AddAction { .. }
        | Command::FinishAction { .. }
        | Command::AddLink { .. }
        | Command::Rename { .. }
        | Command::Page { .. }
        | Command::Acknowledge
        | Command::Mark { .. }
        | Command::Unmark { .. } => Permission::Contribute,
        Command::Revise { .. }
        | Command::Erase { .. }
        | Command::Absorb { .. }
        | Command::NoteRoom { .. }
        | Command::NoteCard { .. }
        | Command::NoteAnnouncement { .. }
        | Command::NoteRename { .. }
        | Command::NoteLoss { .. }
        | Command::NoteFound { .. }
        | Command::NoteGap { .. }
        | Command::NoteUnread { .. }
        | Command::NoteRead { .. }
        | Command::PageByPlan { .. }
        | Command::Escalate { .. }
        | Command::AcknowledgeByLink { .. }
        | Command::NoteAlert { .. }
        | Command::Ring(_) => return None,
    })
}

fn permit(incident: &Incident, command: &Command, asked: &Asked, plan: &Plan) -> Result<(), Refusal> {
    let (Some(permission), Some(person)) = (needs(command), asked.by.person()) else { return Ok(()) };
    // Who is called may answer, wherever they are.
    let called = || incident.pages.iter().any(|page| page.has_called(&person.id, plan));
    if matches!(command, Command::Acknowledge) && called() {
        return Ok(());
    }
    let roles = incident.roles_of(&person.id);
    let standing =
        Standing { person: &person.id, known: asked.known, member: asked.member, groups: &asked.groups, roles: &roles };
    match plan.permits(permission, standing) {
        true => Ok(()),
        false => Err(Refusal::NotPermitted { permission, rules: plan.permissions.rules(permission).to_vec() }),
    }
}

/// After the end the record can still be completed; the incident itself does not move but by `reopen`.
fn refuse_when_over(incident: &Incident, command: &Command) -> Result<(), Refusal> {
    if !incident.is_declared() || incident.status.is_open() {
        return Ok(());
    }
    let moves = matches!(
        command,
        Command::Assign { .. }
            | Command::Claim { .. }
            | Command::HandOver { .. }
            | Command::SetSeverity { .. }
            | Command::SetStatus { .. }
            | Command::Cancel { .. }
            | Command::Update { .. }
            | Command::Snooze { .. }
            | Command::AddTask { .. }
            | Command::Page { .. }
            | Command::Merge { .. }
            | Command::Absorb { .. }
    );
    let gone = incident.status == Status::Merged && needs(command).is_some();
    let again = matches!(command, Command::SetStatus { status, .. } if *status == incident.status);
    match (moves && !again) || gone {
        true => Err(Refusal::NotOpen { status: incident.status, into: incident.merged_into }),
        false => Ok(()),
    }
}

/// A text that a person gave: not empty, not longer than `limit` characters.
fn checked(text: String, what: &'static str, limit: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::TextMissing { what });
    }
    if text.chars().count() > limit {
        return Err(Refusal::TextTooLong { what, limit });
    }
    Ok(text.to_string())
}

/// The same for a text that may be left out.
fn checked_note(note: Option<String>, what: &'static str) -> Result<Option<String>, Refusal> {
    match note {
        Some(note) if !note.trim().is_empty() => checked(note, what, LIMIT_TEXT).map(Some),
        _ => Ok(None),
    }
}
