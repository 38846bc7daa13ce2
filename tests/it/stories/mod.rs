//! Whole conversations: typed this, saw that. Each runs in every chat, on both databases.

mod alerts;
mod cadence;
mod commands;
mod incident;
mod marks;
#[cfg(feature = "matrix")]
pub mod matrix;
mod paging;
mod private;
mod reminders;
mod restart;
#[cfg(feature = "slack")]
pub mod slack;
mod stakeholders;
#[cfg(all(feature = "matrix", feature = "slack"))]
mod three_chats;

/// Makes of each story a test for each chat and database: in the local chat, in Slack and in Matrix, on SQLite and PostgreSQL.
/// A story takes the usual world; one with a plan of its own takes the scene, and makes its world there. Those in
/// brackets are about the local chat alone: the words, or what happens, differ in others.
macro_rules! on_every_chat {
    ($($story:ident),* $(,)? $(; scenes: $($own:ident),+)? $(; local: [$($local:ident),+ $(,)?])?) => {
        mod local_on_sqlite {
            use crate::support::scene::Scene;
            $(#[tokio::test] async fn $story() { super::$story(Scene::local_on_sqlite().world().await).await; })*
            $($(#[tokio::test] async fn $own() { super::$own(Scene::local_on_sqlite()).await; })*)?
            $($(#[tokio::test] async fn $local() { super::$local(Scene::local_on_sqlite().world().await).await; })*)?
        }
        mod local_on_postgres {
            use crate::support::scene::Scene;
            $(#[tokio::test] async fn $story() { super::$story(Scene::local_on_postgres().await.world().await).await; })*
            $($(#[tokio::test] async fn $own() { super::$own(Scene::local_on_postgres().await).await; })*)?
            $($(#[tokio::test] async fn $local() {
                super::$local(Scene::local_on_postgres().await.world().await).await;
            })*)?
        }
        #[cfg(feature = "slack")]
        mod slack_on_sqlite {
            use crate::support::scene::Scene;
            $(#[tokio::test] async fn $story() { super::$story(Scene::slack_on_sqlite().await.world().await).await; })*
            $($(#[tokio::test] async fn $own() { super::$own(Scene::slack_on_sqlite().await).await; })*)?
        }
        #[cfg(feature = "slack")]
        mod slack_on_postgres {
            use crate::support::scene::Scene;
            $(#[tokio::test] async fn $story() { super::$story(Scene::slack_on_postgres().await.world().await).await; })*
            $($(#[tokio::test] async fn $own() { super::$own(Scene::slack_on_postgres().await).await; })*)?
        }
        #[cfg(feature = "matrix")]
        mod matrix_on_sqlite {
            use crate::support::scene::Scene;
            $(#[tokio::test] async fn $story() { super::$story(Scene::matrix_on_sqlite().await.world().await).await; })*
            $($(#[tokio::test] async fn $own() { super::$own(Scene::matrix_on_sqlite().await).await; })*)?
        }
        #[cfg(feature = "matrix")]
        mod matrix_on_postgres {
            use crate::support::scene::Scene;
            $(#[tokio::test] async fn $story() { super::$story(Scene::matrix_on_postgres().await.world().await).await; })*
            $($(#[tokio::test] async fn $own() { super::$own(Scene::matrix_on_postgres().await).await; })*)?
        }
    };
}

use on_every_chat;
