//! The local chat in a real browser: an incident by keyboard alone, two people at once, and a server that goes away.

use fantoccini::key::Key;
use serde_json::json;

use crate::support::browser::Browser;
use crate::support::serve::{ANY_PORT, Serve};
use crate::support::wait::until;

const ROOM: &str = "inc-1-checkout-down";

#[tokio::test]
async fn an_incident_from_sign_in_to_postmortem_by_keyboard_alone() {
    let serve = Serve::start().await;
    let browser = Browser::start().await;
    browser.sign_in(&serve.url, "Ann").await;

    browser.write("/inc").await;
    browser.sees("/incident declare").await;
    browser.press(Key::Tab).await;
    browser.until("document.activeElement.value === '/incident declare '").await;
    browser.say("sev2 Checkout is down").await;
    browser.sees("INC-1 is declared as SEV2.").await;

    browser.tab_back_to("#inc-1-checkout-down").await;
    browser.press(Key::Enter).await;
    browser.sees("Nobody is in command yet.").await;
    browser.is_writing("Message").await;
    browser.say("/incident claim").await;
    browser.sees("Incident commander: @Ann").await;

    browser.say("The queue is full").await;
    browser.sees("The queue is full").await;
    browser.say("Draining it now").await;
    browser.sees("Draining it now").await;
    browser.tab_back_to("Draining it now").await;
    browser.up_to("The queue is full").await;
    browser.write("r").await;
    browser.tab_to("🔍 Finding").await;
    browser.press(Key::Enter).await;
    browser.until("document.querySelector('.pill')?.innerText === '🔍 1'").await;
    let ann = serve.person("Ann").await;
    ann.page_with("/incidents/INC-1", "The queue is full").await;

    // The focus is where it was, so the next key goes to the same message.
    assert_eq!(browser.focused().await, "The queue is full");
    browser.write("t").await;
    browser.is_writing("Reply in thread").await;
    browser.say("Since 11:50").await;
    browser.until("document.querySelector('.side .list').innerText.includes('Since 11:50')").await;
    browser.sees("1 reply").await;
    browser.press(Key::Escape).await;
    browser.until("document.querySelector('.side').hidden").await;
    assert_eq!(browser.focused().await, "The queue is full");

    browser.press(Key::Escape).await;
    browser.is_writing("Message").await;
    browser.press(Key::Up).await;
    browser.until("document.activeElement.value === 'Draining it now'").await;
    browser.say(", it helps").await;
    browser.sees("Draining it now, it helps (edited)").await;

    browser.say("/incident close").await;
    browser.sees("Closed by Ann").await;
    browser.tab_back_to("Postmortem draft").await;
    browser.press(Key::Enter).await;
    browser.until("location.pathname === '/postmortems/INC-1'").await;
    browser.sees("The queue is full").await;
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
}

#[tokio::test]
async fn two_people_see_what_comes_and_nothing_of_each_others_private_answers() {
    let serve = Serve::start().await;
    let (ann, bob) = (Browser::start().await, Browser::start().await);
    ann.sign_in(&serve.url, "Ann").await;
    bob.sign_in(&serve.url, "Bob").await;
    // It would be gone after a reload.
    bob.client.execute("window.sinceSignIn = true", Vec::new()).await.unwrap();

    ann.say("Is anybody there?").await;
    bob.sees("Is anybody there?").await;
    ann.say("/incident declare sev2 Checkout is down").await;
    ann.sees("INC-1 is declared as SEV2.").await;
    ann.say("Who takes it?").await;
    bob.sees("Who takes it?").await;
    assert!(!bob.shows("INC-1 is declared").await, "that is for Ann");
    assert!(!bob.shows("/incident declare sev2").await, "that is for Ann and Firebell");

    // The new room is in Bob's list by itself, and its button works.
    bob.tab_back_to(&format!("#\n{ROOM}")).await;
    bob.press(Key::Enter).await;
    bob.sees("Nobody is in command yet.").await;
    bob.tab_back_to("Take command").await;
    bob.press(Key::Enter).await;
    bob.sees("Incident commander: @Bob").await;
    assert_eq!(bob.until("window.sinceSignIn").await, json!(true));
    for browser in [&ann, &bob] {
        assert_eq!(browser.console_errors().await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_browser_comes_back_to_a_restarted_server_and_loses_nothing() {
    let mut serve = Serve::start().await;
    let browser = Browser::start().await;
    browser.sign_in(&serve.url, "Ann").await;
    browser.say("Before").await;
    browser.sees("Before").await;
    serve.stop();
    browser.sees("Reconnecting…").await;
    browser.say("While you were away").await;
    browser.sees("Sending… While you were away").await;

    // Somebody else reaches it before Ann's browser does: it is up at another address for a while.
    let usual = serve.url.clone();
    serve.start_at(ANY_PORT).await;
    let bob = serve.person("Bob").await;
    bob.types("general", "Said in the meantime").await;
    bob.types("general", "/incident declare Checkout is down").await;
    bob.sees(ROOM, "Nobody is in command yet.").await;
    serve.stop();

    serve.start_at(&usual).await;
    browser.sees("Said in the meantime").await;
    browser.sees("inc-1-checkout-down").await;
    browser.until("document.querySelector('.waiting').childElementCount === 0").await;
    assert!(!browser.shows("Reconnecting…").await);
    let ann = serve.person("Ann").await;
    ann.sees("general", "While you were away").await;
    let sent = async || {
        let all = ann.messages("general").await;
        Some(all.iter().filter(|m| m["text"] == "While you were away").count())
    };
    assert_eq!(until("the messages", sent).await, 1, "it is sent once, however often it was tried");
}

#[tokio::test]
async fn a_room_is_opened_before_the_list_of_rooms_has_it() {
    let serve = Serve::start().await;
    let browser = Browser::start().await;
    browser.sign_in(&serve.url, "Ann").await;
    // From now on the list of rooms is on its way until it is let through.
    let hold = "const real = window.fetch;
        const held = new Promise((done) => { window.letThrough = done; });
        window.fetch = async (url, options) => {
            const answer = await real(url, options);
            if (url === '/chat/state') { window.onItsWay = true; await held; }
            return answer;
        }";
    browser.client.execute(hold, Vec::new()).await.unwrap();
    browser.say("/incident declare sev2 Checkout is down").await;
    browser.sees("INC-1 is declared as SEV2.").await;
    browser.until("window.onItsWay").await;

    browser.tab_back_to(&format!("#{ROOM}")).await;
    browser.press(Key::Enter).await;
    browser.sees("There is no such room.").await;
    browser.client.execute("window.letThrough()", Vec::new()).await.unwrap();
    browser.sees("Nobody is in command yet.").await;
}

#[tokio::test]
async fn the_focus_stays_on_a_link_whose_message_changes() {
    let serve = Serve::start().await;
    let browser = Browser::start().await;
    browser.sign_in(&serve.url, "Ann").await;
    browser.say("See https://example.com/runbook first").await;
    browser.sees("See https://example.com/runbook first").await;
    browser.tab_back_to("https://example.com/runbook").await;

    serve.person("Bob").await.reacts("general", "See https://example.com/runbook first", "👀").await;
    browser.until("document.querySelector('.pill')?.innerText === '👀 1'").await;
    assert_eq!(browser.focused().await, "https://example.com/runbook");
}
