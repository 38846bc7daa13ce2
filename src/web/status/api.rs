//! The answers of Statuspage's API v2 (<https://developer.statuspage.io>, "Status API"): programs that read other pages
//! read this one, too.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::snapshot::{ComponentState, Impact, PublicIncident, Settings, Snapshot};
use crate::incident::public_name;

pub(super) fn answers(snapshot: &Snapshot, settings: &Settings) -> Vec<(&'static str, Value)> {
    let page = page(snapshot, settings);
    let status = json!({ "indicator": snapshot.worst().as_str(), "description": snapshot.in_words() });
    let components: Vec<Value> =
        snapshot.components.iter().enumerate().map(|(n, c)| component(n, c, snapshot)).collect();
    let all: Vec<Value> = snapshot.incidents.iter().map(|i| incident(i, snapshot, settings)).collect();
    let current: Vec<Value> = snapshot.current().map(|i| incident(i, snapshot, settings)).collect();
    let none = json!({ "page": page, "scheduled_maintenances": [] });
    vec![
        ("status", json!({ "page": page, "status": status })),
        ("components", json!({ "page": page, "components": components })),
        ("incidents", json!({ "page": page, "incidents": all.iter().take(50).collect::<Vec<_>>() })),
        ("incidents/unresolved", json!({ "page": page, "incidents": current })),
        ("scheduled-maintenances", none.clone()),
        ("scheduled-maintenances/upcoming", none.clone()),
        ("scheduled-maintenances/active", none),
        (
            "summary",
            json!({
                "page": page,
                "status": status,
                "components": components,
                "incidents": current,
                "scheduled_maintenances": [],
            }),
        ),
    ]
}

fn page(snapshot: &Snapshot, settings: &Settings) -> Value {
    json!({
        "id": public_name("page", "status"),
        "name": settings.title,
        "url": format!("{}/status", settings.url),
        "time_zone": "Etc/UTC",
        "updated_at": time(snapshot.changed),
    })
}

fn component(n: usize, component: &ComponentState, snapshot: &Snapshot) -> Value {
    // When its incidents last changed it.
    let of_it = snapshot.incidents.iter().filter(|incident| incident.components.contains(&n));
    let updated = of_it.flat_map(|incident| &incident.updates).map(|update| update.at).max();
    let since = component.days.first().map_or(snapshot.at, |day| day.date.and_time(chrono::NaiveTime::MIN).and_utc());
    json!({
        "id": component.id,
        "name": component.label,
        "status": standing(component.impact),
        "created_at": time(since),
        "updated_at": time(updated.unwrap_or(since)),
        "position": n + 1,
        "description": Some(&component.description).filter(|d| !d.is_empty()),
        "showcase": true,
        "start_date": since.date_naive().to_string(),
        "group_id": null,
        "page_id": public_name("page", "status"),
        "group": false,
        "only_show_if_degraded": false,
    })
}

fn standing(impact: Impact) -> &'static str {
    match impact {
        Impact::None => "operational",
        Impact::Minor => "degraded_performance",
        Impact::Major => "partial_outage",
        Impact::Critical => "major_outage",
    }
}

fn incident(incident: &PublicIncident, snapshot: &Snapshot, settings: &Settings) -> Value {
    let affected: Vec<Value> = incident
        .components
        .iter()
        .filter_map(|n| Some((*n, snapshot.components.get(*n)?)))
        .map(|(n, state)| component(n, state, snapshot))
        .collect();
    let updates: Vec<Value> = incident
        .updates
        .iter()
        .map(|update| {
            json!({
                "id": update.id,
                "status": update.status,
                "body": update.text,
                "incident_id": incident.id,
                "created_at": time(update.at),
                "updated_at": time(update.at),
                "display_at": time(update.at),
                "affected_components": null,
                "deliver_notifications": true,
                "custom_tweet": null,
                "tweet_id": null,
            })
        })
        .collect();
    let latest = incident.updates.first();
    let monitoring = incident.updates.iter().find(|update| update.status == "monitoring");
    json!({
        "id": incident.id,
        "name": incident.title,
        "status": latest.map_or("investigating", |update| update.status),
        "created_at": time(incident.since),
        "updated_at": time(latest.map_or(incident.since, |update| update.at)),
        "monitoring_at": monitoring.map(|update| time(update.at)),
        "resolved_at": incident.resolved.map(time),
        "impact": incident.impact.as_str(),
        "shortlink": format!("{}/status/incidents/{}", settings.url, incident.id),
        "started_at": time(incident.since),
        "page_id": public_name("page", "status"),
        "incident_updates": updates,
        "components": affected,
        "reminder_intervals": null,
    })
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
