//! Text columns as values. What cannot be read is an error that names the table, the column and the row.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::plan::{NotAName, Person, Room};
use crate::ports::StoreError;

pub(super) fn corrupt(
    table: &str,
    column: &str,
    row: impl std::fmt::Display,
    why: impl std::fmt::Display,
) -> StoreError {
    StoreError { why: format!("table {table}, column {column}, row {row}: {why}"), clash: false }
}

pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|e| StoreError { why: format!("not to be written as JSON: {e}"), clash: false })
}

pub(super) fn from_json<T: DeserializeOwned>(
    text: &str,
    table: &str,
    column: &str,
    row: impl std::fmt::Display,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|e| corrupt(table, column, row, e))
}

/// A word that serde knows a unit variant by: `monitoring`.
pub(super) fn from_word<T: DeserializeOwned>(
    word: &str,
    table: &str,
    column: &str,
    row: impl std::fmt::Display,
) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(word.into())).map_err(|e| corrupt(table, column, row, e))
}

pub(super) fn person(id: Option<String>, name: Option<String>) -> Result<Option<Person>, NotAName> {
    match (id, name) {
        (Some(id), Some(name)) => Ok(Some(Person { id: id.parse()?, name })),
        _ => Ok(None),
    }
}

pub(super) fn room(id: Option<String>, name: Option<String>) -> Result<Option<Room>, NotAName> {
    match (id, name) {
        (Some(id), Some(name)) => Ok(Some(Room { id: id.parse()?, name })),
        _ => Ok(None),
    }
}

/// A title as it is compared: in any case and spacing.
pub(super) fn title_key(title: &str) -> String {
    title.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
