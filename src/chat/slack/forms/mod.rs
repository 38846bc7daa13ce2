//! Forms: Slack's modals as a nicer keyboard. A form has no action of its own: what is submitted becomes the words of
//! the command that it stands for ([`submitted`]), and those go the way of all typed words.

mod fields;
mod submitted;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use slack_morphism::prelude::*;

use crate::grammar::{Verb, word};
use crate::incident::{Incident, LIMIT_TITLE, Status};
use crate::plan::{Plan, Role, Service, Severity};
use fields::{
    AIM, Choice, DUE, IMPACT, OWNER, PRIVATE, PUBLIC, ROLE, SCOPE, SERVICE, SEVERITY, STATUS, TEXT, TITLE, WHEN,
    checkbox, date, input, line, lines, note, optional, person, select, shortened,
};
pub use submitted::{Problems, Submitted, submitted};

/// The `callback_id` of each form; which one it is stands in its metadata.
pub const CALLBACK: &str = "form";

/// The longest text that a Slack input takes, in characters.
const LIMIT_INPUT: usize = 3_000;

/// A command that can be filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    Declare,
    Update,
    Status,
    Severity,
    Triage,
    Role,
    Log,
    Task,
    Action,
    Close,
}

impl Form {
    #[cfg(test)]
    const ALL: [Form; 10] = [
        Form::Declare,
        Form::Update,
        Form::Status,
        Form::Severity,
        Form::Triage,
        Form::Role,
        Form::Log,
        Form::Task,
        Form::Action,
        Form::Close,
    ];

    /// The form for a command's word that stands alone; no words at all have none.
    pub fn for_words(words: &str) -> Option<Form> {
        match word(words.trim())?.verb {
            Verb::Declare => Some(Form::Declare),
            Verb::Update => Some(Form::Update),
            Verb::Status => Some(Form::Status),
            Verb::Severity => Some(Form::Severity),
            Verb::Triage => Some(Form::Triage),
            Verb::Role => Some(Form::Role),
            Verb::Log => Some(Form::Log),
            Verb::Task => Some(Form::Task),
            Verb::Action => Some(Form::Action),
            Verb::Close => Some(Form::Close),
            _ => None,
        }
    }

    /// At most 24 characters.
    fn title(self) -> &'static str {
        match self {
            Form::Declare => "Declare an incident",
            Form::Update => "Post an update",
            Form::Status => "Change the status",
            Form::Severity => "Change the severity",
            Form::Triage => "How bad is it?",
            Form::Role => "Give somebody a role",
            Form::Log => "Add to the timeline",
            Form::Task => "Add a task",
            Form::Action => "Add an action item",
            Form::Close => "Close the incident",
        }
    }

    /// What the button says that submits it.
    fn submit(self) -> &'static str {
        match self {
            Form::Declare => "Declare",
            Form::Update => "Post",
            Form::Status | Form::Severity => "Change",
            Form::Triage => "Propose a severity",
            Form::Role => "Give",
            Form::Log | Form::Task | Form::Action => "Add",
            Form::Close => "Close incident",
        }
    }
}

/// What a form is opened with.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    pub plan: &'a Plan,
    pub incident: Option<&'a Incident>,
    /// The channel that it was opened in.
    pub room: Option<&'a str>,
    /// The message that it was opened on, in that channel: its `ts` and its readable text.
    pub origin: Option<(&'a str, &'a str)>,
    pub response_url: Option<&'a str>,
    /// It was opened on what was said in private.
    pub private: bool,
}

/// What a form brings back besides what was filled in, as JSON in `private_metadata` (at most 3,000 characters).
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Carried {
    form: Form,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    room: Option<String>,
    /// The message's `ts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response_url: Option<String>,
}

/// The form, to be filled in.
pub fn view(form: Form, about: &About<'_>) -> SlackView {
    let blocks = about.incident.map(heading).into_iter();
    let blocks = blocks.chain(inputs(form, about).into_iter().map(SlackBlock::from)).collect();
    let carried = Carried {
        form,
        room: about.room.map(str::to_string),
        origin: about.origin.map(|(ts, _)| ts.to_string()),
        response_url: about.response_url.map(str::to_string),
    };
    let view = modal(form, "Cancel", blocks).with_submit(form.submit().into()).with_callback_id(CALLBACK.into());
    SlackView::Modal(view.opt_private_metadata(serde_json::to_string(&carried).ok()))
}

fn modal(form: Form, close: &str, blocks: Vec<SlackBlock>) -> SlackModalView {
    SlackModalView::new(form.title().into(), blocks).with_close(close.into())
}

/// People may have come from another incident's room a moment ago.
fn heading(incident: &Incident) -> SlackBlock {
    let text = format!("{} · {}", incident.key(), incident.title);
    SlackContextBlock::new(vec![SlackBlockPlainText::from(text).into()]).into()
}

fn inputs(form: Form, about: &About<'_>) -> Vec<SlackInputBlock> {
    let said = about.origin.map(|(_, text)| text.trim()).unwrap_or_default();
    match form {
        Form::Declare => declare(about, said),
        Form::Update => {
            let text = input(TEXT, "How does it stand?", lines(TEXT, said));
            let public = Choice::new("public", "On the status page, too", "Everybody can read it there.");
            let public = optional(input(PUBLIC, "Who may read it", checkbox(PUBLIC, &public, false)));
            let mut inputs = vec![text.with_hint("It goes to the room and to the stakeholders.".into())];
            inputs.extend(about.incident.is_some_and(|i| !i.private).then_some(public));
            inputs
        }
        Form::Status => vec![
            input(STATUS, "Status", select(STATUS, statuses(), about.incident.map(|i| i.status.as_str()))),
            note("Note"),
        ],
        Form::Severity => {
            let present = about.incident.map(|i| i.severity.as_str());
            vec![input(SEVERITY, "Severity", select(SEVERITY, severities(about.plan), present)), note("Reason")]
        }
        Form::Triage => vec![
            input(
                IMPACT,
                "How bad is it for those whom it meets?",
                select(IMPACT, numbered(&about.plan.triage.impacts), None),
            ),
            input(SCOPE, "How many does it meet?", select(SCOPE, numbered(&about.plan.triage.scopes), None)),
        ],
        Form::Role => {
            let roles =
                about.plan.roles.iter().map(|Role { key, label, meaning, .. }| Choice::new(key, label, meaning));
            vec![input(ROLE, "Role", select(ROLE, roles.collect(), None)), input(OWNER, "Who", person(OWNER))]
        }
        Form::Log => vec![
            input(TEXT, "What happened?", lines(TEXT, said)),
            optional(input(WHEN, "When", line(WHEN, 60, "")))
                .with_hint("Like 14:05, 10m ago or yesterday 23:50. Empty means now.".into()),
        ],
        Form::Task => vec![
            input(TEXT, "What is to do now?", lines(TEXT, said)),
            optional(input(OWNER, "Who does it", person(OWNER))),
        ],
        Form::Action => vec![
            input(TEXT, "What is to do afterwards?", lines(TEXT, said)),
            optional(input(OWNER, "Who does it", person(OWNER))),
            optional(input(DUE, "Due", date(DUE))),
            optional(input(AIM, "What it is for", select(AIM, aims(), None))),
        ],
        Form::Close => vec![note("Note").with_hint("The postmortem is drafted once it is closed.".into())],
    }
}

fn declare(about: &About<'_>, said: &str) -> Vec<SlackInputBlock> {
    let plan = about.plan;
    let title = shortened(said.lines().next().unwrap_or_default(), LIMIT_TITLE);
    let mut inputs = vec![
        input(TITLE, "Title", line(TITLE, LIMIT_TITLE, &title)).with_hint("What is wrong, in a few words.".into()),
        input(SEVERITY, "Severity", select(SEVERITY, severities(plan), Some(&plan.default_severity))),
    ];
    if !plan.services.is_empty() {
        let services = plan.services.iter().map(|Service { key, label, .. }| Choice::new(key, label, ""));
        inputs.push(optional(input(SERVICE, "Service", select(SERVICE, services.collect(), None))));
    }
    let private = Choice::new("private", "Private", "Only who is invited to its room sees the incident.");
    inputs.push(optional(input(PRIVATE, "Who may see it", checkbox(PRIVATE, &private, about.private))));
    inputs
}

/// As the typed command counts them.
fn numbered(answers: &[String]) -> Vec<Choice> {
    answers.iter().enumerate().map(|(n, answer)| Choice::new(&(n + 1).to_string(), answer, "")).collect()
}

fn severities(plan: &Plan) -> Vec<Choice> {
    plan.severities.iter().map(|Severity { key, label, meaning, .. }| Choice::new(key, label, meaning)).collect()
}

/// Those that the status command moves between; the other ways to end have commands of their own.
fn statuses() -> Vec<Choice> {
    let choice = |status: Status, label, meaning| Choice::new(status.as_str(), label, meaning);
    vec![
        choice(Status::Investigating, "Investigating", "The cause is not known yet."),
        choice(Status::Identified, "Identified", "The cause is known."),
        choice(Status::Monitoring, "Monitoring", "The impact has stopped; now it is watched."),
        choice(Status::Resolved, "Resolved", "It is over."),
    ]
}

fn aims() -> Vec<Choice> {
    vec![
        Choice::new("prevent", "Prevent", "It does not happen again."),
        Choice::new("mitigate", "Mitigate", "It hurts less."),
        Choice::new("detect", "Detect", "It is noticed sooner."),
    ]
}
