//! Who may do what: lists of rules, each naming some people.

use std::fmt;
use std::str::FromStr;

use super::{PersonId, Platform, RoleKey};

/// A thing that not everyone may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Declare an incident.
    Declare,
    /// Give, take and hand over roles.
    Command,
    /// Change the severity.
    Severity,
    /// Change the status, but for closing.
    Status,
    /// Post a status update.
    Update,
    /// Close, cancel, merge, reopen.
    Close,
    /// See a private incident outside its own room.
    Private,
    /// Everything else in an incident's room; not configured, always its members.
    Contribute,
}

impl Permission {
    pub fn as_str(self) -> &'static str {
        match self {
            Permission::Declare => "declare",
            Permission::Command => "command",
            Permission::Severity => "severity",
            Permission::Status => "status",
            Permission::Update => "update",
            Permission::Close => "close",
            Permission::Private => "private",
            Permission::Contribute => "contribute",
        }
    }
}

/// One entry of a permission list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Who shares a workspace or an announcement room with the bot.
    Everyone,
    /// The members of the incident's rooms.
    Members,
    /// Who holds this role in the incident.
    Role(RoleKey),
    Person(PersonId),
    /// `matrix:*:example.org`: everyone of one homeserver.
    MatrixServer(String),
    /// `matrix:power:50`: who has at least that power level where they type, or in a room for announcements.
    MatrixPower(i64),
    /// A group of the chat's, or of `[groups]`.
    Group(String),
}

const POWER: &str = "power:";

/// The group of those who have at least this power level, as the adapter tells it.
pub fn power_group(level: i64) -> String {
    format!("{POWER}{level}")
}

/// A word that is no rule.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is not one of everyone, members, role:NAME, group:NAME, local:NAME, slack:U…, matrix:@name:server, matrix:*:server, \
     matrix:power:N"
)]
pub struct NotARule(String);

impl FromStr for Rule {
    type Err = NotARule;

    fn from_str(text: &str) -> Result<Self, NotARule> {
        let bad = || NotARule(text.into());
        match text.split_once(':') {
            None if text == "everyone" => Ok(Rule::Everyone),
            None if text == "members" => Ok(Rule::Members),
            Some(("role", name)) if !name.is_empty() => Ok(Rule::Role(name.to_lowercase())),
            Some(("group", name)) if !name.is_empty() => Ok(Rule::Group(name.into())),
            Some(("matrix", id)) if id.starts_with("*:") => Ok(Rule::MatrixServer(id[2..].into())),
            Some(("matrix", id)) if id.starts_with(POWER) => {
                id[POWER.len()..].parse().map(Rule::MatrixPower).map_err(|_| bad())
            }
            Some(_) => text.parse().map(Rule::Person).map_err(|_| bad()),
            None => Err(bad()),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Everyone => f.write_str("everyone"),
            Rule::Members => f.write_str("members of the incident's room"),
            Rule::Role(role) => write!(f, "the {role}"),
            Rule::Person(person) => write!(f, "{person}"),
            Rule::MatrixServer(server) => write!(f, "people of {server}"),
            Rule::MatrixPower(level) => write!(f, "people of power level {level}"),
            Rule::Group(name) => write!(f, "group {name}"),
        }
    }
}

/// What is known of the one who asks, as far as permissions go.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    pub person: &'a PersonId,
    /// Shares a workspace or an announcement room with the bot.
    pub known: bool,
    /// Is in a room of the incident.
    pub member: bool,
    /// Groups of the chat's that the person is in.
    pub groups: &'a [String],
    /// Roles that the person holds in the incident.
    pub roles: &'a [RoleKey],
}

#[derive(Clone, Debug)]
pub struct Permissions {
    pub declare: Vec<Rule>,
    pub command: Vec<Rule>,
    pub severity: Vec<Rule>,
    pub status: Vec<Rule>,
    pub update: Vec<Rule>,
    pub close: Vec<Rule>,
    pub private: Vec<Rule>,
}

impl Default for Permissions {
    fn default() -> Self {
        let members = || vec![Rule::Members];
        Permissions {
            declare: vec![Rule::Everyone],
            command: members(),
            severity: members(),
            status: members(),
            update: members(),
            close: members(),
            private: members(),
        }
    }
}

impl Permissions {
    /// Every rule of every permission.
    pub fn all(&self) -> impl Iterator<Item = &Rule> {
        let lists =
            [&self.declare, &self.command, &self.severity, &self.status, &self.update, &self.close, &self.private];
        lists.into_iter().flatten()
    }

    pub fn rules(&self, permission: Permission) -> &[Rule] {
        match permission {
            Permission::Declare => &self.declare,
            Permission::Command => &self.command,
            Permission::Severity => &self.severity,
            Permission::Status => &self.status,
            Permission::Update => &self.update,
            Permission::Close => &self.close,
            Permission::Private => &self.private,
            Permission::Contribute => &[Rule::Members],
        }
    }
}

impl super::Plan {
    /// Whether one of the permission's rules names this person.
    pub fn permits(&self, permission: Permission, who: Standing<'_>) -> bool {
        self.permissions.rules(permission).iter().any(|rule| match rule {
            Rule::Everyone => who.known,
            Rule::Members => who.member,
            Rule::Role(role) => who.roles.contains(role),
            Rule::Person(person) => who.person == person,
            Rule::MatrixServer(server) => {
                who.person.platform == Platform::Matrix
                    && who.person.id.split_once(':').is_some_and(|(_, s)| s == server)
            }
            Rule::MatrixPower(level) => {
                who.person.platform == Platform::Matrix && who.groups.contains(&power_group(*level))
            }
            Rule::Group(name) => {
                who.groups.contains(name) || self.groups.get(name).is_some_and(|g| g.contains(who.person))
            }
        })
    }
}
