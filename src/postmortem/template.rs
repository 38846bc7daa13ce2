//! A [`Postmortem`] as Markdown, through a template that users may replace.

use chrono::{DateTime, NaiveDate, Utc};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};

use super::{Facts, Postmortem, draft, escape};
use crate::incident::Incident;
use crate::plan::Plan;

/// What is used when the configuration names none.
const BUILT_IN: &str = include_str!("../../config/templates/postmortem.md");

/// The template does not do; `to_string` names it, the line, and what is wrong there.
#[derive(Debug, thiserror::Error)]
#[error("{name}{}: {why}", line.map(|l| format!(", line {l}")).unwrap_or_default())]
pub struct TemplateError {
    pub name: String,
    pub line: Option<usize>,
    pub why: String,
}

#[derive(Debug)]
pub struct Template {
    name: String,
    /// For errors, which quote the line.
    source: String,
    environment: Environment<'static>,
}

impl Template {
    pub fn built_in() -> Result<Self, TemplateError> {
        Template::parse("the built-in postmortem template", BUILT_IN.into())
    }

    /// `name` is what errors call it: its path.
    pub fn parse(name: &str, source: String) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_syntax(syntax().map_err(|e| readable(name, &source, &e))?);
        // A misspelt variable is an error with its line, not an empty place.
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_formatter(write_as_text);
        environment.add_filter("time", |at: String| time(&at, "%Y-%m-%d %H:%M UTC"));
        environment.add_filter("clock", |at: String| time(&at, "%H:%M"));
        environment.add_filter("day", day);
        environment
            .add_filter("link", |url: String, label: String| Value::from_safe_string(escape::link(&url, &label)));
        environment.add_filter("one_line", |text: String| text.split_whitespace().collect::<Vec<_>>().join(" "));
        environment.add_template_owned(name.to_string(), source.clone()).map_err(|e| readable(name, &source, &e))?;
        Ok(Template { name: name.into(), source, environment })
    }

    /// Tries it on an incident to which nothing has happened yet, so that a name that there is not is found at start,
    /// not after an outage.
    pub fn try_out(&self) -> Result<(), TemplateError> {
        let (incident, plan) = (Incident::unborn(1), Plan::default());
        let now = DateTime::UNIX_EPOCH;
        let facts = Facts { incident: &incident, events: &[], spoken: &[], plan: &plan, now };
        self.render(&draft(&facts)).map(drop)
    }

    pub fn render(&self, postmortem: &Postmortem) -> Result<String, TemplateError> {
        let template = self.environment.get_template(&self.name).map_err(|e| readable(&self.name, &self.source, &e))?;
        template.render(Serde(postmortem)).map_err(|e| readable(&self.name, &self.source, &e))
    }
}

/// A line that holds nothing but a block leaves no empty line behind: in Markdown it would end a table or list.
fn syntax() -> Result<SyntaxConfig, Error> {
    SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()
}

/// Every value is text: what people wrote can't become markup. `|safe` and the filters that make links are the
/// template's own decision.
fn write_as_text(out: &mut Output, _: &mut State, value: &Value) -> Result<(), Error> {
    let written = match value.as_str() {
        Some(text) if !value.is_safe() => out.write_str(&escape::markdown(text)),
        _ if value.is_none() => Ok(()),
        _ if value.is_undefined() => return Err(ErrorKind::UndefinedError.into()),
        Some(_) => out.write_str(&value.to_string()),
        None => out.write_str(&escape::markdown(&value.to_string())),
    };
    written.map_err(Error::from)
}

fn time(at: &str, format: &str) -> Result<String, Error> {
    let at: DateTime<Utc> = at.parse().map_err(|_| {
        Error::new(ErrorKind::InvalidOperation, format!("`{at}` is not a time; use `if` where it may be none"))
    })?;
    Ok(at.format(format).to_string())
}

/// Of a time, or of a date.
fn day(at: String) -> Result<String, Error> {
    match at.parse::<NaiveDate>() {
        Ok(date) => Ok(date.format("%-d %B %Y").to_string()),
        Err(_) => time(&at, "%-d %B %Y"),
    }
}

fn readable(name: &str, source: &str, error: &Error) -> TemplateError {
    let line = error.line();
    let what = match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    };
    let quoted = line.and_then(|l| source.lines().nth(l.checked_sub(1)?)).map(str::trim).filter(|l| !l.is_empty());
    let why = match quoted {
        Some(quoted) => format!("{what} in `{quoted}`"),
        None => what,
    };
    TemplateError { name: name.into(), line, why }
}
