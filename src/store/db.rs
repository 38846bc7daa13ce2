//! One SQL text for two databases: an enum of two pools, an enum of two transactions, and a macro each that writes
//! the same body for either. Every statement is a `const` with `$1` placeholders that both databases take.

use std::str::FromStr;

use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Postgres, Sqlite, Transaction};

use crate::ports::StoreError;

/// An open database, its tables up to date.
#[derive(Clone, Debug)]
pub enum Db {
    /// `write` has one connection: SQLite has one writer, and waiting in the pool is fairer than in the database.
    Sqlite {
        read: SqlitePool,
        write: SqlitePool,
    },
    Postgres(PgPool),
}

/// A write transaction.
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Runs `$body` with `$conn` as an executor for reading: the pool.
macro_rules! reading {
    ($db:expr, $conn:ident => $body:expr) => {
        match $db {
            $crate::store::db::Db::Sqlite { read: $conn, .. } => $body,
            $crate::store::db::Db::Postgres($conn) => $body,
        }
    };
}

/// Runs `$body` with `$conn` as the connection of a write transaction; use it as `&mut *$conn`.
macro_rules! writing {
    ($tx:expr, $conn:ident => $body:expr) => {
        match $tx {
            $crate::store::db::Tx::Sqlite(tx) => {
                let $conn: &mut sqlx::SqliteConnection = &mut *tx;
                $body
            }
            $crate::store::db::Tx::Postgres(tx) => {
                let $conn: &mut sqlx::PgConnection = &mut *tx;
                $body
            }
        }
    };
}

/// Runs a statement that gives no rows; says how many it changed.
macro_rules! executing {
    ($tx:expr, $query:expr) => {
        $crate::store::db::writing!($tx, c => $query.execute(&mut *c).await?.rows_affected())
    };
}

pub(super) use {executing, reading, writing};

impl Db {
    /// Opens `sqlite://path` (made if missing) or `postgres://…` and brings its tables up to date.
    pub async fn open(url: &str) -> Result<Db, StoreError> {
        let db = Db::connect(url).await?;
        db.migrate().await?;
        Ok(db)
    }

    async fn connect(url: &str) -> Result<Db, StoreError> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return Ok(Db::Postgres(PgPoolOptions::new().max_connections(10).connect(url).await?));
        }
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL: what is acknowledged is on the disk.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(std::time::Duration::from_secs(10));
        // A connection to a file does not break off, so it need not be tried each time.
        let pool = |connections| SqlitePoolOptions::new().max_connections(connections).test_before_acquire(false);
        let write = pool(1).connect_with(options.clone()).await?;
        let read = pool(4).connect_with(options).await?;
        Ok(Db::Sqlite { read, write })
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let done = match self {
            Db::Sqlite { write, .. } => sqlx::migrate!("migrations/sqlite").run(write).await,
            Db::Postgres(pool) => sqlx::migrate!("migrations/postgres").run(pool).await,
        };
        done.map_err(|e| StoreError { why: format!("the tables could not be brought up to date: {e}"), clash: false })
    }

    /// Begins a write transaction; on SQLite it waits for its turn here, not at the first statement.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Db::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Db::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Begins a transaction that only reads, all of it as of one moment, without holding up who writes.
    pub async fn snapshot(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Db::Sqlite { read, .. } => Tx::Sqlite(read.begin().await?),
            Db::Postgres(pool) => {
                Tx::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        })
    }

    pub async fn close(&self) {
        match self {
            Db::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(tx) => tx.commit().await?,
            Tx::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        // A unique key that somebody else took first, or PostgreSQL's own word for it (40001, 40P01).
        let clash = error
            .as_database_error()
            .is_some_and(|e| e.is_unique_violation() || matches!(e.code().as_deref(), Some("40001" | "40P01")));
        StoreError { why: error.to_string(), clash }
    }
}
