//! Forms: opened by a command word that needs more, a button, a shortcut; what is wrong is told in them.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{ROOM, chosen, declared, in_slack, private_with_bob, written};
use crate::slack::{Fault, shown};
use crate::support::world::World;

in_slack!(
    no_words_open_a_form,
    a_form_tells_what_is_wrong,
    each_word_that_needs_more_opens_a_form,
    a_button_opens_a_form,
    a_form_from_a_shortcut,
    a_message_has_shortcuts,
    a_form_that_cannot_be_opened_harms_nothing,
    the_apps_own_page,
    declared_from_a_channel_without_the_bot,
    an_action_item_where_no_incident_is,
    a_form_that_somebody_fills_in_who_was_removed,
);

/// The title, the labels of what can be filled in, and what is there already.
fn form(world: &World, who: &str) -> String {
    let Some(modal) = world.workspace().modal(who) else { return "no form".into() };
    let blocks = modal["blocks"].as_array().cloned().unwrap_or_default();
    let mut lines = vec![modal["title"]["text"].as_str().unwrap_or_default().to_string()];
    for block in &blocks {
        let element = &block["element"];
        let begins = element["initial_value"].as_str().or(element["initial_option"]["value"].as_str());
        let begins = begins.map(|b| format!(" = {b}")).unwrap_or_default();
        let optional = if block["optional"] == true { " (optional)" } else { "" };
        lines.push(format!("{}{optional}{begins}", shown::blocks(world.workspace(), std::slice::from_ref(block))));
    }
    lines.join("\n")
}

async fn submits(world: &World, who: &str, fields: &[(&str, Value)]) {
    world.workspace().submits(who, fields);
    world.settle().await;
}

async fn no_words_open_a_form(world: World) {
    world.says("Ann", "general", "/incident").await;
    assert_snapshot!(form(&world, "Ann"), @"
    Declare an incident
    Title
    Severity = sev3
    Service (optional)
    Who may see it (optional)
    ");
    let private = json!({ "type": "checkboxes", "selected_options": [
        { "text": { "type": "plain_text", "text": "Private" }, "value": "private" }
    ] });
    let fields = [
        ("title", written("sev4 is what they say <!channel> & --private")),
        ("severity", chosen("sev1")),
        ("service", chosen("checkout")),
    ];
    submits(&world, "Ann", &fields).await;
    assert_snapshot!(form(&world, "Ann"), @"no form");
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident
    #general Firebell [only ann]: INC-1 is declared as SEV1. Go to #inc-1-sev4-what-they-say-channel-private.
    #inc-1-sev4-what-they-say-channel-private Firebell [pinned]: INC-1 · sev4 is what they say <!channel> & --private
        Severity: SEV1
        Status: investigating
        Incident commander: nobody yet
        Service: Checkout
        Declared: 12:00 UTC
        Next update due: 12:30 UTC
        • Task 1: Divert payments to the other region
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1-sev4-what-they-say-channel-private Firebell: SEV1 declared by Ann: sev4 is what they say <!channel> & --private
        Nobody is in command yet. Type /incident claim to take it.
    #inc-1-sev4-what-they-say-channel-private Firebell: First steps by the plan
        • Task 1: Divert payments to the other region
        • Dashboard (https://dash.example/checkout)
    #incidents Firebell: SEV1 · sev4 is what they say <!channel> & --private · investigating
        Service: Checkout
        Most users cannot use the product, or data is at risk.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-sev4-what-they-say-channel-private
        Next update by 12:30 UTC
    ");
    world.says("Ann", "general", "/incident new").await;
    submits(&world, "Ann", &[("title", written("Somebody reads our mail")), ("private", private)]).await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident new
    #general Firebell [only ann]: INC-2 is declared as SEV3. Go to #inc-2.
    #inc-2 Firebell [pinned]: INC-2 · Somebody reads our mail
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Private: only members of this room see it
        Timeline (http://firebell.test/incidents/INC-2)
    #inc-2 Firebell: SEV3 declared by Ann: Somebody reads our mail
        Nobody is in command yet. Type /incident claim to take it.
    ");
    world.ends().await;
}

async fn a_form_tells_what_is_wrong(world: World) {
    declared(&world).await;
    world.says("Ann", "general", "/incident declare").await;
    // As the typed command would be refused, but the form stays open.
    submits(&world, "Ann", &[("title", written("checkout is DOWN"))]).await;
    assert_snapshot!(format!("{:?}", world.workspace().modal_errors("Ann")), @r#"{"title": "INC-1 “Checkout is down” is open already. Join it in #inc-1-checkout-down. If yours is another one, give it another title."}"#);
    submits(&world, "Ann", &[("title", written("Search is down"))]).await;
    assert_snapshot!(form(&world, "Ann"), @"no form");
    world.says("Bob", ROOM, "/incident log").await;
    submits(&world, "Bob", &[("text", written("Restarted it")), ("when", written("soon"))]).await;
    assert_snapshot!(format!("{:?}", world.workspace().modal_errors("Bob")), @r#"{"when": "“soon” is not a time. These are: 14:05, 10m ago, yesterday 23:50, 2026-01-31T14:05Z."}"#);
    submits(&world, "Bob", &[("text", written("10m ago is when")), ("when", written("11:50"))]).await;
    assert_snapshot!(world.timeline(1).await, @"
    11:50 Bob note: 10m ago is when
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    ");
    world.ends().await;
}

async fn each_word_that_needs_more_opens_a_form(world: World) {
    declared(&world).await;
    let bob = json!({ "type": "users_select", "selected_user": world.workspace().person("Bob") });
    let fields: [(&str, Vec<(&str, Value)>); 7] = [
        ("update", vec![("text", written("Payments fail\nWe are on it"))]),
        ("status", vec![("status", chosen("identified")), ("note", written("-- the disk is full"))]),
        ("sev", vec![("severity", chosen("sev1")), ("note", written("All regions"))]),
        ("role", vec![("role", chosen("communications")), ("owner", bob.clone())]),
        ("task", vec![("text", written("done 3")), ("owner", bob.clone())]),
        (
            "action",
            vec![
                ("text", written("Alert on disk space due friday")),
                ("owner", bob),
                ("due", json!({ "type": "datepicker", "selected_date": "2026-12-01" })),
                ("aim", chosen("detect")),
            ],
        ),
        ("log", vec![("text", written("--private is what I typed"))]),
    ];
    let mut forms = Vec::new();
    for (word, fields) in fields {
        world.says("Ann", ROOM, &format!("/incident {word}")).await;
        forms.push(form(&world, "Ann"));
        submits(&world, "Ann", &fields).await;
        assert_eq!(world.workspace().modal_errors("Ann"), Default::default(), "{word}");
    }
    assert_snapshot!(forms.join("\n\n"), @"
    Post an update
    INC-1 · Checkout is down
    How does it stand?
    Who may read it (optional)

    Change the status
    INC-1 · Checkout is down
    Status = investigating
    Note (optional)

    Change the severity
    INC-1 · Checkout is down
    Severity = sev2
    Reason (optional)

    Give somebody a role
    INC-1 · Checkout is down
    Role
    Who

    Add a task
    INC-1 · Checkout is down
    What is to do now?
    Who does it (optional)

    Add an action item
    INC-1 · Checkout is down
    What is to do afterwards?
    Who does it (optional)
    Due (optional)
    What it is for (optional)

    Add to the timeline
    INC-1 · Checkout is down
    What happened?
    When (optional)
    ");
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:00 Ann update: Payments fail
    We are on it
    12:00 Ann status: identified: -- the disk is full
    12:00 Ann severity: SEV2 → SEV1: All regions
    12:00 Ann role: Communications: Bob
    12:00 Ann task: Task 1: done 3 (Bob)
    12:00 Ann action: Action item 1: Alert on disk space due friday (Bob)
    12:00 Ann note: --private is what I typed
    ");
    world.ends().await;
}

async fn a_button_opens_a_form(world: World) {
    declared(&world).await;
    let card = world.slack().message("Ann", ROOM, "INC-1");
    assert_snapshot!(shown::buttons(&card).join(", "), @"Mitigated, Resolved, Update, Status, Task");
    world.workspace().presses("Ann", ROOM, &card.ts, "Update");
    world.settle().await;
    assert_snapshot!(form(&world, "Ann"), @"
    Post an update
    INC-1 · Checkout is down
    How does it stand?
    Who may read it (optional)
    ");
    submits(&world, "Ann", &[("text", written("We drain the queue"))]).await;
    world.workspace().presses("Ann", ROOM, &card.ts, "Resolved");
    world.settle().await;
    let card = world.slack().message("Ann", ROOM, "INC-1");
    world.workspace().presses("Ann", ROOM, &card.ts, "Close");
    world.settle().await;
    submits(&world, "Ann", &[("note", written("It was the disk"))]).await;
    assert_snapshot!(world.sees("Bob").await, @"
    #inc-1-checkout-down Firebell: Update by Ann
        > We drain the queue
        Next update due at 13:00 UTC.
    #inc-1-checkout-down Firebell: Resolved by Ann
        When nothing is left to do here, type /incident close and the postmortem is drafted.
    #inc-1-checkout-down Firebell: Closed by Ann
        > It was the disk
        Postmortem draft (http://firebell.test/postmortems/INC-1): summary, timeline and action items, drafted from what happened here.
    #incidents Firebell [in thread]: Update (Ann)
        We drain the queue
    #incidents Firebell [in thread]: Status: resolved (Ann)
    #incidents Firebell [in thread]: Status: closed (Ann)
        It was the disk
    ");
    world.ends().await;
}

async fn a_form_from_a_shortcut(world: World) {
    world.workspace().global_shortcut("Ann", "declare");
    world.settle().await;
    submits(&world, "Ann", &[("title", written("Checkout is down"))]).await;
    // From nowhere in particular: the answer is a direct message.
    let told: Vec<String> =
        world.workspace().messages("@Ann").iter().map(|m| shown::line(world.workspace(), m)).collect();
    assert_snapshot!(told.join("\n"), @"Firebell: INC-1 is declared as SEV3. Go to #inc-1-checkout-down.");
    world.ends().await;
}

async fn a_message_has_shortcuts(world: World) {
    declared(&world).await;
    world.says("Bob", ROOM, "The disk is full\nsince noon").await;
    let (workspace, ts) = (world.workspace(), world.slack().message("Bob", ROOM, "The disk").ts);
    workspace.message_shortcut("Ann", ROOM, &ts, "add_to_timeline");
    world.settle().await;
    workspace.message_shortcut("Ann", ROOM, &ts, "make_action_item");
    world.settle().await;
    assert_snapshot!(form(&world, "Ann"), @"
    Add an action item
    INC-1 · Checkout is down
    What is to do afterwards? = The disk is full
    since noon
    Who does it (optional)
    Due (optional)
    What it is for (optional)
    ");
    submits(&world, "Ann", &[("text", written("Alert on disk space"))]).await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Ann role: Commander: Ann
    12:00 Bob note: The disk is full
    since noon
    12:00 Ann action: Action item 1: Alert on disk space
    ");
    world.says("Bob", "general", "Search is slow, too").await;
    world.sees("Ann").await;
    let ts = world.slack().message("Bob", "general", "Search").ts;
    workspace.message_shortcut("Ann", "general", &ts, "declare_from");
    world.settle().await;
    submits(&world, "Ann", &[("title", written("Search is slow"))]).await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Firebell [only ann]: INC-2 is declared as SEV3. Go to #inc-2-search-slow.
    #inc-2-search-slow Firebell [pinned]: INC-2 · Search is slow
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Timeline (http://firebell.test/incidents/INC-2)
    #inc-2-search-slow Firebell: SEV3 declared by Ann: Search is slow
        Declared from this message (its address)
        Nobody is in command yet. Type /incident claim to take it.
    #incidents Firebell: SEV3 · Search is slow · investigating
        Some users are affected, and there is a way around it.
        INC-2, declared 12:00 UTC · Commander: nobody yet · #inc-2-search-slow
        Next update by 16:00 UTC
    ");
    world.ends().await;
}

async fn a_form_that_cannot_be_opened_harms_nothing(world: World) {
    world.workspace().break_next("views.open", crate::slack::Fault::Api("internal_error"));
    world.says("Ann", "general", "/incident").await;
    assert_snapshot!(form(&world, "Ann"), @"no form");
    // It is answered in words.
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident
    #general Firebell [only ann]: Is something wrong? Declare it: /incident declare sev2 Checkout is down
    ");
    world.says("Ann", "general", "/incident").await;
    assert!(world.workspace().modal("Ann").is_some());
    world.workspace().closes_modal("Ann");
    world.ends().await;
}

async fn the_apps_own_page(world: World) {
    declared(&world).await;
    world.says("Bob", "general", "/incident declare Search is slow").await;
    world.says("Ann", ROOM, "/incident action Alert on disk space @Ann due friday").await;
    world.workspace().opens_home("Ann");
    world.settle().await;
    let home = world.workspace().home("Ann").expect("a home");
    let blocks = home["blocks"].as_array().cloned().unwrap_or_default();
    assert_snapshot!(shown::blocks(world.workspace(), &blocks), @"
    Your incidents
    • INC-1 (http://firebell.test/incidents/INC-1) SEV2 · Checkout is down · investigating · Ann · declared 0 s ago · #inc-1-checkout-down
    Other open incidents
    • INC-2 (http://firebell.test/incidents/INC-2) SEV3 · Search is slow · investigating · nobody in command · declared 0 s ago · #inc-2-search-slow
    Your action items
    • INC-1 1 Alert on disk space — Ann, due 2026-11-27
    Is something wrong? /incident declare sev2 Checkout is down
    ");
    world.says("Ann", ROOM, "/incident page @Ann").await;
    world.workspace().opens_home("Ann");
    world.settle().await;
    let home = world.workspace().home("Ann").expect("a home").to_string();
    assert!(home.contains("You are paged"), "{home}");
    world.workspace().presses_at_home("Ann", "Acknowledge INC-1");
    world.settle().await;
    assert!(world.timeline(1).await.contains("Ann has acknowledged the page for Ann"));
    world.workspace().opens_home("Ann");
    world.settle().await;
    let home = world.workspace().home("Ann").expect("a home").to_string();
    assert!(!home.contains("You are paged"), "{home}");
    world.workspace().presses_at_home("Ann", "Declare an incident");
    world.settle().await;
    assert!(world.workspace().modal("Ann").is_some());
    world.ends().await;
}

async fn declared_from_a_channel_without_the_bot(world: World) {
    world.person("Ann").await;
    world.workspace().channel_without_bot("elsewhere");
    world.workspace().joins("Ann", "elsewhere");
    let ts = world.workspace().says("Ann", "elsewhere", "Search is slow");
    world.work().await;
    world.workspace().message_shortcut("Ann", "elsewhere", &ts, "declare_from");
    world.work().await;
    world.workspace().submits("Ann", &[("title", written("Search is slow"))]);
    world.settle().await;
    let incident = firebell::ports::Ledger::incident(&world.store, 1).await.expect("to read").expect("an incident");
    assert!(incident.origin.expect("an origin").link.expect("a link").contains("/archives/"));
    // Everybody could read it there.
    assert!(!incident.private);
    world.ends().await;
}

async fn an_action_item_where_no_incident_is(world: World) {
    world.person("Ann").await;
    world.says("Bob", "general", "Search is slow").await;
    let ts = world.slack().message("Bob", "general", "Search").ts;
    world.sees("Ann").await;
    for shortcut in ["make_action_item", "add_to_timeline"] {
        world.workspace().message_shortcut("Ann", "general", &ts, shortcut);
        world.settle().await;
    }
    assert_snapshot!(world.sees("Ann").await, @"
    #general Firebell [only ann]: /incident action is about one incident: type it in that incident's room. /incident list shows the open ones.
    #general Firebell [only ann]: /incident log is about one incident: type it in that incident's room. /incident list shows the open ones.
    ");
    assert_eq!(firebell::ports::Mailbox::aside(&world.mailbox()).await.expect("to read"), 0);
    world.ends().await;
}

/// He had it open before, and Firebell can't see in time that it has to be refused.
async fn a_form_that_somebody_fills_in_who_was_removed(world: World) {
    let room = private_with_bob(&world).await;
    world.says("Bob", &room, "/incident log").await;
    world.workspace().kicks("Ann", &room, "Bob");
    world.settle().await;
    world.sees("Bob").await;
    // Nobody is remembered any more.
    let world = world.restarted().await;
    world.workspace().break_next("users.info", Fault::ServerError);
    submits(&world, "Bob", &[("text", written("I am still here"))]).await;
    assert_eq!(form(&world, "Bob"), "no form");
    world.says("Bob", "general", "/incident show INC-1").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #general Bob [only bob]: /incident show INC-1
    #general Firebell [only bob]: There is no INC-1.
    ");
    assert!(!world.timeline(1).await.contains("I am still here"));
    world.ends().await;
}
