//! `[status]`, `[[component]]`: the public page.

use super::StatusPage;
use super::response::{name, no_name_twice, service_key, severity_keys, starts};
use super::values::{Judge, names, start};
use super::written::{self, Written};
use crate::plan::{Component, Plan, PublicPage};

const COMPONENT: &str = "[[component]]";

/// `None`: there is no page.
pub(super) fn status(judge: &mut Judge<'_>, written: &written::Status) -> Option<StatusPage> {
    let page = StatusPage { description: judge.text_or("[status] description", written.description.as_ref(), "") };
    written.enabled.unwrap_or(true).then_some(page)
}

/// The part that is the plan's.
pub(super) fn public(judge: &mut Judge<'_>, plan: &Plan, written: &Written) -> PublicPage {
    let publish = severity_keys(judge, plan, "[status] publish", written.status.publish.as_ref());
    let title = judge.text_or("[status] title", written.status.title.as_ref(), &PublicPage::default().title);
    let Some(list) = &written.component else { return PublicPage { title, publish, components: Vec::new() } };
    let components: Vec<Component> =
        list.get_ref().iter().map(|c| component(judge, plan, start(c), c.get_ref())).collect();
    no_name_twice(judge, COMPONENT, &starts(list), components.iter().map(|c| vec![c.key.as_str(), &c.label]));
    PublicPage { title, publish, components }
}

fn component(judge: &mut Judge<'_>, plan: &Plan, at: usize, written: &written::Component) -> Component {
    let (key, name) = name(judge, COMPONENT, at, written.name.as_ref());
    let services = names(written.services.as_ref());
    Component {
        label: judge.text_or("[[component]] label", written.label.as_ref(), &name),
        description: judge.text_or("[[component]] description", written.description.as_ref(), ""),
        services: services.iter().map(|s| service_key(judge, plan, "[[component]] services", s)).collect(),
        key,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{right, wrong};

    #[test]
    fn there_is_a_page_unless_it_is_off() {
        assert_eq!(right("").plan.public.title, "Status");
        assert_eq!(right("[status]\nenabled = false").status, None);
        let plan = right("[status]\ntitle = \"Shop\"\npublish = \"sev1\"").plan;
        assert!(plan.publishes("sev1", false) && !plan.publishes("sev1", true) && !plan.publishes("sev2", false));
        wrong(
            "[status]\npublish = \"sev9\"",
            "f.toml:2:11: [status] publish: unknown severity \"sev9\"; did you mean \"sev1\"?",
        );
    }

    #[test]
    fn components_suffer_with_their_services() {
        let services = "[[service]]\nname = \"api\"\n[[service]]\nname = \"db\"\n";
        let by_service: Vec<String> = right(services).plan.components().into_iter().map(|c| c.key).collect();
        assert_eq!(by_service, ["api", "db"]);
        let text =
            format!("{services}[[component]]\nname = \"shop\"\nlabel = \"The shop\"\nservices = [\"api\", \"db\"]");
        let plan = right(&text).plan;
        assert_eq!((plan.components().len(), plan.public_title(Some("db"))), (1, "Problems with The shop".into()));
        wrong(
            "[[component]]\nname = \"shop\"\nservices = \"api\"",
            "f.toml:3:12: [[component]] services: unknown service \"api\"; none is configured",
        );
    }
}
