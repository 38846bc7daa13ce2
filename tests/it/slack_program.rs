//! The program itself with a Slack workspace: checked, started in both modes, stopped and started again.

use chrono::Utc;
use insta::assert_snapshot;

use crate::slack::{Workspace, shown};
use crate::support::serve::{Home, Serve};
use crate::support::wait::until;

const ROOM: &str = "inc-1-checkout-down";

async fn workspace() -> Workspace {
    let workspace = Workspace::start(Utc::now).await;
    workspace.channel("general");
    workspace.channel("incidents");
    workspace
}

/// Configured as an operator would, but for the address of Slack's methods.
fn home(workspace: &Workspace) -> Home {
    let mut home = Home::new();
    home.set("FIREBELL__SLACK__API_URL", &workspace.api_url());
    home.set("FIREBELL__SLACK__BOT_TOKEN", workspace.bot_token());
    home.set("FIREBELL__SLACK__APP_TOKEN", workspace.app_token());
    home
}

fn http(mut home: Home, workspace: &Workspace) -> Home {
    home.set("FIREBELL__SLACK__MODE", "http");
    home.set("FIREBELL__SLACK__SIGNING_SECRET", workspace.signing_secret());
    home
}

/// Somewhere else, since the workspace is served by this very thread.
async fn run(home: Home, words: &'static str) -> (Home, Option<i32>, String) {
    let ran = tokio::task::spawn_blocking(move || {
        let ran = home.run(words);
        (ran.code(), ran.out(), home)
    });
    let (code, out, home) = ran.await.expect("it ends");
    (home, code, out)
}

fn about_slack(out: &str) -> String {
    out.lines().filter(|l| l.contains("Slack") || l.contains("plan:")).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn check_names_what_is_missing_and_what_mends_it() {
    let workspace = workspace().await;
    let (home, code, out) = run(home(&workspace), "check").await;
    assert_eq!(code, Some(0), "{out}");
    assert_snapshot!(about_slack(&out), @"
    ok     Slack: workspace Test, as @firebell
    ok     Slack scopes: all 20 are there
    ok     Slack Socket Mode: connections can be opened
    ok     Slack channel: #incidents is there
    ");
    assert!(workspace.calls().iter().all(|c| !c.method.starts_with("chat.")), "somebody was told");

    workspace.remove_scope("pins:write");
    workspace.archives("Ann", "incidents");
    let (mut home, code, out) = run(home, "check").await;
    assert_eq!(code, Some(1), "{out}");
    assert_snapshot!(about_slack(&out), @"
    ok     Slack: workspace Test, as @firebell
    WRONG  Slack scopes: pins:write is missing (the pinned card: pins.add): paste the output of `firebell manifest` into the app's settings and install it again
    ok     Slack Socket Mode: connections can be opened
    WRONG  Slack channel: there is no #incidents that the bot can see: make it, or type /invite @Firebell in it if it is private
    ");

    home.set("FIREBELL__SLACK__ANNOUNCE", "#nowhere");
    home.write("config/firebell.toml", "[[severity]]\nname = \"sev1\"\ninvite = [\"slack:U0NOBODY1\"]\n");
    workspace.add_scope("pins:write");
    let (home, _, out) = run(http(home, &workspace), "check").await;
    assert_snapshot!(about_slack(&out), @r#"
    ok     Slack: workspace Test, as @firebell
    ok     Slack scopes: all 20 are there
    WRONG  Slack channel: there is no #nowhere that the bot can see: make it, or type /invite @Firebell in it if it is private
    WRONG  plan: slack:U0NOBODY1 is nobody in Slack: it wants a person's id (U…) or a user group's (S…)
    WRONG  Slack: mode = "http" needs [server] public_url: the address at which Slack reaches this server
    "#);

    workspace.revoke_token();
    let (_, code, out) = run(home, "check").await;
    assert_eq!(code, Some(1));
    assert_snapshot!(about_slack(&out), @r#"
    WRONG  Slack: auth.test: token_revoked: Slack does not take the bot token any more: install the app again and set [slack] bot_token
    WRONG  Slack: mode = "http" needs [server] public_url: the address at which Slack reaches this server
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn by_http_from_declare_to_a_gap() {
    let workspace = workspace().await;
    let mut serve = Serve::start_in(http(home(&workspace), &workspace)).await;
    workspace.types("Ann", "general", "/incident declare sev2 Checkout is down");
    workspace.deliver(&serve.url).await;
    serve.quiet().await;
    until("the card is pinned", async || {
        workspace.channel_named(ROOM).filter(|c| c.pins.len() == 1 && c.bookmarks.len() == 1)
    })
    .await;
    workspace.says("Bob", ROOM, "It is the disk");
    workspace.deliver(&serve.url).await;
    serve.stop_beside().await;
    // Nobody is there to take it: Slack tries again.
    workspace.says("Bob", ROOM, "Of db-3");
    assert_eq!(workspace.deliver(&serve.url).await, 0);
    // And gives up at last.
    workspace.take_pending();
    serve.start_again().await;
    serve.quiet().await;
    let (home, url) = (std::mem::replace(&mut serve.home, Home::new()), serve.url.clone());
    let (home, code, out) = run(home, "export INC-1 --transcript").await;
    serve.home = home;
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("It is the disk") && out.contains("Of db-3"), "{out}");
    assert!(out.contains("Gap: #inc-1-checkout-down"), "{out}");
    let metrics = reqwest::get(format!("{url}/metrics")).await.expect("an answer").text().await.expect("text");
    assert!(metrics.contains("firebell_slack_calls_total"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn by_socket_mode() {
    let workspace = workspace().await;
    let mut serve = Serve::start_in(home(&workspace)).await;
    assert_eq!(workspace.sockets(), 2);
    workspace.types("Ann", "general", "/incident declare sev2 Checkout is down");
    workspace.until_delivered().await;
    until("the card is pinned", async || workspace.channel_named(ROOM).filter(|c| c.pins.len() == 1)).await;
    workspace.types("Ann", ROOM, "/incident claim");
    workspace.until_delivered().await;
    let card = async || {
        let told = workspace.messages(ROOM);
        let card = told.iter().find(|m| m.pinned).map(|m| shown::line(&workspace, m))?;
        card.contains("Incident commander: @Ann").then_some(())
    };
    until("the card names her", card).await;
    // Slack keeps nothing for who is not connected: it is read back once they are.
    serve.stop_beside().await;
    workspace.says("Bob", ROOM, "It is the disk");
    workspace.take_pending();
    serve.start_again().await;
    let read = async || {
        let page = reqwest::get(format!("{}/incidents/INC-1", serve.url)).await.ok()?.text().await.ok()?;
        page.contains("Gap: #inc-1-checkout-down").then_some(())
    };
    until("it is read back", read).await;
    // Nothing comes to addresses that are only there in HTTP mode.
    let posted = reqwest::Client::new().post(format!("{}/slack/events", serve.url)).send().await.expect("an answer");
    assert_eq!(posted.status().as_u16(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_is_away_at_the_start() {
    let workspace = workspace().await;
    workspace.break_every("*", crate::slack::Fault::ServerError);
    let mut waiting = Serve::begin_in(home(&workspace)).await;
    let answer = reqwest::get(format!("{}/readyz", waiting.url)).await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 503);
    assert!(answer.text().await.expect("text").contains("\"slack\""));
    workspace.mend();
    waiting.until_ready().await;
    workspace.types("Ann", "general", "/incident list");
    workspace.until_delivered().await;
    until("an answer", async || workspace.messages("general").iter().any(|m| m.ephemeral_for.is_some()).then_some(()))
        .await;
}
