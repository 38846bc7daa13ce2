//! `/postmortems/INC-42`: the draft as a page; with `.md`, `.html` or `.json` behind it, as something to keep.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maud::{PreEscaped, html};
use serde::Deserialize;

use super::sight::{Named, number_in};
use super::{Page, Reader, Site, Trouble, guard, page};
use crate::export::{Export, Format, Record};
use crate::plan::Number;
use crate::postmortem::to_html;

#[derive(Deserialize)]
pub(super) struct Asked {
    /// `1`: the export brings along all that was said.
    transcript: Option<String>,
}

pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Named(name): Named<String>,
    Query(asked): Query<Asked>,
    reader: Reader,
) -> Result<Response, Trouble> {
    let (key, format) = match name.rsplit_once('.') {
        Some((key, ending)) => (key, Some(ending.parse::<Format>().map_err(|_| Trouble::NotFound)?)),
        None => (name.as_str(), None),
    };
    let record = seen(&site, &reader, number_in(key).ok_or(Trouble::NotFound)?).await?;
    match format {
        None => shown(&site, &reader, &record),
        Some(format) => export(&site, &record, format, asked.transcript.is_some_and(|t| t == "1")),
    }
}

async fn seen(site: &Site, reader: &Reader, number: Number) -> Result<Record, Trouble> {
    // Whether it may be seen comes first: for who may not, a long transcript must not make the answer slower.
    let incident = site.ledger.incident(number).await?.ok_or(Trouble::NotFound)?;
    reader.must_see(site, number, incident.private).await?;
    Record::read(site.ledger.as_ref(), number).await?.ok_or(Trouble::NotFound)
}

fn shown(site: &Site, reader: &Reader, record: &Record) -> Result<Response, Trouble> {
    let key = record.incident.key();
    let markdown = site.template.render(&record.postmortem(&site.plan, site.now()))?;
    let body = html! {
        nav.tools aria-label="This postmortem" {
            a href={ "/incidents/" (key) } { "Incident " (key) }
            span.exports {
                "Keep it as "
                a href={ "/postmortems/" (key) ".md" } { "Markdown" } ", "
                a href={ "/postmortems/" (key) ".html" } { "HTML" } " or "
                a href={ "/postmortems/" (key) ".json" } { "JSON" }
            }
        }
        article.prose { (PreEscaped(to_html(&markdown))) }
    };
    let title = format!("Postmortem of {key}");
    let viewer = reader.0.as_ref();
    Ok(page(site, Page { title: &title, here: "", viewer, live: false, body }))
}

fn export(site: &Site, record: &Record, format: Format, transcript: bool) -> Result<Response, Trouble> {
    let export = Export { plan: &site.plan, template: &site.template, now: site.now(), transcript };
    let (kind, ending) = match format {
        Format::Markdown => ("text/markdown; charset=utf-8", "md"),
        Format::Html => ("text/html; charset=utf-8", "html"),
        Format::Json => ("application/json", "json"),
    };
    let name = format!("inline; filename=\"{}.{ending}\"", record.incident.key());
    let text = export.write(record, format)?;
    let headers = [(CONTENT_TYPE, kind.to_string()), (CONTENT_DISPOSITION, name)];
    Ok(match format {
        Format::Html => (headers, [(CONTENT_SECURITY_POLICY, guard::export_policy())], text).into_response(),
        _ => (headers, text).into_response(),
    })
}
