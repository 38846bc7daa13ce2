//! Who may do what, by what Matrix itself knows of people.

use firebell::plan::{Permissions, Plan, Rule};
use insta::assert_snapshot;
use serde_json::json;

use super::{ROOM, declared};
use crate::matrix::resident::Resident;
use crate::support::scene::Scene;
use crate::support::world::plan;

mod matrix_on_sqlite {
    use super::*;

    #[tokio::test]
    async fn a_power_level_permits() {
        super::a_power_level_permits(Scene::matrix_on_sqlite().await).await;
    }

    #[tokio::test]
    async fn a_stranger_can_do_nothing() {
        super::a_stranger_can_do_nothing(Scene::matrix_on_sqlite().await).await;
    }

    #[tokio::test]
    async fn invitations_of_others_are_declined() {
        super::invitations_of_others_are_declined(Scene::matrix_on_sqlite().await).await;
    }
}

mod matrix_on_postgres {
    use super::*;

    #[tokio::test]
    async fn a_power_level_permits() {
        super::a_power_level_permits(Scene::matrix_on_postgres().await).await;
    }

    #[tokio::test]
    async fn a_stranger_can_do_nothing() {
        super::a_stranger_can_do_nothing(Scene::matrix_on_postgres().await).await;
    }

    #[tokio::test]
    async fn invitations_of_others_are_declined() {
        super::invitations_of_others_are_declined(Scene::matrix_on_postgres().await).await;
    }
}

/// The commander has 50 in the incident's room.
async fn a_power_level_permits(scene: Scene) {
    let permissions = Permissions { close: vec![Rule::MatrixPower(50)], ..Permissions::default() };
    let world = scene.with(Plan { permissions, ..plan() }).await;
    declared(&world).await;
    world.says("Bob", ROOM, "/incident claim").await;
    world.says("Ann", ROOM, "/incident close It is over").await;
    world.sees("Bob").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Firebell: Incident commander: @Bob
    #inc-1-checkout-down Ann [only ann]: /incident close It is over
    #inc-1-checkout-down Firebell [only ann]: You may not close, cancel, merge or reopen here. It is for: people of power level 50.
    #incidents Firebell [in thread]: Incident commander: Bob
    ");
    world.says("Bob", ROOM, "/incident close It is over").await;
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Ann declared: Checkout is down
    12:00 Bob role: Commander: Bob
    12:00 Bob status: closed: It is over
    ");
    world.ends().await;
}

/// The bot is in a room of theirs, and they hear of no incidents.
async fn a_stranger_can_do_nothing(scene: Scene) {
    let world = scene.world().await;
    declared(&world).await;
    let homeserver = world.matrix().hamlet.homeserver.clone();
    let mallory = Resident::arrives(&homeserver, "Mallory").await;
    let lobby = mallory.makes_room(&homeserver, "lobby", true, &[world.matrix().bot()]).await;
    world.settle().await;
    for words in ["list", "show INC-1", "declare sev1 Give me a room", "close INC-1"] {
        let said = mallory.says(&lobby, json!({ "msgtype": "m.text", "body": format!("!incident {words}") })).await;
        mallory.reacts(&lobby, said.as_str(), "🚨").await;
        world.settle().await;
    }
    assert_eq!(mallory.membership(&lobby, world.matrix().bot()).await, "join");
    mallory.comes_in(&[]).await;
    let mut told = Vec::new();
    for room in mallory.client.joined_rooms() {
        let told_there = mallory.reads(&room).await.into_iter().filter(|event| event["sender"] == world.matrix().bot());
        told.extend(told_there.filter_map(|event| event["content"]["body"].as_str().map(str::to_string)));
    }
    assert_snapshot!(told.join("\n"), @"I only work for people who share a workspace or an announcement room with me. Nothing was done.");
    assert_eq!(world.matrix().hamlet.proxy.rooms().len(), 1);
    assert!(mallory.tries_to_join(&world.matrix().hamlet.proxy.rooms()[0].id).await.is_err());
    world.ends().await;
}

async fn invitations_of_others_are_declined(scene: Scene) {
    let world = scene.world().await;
    let (ann, bob) = (world.matrix().resident("Ann").await, world.matrix().resident("Bob").await);
    world.matrix().hamlet.takes_invitations_of(&[&ann.user_id]);
    let world = world.restarted().await;
    let homeserver = world.matrix().hamlet.homeserver.clone();
    let bot = world.matrix().bot().to_string();
    let team = ann.makes_room(&homeserver, "team", false, &[&bot]).await;
    let trap = bob.makes_room(&homeserver, "trap", false, &[&bot]).await;
    world.settle().await;
    assert_eq!(ann.membership(&team, &bot).await, "join");
    assert_eq!(bob.membership(&trap, &bot).await, "leave");
    world.ends().await;
}
