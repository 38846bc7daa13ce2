//! The homeserver that `tests/run` has started, and new accounts in it.

use serde_json::{Value, json};

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

/// Everybody's.
pub const PASSWORD: &str = "correct horse battery staple";
pub const SERVER: &str = "localhost";

impl Homeserver {
    pub fn new() -> Homeserver {
        let given = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: use tests/run"));
        Homeserver {
            url: given("FIREBELL_TEST_SYNAPSE"),
            tag: format!("{:08x}", rand::random::<u32>()),
            http: reqwest::Client::new(),
        }
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

    /// The tests' homeserver lets everybody in.
    pub async fn register(&self, name: &str) -> Account {
        let address = format!("{}/_matrix/client/v3/register", self.url);
        let wanted = json!({
            "username": self.user(name),
            "password": PASSWORD,
            "auth": { "type": "m.login.dummy" },
        });
        let answer = self.http.post(&address).json(&wanted).send().await.expect("a homeserver");
        let account: Value = answer.json().await.expect("an account");
        let given = |key: &str| account[key].as_str().unwrap_or_else(|| panic!("no account: {account}")).to_string();
        let address = format!("{}/_matrix/client/v3/profile/{}/displayname", self.url, given("user_id"));
        let named = self.http.put(&address).bearer_auth(given("access_token")).json(&json!({ "displayname": name }));
        named.send().await.expect("a homeserver").error_for_status().expect("a name");
        Account { user_id: given("user_id"), device_id: given("device_id"), access_token: given("access_token") }
    }
}
