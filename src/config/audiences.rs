//! `[[announcements.route]]`: who hears of which incidents.

use std::path::Path;

use super::people::{restriction, target, zone};
use super::response::{UPDATE_EVERY, service_key, severity_keys};
use super::values::{Judge, names, start};
use super::written;
use crate::plan::{Address, Announcements, NewsKind, Plan, Quiet, Route, Target, Way, template_files};

const KEY: &str = "[[announcements.route]]";

pub(super) fn announcements(judge: &mut Judge<'_>, plan: &Plan, written: &written::Announcements) -> Announcements {
    let routes = written.route.iter().map(|r| route(judge, plan, start(r), r.get_ref())).collect();
    Announcements { default_rooms: Vec::new(), routes }
}

fn route(judge: &mut Judge<'_>, plan: &Plan, at: usize, written: &written::Route) -> Route {
    if names(written.rooms.as_ref()).is_empty() && names(written.to.as_ref()).is_empty() {
        judge.wrong(at, KEY, "names nobody; add rooms = [\"local:…\"], or to = [\"person:…\", \"email:…\"]");
    }
    let services = names(written.service.as_ref()).iter();
    let services = services.map(|s| service_key(judge, plan, &format!("{KEY} service"), s)).collect();
    let kinds = NewsKind::ALL.map(|kind| (kind.as_str(), kind));
    let kind = names(written.kind.as_ref()).iter();
    let kinds = kind.map(|word| judge.choice(&format!("{KEY} kind"), word, &kinds, NewsKind::Update)).collect();
    let to = names(written.to.as_ref()).iter();
    let people = to.filter_map(|word| target(judge, plan, &format!("{KEY} to"), word)).collect();
    Route {
        severities: severity_keys(judge, plan, &format!("{KEY} severity"), written.severity.as_ref()),
        services,
        private: written.private.unwrap_or(false),
        kinds,
        rooms: judge.rooms(&format!("{KEY} rooms"), written.rooms.as_ref()),
        people,
        update_every: written
            .update_every
            .as_ref()
            .map(|w| judge.duration(&format!("{KEY} update_every"), w, &UPDATE_EVERY)),
        quiet: Quiet {
            hours: written
                .quiet
                .iter()
                .map(|q| restriction(judge, &format!("{KEY} quiet"), start(q), q.get_ref()))
                .collect(),
            zone: zone(judge, &format!("{KEY} zone"), written.zone.as_ref()),
        },
        template: written.template.as_ref().map(|w| judge.word(&format!("{KEY} template"), w)),
    }
}

/// An audience's own words have to be somewhere.
pub(super) fn have_templates(judge: &mut Judge<'_>, written: &written::Announcements, folder: &Path) {
    for name in written.route.iter().filter_map(|route| route.get_ref().template.as_ref()) {
        let files = template_files(Some(name.get_ref()));
        if !files.iter().any(|file| folder.join(file).is_file()) {
            let what = format!("{} has none of {}", folder.display(), files.join(", "));
            judge.wrong(start(name), &format!("{KEY} template"), what);
        }
    }
}

/// The addresses that routes name, each with where it was written.
pub(super) fn told_addresses<'a>(plan: &'a Plan, written: &'a written::Announcements) -> Vec<(usize, &'a Address)> {
    let routes = plan.announcements.routes.iter().zip(&written.route);
    let addresses = routes.flat_map(|(route, written)| {
        route.people.iter().filter_map(move |target| match target {
            Target::Address(address) => Some((start(written), address)),
            _ => None,
        })
    });
    addresses.collect()
}

/// A program that calls people is for pages.
pub(super) fn is_no_pager(judge: &mut Judge<'_>, at: usize, address: &Address) {
    if address.way == Way::Pagerduty {
        judge.wrong(at, &format!("{KEY} to"), format!("\"{address}\" would call somebody; page it instead"));
    }
}
