//! Grafana's own alerting, by its webhook contact point: what Alertmanager sends, and links and values of its own.
//!
//! <https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/>

use super::alertmanager;
use super::fields::{entries, json, labels, list, text};
use super::{Delivery, Unreadable};
use crate::plan::Alert;

const OWN: [(&str, &str); 4] = [
    ("dashboardURL", "/dashboardURL"),
    ("panelURL", "/panelURL"),
    ("silenceURL", "/silenceURL"),
    ("valueString", "/valueString"),
];

pub(super) fn read(delivery: &Delivery<'_>) -> Result<Vec<Alert>, Unreadable> {
    let payload = json(delivery.body)?;
    let mut alerts = Vec::new();
    for alert in list(&payload, "/alerts")? {
        let mut found = alertmanager::found(delivery, alert)?;
        // The panel shows what is wrong; the rule, where it was generated, only how that is noticed.
        let links = ["/panelURL", "/dashboardURL"].into_iter().find_map(|path| text(alert, path));
        found.link = links.or(found.link);
        found.text = found.text.or_else(|| text(alert, "/valueString"));
        found.labels.extend(labels(alert, &OWN));
        found.labels.extend(entries(alert.get("values"), "values."));
        alerts.push(found.of(delivery));
    }
    Ok(alerts)
}
