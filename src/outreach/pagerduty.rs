//! PagerDuty's Events API v2: a page of ours triggers an alert there, which is acknowledged and resolved with it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::json;

use super::http::Http;
use crate::plan::{Address, Way};
use crate::ports::{Failure, Notice, Once, Outlet};

/// The longest summary, in characters (Events API v2).
const SUMMARY: usize = 1_024;

/// One integration of one of its services.
#[derive(Clone)]
pub struct PagerdutyService {
    pub routing_key: String,
    /// Without a slash at the end: `https://events.pagerduty.com`.
    pub api_url: String,
}

pub struct Pagerduty {
    http: Http,
    /// By their names in the configuration.
    services: BTreeMap<String, PagerdutyService>,
}

impl Pagerduty {
    pub fn new(http: Http, services: BTreeMap<String, PagerdutyService>) -> Self {
        Pagerduty { http, services }
    }
}

#[async_trait]
impl Outlet for Pagerduty {
    fn way(&self) -> Way {
        Way::Pagerduty
    }

    /// By the `dedup_key` it is one alert, however often it is sent.
    async fn send(&self, _once: Once<'_>, to: &Address, notice: &Notice) -> Result<(), Failure> {
        let service = self.services.get(&to.to);
        let service =
            service.ok_or_else(|| Failure::Never { why: format!("no PagerDuty service is called {}", to.to) })?;
        let action = match notice.kind.as_str() {
            "page.acknowledged" => "acknowledge",
            "page.ended" => "resolve",
            _ => "trigger",
        };
        let mut event = json!({
            "routing_key": service.routing_key,
            "event_action": action,
            "dedup_key": format!("firebell/{}", notice.topic),
        });
        if action == "trigger" {
            event["client"] = "Firebell".into();
            event["client_url"] = notice.data["incident"]["url"].clone();
            event["payload"] = json!({
                "summary": notice.subject.chars().take(SUMMARY).collect::<String>(),
                "source": "firebell",
                "severity": "critical",
                "component": notice.data["incident"]["service"],
                "custom_details": notice.data,
            });
            if let Some(answer) = &notice.answer {
                event["links"] = json!([{ "href": answer.url, "text": format!("{} in Firebell", answer.label) }]);
            }
        }
        self.http.post(&format!("{}/v2/enqueue", service.api_url), &[], event.to_string()).await
    }
}
