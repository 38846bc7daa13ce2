//! The process is killed at every moment of a conversation and started again: everything is as if nothing had
//! happened. The moments are those between the calls that begin, write or commit something: after each, which is also
//! before the next. A run in which nobody is killed counts them.
//!
//! Line by line, each line in a process of its own: so a crash costs what its line costs, not the whole script.

mod script;
mod worker;

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicUsize, Ordering};

use firebell::store::Db;
use script::SCRIPT;

use crate::support::ground::Ground;
use crate::support::postgres::Database;

/// A few complaints tell what is wrong; hundreds only take time.
const ENOUGH: usize = 3;

#[test]
fn killed_at_every_moment_on_sqlite() {
    kill_at_every_moment(Ground::sqlite());
}

#[test]
fn killed_at_every_moment_on_postgres() {
    kill_at_every_moment(wait(Ground::postgres()));
}

fn kill_at_every_moment(ground: Ground) {
    // Closing brings SQLite's write-ahead log into the file that is copied.
    wait(async { Db::open(&ground.url()).await.expect("a database").close().await });
    let mut before = ground;
    let mut moments = 0;
    for line in 0..SCRIPT.len() {
        let after = copy(&before);
        let whole = run(&after, line, worker::PLAY, None);
        assert!(whole.status.success(), "line {line} fails without a kill:\n{}", whole.output);
        let expected = run(&copy(&after), line, worker::GO_ON, None);
        assert!(expected.status.success(), "line {line} cannot be looked at:\n{}", expected.output);
        assert!(whole.moments.len() > 4 && expected.seen.len() > 200, "line {line}: nobody is counting, or looking");
        let chosen: Vec<u64> =
            (1..).zip(&whole.moments).filter(|(_, m)| is_tried(m, &before)).map(|(n, _)| n).collect();
        kill_at_each(line, &chosen, &before, &expected.seen);
        moments += chosen.len();
        before = after;
    }
    println!("killed at {moments} moments");
}

/// On SQLite each moment is tried. PostgreSQL takes longer, so there those are left out that find the database as the
/// one before did: nothing is written by beginning, nor behind a chat's own commit.
fn is_tried(moment: &str, ground: &Ground) -> bool {
    let same = moment.ends_with(".begin") || moment.starts_with("chat.");
    !(same && matches!(ground, Ground::Postgres(_)))
}

fn kill_at_each(line: usize, moments: &[u64], before: &Ground, expected: &str) {
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let some = || {
        let mut fresh = Fresh { before, used: None };
        let mut complaints = Vec::new();
        while failed.load(Ordering::SeqCst) < ENOUGH {
            let Some(moment) = moments.get(next.fetch_add(1, Ordering::SeqCst)).copied() else { break };
            if let Err(complaint) = kill_at(line, moment, fresh.ground(), expected) {
                failed.fetch_add(1, Ordering::SeqCst);
                complaints.push(format!("line {line}, moment {moment}, {complaint}"));
            }
        }
        complaints
    };
    let complaints: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..at_once(before)).map(|_| scope.spawn(some)).collect();
        threads.into_iter().flat_map(|t| t.join().expect("a thread that ends")).collect()
    });
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

/// How many moments are tried at once. With PostgreSQL a worker waits for it for much of its time.
fn at_once(ground: &Ground) -> usize {
    match ground {
        Ground::Postgres(_) => 3,
        _ => 2,
    }
}

/// Killed at this moment and started again, the world is as expected.
fn kill_at(line: usize, moment: u64, ground: &Ground, expected: &str) -> Result<(), String> {
    let dead = run(ground, line, worker::PLAY, Some(moment));
    let (Some(9), Some(when)) = (dead.status.signal(), dead.moments.last()) else {
        return Err(format!("it was not killed: {}\n{}", dead.status, dead.output));
    };
    // People do again what was not acknowledged, and nothing else.
    let task = if dead.acked { worker::GO_ON } else { worker::AGAIN };
    let again = run(ground, line, task, None);
    match again.status.success() {
        false => Err(format!("after {when}: it fails when started again:\n{}", again.output)),
        true if again.seen != expected => Err(format!("after {when}: {}", difference(expected, &again.seen))),
        true => Ok(()),
    }
}

fn difference(whole: &str, seen: &str) -> String {
    let marked = |mark: &str, lines: &str, others: &str| {
        let only = lines.lines().filter(|l| !others.lines().any(|o| o == *l));
        only.map(|l| format!("{mark} {l}\n")).collect::<String>()
    };
    format!("{}{}{seen}", marked("-", whole, seen), marked("+", seen, whole))
}

/// What a worker did and said.
struct Run {
    status: ExitStatus,
    /// The author of the line had an answer.
    acked: bool,
    /// What had returned at each of its moments.
    moments: Vec<String>,
    seen: String,
    output: String,
}

fn run(ground: &Ground, line: usize, task: &str, kill_at: Option<u64>) -> Run {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", "crash::worker::worker", "--nocapture"]);
    command.env(worker::URL, ground.url()).env(worker::LINE, line.to_string()).env(worker::TASK, task);
    if let Some(moment) = kill_at {
        command.env(worker::KILL_AT, moment.to_string());
    }
    let done = command.output().expect("a worker");
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let moments = said.lines().filter_map(|l| l.strip_prefix("@moment ")).map(str::to_string).collect();
    let seen: Vec<&str> = said.lines().filter_map(|l| l.strip_prefix('|')).collect();
    Run {
        status: done.status,
        acked: said.lines().any(|l| l == "@acked"),
        moments,
        seen: seen.join("\n"),
        output: said.clone() + &*String::from_utf8_lossy(&done.stderr),
    }
}

/// A database as it was before the line, as often as it is asked for.
struct Fresh<'a> {
    before: &'a Ground,
    used: Option<Ground>,
}

impl Fresh<'_> {
    fn ground(&mut self) -> &Ground {
        match &self.used {
            Some(Ground::Postgres(database)) => wait(database.put_back()),
            _ => {
                let ground = copy(self.before);
                if let Ground::Postgres(database) = &ground {
                    wait(database.keep());
                }
                self.used = Some(ground);
            }
        }
        self.used.as_ref().expect("just made")
    }
}

/// Another database with the same in it. Nobody may be connected to the first.
fn copy(ground: &Ground) -> Ground {
    match ground {
        Ground::Sqlite(folder) => {
            let copy = tempfile::tempdir().expect("a folder");
            for entry in std::fs::read_dir(folder.path()).expect("a folder") {
                let file = entry.expect("a file");
                std::fs::copy(file.path(), copy.path().join(file.file_name())).expect("a copy");
            }
            Ground::Sqlite(copy)
        }
        Ground::Postgres(database) => Ground::Postgres(wait(Database::copy_of(database))),
        Ground::Shared(url) => panic!("{url} is somebody else's"),
    }
}

fn wait<T>(what: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(what)
}
