//! Who is called: people with their accounts and addresses, rotations, teams, escalations.

use chrono::{NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use chrono_tz::Tz;

use super::error::instead;
use super::response::{name, no_name_twice, service_key, starts, unknown};
use super::values::{Judge, Limits, names, start};
use super::written::{self, List, Text, Written};
use crate::plan::{
    Address, Contact, ContactKey, Escalation, PageRule, PageTarget, Person, PersonId, Plan, Restriction, Rotation,
    Shift, Step, Target, Team, Turn, Turns, Way, is_email,
};

const PERSON: &str = "[[person]]";
const ROTATION: &str = "[[rotation]]";
const TEAM: &str = "[[team]]";
const ESCALATION: &str = "[[escalation]]";

/// Nobody answers quicker than that, and who has a day was not paged but written to.
const WAIT: Limits = Limits { from: TimeDelta::seconds(30), to: TimeDelta::days(1) };
const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

/// Into the plan, each list before those that name what is in it.
pub(super) fn people(judge: &mut Judge<'_>, plan: &mut Plan, written: &Written) {
    if let Some(list) = &written.person {
        plan.contacts = list.get_ref().iter().map(|p| contact(judge, start(p), p.get_ref())).collect();
        let words = plan.contacts.iter().map(|c| vec![c.key.as_str(), &c.label]);
        no_name_twice(judge, PERSON, &starts(list), words);
        no_account_twice(judge, list);
    }
    if let Some(list) = &written.rotation {
        plan.rotations = list.get_ref().iter().map(|r| rotation(judge, plan, start(r), r.get_ref())).collect();
        no_name_twice(judge, ROTATION, &starts(list), plan.rotations.iter().map(|r| vec![r.key.as_str(), &r.label]));
    }
    if let Some(list) = &written.team {
        plan.teams = list.get_ref().iter().map(|t| team(judge, plan, start(t), t.get_ref())).collect();
        no_name_twice(judge, TEAM, &starts(list), plan.teams.iter().map(|t| vec![t.key.as_str(), &t.label]));
    }
    if let Some(list) = &written.escalation {
        plan.escalations = list.get_ref().iter().map(|e| escalation(judge, plan, start(e), e.get_ref())).collect();
        let words = plan.escalations.iter().map(|e| vec![e.key.as_str(), &e.label]);
        no_name_twice(judge, ESCALATION, &starts(list), words);
    }
    for (n, team) in written.team.iter().flat_map(|list| list.get_ref()).enumerate() {
        let name = team.get_ref().escalation.as_ref();
        plan.teams[n].escalation = name.map(|name| escalation_key(judge, plan, "[[team]] escalation", name));
    }
    for (n, service) in written.service.iter().flat_map(|list| list.get_ref()).enumerate() {
        let service = service.get_ref();
        plan.services[n].owner = service.owner.as_ref().map(|name| team_key(judge, plan, "[[service]] owner", name));
        let escalation = service.escalation.as_ref();
        plan.services[n].escalation =
            escalation.map(|name| escalation_key(judge, plan, "[[service]] escalation", name));
    }
    for (n, severity) in written.severity.iter().flat_map(|list| list.get_ref()).enumerate() {
        let page = severity.get_ref().page.as_ref();
        plan.severities[n].page =
            names(page).iter().filter_map(|word| page_rule(judge, plan, "[[severity]] page", word)).collect();
    }
}

fn contact(judge: &mut Judge<'_>, at: usize, written: &written::Person) -> Contact {
    let (key, name) = name(judge, PERSON, at, written.name.as_ref());
    let accounts = judge.people("[[person]] accounts", written.accounts.as_ref());
    let mut addresses = Vec::new();
    if let Some(email) = &written.email {
        addresses.extend(address(judge, "[[person]] email", Way::Email, email));
    }
    if let Some(topic) = &written.ntfy {
        addresses.extend(address(judge, "[[person]] ntfy", Way::Ntfy, topic));
    }
    let named = written.accounts.is_some() || written.email.is_some() || written.ntfy.is_some();
    if !named {
        judge.wrong(at, PERSON, format!("\"{name}\" can't be reached: add accounts, email or ntfy"));
    }
    Contact {
        label: judge.text_or("[[person]] label", written.label.as_ref(), &name),
        accounts,
        addresses,
        zone: zone(judge, "[[person]] zone", written.zone.as_ref()),
        key,
    }
}

fn no_account_twice(judge: &mut Judge<'_>, list: &written::Entries<written::Person>) {
    let mut taken: Vec<&str> = Vec::new();
    for account in list.get_ref().iter().flat_map(|person| names(person.get_ref().accounts.as_ref())) {
        match taken.contains(&account.get_ref().as_str()) {
            true => {
                let what = format!("\"{}\" is an account of somebody else already", account.get_ref());
                judge.wrong(start(account), "[[person]] accounts", what);
            }
            false => taken.push(account.get_ref()),
        }
    }
}

fn rotation(judge: &mut Judge<'_>, plan: &Plan, at: usize, written: &written::Rotation) -> Rotation {
    let (key, name) = name(judge, ROTATION, at, written.name.as_ref());
    let zone = zone(judge, "[[rotation]] zone", written.zone.as_ref());
    let overrides = written.overrides.iter().filter_map(|o| instead_of(judge, plan, zone, start(o), o.get_ref()));
    let overrides = overrides.collect();
    Rotation {
        label: judge.text_or("[[rotation]] label", written.label.as_ref(), &name),
        turns: turns(judge, plan, at, written),
        restrictions: written
            .restrict
            .iter()
            .map(|r| restriction(judge, "[[rotation]] restrict", start(r), r.get_ref()))
            .collect(),
        overrides,
        zone,
        key,
    }
}

/// By a rule, or by a calendar.
fn turns(judge: &mut Judge<'_>, plan: &Plan, at: usize, written: &written::Rotation) -> Turns {
    if let Some(calendar) = &written.calendar {
        if written.people.is_some() || written.start.is_some() || written.every.is_some() {
            let what = "goes without people, start and every: the calendar says who it is";
            judge.wrong(start(calendar), "[[rotation]] calendar", what);
        }
        return Turns::Calendar(judge.web_address("[[rotation]] calendar", calendar));
    }
    let mut people: Vec<ContactKey> =
        names(written.people.as_ref()).iter().map(|p| contact_key(judge, plan, "[[rotation]] people", p)).collect();
    if people.is_empty() {
        judge.wrong(at, ROTATION, "has nobody in it; add people = [\"…\"], or calendar = \"https://…\"");
        people.push(String::new());
    }
    let begin = match &written.start {
        Some(written) => time(judge, "[[rotation]] start", written),
        None => {
            judge.wrong(
                at,
                ROTATION,
                "has no start: when the first of them begins, such as start = \"2026-01-05T09:00\"",
            );
            NaiveDateTime::default()
        }
    };
    let every = written.every.as_ref().map_or(Turn::Days(7), |w| turn(judge, w));
    Turns::People { people, start: begin, every }
}

/// `1w`, `2d`, or a part of a day that is the same each day.
fn turn(judge: &mut Judge<'_>, written: &Text) -> Turn {
    let text = written.get_ref().trim();
    let number = text.get(..text.len().saturating_sub(1)).and_then(|n| n.parse::<u32>().ok());
    match (number, text.chars().last()) {
        (Some(n @ 1..=52), Some('w')) => Turn::Days(7 * n),
        (Some(n @ 1..=365), Some('d')) => Turn::Days(n),
        (Some(n @ (4 | 6 | 8 | 12)), Some('h')) => Turn::Hours(n),
        _ => {
            let what = format!(
                "\"{text}\" is not the length of a turn, such as \"1w\", \"2d\", \"12h\", \"8h\", \"6h\" or \"4h\""
            );
            judge.wrong(start(written), "[[rotation]] every", what);
            Turn::Days(7)
        }
    }
}

pub(super) fn restriction(judge: &mut Judge<'_>, key: &str, at: usize, written: &written::Restriction) -> Restriction {
    let day = |judge: &mut Judge<'_>, word: &Text| judge.choice(key, word, &DAYS, Weekday::Mon);
    let days: Vec<Weekday> = names(written.days.as_ref()).iter().map(|word| day(judge, word)).collect();
    let days = if days.is_empty() { DAYS.map(|(_, day)| day).to_vec() } else { days };
    let clock = |judge: &mut Judge<'_>, written: Option<&Text>| match written {
        Some(written) => clock(judge, key, written),
        None => {
            judge.wrong(at, key, "needs both from and until, such as from = \"09:00\", until = \"17:00\"");
            NaiveTime::MIN
        }
    };
    Restriction { days, from: clock(judge, written.from.as_ref()), until: clock(judge, written.until.as_ref()) }
}

fn instead_of(judge: &mut Judge<'_>, plan: &Plan, zone: Tz, at: usize, written: &written::Override) -> Option<Shift> {
    const KEY: &str = "[[rotation]] override";
    let (Some(person), Some(from), Some(until)) = (&written.person, &written.from, &written.until) else {
        judge.wrong(at, KEY, "needs person, from and until");
        return None;
    };
    let who = contact_key(judge, plan, KEY, person);
    let (from, ends) = (time(judge, KEY, from), time(judge, KEY, until));
    if ends <= from {
        judge.wrong(start(until), KEY, "ends before it begins");
    }
    Some(Shift { who, from: crate::plan::moment(from, zone), until: crate::plan::moment(ends, zone) })
}

fn team(judge: &mut Judge<'_>, plan: &Plan, at: usize, written: &written::Team) -> Team {
    let (key, name) = name(judge, TEAM, at, written.name.as_ref());
    let members = names(written.members.as_ref());
    let members: Vec<_> = members.iter().map(|m| contact_key(judge, plan, "[[team]] members", m)).collect();
    if members.is_empty() && written.escalation.is_none() {
        judge.wrong(at, TEAM, format!("\"{name}\" has nobody in it; add members or an escalation"));
    }
    Team { label: judge.text_or("[[team]] label", written.label.as_ref(), &name), members, escalation: None, key }
}

fn escalation(judge: &mut Judge<'_>, plan: &Plan, at: usize, written: &written::Escalation) -> Escalation {
    let (key, name) = name(judge, ESCALATION, at, written.name.as_ref());
    if written.steps.is_empty() {
        judge.wrong(at, ESCALATION, "has no steps; add steps = [{ page = [\"…\"], wait = \"5m\" }]");
    }
    Escalation {
        label: judge.text_or("[[escalation]] label", written.label.as_ref(), &name),
        steps: written.steps.iter().map(|s| step(judge, plan, start(s), s.get_ref())).collect(),
        key,
    }
}

fn step(judge: &mut Judge<'_>, plan: &Plan, at: usize, written: &written::Step) -> Step {
    const KEY: &str = "[[escalation]] steps";
    let page = names(written.page.as_ref());
    if page.is_empty() {
        judge.wrong(at, KEY, "a step pages somebody: add page = [\"…\"]");
    }
    let wait = match &written.wait {
        Some(wait) => judge.duration("[[escalation]] wait", wait, &WAIT),
        None => TimeDelta::minutes(5),
    };
    Step { page: page.iter().filter_map(|word| target(judge, plan, KEY, word)).collect(), wait }
}

/// `rotation:payments`, `person:ann`, `team:payments`, an account of a chat, or an address.
pub(super) fn target(judge: &mut Judge<'_>, plan: &Plan, key: &str, word: &Text) -> Option<Target> {
    let named = |kind: &str| word.get_ref().strip_prefix(kind).map(|name| Text::new(word.span(), name.to_string()));
    if let Some(name) = named("rotation:") {
        return Some(Target::Rotation(rotation_key(judge, plan, key, &name)));
    }
    if let Some(name) = named("person:") {
        return Some(Target::Contact(contact_key(judge, plan, key, &name)));
    }
    if let Some(name) = named("team:") {
        return Some(Target::Team(team_key(judge, plan, key, &name)));
    }
    if let Ok(address) = word.get_ref().parse::<Address>() {
        let checked = Text::new(word.span(), address.to);
        return self::address(judge, key, address.way, &checked).map(Target::Address);
    }
    account(
        judge,
        key,
        word,
        "rotation:NAME, person:NAME, team:NAME, email:ann@example.org, ntfy:TOPIC, webhook:NAME, pagerduty:NAME",
    )
    .map(Target::Account)
}

/// Whom a severity or a rule pages: `service`, or somebody by name.
pub(super) fn page_rule(judge: &mut Judge<'_>, plan: &Plan, key: &str, word: &Text) -> Option<PageRule> {
    if word.get_ref() == "service" {
        return Some(PageRule::OfService);
    }
    let named = |kind: &str| word.get_ref().strip_prefix(kind).map(|name| Text::new(word.span(), name.to_string()));
    let target = if let Some(name) = named("service:") {
        PageTarget::Service(service_key(judge, plan, key, &name))
    } else if let Some(name) = named("team:") {
        PageTarget::Team(team_key(judge, plan, key, &name))
    } else if let Some(name) = named("escalation:") {
        PageTarget::Escalation(escalation_key(judge, plan, key, &name))
    } else if let Some(name) = named("rotation:") {
        PageTarget::Rotation(rotation_key(judge, plan, key, &name))
    } else if let Some(name) = named("person:") {
        PageTarget::Contact(contact_key(judge, plan, key, &name))
    } else {
        let kinds = "service, service:NAME, team:NAME, escalation:NAME, rotation:NAME, person:NAME";
        let id = account(judge, key, word, kinds)?;
        PageTarget::Person(Person { name: id.id.clone(), id })
    };
    Some(PageRule::Named(target))
}

fn account(judge: &mut Judge<'_>, key: &str, word: &Text, kinds: &str) -> Option<PersonId> {
    match word.get_ref().parse::<PersonId>() {
        Ok(person) => {
            judge.person(key, start(word), &person);
            Some(person)
        }
        Err(_) => {
            judge.wrong(
                start(word),
                key,
                format!("\"{}\" is none of {kinds} or an account such as local:ann", word.get_ref()),
            );
            None
        }
    }
}

/// What each kind of address looks like; whether there is a webhook of that name is judged where they are.
fn address(judge: &mut Judge<'_>, key: &str, way: Way, written: &Text) -> Option<Address> {
    let to = written.get_ref().trim();
    let fits = match way {
        Way::Email => is_email(to),
        Way::Ntfy => {
            !to.is_empty() && to.len() <= 64 && to.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        }
        Way::Webhook | Way::Pagerduty => !to.is_empty(),
    };
    if !fits {
        let what = match way {
            Way::Email => format!("\"{to}\" is not an e-mail address, such as ann@example.org"),
            Way::Ntfy => format!("\"{to}\" is not a topic: letters, digits, - and _ (64 at most)"),
            Way::Webhook | Way::Pagerduty => "names nothing".into(),
        };
        judge.wrong(start(written), key, what);
        return None;
    }
    Some(Address::new(way, to))
}

// --- Names and times --------------------------------------------------------------------------------------------------

fn contact_key(judge: &mut Judge<'_>, plan: &Plan, key: &str, name: &Text) -> ContactKey {
    let found = plan.contact(name.get_ref()).map(|c| c.key.clone());
    found.unwrap_or_else(|| dangling(judge, key, name, "person", plan.contacts.iter().map(|c| &c.key)))
}

fn rotation_key(judge: &mut Judge<'_>, plan: &Plan, key: &str, name: &Text) -> String {
    let found = plan.rotation(name.get_ref()).map(|r| r.key.clone());
    found.unwrap_or_else(|| dangling(judge, key, name, "rotation", plan.rotations.iter().map(|r| &r.key)))
}

fn team_key(judge: &mut Judge<'_>, plan: &Plan, key: &str, name: &Text) -> String {
    let word = name.get_ref().to_lowercase();
    let found = plan.teams.iter().find(|t| t.key == word || t.label.to_lowercase() == word).map(|t| t.key.clone());
    found.unwrap_or_else(|| dangling(judge, key, name, "team", plan.teams.iter().map(|t| &t.key)))
}

fn escalation_key(judge: &mut Judge<'_>, plan: &Plan, key: &str, name: &Text) -> String {
    let word = name.get_ref().to_lowercase();
    let mut known = plan.escalations.iter();
    let found = known.find(|e| e.key == word || e.label.to_lowercase() == word).map(|e| e.key.clone());
    found.unwrap_or_else(|| dangling(judge, key, name, "escalation", plan.escalations.iter().map(|e| &e.key)))
}

fn dangling<'a>(
    judge: &mut Judge<'_>,
    key: &str,
    name: &Text,
    what: &str,
    known: impl Iterator<Item = &'a String>,
) -> String {
    judge.wrong(start(name), key, unknown(what, name.get_ref(), known));
    String::new()
}

pub(super) fn zone(judge: &mut Judge<'_>, key: &str, written: Option<&Text>) -> Tz {
    let Some(written) = written else { return Tz::UTC };
    written.get_ref().parse().unwrap_or_else(|_| {
        let near = instead(written.get_ref(), &chrono_tz::TZ_VARIANTS.map(|zone| zone.name()));
        // The known ones are some hundred.
        let near = if near.starts_with("did you mean") { near } else { "they are named like Europe/Berlin".into() };
        judge.wrong(start(written), key, format!("unknown time zone \"{}\"; {near}", written.get_ref()));
        Tz::UTC
    })
}

/// A local date with its time.
fn time(judge: &mut Judge<'_>, key: &str, written: &Text) -> NaiveDateTime {
    let text = written.get_ref().trim().replace(' ', "T");
    let read =
        ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"].iter().find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok());
    read.unwrap_or_else(|| {
        let what = format!("\"{}\" is not a date with a time, such as 2026-01-05T09:00", written.get_ref());
        judge.wrong(start(written), key, what);
        NaiveDateTime::default()
    })
}

fn clock(judge: &mut Judge<'_>, key: &str, written: &Text) -> NaiveTime {
    NaiveTime::parse_from_str(written.get_ref().trim(), "%H:%M").unwrap_or_else(|_| {
        judge.wrong(start(written), key, format!("\"{}\" is not a time of day, such as 09:00", written.get_ref()));
        NaiveTime::MIN
    })
}

/// The names of a list as [`PageTarget`]s, for a rule that has no service of its own to mean.
pub(super) fn page_targets(judge: &mut Judge<'_>, plan: &Plan, key: &str, list: Option<&List>) -> Vec<PageTarget> {
    let mut targets = Vec::new();
    for word in names(list) {
        match page_rule(judge, plan, key, word) {
            Some(PageRule::Named(target)) => targets.push(target),
            Some(PageRule::OfService) => {
                judge.wrong(start(word), key, "\"service\" is for severities; name one as service:NAME");
            }
            None => {}
        }
    }
    targets
}
