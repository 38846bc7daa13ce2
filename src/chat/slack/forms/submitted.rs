//! A form that was submitted, as the words of its command. What is wrong is told at the field, in the words that the
//! typed command would be answered with.

use std::collections::BTreeMap;

use slack_morphism::prelude::*;

use super::fields::{
    AIM, DUE, IMPACT, NOTE, OWNER, PRIVATE, PUBLIC, ROLE, SCOPE, SERVICE, SEVERITY, STATUS, TEXT, TITLE, WHEN,
};
use super::{Carried, Form, LIMIT_INPUT};
use crate::grammar::{Asking, Context, parse};
use crate::incident::{Command, LIMIT_TITLE, Refusal};
use crate::phrase::{Doc, Style, misunderstood, refused};
use crate::plan::{Person, PersonId, Plan, Platform};

/// What is wrong, by the name of the field (the `block_id`).
pub type Problems = BTreeMap<String, String>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    pub form: Form,
    /// The command, as if it were typed without the prefix. People in it are `@` and their Slack id.
    pub words: String,
    /// The Slack ids of those people; each is to be a mention of that very name.
    pub mentions: Vec<String>,
    /// The channel that the form was opened in.
    pub room: Option<String>,
    /// The `ts` of the message that it was opened on.
    pub origin: Option<String>,
    pub response_url: Option<String>,
}

/// Reads what was filled in. The context is that of the one who did; its people are not needed.
pub fn submitted(view: &SlackStatefulView, context: &Context<'_>) -> Result<Submitted, Problems> {
    let state = view.state_params.state.as_ref();
    let mut filled = Filled { state, context, mentions: Vec::new(), problems: Problems::new() };
    let Some(carried) = carried(&view.view) else { return Err(filled.strange()) };
    let words = match carried.form {
        Form::Declare => filled.declare(),
        Form::Update => filled.update(),
        Form::Status => filled.status(),
        Form::Severity => filled.severity(),
        Form::Triage => filled.triage(),
        Form::Role => filled.role(),
        Form::Log => filled.log(),
        Form::Task => filled.task(),
        Form::Action => filled.action(),
        Form::Close => filled.close(),
    };
    filled.understood(&words);
    match filled.problems.is_empty() {
        true => Ok(Submitted {
            form: carried.form,
            words,
            mentions: filled.mentions,
            room: carried.room,
            origin: carried.origin,
            response_url: carried.response_url,
        }),
        false => Err(filled.problems),
    }
}

fn carried(view: &SlackView) -> Option<Carried> {
    let SlackView::Modal(modal) = view else { return None };
    serde_json::from_str(modal.private_metadata.as_ref()?).ok()
}

/// What is in the fields, and what is wrong with it.
struct Filled<'a> {
    state: Option<&'a SlackViewState>,
    context: &'a Context<'a>,
    mentions: Vec<String>,
    problems: Problems,
}

impl Filled<'_> {
    fn declare(&mut self) -> String {
        let severity = self.chosen(SEVERITY);
        if self.plan().severities.iter().all(|s| s.key != severity) {
            self.refuse(SEVERITY, Refusal::UnknownSeverity { word: severity.clone() });
        }
        let mut words = format!("declare {severity}");
        if let Some(service) = self.value(SERVICE).and_then(|v| v.selected_option.as_ref()) {
            let word = service.value.clone();
            if self.plan().services.iter().all(|s| s.key != word) {
                self.refuse(SERVICE, Refusal::UnknownService { word: word.clone() });
            }
            words.push_str(&format!(" --service={word}"));
        }
        if self.ticked(PRIVATE) {
            words += " --private";
        }
        words + self.text(TITLE, "title", LIMIT_TITLE).as_str()
    }

    fn update(&mut self) -> String {
        let flag = if self.ticked(PUBLIC) { " --public" } else { "" };
        format!("update{flag}{}", self.text(TEXT, "text", LIMIT_INPUT))
    }

    fn triage(&mut self) -> String {
        format!("triage {} {}", self.chosen(IMPACT), self.chosen(SCOPE))
    }

    fn status(&mut self) -> String {
        format!("status {}{}", self.chosen(STATUS), self.note("note"))
    }

    fn severity(&mut self) -> String {
        format!("severity {}{}", self.chosen(SEVERITY), self.note("reason"))
    }

    fn role(&mut self) -> String {
        let role = self.chosen(ROLE);
        let owner = self.owner();
        if owner.is_empty() {
            self.tell(OWNER, &missing());
        }
        format!("role {role}{owner}")
    }

    fn log(&mut self) -> String {
        let when = self.written(WHEN);
        self.check_time(&when);
        let when = if when.is_empty() { when } else { format!(" {when}") };
        format!("log{when}{}", self.text(TEXT, "text", LIMIT_INPUT))
    }

    fn task(&mut self) -> String {
        format!("task{}{}", self.owner(), self.text(TEXT, "text", LIMIT_INPUT))
    }

    fn action(&mut self) -> String {
        let mut words = format!("action{}", self.owner());
        if let Some(day) = self.value(DUE).and_then(|v| v.selected_date.as_ref()) {
            words.push_str(&format!(" due {day}"));
        }
        if let Some(aim) = self.value(AIM).and_then(|v| v.selected_option.as_ref()) {
            words.push_str(&format!(" --{}", aim.value));
        }
        words + self.text(TEXT, "text", LIMIT_INPUT).as_str()
    }

    fn close(&mut self) -> String {
        "close".to_string() + self.note("note").as_str()
    }

    // --- Fields -------------------------------------------------------------------------------------------------------

    fn value(&self, field: &str) -> Option<&SlackViewStateValue> {
        self.state?.values.get(&SlackBlockId(field.into()))?.values().next()
    }

    fn written(&self, field: &str) -> String {
        self.value(field).and_then(|v| v.value.as_deref()).unwrap_or_default().trim().to_string()
    }

    /// The text behind a `--`: whatever it begins with, it is text.
    fn text(&mut self, field: &str, what: &'static str, limit: usize) -> String {
        let text = self.written(field);
        if text.is_empty() {
            self.tell(field, &missing());
        }
        self.behind_dashes(field, what, limit, &text)
    }

    fn note(&mut self, what: &'static str) -> String {
        match self.written(NOTE) {
            note if note.is_empty() => note,
            note => self.behind_dashes(NOTE, what, LIMIT_INPUT, &note),
        }
    }

    fn behind_dashes(&mut self, field: &str, what: &'static str, limit: usize, text: &str) -> String {
        if text.chars().count() > limit {
            self.refuse(field, Refusal::TextTooLong { what, limit });
        }
        format!(" -- {text}")
    }

    fn chosen(&mut self, field: &'static str) -> String {
        let option = self.value(field).and_then(|v| v.selected_option.as_ref()).map(|o| o.value.clone());
        if option.is_none() {
            self.tell(field, &missing());
        }
        option.unwrap_or_default()
    }

    fn ticked(&self, field: &str) -> bool {
        let ticked = |v: &SlackViewStateValue| v.selected_options.as_ref().is_some_and(|ticked| !ticked.is_empty());
        self.value(field).is_some_and(ticked)
    }

    /// ` @U123`, or nothing if nobody was picked.
    fn owner(&mut self) -> String {
        let Some(id) = self.value(OWNER).and_then(|v| v.selected_user.as_ref()).map(SlackUserId::to_string) else {
            return String::new();
        };
        self.mentions.push(id.clone());
        format!(" @{id}")
    }

    // --- Problems -----------------------------------------------------------------------------------------------------

    fn plan(&self) -> &Plan {
        self.context.plan
    }

    fn refuse(&mut self, field: &str, refusal: Refusal) {
        let problem = refused(&refusal, self.plan(), &no_style());
        self.tell(field, &problem);
    }

    /// What is wrong first with a field is told.
    fn tell(&mut self, field: &str, problem: &Doc) {
        let problem = problem.to_plain().lines().next().unwrap_or_default().to_string();
        self.problems.entry(field.to_string()).or_insert(problem);
    }

    /// Read as behind `started`: that command takes a time and nothing else.
    fn check_time(&mut self, when: &str) {
        if when.is_empty() {
            return;
        }
        match parse(&format!("started {when}"), self.context) {
            Err(what) => self.tell(WHEN, &misunderstood(&what, &no_style())),
            Ok(Asking::Command(command)) => match *command {
                Command::SetMilestone { when, .. } if when > self.context.now => {
                    self.refuse(WHEN, Refusal::InTheFuture { when });
                }
                _ => {}
            },
            Ok(Asking::Question(_) | Asking::Acknowledge { .. } | Asking::Wish { .. }) => {}
        }
    }

    /// The words are read once here as they will be read for good: what a changed plan does not know any more, or
    /// somebody made up, is told now.
    fn understood(&mut self, words: &str) {
        if !self.problems.is_empty() {
            return;
        }
        let person = |id: &String| Person { id: PersonId::new(Platform::Slack, id), name: id.clone() };
        let people: Vec<_> = self.mentions.iter().map(|id| (id.clone(), vec![person(id)])).collect();
        let Context { speaker, now, zone, plan, .. } = *self.context;
        if let Err(what) = parse(words, &Context { speaker, now, zone, plan, people: &people }) {
            let field = self.first_field();
            self.tell(&field, &misunderstood(&what, &no_style()));
        }
    }

    /// A form that this version does not know: it was open while Firebell was replaced.
    fn strange(&mut self) -> Problems {
        let field = self.first_field();
        self.tell(&field, &Doc::plain("I do not know this form any more. Close it and open it again."));
        std::mem::take(&mut self.problems)
    }

    /// Slack shows a problem only at a field that there is.
    fn first_field(&self) -> String {
        let fields = self.state.map(|s| s.values.keys().map(|id| id.0.as_str()).collect::<Vec<_>>());
        let preferred = [STATUS, SEVERITY, ROLE, TITLE, TEXT, NOTE];
        let fields = fields.unwrap_or_default();
        let known = preferred.into_iter().find(|p| fields.contains(p));
        known.or_else(|| fields.first().copied()).unwrap_or(TEXT).to_string()
    }
}

/// Slack itself lets nothing through but spaces.
fn missing() -> Doc {
    Doc::plain("Please fill this in.")
}

/// Only first lines are shown, and those name no command.
fn no_style() -> Style {
    Style { prefix: String::new(), pages: String::new(), forms: true }
}
