//! What the public is shown: components, and which incidents without anybody saying so.

use super::{Plan, SeverityKey};

/// The public page's part of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicPage {
    /// What the page is called.
    pub title: String,
    /// Incidents of these severities are public from the start, in general words; private ones never are.
    pub publish: Vec<SeverityKey>,
    /// In the order of the page. None in the plan: each service is one.
    pub components: Vec<Component>,
}

impl Default for PublicPage {
    fn default() -> Self {
        PublicPage { title: "Status".into(), publish: Vec::new(), components: Vec::new() }
    }
}

/// A part of what is offered, as its users know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    pub key: String,
    pub label: String,
    pub description: String,
    /// It suffers when one of these does.
    pub services: Vec<String>,
}

impl Plan {
    /// Whether an incident is made public without anybody saying so.
    pub fn publishes(&self, severity: &str, private: bool) -> bool {
        !private && self.public.publish.iter().any(|key| key == severity)
    }

    pub fn components(&self) -> Vec<Component> {
        if !self.public.components.is_empty() {
            return self.public.components.clone();
        }
        let of_service = |service: &super::Service| Component {
            key: service.key.clone(),
            label: service.label.clone(),
            description: String::new(),
            services: vec![service.key.clone()],
        };
        self.services.iter().map(of_service).collect()
    }

    /// What the public calls an incident of this service, if nobody gives it a title.
    pub fn public_title(&self, service: Option<&str>) -> String {
        let components = self.components();
        let component =
            components.iter().find(|c| service.is_some_and(|service| c.services.iter().any(|s| s == service)));
        component.map_or("Service disruption".into(), |c| format!("Problems with {}", c.label))
    }
}
