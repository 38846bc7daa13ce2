//! What leaves the chats, with real parts at the other end: a mail server whose mailbox is read back by Python's own
//! `email`, and a receiver of webhooks that verifies them with the Standard Webhooks library.

use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::serve::{Home, Serve};
use crate::support::visitor::Visitor;
use crate::support::wait::until;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The servers; they end with the test.
struct Receivers {
    process: Child,
    ports: Value,
}

impl Receivers {
    async fn start(home: &Home) -> Receivers {
        let python = std::env::var("FIREBELL_TEST_OUTREACH_PYTHON").expect(
            "FIREBELL_TEST_OUTREACH_PYTHON is not set: run the tests with tests/run, which installs the servers",
        );
        let folder = home.path("");
        let certificate = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
                           -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE -keyout key.pem -out cert.pem";
        let made = Command::new("openssl").args(certificate.split_whitespace()).current_dir(&folder).output();
        assert!(made.expect("openssl").status.success());
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/outreach/post.py");
        let log = std::fs::File::create(home.path("post.log")).expect("a file");
        let mut command = Command::new(python);
        command.args([script, SECRET, "cert.pem", "key.pem"]).current_dir(&folder);
        let process = command.stdin(Stdio::null()).stderr(log).spawn().expect("the servers start");
        let path = home.path("ports");
        let ports =
            until("the servers", async || serde_json::from_str(&std::fs::read_to_string(&path).ok()?).ok()).await;
        Receivers { process, ports }
    }
}

impl Drop for Receivers {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn configuration(ports: &Value) -> String {
    let (smtp, web) = (&ports["smtp"], &ports["web"]);
    format!(
        r#"
[email]
host = "localhost"
port = {smtp}
user = "firebell"
password = "only-we-know"
from = "Firebell <firebell@example.org>"
reply_to = "ops@example.org"
[ntfy]
url = "http://127.0.0.1:{web}"
token = "tk_1"
[[webhook]]
name = "board"
url = "http://127.0.0.1:{web}/hook"
secret = "{SECRET}"
[[pagerduty]]
name = "checkout"
routing_key = "R1"
api_url = "http://127.0.0.1:{web}"
[[person]]
name = "bob"
label = "Bob Höß"
email = "bob@example.org"
ntfy = "bobs-topic"
[[escalation]]
name = "checkout"
steps = [{{ page = ["person:bob", "webhook:board", "pagerduty:checkout"] }}]
[[service]]
name = "checkout"
label = "Checkout"
escalation = "checkout"
[[severity]]
name = "sev1"
page = ["service"]
[announcements]
"#
    )
}

async fn arrived(serve: &Serve, what: &str, is: impl Fn(&Value) -> bool) -> Value {
    let path = serve.home.path("arrived");
    let look = async || {
        let lines = std::fs::read_to_string(&path).unwrap_or_default();
        let mut found = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        found.find(|line| is(line))
    };
    until(what, look).await
}

#[tokio::test]
async fn a_page_arrives_wherever_it_is_sent_and_is_answered_by_its_link() {
    let mut home = Home::new();
    let receivers = Receivers::start(&home).await;
    home.write("config/firebell.toml", &configuration(&receivers.ports));
    home.set("SSL_CERT_FILE", &home.path("cert.pem").display().to_string());
    home.run("check").ok();
    let mut serve = Serve::start_in(home).await;
    let ann = Visitor::new(&serve.url);
    ann.sign_in("Ann", None).await;
    ann.types("general", "/incident declare sev1 --service checkout Bezahlen geht nicht – “gar nicht”").await;

    let mail = arrived(&serve, "an e-mail", |a| a["mail"].is_object()).await;
    assert_eq!(mail["to"], serde_json::json!(["bob@example.org"]));
    assert_eq!((&mail["encrypted"], &mail["authenticated"]), (&true.into(), &true.into()));
    let headers = &mail["mail"];
    assert_eq!(headers["Subject"], "SEV1 INC-1: Bezahlen geht nicht – “gar nicht”");
    assert_eq!(headers["From"], "Firebell <firebell@example.org>");
    assert_eq!(headers["Reply-To"], "ops@example.org");
    assert_eq!(headers["Auto-Submitted"], "auto-generated");
    assert_eq!(headers["In-Reply-To"], headers["References"]);
    let (text, html) = (mail["text"].as_str().expect("text"), mail["html"].as_str().expect("HTML"));
    assert!(text.contains("For Checkout, by the plan"), "{text}");
    assert!(html.contains("“gar nicht”</strong></h1>"), "{html}");

    let hook = arrived(&serve, "a webhook", |a| a["path"] == "/hook").await;
    assert_eq!(hook["verified"]["type"], "page.sent");
    assert_eq!(hook["verified"]["data"]["incident"]["key"], "INC-1");
    let push = arrived(&serve, "a push message", |a| a["body"]["topic"] == "bobs-topic").await;
    assert_eq!((&push["body"]["priority"], &push["headers"]["authorization"]), (&5.into(), &"Bearer tk_1".into()));
    let event = arrived(&serve, "an event", |a| a["body"]["event_action"] == "trigger").await;
    assert_eq!(event["body"]["dedup_key"], "firebell/INC-1/page-1");
    assert_eq!(event["body"]["payload"]["severity"], "critical");

    // The link of the e-mail, in a browser that nobody is signed in with: looking at it answers nothing.
    let link = text.lines().find_map(|line| line.strip_prefix("Acknowledge: ")).expect("a link");
    let page = reqwest::get(link).await.expect("a page").text().await.expect("its text");
    assert!(page.contains("Acknowledge as Bob Höß"), "{page}");
    assert!(!ann.page("/incidents/INC-1").await.contains("has acknowledged"));
    let page = reqwest::Client::new().post(link).send().await.expect("a page").text().await.expect("its text");
    assert!(page.contains("Bob Höß comes"), "{page}");
    ann.page_with("/incidents/INC-1", "Bob Höß has acknowledged the page for Checkout").await;

    let hook = arrived(&serve, "the end of it", |a| a["verified"]["type"] == "page.acknowledged").await;
    assert_eq!(hook["verified"]["data"]["page"]["acknowledged"]["by"], "Bob Höß");
    let event = arrived(&serve, "its end", |a| a["body"]["event_action"] == "acknowledge").await;
    assert_eq!(event["body"]["dedup_key"], "firebell/INC-1/page-1");
    serve.stop();
}

/// The plan's audience hears by e-mail and webhook; the public by e-mail, once they have said so.
#[tokio::test]
async fn stakeholders_and_the_public_get_letters() {
    let mut home = Home::new();
    let receivers = Receivers::start(&home).await;
    let route =
        "[[announcements.route]]\nto = [\"email:boss@example.org\", \"webhook:board\"]\n[status]\ntitle = \"Shop\"\n";
    home.write("config/firebell.toml", &(configuration(&receivers.ports) + route));
    home.set("SSL_CERT_FILE", &home.path("cert.pem").display().to_string());
    let mut serve = Serve::start_in(home).await;
    let ann = Visitor::new(&serve.url);

    let ask = async |address: &str| {
        let form = [("address", address)];
        let http = reqwest::Client::new();
        let answer = http.post(format!("{}/status/subscribe", serve.url)).form(&form).send().await.expect("a page");
        (answer.status().as_u16(), answer.text().await.expect("its text"))
    };
    let (status, page) = ask("not an address\"><script>").await;
    assert_eq!(status, 422);
    assert!(page.contains("That is not an e-mail address") && !page.contains("<script>"), "{page}");
    for _ in 0..2 {
        let (status, page) = ask("cleo@example.org").await;
        assert!(
            status == 200 && page.contains("An e-mail is on its way to <strong>cleo@example.org</strong>"),
            "{page}"
        );
    }
    let to = |who: &'static str, subject: &'static str| {
        move |a: &Value| {
            let found = a["mail"]["Subject"].as_str().is_some_and(|s| s.starts_with(subject));
            found && a["to"] == serde_json::json!([who])
        }
    };
    let letter = arrived(&serve, "a letter", to("cleo@example.org", "Shop: please confirm your subscription")).await;
    let text = letter["text"].as_str().expect("text");
    let link = text.lines().find_map(|line| line.strip_prefix("Confirm: ")).expect("a link");
    let look = reqwest::get(link).await.expect("a page").text().await.expect("its text");
    assert!(look.contains("Subscribe cleo@example.org to the updates of the status page?"), "{look}");
    let post = async |link: &str| {
        let form = [("List-Unsubscribe", "One-Click")];
        let answer = reqwest::Client::new().post(link).form(&form).send().await.expect("a page");
        answer.text().await.expect("its text")
    };
    assert!(post(link).await.contains("cleo@example.org is subscribed to the updates of the status page."));

    ann.sign_in("Ann", None).await;
    ann.types("general", "/incident declare sev1 --service checkout redis-7 fell over").await;
    let room = "inc-1-redis-7-fell-over";
    ann.sees(room, "SEV1 declared").await;
    ann.types(room, "/incident update --public --title \"Payments fail\" Cards are refused").await;

    let letter = arrived(&serve, "the public letter", to("cleo@example.org", "Shop: Payments fail")).await;
    let text = letter["text"].as_str().expect("text");
    assert!(text.contains("Investigating – Cards are refused") && !text.contains("redis"), "{text}");
    assert_eq!(letter["mail"]["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
    let less = letter["mail"]["List-Unsubscribe"].as_str().expect("a link").trim_matches(['<', '>']);
    assert!(post(less).await.contains("cleo@example.org is unsubscribed from the updates of the status page."));

    let first = arrived(&serve, "the first letter", to("boss@example.org", "INC-1: redis-7 fell over")).await;
    assert!(first["text"].as_str().is_some_and(|t| t.contains("Declared (Ann)")), "{first}");
    let is_update = |a: &Value| a["mail"].is_object() && a["text"].as_str().is_some_and(|t| t.contains("Update (Ann)"));
    let second = arrived(&serve, "the second letter", is_update).await;
    assert_eq!(second["mail"]["References"], first["mail"]["References"], "one thread");
    let hook = arrived(&serve, "a webhook", |a| a["verified"]["type"] == "incident.updated").await;
    assert_eq!(hook["verified"]["data"]["update"], "Cards are refused");
    assert_eq!(hook["verified"]["data"]["incident"]["key"], "INC-1");

    ann.types(room, "/incident resolve").await;
    let is_over = |a: &Value| a["verified"]["data"]["incident"]["status"] == "resolved";
    arrived(&serve, "the last webhook", is_over).await;
    serve.stop();
    let all = std::fs::read_to_string(serve.home.path("arrived")).expect("what arrived");
    let cleos = all.lines().filter(|line| line.contains("cleo@example.org")).count();
    assert_eq!(cleos, 2, "one letter to ask, one update, and none since they have had enough");
}
