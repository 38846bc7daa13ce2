//! What the operator reads when something is wrong, and what is right.

use super::Config;

/// What is read from this file and these variables (`NAME=value`), or all that is wrong with them.
pub(super) fn read(text: &str, variables: &[&str]) -> Result<Config, String> {
    let variables = variables.iter().map(|v| v.split_once('=').unwrap()).map(|(n, v)| (n.into(), v.into())).collect();
    Config::read("f.toml", text, variables).map_err(|problems| problems.to_string())
}

pub(super) fn right(text: &str) -> Config {
    read(text, &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

#[track_caller]
pub(super) fn wrong(text: &str, expected: &str) {
    assert_eq!(read(text, &[]).unwrap_err(), expected);
}

#[track_caller]
fn wrong_variable(variable: &str, expected: &str) {
    assert_eq!(read("", &[variable]).unwrap_err(), expected);
}

// --- Places -----------------------------------------------------------------------------------------------------------

#[test]
fn an_unknown_key_is_told_with_its_place_and_the_nearest_one() {
    wrong("[server]\nlissten = 1", "f.toml:2:1: unknown key \"lissten\" in [server]; did you mean \"listen\"?");
    wrong("server = 1", "f.toml:1:10: server: expected a section, not integer 1");
    wrong("[log]\nlevel = [1]", "f.toml:2:9: [log] level: expected text in quotes, not a list");
    wrong("[sever]", "f.toml:1:2: unknown key \"sever\"; did you mean \"server\"?");
    wrong("[log]\n  colour = 1", "f.toml:2:3: unknown key \"colour\" in [log]; the known ones are format, level");
    wrong(
        "[[severity]]\nname = \"a\"\n[[severity]]\nlable = \"B\"",
        "f.toml:4:1: unknown key \"lable\" in [[severity]]; did you mean \"label\"?",
    );
    wrong(
        "[[announcements.route]]\nroom = \"local:a\"",
        "f.toml:2:1: unknown key \"room\" in [[announcements.route]]; did you mean \"rooms\"?",
    );
}

#[test]
fn an_unknown_variable_is_told_by_its_name() {
    wrong_variable(
        "FIREBELL__SERVER__LISSTEN=1",
        "FIREBELL__SERVER__LISSTEN: unknown key \"lissten\" in [server]; did you mean \"listen\"?",
    );
    wrong_variable(
        "FIREBELL__SEVERITY=[{ nme = 1 }]",
        "FIREBELL__SEVERITY: unknown key \"nme\" in [[severity]]; did you mean \"name\"?",
    );
    wrong_variable(
        "FIREBELL__SEVER__LISTEN=1",
        "FIREBELL__SEVER__LISTEN: unknown key \"sever\"; did you mean \"server\"?",
    );
}

#[test]
fn the_column_counts_characters() {
    wrong(
        "log = { format = \"é\", levle = 1 }",
        "f.toml:1:23: unknown key \"levle\" in [log]; did you mean \"level\"?",
    );
}

#[test]
fn everything_that_cannot_be_read_is_told_at_once() {
    wrong(
        "[server]\nlissten = 1\n[local]\nenabled = \"yes\"\nannounce = 5\n[plan]\nask = 1",
        "f.toml:2:1: unknown key \"lissten\" in [server]; did you mean \"listen\"?\n\
         f.toml:4:11: [local] enabled: expected true or false, not string \"yes\"\n\
         f.toml:5:12: [local] announce: expected a name or a list of names, not integer 5\n\
         f.toml:7:1: unknown key \"ask\" in [plan]; the known ones are review, default_severity, ask_commander, remind_before, \
         archive_at_close",
    );
}

#[test]
fn everything_that_cannot_be_right_is_told_at_once() {
    wrong(
        "[server]\nlisten = \"here\"\n[plan]\nask_commander = \"soon\"\ndefault_severity = \"sev9\"",
        "f.toml:2:10: [server] listen: \"here\" is not an address with a port, such as 127.0.0.1:7878, [::1]:7878 or \
         0.0.0.0:7878\n\
         f.toml:4:17: [plan] ask_commander: \"soon\" is not a length of time; write it as \"90s\", \"5m\", \"4h\" or \
         \"1d\"\n\
         f.toml:5:20: [plan] default_severity: unknown severity \"sev9\"; did you mean \"sev1\"?",
    );
}

#[test]
fn what_is_not_toml_is_told_with_its_place() {
    let error = read("[server]\nlisten = ", &[]).unwrap_err();
    assert!(error.starts_with("f.toml:2:9: this is not TOML: ") || error.starts_with("f.toml:2:10: "), "{error}");
    let error = read("[log]\nlevel = \"info\"\nlevel = \"warn\"", &[]).unwrap_err();
    assert_eq!(error, "f.toml:3:1: this is not TOML: duplicate key");
    let error = read("", &["FIREBELL__GROUPS__SRE=[local:ann]"]).unwrap_err();
    assert!(error.starts_with("FIREBELL__GROUPS__SRE: the value is not TOML: "), "{error}");
}

#[test]
fn a_named_file_has_to_be_there() {
    let error = Config::load(Some(std::path::Path::new("no/such.toml"))).unwrap_err().to_string();
    assert!(error.starts_with("no/such.toml: the configuration file cannot be read: No such file"), "{error}");
}

// --- The environment --------------------------------------------------------------------------------------------------

#[test]
fn a_variable_comes_before_the_file() {
    let file = "[store]\nurl = \"sqlite://file.db\"\n[log]\nlevel = \"warn\"";
    let config = read(file, &["FIREBELL__STORE__URL=sqlite://env.db", "FIREBELL__LOG__FORMAT=json"]).unwrap();
    assert_eq!(config.store.url.expose(), "sqlite://env.db");
    assert_eq!(config.log.format, super::LogFormat::Json);
    assert_eq!(config.log.level, tracing::Level::WARN);
}

#[test]
fn a_variable_can_be_a_list_a_truth_value_or_a_whole_section() {
    let config = read(
        "",
        &[
            "FIREBELL__LOCAL__ANNOUNCE=incidents, ops",
            "FIREBELL__PLAN__ARCHIVE_AT_CLOSE=true",
            "FIREBELL__REACTIONS__NOTE=[\"eyes\"]",
            "FIREBELL__SEVERITY=[{ name = \"high\" }, { name = \"low\" }]",
        ],
    );
    let config = config.unwrap();
    assert_eq!(config.local.unwrap().announce.len(), 2);
    assert!(config.plan.archive_at_close);
    assert_eq!(config.plan.reactions.note, ["eyes"]);
    assert_eq!(config.plan.severities[0].label, "HIGH");
    assert_eq!(config.plan.default_severity, "low");
}

#[test]
fn a_wrong_variable_is_told_by_its_name() {
    wrong_variable(
        "FIREBELL__PLAN__REMIND_BEFORE=2d",
        "FIREBELL__PLAN__REMIND_BEFORE: [plan] remind_before: 2d is out of bounds; it can be 1s to 1d",
    );
    wrong_variable(
        "FIREBELL__LOCAL__ENABLED=on",
        "FIREBELL__LOCAL__ENABLED: [local] enabled: expected true or false, not string \"on\"",
    );
    wrong_variable("FIREBELL__SEVERITY__NAME=a", "FIREBELL__SEVERITY__NAME: severity: expected a list, not a section");
}

#[test]
fn variables_of_other_programs_are_left_alone() {
    assert!(read("", &["FIREBELL_TEST_POSTGRES=x", "PATH=y"]).is_ok());
}

// --- Secrets ----------------------------------------------------------------------------------------------------------

#[test]
fn a_secret_can_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, "hush hush\n").unwrap();
    let variable = format!("FIREBELL__LOCAL__PASSWORD_FILE={}", file.display());
    // The environment's file comes before the password in the file.
    let config = read("[local]\npassword = \"old\"", &[&variable]).unwrap();
    assert_eq!(config.local.unwrap().password.unwrap().expose(), "hush hush");
}

#[test]
fn a_secret_is_taken_to_the_letter_and_never_shown() {
    for secret in ["true", "[1, 2]", "\"quoted\"", " 12 ", "a\\b\tc"] {
        let config = read("", &[&format!("FIREBELL__LOCAL__PASSWORD={secret}")]).unwrap();
        assert!(!format!("{config:?}").contains(&format!("{secret:?}")));
        assert_eq!(config.local.unwrap().password.unwrap().expose(), secret);
    }
    wrong("[local]\npassword = 12345", "f.toml:2:12: [local] password: expected text in quotes");
    wrong(
        "[store]\nurl = \"mysql://root:12345@host/db\"",
        "f.toml:2:7: [store] url: is neither sqlite://FILE nor postgres://USER:PASSWORD@HOST/DATABASE",
    );
}

#[test]
fn a_secret_that_is_none_is_refused() {
    wrong("[local]\npassword = \"\"", "f.toml:2:12: [local] password: is empty");
    wrong(
        "[local]\npassword = \"a\"\npassword_file = \"b\"",
        "f.toml:3:17: [local] password_file: [local] password is given too; keep one of them",
    );
    wrong(
        "[store]\nurl_file = \"/no/such\"",
        "f.toml:2:12: [store] url_file: /no/such cannot be read: No such file or directory (os error 2)",
    );
}

// --- Server, store, local chat, log -----------------------------------------------------------------------------------

const OPEN: &str = "can be reached from other machines, and the local chat has no password. Either set one ([local] \
                    password_file or password), or listen on this machine only (listen = \"127.0.0.1:7878\")";

#[test]
fn an_open_address_needs_a_password() {
    wrong("[server]\nlisten = \"0.0.0.0:80\"", &format!("f.toml:2:10: [server] listen: 0.0.0.0:80 {OPEN}"));
    wrong_variable(
        "FIREBELL__SERVER__LISTEN=[::]:80",
        &format!("FIREBELL__SERVER__LISTEN: [server] listen: [::]:80 {OPEN}"),
    );
    right("[server]\nlisten = \"0.0.0.0:80\"\n[local]\npassword = \"x\"");
    right("[server]\nlisten = \"0.0.0.0:80\"\n[local]\nenabled = false");
    for loopback in ["localhost:80", "127.0.0.2:80", "[::1]:80", "[::ffff:127.0.0.1]:80"] {
        right(&format!("[server]\nlisten = \"{loopback}\""));
    }
}

#[test]
fn browsers_reach_it_by_the_public_address_or_where_it_listens() {
    let bound = |text: &str| text.parse().unwrap();
    let server = right("[server]\npublic_url = \"https://fire.example.org/bell/\"").server;
    assert_eq!(server.url(bound("0.0.0.0:80")), "https://fire.example.org/bell");
    assert_eq!(right("").server.url(bound("127.0.0.1:7878")), "http://127.0.0.1:7878");
    assert_eq!(right("").server.url(bound("0.0.0.0:7878")), "http://localhost:7878");
    for text in ["fire.example.org", "https://", "ftp://a"] {
        let what = format!("\"{text}\" is not an address that begins with https:// or http://");
        wrong(&format!("[server]\npublic_url = \"{text}\""), &format!("f.toml:2:14: [server] public_url: {what}"));
    }
}

#[test]
fn the_store_is_a_file_or_postgresql() {
    for url in ["sqlite://a.db", "sqlite:///var/lib/a.db", "postgres://a:b@c/d", "postgresql://c/d"] {
        assert_eq!(right(&format!("[store]\nurl = \"{url}\"")).store.url.expose(), url);
    }
    for url in ["sqlite://", "sqlite://:memory:"] {
        let what = "f.toml:2:7: [store] url: sqlite:// needs a file, such as sqlite://firebell.db";
        wrong(&format!("[store]\nurl = \"{url}\""), what);
    }
}

#[test]
fn the_local_chat_has_slugs_for_rooms() {
    let what = "is not a room of the local chat: lower-case letters, digits and hyphens, such as incidents";
    wrong("[local]\nannounce = \"#Ops\"", &format!("f.toml:2:12: [local] announce: \"#Ops\" {what}"));
    wrong(
        "[local]\nannounce = [\"ops\", \"inc-1-x\"]",
        "f.toml:2:20: [local] announce: \"inc-1-x\" is the kind of name that incident rooms get; take another",
    );
    wrong(
        "[local]\ncommand = \"incident\"",
        "f.toml:2:11: [local] command: \"incident\" is not one word that begins with / or !",
    );
    let config = right("[local]\nannounce = [\"ops\", \"all\"]");
    assert_eq!(config.plan.announcements.default_rooms.len(), 2);
    assert!(right("[local]\nenabled = false").plan.announcements.default_rooms.is_empty());
}

#[test]
fn the_log_has_two_forms_and_five_levels() {
    wrong("[log]\nformat = \"jsn\"", "f.toml:2:10: [log] format: unknown \"jsn\"; did you mean \"json\"?");
    wrong(
        "[log]\nlevel = \"all\"",
        "f.toml:2:9: [log] level: unknown \"all\"; the known ones are error, warn, info, debug, trace",
    );
}

#[cfg(not(feature = "slack"))]
#[test]
fn without_slack_it_says_so() {
    wrong("[slack]\nbot_token = \"x\"", "f.toml:1:2: this build has no Slack adapter; take [slack] out");
    wrong("[groups]\nsre = \"slack:U1\"", "f.toml:2:7: [groups] sre: this build has no Slack adapter");
}

#[cfg(feature = "slack")]
#[test]
fn slack_has_a_mode_and_what_it_needs() {
    use super::SlackMode;
    assert_eq!(right("[slack]\nmode = \"socket\"").slack, None);
    let slack = right("[slack]\nbot_token = \"xoxb-1\"\napp_token = \"xapp-1\"").slack.unwrap();
    assert_eq!((slack.mode, slack.command.as_str()), (SlackMode::Socket, "/incident"));
    assert_eq!(slack.api_url, "https://slack.com/api");
    assert_eq!(slack.workspaces[0].announce[0].to_string(), "slack:#incidents");
    wrong(
        "[slack]\nbot_token = \"xoxp-1\"",
        "f.toml:2:13: [slack] app_token: is missing; it is under Basic Information, App-Level Tokens, with the scope \
         connections:write\n\
         f.toml:2:13: [slack] bot_token: does not begin with xoxb-; it is under OAuth & Permissions of the app's settings",
    );
    wrong(
        "[slack]\nmode = \"http\"\nbot_token = \"xoxb-1\"",
        "f.toml:3:13: [slack] signing_secret: is missing; it is under Basic Information, App Credentials; mode = \
         \"http\" needs it",
    );
    wrong("[slack]\nmode = \"sockets\"", "f.toml:2:8: [slack] mode: unknown \"sockets\"; did you mean \"socket\"?");
    let ids = right("[slack]\nbot_token = \"xoxb-1\"\napp_token = \"xapp-1\"\nannounce = \"C024BE7LR, ops\"");
    let rooms: Vec<String> = ids.plan.announcements.default_rooms.iter().map(|r| r.to_string()).collect();
    assert_eq!(rooms, ["local:incidents", "slack:C024BE7LR", "slack:#ops"]);
}

#[cfg(feature = "slack")]
#[test]
fn further_workspaces_of_one_app_need_only_their_bot_token() {
    let first = "[slack]\nbot_token = \"xoxb-1\"\napp_token = \"xapp-1\"\n[[slack.workspace]]\n";
    let slack = right(&format!("{first}bot_token = \"xoxb-2\"\nannounce = []")).slack.unwrap();
    assert_eq!(slack.workspaces[1].app_token, slack.workspaces[0].app_token);
    assert_eq!(slack.workspaces[1].announce, []);
    wrong(
        &format!("{first}announce = []"),
        "f.toml:4:1: [[slack.workspace]] bot_token: is missing; it is under OAuth & Permissions of the app's settings",
    );
}

#[cfg(not(feature = "matrix"))]
#[test]
fn without_matrix_it_says_so() {
    let nowhere = "this build has no Matrix adapter";
    wrong_variable("FIREBELL__MATRIX__USER=x", &format!("FIREBELL__MATRIX__USER: {nowhere}; take [matrix] out"));
    wrong("[groups]\nsre = \"matrix:@a:b.example\"", &format!("f.toml:2:7: [groups] sre: {nowhere}"));
    wrong("[permissions]\nclose = \"matrix:*:a.example\"", &format!("f.toml:2:9: [permissions] close: {nowhere}"));
    wrong(
        "[[announcements.route]]\nrooms = [\"matrix:!a:b.example\"]",
        &format!("f.toml:2:10: [[announcements.route]] rooms: {nowhere}"),
    );
}

#[test]
fn own_templates_are_in_a_folder() {
    wrong(
        "[announcements]\ntemplates = \"no/such\"",
        "f.toml:2:13: [announcements] templates: no/such is not a folder",
    );
    assert_eq!(right("[announcements]\ntemplates = \"src\"").templates, std::path::Path::new("src"));
}
