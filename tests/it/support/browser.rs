//! A headless Chromium for one test, driven through chromedriver.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

const INSTALL: &str =
    "install it with: apt-get install --no-install-recommends chromium chromium-driver (tests/run does)";

/// The switches keep Chromium from talking to anyone but the page under test.
const SWITCHES: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    // A container's /dev/shm is too small for it.
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// A browser with its own driver and profile; all of it ends with this value.
pub struct Browser {
    /// What a person would do: go somewhere, find, click, type.
    pub client: Client,
    /// The driver's address of this session, for what fantoccini has no words for.
    session: String,
    http: reqwest::Client,
    // Dropped in this order: the processes first, then the folder that they write to.
    driver: Driver,
}

/// What a page can tell a browser that its user prefers.
#[derive(Clone, Copy, Debug)]
pub enum Scheme {
    Light,
    Dark,
}

impl Browser {
    pub async fn start() -> Browser {
        let driver = Driver::start();
        let address = format!("http://127.0.0.1:{}", driver.port);
        let mut args: Vec<String> = SWITCHES.map(String::from).into();
        args.push(format!("--user-data-dir={}", driver.profile.path().display()));
        let wishes = json!({
            "goog:chromeOptions": { "args": args },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(wishes) = wishes else { unreachable!("an object") };
        let client = ClientBuilder::new(HttpConnector::new()).capabilities(wishes).connect(&address).await;
        let client = client.unwrap_or_else(|e| panic!("Chromium does not start: {e}; {INSTALL}"));
        let id = client.session_id().await.expect("a driver that answers").expect("a session");
        let session = format!("{address}/session/{id}");
        Browser { client, session, http: reqwest::Client::new(), driver }
    }

    /// The size of what the page is laid out in, in CSS pixels: 360 × 740 is a small phone.
    pub async fn resize(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    pub async fn prefer(&self, scheme: Scheme) {
        let value = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// What the console said since the last time as an error: scripts that failed, files that were not found.
    pub async fn console_errors(&self) -> Vec<String> {
        let log = self.post("se/log", json!({ "type": "browser" })).await;
        let entries = log.as_array().expect("a list of log entries");
        let errors = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        errors.map(|entry| entry["message"].as_str().unwrap_or_default().to_string()).collect()
    }

    /// What axe-core finds inaccessible on the page as it is now, a line each: rule, what it says, where.
    pub async fn accessibility_violations(&self) -> Vec<String> {
        // It is large: a page that has it already is not given it again.
        let there = self.devtools("Runtime.evaluate", json!({ "expression": "typeof axe" })).await;
        if there["result"]["value"] != "object" {
            // DevTools runs it whatever the page's content security policy says of scripts.
            self.devtools("Runtime.evaluate", json!({ "expression": axe_core() })).await;
        }
        let run = json!({
            "expression": "axe.run().then(found => JSON.stringify(found.violations))",
            "awaitPromise": true,
            "returnByValue": true,
        });
        let answer = self.devtools("Runtime.evaluate", run).await;
        let found = answer["result"]["value"].as_str().unwrap_or_else(|| panic!("axe-core did not answer: {answer}"));
        let found: Vec<Value> = serde_json::from_str(found).expect("axe-core's list of violations");
        found.iter().flat_map(violation_lines).collect()
    }

    /// A command of the Chrome DevTools protocol.
    pub async fn devtools(&self, command: &str, params: Value) -> Value {
        let answer = self.post("goog/cdp/execute", json!({ "cmd": command, "params": params })).await;
        assert!(answer.get("exceptionDetails").is_none(), "{command}: {answer}");
        answer
    }

    /// The process id of the driver, whose browser is the one with [`Browser::profile`] on its command line.
    pub fn driver_process(&self) -> u32 {
        self.driver.process.id()
    }

    pub fn profile(&self) -> &std::path::Path {
        self.driver.profile.path()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.http.post(format!("{}/{path}", self.session)).json(&body).send().await;
        let answer: Value = answer.expect("a driver that answers").json().await.expect("JSON from the driver");
        assert!(answer["value"].get("error").is_none(), "{path}: {answer}");
        answer["value"].clone()
    }
}

fn axe_core() -> String {
    let path = std::env::var("FIREBELL_TEST_AXE")
        .unwrap_or_else(|_| panic!("FIREBELL_TEST_AXE is not set: run tests/run, which fetches axe-core"));
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn violation_lines(violation: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let nodes = violation["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
    nodes
        .iter()
        .map(|n| format!("{}: {} at {}", text(&violation["id"]), text(&violation["help"]), n["target"]))
        .collect()
}

struct Driver {
    process: Child,
    port: u16,
    profile: TempDir,
}

impl Driver {
    fn start() -> Driver {
        let profile = tempfile::Builder::new().prefix("chromium-").tempdir().expect("a temporary folder");
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("chromedriver does not start: {e}; {INSTALL}"));
        let mut output = BufReader::new(process.stdout.take().expect("its output")).lines();
        // "ChromeDriver was started successfully on port 43210."
        let port = output.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        // It writes on, and a full pipe would stop it.
        std::thread::spawn(move || output.for_each(drop));
        let driver = Driver { process, port: port.unwrap_or_default(), profile };
        assert_ne!(driver.port, 0, "chromedriver ended without a port; {INSTALL}");
        driver
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // First the driver, so that it starts nothing any more; then its browser, which would outlive it.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let processes = processes_with(&self.profile.path().display().to_string());
        if !processes.is_empty() {
            let _ = Command::new("sh").args(["-c", "kill -KILL \"$@\" 2>&-", "kill"]).args(&processes).status();
        }
    }
}

/// The ids of the processes that have this text on their command line.
pub fn processes_with(text: &str) -> Vec<String> {
    let folders = std::fs::read_dir("/proc").expect("/proc").filter_map(Result::ok);
    let ids = folders.filter_map(|entry| entry.file_name().into_string().ok());
    let ids = ids.filter(|id| id.bytes().all(|b| b.is_ascii_digit()));
    ids.filter(|id| {
        let command_line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&command_line).contains(text)
    })
    .collect()
}
