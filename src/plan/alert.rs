//! An alert, in one form for all monitoring systems.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a monitoring system says of one thing that is wrong, or is not any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// The source's name in the configuration: `/alerts/NAME`.
    pub source: String,
    /// The same each time that this very thing is wrong, in this source.
    pub fingerprint: String,
    /// It is wrong; `false`: it is not any more.
    pub firing: bool,
    /// One line.
    pub title: String,
    /// More about it, if there is more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What rules look at: labels, tags and fields, by the source's own names.
    pub labels: BTreeMap<String, String>,
    /// Since when it is wrong; of one that is over, since when it is.
    pub at: DateTime<Utc>,
    /// Where a browser finds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}
