//! The program itself on a homeserver: started for the first time and again, checked beside it, and with the limits that
//! Synapse has by default.

use std::sync::Arc;

use insta::assert_snapshot;
use matrix_sdk::Room;
use serde_json::{Value, json};

use crate::matrix::homeserver::{Homeserver, PASSWORD};
use crate::matrix::resident::Resident;
use crate::support::serve::{Home, Serve};
use crate::support::wait::until;

const BOT: &str = "Firebell";
const ROOM: &str = "inc-1-checkout-down";

/// Ann, who has made `#incidents` and asked the bot in.
async fn ann_and_bot(homeserver: &Homeserver) -> (Arc<Resident>, Home) {
    homeserver.register(BOT).await;
    let ann = Arc::new(Resident::arrives(homeserver, "Ann").await);
    ann.makes_room(homeserver, "incidents", true, &[&homeserver.user_id(BOT)]).await;
    ann.catches_up().await;
    let mut home = Home::new();
    home.set("FIREBELL__MATRIX__HOMESERVER", &homeserver.url);
    home.set("FIREBELL__MATRIX__USER", &homeserver.user(BOT));
    home.set("FIREBELL__MATRIX__PASSWORD", PASSWORD);
    home.set("FIREBELL__MATRIX__ANNOUNCE", &homeserver.alias("incidents"));
    (ann, home)
}

/// Somewhere else, since the homeserver's people live in this very thread.
async fn check(home: Home) -> (Home, Option<i32>, String) {
    let ran = tokio::task::spawn_blocking(move || {
        let ran = home.run("check");
        (ran.code(), ran.out(), home)
    });
    let (code, out, home) = ran.await.expect("it ends");
    (home, code, out)
}

/// What it says of Matrix, without what is different each time.
fn about_matrix(homeserver: &Homeserver, out: &str) -> String {
    let devices = regex::Regex::new(r"Matrix device: \w{10}").expect("a pattern");
    let times = regex::Regex::new(r"\d{4}-\d\d-\d\d \d\d:\d\d").expect("a pattern");
    let lines: Vec<&str> = out.lines().filter(|l| l.contains("Matrix") || l.contains("plan:")).collect();
    let lines =
        lines.join("\n").replace(&homeserver.url, "http://homeserver").replace(&format!("-{}", homeserver.tag), "");
    times.replace_all(&devices.replace_all(&lines, "Matrix device: DEVICE"), "TIME").into_owned()
}

async fn enters(ann: &Resident, name: &str) -> Room {
    until(name, async || {
        ann.comes_in(&[]).await;
        ann.room(name)
    })
    .await
}

/// All that Firebell has said there, each message as it reads now.
async fn said_by_bot(homeserver: &Homeserver, reader: &Resident, room: &Room) -> Vec<String> {
    reader.catches_up().await;
    let mut said: Vec<(String, String)> = Vec::new();
    let bot = homeserver.user_id(BOT);
    for event in
        reader.reads(room).await.iter().filter(|e| e["type"] == "m.room.message" && e["sender"] == bot.as_str())
    {
        let content = &event["content"];
        let text = |content: &Value| content["body"].as_str().unwrap_or_default().to_string();
        let relates = &content["m.relates_to"];
        let replaced = relates["event_id"].as_str().filter(|_| relates["rel_type"] == "m.replace");
        match replaced.and_then(|id| said.iter_mut().find(|(known, _)| known == id)) {
            Some((_, known)) => *known = text(&content["m.new_content"]),
            None => said.push((event["event_id"].as_str().unwrap_or_default().into(), text(content))),
        }
    }
    said.into_iter().map(|(_, text)| text).collect()
}

async fn until_said(homeserver: &Homeserver, reader: &Resident, room: &Room, text: &str) {
    let is_said = async || {
        let said = said_by_bot(homeserver, reader, room).await;
        said.iter().any(|said| said.contains(text)).then_some(())
    };
    // However long it takes, as long as the bot does something somewhere.
    let mut done = usize::MAX;
    while is_said().await.is_none() {
        let more = async || Some(done_by_bot(homeserver, reader).await).filter(|now| *now != done);
        done = until(text, more).await;
    }
}

/// How many events there are of the bot's, in all rooms.
async fn done_by_bot(homeserver: &Homeserver, reader: &Resident) -> usize {
    let bot = homeserver.user_id(BOT);
    let mut done = 0;
    for room in reader.client.joined_rooms() {
        done += reader.reads(&room).await.iter().filter(|event| event["sender"] == bot.as_str()).count();
    }
    done
}

async fn types(person: &Resident, room: &Room, text: &str) {
    person.says(room, json!({ "msgtype": "m.text", "body": text })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_first_start_to_the_second() {
    let homeserver = Homeserver::new();
    let (ann, home) = ann_and_bot(&homeserver).await;
    let mut serve = Serve::start_in(home).await;
    assert!(serve.printed().contains("Matrix: the recovery key of the bot's account."), "{}", serve.printed());
    let incidents = ann.room("incidents").expect("the room");
    types(&ann, &incidents, "!incident declare sev2 Checkout is down").await;
    let room = enters(&ann, ROOM).await;
    until("the card is pinned", async || (ann.pinned(&room).await.len() == 1).then_some(())).await;
    let before = ann.devices_of(&homeserver.user_id(BOT)).await;
    assert!(before.iter().any(|(_, verified)| *verified), "{before:?}");
    serve.quiet().await;
    serve.stop_beside().await;

    types(&ann, &room, "!incident claim").await;
    serve.start_again().await;
    until_said(&homeserver, &ann, &room, "Incident commander: @Ann").await;
    assert!(!serve.printed().contains("recovery key"), "{}", serve.printed());
    assert_eq!(ann.devices_of(&homeserver.user_id(BOT)).await, before);
}

/// The session that was opened for Firebell, and its device.
#[tokio::test(flavor = "multi_thread")]
async fn with_an_access_token() {
    let homeserver = Homeserver::new();
    let (ann, mut home) = ann_and_bot(&homeserver).await;
    let session = homeserver.log_in(BOT).await;
    home.unset("FIREBELL__MATRIX__USER");
    home.unset("FIREBELL__MATRIX__PASSWORD");
    home.set("FIREBELL__MATRIX__ACCESS_TOKEN", &session.access_token);
    let _serve = Serve::start_in(home).await;
    types(&ann, &ann.room("incidents").expect("the room"), "!incident declare sev2 Checkout is down").await;
    let room = enters(&ann, ROOM).await;
    until("the card is pinned", async || (ann.pinned(&room).await.len() == 1).then_some(())).await;
    assert_eq!(ann.devices_of(&homeserver.user_id(BOT)).await, [(session.device_id, true)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn check_names_what_is_missing_and_what_mends_it() {
    let homeserver = Homeserver::new();
    let (ann, home) = ann_and_bot(&homeserver).await;
    let bot = homeserver.user_id(BOT);
    let devices = ann.devices_of(&bot).await;
    let (home, code, out) = check(home).await;
    assert_eq!(code, Some(0), "{out}");
    assert_snapshot!(about_matrix(&homeserver, &out), @"note   Matrix: http://homeserver is there; `firebell serve` logs in as firebell");
    assert_eq!(ann.devices_of(&bot).await, devices);

    // Beside a running one.
    let mut serve = Serve::start_in(home).await;
    let devices = ann.devices_of(&bot).await;
    let home = std::mem::replace(&mut serve.home, Home::new());
    let (mut home, code, out) = check(home).await;
    assert_eq!(code, Some(0), "{out}");
    assert_snapshot!(about_matrix(&homeserver, &out), @r#"
    ok     Matrix: as @firebell:localhost on http://homeserver
    ok     Matrix device: DEVICE, which others see as verified
    note   Matrix room: the bot is in #incidents:localhost, which is not encrypted: its homeserver can read what is announced there
    note   Matrix limits: none were met so far; an administrator of Synapse lifts them for the bot with POST /_synapse/admin/v1/users/@firebell:localhost/override_ratelimit and {"messages_per_second": 0, "burst_count": 0}
    "#);

    home.set("FIREBELL__MATRIX__ANNOUNCE", "#nowhere");
    home.set("FIREBELL__MATRIX__RECOVERY_KEY", "EsTz wrong");
    home.set("FIREBELL__MATRIX__SPACE", &homeserver.alias("incidents"));
    home.write(
        "config/firebell.toml",
        "[[severity]]\nname = \"sev1\"\ninvite = [\"matrix:@nobody-at-all:localhost\"]\n",
    );
    let (mut home, code, out) = check(home).await;
    assert_eq!(code, Some(1), "{out}");
    assert_snapshot!(about_matrix(&homeserver, &out), @r#"
    ok     Matrix: as @firebell:localhost on http://homeserver
    ok     Matrix device: DEVICE, which others see as verified
    WRONG  Matrix recovery key: it opens nothing of the account's (The Base58 decoded key has an invalid length, expected 35, got 7): set [matrix] recovery_key to what the first start printed
    WRONG  Matrix room: there is no room #nowhere:localhost: make it, and invite @firebell:localhost
    WRONG  Matrix space: the bot may not add rooms to #incidents:localhost: give it a higher power level there
    WRONG  plan: matrix:@nobody-at-all:localhost is nobody in Matrix
    note   Matrix limits: none were met so far; an administrator of Synapse lifts them for the bot with POST /_synapse/admin/v1/users/@firebell:localhost/override_ratelimit and {"messages_per_second": 0, "burst_count": 0}
    "#);
    assert_eq!(ann.devices_of(&bot).await, devices);

    home.set("FIREBELL__MATRIX__HOMESERVER", "http://127.0.0.1:9");
    let (home, code, out) = check(home).await;
    assert_eq!(code, Some(1), "{out}");
    assert_snapshot!(about_matrix(&homeserver, &out), @"WRONG  Matrix: http://127.0.0.1:9 can not be reached (Connection refused (os error 111)): see [matrix] homeserver");
    serve.home = home;
    serve.quiet().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn check_tells_a_device_that_nobody_trusts() {
    let homeserver = Homeserver::new();
    let (_ann, home) = ann_and_bot(&homeserver).await;
    let mut serve = Serve::start_in(home).await;
    serve.stop_beside().await;
    std::fs::remove_dir_all(serve.home.path("firebell-matrix")).expect("to lose it");
    serve.start_again().await;
    let printed = serve.printed();
    assert!(printed.contains("Matrix: others see the bot as not verified: this device is new"), "{printed}");
    let home = std::mem::replace(&mut serve.home, Home::new());
    let (home, code, out) = check(home).await;
    assert_eq!(code, Some(1), "{out}");
    let found = about_matrix(&homeserver, &out);
    assert_snapshot!(found.lines().find(|line| line.contains("device")).unwrap_or_default(), @"WRONG  Matrix device: DEVICE, which others see as not verified: set [matrix] recovery_key to what the first start printed, and start again");
    serve.home = home;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_limits_that_synapse_has_by_default() {
    let (homeserver, _running) = Homeserver::with_limits().await;
    let (ann, home) = ann_and_bot(&homeserver).await;
    let mut serve = Serve::start_in(home).await;
    let incidents = ann.room("incidents").expect("the room");
    types(&ann, &incidents, "!incident declare sev2 Checkout is down").await;
    let room = enters(&ann, ROOM).await;
    for words in ["claim", "update We look into it", "status identified"] {
        types(&ann, &room, &format!("!incident {words}")).await;
    }
    // As it stands now is told before all that has been said since.
    until_said(&homeserver, &ann, &room, "Status: identified").await;
    for text in ["> We look into it", "Cause identified"] {
        until_said(&homeserver, &ann, &room, text).await;
    }
    until_said(&homeserver, &ann, &incidents, "We look into it").await;
    // The card is made beside what is said.
    let said = said_by_bot(&homeserver, &ann, &room).await.into_iter().filter(|text| !text.starts_with("INC-1 "));
    let said: Vec<String> = said.filter_map(|text| text.lines().next().map(str::to_string)).collect();
    assert_snapshot!(said.join("\n"), @"
    SEV2 declared by Ann: Checkout is down
    Incident commander: @Ann
    Update by Ann
    Cause identified by Ann
    ");
    let home = std::mem::replace(&mut serve.home, Home::new());
    let (home, _, out) = check(home).await;
    assert_snapshot!(about_matrix(&homeserver, &out), @r#"
    ok     Matrix: as @firebell:localhost on http://homeserver
    ok     Matrix device: DEVICE, which others see as verified
    note   Matrix room: the bot is in #incidents:localhost, which is not encrypted: its homeserver can read what is announced there
    note   Matrix limits: the homeserver slowed Firebell down, last at TIME UTC; an administrator of Synapse lifts them for the bot with POST /_synapse/admin/v1/users/@firebell:localhost/override_ratelimit and {"messages_per_second": 0, "burst_count": 0}
    "#);
    serve.home = home;
}
