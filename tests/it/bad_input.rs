//! What nobody means to send, or somebody means too well: each is answered clearly or kept as text, none is lost, and
//! none becomes markup anywhere.

use serde_json::json;

use crate::support::browser::Browser;
use crate::support::serve::Serve;
use crate::support::visitor::{Answer, Visitor, local, words};

const ROOM: &str = "inc-1-checkout-down";
const SCRIPT: &str = "<script>window.ran = 1; alert(1)</script><img src=x onerror='window.ran = 1'>";
const LONGEST: usize = 64 * 1024;

/// Odd, but text.
fn odd_lines() -> Vec<String> {
    vec![
        SCRIPT.into(),
        "<!channel> <!here> <@U024BE7LH> @everyone".into(),
        "../../etc/passwd %2e%2e%2f ..\\..\\".into(),
        "an \"unclosed quote and 'another and `a third".into(),
        "\u{202e}right to left\u{202c} and \u{2067}hidden".into(),
        "zero\u{200b}width \u{feff}\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}".into(),
        "\u{1f525}".repeat(2_000),
        "Z\u{353}\u{33c}\u{346}a\u{346}\u{353}".repeat(100),
        "[link](javascript:alert(1)) ![image](x) # head | cell {{ 7*7 }} {% if %} ${7*7}".into(),
        "'; DROP TABLE events; --".into(),
        "a\r\nb\tc\u{7}\u{1b}[31m".into(),
        "-".into(),
        "x".repeat(LONGEST),
    ]
}

#[tokio::test]
async fn odd_messages_are_kept_as_text_everywhere() {
    let serve = Serve::start().await;
    let ann = incident(&serve).await;
    for line in odd_lines() {
        ann.types(ROOM, &line).await;
        ann.reacts(ROOM, &line, "📌").await;
    }
    // PostgreSQL has no NUL in its texts; that there was something is shown on both databases.
    ann.types(ROOM, "before\0after").await;
    ann.reacts(ROOM, "before\u{fffd}after", "📌").await;
    ann.page_with("/incidents/INC-1", "before\u{fffd}after").await;

    let export = ann.get("/postmortems/INC-1.json?transcript=1").await.json();
    let kept = |list: &str| -> Vec<String> {
        let entries = export[list].as_array().expect("a list").iter();
        entries.map(|e| e["text"].as_str().expect("a text").to_string()).collect()
    };
    let (timeline, transcript) = (kept("timeline"), kept("transcript"));
    for line in odd_lines().iter().map(String::as_str).chain(["before\u{fffd}after"]) {
        let times = |list: &[String]| list.iter().filter(|text| *text == line).count();
        assert_eq!(times(&transcript), 1, "in the transcript: {}", shortened(line));
        assert_eq!(times(&timeline), 1, "on the timeline: {}", shortened(line));
    }
    no_markup(&ann, "INC-1").await;
}

#[tokio::test]
async fn odd_commands_are_answered_privately_or_taken_as_text() {
    let serve = Serve::start().await;
    let ann = incident(&serve).await;
    let bob = serve.person("Bob").await;
    bob.types(ROOM, "I am here").await;
    let before = shared(&bob).await;
    for line in odd_lines() {
        // As a command word, nothing of this is understood.
        let line: String = line.chars().take(LONGEST - "/incident ".len()).collect();
        let answer = answer_to(&ann, &format!("/incident {line}")).await;
        assert!(!answer.is_empty() && answer.len() < 2_000, "{}: {}", shortened(&line), shortened(&answer));
    }
    for words in ["log", "severity", "status", "lead", "role", "task done", "merge", "link"] {
        for with in ["", " @\u{202e}", " --"] {
            let answer = answer_to(&ann, &format!("/incident {words}{with}")).await;
            assert!(!answer.is_empty(), "/incident {words}{with}");
        }
    }
    let added: Vec<String> = shared(&bob).await.into_iter().filter(|m| !before.contains(m)).collect();
    assert!(added.iter().all(|m| !m.contains("is not a command")), "said to all: {added:#?}");
}

#[tokio::test]
async fn odd_words_in_commands_show_as_they_were_typed() {
    let serve = Serve::start().await;
    let ann = incident(&serve).await;
    for text in [SCRIPT, "<!channel> ../ {{ 7*7 }}", "[a](javascript:alert(1)) | `b`"] {
        for word in ["log", "update", "task", "action", "factor", "why"] {
            ann.types(ROOM, &format!("/incident {word} {text}")).await;
        }
    }
    ann.types(ROOM, &format!("/incident link https://status.example/{SCRIPT} {SCRIPT}")).await;
    ann.types(ROOM, &format!("/incident rename {SCRIPT}")).await;
    ann.page_with("/incidents/INC-1", "<h1>&lt;script&gt;").await;
    no_markup(&ann, "INC-1").await;
    for path in ["/", "/actions"] {
        assert_no_markup(path, &ann.page(path).await);
    }
}

#[tokio::test]
async fn a_browser_runs_no_script_that_somebody_wrote() {
    let serve = Serve::start().await;
    let ann = incident(&serve).await;
    ann.types(ROOM, SCRIPT).await;
    ann.reacts(ROOM, SCRIPT, "📌").await;
    ann.types(ROOM, &format!("/incident action {SCRIPT}")).await;
    ann.types(ROOM, &format!("/incident update {SCRIPT}")).await;
    ann.types(ROOM, &format!("/incident rename {SCRIPT}")).await;
    ann.page_with("/incidents/INC-1", "<h1>&lt;script&gt;").await;
    let browser = Browser::start().await;
    browser.sign_in(&serve.url, SCRIPT.get(..40).expect("a name")).await;
    let chat = format!("/chat#{ROOM}");
    let pages = ["/incidents/INC-1?transcript=1", "/postmortems/INC-1", "/postmortems/INC-1.html?transcript=1"];
    for path in ["/", "/actions", chat.as_str()].into_iter().chain(pages) {
        browser.open(&format!("{}{path}", serve.url)).await;
        browser.sees("<script>").await;
        let ran = browser.client.execute("return window.ran ?? null", Vec::new()).await;
        assert_eq!(ran.expect("no alert is open"), json!(null), "{path}");
        assert_eq!(browser.console_errors().await, Vec::<String>::new(), "{path}");
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_in_words() {
    let serve = Serve::start().await;
    let ann = incident(&serve).await;
    let before = ann.messages(ROOM).await.len();
    let post = async |text: &str| ann.act(json!({ "act": "post", "room": local(ROOM), "text": text })).await.error();
    assert_eq!(post("").await, "422 There is nothing to send.");
    assert_eq!(post(" \n\t\u{3000}").await, "422 There is nothing to send.");
    assert_eq!(post(&"x".repeat(LONGEST + 1)).await, "413 That is too long: a message can have 64 KiB.");
    assert_eq!(post(&"\0".repeat(LONGEST * 2)).await, "413 That is too long: a message can have 64 KiB.");

    let id = ann.sees(ROOM, "Nobody is in command yet.").await["id"].clone();
    let react =
        async |emoji: &str| ann.act(json!({ "act": "react", "message": id, "emoji": emoji, "on": true })).await.error();
    assert_eq!(react("").await, "422 A reaction is one emoji.");
    assert_eq!(react("<script>").await, "422 A reaction is one emoji.");
    assert_eq!(react(&"\u{1f525}".repeat(5_000)).await, "422 A reaction is one emoji.");

    let edit = json!({ "act": "edit", "message": id, "text": "mine now" });
    assert_eq!(ann.act(edit).await.error(), "422 Only its author can change a message.");
    let nowhere = json!({ "act": "post", "room": "local:nowhere", "text": "x" });
    assert_eq!(ann.act(nowhere).await.error(), "404 There is no such room or message.");
    let nothing = json!({ "act": "delete", "message": i64::MAX });
    assert_eq!(ann.act(nothing).await.error(), "404 There is no such room or message.");
    assert_eq!(ann.messages(ROOM).await.len(), before);

    for (name, why) in [
        ("", "422 Please give a name."),
        ("\u{202e}nnA", "422 A name cannot have invisible characters in it."),
        ("Firebell", "422 Firebell itself has that name; please choose another."),
        ("🔥", "422 A name needs a letter or a digit."),
    ] {
        assert_eq!(serve.stranger().sign_in(name, None).await.error(), why);
    }
}

#[tokio::test]
async fn requests_that_no_page_of_ours_makes_are_refused_in_words() {
    let serve = Serve::start().await;
    let ann = incident(&serve).await;
    let before = ann.messages(ROOM).await.len();
    let act = json!({ "nonce": "n", "act": "post", "room": local(ROOM), "text": "Let me in" });
    let post = || ann.post("/chat/act");

    let unread = |answer: Answer| {
        assert_eq!(answer.status, 400, "{}", answer.body);
        assert!(answer.error().contains("The request cannot be read: "), "{}", answer.body);
    };
    for body in ["", "{", "[]", "null", "{\"nonce\":\"1\"}", "{\"nonce\":\"1\",\"act\":\"explode\"}", "\u{0}"] {
        unread(ann.send(post().header("content-type", "application/json").body(body)).await);
    }
    unread(ann.act(json!({ "act": "react", "message": "one", "emoji": "📌", "on": true })).await);
    let without_nonce = json!({ "nonce": "", "act": "post", "room": local(ROOM), "text": "x" });
    assert_eq!(ann.send(post().json(&without_nonce)).await.error(), "422 The request needs a nonce.");

    let form = post().header("content-type", "text/plain").body(act.to_string());
    assert_eq!(ann.send(form).await.error(), "415 The request has to be JSON.");
    let foreign = post().header("origin", "https://evil.example").json(&act);
    assert_eq!(ann.send(foreign).await.error(), "403 That came from another site's page.");
    let rebound = ann.send(post().header("host", "evil.example").json(&act)).await;
    assert_eq!((rebound.status, rebound.body.as_str()), (421, "Firebell does not answer under this name.\n"));
    let stranger = serve.stranger();
    assert_eq!(stranger.act(act).await.error(), "401 Please sign in.");
    for path in ["/chat/state", "/chat/messages?room=local:general", "/chat/stream"] {
        assert_eq!(stranger.get(path).await.error(), "401 Please sign in.");
    }
    assert_eq!(ann.messages(ROOM).await.len(), before, "none of them did anything");
}

#[tokio::test]
async fn addresses_that_lead_nowhere_say_so() {
    let serve = Serve::start().await;
    let ann = incident(&serve).await;
    for path in [
        "/no/such/page",
        "/incidents/INC-99",
        "/incidents/INC-99999999999999999999",
        "/incidents/%3Cscript%3E",
        "/incidents/INC-1%00",
        "/incidents/%FF",
        "/incidents/..%2f..%2fetc%2fpasswd",
        "/postmortems/INC-1.pdf",
        "/postmortems/.json",
        "/assets/../Cargo.toml",
    ] {
        let answer = ann.get(path).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        assert!(answer.body.contains("Nothing here"), "{path}: {}", answer.body);
    }
    for path in ["/incidents/inc-1", "/incidents/1", "/incidents/INC-1?transcript=1&page=-7", "/?x=%FF"] {
        ann.page(path).await;
    }
    for query in ["", "?room=", "?room=general", "?room=local:general&before=yesterday"] {
        let answer = ann.get(&format!("/chat/messages{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.body);
        assert!(answer.error().contains("The request cannot be read: "), "{query}: {}", answer.body);
    }
    let answer = ann.send(ann.post("/incidents/INC-1")).await;
    assert_eq!(answer.status, 405);
}

/// INC-1, and Ann in its room.
async fn incident(serve: &Serve) -> Visitor {
    let ann = serve.person("Ann").await;
    ann.types("general", "/incident declare sev2 Checkout is down").await;
    ann.sees(ROOM, "Nobody is in command yet.").await;
    ann
}

/// What this command is answered, by the next message in the room.
async fn answer_to(ann: &Visitor, command: &str) -> String {
    let last = |messages: &[serde_json::Value]| messages.last().and_then(|m| m["id"].as_i64()).unwrap_or_default();
    ann.types(ROOM, command).await;
    let echo = ann.messages(ROOM).await;
    let typed = echo.iter().rfind(|m| m["only_for"] == "local:ann" && m["author"]["name"] == "Ann");
    let typed = typed.and_then(|m| m["id"].as_i64()).unwrap_or_else(|| last(&echo));
    let wanted = format!("an answer to {}", shortened(command));
    crate::support::wait::until(&wanted, async || {
        let messages = ann.messages(ROOM).await;
        messages.iter().find(|m| m["id"].as_i64() > Some(typed) && m["author"].is_null()).map(words)
    })
    .await
}

/// What everybody in the room sees.
async fn shared(bob: &Visitor) -> Vec<String> {
    bob.messages(ROOM).await.iter().map(words).collect()
}

async fn no_markup(ann: &Visitor, key: &str) {
    let pages = ["/incidents/KEY?transcript=1", "/postmortems/KEY", "/postmortems/KEY.html?transcript=1"];
    for path in pages.map(|path| path.replace("KEY", key)) {
        assert_no_markup(&path, &ann.page(&path).await);
    }
    let path = format!("/postmortems/{key}.md?transcript=1");
    let markdown = ann.page(&path).await;
    assert_no_markup(&path, &markdown);
    // With the escaped brackets taken away, no link is left.
    let unescaped = markdown.replace("\\]", "");
    assert!(!unescaped.contains("](javascript:"), "{}", around(&unescaped, "](javascript:"));
}

/// The page's own scripts have an address; a link goes to the web or to a page of ours.
fn assert_no_markup(path: &str, page: &str) {
    for markup in ["<script>", "<img src=x", "href=\"javascript:", "<!channel>"] {
        assert!(!page.contains(markup), "{markup} on {path}: {}", around(page, markup));
    }
}

fn around<'a>(page: &'a str, words: &str) -> &'a str {
    let at = page.find(words).unwrap_or_default();
    let from = page.floor_char_boundary(at.saturating_sub(200));
    &page[from..page.ceil_char_boundary((at + 200).min(page.len()))]
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}
