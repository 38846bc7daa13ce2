//! The program as its operator has it: what each command prints, how it ends, and what it refuses.

use serde_json::{Value, json};

use crate::support::postgres::Database;
use crate::support::serve::{Home, Serve};
use crate::support::visitor::{Visitor, local};

const ROOM: &str = "inc-1-checkout-down";

#[tokio::test]
async fn serve_says_where_it_is_and_what_to_type_first() {
    let serve = Serve::start().await;
    let url = &serve.url;
    assert_eq!(
        serve.printed(),
        format!(
            "Firebell is running.\n\n  Open  {url}/chat\n  Type  /incident declare sev2 Checkout is down\n\n\
             The board is at {url}/ and Ctrl-C stops it.\n"
        )
    );
}

#[tokio::test]
async fn check_finds_nothing_wrong_in_an_empty_folder_nor_beside_a_running_server() {
    let home = Home::new();
    let found = home.run("check").ok();
    assert!(found.contains("ok     database: reached; 0 incidents are open"), "{found}");
    let serve = Serve::start_in(home).await;
    serve.home.run("check").ok();
}

#[tokio::test]
async fn check_says_each_thing_that_is_wrong() {
    let mut home = Home::new();
    home.write("config/templates/postmortem.md", "# {{ nothing }\n");
    home.set("FIREBELL__STORE__URL", "sqlite://no/such/folder/firebell.db");
    let found = home.run("check").refused();
    assert!(found.contains("WRONG  templates: config/templates/postmortem.md, line 1: "), "{found}");
    assert!(found.contains("WRONG  database: "), "{found}");
    assert!(found.ends_with("firebell: 2 things are wrong\n"), "{found}");
}

#[tokio::test]
async fn an_unknown_key_is_refused_with_its_place_and_the_nearest_one() {
    let home = Home::new();
    home.write("config/firebell.toml", "[server]\nlisten = \"127.0.0.1:0\"\n\n[store]\nurll = \"sqlite://x.db\"\n");
    for command in ["serve", "check", "verify", "export INC-1"] {
        let found = home.run(command).refused();
        assert!(found.contains("config/firebell.toml:5:1: "), "{command}: {found}");
        assert!(found.contains("did you mean \"url\"?"), "{command}: {found}");
    }
    let found = home.run("check --config other.toml").refused();
    assert!(found.contains("other.toml: the configuration file cannot be read"), "{found}");
}

/// Also where nothing works yet: it is the first thing that somebody with Slack does.
#[cfg(feature = "slack")]
#[tokio::test]
async fn the_manifest_is_printed_whatever_the_configuration_says() {
    let home = Home::new();
    home.write("config/firebell.toml", "[store]\nurll = \"sqlite://x.db\"\n");
    let manifest = |words: &str| serde_json::from_str::<Value>(&home.run(words).ok()).expect("JSON");
    assert_eq!(manifest("manifest")["settings"]["socket_mode_enabled"], true);
    let http = manifest("manifest --url https://firebell.example.org/");
    assert_eq!(http["settings"]["interactivity"]["request_url"], "https://firebell.example.org/slack/interactions");
    assert_eq!(http["features"]["slash_commands"][0]["command"], "/incident");
}

#[tokio::test]
async fn nobody_can_come_in_from_elsewhere_without_a_password() {
    let mut home = Home::new();
    home.set("FIREBELL__SERVER__LISTEN", "0.0.0.0:0");
    let found = home.run("serve").refused();
    assert!(found.contains("password"), "{found}");

    home.set("FIREBELL__LOCAL__PASSWORD", "correct horse");
    let serve = Serve::start_in(home).await;
    let ann = serve.stranger();
    assert_eq!(ann.get("/chat/door").await.json(), json!({ "signed_in": false, "password": true }));
    assert_eq!(ann.sign_in("Ann", Some("correct donkey")).await.error(), "403 The password is wrong.");
    assert_eq!(ann.sign_in("Ann", None).await.error(), "403 The password is wrong.");
    assert_eq!(ann.get("/chat/state").await.error(), "401 Please sign in.");
    assert_eq!(ann.sign_in("Ann", Some("correct horse")).await.status, 200);
    assert_eq!(ann.get("/chat/state").await.status, 200);
    assert!(!serve.log().contains("correct"), "{}", serve.log());
}

#[tokio::test]
async fn a_port_in_use_is_said_so() {
    let serve = Serve::start().await;
    let mut other = Home::new();
    let address = serve.url.trim_start_matches("http://");
    other.set("FIREBELL__SERVER__LISTEN", address);
    let found = other.run("serve").refused();
    let expected = format!("firebell: {address} can not be listened on; is another Firebell running?");
    assert!(found.starts_with(&expected), "{found}");
    // To check it is no mistake: the one who runs there is us.
    let found = other.run("check").ok();
    assert!(found.contains(&format!("note   address: {address} is in use")), "{found}");
}

#[tokio::test]
async fn an_export_beside_a_running_server_has_everything_once_and_in_order() {
    let serve = Serve::start().await;
    happened(&serve).await;
    let json: Value = serde_json::from_str(&serve.home.run("export INC-1 --format json --transcript").ok()).unwrap();
    assert_eq!(keys(&json), ["incident", "postmortem", "timeline", "transcript"]);
    let incident = &json["incident"];
    assert_eq!((&incident["key"], &incident["status"]), (&json!("INC-1"), &json!("closed")));
    for list in ["timeline", "transcript"] {
        for entry in json[list].as_array().unwrap() {
            for field in ["at", "author", "text"] {
                assert!(entry[field].is_string(), "{list}: {field} of {entry}");
            }
        }
        let times: Vec<&str> = json[list].as_array().unwrap().iter().map(|e| e["at"].as_str().unwrap()).collect();
        assert!(times.is_sorted(), "{list}: {times:?}");
    }
    assert!(json["timeline"].as_array().unwrap().iter().all(|e| e["kind"].is_string() && e["source"].is_string()));
    assert_eq!(texts(&json["transcript"]), ["The queue is full", "Since when?", "Drained it"]);
    let marked = texts(&json["timeline"]).into_iter().filter(|text| *text == "The queue is full").count();
    assert_eq!(marked, 1);
    assert!(serve.home.run("export 1 --format json").ok().contains("\"INC-1\""));

    let markdown = serve.home.run("export INC-1 --format markdown").ok();
    assert!(markdown.starts_with("# "), "{markdown}");
    assert!(markdown.contains("The queue is full") && !markdown.contains("## Transcript"), "{markdown}");
    assert!(serve.home.run("export INC-1 --transcript").ok().contains("## Transcript"));
    let html = serve.home.run("export inc-1 --format html --transcript").ok();
    assert!(html.starts_with("<!doctype html>") && html.contains("Since when?"), "{html}");
    assert_eq!(serve.home.run("export INC-7").refused(), "firebell: there is no INC-7\n");
}

#[tokio::test]
async fn verify_finds_what_was_changed_behind_its_back() {
    let mut serve = Serve::start().await;
    happened(&serve).await;
    let verified = serve.home.run("verify").ok();
    assert!(verified.contains("1 incidents, ") && verified.contains("every hash and every record"), "{verified}");
    serve.stop();
    serve.home.run("verify").ok();

    let changes = [
        ("UPDATE incidents SET title = 'Nothing happened'", "INC-1: is shown as"),
        ("UPDATE actions SET text = 'Do nothing'", "INC-1: its action items are not those of its log"),
        ("DELETE FROM events WHERE seq = 2", "INC-1: event 2 is missing"),
        (
            "UPDATE events SET body = replace(body, 'Checkout is down', 'Checkout is fine') WHERE seq = 1",
            "INC-1: event 1 is not what was written: its hash differs",
        ),
    ];
    for (change, expected) in changes {
        let before = std::fs::read(serve.home.path("firebell.db")).unwrap();
        let database = serve.home.sqlite().await;
        let changed = sqlx::query(change).execute(&database).await.unwrap().rows_affected();
        database.close().await;
        assert_eq!(changed, 1, "{change}");
        let found = serve.home.run("verify").refused();
        assert!(found.contains(expected), "{change}: {found}");
        std::fs::write(serve.home.path("firebell.db"), before).unwrap();
        serve.home.run("verify").ok();
    }
}

#[tokio::test]
async fn a_backup_beside_a_running_server_goes_on_elsewhere_also_on_postgres() {
    let serve = Serve::start().await;
    let ann = happened(&serve).await;
    // What is in hand is done by whoever goes on: then the two would differ.
    serve.quiet().await;
    let said = ann.messages(ROOM).await;
    let written = serve.home.run("backup backup.jsonl").ok();
    assert!(written.ends_with(" rows are in backup.jsonl\n"), "{written}");
    let export = exported(&serve.home);
    let again = serve.home.run("backup backup.jsonl").refused();
    assert!(again.contains("backup.jsonl: "), "never over another: {again}");

    let backup = serve.home.path("backup.jsonl");
    let database = Database::create().await;
    for url in ["sqlite://restored.db", database.url().as_str()] {
        let mut home = Home::new();
        home.write("other.toml", &format!("[store]\nurl = \"{url}\"\n"));
        let restored = home.run(&format!("restore {} --config other.toml", backup.display())).ok();
        assert!(restored.contains("rows were restored"), "{restored}");
        home.set("FIREBELL__STORE__URL", url);
        home.run("verify").ok();
        assert_eq!(exported(&home), export);
        let refused = home.run(&format!("restore {}", backup.display())).refused();
        assert!(refused.contains("restore into an empty one"), "{refused}");

        // The chat that was in it is there again, and what is said next is heard.
        let elsewhere = Serve::start_in(home).await;
        let ann = elsewhere.person("Ann").await;
        assert_eq!(ann.messages(ROOM).await, said);
        ann.types(ROOM, "/incident reopen It came back").await;
        ann.sees(ROOM, "Reopened by Ann").await;
        ann.types(ROOM, "It is the clock after all").await;
        ann.page_with("/incidents/INC-1?transcript=1", "It is the clock after all").await;
        elsewhere.home.run("verify").ok();
    }
}

#[tokio::test]
async fn a_restore_takes_nothing_from_a_chat_without_incidents() {
    let serve = Serve::start().await;
    happened(&serve).await;
    serve.home.run("backup backup.jsonl").ok();
    let mut other = Serve::start().await;
    let bob = other.person("Bob").await;
    bob.types("general", "Nothing has ever been wrong here").await;
    other.stop();
    let refused = other.home.run(&format!("restore {}", serve.home.path("backup.jsonl").display())).refused();
    assert!(refused.contains("restore into an empty one"), "{refused}");

    other.home.write("half.jsonl", "{\"firebell_backup\":1}\n{\"table\":\"inbox\",\"row\":[\"x\"]}\n");
    let home = Home::new();
    let refused = home.run(&format!("restore {}", other.home.path("half.jsonl").display())).refused();
    assert!(refused.contains("line 2: table inbox has 2 columns"), "{refused}");
    home.write("not-a-backup", "hello\n");
    assert!(home.run("restore not-a-backup").refused().contains("it is not a backup of Firebell's"));
    assert!(home.run("restore nowhere").refused().contains("nowhere: "));
}

#[tokio::test]
async fn a_template_of_ones_own_is_used_and_a_broken_one_refused() {
    let mut home = Home::new();
    home.write("mine/postmortem.md", "# What we learnt\n\n{{ nonsense.of.mine\n");
    home.set("FIREBELL__ANNOUNCEMENTS__TEMPLATES", "mine");
    let refused = home.run("serve").refused();
    assert!(refused.contains("mine/postmortem.md, line 3: "), "{refused}");

    home.write("mine/postmortem.md", "# What we learnt from {{ title }}\n");
    let serve = Serve::start_in(home).await;
    let ann = happened(&serve).await;
    let page = ann.page("/postmortems/INC-1").await;
    assert!(page.contains("<h1>What we learnt from Checkout is down</h1>"), "{page}");
    let export = serve.home.run("export INC-1").ok();
    assert_eq!(export, "# What we learnt from Checkout is down\n");
}

#[tokio::test]
async fn a_template_that_names_what_there_is_not_is_refused_at_start() {
    let home = Home::new();
    for (file, text, place) in [
        ("postmortem.md", "# Learnt\n\n{{ titel }}\n", "postmortem.md, line 3: "),
        ("announcement.txt", "{{ nothing_like_it }}\n", "announcement.txt"),
    ] {
        let path = format!("config/templates/{file}");
        home.write(&path, text);
        let refused = home.run("serve").refused();
        assert!(refused.contains(place), "{refused}");
        std::fs::remove_file(home.path(&path)).unwrap();
    }
}

#[tokio::test]
async fn sigterm_during_traffic_loses_nothing_that_was_answered() {
    let mut serve = Serve::start().await;
    let ann = serve.person("Ann").await;
    ann.types("general", "/incident declare sev2 Checkout is down").await;
    ann.sees(ROOM, "Nobody is in command yet.").await;
    // What holds a server up: open streams, and a request that never comes to its end.
    let stream = ann.http.get(format!("{}/chat/stream", serve.url)).send().await.unwrap();
    let live = ann.http.get(format!("{}/live", serve.url)).send().await.unwrap();
    let address = serve.url.trim_start_matches("http://").to_string();
    let mut half = tokio::net::TcpStream::connect(&address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut half, b"GET / HTTP/1.1\r\nHost: 127").await.unwrap();

    let talk = tokio::spawn(async move {
        let mut answered = Vec::new();
        for n in 0.. {
            let text = format!("Message {n} of many");
            let act = json!({ "nonce": format!("talk {n}"), "act": "post", "room": local(ROOM), "text": text });
            match ann.post("/chat/act").json(&act).send().await {
                Ok(answer) if answer.status().is_success() => answered.push(text),
                _ => return answered,
            }
        }
        answered
    });
    serve.person("Bob").await.sees(ROOM, "Message 3 of many").await;
    serve.stop_beside().await;
    let answered = talk.await.unwrap();
    drop((stream, live, half));

    let last = answered.last().expect("some were answered");
    serve.home.run("verify").ok();
    serve.start_again().await;
    let ann = serve.person("Ann").await;
    ann.page_with("/postmortems/INC-1.json?transcript=1", last).await;
    let export: Value = ann.get("/postmortems/INC-1.json?transcript=1").await.json();
    assert_eq!(
        texts(&export["transcript"]).iter().take(answered.len()).collect::<Vec<_>>(),
        answered.iter().collect::<Vec<_>>()
    );
}

/// A small incident from its beginning to its end.
async fn happened(serve: &Serve) -> Visitor {
    let (ann, bob) = (serve.person("Ann").await, serve.person("Bob").await);
    ann.types("general", "/incident declare sev2 Checkout is down").await;
    ann.sees(ROOM, "Nobody is in command yet.").await;
    ann.types(ROOM, "/incident claim").await;
    ann.types(ROOM, "The queue is full").await;
    ann.reacts(ROOM, "The queue is full", "🔍").await;
    bob.replies(ROOM, "The queue is full", "Since when?").await;
    bob.types(ROOM, "Drained it").await;
    ann.types(ROOM, "/incident action Alert on queue length").await;
    ann.types(ROOM, "/incident close").await;
    ann.sees(ROOM, "Closed by Ann").await;
    ann
}

/// The export, but for the time at which it is made.
fn exported(home: &Home) -> Value {
    let mut export: Value = serde_json::from_str(&home.run("export INC-1 --format json --transcript").ok()).unwrap();
    assert!(export["postmortem"]["drafted"].take().is_string());
    export
}

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|e| e["text"].as_str().unwrap()).collect()
}
