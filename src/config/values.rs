//! Judging single values. Each function gives back something usable even if the value is wrong, so that the rest can
//! be judged too; with a problem noted, nothing of it is used.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use chrono::TimeDelta;

use super::error::{Problem, instead};
use super::secret::Secret;
use super::sheet::Sheet;
use super::written::{List, Text};
use crate::plan::{PersonId, Platform, RoomId};

const COMMAND: &str = "/incident";

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

    /// What a command begins with: a word behind one of these characters.
    pub fn command(&mut self, key: &str, written: Option<&Text>, begins: &[char]) -> String {
        let Some(written) = written else { return COMMAND.into() };
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
                    self.here(key, start(name), person.platform);
                    people.push(person);
                }
                Err(e) => self.wrong(start(name), key, e.to_string()),
            }
        }
        people
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
                Ok(room) => self.here(key, start(name), room.platform),
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

    /// Nobody of a chat that is not in this build could ever be reached.
    pub fn here(&mut self, key: &str, at: usize, platform: Platform) {
        let chat = match platform {
            Platform::Local => return,
            Platform::Slack if cfg!(feature = "slack") => return,
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
