//! Each page in a real browser: on a desk and on a phone, by day and by night, without an error in the console, for
//! everybody to read, and from our own host alone.

use fantoccini::key::Key;

use crate::support::browser::{Browser, Scheme};
use crate::support::serve::{Home, Serve};
use crate::support::visitor::Visitor;

const ROOM: &str = "inc-1-checkout-very-down";
const DESK: (u32, u32) = (1280, 800);
const PHONE: (u32, u32) = (390, 844);

#[tokio::test]
async fn pages_of_an_open_incident() {
    let serve = Serve::start().await;
    busy(&serve).await;
    let browser = Browser::start().await;
    for path in ["/", "/incidents/INC-1", "/incidents/INC-1?transcript=1", "/postmortems/INC-1", "/actions"] {
        browser.open(&format!("{}{path}", serve.url)).await;
        good(&browser, path).await;
    }
    // The browser itself reports the answer as an error, and there should be no other.
    browser.open(&format!("{}/no/such/page", serve.url)).await;
    browser.sees("Nothing here").await;
    assert_eq!(browser.console_errors().await.len(), 1);
    good(&browser, "404").await;
}

#[tokio::test]
async fn pages_of_a_closed_incident_and_of_an_empty_firebell() {
    let serve = Serve::start().await;
    let browser = Browser::start().await;
    for path in ["/", "/actions"] {
        browser.open(&format!("{}{path}", serve.url)).await;
        good(&browser, &format!("{path}, with nothing to show")).await;
    }
    let ann = busy(&serve).await;
    ann.types(ROOM, "/incident close It was the clock").await;
    ann.sees(ROOM, "Closed by Ann").await;
    for path in ["/", "/incidents/INC-1", "/postmortems/INC-1", "/postmortems/INC-1.html?transcript=1"] {
        browser.open(&format!("{}{path}", serve.url)).await;
        good(&browser, &format!("{path}, closed")).await;
    }
}

#[tokio::test]
async fn pages_for_the_public() {
    let home = Home::new();
    let email = "[email]\nhost = \"localhost\"\nfrom = \"firebell@example.org\"\n";
    let services = ["checkout", "search"].map(|name| format!("[[service]]\nname = \"{name}\"\n")).concat();
    home.write("config/firebell.toml", &format!("{email}{services}"));
    let serve = Serve::start_in(home).await;
    let browser = Browser::start().await;
    browser.open(&format!("{}/status", serve.url)).await;
    browser.sees("All Systems Operational").await;
    good(&browser, "/status, calm").await;

    let ann = Visitor::new(&serve.url);
    ann.sign_in("Ann", None).await;
    ann.types("general", "/incident declare sev1 --service checkout Checkout is very down").await;
    ann.sees(ROOM, "SEV1 declared").await;
    ann.types(ROOM, "/incident update --public Payments fail, we are on it").await;
    ann.page_with("/status", "we are on it").await;
    // Browsers keep the page for a few seconds; under another address they have to ask.
    for path in ["/status?now", "/status/history"] {
        browser.open(&format!("{}{path}", serve.url)).await;
        browser.sees("Payments fail").await;
        good(&browser, path).await;
    }
    browser.client.execute("document.querySelector('.incident a').click()", Vec::new()).await.unwrap();
    browser.until("location.pathname.startsWith('/status/incidents/')").await;
    good(&browser, "one incident").await;
    browser.open(&format!("{}/status", serve.url)).await;
    browser.client.execute("document.getElementById('address').focus()", Vec::new()).await.unwrap();
    browser.write("cleo@example.org").await;
    browser.press(Key::Enter).await;
    browser.sees("Look into your mailbox").await;
    good(&browser, "asked").await;
}

#[tokio::test]
async fn pages_of_the_chat_before_anything_is_said() {
    let mut home = Home::new();
    home.set("FIREBELL__LOCAL__PASSWORD", "correct horse");
    let serve = Serve::start_in(home).await;
    let browser = Browser::start().await;
    browser.open(&format!("{}/chat", serve.url)).await;
    browser.until("document.activeElement.id === 'name'").await;
    browser.write("Ann").await;
    browser.press(Key::Tab).await;
    browser.say("wrong").await;
    browser.sees("The password is wrong.").await;
    // The browser itself reports the answer as an error, and there should be no other.
    assert_eq!(browser.console_errors().await.len(), 1);
    good(&browser, "sign-in, refused").await;
    for _ in "wrong".chars() {
        browser.press(Key::Backspace).await;
    }
    browser.say("correct horse").await;
    browser.is_writing("Message").await;
    browser.sees("This is the beginning of #general.").await;
    good(&browser, "an empty room").await;
    browser.open(&format!("{}/chat#nowhere", serve.url)).await;
    browser.sees("There is no such room.").await;
    good(&browser, "no room").await;
}

#[tokio::test]
async fn pages_of_the_chat_in_a_busy_incident_room() {
    let serve = Serve::start().await;
    busy(&serve).await;
    let browser = Browser::start().await;
    browser.sign_in(&serve.url, "Ann").await;
    browser.open(&format!("{}/chat#{ROOM}", serve.url)).await;
    browser.sees("The queue is full").await;
    browser.is_writing("Message").await;
    good(&browser, "a busy room").await;

    browser.write("/incident ").await;
    browser.sees("/incident declare").await;
    good(&browser, "suggestions").await;
    browser.press(Key::Escape).await;
    browser.write("log ").await;
    browser.until("!document.querySelector('.usage').hidden").await;
    good(&browser, "what a command takes").await;
    for _ in "/incident log ".chars() {
        browser.press(Key::Backspace).await;
    }

    // From the box to whatever is last in the room.
    browser.tab_back_to("").await;
    browser.up_to("The queue is full").await;
    browser.write("r").await;
    browser.until("document.querySelector('.picker:popover-open')").await;
    good(&browser, "the emoji").await;
    browser.press(Key::Escape).await;
    browser.until("!document.querySelector('.picker:popover-open')").await;
    assert_eq!(browser.focused().await, "The queue is full", "Escape leads back to the message");

    browser.write("t").await;
    browser.is_writing("Reply in thread").await;
    good(&browser, "a thread").await;
    browser.press(Key::Escape).await;

    for (name, shown) in [("Pins", ".pins"), ("People", ".people")] {
        browser.click(name).await;
        browser.until(&format!("document.querySelector('{shown}')")).await;
        good(&browser, name).await;
    }
    browser.write("?").await;
    browser.until("document.querySelector('dialog[open]')").await;
    good(&browser, "help").await;
}

/// Looks at the page as it is: on a desk by day, and on a phone by night.
async fn good(browser: &Browser, name: &str) {
    for ((width, height), scheme) in [(DESK, Scheme::Light), (PHONE, Scheme::Dark)] {
        browser.resize(width, height).await;
        browser.prefer(scheme).await;
        let wrong = browser.accessibility_violations().await;
        assert!(wrong.is_empty(), "{name}, {width} wide, {scheme:?}:\n{}", wrong.join("\n"));
        let wide = browser.client.execute("return document.documentElement.scrollWidth - innerWidth", Vec::new()).await;
        let wide = wide.unwrap().as_f64().unwrap();
        assert!(wide <= 0.0, "{name}: {wide} pixels stick out at a width of {width}");
    }
    browser.resize(DESK.0, DESK.1).await;
    let script = "return performance.getEntriesByType('resource').map(r => r.name)
        .filter(url => new URL(url, location.href).origin !== location.origin && !url.startsWith('data:'))";
    let elsewhere = browser.client.execute(script, Vec::new()).await.unwrap();
    assert_eq!(elsewhere, serde_json::json!([]), "{name}: these come from elsewhere");
    assert_eq!(browser.console_errors().await, Vec::<String>::new(), "{name}: errors in the console");
}

/// An incident in which much has happened; Ann is its commander.
async fn busy(serve: &Serve) -> Visitor {
    let (ann, bob) = (serve.person("Ann").await, serve.person("Bob Longname-Featherstonehaugh").await);
    ann.types("general", "/incident declare sev1 Checkout is very down").await;
    ann.sees("general", "INC-1 is declared as SEV1").await;
    let title = "/incident declare sev3 --private Averylongtitlewithoutanyspaceinitbutwithmanyletters and more words";
    ann.types("general", title).await;
    ann.sees("general", "INC-2 is declared as SEV3").await;
    bob.types("general", "/incident declare sev2 Search is slow for everyone who searches for two words").await;
    bob.sees("general", "INC-3 is declared as SEV2").await;

    ann.types(ROOM, "/incident claim").await;
    for text in [
        "The queue is full",
        "See https://dash.example/checkout?from=now-1h&to=now&panel=a-very-long-name-that-does-not-fit-on-a-phone",
        "`kafka-consumer-groups --describe`\n```\nTOPIC  PARTITION  LAG\norders 0          1287345  consumer-1-with-a-very-long-name\n```",
        "Drained it, errors are gone",
        "Is it the clock? @Ann, look at #general",
        "Let us go back to the former version",
        "Write an alert for this",
        &"A long report. ".repeat(300),
    ] {
        bob.types(ROOM, text).await;
    }
    for (text, emoji) in [
        ("The queue is full", "🔍"),
        ("Drained it", "🩹"),
        ("Is it the clock?", "💡"),
        ("Let us go back", "⚖️"),
        ("Write an alert", "📝"),
        ("See https", "📌"),
    ] {
        ann.reacts(ROOM, text, emoji).await;
    }
    bob.reacts(ROOM, "The queue is full", "👀").await;
    bob.replies(ROOM, "The queue is full", "Since when?").await;
    for words in [
        "log 11:50 Impact began",
        "role comms @Bob Longname-Featherstonehaugh",
        "task Call the bank @Ann",
        "task Draw the graph",
        "task done 1",
        "action Alert on queue length @Ann due 2020-01-01 --detect",
        "action Practise it",
        "link https://status.example/ Status of the provider",
        "update Payments fail; we drain the queue",
        "mitigated",
        "nonsense",
    ] {
        ann.types(ROOM, &format!("/incident {words}")).await;
    }
    ann.sees(ROOM, "There is no command").await;
    bob.types(ROOM, "Since 11:50").await;
    // The last that is worked on: a page that shows it shows all.
    ann.page_with("/incidents/INC-1", "Payments fail").await;
    ann.page_with("/incidents/INC-1", "Write an alert").await;
    ann
}
