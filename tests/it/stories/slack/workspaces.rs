//! Two workspaces at once: what happens in one is answered there.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::IntoResponse;
use axum::routing::any;
use firebell::chat::slack::{Membership, Setup};
use insta::assert_snapshot;
use reqwest::Client;

use crate::slack::{Workspace, shown};
use crate::support::ground::{Ground, TestClock};
use crate::support::town::Town;
use crate::support::world::{World, plan};

/// What the second workspace is called, with which token.
const TEAM: &str = "T0SECOND";
const TOKEN: &str = "xoxb-second";

/// One address of methods for both, as Slack has it: by its token a call goes to the one or the other.
#[derive(Clone)]
struct Gate {
    first: Workspace,
    second: Workspace,
}

async fn gate(first: &Workspace, second: &Workspace) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/api", listener.local_addr().expect("an address"));
    let gate = Gate { first: first.clone(), second: second.clone() };
    let routes = Router::new().route("/api/{method}", any(pass)).with_state(gate);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}

async fn pass(
    State(gate): State<Gate>,
    Path(called): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    let token = headers.get("authorization").and_then(|h| h.to_str().ok()).unwrap_or_default();
    let to_second = token == format!("Bearer {TOKEN}");
    let workspace = if to_second { &gate.second } else { &gate.first };
    let query = uri.query().map(|q| format!("?{q}")).unwrap_or_default();
    let mut request = Client::new().request(method, format!("{}/{called}{query}", workspace.api_url()));
    request = request.bearer_auth(workspace.bot_token());
    if let Some(kind) = headers.get("content-type") {
        request = request.header("content-type", kind.clone());
    }
    let answer = request.body(body).send().await.expect("an answer").text().await.expect("a body");
    let answer = if to_second { answer.replace(workspace.team(), TEAM) } else { answer };
    ([("content-type", "application/json")], answer)
}

/// What happens in the second workspace is delivered as of that one.
async fn deliver(world: &World, second: &Workspace) {
    while second.pending() > 0 {
        for mut delivery in second.take_pending() {
            delivery.body = delivery.body.replace(second.team(), TEAM);
            assert_eq!(second.deliver_one(world.slack().url(), &delivery).await, 200);
        }
        world.settle().await;
    }
}

#[tokio::test]
async fn each_incident_is_in_the_workspace_where_it_was_declared() {
    let clock = TestClock::new();
    let first = Town::workspace(clock.clone()).await;
    let now = clock.clone();
    let second = Workspace::start(move || firebell::ports::Clock::now(&*now)).await;
    second.channel("lobby");
    let member = |token: &str| Membership {
        bot_token: token.into(),
        app_token: None,
        signing_secret: Some(first.signing_secret().into()),
    };
    let setup = Setup {
        api_url: gate(&first, &second).await,
        command: "/incident".into(),
        memberships: vec![member(first.bot_token()), member(TOKEN)],
    };
    let world = World::in_slack(Ground::sqlite(), clock, first, setup, plan(), &()).await;
    world.says("Ann", "general", "/incident declare Checkout is down").await;
    second.types("Zoe", "lobby", "/incident declare Search is down");
    deliver(&world, &second).await;
    second.types("Zoe", "inc-2-search-down", "/incident claim");
    deliver(&world, &second).await;
    assert_eq!(world.workspace().channel_names(), ["general", "incidents", "inc-1-checkout-down"]);
    assert_eq!(second.channel_names(), ["lobby", "inc-2-search-down"]);
    let shown = |room: &str| -> String {
        second
            .messages(room)
            .iter()
            .filter(|m| m.subtype.is_none())
            .map(|m| shown::line(&second, m))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_snapshot!(format!("{}\n{}", shown("lobby"), shown("inc-2-search-down")), @"
    Zoe [only zoe]: /incident declare Search is down
    Firebell [only zoe]: INC-2 is declared as SEV3. Go to #inc-2-search-down.
    Firebell [pinned]: INC-2 · Search is down
        Severity: SEV3
        Status: investigating
        Incident commander: @Zoe
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Timeline (http://firebell.test/incidents/INC-2)
    Firebell: SEV3 declared by Zoe: Search is down
        Nobody is in command yet. Type /incident claim to take it.
    Zoe [only zoe]: /incident claim
    Firebell: Incident commander: @Zoe
    ");
    // Both are told where the plan says.
    assert_snapshot!(world.room("Ann", "incidents").await, @"
    Firebell: SEV3 · Checkout is down · investigating
        Some users are affected, and there is a way around it.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-down
        Next update by 16:00 UTC
    Firebell: SEV3 · Search is down · investigating
        Some users are affected, and there is a way around it.
        INC-2, declared 12:00 UTC · Commander: Zoe · #inc-2-search-down (its address)
        Next update by 16:00 UTC
    Firebell [in thread]: Incident commander: Zoe
    ");
    world.ends().await;
}
