//! The alerts that were heard of.

use super::codec::{from_json, to_json};
use super::db::{executing, reading, writing};
use super::{Db, Tx};
use crate::detection::Watched;
use crate::plan::Number;
use crate::ports::StoreError;

pub(super) const ALERT: &str = "SELECT fingerprint, body FROM alerts WHERE source = $1 AND fingerprint = $2";
pub(super) const KEEP: &str = "INSERT INTO alerts (source, fingerprint, grp, firing, changed, incident, body) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (source, fingerprint) DO UPDATE SET grp = excluded.grp, \
     firing = excluded.firing, changed = excluded.changed, incident = excluded.incident, body = excluded.body";
/// The latest of each group say what became of it last.
pub(super) const OF_GROUP: &str =
    "SELECT fingerprint, body FROM alerts WHERE grp = $1 ORDER BY changed DESC, source, fingerprint LIMIT 500";
pub(super) const FIRING: &str =
    "SELECT fingerprint, body FROM alerts WHERE firing = TRUE ORDER BY changed DESC, source, fingerprint LIMIT 100";
pub(super) const HOW_MANY_FIRE: &str = "SELECT COUNT(*) FROM alerts WHERE firing = TRUE";
pub(super) const OPEN_OF_SERVICE: &str =
    "SELECT number FROM incidents WHERE is_open = TRUE AND service = $1 AND private = FALSE ORDER BY number";

type Row = (String, String);

fn watched((fingerprint, body): Row) -> Result<Watched, StoreError> {
    from_json(&body, "alerts", "body", fingerprint)
}

pub(super) async fn alert(tx: &mut Tx, source: &str, fingerprint: &str) -> Result<Option<Watched>, StoreError> {
    let row: Option<Row> = writing!(tx, c => {
        sqlx::query_as(ALERT).bind(source).bind(fingerprint).fetch_optional(&mut *c).await?
    });
    row.map(watched).transpose()
}

pub(super) async fn keep(tx: &mut Tx, watched: &Watched) -> Result<(), StoreError> {
    let body = to_json(watched)?;
    executing!(
        tx,
        sqlx::query(KEEP)
            .bind(&watched.alert.source)
            .bind(&watched.alert.fingerprint)
            .bind(&watched.group)
            .bind(watched.alert.firing)
            .bind(watched.alert.at)
            .bind(watched.incident)
            .bind(&body)
    );
    Ok(())
}

pub(super) async fn of_group(tx: &mut Tx, group: &str) -> Result<Vec<Watched>, StoreError> {
    let rows: Vec<Row> = writing!(tx, c => sqlx::query_as(OF_GROUP).bind(group).fetch_all(&mut *c).await?);
    rows.into_iter().map(watched).collect()
}

pub(super) async fn open_of_service(tx: &mut Tx, service: &str) -> Result<Vec<Number>, StoreError> {
    Ok(writing!(tx, c => sqlx::query_scalar(OPEN_OF_SERVICE).bind(service).fetch_all(&mut *c).await?))
}

/// The latest of those that fire, and how many fire.
pub(super) async fn firing(db: &Db) -> Result<(Vec<Watched>, i64), StoreError> {
    let rows: Vec<Row> = reading!(db, c => sqlx::query_as(FIRING).fetch_all(c).await?);
    let count: i64 = reading!(db, c => sqlx::query_scalar(HOW_MANY_FIRE).fetch_one(c).await?);
    Ok((rows.into_iter().map(watched).collect::<Result<_, _>>()?, count))
}
