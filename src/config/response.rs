//! The response plan: severities, roles, services and what refers to them by name.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::audiences::announcements;
use super::error::instead;
use super::people::people;
use super::reviews::reviews;
use super::values::{Judge, Limits, in_words, names, start};
use super::written::{self, List, Text, Written};
use crate::plan::{
    COMMANDER, ImmediateAction, Permissions, Plan, Platform, Reactions, Role, Rule, Service, Severity, SeverityKey,
    Triage, plain_emoji,
};

/// More often than that is noise, and less often than once in a month is never.
pub(super) const UPDATE_EVERY: Limits = Limits { from: TimeDelta::seconds(1), to: TimeDelta::days(30) };
const REMINDERS: Limits = Limits { from: TimeDelta::seconds(1), to: TimeDelta::days(1) };

pub(super) fn plan(judge: &mut Judge<'_>, written: &Written) -> Plan {
    let mut plan = Plan::default();
    if let Some(list) = &written.severity {
        plan.severities = list.get_ref().iter().map(|s| severity(judge, start(s), s.get_ref())).collect();
        if plan.severities.is_empty() {
            judge.wrong(start(list), "[[severity]]", "there has to be one at least");
        }
        let words = plan.severities.iter().map(|s| vec![s.key.as_str(), &s.label]);
        no_name_twice(judge, "[[severity]]", &starts(list), words);
        // The middle one, of two the milder: sev3 of four.
        plan.default_severity =
            plan.severities.get(plan.severities.len() / 2).map_or_else(String::new, |s| s.key.clone());
    }
    if let Some(list) = &written.role {
        plan.roles = list.get_ref().iter().map(|r| role(judge, start(r), r.get_ref())).collect();
        if !plan.roles.iter().any(|r| r.key == COMMANDER) {
            let what = format!("one of them has to be the incident commander's: add one with name = \"{COMMANDER}\"");
            judge.wrong(start(list), "[[role]]", what);
        }
        let words = plan
            .roles
            .iter()
            .map(|r| [r.key.as_str(), &r.label].into_iter().chain(r.aliases.iter().map(String::as_str)).collect());
        no_name_twice(judge, "[[role]]", &starts(list), words);
    }
    if let Some(list) = &written.service {
        plan.services = list.get_ref().iter().map(|s| service(judge, start(s), s.get_ref())).collect();
        let words = plan.services.iter().map(|s| vec![s.key.as_str(), &s.label]);
        no_name_twice(judge, "[[service]]", &starts(list), words);
    }
    for action in written.immediate_action.iter().flat_map(|list| list.get_ref()) {
        let action = immediate_action(judge, &plan, start(action), action.get_ref());
        plan.immediate_actions.push(action);
    }
    plan.triage = triage(judge, &plan, written);
    cadence(judge, &mut plan, &written.plan);
    plan.reactions = reactions(judge, &written.reactions);
    plan.groups = groups(judge, &written.groups);
    plan.permissions = permissions(judge, &plan, written);
    people(judge, &mut plan, written);
    plan.reviews = reviews(judge, &plan, written);
    plan.announcements = announcements(judge, &plan, &written.announcements);
    plan
}

fn severity(judge: &mut Judge<'_>, at: usize, written: &written::Severity) -> Severity {
    let (key, name) = name(judge, "[[severity]]", at, written.name.as_ref());
    let every = written.update_every.as_ref();
    Severity {
        label: judge.text_or("[[severity]] label", written.label.as_ref(), &name.to_uppercase()),
        meaning: judge.text_or("[[severity]] meaning", written.meaning.as_ref(), ""),
        update_every: every.map(|w| judge.duration("[[severity]] update_every", w, &UPDATE_EVERY)),
        invite: judge.people("[[severity]] invite", written.invite.as_ref()),
        page: Vec::new(),
        key,
    }
}

fn role(judge: &mut Judge<'_>, at: usize, written: &written::Role) -> Role {
    let (key, name) = name(judge, "[[role]]", at, written.name.as_ref());
    let aliases = names(written.aliases.as_ref()).iter().map(|a| judge.word("[[role]] aliases", a)).collect();
    Role {
        label: judge.text_or("[[role]] label", written.label.as_ref(), &capital(&name)),
        meaning: judge.text_or("[[role]] meaning", written.meaning.as_ref(), ""),
        aliases,
        key,
    }
}

fn service(judge: &mut Judge<'_>, at: usize, written: &written::Service) -> Service {
    let (key, name) = name(judge, "[[service]]", at, written.name.as_ref());
    let mut links = Vec::new();
    for link in &written.links {
        let at = start(link);
        match (&link.get_ref().label, &link.get_ref().url) {
            (Some(label), Some(url)) => {
                let label = judge.text("[[service]] links", label);
                links.push((label, judge.web_address("[[service]] links", url)));
            }
            _ => judge.wrong(at, "[[service]] links", "a link is { label = \"Runbook\", url = \"https://…\" }"),
        }
    }
    let label = judge.text_or("[[service]] label", written.label.as_ref(), &name);
    Service {
        label,
        invite: judge.people("[[service]] invite", written.invite.as_ref()),
        links,
        owner: None,
        escalation: None,
        key,
    }
}

fn immediate_action(
    judge: &mut Judge<'_>,
    plan: &Plan,
    at: usize,
    written: &written::ImmediateAction,
) -> ImmediateAction {
    let service = written.service.as_ref();
    let text = written.text.as_ref();
    if text.is_none() {
        judge.wrong(at, "[[immediate_action]]", "has no text: say what is to be done");
    }
    ImmediateAction {
        service: service.map(|s| service_key(judge, plan, "[[immediate_action]] service", s)),
        severities: severity_keys(judge, plan, "[[immediate_action]] severity", written.severity.as_ref()),
        text: text.map_or_else(String::new, |t| judge.text("[[immediate_action]] text", t)),
    }
}

/// With severities of one's own and without a matrix, they are spread over the usual one.
fn triage(judge: &mut Judge<'_>, plan: &Plan, written: &written::Written) -> Triage {
    let keys: Vec<SeverityKey> = plan.severities.iter().map(|s| s.key.clone()).collect();
    let Some(written) = &written.triage else { return Triage::over(&keys) };
    let (at, written) = (start(written), written.get_ref());
    let words =
        |list: Option<&List>| -> Vec<String> { names(list).iter().map(|word| word.get_ref().clone()).collect() };
    let (impacts, scopes) = (words(written.impact.as_ref()), words(written.scope.as_ref()));
    if impacts.is_empty() || scopes.is_empty() {
        judge.wrong(at, "[triage]", "needs both impact and scope, and a matrix with a row for each impact");
    }
    if written.matrix.len() != impacts.len() {
        let what =
            format!("{} rows are wanted, one for each impact; there are {}", impacts.len(), written.matrix.len());
        judge.wrong(at, "[triage] matrix", what);
    }
    for row in written.matrix.iter().filter(|row| row.names.len() != scopes.len()) {
        let what =
            format!("a row has a severity for each of the {} scopes; this one has {}", scopes.len(), row.names.len());
        judge.wrong(row.at, "[triage] matrix", what);
    }
    let row = |row: &List| severity_keys(judge, plan, "[triage] matrix", Some(row));
    let matrix = written.matrix.iter().map(row).collect();
    Triage { impacts, scopes, matrix }
}

fn cadence(judge: &mut Judge<'_>, plan: &mut Plan, written: &written::Plan) {
    if let Some(name) = &written.default_severity {
        plan.default_severity = severity_key(judge, plan, "[plan] default_severity", name);
    }
    if let Some(w) = &written.ask_commander {
        plan.ask_commander = judge.duration("[plan] ask_commander", w, &REMINDERS);
    }
    if let Some(w) = &written.remind_before {
        plan.remind_before = judge.duration("[plan] remind_before", w, &REMINDERS);
        let often = plan.severities.iter().filter_map(|s| Some((s.update_every?, &s.label))).min();
        if let Some((every, label)) = often.filter(|(every, _)| *every <= plan.remind_before) {
            let what = format!("{} is not shorter than update_every of {label}, {}", w.get_ref(), in_words(every));
            judge.wrong(start(w), "[plan] remind_before", what);
        }
    }
    plan.archive_at_close = written.archive_at_close.unwrap_or(plan.archive_at_close);
}

fn reactions(judge: &mut Judge<'_>, written: &written::Reactions) -> Reactions {
    let default = Reactions::default();
    let list = |written: &Option<List>, default: Vec<String>| {
        let written = written.as_ref().map(|l| l.names.iter().map(|name| name.get_ref().clone()).collect());
        written.unwrap_or(default)
    };
    let reactions = Reactions {
        note: list(&written.note, default.note),
        finding: list(&written.finding, default.finding),
        hypothesis: list(&written.hypothesis, default.hypothesis),
        decision: list(&written.decision, default.decision),
        mitigation: list(&written.mitigation, default.mitigation),
        action: list(&written.action, default.action),
        declare: list(&written.declare, default.declare),
        confirm: list(&written.confirm, default.confirm),
    };
    let marks = [
        ("note", &reactions.note, &written.note),
        ("finding", &reactions.finding, &written.finding),
        ("hypothesis", &reactions.hypothesis, &written.hypothesis),
        ("decision", &reactions.decision, &written.decision),
        ("mitigation", &reactions.mitigation, &written.mitigation),
        ("action", &reactions.action, &written.action),
    ];
    // The marks work inside incident rooms, the other two outside: only among themselves can they clash.
    one_meaning_each(judge, &marks);
    let outside =
        [("declare", &reactions.declare, &written.declare), ("confirm", &reactions.confirm, &written.confirm)];
    one_meaning_each(judge, &outside);
    reactions
}

type Meaning<'a> = (&'a str, &'a Vec<String>, &'a Option<List>);

fn one_meaning_each(judge: &mut Judge<'_>, lists: &[Meaning<'_>]) {
    for (meaning, _, written) in lists {
        for name in names(written.as_ref()) {
            let emoji = plain_emoji(name.get_ref());
            let key = format!("[reactions] {meaning}");
            if emoji.is_empty() {
                judge.wrong(start(name), &key, "an emoji has no name");
            }
            let same = |list: &[String]| list.iter().any(|other| plain_emoji(other) == emoji);
            if let Some((other, ..)) = lists.iter().find(|(other, list, _)| other != meaning && same(list)) {
                judge.wrong(start(name), &key, format!("\"{}\" already means {other}", name.get_ref()));
            }
        }
    }
}

fn groups(judge: &mut Judge<'_>, written: &BTreeMap<String, List>) -> BTreeMap<String, Vec<crate::plan::PersonId>> {
    written.iter().map(|(name, list)| (name.clone(), judge.people(&format!("[groups] {name}"), Some(list)))).collect()
}

fn permissions(judge: &mut Judge<'_>, plan: &Plan, written: &written::Written) -> Permissions {
    // Slack's user groups go by their handles; whether there is such a one, `firebell check` tells.
    let chats_have_groups = written.slack.bot_token.is_some() || written.slack.bot_token_file.is_some();
    let written = &written.permissions;
    let default = Permissions::default();
    let mut rules = |name: &str, written: &Option<List>, default: Vec<Rule>| match written {
        None => default,
        Some(list) => {
            let key = format!("[permissions] {name}");
            // Nobody beyond the room may see a private incident: that can be meant. Nobody may declare cannot.
            if list.names.is_empty() && name != "private" {
                judge.wrong(list.at, &key, "an empty list lets nobody do it; name somebody, or take the line out");
            }
            list.names.iter().filter_map(|word| rule(judge, plan, chats_have_groups, &key, word)).collect()
        }
    };
    Permissions {
        declare: rules("declare", &written.declare, default.declare),
        command: rules("command", &written.command, default.command),
        severity: rules("severity", &written.severity, default.severity),
        status: rules("status", &written.status, default.status),
        update: rules("update", &written.update, default.update),
        close: rules("close", &written.close, default.close),
        private: rules("private", &written.private, default.private),
    }
}

fn rule(judge: &mut Judge<'_>, plan: &Plan, chats_have_groups: bool, key: &str, word: &Text) -> Option<Rule> {
    let at = start(word);
    let mut wrong = |what: String| {
        judge.wrong(at, key, what);
        None
    };
    match word.get_ref().parse::<Rule>() {
        Err(e) => wrong(e.to_string()),
        Ok(Rule::Members | Rule::Role(_)) if key == "[permissions] declare" => {
            wrong(format!("\"{}\" names nobody: before it is declared, an incident has no members", word.get_ref()))
        }
        Ok(Rule::Role(name)) => match plan.role(&name) {
            Some(role) => Some(Rule::Role(role.key.clone())),
            None => wrong(unknown("role", &name, plan.roles.iter().map(|r| &r.key))),
        },
        // Where no chat has groups of its own, a group that is not written names nobody.
        Ok(Rule::Group(name)) if !plan.groups.contains_key(&name) && !chats_have_groups => {
            wrong(unknown("group", &name, plan.groups.keys()))
        }
        Ok(rule) => {
            match &rule {
                Rule::Person(person) => judge.person(key, at, person),
                Rule::MatrixServer(server) => judge.matrix_server(key, at, server),
                Rule::MatrixPower(_) => judge.here(key, at, Platform::Matrix),
                _ => {}
            }
            Some(rule)
        }
    }
}

// --- Names ------------------------------------------------------------------------------------------------------------

/// The key of an entry, and its name as written.
pub(super) fn name(judge: &mut Judge<'_>, list: &str, at: usize, written: Option<&Text>) -> (String, String) {
    match written {
        Some(name) => (judge.word(&format!("{list} name"), name), name.get_ref().clone()),
        None => {
            judge.wrong(at, list, "has no name");
            (String::new(), String::new())
        }
    }
}

pub(super) fn severity_keys(judge: &mut Judge<'_>, plan: &Plan, key: &str, written: Option<&List>) -> Vec<SeverityKey> {
    names(written).iter().map(|name| severity_key(judge, plan, key, name)).collect()
}

pub(super) fn severity_key(judge: &mut Judge<'_>, plan: &Plan, key: &str, name: &Text) -> SeverityKey {
    match plan.severity(name.get_ref()) {
        Some(severity) => severity.key.clone(),
        None => {
            judge.wrong(start(name), key, unknown("severity", name.get_ref(), plan.severities.iter().map(|s| &s.key)));
            String::new()
        }
    }
}

pub(super) fn service_key(judge: &mut Judge<'_>, plan: &Plan, key: &str, name: &Text) -> String {
    match plan.service(name.get_ref()) {
        Some(service) => service.key.clone(),
        None => {
            judge.wrong(start(name), key, unknown("service", name.get_ref(), plan.services.iter().map(|s| &s.key)));
            String::new()
        }
    }
}

pub(super) fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a String>) -> String {
    format!("unknown {what} \"{name}\"; {}", instead(name, &known.collect::<Vec<_>>()))
}

pub(super) fn starts<T>(list: &written::Entries<T>) -> Vec<usize> {
    list.get_ref().iter().map(start).collect()
}

/// Each word that people can type means one entry of the list.
pub(super) fn no_name_twice<'a>(
    judge: &mut Judge<'_>,
    list: &str,
    at: &[usize],
    entries: impl Iterator<Item = Vec<&'a str>>,
) {
    let mut taken: Vec<(String, usize)> = Vec::new();
    for (entry, words) in entries.enumerate() {
        for word in words.into_iter().map(str::to_lowercase).filter(|w| !w.is_empty()) {
            match taken.iter().find(|(other, _)| *other == word) {
                Some((_, before)) if *before == entry => {}
                Some(_) => judge.wrong(at[entry], list, format!("\"{word}\" already names another one")),
                None => taken.push((word, entry)),
            }
        }
    }
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
