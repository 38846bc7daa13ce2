//! The only wiring: from the configuration to adapters, tasks, and a graceful end.

mod alerts;
mod calendars;
mod check;
mod manifest;
#[cfg(feature = "matrix")]
mod matrix;
mod outlets;
mod records;
mod serve;
#[cfg(feature = "slack")]
mod slack;
mod status;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};

use crate::cli::{Cli, Command};
use crate::config::{Config, LogFormat};
use crate::phrase::AnnouncementWords;
use crate::plan::{Platform, template_files};
use crate::ports::{Clock, StoreError};
use crate::postmortem::Template;

/// Why the program ends with a failure, in words for the one who started it.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    #[error("{0}")]
    Configuration(#[from] crate::config::Problems),
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    #[error("{what}: {why}")]
    Io { what: String, why: std::io::Error },
    #[error("{0}")]
    Words(#[from] crate::phrase::WordsError),
    #[error("{0}")]
    Template(#[from] crate::postmortem::TemplateError),
    #[error("{0}")]
    Export(#[from] crate::export::ExportError),
    /// Said already, line by line.
    #[error("{0}")]
    Found(String),
}

/// Does what the command line asks for.
pub async fn run(cli: &Cli) -> Result<(), Failed> {
    let config = match (cli.command(), Config::load(cli.config.as_deref())) {
        // It is printed for those, too, who have not configured anything yet.
        (Command::Manifest { url }, config) => return manifest::print(url.as_deref(), config.ok().as_ref()),
        (Command::Check, Err(problems)) => return check::configuration_is_wrong(&problems),
        (_, config) => config?,
    };
    match cli.command() {
        Command::Serve => {
            log_as(&config);
            serve::serve(&config).await
        }
        Command::Check => check::check(&config).await,
        Command::Export { incident, format, transcript } => {
            records::export(&config, incident, format, transcript).await
        }
        Command::Status { folder } => status::write(&config, &folder).await,
        Command::Verify => records::verify(&config).await,
        Command::Backup { file } => records::backup(&config, &file).await,
        Command::Restore { file } => records::restore(&config, &file).await,
        Command::Manifest { .. } => Ok(()),
    }
}

/// The log goes to standard error; standard output is for what people asked for.
fn log_as(config: &Config) {
    let level = tracing_subscriber::filter::LevelFilter::from_level(config.log.level);
    // sqlx tells every statement at info and slow ones at warn: with people's words in them.
    let filter =
        tracing_subscriber::filter::Targets::new().with_default(level).with_target("sqlx", tracing::Level::ERROR);
    // slack-morphism tells whole answers and addresses with tickets in them; what matters of it is told by us.
    let filter = filter.with_target("slack_morphism", tracing_subscriber::filter::LevelFilter::OFF);
    // matrix-sdk calls it an error when a thing that it asks for is not there; of its encryption, errors are ones.
    let filter = filter.with_target("matrix_sdk", tracing_subscriber::filter::LevelFilter::OFF);
    let filter = filter.with_target("matrix_sdk_base", tracing_subscriber::filter::LevelFilter::OFF);
    let filter = filter.with_target("matrix_sdk_crypto", tracing::Level::ERROR);
    // Whoever asked says it once more, and what for.
    let filter = filter.with_target("rustls_platform_verifier", tracing_subscriber::filter::LevelFilter::OFF);
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    let set = match config.log.format {
        LogFormat::Text => registry.with(lines).try_init(),
        LogFormat::Json => registry.with(lines.json()).try_init(),
    };
    // Only a second call in one process fails, and then there is a log already.
    drop(set);
}

/// The system's clock, in whole microseconds.
struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// The words that users can replace; what is not in their folder is built in.
struct Templates {
    words: AnnouncementWords,
    postmortem: Arc<Template>,
}

impl Templates {
    fn load(config: &Config) -> Result<Self, Failed> {
        let folder = &config.templates;
        let audiences = config.plan.announcements.routes.iter().filter_map(|route| route.template.as_deref());
        let mut words = Vec::new();
        for name in std::iter::once(None).chain(audiences.map(Some)).flat_map(template_files) {
            words.extend(own(folder, &name)?.map(|source| (name, source)));
        }
        let postmortem = match own(folder, "postmortem.md")? {
            Some(source) => Template::parse(&folder.join("postmortem.md").display().to_string(), source)?,
            None => Template::built_in()?,
        };
        postmortem.try_out()?;
        Ok(Templates { words: AnnouncementWords::new(words)?, postmortem: Arc::new(postmortem) })
    }
}

fn own(folder: &Path, name: &str) -> Result<Option<String>, Failed> {
    let path = folder.join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(why) => Err(Failed::Io { what: path.display().to_string(), why }),
    }
}

/// What commands begin with, by chat.
fn prefixes(config: &Config) -> BTreeMap<Platform, String> {
    let local = config.local.iter().map(|local| (Platform::Local, local.command.clone()));
    let slack = config.slack.iter().map(|slack| (Platform::Slack, slack.command.clone()));
    let matrix = config.matrix.iter().map(|matrix| (Platform::Matrix, matrix.prefix.clone()));
    local.chain(slack).chain(matrix).collect()
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// Prints a line for the one who asked. A reader that went away is no reason to fail.
fn say(line: impl std::fmt::Display) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
}
