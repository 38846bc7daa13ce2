//! Whole conversations: typed this, saw that. Each runs on both databases.

mod commands;
mod incident;
mod marks;
mod private;
mod reminders;
mod restart;

/// Makes of each story a test for SQLite and one for PostgreSQL.
/// A story takes the usual world; those behind the semicolon take the ground, and make a world of their own.
macro_rules! on_both {
    ($($story:ident),* $(,)? $(; $($own:ident),* $(,)?)?) => {
        mod sqlite {
            use crate::support::world::{Ground, World};
            $(#[tokio::test] async fn $story() { super::$story(World::on(Ground::sqlite()).await).await; })*
            $($(#[tokio::test] async fn $own() { super::$own(Ground::sqlite()).await; })*)?
        }
        mod postgres {
            use crate::support::world::{Ground, World};
            $(#[tokio::test] async fn $story() { super::$story(World::on(Ground::postgres().await).await).await; })*
            $($(#[tokio::test] async fn $own() { super::$own(Ground::postgres().await).await; })*)?
        }
    };
}

use on_both;
