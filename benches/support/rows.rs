//! The same rows without Firebell: what the database itself takes for them.

use chrono::{DateTime, Utc};
use firebell::ports::{Heard, Inbound};
use firebell::store::{Db, Tx};

const INSERT: &str = "INSERT INTO messages (room, id, incident, thread, author_id, author_name, at, text, link, \
     edited, deleted) VALUES ($1, $2, $3, NULL, $4, $5, $6, $7, $8, FALSE, FALSE)";
const READ: &str = "SELECT room, id, thread, author_id, author_name, at, text, link, edited, deleted \
     FROM messages WHERE incident = $1 ORDER BY at, id";

/// All columns of a message as they are read.
type Columns = (String, String, Option<String>, String, String, DateTime<Utc>, String, Option<String>, bool, bool);

/// A row of the transcript, ready to be bound.
pub struct Row {
    room: String,
    id: String,
    incident: i64,
    author_id: String,
    author_name: String,
    at: DateTime<Utc>,
    text: String,
    link: Option<String>,
}

/// The same call on either database.
macro_rules! either {
    ($tx:expr, $c:ident => $body:expr) => {
        match $tx {
            Tx::Sqlite(tx) => {
                let $c = &mut **tx;
                $body
            }
            Tx::Postgres(tx) => {
                let $c = &mut **tx;
                $body
            }
        }
    };
}

impl Row {
    /// The row that this message becomes.
    pub fn of(inbound: &Inbound, incident: i64) -> Row {
        let Heard::Message(said) = &inbound.heard else { panic!("not a message: {inbound:?}") };
        Row {
            room: said.id.room.to_string(),
            id: said.id.id.clone(),
            incident,
            author_id: said.by.person.id.to_string(),
            author_name: said.by.person.name.clone(),
            at: inbound.at,
            text: said.text.clone(),
            link: said.link.clone(),
        }
    }

    /// These rows, in one transaction.
    pub async fn commit(db: &Db, rows: &[Row]) {
        let mut tx = db.begin().await.expect("a transaction");
        for row in rows {
            either!(&mut tx, c => {
                sqlx::query(INSERT)
                    .bind(&row.room)
                    .bind(&row.id)
                    .bind(row.incident)
                    .bind(&row.author_id)
                    .bind(&row.author_name)
                    .bind(row.at)
                    .bind(&row.text)
                    .bind(&row.link)
                    .execute(c)
                    .await
                    .expect("an insert");
            });
        }
        tx.commit().await.expect("a commit");
    }

    /// All rows of an incident; how many there are.
    pub async fn read(db: &Db, incident: i64) -> usize {
        match db {
            Db::Sqlite { read, .. } => {
                let rows: Vec<Columns> = sqlx::query_as(READ).bind(incident).fetch_all(read).await.expect("rows");
                rows.len()
            }
            Db::Postgres(pool) => {
                let rows: Vec<Columns> = sqlx::query_as(READ).bind(incident).fetch_all(pool).await.expect("rows");
                rows.len()
            }
        }
    }
}

/// A statement of the benchmark's own, outside of what is measured.
pub async fn execute(db: &Db, statement: &'static str, number: Option<i64>) {
    macro_rules! on {
        ($pool:expr) => {{
            let query = sqlx::query(statement);
            let query = match number {
                Some(number) => query.bind(number),
                None => query,
            };
            query.execute($pool).await.map(drop)
        }};
    }
    let done = match db {
        Db::Sqlite { write, .. } => on!(write),
        Db::Postgres(pool) => on!(pool),
    };
    done.unwrap_or_else(|why| panic!("{statement}: {why}"));
}

/// What a counting statement says.
pub async fn count(db: &Db, statement: &'static str) -> i64 {
    let counted = match db {
        Db::Sqlite { read, .. } => sqlx::query_scalar(statement).fetch_one(read).await,
        Db::Postgres(pool) => sqlx::query_scalar(statement).fetch_one(pool).await,
    };
    counted.unwrap_or_else(|why| panic!("{statement}: {why}"))
}
