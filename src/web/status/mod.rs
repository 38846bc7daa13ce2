//! The public status page. All of it is made when something has changed, and kept as bytes: a view asks nothing of the
//! database, and whatever becomes of that, what was made last is still there.

mod api;
mod cache;
mod feed;
mod page;
mod snapshot;
mod subscribe;
#[cfg(test)]
mod tests;

pub use cache::{Rendering, StatusPage, routes};
pub use snapshot::{Impact, Settings, Snapshot};

use std::collections::BTreeMap;

/// How a file is told to browsers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Html,
    Atom,
    Json,
}

/// Every file of the page by its path, such as `/status`.
pub fn files(snapshot: &Snapshot, settings: &Settings) -> BTreeMap<String, (Kind, String)> {
    let mut files = BTreeMap::new();
    let mut put = |path: &str, kind: Kind, text: String| files.insert(path.to_string(), (kind, text));
    put("/status", Kind::Html, page::main(snapshot, settings));
    put("/status/history", Kind::Html, page::history(snapshot, settings));
    put("/status/feed.atom", Kind::Atom, feed::atom(snapshot, settings));
    for incident in &snapshot.incidents {
        put(&format!("/status/incidents/{}", incident.id), Kind::Html, page::incident(incident, snapshot, settings));
    }
    for (name, value) in api::answers(snapshot, settings) {
        put(&format!("/api/v2/{name}.json"), Kind::Json, value.to_string());
    }
    files
}
