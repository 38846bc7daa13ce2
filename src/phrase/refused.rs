//! Why nothing was changed, to the one who asked: what is the case, and what would work.

use super::{Doc, Span, Style, either, strong, text};
use crate::incident::{AlreadySo, Refusal, Status};
use crate::plan::{COMMANDER, Permission, Plan, key};

pub fn refused(refusal: &Refusal, plan: &Plan, style: &Style) -> Doc {
    match refusal {
        Refusal::AlreadySo(AlreadySo::Acknowledged { by, at }) => {
            Doc::new().line([strong(by), text(" has acknowledged it already, at "), Span::Time(*at), text(".")])
        }
        Refusal::AlreadySo(what) => already(what, plan),
        Refusal::NotPermitted { permission, rules } => {
            let rules: Vec<String> = rules.iter().map(|r| r.to_string()).collect();
            Doc::plain(format!("You may not {} here. It is for: {}.", doing(*permission), either(&rules)))
        }
        Refusal::NotOpen { status: Status::Merged, into: Some(into) } => {
            Doc::plain(format!("This incident was merged into {}. Go on there.", key(*into)))
        }
        Refusal::NotOpen { status, .. } => Doc::new().line([
            text(format!("This incident is {}. If it came back: ", status.as_str())),
            style.typed("reopen REASON"),
        ]),
        Refusal::StillOpen { status } => Doc::plain(format!("It is open: its status is {}.", status.as_str())),
        Refusal::StatusNeedsCommand { status: Status::Canceled } => {
            Doc::new().line([text("Canceling needs a reason: "), style.typed("cancel REASON")])
        }
        Refusal::StatusNeedsCommand { .. } => {
            Doc::new().line([text("Merging needs the other incident: "), style.typed("merge INC-n")])
        }
        Refusal::RoleHeld { role, by } => Doc::new().line([
            strong(&by.name),
            text(format!(" is {} already. They can hand it over with ", article(plan.role_label(role)))),
            style.typed("handover @who"),
            text(", or name somebody anew with "),
            style.typed(&format!("{} @who", if role == COMMANDER { "lead".into() } else { format!("role {role}") })),
            text("."),
        ]),
        Refusal::NotYours { held_by: Some(holder), .. } => Doc::new().line([
            text(format!("You are not in command, {} is. To name somebody anew: ", holder.name)),
            style.typed("lead @who"),
        ]),
        Refusal::NotYours { held_by: None, .. } => {
            Doc::new().line([text("Nobody is in command. Take it: "), style.typed("claim")])
        }
        Refusal::UnknownRole { word } => Doc::plain(format!("The plan has no role “{word}”.")),
        Refusal::UnknownSeverity { word } => Doc::plain(format!("The plan has no severity “{word}”.")),
        Refusal::UnknownService { word } => Doc::plain(format!("The plan has no service “{word}”.")),
        Refusal::NoSuchTask { number, open } => no_such("task", *number, open),
        Refusal::NoSuchAction { number, open } => no_such("action item", *number, open),
        Refusal::NothingToUndo { latest: None } => {
            Doc::plain("You changed nothing here in the last 60 seconds, so there is nothing to take back.")
        }
        Refusal::NothingToUndo { latest: Some(at) } => {
            Doc::new().line([text("Your last change was at "), Span::Time(*at), text(": too long ago to take back.")])
        }
        Refusal::Overtaken { what, by } => {
            Doc::plain(format!("{by} has changed the same since, so “{what}” can not be taken back."))
        }
        Refusal::InTheFuture { when } => Doc::plain(format!(
            "{} is still to come. The timeline is for what has happened.",
            when.format("%Y-%m-%d %H:%M UTC")
        )),
        Refusal::DetectedBeforeStarted => {
            Doc::plain("Then it would have been detected before it started. Correct the other time first.")
        }
        Refusal::NobodyToPage { label } => Doc::new().line([
            text(format!("Nobody can be paged for {label}: nobody is on call, or the plan names nobody. ")),
            style.typed("oncall"),
            text(" shows who is on call."),
        ]),
        Refusal::PrivateStaysPrivate => {
            Doc::plain("This incident is private, so it can not be on the public status page.")
        }
        Refusal::NothingPaged => Doc::plain("Nobody is being paged here."),
        Refusal::NoSuchIncident { number } => Doc::plain(format!("There is no {}.", key(*number))),
        Refusal::MergeWithItself => Doc::plain("That is this very incident."),
        Refusal::MergeIntoEnded { number, status } => Doc::plain(format!(
            "{} is {}. Reopen it first, or merge the other way round.",
            key(*number),
            status.as_str()
        )),
        Refusal::MergeWouldExpose { number } => Doc::plain(format!(
            "One of this incident and {} is private, the other is not: merging would show it to others. Cancel one of \
             them with a reason instead.",
            key(*number)
        )),
        Refusal::Alike { number, title, room } => {
            let mut line = vec![text(format!("{} “{title}” is open, and may be the same. ", key(*number)))];
            if let Some(room) = room {
                line.extend([text("Join it in "), Span::Room(room.clone()), text(". ")]);
            }
            line.extend([text("If yours is another one: "), style.typed("declare --anyway …")]);
            Doc::new().line(line)
        }
        Refusal::SameTitle { number, title, room } => {
            let mut line = vec![strong(format!("{} “{title}” is open already.", key(*number)))];
            if let Some(room) = room {
                line.extend([text(" Join it in "), Span::Room(room.clone()), text(".")]);
            }
            line.push(text(" If yours is another one, give it another title."));
            Doc::new().line(line)
        }
        Refusal::TextMissing { what } => Doc::plain(format!("There is no {what} in it.")),
        Refusal::TextTooLong { what: "title", limit } => {
            Doc::plain(format!("The title is too long: at most {limit} characters. Say the rest in the room."))
        }
        Refusal::TextTooLong { what, limit } => Doc::plain(format!(
            "The {what} is too long: at most {limit} characters. Write it as a message here and mark it with 📌."
        )),
        Refusal::NotALink { text: typed } => {
            let short: String = typed.chars().take(60).collect();
            Doc::plain(format!("“{short}” is not an address that begins with https:// or http://."))
        }
        Refusal::NoUpdateDue => Doc::plain("No update is due, so there is nothing to snooze."),
    }
}

fn already(what: &AlreadySo, plan: &Plan) -> Doc {
    Doc::plain(match what {
        AlreadySo::Role { role, person } => format!("{} is {} already.", person.name, article(plan.role_label(role))),
        AlreadySo::Severity { severity } => format!("It is {} already.", plan.severity_label(severity)),
        AlreadySo::Status { status } => format!("It is {} already.", status.as_str()),
        AlreadySo::Title => "That is its title already.".into(),
        AlreadySo::Link => "That link is there already.".into(),
        AlreadySo::TaskDone { number } => format!("Task {number} is done already."),
        AlreadySo::ActionDone { number } => format!("Action item {number} is done already."),
        AlreadySo::Paged { label } => format!("{label} is being paged already, until somebody acknowledges."),
        AlreadySo::Acknowledged { .. }
        | AlreadySo::Marked
        | AlreadySo::Unmarked
        | AlreadySo::Noted
        | AlreadySo::Settled => "It is so already.".into(),
    })
}

/// `the incident commander`
fn article(label: &str) -> String {
    format!("the {}", label.to_lowercase())
}

fn doing(permission: Permission) -> &'static str {
    match permission {
        Permission::Declare => "declare incidents",
        Permission::Command => "give or take roles",
        Permission::Severity => "change the severity",
        Permission::Status => "change the status",
        Permission::Update => "post updates",
        Permission::Close => "close, cancel, merge or reopen",
        Permission::Private => "see this incident",
        Permission::Contribute => "do this",
    }
}

fn no_such(what: &str, number: u32, open: &[u32]) -> Doc {
    let open: Vec<String> = open.iter().map(|n| n.to_string()).collect();
    Doc::plain(match open.as_slice() {
        [] => format!("There is no {what} {number}, and none is open."),
        open => format!("There is no {what} {number}. Open: {}.", open.join(", ")),
    })
}
