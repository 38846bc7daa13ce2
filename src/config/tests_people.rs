//! What the operator reads when somebody could not be called, and what is right.

use chrono::{TimeDelta, Weekday};

use super::tests::{right, wrong};
use crate::plan::{AlertDeed, PageRule, PageTarget, Target, Turn, Turns};

const ANN: &str = "[[person]]\nname = \"ann\"\naccounts = \"local:ann\"\n";

/// Five lines after Ann's three.
fn with_ann(text: &str) -> String {
    format!("{ANN}{text}")
}

#[test]
fn people_can_be_reached() {
    let plan = right("[[person]]\nname = \"Ann\"\nlabel = \"Ann Lee\"\naccounts = \"local:ann\"\nemail = \"ann@example.org\"\nntfy = \"ann-1\"\nzone = \"Europe/Berlin\"").plan;
    let ann = plan.contact("ann lee").unwrap();
    assert_eq!((ann.key.as_str(), ann.zone), ("ann", chrono_tz::Europe::Berlin));
    let addresses: Vec<String> = ann.addresses.iter().map(|a| a.to_string()).collect();
    assert_eq!(addresses, ["email:ann@example.org", "ntfy:ann-1"]);
    assert_eq!(plan.contact_of(&"local:ann".parse().unwrap()).unwrap().key, "ann");

    wrong(
        "[[person]]\nname = \"ann\"",
        "f.toml:1:1: [[person]]: \"ann\" can't be reached: add accounts, email or ntfy",
    );
    wrong(
        "[[person]]\nname = \"ann\"\nemail = \"ann at home\"",
        "f.toml:3:9: [[person]] email: \"ann at home\" is not an e-mail address, such as ann@example.org",
    );
    wrong(
        &with_ann("zone = \"Europe/Berln\""),
        "f.toml:4:8: [[person]] zone: unknown time zone \"Europe/Berln\"; did you mean \"Europe/Berlin\"?",
    );
    wrong(
        &with_ann("zone = \"home\""),
        "f.toml:4:8: [[person]] zone: unknown time zone \"home\"; they are named like Europe/Berlin",
    );
    wrong(
        &with_ann("[[person]]\nname = \"bob\"\naccounts = [\"local:bob\", \"local:ann\"]"),
        "f.toml:6:26: [[person]] accounts: \"local:ann\" is an account of somebody else already",
    );
}

#[test]
fn rotations_have_somebody_and_a_beginning() {
    let text = "[[rotation]]\nname = \"r\"\npeople = \"ann\"\nstart = \"2026-01-05T09:00\"\nevery = \"12h\"\nzone = \"Europe/Berlin\"\nrestrict = [{ days = [\"mon\", \"sun\"], from = \"22:00\", until = \"06:00\" }]\noverride = [{ person = \"ann\", from = \"2026-07-01 09:00\", until = \"2026-07-02T09:00\" }]";
    let plan = right(&with_ann(text)).plan;
    let rotation = plan.rotation("R").unwrap();
    assert!(matches!(&rotation.turns, Turns::People { every: Turn::Hours(12), people, .. } if people == &["ann"]));
    assert_eq!(rotation.restrictions[0].days, [Weekday::Mon, Weekday::Sun]);
    assert_eq!(rotation.overrides[0].from.to_rfc3339(), "2026-07-01T07:00:00+00:00");

    let empty = "f.toml:4:1: [[rotation]]: has nobody in it; add people = [\"…\"], or calendar = \"https://…\"";
    wrong(&with_ann("[[rotation]]\nname = \"r\"\nstart = \"2026-01-05T09:00\""), empty);
    wrong(
        &with_ann("[[rotation]]\nname = \"r\"\npeople = \"ann\""),
        "f.toml:4:1: [[rotation]]: has no start: when the first of them begins, such as start = \"2026-01-05T09:00\"",
    );
    wrong(
        &with_ann("[[rotation]]\nname = \"r\"\npeople = \"an\"\nstart = \"2026-01-05T09:00\""),
        "f.toml:6:10: [[rotation]] people: unknown person \"an\"; did you mean \"ann\"?",
    );
    wrong(
        &with_ann("[[rotation]]\nname = \"r\"\npeople = \"ann\"\nstart = \"monday\""),
        "f.toml:7:9: [[rotation]] start: \"monday\" is not a date with a time, such as 2026-01-05T09:00",
    );
    wrong(
        &with_ann("[[rotation]]\nname = \"r\"\npeople = \"ann\"\nstart = \"2026-01-05T09:00\"\nevery = \"5h\""),
        "f.toml:8:9: [[rotation]] every: \"5h\" is not the length of a turn, such as \"1w\", \"2d\", \"12h\", \"8h\", \"6h\" or \"4h\"",
    );
    wrong(
        &with_ann("[[rotation]]\nname = \"r\"\npeople = \"ann\"\ncalendar = \"https://c.example/a.ics\""),
        "f.toml:7:12: [[rotation]] calendar: goes without people, start and every: the calendar says who it is",
    );
    wrong(
        &with_ann(
            "[[rotation]]\nname = \"r\"\npeople = \"ann\"\nstart = \"2026-01-05T09:00\"\noverride = [{ person = \"ann\", from = \"2026-07-02T09:00\", until = \"2026-07-01T09:00\" }]",
        ),
        "f.toml:8:66: [[rotation]] override: ends before it begins",
    );
    wrong(
        &with_ann(
            "[[rotation]]\nname = \"r\"\npeople = \"ann\"\nstart = \"2026-01-05T09:00\"\nrestrict = [{ days = \"frday\", from = \"09:00\", until = \"17:00\" }]",
        ),
        "f.toml:8:22: [[rotation]] restrict: unknown \"frday\"; the known ones are mon, tue, wed, thu, fri, sat, sun",
    );
}

#[test]
fn escalations_and_teams_name_what_there_is() {
    let text = "[[team]]\nname = \"payments\"\nmembers = \"ann\"\nescalation = \"e\"\n[[escalation]]\nname = \"e\"\nsteps = [{ page = [\"person:ann\", \"local:bob\", \"ntfy:topic\"] }, { page = \"team:payments\", wait = \"10m\" }]\n[[service]]\nname = \"checkout\"\nowner = \"payments\"\n[[severity]]\nname = \"sev1\"\npage = [\"service\", \"team:payments\"]";
    let plan = right(&with_ann(text)).plan;
    assert_eq!(plan.teams[0].escalation.as_deref(), Some("e"));
    let steps = &plan.escalations[0].steps;
    assert_eq!((steps[0].wait, steps[1].wait), (TimeDelta::minutes(5), TimeDelta::minutes(10)));
    assert!(matches!(steps[0].page[..], [Target::Contact(_), Target::Account(_), Target::Address(_)]));
    assert_eq!(plan.severities[0].page, [PageRule::OfService, PageRule::Named(PageTarget::Team("payments".into()))]);
    let paged = plan.paged("sev1", Some("checkout"));
    assert_eq!(paged, [PageTarget::Service("checkout".into()), PageTarget::Team("payments".into())]);

    wrong("[[team]]\nname = \"t\"", "f.toml:1:1: [[team]]: \"t\" has nobody in it; add members or an escalation");
    wrong(
        "[[escalation]]\nname = \"e\"",
        "f.toml:1:1: [[escalation]]: has no steps; add steps = [{ page = [\"…\"], wait = \"5m\" }]",
    );
    wrong(
        &with_ann("[[escalation]]\nname = \"e\"\nsteps = [{ page = \"person:ann\", wait = \"5s\" }]"),
        "f.toml:6:40: [[escalation]] wait: 5s is out of bounds; it can be 30s to 1d",
    );
    wrong(
        &with_ann("[[escalation]]\nname = \"e\"\nsteps = [{ page = \"rotation:r\" }]"),
        "f.toml:6:19: [[escalation]] steps: unknown rotation \"r\"; none is configured",
    );
    wrong(
        "[[service]]\nname = \"s\"\nowner = \"t\"",
        "f.toml:3:9: [[service]] owner: unknown team \"t\"; none is configured",
    );
    wrong(
        &with_ann("[[severity]]\nname = \"sev1\"\npage = \"ann\""),
        "f.toml:6:8: [[severity]] page: \"ann\" is none of service, service:NAME, team:NAME, escalation:NAME, rotation:NAME, person:NAME or an account such as local:ann",
    );
}

#[test]
fn rules_say_what_is_done_about_an_alert() {
    let text = "[[alerts.rule]]\nmatch = { severity = \"critical|page\" }\ndoes = \"declare\"\nseverity = \"sev2\"\npage = \"person:ann\"";
    let plan = right(&with_ann(text)).plan;
    let rule = &plan.alert_rules[0];
    assert_eq!((rule.name.as_str(), rule.service_label.as_str()), ("1", "service"));
    assert!(matches!(&rule.does, AlertDeed::Declare { severity, page } if severity == "sev2" && page.len() == 1));

    wrong(
        "[[alerts.rule]]\nmatch = { severity = \"(\" }\ndoes = \"note\"",
        "f.toml:2:22: [[alerts.rule]] match: severity: \"(\" is not a regular expression",
    );
    wrong(
        "[[alerts.rule]]\nname = \"a\"",
        "f.toml:1:1: [[alerts.rule]]: does nothing; add does = \"note\", \"attach\", \"suggest\" or \"declare\"",
    );
    wrong(
        "[[alerts.rule]]\ndoes = \"note\"\nseverity = \"sev1\"",
        "f.toml:3:12: [[alerts.rule]] severity: goes with does = \"suggest\" or \"declare\"",
    );
    wrong(
        "[[alerts.rule]]\ndoes = \"attach\"\nsource = \"prom\"",
        "f.toml:3:10: [[alerts.rule]] source: unknown source \"prom\"; none is configured",
    );
}
