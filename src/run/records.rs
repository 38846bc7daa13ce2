//! `export`, `verify`, `backup`, `restore`: they work on the database, beside a running Firebell or without one.

use std::io::Write;
use std::path::Path;

use tokio::io::AsyncWriteExt;

use super::{Failed, Templates, clock, say};
use crate::cli::Format;
use crate::config::Config;
use crate::export::{self, Export, Record};
use crate::plan::{Number, key};
use crate::store::{Db, Store};

async fn open(config: &Config) -> Result<(Db, Store), Failed> {
    let db = Db::open(config.store.url.expose()).await?;
    Ok((db.clone(), Store::new(db)))
}

pub(super) async fn export(config: &Config, number: Number, format: Format, transcript: bool) -> Result<(), Failed> {
    let template = Templates::load(config)?.postmortem;
    let (db, store) = open(config).await?;
    let record = Record::read(&store, number).await?;
    db.close().await;
    let record = record.ok_or_else(|| Failed::Found(format!("there is no {}", key(number))))?;
    let export = Export { plan: &config.plan, template: &template, now: clock().now(), transcript };
    let written = export.write(&record, format_of(format))?;
    let mut out = std::io::stdout();
    match out.write_all(written.as_bytes()).and_then(|()| out.flush()) {
        // `firebell export … | head` has what it wanted.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|why| Failed::Io { what: "standard output".into(), why }),
    }
}

fn format_of(format: Format) -> export::Format {
    match format {
        Format::Markdown => export::Format::Markdown,
        Format::Html => export::Format::Html,
        Format::Json => export::Format::Json,
    }
}

pub(super) async fn verify(config: &Config) -> Result<(), Failed> {
    let (db, store) = open(config).await?;
    let verified = store.verify().await?;
    db.close().await;
    for difference in &verified.differences {
        say(difference);
    }
    let looked = format!("{} incidents, {} events", verified.incidents, verified.events);
    match verified.differences.len() {
        0 => {
            say(format_args!("{looked}: every hash and every record is as it should be"));
            Ok(())
        }
        1 => Err(Failed::Found(format!("{looked}: one difference"))),
        n => Err(Failed::Found(format!("{looked}: {n} differences"))),
    }
}

pub(super) async fn backup(config: &Config, file: &Path) -> Result<(), Failed> {
    let io = |why| Failed::Io { what: file.display().to_string(), why };
    // Never over another backup; and only for its owner's eyes.
    let mut options = tokio::fs::OpenOptions::new();
    let out = options.write(true).create_new(true).mode(0o600).open(file).await.map_err(io)?;
    let mut out = tokio::io::BufWriter::new(out);
    let (db, store) = open(config).await?;
    let rows = store.backup(&mut out).await;
    db.close().await;
    let rows = match rows {
        Ok(rows) => rows,
        Err(error) => {
            // Half a backup must not be taken for one.
            drop(out);
            let _ = tokio::fs::remove_file(file).await;
            return Err(error.into());
        }
    };
    out.flush().await.map_err(io)?;
    out.get_ref().sync_all().await.map_err(io)?;
    say(format_args!("{rows} rows are in {}", file.display()));
    Ok(())
}

pub(super) async fn restore(config: &Config, file: &Path) -> Result<(), Failed> {
    let io = |why| Failed::Io { what: file.display().to_string(), why };
    let mut lines = tokio::io::BufReader::new(tokio::fs::File::open(file).await.map_err(io)?);
    let (db, store) = open(config).await?;
    let rows = store.restore(&mut lines).await;
    db.close().await;
    say(format_args!("{} rows were restored; `firebell verify` checks them", rows?));
    Ok(())
}
