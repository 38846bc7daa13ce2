//! The configuration as written: every key optional, nothing judged but its shape.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, de};
use toml::Spanned;

pub type Text = Spanned<String>;
/// A `[[…]]` list, with its own place and that of each entry.
pub type Entries<T> = Spanned<Vec<Spanned<T>>>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Written {
    pub server: Server,
    pub store: Store,
    pub local: Local,
    pub slack: Slack,
    pub matrix: Matrix,
    pub alerts: Alerts,
    pub email: Email,
    pub ntfy: Ntfy,
    pub webhook: Vec<Spanned<Webhook>>,
    pub pagerduty: Vec<Spanned<Pagerduty>>,
    pub severity: Option<Entries<Severity>>,
    pub role: Option<Entries<Role>>,
    pub service: Option<Entries<Service>>,
    pub immediate_action: Option<Entries<ImmediateAction>>,
    pub person: Option<Entries<Person>>,
    pub rotation: Option<Entries<Rotation>>,
    pub team: Option<Entries<Team>>,
    pub escalation: Option<Entries<Escalation>>,
    pub status: Status,
    pub component: Option<Entries<Component>>,
    pub plan: Plan,
    pub triage: Option<Spanned<Triage>>,
    pub reactions: Reactions,
    pub groups: BTreeMap<String, List>,
    pub permissions: Permissions,
    pub announcements: Announcements,
    pub log: Log,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    pub listen: Option<Text>,
    pub public_url: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    pub url: Option<Text>,
    pub url_file: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Local {
    pub enabled: Option<bool>,
    pub password: Option<Text>,
    pub password_file: Option<Text>,
    pub command: Option<Text>,
    pub announce: Option<List>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Slack {
    pub mode: Option<Text>,
    pub bot_token: Option<Text>,
    pub bot_token_file: Option<Text>,
    pub app_token: Option<Text>,
    pub app_token_file: Option<Text>,
    pub signing_secret: Option<Text>,
    pub signing_secret_file: Option<Text>,
    pub api_url: Option<Text>,
    pub command: Option<Text>,
    pub announce: Option<List>,
    pub workspace: Vec<Spanned<SlackWorkspace>>,
}

/// A workspace beside the first one.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SlackWorkspace {
    pub bot_token: Option<Text>,
    pub bot_token_file: Option<Text>,
    pub app_token: Option<Text>,
    pub app_token_file: Option<Text>,
    pub signing_secret: Option<Text>,
    pub signing_secret_file: Option<Text>,
    pub announce: Option<List>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Matrix {
    pub homeserver: Option<Text>,
    pub user: Option<Text>,
    pub password: Option<Text>,
    pub password_file: Option<Text>,
    pub access_token: Option<Text>,
    pub access_token_file: Option<Text>,
    pub store_dir: Option<Text>,
    pub store_passphrase: Option<Text>,
    pub store_passphrase_file: Option<Text>,
    pub recovery_key: Option<Text>,
    pub recovery_key_file: Option<Text>,
    pub prefix: Option<Text>,
    pub announce: Option<List>,
    pub space: Option<Text>,
    pub invites: Option<List>,
    pub encrypted: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Email {
    pub host: Option<Text>,
    pub port: Option<u16>,
    pub tls: Option<Text>,
    pub user: Option<Text>,
    pub password: Option<Text>,
    pub password_file: Option<Text>,
    pub from: Option<Text>,
    pub reply_to: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ntfy {
    pub url: Option<Text>,
    pub token: Option<Text>,
    pub token_file: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Webhook {
    pub name: Option<Text>,
    pub url: Option<Text>,
    pub secret: Option<Text>,
    pub secret_file: Option<Text>,
    pub old_secret: Option<Text>,
    pub old_secret_file: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pagerduty {
    pub name: Option<Text>,
    pub routing_key: Option<Text>,
    pub routing_key_file: Option<Text>,
    pub api_url: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Status {
    pub enabled: Option<bool>,
    pub title: Option<Text>,
    pub description: Option<Text>,
    pub publish: Option<List>,
}

/// A part of what is offered, as the public knows it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Component {
    pub name: Option<Text>,
    pub label: Option<Text>,
    pub description: Option<Text>,
    pub services: Option<List>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Alerts {
    pub source: Vec<Spanned<AlertSource>>,
    pub rule: Vec<Spanned<AlertRule>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlertRule {
    pub name: Option<Text>,
    pub source: Option<List>,
    #[serde(rename = "match")]
    pub matches: BTreeMap<String, Text>,
    pub does: Option<Text>,
    pub severity: Option<Text>,
    pub service: Option<Text>,
    pub service_label: Option<Text>,
    pub group_by: Option<List>,
    pub page: Option<List>,
    pub rooms: Option<List>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlertSource {
    pub name: Option<Text>,
    pub kind: Option<Text>,
    pub token: Option<Text>,
    pub token_file: Option<Text>,
    pub secret: Option<Text>,
    pub secret_file: Option<Text>,
    pub signature_header: Option<Text>,
    pub timestamp_header: Option<Text>,
    pub topics: Option<List>,
    pub mapping: Option<Spanned<AlertMapping>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlertMapping {
    pub each: Option<Text>,
    pub fingerprint: Option<Text>,
    pub title: Option<Text>,
    pub text: Option<Text>,
    pub link: Option<Text>,
    pub at: Option<Text>,
    pub firing: Option<Text>,
    pub firing_values: Option<List>,
    pub resolved_values: Option<List>,
    pub labels: BTreeMap<String, Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Severity {
    pub name: Option<Text>,
    pub label: Option<Text>,
    pub meaning: Option<Text>,
    pub update_every: Option<Text>,
    pub invite: Option<List>,
    pub page: Option<List>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Role {
    pub name: Option<Text>,
    pub label: Option<Text>,
    pub aliases: Option<List>,
    pub meaning: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Service {
    pub name: Option<Text>,
    pub label: Option<Text>,
    pub invite: Option<List>,
    pub links: Vec<Spanned<Link>>,
    pub owner: Option<Text>,
    pub escalation: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Link {
    pub label: Option<Text>,
    pub url: Option<Text>,
    pub review: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ImmediateAction {
    pub service: Option<Text>,
    pub severity: Option<List>,
    pub text: Option<Text>,
}

/// Somebody who can be called.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Person {
    pub name: Option<Text>,
    pub label: Option<Text>,
    pub accounts: Option<List>,
    pub email: Option<Text>,
    pub ntfy: Option<Text>,
    pub zone: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rotation {
    pub name: Option<Text>,
    pub label: Option<Text>,
    pub zone: Option<Text>,
    pub people: Option<List>,
    pub start: Option<Text>,
    pub every: Option<Text>,
    pub restrict: Vec<Spanned<Restriction>>,
    #[serde(rename = "override")]
    pub overrides: Vec<Spanned<Override>>,
    pub calendar: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Restriction {
    pub days: Option<List>,
    pub from: Option<Text>,
    pub until: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Override {
    pub person: Option<Text>,
    pub from: Option<Text>,
    pub until: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Team {
    pub name: Option<Text>,
    pub label: Option<Text>,
    pub members: Option<List>,
    pub escalation: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Escalation {
    pub name: Option<Text>,
    pub label: Option<Text>,
    pub steps: Vec<Spanned<Step>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    pub page: Option<List>,
    pub wait: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Plan {
    pub review: Option<Text>,
    pub default_severity: Option<Text>,
    pub ask_commander: Option<Text>,
    pub remind_before: Option<Text>,
    pub archive_at_close: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Triage {
    pub impact: Option<List>,
    pub scope: Option<List>,
    pub matrix: Vec<List>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reactions {
    pub note: Option<List>,
    pub finding: Option<List>,
    pub hypothesis: Option<List>,
    pub decision: Option<List>,
    pub mitigation: Option<List>,
    pub action: Option<List>,
    pub declare: Option<List>,
    pub confirm: Option<List>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Permissions {
    pub declare: Option<List>,
    pub command: Option<List>,
    pub severity: Option<List>,
    pub status: Option<List>,
    pub update: Option<List>,
    pub close: Option<List>,
    pub private: Option<List>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Announcements {
    pub templates: Option<Text>,
    pub route: Vec<Spanned<Route>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Route {
    pub severity: Option<List>,
    pub service: Option<List>,
    pub kind: Option<List>,
    pub rooms: Option<List>,
    pub to: Option<List>,
    pub private: Option<bool>,
    pub update_every: Option<Text>,
    pub quiet: Vec<Spanned<Restriction>>,
    pub zone: Option<Text>,
    pub template: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    pub format: Option<Text>,
    pub level: Option<Text>,
}

/// One name, names with commas between them, or a list of names.
#[derive(Debug)]
pub struct List {
    pub at: usize,
    pub names: Vec<Text>,
}

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<List, D::Error> {
        let written = Spanned::<OneOrMany>::deserialize(deserializer)?;
        let span = written.span();
        let names = match written.into_inner() {
            OneOrMany::Many(names) => names,
            OneOrMany::One(names) => names
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(|name| Spanned::new(span.clone(), name.to_string()))
                .collect(),
        };
        Ok(List { at: span.start, names })
    }
}

enum OneOrMany {
    One(String),
    Many(Vec<Text>),
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<OneOrMany, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name or a list of names")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany::One(name.into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OneOrMany, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = list.next_element()? {
                    names.push(name);
                }
                Ok(OneOrMany::Many(names))
            }
        }
        deserializer.deserialize_any(Either)
    }
}
