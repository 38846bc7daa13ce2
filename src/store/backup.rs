//! A backup: every row of every table, a line of JSON each, the same for both databases. Made from SQLite it can be
//! restored into PostgreSQL, and the other way round.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Row};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt};

use super::db::{executing, writing};
use super::{Store, Tx};
use crate::ports::StoreError;

/// How a column is read and written.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Text,
    Int,
    Bool,
    Time,
}

pub(super) struct Table {
    pub name: &'static str,
    pub columns: &'static [(&'static str, Kind)],
}

use Kind::{Bool, Int, Text, Time};

/// All tables. The local chat's are among them: without its counters it would number new messages as old ones were,
/// and they would be taken for known.
pub(super) const TABLES: &[Table] = &[
    Table { name: "inbox", columns: &[("identity", Text), ("at", Time)] },
    Table {
        name: "events",
        columns: &[("incident", Int), ("seq", Int), ("body", Text), ("prev", Text), ("hash", Text)],
    },
    Table {
        name: "incidents",
        columns: &[
            ("number", Int),
            ("seq", Int),
            ("head", Text),
            ("title", Text),
            ("title_key", Text),
            ("severity", Text),
            ("status", Text),
            ("is_open", Bool),
            ("service", Text),
            ("private", Bool),
            ("commander_id", Text),
            ("commander_name", Text),
            ("room_id", Text),
            ("room_name", Text),
            ("declared", Time),
            ("ended", Time),
            ("update_due", Time),
            ("public", Bool),
        ],
    },
    Table { name: "rooms", columns: &[("room", Text), ("incident", Int)] },
    Table {
        name: "actions",
        columns: &[
            ("incident", Int),
            ("number", Int),
            ("text", Text),
            ("owner_id", Text),
            ("owner_name", Text),
            ("due", Text),
            ("aim", Text),
            ("done", Time),
        ],
    },
    Table {
        name: "messages",
        columns: &[
            ("room", Text),
            ("id", Text),
            ("incident", Int),
            ("thread", Text),
            ("author_id", Text),
            ("author_name", Text),
            ("at", Time),
            ("text", Text),
            ("link", Text),
            ("edited", Bool),
            ("deleted", Bool),
        ],
    },
    Table { name: "people", columns: &[("id", Text), ("name", Text), ("name_key", Text), ("handle", Text)] },
    Table { name: "members", columns: &[("room", Text), ("person", Text)] },
    Table { name: "offers", columns: &[("room", Text), ("message", Text), ("person", Text), ("body", Text)] },
    Table {
        name: "alerts",
        columns: &[
            ("source", Text),
            ("fingerprint", Text),
            ("grp", Text),
            ("firing", Bool),
            ("changed", Time),
            ("incident", Int),
            ("body", Text),
        ],
    },
    Table { name: "subscriptions", columns: &[("who", Text), ("topic", Text), ("wanted", Bool), ("changed", Time)] },
    Table {
        // Without its id: work gets a new one, in the same order.
        name: "outbox",
        columns: &[
            ("key", Text),
            ("lane", Text),
            ("rank", Int),
            ("due", Time),
            ("leased_until", Time),
            ("wanted", Int),
            ("attempts", Int),
            ("state", Text),
            ("why", Text),
            ("changed", Time),
            ("incident", Int),
            ("body", Text),
        ],
    },
    Table {
        name: "mail",
        columns: &[
            ("source", Text),
            ("lane", Text),
            ("kind", Text),
            ("body", Text),
            ("at", Time),
            ("held_until", Time),
            ("state", Text),
            ("why", Text),
        ],
    },
    Table { name: "notes", columns: &[("source", Text), ("key", Text), ("value", Text)] },
    Table { name: "heard_from", columns: &[("source", Text), ("at", Time)] },
    Table { name: "local_people", columns: &[("id", Text), ("name", Text), ("zone", Text), ("seen", Time)] },
    Table { name: "local_sessions", columns: &[("token", Text), ("person", Text), ("at", Time)] },
    Table {
        name: "local_rooms",
        columns: &[
            ("id", Text),
            ("name", Text),
            ("topic", Text),
            ("private", Bool),
            ("archived", Bool),
            ("effect", Text),
        ],
    },
    Table { name: "local_members", columns: &[("room", Text), ("person", Text)] },
    Table {
        name: "local_messages",
        columns: &[
            ("id", Int),
            ("room", Text),
            ("thread", Int),
            ("author", Text),
            ("only_for", Text),
            ("at", Time),
            ("body", Text),
            ("doc", Text),
            ("mentions", Text),
            ("edited", Bool),
            ("deleted", Bool),
            ("pinned", Bool),
            ("effect", Text),
        ],
    },
    Table {
        name: "local_reactions",
        columns: &[("message", Int), ("emoji", Text), ("person", Text), ("room", Text), ("seq", Int)],
    },
    Table { name: "local_requests", columns: &[("person", Text), ("nonce", Text), ("at", Time), ("answer", Text)] },
    Table {
        name: "local_changes",
        columns: &[
            ("seq", Int),
            ("at", Time),
            ("room", Text),
            ("only_for", Text),
            ("message", Int),
            ("body", Text),
            ("what", Text),
        ],
    },
    // The migration puts its two rows there; those of the backup take their place.
    Table { name: "local_counters", columns: &[("name", Text), ("n", Int)] },
];

/// The tables with their columns, for the test that compares them with the migrations.
#[doc(hidden)]
pub fn backed_up() -> Vec<(&'static str, Vec<&'static str>)> {
    TABLES.iter().map(|t| (t.name, t.columns.iter().map(|(name, _)| *name).collect())).collect()
}

/// What nobody has put there by starting Firebell: incidents, and what people have said.
pub(super) const IN_USE: &str = "SELECT (SELECT COUNT(*) FROM events) + (SELECT COUNT(*) FROM local_messages)";

/// The first line of a backup.
#[derive(Serialize, Deserialize)]
struct Header {
    firebell_backup: u32,
}

/// The form of backups that this version writes and reads.
const FORM: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Line {
    table: String,
    row: Vec<Value>,
}

fn failed(why: impl std::fmt::Display) -> StoreError {
    StoreError { why: why.to_string(), clash: false }
}

impl Store {
    /// Writes everything as of one moment; works beside a running Firebell. Says how many rows that were.
    pub async fn backup(&self, out: &mut (dyn AsyncWrite + Unpin + Send)) -> Result<u64, StoreError> {
        write_line(out, &Header { firebell_backup: FORM }).await?;
        let mut tx = self.db.snapshot().await?;
        let mut count = 0;
        for table in TABLES {
            count += write_table(&mut tx, table, out).await?;
        }
        out.flush().await.map_err(failed)?;
        Ok(count)
    }

    /// Reads a backup into a database that has nothing in it yet. All of it or nothing.
    pub async fn restore(&self, lines: &mut (dyn AsyncBufRead + Unpin + Send)) -> Result<u64, StoreError> {
        let mut lines = lines.lines();
        let first = lines.next_line().await.map_err(failed)?.unwrap_or_default();
        match serde_json::from_str::<Header>(&first) {
            Ok(header) if header.firebell_backup == FORM => {}
            Ok(header) => {
                return Err(failed(format!(
                    "it is a backup of form {}; this Firebell reads {FORM}",
                    header.firebell_backup
                )));
            }
            Err(_) => return Err(failed("it is not a backup of Firebell's: its first line says nothing of the kind")),
        }
        let mut tx = self.db.begin().await?;
        empty(&mut tx).await?;
        let mut count = 0;
        while let Some(line) = lines.next_line().await.map_err(failed)? {
            let number = count + 2;
            let line: Line = serde_json::from_str(&line).map_err(|e| failed(format!("line {number}: {e}")))?;
            insert(&mut tx, &line).await.map_err(|e| failed(format!("line {number}: {}", e.why)))?;
            count += 1;
        }
        tx.commit().await?;
        Ok(count)
    }
}

async fn write_line<T: Serialize>(out: &mut (dyn AsyncWrite + Unpin + Send), value: &T) -> Result<(), StoreError> {
    let mut line = serde_json::to_vec(value).map_err(failed)?;
    line.push(b'\n');
    out.write_all(&line).await.map_err(failed)
}

/// How many rows are held in memory at once.
const PAGE: i64 = 1_000;

async fn write_table(tx: &mut Tx, table: &Table, out: &mut (dyn AsyncWrite + Unpin + Send)) -> Result<u64, StoreError> {
    let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    // `outbox` and `mail` keep their order by their ids, the others by their first columns, which are their keys.
    let by_id = matches!(table.name, "outbox" | "mail");
    let order = if by_id { "id".to_string() } else { columns[..columns.len().min(3)].join(", ") };
    let sql = format!("SELECT {} FROM {} ORDER BY {order} LIMIT $1 OFFSET $2", columns.join(", "), table.name);
    let mut count = 0;
    loop {
        let page = writing!(tx, c => {
            let rows = sqlx::query(AssertSqlSafe(sql.clone())).bind(PAGE).bind(count).fetch_all(&mut *c).await?;
            let values: Result<Vec<Vec<Value>>, sqlx::Error> = rows
                .iter()
                .map(|row| {
                    let column = |(n, (_, kind)): (usize, &(&str, Kind))| -> Result<Value, sqlx::Error> {
                        Ok(match kind {
                            Text => row.try_get::<Option<String>, _>(n)?.into(),
                            Int => row.try_get::<Option<i64>, _>(n)?.into(),
                            Bool => row.try_get::<Option<bool>, _>(n)?.into(),
                            Time => row.try_get::<Option<DateTime<Utc>>, _>(n)?.map(|t| t.to_rfc3339()).into(),
                        })
                    };
                    table.columns.iter().enumerate().map(column).collect()
                })
                .collect();
            values?
        });
        let rows = page.len() as i64;
        for row in page {
            write_line(out, &Line { table: table.name.into(), row }).await?;
        }
        count += rows;
        if rows < PAGE {
            return Ok(count as u64);
        }
    }
}

/// Refuses a database that has something in it; what is there by itself goes.
async fn empty(tx: &mut Tx) -> Result<(), StoreError> {
    let rows: i64 = writing!(tx, c => sqlx::query_scalar(IN_USE).fetch_one(&mut *c).await?);
    if rows > 0 {
        return Err(failed("the database has incidents or messages in it; restore into an empty one"));
    }
    for table in TABLES {
        let sql = format!("DELETE FROM {}", table.name);
        executing!(tx, sqlx::query(AssertSqlSafe(sql.clone())));
    }
    Ok(())
}

async fn insert(tx: &mut Tx, line: &Line) -> Result<(), StoreError> {
    let known: BTreeMap<&str, &Table> = TABLES.iter().map(|t| (t.name, t)).collect();
    let table = known.get(line.table.as_str()).ok_or_else(|| failed(format!("there is no table {}", line.table)))?;
    if table.columns.len() != line.row.len() {
        return Err(failed(format!("table {} has {} columns", table.name, table.columns.len())));
    }
    let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let places: Vec<String> = (1..=columns.len()).map(|n| format!("${n}")).collect();
    let sql = format!("INSERT INTO {} ({}) VALUES ({})", table.name, columns.join(", "), places.join(", "));
    writing!(tx, c => {
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for ((_, kind), value) in table.columns.iter().zip(&line.row) {
            query = match kind {
                Text => query.bind(value.as_str()),
                Int => query.bind(value.as_i64()),
                Bool => query.bind(value.as_bool()),
                Time => query.bind(time(value)?),
            };
        }
        query.execute(&mut *c).await?;
    });
    Ok(())
}

fn time(value: &Value) -> Result<Option<DateTime<Utc>>, StoreError> {
    match value.as_str() {
        Some(text) => DateTime::parse_from_rfc3339(text).map(|t| Some(t.with_timezone(&Utc))).map_err(failed),
        None => Ok(None),
    }
}
