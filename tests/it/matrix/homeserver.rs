//! The homeserver that `tests/run` has started, one with limits, and new accounts in them.

use std::fs::File;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::wait::until;

/// One world's part of it: names are unique in a homeserver, so each world has a tag of its own in them.
#[derive(Clone)]
pub struct Homeserver {
    pub url: String,
    pub tag: String,
    http: reqwest::Client,
}

/// An account with a session.
pub struct Account {
    pub user_id: String,
    pub device_id: String,
    pub access_token: String,
}

impl Account {
    fn of(told: &Value) -> Account {
        let given = |key: &str| told[key].as_str().unwrap_or_else(|| panic!("no account: {told}")).to_string();
        Account { user_id: given("user_id"), device_id: given("device_id"), access_token: given("access_token") }
    }
}

/// A homeserver of a test's own; it ends with it.
pub struct Own {
    process: Child,
    _folder: TempDir,
}

impl Drop for Own {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What Synapse takes by default of what people do in rooms (its `config/ratelimiting.py`). Accounts are made by all
/// people from one address here, so that for these there are no limits.
const DEFAULT_LIMITS: &str = "
rc_message: { per_second: 0.2, burst_count: 10 }
rc_joins: { local: { per_second: 0.1, burst_count: 10 }, remote: { per_second: 0.01, burst_count: 10 } }
rc_joins_per_room: { per_second: 1, burst_count: 10 }
rc_room_creation: { per_second: 0.016, burst_count: 10 }
rc_invites:
  per_room: { per_second: 0.3, burst_count: 10 }
  per_user: { per_second: 0.003, burst_count: 5 }
  per_issuer: { per_second: 0.3, burst_count: 10 }
rc_key_requests: { per_second: 20, burst_count: 100 }
rc_media_create: { per_second: 10, burst_count: 50 }
";

/// Everybody's.
pub const PASSWORD: &str = "correct horse battery staple";
pub const SERVER: &str = "localhost";

impl Homeserver {
    pub fn new() -> Homeserver {
        Homeserver::at(given("FIREBELL_TEST_SYNAPSE"))
    }

    fn at(url: String) -> Homeserver {
        Homeserver { url, tag: format!("{:08x}", rand::random::<u32>()), http: reqwest::Client::new() }
    }

    /// One that takes no more than Synapse does by default.
    pub async fn with_limits() -> (Homeserver, Own) {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let settings = include_str!("../../synapse.yaml").replace("@FOLDER@", &folder.path().display().to_string());
        std::fs::write(at("synapse.yaml"), settings).expect("a file");
        std::fs::write(at("limits.yaml"), DEFAULT_LIMITS).expect("a file");
        let log = at("synapse.log");
        // It ends with whoever has started it, whatever way that ends.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig=KILL", &given("FIREBELL_TEST_SYNAPSE_PYTHON"), "-m", "synapse.app.homeserver"]);
        for file in ["synapse.yaml", "limits.yaml"] {
            command.arg("--config-path").arg(at(file));
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log).expect("a file"));
        let own = Own { process: command.spawn().expect("Synapse starts"), _folder: folder };
        let port = async || {
            let text = std::fs::read_to_string(&log).ok()?;
            let line = text.lines().find_map(|line| line.split_once("now listening on TCP port "))?;
            Some(line.1.trim().to_string())
        };
        let url = format!("http://127.0.0.1:{}", until("Synapse's port", port).await);
        let answers = async || reqwest::get(format!("{url}/_matrix/client/versions")).await.ok();
        until("Synapse's first answer", answers).await;
        (Homeserver::at(url), own)
    }

    /// `ann` is `@ann-1b2c:localhost`.
    pub fn user(&self, name: &str) -> String {
        format!("{}-{}", name.to_lowercase().replace(' ', "_"), self.tag)
    }

    pub fn user_id(&self, name: &str) -> String {
        format!("@{}:{SERVER}", self.user(name))
    }

    pub fn alias(&self, room: &str) -> String {
        format!("#{room}-{}:{SERVER}", self.tag)
    }

    /// Another session of an account that is there.
    pub async fn log_in(&self, name: &str) -> Account {
        let address = format!("{}/_matrix/client/v3/login", self.url);
        let identifier = json!({ "type": "m.id.user", "user": self.user(name) });
        let wanted = json!({ "type": "m.login.password", "identifier": identifier, "password": PASSWORD });
        let answer = self.http.post(&address).json(&wanted).send().await.expect("a homeserver");
        Account::of(&answer.json().await.expect("a session"))
    }

    /// The tests' homeserver lets everybody in.
    pub async fn register(&self, name: &str) -> Account {
        let address = format!("{}/_matrix/client/v3/register", self.url);
        let wanted = json!({
            "username": self.user(name),
            "password": PASSWORD,
            "auth": { "type": "m.login.dummy" },
        });
        let answer = self.http.post(&address).json(&wanted).send().await.expect("a homeserver");
        let account = Account::of(&answer.json().await.expect("an account"));
        let address = format!("{}/_matrix/client/v3/profile/{}/displayname", self.url, account.user_id);
        let named = self.http.put(&address).bearer_auth(&account.access_token).json(&json!({ "displayname": name }));
        named.send().await.expect("a homeserver").error_for_status().expect("a name");
        account
    }
}

fn given(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: use tests/run"))
}
