//! The SQL: every statement is one that both databases understand, and a backup forgets no table.

use std::collections::{BTreeMap, BTreeSet};

use firebell::ports::{Act, Clock, Mailbox, Notes};
use firebell::store::{Db, STATEMENTS, Store, backed_up};
use regex::Regex;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqlSafeStr, SqliteConnection};

use crate::house::migrations::{migrations, tables};
use crate::house::source::{root, rust_files};
use crate::support::ground::Ground;
use crate::support::snapshot::snapshot;
use crate::support::world::World;

#[tokio::test]
async fn every_statement_is_prepared_on_sqlite() {
    let ground = Ground::sqlite();
    Db::open(&ground.url()).await.unwrap().close().await;
    let mut connection = SqliteConnection::connect(&ground.url()).await.unwrap();
    let mut wrong = Vec::new();
    for (name, sql) in STATEMENTS {
        if let Err(error) = connection.prepare(AssertSqlSafe(*sql).into_sql_str()).await {
            wrong.push(format!("{name}: {error}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test]
async fn every_statement_is_prepared_on_postgres() {
    let ground = Ground::postgres().await;
    Db::open(&ground.url()).await.unwrap().close().await;
    let mut connection = PgConnection::connect(&ground.url()).await.unwrap();
    let mut wrong = Vec::new();
    for (name, sql) in STATEMENTS {
        if let Err(error) = connection.prepare(AssertSqlSafe(*sql).into_sql_str()).await {
            wrong.push(format!("{name}: {error}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_statement_is_in_the_catalogue() {
    let listed: BTreeSet<&str> = STATEMENTS.iter().map(|(name, _)| *name).collect();
    assert!(listed.len() > 80, "only {} statements are listed", listed.len());
    let mut missing = Vec::new();
    for path in rust_files(&root().join("src/store")) {
        let file = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a readable file");
        let named: Vec<String> = named(&text).into_iter().map(|name| format!("{file}::{name}")).collect();
        missing.extend(named.into_iter().filter(|name| !listed.contains(name.as_str())));
        missing.extend(unnamed(&text).into_iter().map(|sql| format!("{file}: {sql}… has no name")));
    }
    assert_eq!(missing, Vec::<String>::new());
}

/// A rule that finds nothing might not be looking.
#[test]
fn the_catalogues_rule_sees_what_it_is_there_to_see() {
    let text = "const A: &str = \"SELECT 1\";\npub(super) const B: &str =\n    \"UPDATE a\";\nconst C: &str = messages!(\n    \"WHERE x\");";
    assert_eq!(named(text), ["A", "B", "C"]);
    assert_eq!(unnamed(text), Vec::<String>::new());
    assert_eq!(unnamed("sqlx::query(\"DELETE FROM a\")"), ["DELETE FROM a"]);
}

fn named(text: &str) -> Vec<String> {
    let statement = Regex::new(r#"const (\w+): &str =\s*(?:messages!\(\s*)?"(?:SELECT|INSERT|UPDATE|DELETE|WHERE) "#);
    statement.expect("a pattern").captures_iter(text).map(|found| found[1].to_string()).collect()
}

/// Statements that stand where they are used. What is put together from a list of tables is tried by a round trip.
fn unnamed(text: &str) -> Vec<String> {
    let literal =
        Regex::new(r#"(= |=\s+|format!\(|concat!\(\s*)?"((?:SELECT|INSERT INTO|UPDATE|DELETE FROM) [^"]{0,40})"#);
    let found = literal.expect("a pattern");
    found.captures_iter(text).filter(|f| f.get(1).is_none()).map(|f| f[2].to_string()).collect()
}

#[test]
fn a_backup_has_every_table_and_column() {
    let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for sql in migrations("sqlite").values() {
        for (table, columns) in tables(sql) {
            expected.entry(table).or_default().extend(columns);
        }
    }
    // Work gets a new id, in the same order.
    assert!(expected.get_mut("outbox").expect("an outbox").remove("id"));
    // And so does what was delivered.
    assert!(expected.get_mut("mail").expect("a mailbox").remove("id"));
    let backed_up: BTreeMap<String, BTreeSet<String>> = backed_up()
        .into_iter()
        .map(|(table, columns)| (table.to_string(), columns.into_iter().map(str::to_string).collect()))
        .collect();
    assert_eq!(backed_up, expected);
}

const ROOM: &str = "inc-1-checkout-down";

/// Something in every table.
async fn lively(world: &World) {
    world.says("Ann", "general", "/incident declare sev1 --service checkout Checkout is down").await;
    world.says("Ann", "general", "Search is slow").await;
    world.reacts("Ann", "general", "Search is slow", "🚨").await;
    world.says("Bob", ROOM, "The disk of db-3 is full — “really”\n\tyes").await;
    world.says("Bob", ROOM, "A secret").await;
    world.reacts("Ann", ROOM, "The disk", "📝").await;
    world.reacts("Bob", ROOM, "The disk", "🔍").await;
    let message = world.message("Bob", ROOM, "A secret").await.id;
    world.act("Bob", Act::Delete { message }).await;
    let message = world.message("Bob", ROOM, "The disk").await.id;
    world.act("Bob", Act::Edit { message, text: "The disk of db-4 is full".into() }).await;
    world.says("Ann", ROOM, "/incident lead @bob").await;
    world.says("Bob", ROOM, "/incident update We move the data").await;
    world
        .mailbox()
        .put("slack", "C1", "event", "{\"type\":\"event_callback\"}", world.clock.now())
        .await
        .expect("to keep it");
    world.mailbox().alive("slack", world.clock.now()).await.expect("to note it");
    world.alert("Disk of db-3 is full", "search", "fires").await;
    world.says("Ann", ROOM, "/incident subscribe").await;
    world.notes().note("matrix", "place", "s1_2_3").await.expect("to note it");
}

async fn backup(url: &str) -> (String, u64) {
    let db = Db::open(url).await.unwrap();
    let mut lines = Vec::new();
    let rows = Store::new(db.clone()).backup(&mut lines).await.unwrap();
    db.close().await;
    (String::from_utf8(lines).unwrap(), rows)
}

async fn restore(url: &str, backup: &str) -> u64 {
    let db = Db::open(url).await.unwrap();
    let store = Store::new(db.clone());
    let rows = store.restore(&mut backup.as_bytes()).await.unwrap();
    assert_eq!(store.verify().await.unwrap().differences, Vec::<String>::new());
    // Not over what is there.
    assert!(store.restore(&mut backup.as_bytes()).await.is_err());
    db.close().await;
    rows
}

#[tokio::test]
async fn a_backup_goes_from_sqlite_to_postgres_and_back() {
    let (first, second, third) = (Ground::sqlite(), Ground::postgres().await, Ground::sqlite());
    let world = World::on(Ground::Shared(first.url())).await;
    lively(&world).await;
    world.ends().await;

    let (lines, rows) = backup(&first.url()).await;
    for (table, _) in backed_up() {
        assert!(lines.contains(&format!(r#"{{"table":"{table}","#)), "nothing of {table} is in the backup");
    }
    assert_eq!(restore(&second.url(), &lines).await, rows);
    let (again, _) = backup(&second.url()).await;
    pretty_same(&lines, &again);
    assert_eq!(restore(&third.url(), &again).await, rows);
    pretty_same(&lines, &backup(&third.url()).await.0);

    // And both go on from there as the first one does.
    let mut seen = Vec::new();
    for ground in [first, second, third] {
        let world = World::on(ground).await;
        world.says("Bob", ROOM, "/incident close It was the disk").await;
        seen.push(snapshot(&world, &["Ann", "Bob"]).await);
        world.ends().await;
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
}

fn pretty_same(left: &str, right: &str) {
    for (left, right) in left.lines().zip(right.lines()) {
        assert_eq!(left, right);
    }
    assert_eq!(left.lines().count(), right.lines().count());
}
