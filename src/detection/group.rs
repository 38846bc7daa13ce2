//! Which alerts belong together: those of one service; without one, those that one rule takes for the same.

use crate::plan::{Alert, AlertRule, Plan};

/// What an alert belongs to.
#[derive(Clone, Debug)]
pub struct Grouped<'a> {
    /// The same for all that belong together.
    pub key: String,
    /// The key of the service in the plan.
    pub service: Option<String>,
    /// What is to be done about it; `None`: no rule is for it.
    pub rule: Option<&'a AlertRule>,
}

pub fn group<'a>(alert: &Alert, plan: &'a Plan) -> Grouped<'a> {
    let rule = plan.alert_rules.iter().find(|rule| rule.takes(alert));
    let label = rule.map_or("service", |rule| rule.service_label.as_str());
    let named = alert.labels.get(label).and_then(|word| plan.service(word)).map(|service| service.key.clone());
    let service = rule.and_then(|rule| rule.service.clone()).or(named);
    let key = match (&service, rule) {
        (Some(service), _) => format!("service/{service}"),
        (None, Some(rule)) => by_rule(alert, rule),
        (None, None) => format!("alert/{}/{}", alert.source, alert.fingerprint),
    };
    Grouped { key, service, rule }
}

fn by_rule(alert: &Alert, rule: &AlertRule) -> String {
    let values = rule.group_by.iter().map(|label| alert.labels.get(label).map_or("", String::as_str));
    std::iter::once(format!("rule/{}", rule.name)).chain(values.map(str::to_string)).collect::<Vec<_>>().join("/")
}
