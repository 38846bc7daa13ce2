//! What the operator reads when `[matrix]` is wrong, and what is right.

use super::tests::{read, right, wrong};
use super::{Matrix, MatrixLogin, Secret};

const ACCOUNT: &str = "[matrix]\nhomeserver = \"https://a.example/\"\nuser = \"bell\"\npassword = \"hush\"\n";

/// An account, and these lines.
fn account(lines: &str) -> Matrix {
    right(&format!("{ACCOUNT}{lines}")).matrix.unwrap()
}

#[test]
fn matrix_is_on_with_a_homeserver_and_an_account() {
    assert_eq!(right("[matrix]\nprefix = \"!inc\"\nencrypted = false\nrecovery_key = \"x\"").matrix, None);
    assert_eq!(right("[matrix]\nannounce = \"ops\"").plan.announcements.default_rooms.len(), 1);
    let config = right(ACCOUNT);
    let rooms: Vec<String> = config.plan.announcements.default_rooms.iter().map(|r| r.to_string()).collect();
    assert_eq!(rooms, ["local:incidents", "matrix:#incidents"]);
    let expected = Matrix {
        homeserver: "https://a.example".into(),
        user: "bell".into(),
        login: MatrixLogin::Password(Secret::new("hush")),
        store_dir: "firebell-matrix".into(),
        store_passphrase: None,
        recovery_key: None,
        prefix: "!incident".into(),
        announce: vec!["matrix:#incidents".parse().unwrap()],
        space: None,
        invites: None,
        encrypted: true,
    };
    assert_eq!(config.matrix, Some(expected));
}

#[test]
fn what_is_missing_for_it_is_told() {
    wrong(
        "[matrix]\npassword = \"x\"",
        "f.toml:2:12: [matrix] homeserver: is missing; it is the server's web address, such as \
         https://matrix.example.org\n\
         f.toml:2:12: [matrix] user: is missing; it is whose password it is, such as @firebell:example.org",
    );
    wrong(
        "[matrix]\nhomeserver = \"https://a.example\"",
        "f.toml:2:14: [matrix] password: is missing; give the account's password, or an access_token instead",
    );
    assert_eq!(
        read("", &["FIREBELL__MATRIX__ACCESS_TOKEN=x"]).unwrap_err(),
        "FIREBELL__MATRIX__ACCESS_TOKEN: [matrix] homeserver: is missing; it is the server's web address, such as \
         https://matrix.example.org",
    );
    // That the file is not there is all that is told.
    wrong(
        "[matrix]\nhomeserver = \"https://a.example\"\nuser = \"bell\"\npassword_file = \"/no/such\"",
        "f.toml:4:17: [matrix] password_file: /no/such cannot be read: No such file or directory (os error 2)",
    );
}

#[test]
fn an_access_token_takes_the_place_of_user_and_password() {
    let matrix = right("[matrix]\nhomeserver = \"http://localhost:8008\"\naccess_token = \"syt_1\"").matrix.unwrap();
    assert_eq!((matrix.user.as_str(), matrix.login), ("", MatrixLogin::Token(Secret::new("syt_1"))));
    wrong(
        &format!("{ACCOUNT}access_token = \"x\""),
        "f.toml:5:16: [matrix] access_token: [matrix] password is given too; keep one of them",
    );
    assert_eq!(
        read(ACCOUNT, &["FIREBELL__MATRIX__ACCESS_TOKEN_FILE=/no/such"]).unwrap_err(),
        "FIREBELL__MATRIX__ACCESS_TOKEN_FILE: [matrix] access_token: [matrix] password is given too; keep one of them",
    );
}

#[test]
fn its_secrets_are_taken_to_the_letter_and_never_shown() {
    let server = "FIREBELL__MATRIX__HOMESERVER=https://a.example";
    let token = "FIREBELL__MATRIX__ACCESS_TOKEN=[1234]";
    let passphrase = "FIREBELL__MATRIX__STORE_PASSPHRASE=true";
    let config = read("", &[server, token, passphrase, "FIREBELL__MATRIX__RECOVERY_KEY=\"1234\""]).unwrap();
    assert!(!format!("{config:?}").contains("1234"));
    let matrix = config.matrix.unwrap();
    assert_eq!(matrix.login, MatrixLogin::Token(Secret::new("[1234]")));
    assert_eq!(matrix.store_passphrase, Some(Secret::new("true")));
    assert_eq!(matrix.recovery_key, Some(Secret::new("\"1234\"")));
    let password = read("", &[server, "FIREBELL__MATRIX__USER=bell", "FIREBELL__MATRIX__PASSWORD={1}"]);
    assert_eq!(password.unwrap().matrix.unwrap().login, MatrixLogin::Password(Secret::new("{1}")));
    for key in ["password", "access_token", "store_passphrase", "recovery_key"] {
        let column = key.len() + 4;
        let expected = format!("f.toml:2:{column}: [matrix] {key}: expected text in quotes");
        wrong(&format!("[matrix]\n{key} = 1234"), &expected);
    }
}

#[test]
fn an_account_has_a_name() {
    for user in ["bell", "@bell:a.example", "@Bell/1:a.example:8448", "@zoë:[::1]:80"] {
        assert_eq!(account_of(user).unwrap().user, user);
    }
    let what = "is neither an account's full id nor its name, such as @firebell:example.org or firebell";
    for user in ["@bell", "bell:a.example", "bell@a.example", "@:a.example", "@bell:", "@bell:a.example:x", "two words"]
    {
        assert_eq!(account_of(user).unwrap_err(), format!("f.toml:3:8: [matrix] user: \"{user}\" {what}"));
    }
}

fn account_of(user: &str) -> Result<Matrix, String> {
    read(&ACCOUNT.replace("bell", user), &[]).map(|config| config.matrix.unwrap())
}

#[test]
fn its_rooms_go_by_alias_or_id() {
    let rooms = |lines: &str| account(lines).announce.iter().map(|room| room.id.clone()).collect::<Vec<_>>();
    assert_eq!(rooms("announce = \"ops, #ops, ops:a.example\""), ["#ops", "#ops", "#ops:a.example"]);
    // Ids of rooms of version 12 have no server; bridges have aliases with a # inside.
    assert_eq!(
        rooms("announce = [\"!Ab-1:a.example:80\", \"!Ab_1\", \"#irc_#ops:a.example\"]"),
        ["!Ab-1:a.example:80", "!Ab_1", "#irc_#ops:a.example"]
    );
    assert!(rooms("announce = []").is_empty());
    assert_eq!(account("space = \"#ops\"").space.as_deref(), Some("#ops"));
    assert_eq!(account("space = \"!Ab:a.example\"").space.as_deref(), Some("!Ab:a.example"));
    let what = "is neither a room's alias nor its id, such as #incidents, #incidents:example.org or \
                !f4k2jd9s:example.org";
    let long = format!("#{}:a.example", "x".repeat(250));
    for room in ["#", "!", "", "##ops", "@ann:a.example", "#ops:", "#:a.example", "two words", "#ops:a b", &long] {
        let told = format!("f.toml:5:12: [matrix] announce: \"{room}\" {what}");
        wrong(&format!("{ACCOUNT}announce=[ \"{room}\" ]"), &told);
    }
    wrong(&format!("{ACCOUNT}space = \"#\""), &format!("f.toml:5:9: [matrix] space: \"#\" {what}"));
    wrong(
        "[[announcements.route]]\nrooms = \"matrix:@ann:a.example\"",
        &format!("f.toml:2:9: [[announcements.route]] rooms: \"@ann:a.example\" {what}"),
    );
    let route = right("[[announcements.route]]\nrooms = \"matrix:ops, matrix:!a:b.example\"").plan.announcements;
    let rooms: Vec<String> = route.routes[0].rooms.iter().map(|room| room.to_string()).collect();
    assert_eq!(rooms, ["matrix:#ops", "matrix:!a:b.example"]);
}

#[test]
fn invitations_come_from_servers_and_people() {
    assert_eq!(account("invites = []").invites, Some(vec![]));
    let invites = account("invites = \"a.example, @ann:b.example:8448, 127.0.0.1:80\"").invites.unwrap();
    assert_eq!(invites, ["a.example", "@ann:b.example:8448", "127.0.0.1:80"]);
    for inviter in ["@ann", "ann@a.example", "https://a.example", "*", "#ops:a.example"] {
        let what = "is neither a server nor somebody's full id, such as example.org or @ann:example.org";
        wrong(
            &format!("{ACCOUNT}invites = \"{inviter}\""),
            &format!("f.toml:5:11: [matrix] invites: \"{inviter}\" {what}"),
        );
    }
}

#[test]
fn its_people_are_named_with_their_server() {
    let plan = right("[groups]\nsre = \"matrix:@ann:a.example\"\n[permissions]\nclose = \"matrix:*:a.example\"").plan;
    assert_eq!(plan.groups["sre"][0].to_string(), "matrix:@ann:a.example");
    assert_eq!(plan.permissions.close, [crate::plan::Rule::MatrixServer("a.example".into())]);
    let plan = right("[permissions]\nclose = \"matrix:power:50\"").plan;
    assert_eq!(plan.permissions.close, [crate::plan::Rule::MatrixPower(50)]);
    let what = "is nobody's full id with its server, such as matrix:@ann:example.org";
    for person in ["matrix:ann", "matrix:@ann", "matrix:#ops:a.example"] {
        wrong(&format!("[groups]\nsre = \"{person}\""), &format!("f.toml:2:7: [groups] sre: \"{person}\" {what}"));
        wrong(
            &format!("[permissions]\nclose = \"{person}\""),
            &format!("f.toml:2:9: [permissions] close: \"{person}\" {what}"),
        );
    }
    wrong(
        "[permissions]\nclose = \"matrix:*:\"",
        "f.toml:2:9: [permissions] close: \"matrix:*:\" names no server; write it as matrix:*:example.org",
    );
}

#[test]
fn the_rest_of_it_has_a_shape_too() {
    let matrix = account("store_dir = \"src\"\nprefix = \"/fire\"\nencrypted = false");
    assert_eq!((matrix.store_dir, matrix.prefix, matrix.encrypted), ("src".into(), "/fire".into(), false));
    wrong(
        "[matrix]\nencrypted = \"yes\"",
        "f.toml:2:13: [matrix] encrypted: expected true or false, not string \"yes\"",
    );
    wrong(
        "[matrix]\nhomeserver = \"a.example\"\nprefix = \"incident\"\nstore_dir = \"Cargo.toml\"\n\
         access_token = \"\"",
        "f.toml:2:14: [matrix] homeserver: \"a.example\" is not an address that begins with https:// or http://\n\
         f.toml:3:10: [matrix] prefix: \"incident\" is not one word that begins with ! or /\n\
         f.toml:4:13: [matrix] store_dir: Cargo.toml is not a folder\n\
         f.toml:5:16: [matrix] access_token: is empty",
    );
    wrong(
        "[matrix]\nhome_server = \"x\"",
        "f.toml:2:1: unknown key \"home_server\" in [matrix]; did you mean \"homeserver\"?",
    );
}
