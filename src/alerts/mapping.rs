//! Any JSON, read as the configuration says.

use serde_json::Value;

use super::fields::{Found, Labels, hash_of_labels, json, list, text, time};
use super::{Delivery, Unreadable};
use crate::plan::{Alert, AlertMapping};

pub(super) fn read(delivery: &Delivery<'_>) -> Result<Vec<Alert>, Unreadable> {
    let payload = json(delivery.body)?;
    let mapping = &delivery.source.mapping;
    let each = match &mapping.each {
        Some(path) => list(&payload, path)?,
        None => std::slice::from_ref(&payload),
    };
    let mut alerts = Vec::new();
    for one in each {
        let firing = match &mapping.firing {
            Some(path) => firing(mapping, path, one)?,
            None => Some(true),
        };
        if let Some(firing) = firing {
            alerts.push(found(mapping, one, firing)?.of(delivery));
        }
    }
    Ok(alerts)
}

/// `None`: nothing has changed.
pub(super) fn firing(mapping: &AlertMapping, path: &str, value: &Value) -> Result<Option<bool>, Unreadable> {
    let found = value.pointer(path).ok_or_else(|| Unreadable::new(format!("there is nothing at {path} (firing)")))?;
    Ok(mapping.is_firing(found))
}

fn found(mapping: &AlertMapping, value: &Value, firing: bool) -> Result<Found, Unreadable> {
    let mapped = mapped(mapping, value);
    let title = mapped.title.clone().unwrap_or_default();
    let fingerprint = match &mapping.fingerprint {
        Some(path) => {
            mapped.fingerprint.ok_or_else(|| Unreadable::new(format!("there is nothing at {path} (fingerprint)")))?
        }
        None => hash_of_labels(&title, &mapped.labels),
    };
    let Mapped { title, text, labels, at, link, .. } = mapped;
    Ok(Found { fingerprint, firing, title, text, labels, at, link })
}

/// What stands at the paths of a mapping, as far as they are given and something is there.
pub(super) struct Mapped {
    pub fingerprint: Option<String>,
    pub title: Option<String>,
    pub text: Option<String>,
    pub labels: Labels,
    pub at: Option<chrono::DateTime<chrono::Utc>>,
    pub link: Option<String>,
}

pub(super) fn mapped(mapping: &AlertMapping, value: &Value) -> Mapped {
    let at = |path: &Option<String>| path.as_ref().and_then(|path| text(value, path));
    let labels = mapping.labels.iter().filter_map(|(name, path)| Some((name.clone(), text(value, path)?)));
    Mapped {
        fingerprint: at(&mapping.fingerprint),
        title: at(&mapping.title),
        text: at(&mapping.text),
        labels: labels.collect(),
        at: mapping.at.as_ref().and_then(|path| time(value, path)),
        link: at(&mapping.link),
    }
}
