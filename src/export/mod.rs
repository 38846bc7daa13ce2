//! Everything on record about one incident, as Markdown, HTML or JSON: what `firebell export` prints and the pages
//! offer to save.
//!
//! [`Record::read`] gathers it through the [`Ledger`](crate::ports::Ledger); the rest is computed from it. Of ours it
//! imports `ports` and the pure modules, as an adapter does, and is imported by `web` and the command line.

mod json;
mod page;
#[cfg(test)]
mod tests;

use std::fmt::Write;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use crate::incident::{Incident, Recorded};
use crate::plan::{Number, Plan};
use crate::ports::{Ledger, MessageRecord, StoreError};
use crate::postmortem::{self, Facts, Postmortem, Spoken, Template, TemplateError};

pub use page::STYLE_HASH;

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Markdown,
    /// A whole page that needs nothing beside it.
    Html,
    Json,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not one of markdown, html, json")]
pub struct NotAFormat(String);

impl FromStr for Format {
    type Err = NotAFormat;

    fn from_str(word: &str) -> Result<Self, NotAFormat> {
        match word.to_lowercase().as_str() {
            "markdown" | "md" => Ok(Format::Markdown),
            "html" => Ok(Format::Html),
            "json" => Ok(Format::Json),
            _ => Err(NotAFormat(word.into())),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error("this could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// One incident with all that is kept about it.
#[derive(Clone, Debug)]
pub struct Record {
    pub incident: Incident,
    pub events: Vec<Recorded>,
    /// In order of time, each once.
    pub messages: Vec<MessageRecord>,
}

impl Record {
    /// `None`: there is no such incident.
    pub async fn read(ledger: &dyn Ledger, number: Number) -> Result<Option<Self>, StoreError> {
        let Some(incident) = ledger.incident(number).await? else { return Ok(None) };
        let events = ledger.events(number).await?;
        // Counted afterwards would miss what is said in between; more is asked for than there is.
        let messages = ledger.transcript(number, 0, i64::from(i32::MAX)).await?;
        Ok(Some(Record { incident, events, messages }))
    }

    pub fn postmortem(&self, plan: &Plan, now: DateTime<Utc>) -> Postmortem {
        let spoken: Vec<Spoken<'_>> = self.messages.iter().map(|m| Spoken { author: &m.author, at: m.at }).collect();
        postmortem::draft(&Facts { incident: &self.incident, events: &self.events, spoken: &spoken, plan, now })
    }
}

/// What an export is made with.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    pub plan: &'a Plan,
    pub template: &'a Template,
    pub now: DateTime<Utc>,
    /// Whether all that was said comes along.
    pub transcript: bool,
}

impl Export<'_> {
    pub fn write(&self, record: &Record, format: Format) -> Result<String, ExportError> {
        match format {
            Format::Markdown => Ok(self.markdown(record)?),
            Format::Html => {
                let title = format!("{}: {}", record.incident.key(), record.incident.title);
                Ok(page::whole(&title, &postmortem::to_html(&self.markdown(record)?)))
            }
            Format::Json => json::write(self, record),
        }
    }

    fn markdown(&self, record: &Record) -> Result<String, TemplateError> {
        let mut markdown = self.template.render(&record.postmortem(self.plan, self.now))?;
        if self.transcript {
            push_transcript(&mut markdown, record);
        }
        Ok(markdown)
    }
}

fn push_transcript(out: &mut String, record: &Record) {
    out.push_str("\n## Transcript\n\n");
    if record.messages.is_empty() {
        out.push_str("Nobody wrote in the room.\n");
    }
    for message in &record.messages {
        let (at, author) = (message.at.format("%Y-%m-%d %H:%M"), postmortem::markdown(&message.author.name));
        let text = if message.deleted { "*message deleted*".into() } else { postmortem::markdown(&message.text) };
        let edited = if message.edited && !message.deleted { " *(edited)*" } else { "" };
        // Writing to a string does not fail.
        let _ = writeln!(out, "- **{at}** {author}: {text}{edited}");
    }
}
