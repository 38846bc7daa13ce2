//! The program itself, as its operator has it: a folder, the command line, and a server that is started and stopped.

use std::fs::{File, OpenOptions};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use tempfile::TempDir;

use super::visitor::Visitor;
use super::wait::{until, until_blocking};

const FIREBELL: &str = env!("CARGO_BIN_EXE_firebell");

/// A folder with nothing in it but what a test puts there: configuration, database, templates.
pub struct Home {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Home {
    pub fn new() -> Home {
        Home { folder: tempfile::tempdir().expect("a folder"), variables: Vec::new() }
    }

    /// The environment of every command that is run from now on.
    pub fn set(&mut self, variable: &str, value: &str) {
        self.unset(variable);
        self.variables.push((variable.into(), value.into()));
    }

    pub fn unset(&mut self, variable: &str) {
        self.variables.retain(|(name, _)| name != variable);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("to make its folder");
        std::fs::write(path, text).expect("to write a file");
    }

    /// Runs a command to its end, which has to come soon.
    pub fn run(&self, words: &str) -> Ran {
        let mut timely = Command::new("timeout");
        timely.args(["30", FIREBELL]);
        Ran(self.here(timely, words).output().expect("firebell starts"))
    }

    /// The database that is used when nothing else is configured.
    pub async fn sqlite(&self) -> sqlx::SqlitePool {
        let url = format!("sqlite://{}", self.path("firebell.db").display());
        sqlx::SqlitePool::connect(&url).await.expect("the database opens")
    }

    fn here(&self, mut command: Command, words: &str) -> Command {
        command.args(words.split_whitespace()).current_dir(self.folder.path()).stdin(Stdio::null());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// How a command ended, and what it wrote.
pub struct Ran(Output);

impl Ran {
    pub fn code(&self) -> Option<i32> {
        self.0.status.code()
    }

    pub fn out(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).expect("text")
    }

    pub fn errors(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).expect("text")
    }

    /// Its standard output; it has to have gone well.
    #[track_caller]
    pub fn ok(&self) -> String {
        assert_eq!(self.code(), Some(0), "{}{}", self.out(), self.errors());
        self.out()
    }

    /// All that it wrote; it has to have ended with 1.
    #[track_caller]
    pub fn refused(&self) -> String {
        let written = self.out() + self.errors().as_str();
        assert_eq!(self.code(), Some(1), "{written}");
        written
    }
}

/// A running `firebell serve`. Dropping it asks it to stop, and fails the test if it does not do so gracefully.
pub struct Serve {
    pub home: Home,
    /// `http://127.0.0.1:43210`
    pub url: String,
    process: Option<Child>,
}

impl Serve {
    pub async fn start() -> Serve {
        Serve::start_in(Home::new()).await
    }

    /// On a port that is free.
    pub async fn start_in(home: Home) -> Serve {
        let mut serve = Serve::begin_in(home).await;
        serve.until_ready().await;
        serve
    }

    /// It listens, but what it stands on may not be there yet.
    pub async fn begin_in(home: Home) -> Serve {
        let mut serve = Serve { home, url: String::new(), process: None };
        serve.begin_at(ANY_PORT).await;
        serve
    }

    /// In the same folder, where pages that are open find it again.
    pub async fn start_again(&mut self) {
        let url = self.url.clone();
        self.start_at(&url).await;
    }

    /// In the same folder.
    pub async fn start_at(&mut self, url: &str) {
        self.begin_at(url).await;
        self.until_ready().await;
    }

    async fn begin_at(&mut self, url: &str) {
        let address = url.trim_start_matches("http://");
        assert!(self.process.is_none(), "it is running already");
        let mut command = self.home.here(Command::new(FIREBELL), "serve");
        if !self.home.variables.iter().any(|(name, _)| name == LISTEN) {
            command.env(LISTEN, address);
        }
        command.stdout(File::create(self.home.path(PRINTED)).expect("a file"));
        let log = OpenOptions::new().create(true).append(true).open(self.home.path(LOG));
        command.stderr(log.expect("a file"));
        self.process = Some(command.spawn().expect("firebell starts"));
        self.url = until("the address on standard output", async || {
            self.assert_running();
            address_in(&self.printed())
        })
        .await;
    }

    pub async fn until_ready(&mut self) {
        until("/readyz", async || {
            self.assert_running();
            let answer = reqwest::get(format!("{}/readyz", self.url)).await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    fn assert_running(&mut self) {
        let ended = self.process.as_mut().and_then(|p| p.try_wait().expect("a process"));
        assert!(ended.is_none(), "firebell ended: {}", self.log());
    }

    /// What it has said to the one who started it.
    pub fn printed(&self) -> String {
        std::fs::read_to_string(self.home.path(PRINTED)).unwrap_or_default()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.home.path(LOG)).unwrap_or_default()
    }

    /// As service managers do it. It has to end by itself, with 0.
    pub fn stop(&mut self) {
        let status = self.ask_to_stop().expect("firebell did not end after SIGTERM");
        assert!(status.success(), "{status}: {}", self.log());
    }

    /// As [`Serve::stop`], while the rest of the test goes on.
    pub async fn stop_beside(&mut self) {
        self.terminate();
        let mut process = self.process.take().expect("a running firebell");
        let status = until("its end", async || process.try_wait().expect("a process")).await;
        assert!(status.success(), "{status}: {}", self.log());
    }

    /// Sends the signal, and no more.
    fn terminate(&self) {
        let process = self.process.as_ref().expect("a running firebell");
        let asked = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &process.id().to_string()]).status();
        assert!(asked.expect("a shell").success());
    }

    fn ask_to_stop(&mut self) -> Option<ExitStatus> {
        self.terminate();
        let mut process = self.process.take()?;
        let ended = until_blocking(|| process.try_wait().expect("a process"));
        if ended.is_none() {
            let _ = process.kill();
            let _ = process.wait();
        }
        ended
    }

    /// Comes in, in a browser of their own.
    pub async fn person(&self, name: &str) -> Visitor {
        let visitor = self.stranger();
        let answer = visitor.sign_in(name, None).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        visitor
    }

    /// All that follows from what was said is done.
    pub async fn quiet(&self) {
        until("nothing is left to do", async || {
            let answer = reqwest::get(format!("{}/readyz", self.url)).await.ok()?;
            let ready: serde_json::Value = answer.json().await.ok()?;
            (ready["waiting"] == 0).then_some(())
        })
        .await;
    }

    /// Somebody who has not come in.
    pub fn stranger(&self) -> Visitor {
        Visitor::new(&self.url)
    }
}

/// For [`Serve::start_at`]: nothing knows where it is going to be.
pub const ANY_PORT: &str = "http://127.0.0.1:0";
const LISTEN: &str = "FIREBELL__SERVER__LISTEN";
const PRINTED: &str = "printed.txt";
const LOG: &str = "log.txt";

/// The address in `  Open  http://127.0.0.1:43210/chat`.
fn address_in(printed: &str) -> Option<String> {
    let rest = &printed[printed.find("http://")?..];
    // A line that is not finished may have half of an address.
    let (line, _) = rest.split_once('\n')?;
    let end = line["http://".len()..].find('/').map_or(line.len(), |at| at + "http://".len());
    Some(line[..end].to_string())
}

impl Drop for Serve {
    fn drop(&mut self) {
        if self.process.is_none() {
            return;
        }
        let ended = self.ask_to_stop();
        // Panicking while a panic unwinds would abort and hide the first one; what the server wrote may explain it.
        if std::thread::panicking() {
            eprintln!("firebell ended with {ended:?}; it wrote:\n{}", self.log());
            return;
        }
        assert!(ended.is_some_and(|status| status.success()), "{ended:?}: {}", self.log());
    }
}
