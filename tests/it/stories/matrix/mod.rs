//! What is Matrix's own: the device that lasts, encryption, rooms, emoji to press, and its trouble. Each runs on both
//! databases.

mod authority;
mod away;
mod identity;
mod keys;
mod rooms;
mod second_client;
mod trouble;
mod words;

use crate::support::world::World;

pub const ROOM: &str = "inc-1-checkout-down";

/// Makes of each story a test for SQLite and one for PostgreSQL.
macro_rules! in_matrix {
    ($($story:ident),* $(,)?) => {
        mod matrix_on_sqlite {
            use crate::support::scene::Scene;
            $(#[tokio::test] async fn $story() { super::$story(Scene::matrix_on_sqlite().await.world().await).await; })*
        }
        mod matrix_on_postgres {
            use crate::support::scene::Scene;
            $(#[tokio::test] async fn $story() { super::$story(Scene::matrix_on_postgres().await.world().await).await; })*
        }
    };
}

use in_matrix;

/// Declared by Ann, with Bob in the room; what was said so far is read.
async fn declared(world: &World) {
    world.person("Bob").await;
    world.says("Ann", "general", "/incident declare sev2 Checkout is down").await;
    world.says("Bob", ROOM, "Here").await;
    world.sees("Ann").await;
    world.sees("Bob").await;
}
