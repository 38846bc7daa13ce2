//! What the operator reads when the response plan is wrong, and what is right.

use chrono::TimeDelta;

use super::tests::{right, wrong};
use crate::plan::Matter;

#[test]
fn a_list_of_severities_replaces_the_default_one() {
    let plan = right("[[severity]]\nname = \"Major\"\nupdate_every = \"90s\"\n[[severity]]\nname = \"minor\"").plan;
    assert_eq!(plan.severities.len(), 2);
    assert_eq!(plan.severity("MAJOR").unwrap().update_every, Some(TimeDelta::seconds(90)));
    assert_eq!((plan.severities[0].key.as_str(), plan.severities[0].label.as_str()), ("major", "MAJOR"));
    assert_eq!((plan.severities[1].update_every, plan.default_severity.as_str()), (None, "minor"));
}

#[test]
fn a_list_needs_names_and_no_name_twice() {
    wrong("severity = []", "f.toml:1:12: [[severity]]: there has to be one at least");
    wrong("[[severity]]\nlabel = \"A\"", "f.toml:1:1: [[severity]]: has no name");
    wrong(
        "[[severity]]\nname = \"two words\"",
        "f.toml:2:8: [[severity]] name: \"two words\" is not one word of letters, digits, - _ and . (40 at most)",
    );
    wrong(
        "[[severity]]\nname = \"a\"\n[[severity]]\nname = \"A\"",
        "f.toml:3:1: [[severity]]: \"a\" already names another one",
    );
    wrong(
        "[[role]]\nname = \"commander\"\naliases = [\"ic\"]\n[[role]]\nname = \"scribe\"\naliases = [\"IC\"]",
        "f.toml:4:1: [[role]]: \"ic\" already names another one",
    );
    wrong(
        "[[service]]\nname = \"a\"\nlabel = \" \"",
        "f.toml:3:9: [[service]] label: is empty; write something, or take the line out",
    );
}

#[test]
fn a_list_of_roles_has_the_commander() {
    wrong(
        "[[role]]\nname = \"scribe\"",
        "f.toml:1:1: [[role]]: one of them has to be the incident commander's: add one with name = \"commander\"",
    );
    let plan = right("[[role]]\nname = \"commander\"\naliases = \"IC, boss\"").plan;
    assert_eq!(plan.role("ic").unwrap().label, "Commander");
    assert_eq!(plan.roles.len(), 1);
}

#[test]
fn lengths_of_time_have_limits() {
    let severity = |every: &str| format!("[[severity]]\nname = \"a\"\nupdate_every = \"{every}\"");
    for (every, seconds) in [("1s", 1), ("90s", 90), ("5m", 300), ("4h", 14_400), ("30d", 2_592_000)] {
        let plan = right(&severity(every)).plan;
        assert_eq!(plan.severities[0].update_every, Some(TimeDelta::seconds(seconds)));
    }
    for every in ["0s", "31d", "-5m"] {
        let what = format!("[[severity]] update_every: {every} is out of bounds; it can be 1s to 30d");
        wrong(&severity(every), &format!("f.toml:3:16: {what}"));
    }
    for every in ["", "5", "m", "5 weeks", "1h30m", "99999999999999999d"] {
        let what = "is not a length of time; write it as \"90s\", \"5m\", \"4h\" or \"1d\"";
        wrong(&severity(every), &format!("f.toml:3:16: [[severity]] update_every: \"{every}\" {what}"));
    }
}

#[test]
fn a_reminder_comes_before_the_next_update_but_one() {
    wrong(
        "[plan]\nremind_before = \"30m\"",
        "f.toml:2:17: [plan] remind_before: 30m is not shorter than update_every of SEV1, 30m",
    );
    right("[plan]\nremind_before = \"29m\"");
}

#[test]
fn people_are_named_with_their_chat() {
    let expected = "is not of the form platform:id, such as local:ann, slack:U024BE7LH or matrix:@ann:example.org";
    wrong("[groups]\nsre = [\"local:ann\", \"ben\"]", &format!("f.toml:2:21: [groups] sre: `ben` {expected}"));
    wrong("[[service]]\nname = \"a\"\ninvite = \"ann\"", &format!("f.toml:3:10: [[service]] invite: `ann` {expected}"));
    assert_eq!(right("[groups]\nsre = \"local:ann, local:ben\"").plan.groups["sre"].len(), 2);
}

#[test]
fn services_have_links_and_first_things_to_do() {
    let plan = right(
        "[[service]]\nname = \"Checkout\"\nlinks = [{ label = \"Runbook\", url = \"https://a.example\" }]\n\
         [[immediate_action]]\nservice = \"checkout\"\nseverity = [\"SEV1\", \"2\"]\ntext = \"Stop.\"",
    )
    .plan;
    assert_eq!(plan.service("checkout").unwrap().label, "Checkout");
    assert_eq!(plan.first_steps("sev2", Some("checkout")), ["Stop."]);
    wrong(
        "[[service]]\nname = \"a\"\nlinks = [{ label = \"x\" }]",
        "f.toml:3:10: [[service]] links: a link is { label = \"Runbook\", url = \"https://…\" }",
    );
    wrong(
        "[[service]]\nname = \"a\"\nlinks = [{ label = \"x\", url = \"javascript:x\" }]",
        "f.toml:3:31: [[service]] links: \"javascript:x\" is not an address that begins with https:// or http://",
    );
    wrong(
        "[[service]]\nname = \"checkout\"\n[[immediate_action]]\nservice = \"chekout\"",
        "f.toml:3:1: [[immediate_action]]: has no text: say what is to be done\n\
         f.toml:4:11: [[immediate_action]] service: unknown service \"chekout\"; did you mean \"checkout\"?",
    );
}

#[test]
fn permissions_name_what_there_is() {
    use crate::plan::Rule;
    let plan = right("[groups]\nsre = \"local:ann\"\n[permissions]\nclose = [\"role:ic\", \"group:sre\"]").plan;
    assert_eq!(plan.permissions.close, [Rule::Role("commander".into()), Rule::Group("sre".into())]);
    wrong(
        "[permissions]\nclose = \"role:comander\"",
        "f.toml:2:9: [permissions] close: unknown role \"comander\"; did you mean \"commander\"?",
    );
    wrong(
        "[permissions]\nclose = \"group:sre\"",
        "f.toml:2:9: [permissions] close: unknown group \"sre\"; none is configured",
    );
    wrong(
        "[permissions]\nclose = \"admins\"",
        "f.toml:2:9: [permissions] close: `admins` is not one of everyone, members, role:NAME, group:NAME, local:NAME, \
         slack:U…, matrix:@name:server, matrix:*:server, matrix:power:N",
    );
}

#[test]
fn permissions_name_somebody() {
    wrong(
        "[permissions]\nclose = []",
        "f.toml:2:9: [permissions] close: an empty list lets nobody do it; name somebody, or take the line out",
    );
    wrong(
        "[permissions]\ndeclare = \"members\"",
        "f.toml:2:11: [permissions] declare: \"members\" names nobody: before it is declared, an incident has no \
         members",
    );
    assert!(right("[permissions]\nprivate = []").plan.permissions.private.is_empty());
}

#[test]
fn an_emoji_has_one_meaning() {
    wrong(
        "[reactions]\nfinding = [\":bulb:\"]",
        "f.toml:2:12: [reactions] finding: \":bulb:\" already means hypothesis",
    );
    wrong("[reactions]\nconfirm = \"🚨\"", "f.toml:2:11: [reactions] confirm: \"🚨\" already means declare");
    wrong("[reactions]\nnote = [\"\"]", "f.toml:2:9: [reactions] note: an emoji has no name");
    // Outside incident rooms and in them are two worlds.
    right("[reactions]\ndeclare = \"pushpin\"");
    assert!(right("[reactions]\naction = []").plan.reactions.action.is_empty());
}

#[test]
fn routes_name_what_there_is() {
    let route = |line: &str| format!("[[announcements.route]]\nrooms = \"local:ops\"\n{line}");
    let plan = right(&route("severity = \"SEV1\"\nprivate = true")).plan;
    assert_eq!(
        plan.announcements.rooms(Matter { severity: "sev1", service: None, private: true })[0].to_string(),
        "local:ops"
    );
    assert_eq!(
        plan.announcements.rooms(Matter { severity: "sev1", service: None, private: false })[0].to_string(),
        "local:incidents"
    );
    wrong(
        &route("severity = \"sve1\""),
        "f.toml:3:12: [[announcements.route]] severity: unknown severity \"sve1\"; did you mean \"sev1\"?",
    );
    wrong(
        &route("service = \"shop\""),
        "f.toml:3:11: [[announcements.route]] service: unknown service \"shop\"; none is configured",
    );
    wrong(
        &route("kind = \"updates\""),
        "f.toml:3:8: [[announcements.route]] kind: unknown \"updates\"; did you mean \"update\"?",
    );
    wrong(
        &route("to = \"email:board@example.org\""),
        "f.toml:1:1: [[announcements.route]] to: \"email:board@example.org\" needs [email]: add its host and from",
    );
    wrong(
        &route("template = \"board\""),
        "f.toml:3:12: [[announcements.route]] template: config/templates has none of board.txt, board_change.txt, board_news.txt",
    );
    wrong(
        "[[announcements.route]]\nseverity = \"sev1\"",
        "f.toml:1:1: [[announcements.route]]: names nobody; add rooms = [\"local:…\"], or to = [\"person:…\", \"email:…\"]",
    );
    wrong(
        "[[announcements.route]]\nrooms = [\"ops\"]",
        "f.toml:2:10: [[announcements.route]] rooms: \"ops\" is not a room with its chat, such as local:incidents",
    );
}

#[test]
fn triage_has_a_severity_for_each_impact_and_scope() {
    let default = right("").plan;
    assert_eq!(default.proposed(0, 0).unwrap(), "sev1");
    assert_eq!(default.proposed(2, 2).unwrap(), "sev4");
    let two = right("[[severity]]\nname = \"bad\"\n[[severity]]\nname = \"mild\"").plan;
    assert_eq!((two.proposed(0, 0).unwrap().as_str(), two.proposed(2, 2).unwrap().as_str()), ("bad", "mild"));

    let own = "[triage]\nimpact = \"down\"\nscope = [\"all\", \"some\"]\nmatrix = [[\"sev1\", \"sev2\"]]";
    assert_eq!(right(own).plan.proposed(0, 1).unwrap(), "sev2");
    wrong(
        "[triage]\nimpact = \"down\"\nscope = [\"all\", \"some\"]\nmatrix = [[\"sev1\"]]",
        "f.toml:4:11: [triage] matrix: a row has a severity for each of the 2 scopes; this one has 1",
    );
    wrong(
        "[triage]\nimpact = \"down\"\nscope = \"all\"",
        "f.toml:1:1: [triage] matrix: 1 rows are wanted, one for each impact; there are 0",
    );
    wrong(
        "[triage]\nimpact = \"down\"\nscope = \"all\"\nmatrix = [[\"sev9\"]]",
        "f.toml:4:12: [triage] matrix: unknown severity \"sev9\"; did you mean \"sev1\"?",
    );
}

#[test]
fn audiences_have_a_cadence_and_quiet_hours() {
    let route = |line: &str| format!("[[announcements.route]]\nrooms = \"local:ops\"\n{line}");
    let quiet = "update_every = \"4h\"\nquiet = [{ from = \"22:00\", until = \"07:00\" }]\nzone = \"Europe/Berlin\"";
    let routes = right(&route(quiet)).plan.announcements.routes;
    assert_eq!(routes[0].update_every, Some(TimeDelta::hours(4)));
    let at = |text: &str| text.parse().unwrap();
    assert_eq!(routes[0].quiet.until(at("2026-11-26T21:00:00Z")), Some(at("2026-11-27T06:00:00Z")));
    wrong(
        &route("quiet = [{ from = \"22:00\" }]"),
        "f.toml:3:10: [[announcements.route]] quiet: needs both from and until, such as from = \"09:00\", until = \"17:00\"",
    );
    wrong(
        &route("zone = \"Berlin\""),
        "f.toml:3:8: [[announcements.route]] zone: unknown time zone \"Berlin\"; they are named like Europe/Berlin",
    );
}
