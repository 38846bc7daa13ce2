//! What is Slack's own: forms, shortcuts, mentions, the app's page, and Slack's trouble. Each runs on both databases.

mod forms;
mod gaps;
mod mode;
mod rooms;
mod trouble;
mod words;
mod workspaces;

use serde_json::{Value, json};

use crate::support::world::World;

pub const ROOM: &str = "inc-1-checkout-down";

/// Makes of each story a test for SQLite and one for PostgreSQL.
macro_rules! in_slack {
    ($($story:ident),* $(,)? $(; scenes: $($own:ident),+ $(,)?)?) => {
        mod on_sqlite {
            use crate::support::scene::Scene;
            $(#[tokio::test] async fn $story() { super::$story(Scene::slack_on_sqlite().await.world().await).await; })*
            $($(#[tokio::test] async fn $own() { super::$own(Scene::slack_on_sqlite().await).await; })*)?
        }
        mod on_postgres {
            use crate::support::scene::Scene;
            $(#[tokio::test] async fn $story() { super::$story(Scene::slack_on_postgres().await.world().await).await; })*
            $($(#[tokio::test] async fn $own() { super::$own(Scene::slack_on_postgres().await).await; })*)?
        }
    };
}

pub(crate) use in_slack;

/// Declared by Ann, who is in command, with Bob in the room; what was said so far is read.
async fn declared(world: &World) {
    world.person("Bob").await;
    world.says("Ann", "general", "/incident declare sev2 Checkout is down").await;
    world.says("Ann", ROOM, "/incident claim").await;
    world.says("Bob", ROOM, "Here").await;
    world.sees("Ann").await;
    world.sees("Bob").await;
}

/// Declared in private by Ann, who has called Bob in; the room.
async fn private_with_bob(world: &World) -> String {
    for who in ["Ann", "Bob"] {
        world.person(who).await;
    }
    world.says("Ann", "general", "/incident declare --private Breach").await;
    let room = world.workspace().channel_names().into_iter().find(|name| name.starts_with("inc-1")).expect("a room");
    world.workspace().invites("Ann", &room, "Bob");
    world.settle().await;
    room
}

/// What is written into a field.
fn written(text: &str) -> Value {
    json!({ "type": "plain_text_input", "value": text })
}

/// What is chosen in a field.
fn chosen(value: &str) -> Value {
    let text = json!({ "type": "plain_text", "text": value });
    json!({ "type": "static_select", "selected_option": { "text": text, "value": value } })
}
