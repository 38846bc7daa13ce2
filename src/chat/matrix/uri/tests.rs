use proptest::prelude::*;

use super::*;

fn user(id: &str) -> Option<Target> {
    Some(Target::User(id.into()))
}

fn room(id: &str) -> Option<Target> {
    Some(Target::Room(id.into()))
}

#[test]
fn addresses_are_encoded_where_it_matters() {
    assert_eq!(to_user("@ann:example.org"), "https://matrix.to/#/@ann:example.org");
    assert_eq!(to_user("@a/b?c#d%e\"<:x.y:8448"), "https://matrix.to/#/@a%2Fb%3Fc%23d%25e%22%3C:x.y:8448");
    assert_eq!(to_user("@zoë:[::1]"), "https://matrix.to/#/@zo%C3%AB:%5B::1%5D");
    assert_eq!(to_room("!abc:x.y", "x.y:8448"), "https://matrix.to/#/!abc:x.y?via=x.y:8448");
}

#[test]
fn people_are_found_however_they_are_written() {
    assert_eq!(target("https://matrix.to/#/@ann:example.org"), user("@ann:example.org"));
    assert_eq!(target("https://matrix.to/#/%40ann%3Aexample.org?via=x.y"), user("@ann:example.org"));
    assert_eq!(target("HTTPS://Matrix.To/#/@ann:example.org/"), user("@ann:example.org"));
    assert_eq!(target("https://matrix.to/#/@a%2Fb:example.org"), user("@a/b:example.org"));
    assert_eq!(target("matrix:u/ann:example.org?action=chat"), user("@ann:example.org"));
    assert_eq!(target("matrix:user/zo%C3%AB:example.org"), user("@zoë:example.org"));
}

#[test]
fn rooms_are_found_and_messages_are_none() {
    assert_eq!(target("https://matrix.to/#/%23general%3Ax.y"), room("#general:x.y"));
    assert_eq!(target("https://matrix.to/#/#general:x.y"), room("#general:x.y"));
    assert_eq!(target("https://matrix.to/#/!abc?via=x.y&via=z"), room("!abc"));
    assert_eq!(target("matrix:r/general:x.y"), room("#general:x.y"));
    assert_eq!(target("matrix:roomid/abc:x.y?via=z"), room("!abc:x.y"));
    assert_eq!(target("https://matrix.to/#/!abc:x.y/$event"), None);
    assert_eq!(target("matrix:roomid/abc:x.y/e/event"), None);
}

#[test]
fn other_addresses_lead_to_nobody() {
    let long = format!("https://matrix.to/#/@{}:x", "a".repeat(255));
    for address in [
        "",
        "https://matrix.to/",
        "https://matrix.to/#/",
        "https://matrix.to/#/ann",
        "https://matrix.to/#/@ann",
        "https://matrix.to/#/@ann:",
        "https://matrix.to/#/@a%20b:x",
        "https://matrix.to/#/@%FF:x",
        "https://matrix.to.example/#/@ann:x",
        "matrix:",
        "mailto:ann@x.y",
        "https://matrix.to/é",
        &long,
    ] {
        assert_eq!(target(address), None, "{address}");
    }
}

proptest! {
    #[test]
    fn what_is_encoded_is_found_again(local in "[!-9;-~é]{1,20}", server in "[a-z]{1,9}(:[0-9]{1,4})?") {
        let id = format!("@{local}:{server}");
        prop_assert_eq!(target(&to_user(&id)), Some(Target::User(id)));
        let id = format!("!{local}:{server}");
        prop_assert_eq!(target(&to_room(&id, &server)), Some(Target::Room(id)));
    }

    #[test]
    fn no_address_panics(address in "(https://matrix.to/#/|matrix:u/|\\PC|[%@!#:/?é]){0,30}") {
        target(&address);
    }
}
