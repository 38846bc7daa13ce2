//! The configuration: one TOML file, then the environment; as written (`written.rs`, by serde), then as meant
//! (`meant.rs` and `response.rs`, judged). Whatever is wrong is told with its place, all of it at once.

mod alert_rules;
mod alerts;
mod audiences;
mod error;
mod matrix;
mod meant;
mod outreach;
mod people;
mod read;
mod response;
mod reviews;
mod secret;
mod sheet;
mod slack;
mod status;
mod values;
mod written;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_alerts;
#[cfg(test)]
mod tests_file;
#[cfg(feature = "matrix")]
#[cfg(test)]
mod tests_matrix;
#[cfg(test)]
mod tests_outreach;
#[cfg(test)]
mod tests_people;
#[cfg(test)]
mod tests_plan;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub use error::{Place, Problem, Problems};
pub use secret::Secret;
pub use sheet::PREFIX;

use crate::plan::{AlertKind, AlertMapping, Plan, RoomId};
use sheet::Sheet;

/// Read when no file is named; it may be missing.
pub const DEFAULT_FILE: &str = "config/firebell.toml";

/// The configuration as meant: every value is there and fits the others.
#[derive(Clone, Debug)]
pub struct Config {
    pub server: Server,
    pub store: Store,
    /// `None`: the local chat is off.
    pub local: Option<Local>,
    /// `None`: Slack is not configured.
    pub slack: Option<Slack>,
    /// `None`: Matrix is not configured.
    pub matrix: Option<Matrix>,
    /// Each has a name of its own.
    pub alert_sources: Vec<AlertSource>,
    pub outreach: Outreach,
    /// `None`: there is no public page.
    pub status: Option<StatusPage>,
    pub plan: Plan,
    /// The folder with the user's own templates; what is missing in it is built in.
    pub templates: PathBuf,
    pub log: Log,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Port 0: any free one.
    pub listen: SocketAddr,
    /// How people's browsers reach the server, without a slash at the end; `None`: see [`Server::url`].
    pub public_url: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// `sqlite://path` or `postgres://…`, with its password.
    pub url: Secret,
}

/// The chat in the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// `None`: nobody is asked for one, and the server listens on loopback only.
    pub password: Option<Secret>,
    /// What a command begins with: `/incident`.
    pub command: String,
    /// The rooms that hear of incidents, also in `plan.announcements.default_rooms`.
    pub announce: Vec<RoomId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slack {
    pub mode: SlackMode,
    /// Where Slack's methods are, without a slash at the end.
    pub api_url: String,
    /// The slash command: `/incident`.
    pub command: String,
    /// Never empty.
    pub workspaces: Vec<SlackWorkspace>,
}

/// How Slack brings what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlackMode {
    /// Over connections that Firebell opens: it need not be reached from outside.
    Socket,
    /// By requests to `/slack/…`.
    Http,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlackWorkspace {
    pub bot_token: Secret,
    /// There in socket mode.
    pub app_token: Option<Secret>,
    /// There in HTTP mode.
    pub signing_secret: Option<Secret>,
    /// The channels that hear of incidents, by id or `#name`; also in `plan.announcements.default_rooms`.
    pub announce: Vec<RoomId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    /// Where the homeserver's methods are, without a slash at the end.
    pub homeserver: String,
    /// `@firebell:example.org` or `firebell`; may be empty with an access token, which says whose it is.
    pub user: String,
    pub login: MatrixLogin,
    /// The folder with the device and its keys.
    pub store_dir: PathBuf,
    /// `None`: the store is not encrypted.
    pub store_passphrase: Option<Secret>,
    /// For a new device, to read what was said before it.
    pub recovery_key: Option<Secret>,
    /// What a command begins with: `!incident`.
    pub prefix: String,
    /// The rooms that hear of incidents, by `#alias` or `!id`, without a server on the bot's own; also in
    /// `plan.announcements.default_rooms`.
    pub announce: Vec<RoomId>,
    /// The space for the incidents' rooms, named as they are; `None`: one is made, and remembered.
    pub space: Option<String>,
    /// Whose invitations are accepted: servers, `example.org`, and people, `@ann:example.org`; `None`: those of the
    /// bot's own server.
    pub invites: Option<Vec<String>>,
    /// Whether the rooms that Firebell makes are encrypted.
    pub encrypted: bool,
}

/// How the account is logged in to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MatrixLogin {
    /// At the first start only: what comes of it is in the store.
    Password(Secret),
    Token(Secret),
}

/// A program whose alerts come in, at `/alerts/NAME`. It has a token, a secret, or topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertSource {
    pub name: String,
    pub kind: AlertKind,
    /// Whoever posts has to know it.
    pub token: Option<Secret>,
    /// What they sign with; then it is known which header the signature is in.
    pub secret: Option<Secret>,
    /// In small letters; `None`: the kind's own.
    pub signature_header: Option<String>,
    /// In small letters; `None`: no time is signed along.
    pub timestamp_header: Option<String>,
    /// ARNs of Amazon's topics.
    pub topics: Vec<String>,
    pub mapping: AlertMapping,
}

/// The public page; what is on it is in the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusPage {
    /// May be empty.
    pub description: String,
}

/// How to reach who is in no chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outreach {
    /// `None`: no e-mails are sent.
    pub email: Option<Email>,
    pub ntfy: Ntfy,
    pub webhooks: Vec<Webhook>,
    pub pagerduty: Vec<PagerdutyService>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    pub host: String,
    pub port: u16,
    pub tls: EmailTls,
    /// User and password.
    pub login: Option<(String, Secret)>,
    /// `Firebell <firebell@example.org>`
    pub from: String,
    pub reply_to: Option<String>,
}

/// How the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailTls {
    Starttls,
    Implicit,
    None,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ntfy {
    /// Without a slash at the end.
    pub url: String,
    pub token: Option<Secret>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub name: String,
    pub url: String,
    /// In base64, without `whsec_`; never empty.
    pub secrets: Vec<Secret>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PagerdutyService {
    pub name: String,
    pub routing_key: Secret,
    /// Without a slash at the end.
    pub api_url: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    pub format: LogFormat,
    pub level: tracing::Level,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

impl Config {
    /// Reads the named file, which has to be there, or the default one, which need not be; then the environment.
    pub fn load(named: Option<&Path>) -> Result<Config, Problems> {
        let path = named.unwrap_or(Path::new(DEFAULT_FILE));
        let name = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if named.is_none() && e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(e) => {
                let what = format!("the configuration file cannot be read: {e}");
                return Err(Problem { place: Place::WholeFile { name }, what }.into());
            }
        };
        let mut files = vec![(name, text)];
        files.extend(plan_files(path)?);
        Config::of(&files, environment()?)
    }

    /// Reads a configuration file's text; `name` is what its problems are told by, `variables` the environment.
    pub fn read(name: &str, text: &str, variables: Vec<(String, String)>) -> Result<Config, Problems> {
        Config::of(&[(name.to_string(), text.to_string())], variables)
    }

    /// The same for several files, which add to each other.
    pub fn of(files: &[(String, String)], variables: Vec<(String, String)>) -> Result<Config, Problems> {
        let sheet = Sheet::new(files, variables);
        meant::meant(&sheet, &read::read(&sheet)?)
    }
}

/// The files of the plan, in order of their names: `plan/*.toml` beside the configuration file.
fn plan_files(config: &Path) -> Result<Vec<(String, String)>, Problems> {
    let folder = config.parent().unwrap_or(Path::new("")).join("plan");
    let problem = |path: &Path, why: std::io::Error| -> Problems {
        let what = format!("the plan cannot be read: {why}");
        Problem { place: Place::WholeFile { name: path.display().to_string() }, what }.into()
    };
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(why) => return Err(problem(&folder, why)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|why| problem(&folder, why))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = std::fs::read_to_string(&path).map_err(|why| problem(&path, why))?;
            files.push((path.display().to_string(), text));
        }
    }
    files.sort();
    Ok(files)
}

impl Server {
    /// How people's browsers reach the server, given the address that it listens on.
    pub fn url(&self, bound: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.clone(),
            None if bound.ip().is_unspecified() => format!("http://localhost:{}", bound.port()),
            None => format!("http://{bound}"),
        }
    }
}

/// The variables that are ours.
#[expect(clippy::disallowed_methods, reason = "configuration is where the environment comes in")]
fn environment() -> Result<Vec<(String, String)>, Problems> {
    let ours = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with(PREFIX));
    ours.map(|(name, value)| match (name.into_string(), value.into_string()) {
        (Ok(name), Ok(value)) => Ok((name, value)),
        (Ok(name), Err(_)) => Err(not_text(name)),
        (Err(name), _) => Err(not_text(name.to_string_lossy().into_owned())),
    })
    .collect()
}

fn not_text(variable: String) -> Problems {
    Problem { place: Place::Variable(variable), what: "is not UTF-8 text".into() }.into()
}
