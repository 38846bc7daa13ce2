//! Whole conversations: typed this, saw that. Each runs on both databases.

mod incident;
mod marks;
mod restart;

/// Makes of each story a test for SQLite and one for PostgreSQL.
macro_rules! on_both {
    ($($story:ident),* $(,)?) => {
        mod sqlite {
            use crate::support::world::{Ground, World};
            $(#[tokio::test] async fn $story() { super::$story(World::on(Ground::sqlite()).await).await; })*
        }
        mod postgres {
            use crate::support::world::{Ground, World};
            $(#[tokio::test] async fn $story() { super::$story(World::on(Ground::postgres().await).await).await; })*
        }
    };
}

use on_both;
