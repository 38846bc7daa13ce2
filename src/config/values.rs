//! Judging single values. Each function gives back something usable even if the value is wrong, so that the rest can
//! be judged too; with a problem noted, nothing of it is used.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use chrono::TimeDelta;

use super::error::{Problem, instead};
use super::secret::Secret;
use super::sheet::Sheet;
use super::written::{List, Text};
use crate::plan::{PersonId, Platform, RoomId};

const COMMAND: &str = "incident";
/// Of Matrix's names with everything in them, in bytes (Matrix specification, Identifier Grammar).
const LONGEST: usize = 255;

/// What has been found wrong so far.
pub(super) struct Judge<'s> {
    sheet: &'s Sheet,
    pub problems: Vec<Problem>,
}

/// A length of time with its limits, both included.
pub(super) struct Limits {
    pub from: TimeDelta,
    pub to: TimeDelta,
}

impl<'s> Judge<'s> {
    pub fn new(sheet: &'s Sheet) -> Self {
        Judge { sheet, problems: Vec::new() }
    }

    /// Notes that `key` (`[plan] ask_commander`), written at this offset, is wrong.
    pub fn wrong(&mut self, at: usize, key: &str, what: impl AsRef<str>) {
        self.problems.push(self.sheet.problem(at, format!("{key}: {}", what.as_ref())));
    }

    /// Text that is not blank.
    pub fn text(&mut self, key: &str, written: &Text) -> String {
        if written.get_ref().trim().is_empty() {
            self.wrong(start(written), key, "is empty; write something, or take the line out");
        }
        written.get_ref().trim().to_string()
    }

    pub fn text_or(&mut self, key: &str, written: Option<&Text>, default: &str) -> String {
        written.map_or_else(|| default.to_string(), |w| self.text(key, w))
    }

    /// What a command begins with: a word behind one of these characters, the first of them if none is written.
    pub fn command(&mut self, key: &str, written: Option<&Text>, begins: &[char]) -> String {
        let Some(written) = written else { return begins.iter().take(1).copied().chain(COMMAND.chars()).collect() };
        let command = self.text(key, written);
        if !command.starts_with(begins) || command.len() < 2 || command.contains(char::is_whitespace) {
            let begins: Vec<String> = begins.iter().map(char::to_string).collect();
            let what = format!("\"{command}\" is not one word that begins with {}", begins.join(" or "));
            self.wrong(start(written), key, what);
        }
        command
    }

    /// A name that people type in a command: one word, kept in lower case.
    pub fn word(&mut self, key: &str, written: &Text) -> String {
        let word = written.get_ref().to_lowercase();
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        if word.is_empty() || word.chars().count() > 40 || !word.chars().all(fits) {
            let what = format!("\"{}\" is not one word of letters, digits, - _ and . (40 at most)", written.get_ref());
            self.wrong(start(written), key, what);
        }
        word
    }

    pub fn duration(&mut self, key: &str, written: &Text, limits: &Limits) -> TimeDelta {
        let text = written.get_ref();
        match duration(text) {
            None => {
                let what = format!("\"{text}\" is not a length of time; write it as \"90s\", \"5m\", \"4h\" or \"1d\"");
                self.wrong(start(written), key, what);
                limits.from
            }
            Some(time) if time < limits.from || time > limits.to => {
                let (from, to) = (in_words(limits.from), in_words(limits.to));
                self.wrong(start(written), key, format!("{text} is out of bounds; it can be {from} to {to}"));
                limits.from
            }
            Some(time) => time,
        }
    }

    pub fn address(&mut self, key: &str, written: &Text) -> SocketAddr {
        let text = written.get_ref().trim();
        let port = text.strip_prefix("localhost:").and_then(|port| port.parse().ok());
        match (port, text.parse()) {
            (Some(port), _) => SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            (None, Ok(address)) => address,
            (None, Err(_)) => {
                let what = "is not an address with a port, such as 127.0.0.1:7878, [::1]:7878 or 0.0.0.0:7878";
                self.wrong(start(written), key, format!("\"{text}\" {what}"));
                SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
            }
        }
    }

    /// An address for browsers, without a slash at its end.
    pub fn web_address(&mut self, key: &str, written: &Text) -> String {
        let text = written.get_ref().trim();
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let host = rest.map_or("", |r| r.split(['/', '?', '#']).next().unwrap_or(r));
        if host.is_empty() || text.contains(char::is_whitespace) {
            self.wrong(
                start(written),
                key,
                format!("\"{text}\" is not an address that begins with https:// or http://"),
            );
        }
        text.trim_end_matches('/').to_string()
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&mut self, key: &str, written: &Text, choices: &[(&str, T)], default: T) -> T {
        let word = written.get_ref().to_lowercase();
        if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == word) {
            return *choice;
        }
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        self.wrong(start(written), key, format!("unknown \"{}\"; {}", written.get_ref(), instead(&word, &names)));
        default
    }

    /// A secret given here or in a file of its own.
    pub fn secret(&mut self, key: &str, here: Option<&Text>, file: Option<&Text>) -> Option<Secret> {
        let (written, secret) = match (here, file) {
            (None, None) => return None,
            (Some(_), Some(file)) => {
                self.wrong(start(file), &format!("{key}_file"), format!("{key} is given too; keep one of them"));
                return None;
            }
            (Some(here), None) => (here, here.get_ref().clone()),
            (None, Some(file)) => (file, self.file(&format!("{key}_file"), file)?),
        };
        if secret.is_empty() {
            self.wrong(start(written), key, "is empty");
        }
        Some(Secret::new(secret))
    }

    fn file(&mut self, key: &str, written: &Text) -> Option<String> {
        match std::fs::read_to_string(Path::new(written.get_ref())) {
            // Editors and `echo` end a file with a line break that is no part of the secret.
            Ok(text) => Some(text.trim_end_matches(['\r', '\n']).to_string()),
            Err(e) => {
                self.wrong(start(written), key, format!("{} cannot be read: {e}", written.get_ref()));
                None
            }
        }
    }

    pub fn people(&mut self, key: &str, list: Option<&List>) -> Vec<PersonId> {
        let mut people = Vec::new();
        for name in names(list) {
            match name.get_ref().parse::<PersonId>() {
                Ok(person) => {
                    self.person(key, start(name), &person);
                    people.push(person);
                }
                Err(e) => self.wrong(start(name), key, e.to_string()),
            }
        }
        people
    }

    pub fn person(&mut self, key: &str, at: usize, person: &PersonId) {
        self.here(key, at, person.platform);
        if person.platform == Platform::Matrix && !is_matrix_person(&person.id) {
            let what = "is nobody's full id with its server, such as matrix:@ann:example.org";
            self.wrong(at, key, format!("\"{person}\" {what}"));
        }
    }

    pub fn rooms(&mut self, key: &str, list: Option<&List>) -> Vec<RoomId> {
        let mut rooms = Vec::new();
        for name in names(list) {
            match name.get_ref().parse::<RoomId>() {
                Ok(room) if room.platform == Platform::Local => {
                    self.local_room(key, start(name), &room.id);
                    rooms.push(room);
                }
                Ok(room) if room.platform == Platform::Slack => {
                    self.here(key, start(name), room.platform);
                    rooms.extend(self.slack_channel(key, start(name), &room.id));
                }
                Ok(room) => {
                    self.here(key, start(name), room.platform);
                    rooms.extend(self.matrix_room(key, start(name), &room.id));
                }
                Err(_) => {
                    let what = format!("\"{}\" is not a room with its chat, such as local:incidents", name.get_ref());
                    self.wrong(start(name), key, what);
                }
            }
        }
        rooms
    }

    /// A room of the local chat by its bare name.
    pub fn local_room(&mut self, key: &str, at: usize, name: &str) {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > 80 || !name.chars().all(fits) || name.starts_with('-') {
            let what = "is not a room of the local chat: lower-case letters, digits and hyphens, such as incidents";
            self.wrong(at, key, format!("\"{name}\" {what}"));
        } else if name.strip_prefix("inc-").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            self.wrong(at, key, format!("\"{name}\" is the kind of name that incident rooms get; take another"));
        }
    }

    /// A Slack channel: its id as it is, a name with its `#`.
    pub fn slack_channel(&mut self, key: &str, at: usize, written: &str) -> Option<RoomId> {
        let is_id = written.len() >= 8
            && written.starts_with(['C', 'G'])
            && written.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        let name = written.trim_start_matches('#');
        let fits = |c: char| !c.is_whitespace() && !c.is_uppercase() && !matches!(c, '#' | ',' | '.');
        if !is_id && (name.is_empty() || name.chars().count() > 80 || !name.chars().all(fits)) {
            self.wrong(
                at,
                key,
                format!("\"{written}\" is neither a channel's name nor its id, such as #incidents or C024BE7LR"),
            );
            return None;
        }
        Some(RoomId::new(Platform::Slack, if is_id { written.to_string() } else { format!("#{name}") }))
    }

    /// A Matrix room: its id as it is, an alias with its `#`; either with its server, or on the bot's own.
    pub fn matrix_room(&mut self, key: &str, at: usize, written: &str) -> Option<RoomId> {
        let is_id = written.starts_with('!');
        let name = written.strip_prefix(['!', '#']).unwrap_or(written);
        let (own, server) = name.split_once(':').map_or((name, None), |(own, server)| (own, Some(server)));
        if !is_matrix_name(own) || !server.is_none_or(is_matrix_server) || name.len() >= LONGEST {
            let what = "is neither a room's alias nor its id, such as #incidents, #incidents:example.org or \
                        !f4k2jd9s:example.org";
            self.wrong(at, key, format!("\"{written}\" {what}"));
            return None;
        }
        Some(RoomId::new(Platform::Matrix, if is_id { written.to_string() } else { format!("#{name}") }))
    }

    /// An account by its full id, or by the part before the server.
    pub fn matrix_user(&mut self, key: &str, written: &Text) -> String {
        let user = written.get_ref().trim();
        let is_name = is_matrix_name(user) && !user.contains('@');
        if !is_matrix_person(user) && !is_name {
            let what = "is neither an account's full id nor its name, such as @firebell:example.org or firebell";
            self.wrong(start(written), key, format!("\"{user}\" {what}"));
        }
        user.to_string()
    }

    /// Whose invitation can be accepted: a person's, or that of everyone of a server.
    pub fn matrix_inviter(&mut self, key: &str, written: &Text) -> String {
        let inviter = written.get_ref();
        if !is_matrix_person(inviter) && !is_matrix_server(inviter) {
            let what = "is neither a server nor somebody's full id, such as example.org or @ann:example.org";
            self.wrong(start(written), key, format!("\"{inviter}\" {what}"));
        }
        inviter.clone()
    }

    /// Everyone of a homeserver: `matrix:*:example.org`.
    pub fn matrix_server(&mut self, key: &str, at: usize, server: &str) {
        self.here(key, at, Platform::Matrix);
        if !is_matrix_server(server) {
            self.wrong(at, key, format!("\"matrix:*:{server}\" names no server; write it as matrix:*:example.org"));
        }
    }

    /// Nobody of a chat that is not in this build could ever be reached.
    pub fn here(&mut self, key: &str, at: usize, platform: Platform) {
        let chat = match platform {
            Platform::Local => return,
            Platform::Slack if cfg!(feature = "slack") => return,
            Platform::Matrix if cfg!(feature = "matrix") => return,
            Platform::Slack => "Slack",
            Platform::Matrix => "Matrix",
        };
        self.wrong(at, key, format!("this build has no {chat} adapter"));
    }
}

/// Where a value begins.
pub(super) fn start<T>(written: &toml::Spanned<T>) -> usize {
    written.span().start
}

/// The names of a list; none if it is not written.
pub(super) fn names(list: Option<&List>) -> &[Text] {
    list.map_or(&[], |l| &l.names)
}

/// `@ann:example.org`.
fn is_matrix_person(text: &str) -> bool {
    let name_and_server = text.strip_prefix('@').and_then(|rest| rest.split_once(':'));
    let fits = |(name, server)| is_matrix_name(name) && is_matrix_server(server);
    name_and_server.is_some_and(fits) && text.len() <= LONGEST
}

/// What stands before the server, without its sign. Servers still have names from before there were rules for them, and
/// bridges make aliases with any character inside, so little is refused: what no name has, or only by mistake.
fn is_matrix_name(text: &str) -> bool {
    let foreign = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ':' | ',');
    !text.is_empty() && !text.starts_with(['@', '#', '!', '$']) && !text.contains(foreign)
}

/// `example.org`, `example.org:8448`, `[::1]:8448` (Matrix specification, Server Name).
fn is_matrix_server(text: &str) -> bool {
    // An IPv6 address has colons of its own, inside its brackets.
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let address = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let is_port = |port: &str| (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit());
    let is_host = match address {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.chars().all(is_name),
    };
    is_host && port.is_none_or(is_port)
}

/// `90s`, `5m`, `4h`, `1d`.
fn duration(text: &str) -> Option<TimeDelta> {
    let text = text.trim();
    let unit = text.chars().last()?;
    let number: i64 = text[..text.len() - unit.len_utf8()].parse().ok()?;
    match unit {
        's' => TimeDelta::try_seconds(number),
        'm' => TimeDelta::try_minutes(number),
        'h' => TimeDelta::try_hours(number),
        'd' => TimeDelta::try_days(number),
        _ => None,
    }
}

/// As [`duration`] reads it, in the largest unit that is whole.
pub(super) fn in_words(time: TimeDelta) -> String {
    let seconds = time.num_seconds();
    let units = [('d', 86_400), ('h', 3_600), ('m', 60)];
    match units.into_iter().find(|(_, size)| seconds % size == 0 && seconds != 0) {
        Some((unit, size)) => format!("{}{unit}", seconds / size),
        None => format!("{seconds}s"),
    }
}
