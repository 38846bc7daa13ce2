//! What goes wrong at Slack: faults that a test asks for, rate limits, latency, revoked tokens, missing scopes; and
//! the log of every call.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::Workspace;

/// The scopes that the bot has to begin with.
const SCOPES: &[&str] = &[
    "app_mentions:read",
    "bookmarks:read",
    "bookmarks:write",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "commands",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "pins:read",
    "pins:write",
    "reactions:read",
    "reactions:write",
    "usergroups:read",
    "users:read",
];

const MINUTE: Duration = Duration::from_secs(60);
/// `chat.postMessage`: one a second for each channel, and a few at once.
const BURST: f64 = 5.0;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 500, and nothing is done.
    ServerError,
    /// The connection is closed without an answer, and nothing is done.
    ResetBefore,
    /// It is done, and the connection is closed without an answer.
    ResetAfter,
    /// 429 with `Retry-After`.
    Throttled { after_s: u64 },
    /// Slack's own "no".
    Api(&'static str),
    /// No answer, ever.
    Hang,
    /// It is done, and there is no answer, ever. [`Workspace::until_silent`] tells of it.
    HangAfter,
}

/// How often a method may be called.
#[derive(Clone, Copy)]
pub enum Pace {
    PerMinute(usize),
    /// One a second for each channel.
    PerChannel,
}

pub struct Trouble {
    pub latency: Duration,
    pub limited: bool,
    pub revoked: bool,
    pub scopes: BTreeSet<String>,
    next: VecDeque<(String, Fault)>,
    every: BTreeMap<String, Fault>,
    /// How many calls go well before this happens to one.
    nth: Option<(u64, Fault)>,
    pub silent: Arc<Notify>,
    recent: HashMap<&'static str, VecDeque<Instant>>,
    /// By channel: how many may be posted at once, as of when.
    allowance: HashMap<String, (f64, Instant)>,
}

impl Default for Trouble {
    fn default() -> Self {
        Trouble {
            latency: Duration::ZERO,
            limited: false,
            revoked: false,
            scopes: SCOPES.iter().map(|s| s.to_string()).collect(),
            next: VecDeque::new(),
            every: BTreeMap::new(),
            nth: None,
            silent: Arc::default(),
            recent: HashMap::new(),
            allowance: HashMap::new(),
        }
    }
}

impl Trouble {
    pub fn fault(&mut self, method: &str) -> Option<Fault> {
        match self.nth.take() {
            Some((0, fault)) => return Some(fault),
            Some((before, fault)) => self.nth = Some((before - 1, fault)),
            None => {}
        }
        let is_meant = |wanted: &str| wanted == method || wanted == "*";
        if let Some(at) = self.next.iter().position(|(wanted, _)| is_meant(wanted)) {
            return self.next.remove(at).map(|(_, fault)| fault);
        }
        self.every.get(method).or_else(|| self.every.get("*")).cloned()
    }

    pub fn provided(&self) -> String {
        self.scopes.iter().cloned().collect::<Vec<_>>().join(",")
    }

    /// Counts this call. `Err` has the seconds after which it may be tried again.
    pub fn admit(&mut self, method: &'static str, pace: Pace, channel: &str) -> Result<(), u64> {
        if !self.limited {
            return Ok(());
        }
        let now = Instant::now();
        match pace {
            Pace::PerMinute(most) => {
                let recent = self.recent.entry(method).or_default();
                recent.retain(|at| now - *at < MINUTE);
                match recent.front() {
                    Some(oldest) if recent.len() >= most => Err(seconds(MINUTE - (now - *oldest))),
                    _ => {
                        recent.push_back(now);
                        Ok(())
                    }
                }
            }
            Pace::PerChannel => {
                let (left, since) = self.allowance.get(channel).copied().unwrap_or((BURST, now));
                let left = (left + (now - since).as_secs_f64()).min(BURST);
                let admitted = left >= 1.0;
                let after = if admitted { left - 1.0 } else { left };
                self.allowance.insert(channel.into(), (after, now));
                if admitted { Ok(()) } else { Err(seconds(Duration::from_secs_f64(1.0 - left))) }
            }
        }
    }
}

fn seconds(wait: Duration) -> u64 {
    wait.as_secs_f64().ceil().max(1.0) as u64
}

/// A place in the order of everything that began and ended, and when it was.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub order: u64,
    pub at: Instant,
}

/// One call of the Web API; `method` is `response_url` for those.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: String,
    /// Its id, as the call has it.
    pub channel: Option<String>,
    pub started: Moment,
    /// `None` while it is not answered.
    pub ended: Option<Moment>,
    /// `ok`, Slack's error, `ratelimited`, `server_error` or `reset`; empty while it is not answered.
    pub outcome: String,
}

#[derive(Default)]
pub struct CallLog {
    calls: BTreeMap<u64, Call>,
    last: u64,
}

impl CallLog {
    pub fn begin(&mut self, method: &str, channel: Option<String>) -> u64 {
        let started = self.moment();
        let call = Call { method: method.into(), channel, started, ended: None, outcome: String::new() };
        self.calls.insert(started.order, call);
        started.order
    }

    pub fn end(&mut self, number: u64, outcome: &str) {
        let ended = self.moment();
        if let Some(call) = self.calls.get_mut(&number) {
            call.ended = Some(ended);
            call.outcome = outcome.into();
        }
    }

    fn moment(&mut self) -> Moment {
        self.last += 1;
        Moment { order: self.last, at: Instant::now() }
    }
}

impl Workspace {
    /// In the order in which they began.
    pub fn calls(&self) -> Vec<Call> {
        self.with(|state| state.calls.calls.values().cloned().collect())
    }

    pub fn forget_calls(&self) {
        self.with(|state| state.calls.calls.clear());
    }

    /// The next call of this method; the next but one if this is said twice.
    pub fn break_next(&self, method: &str, fault: Fault) {
        self.with(|state| state.trouble.next.push_back((method.into(), fault)));
    }

    /// The nth call from now on, counted from 1, whatever its method; also one of a `response_url`.
    pub fn break_call(&self, n: u64, fault: Fault) {
        self.with(|state| state.trouble.nth = Some((n - 1, fault)));
    }

    /// Until a call is done that will have no answer.
    pub async fn until_silent(&self) {
        let silent = self.with(|state| state.trouble.silent.clone());
        silent.notified().await;
    }

    /// Every call of this method, or of any for `*`, until [`Workspace::mend`].
    pub fn break_every(&self, method: &str, fault: Fault) {
        self.with(|state| state.trouble.every.insert(method.into(), fault));
    }

    pub fn mend(&self) {
        self.with(|state| {
            state.trouble.next.clear();
            state.trouble.every.clear();
            state.trouble.nth = None;
        });
    }

    /// Of each call.
    pub fn latency(&self, latency: Duration) {
        self.with(|state| state.trouble.latency = latency);
    }

    /// Slack's rate limits, in real time. They are off to begin with.
    pub fn limits(&self, on: bool) {
        self.with(|state| {
            state.trouble.limited = on;
            state.trouble.recent.clear();
            state.trouble.allowance.clear();
        });
    }

    pub fn revoke_token(&self) {
        self.with(|state| state.trouble.revoked = true);
    }

    pub fn restore_token(&self) {
        self.with(|state| state.trouble.revoked = false);
    }

    pub fn remove_scope(&self, scope: &str) {
        self.with(|state| state.trouble.scopes.remove(scope));
    }

    pub fn add_scope(&self, scope: &str) {
        self.with(|state| state.trouble.scopes.insert(scope.into()));
    }
}
