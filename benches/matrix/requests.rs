//! The homeserver's log of requests (tests/synapse-bench.yaml): a line as one comes, and a line when it is answered. It
//! has one thread for them, so that the order of lines is the order of what happened.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use regex::Regex;

/// What encryption itself asks: whether the room is encrypted, who is there, with which devices, a key for each of them,
/// the room's key for all, and that key into the backup, which the account's secrets are looked at for.
const ENCRYPTION: [&str; 8] = [
    "GET account_data/m.secret_storage.default_key",
    "GET m.room.encryption",
    "GET members",
    "POST keys/claim",
    "POST keys/query",
    "POST keys/upload",
    "PUT room_keys/keys",
    "PUT sendToDevice/m.room.encrypted",
];

static RECEIVED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^([0-9.]+) (\S+) .* Received request: (\S+) (\S+)$").expect("a pattern"));
static PROCESSED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^([0-9.]+) (\S+) .* \{(\S+)\} Processed request: .*B ([0-9]+)!? "\S+ \S+ "#).expect("a pattern")
});

/// When something happened: by the homeserver's clock, in seconds, and in the order of all that it did.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub at: f64,
    pub order: u64,
}

#[derive(Clone, Debug)]
pub struct Request {
    id: String,
    /// `PUT send/m.room.encrypted`: without ids.
    pub name: String,
    pub room: Option<String>,
    pub began: Moment,
    pub answered: Option<Answered>,
}

#[derive(Clone, Debug)]
pub struct Answered {
    pub moment: Moment,
    pub by: String,
    pub is_ok: bool,
}

impl Request {
    pub fn is_encryptions(&self) -> bool {
        ENCRYPTION.contains(&self.name.as_str())
    }

    pub fn is_sync(&self) -> bool {
        self.name == "GET sync"
    }

    pub fn is_of(&self, user: &str) -> bool {
        self.answered.as_ref().is_some_and(|answered| answered.by == user)
    }

    pub fn is_done_for(&self, user: &str) -> bool {
        self.answered.as_ref().is_some_and(|answered| answered.is_ok && answered.by == user)
    }

    pub fn ended(&self) -> Option<Moment> {
        self.answered.as_ref().map(|answered| answered.moment)
    }
}

/// The log, as far as it was read, without what is forgotten.
pub struct Requests {
    log: BufReader<File>,
    /// A line that was not whole yet.
    begun: String,
    lines: u64,
    found: Vec<Request>,
}

impl Requests {
    /// From now on.
    pub fn open() -> Requests {
        let path = std::env::var_os("FIREBELL_TEST_SYNAPSE_LOG").expect("the log's path: tests/run --bench sets it");
        let mut log = BufReader::new(File::open(path).expect("the homeserver's log"));
        log.seek(SeekFrom::End(0)).expect("to read it");
        Requests { log, begun: String::new(), lines: 0, found: Vec::new() }
    }

    /// What was answered by now does not count.
    pub fn forget(&mut self) {
        self.read();
        self.found.retain(|request| request.answered.is_none());
    }

    /// In the order in which they came.
    pub fn read(&mut self) -> &[Request] {
        let mut line = std::mem::take(&mut self.begun);
        while self.log.read_line(&mut line).expect("to read it") > 0 && line.ends_with('\n') {
            self.take(line.trim_end());
            line.clear();
        }
        self.begun = line;
        &self.found
    }

    fn take(&mut self, line: &str) {
        self.lines += 1;
        let moment = |at: &str| Moment { at: at.parse().expect("a time"), order: self.lines };
        if let Some(c) = RECEIVED.captures(line) {
            let [at, id, method, address] = c.extract().1;
            let (name, room) = named(method, address);
            self.found.push(Request { id: id.into(), name, room, began: moment(at), answered: None });
        } else if let Some(c) = PROCESSED.captures(line) {
            let [at, id, by, status] = c.extract().1;
            let answered = Answered { moment: moment(at), by: by.into(), is_ok: status.starts_with('2') };
            if let Some(request) = self.found.iter_mut().rfind(|r| r.id == id) {
                request.answered = Some(answered);
            }
        }
    }
}

/// `GET m.room.encryption` of `/_matrix/client/v3/rooms/!a:b/state/m.room.encryption/`, and the room.
fn named(method: &str, address: &str) -> (String, Option<String>) {
    let path = address.split('?').next().unwrap_or_default();
    // Behind `_matrix/client/v3`.
    let parts: Vec<String> =
        path.split('/').skip(4).map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (what, room) = match parts[..] {
        ["rooms", room, "state", kind, ..] => (kind.to_string(), Some(room)),
        ["rooms", room, "send", kind, ..] => (format!("send/{kind}"), Some(room)),
        ["rooms", room, what, ..] => (what.to_string(), Some(room)),
        ["user", _, "account_data", kind] => (format!("account_data/{kind}"), None),
        ["sendToDevice", kind, ..] => (format!("sendToDevice/{kind}"), None),
        [what @ ("keys" | "room_keys"), which, ..] => (format!("{what}/{which}"), None),
        [what, ..] => (what.to_string(), None),
        [] => (path.to_string(), None),
    };
    (format!("{method} {what}"), room.map(str::to_string))
}
