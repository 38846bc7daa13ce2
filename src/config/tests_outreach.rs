//! What the operator reads when nothing would be sent, and what is right.

use super::tests::{right, wrong};
use super::{Config, EmailTls};

const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[test]
fn email_is_on_once_there_is_a_host() {
    assert_eq!(right("").outreach.email, None);
    let email =
        right("[email]\nhost = \"smtp.example.org\"\nfrom = \"Firebell <f@example.org>\"").outreach.email.unwrap();
    assert_eq!((email.port, email.tls, email.login), (587, EmailTls::Starttls, None));
    let email = right("[email]\nhost = \"h\"\ntls = \"tls\"\nuser = \"u\"\npassword = \"p\"\nfrom = \"f@h.example\"");
    let email = email.outreach.email.unwrap();
    assert_eq!((email.port, email.login.unwrap().1.expose()), (465, "p"));

    wrong(
        "[email]\nhost = \"h\"",
        "f.toml:2:8: [email] from: is missing: whom e-mails come from, such as Firebell <firebell@example.org>",
    );
    wrong(
        "[email]\nhost = \"h\"\nfrom = \"me\"",
        "f.toml:3:8: [email] from: \"me\" is no e-mail address, such as Firebell <firebell@example.org>",
    );
    wrong(
        "[email]\nhost = \"h\"\nfrom = \"f@h.example\"\ntls = \"startls\"",
        "f.toml:4:7: [email] tls: unknown \"startls\"; did you mean \"starttls\"?",
    );
    wrong(
        "[email]\nhost = \"h\"\nfrom = \"f@h.example\"\nuser = \"u\"",
        "f.toml:4:8: [email] user: has no password; add password_file or password",
    );
}

#[test]
fn webhooks_sign_with_a_key() {
    let text = format!(
        "[[webhook]]\nname = \"board\"\nurl = \"https://b.example/h\"\nsecret = \"{WHSEC}\"\nold_secret = \"{WHSEC}\""
    );
    let hook = right(&text).outreach.webhooks.remove(0);
    assert_eq!((hook.secrets.len(), hook.secrets[0].expose()), (2, WHSEC.trim_start_matches("whsec_")));
    wrong("[[webhook]]\nname = \"b\"\nurl = \"https://b.example\"", "f.toml:1:1: [[webhook]]: has no secret");
    wrong(
        "[[webhook]]\nname = \"b\"\nurl = \"https://b.example\"\nsecret = \"easy\"",
        "f.toml:4:10: [[webhook]] secret: is no key of Standard Webhooks: whsec_ and 24 to 64 bytes in base64; `echo whsec_$(openssl rand -base64 32)` makes one",
    );
}

#[test]
fn pages_go_where_there_is_something() {
    let page = |to: &str| format!("[[escalation]]\nname = \"e\"\nsteps = [{{ page = \"{to}\" }}]\n");
    let at = "f.toml:3:10: [[escalation]] steps:";
    wrong(&page("webhook:board"), &format!("{at} unknown webhook \"board\"; none is configured"));
    wrong(&page("email:a@b.example"), &format!("{at} \"email:a@b.example\" needs [email]: add its host and from"));
    let with = page("pagerduty:chekout") + "[[pagerduty]]\nname = \"checkout\"\nrouting_key = \"k\"";
    wrong(&with, &format!("{at} unknown pagerduty \"chekout\"; did you mean \"checkout\"?"));
    right(&page("ntfy:topic"));
}

#[test]
fn secrets_are_never_shown() {
    let text = "[[webhook]]\nname = \"b\"\nurl = \"https://b.example\"\nsecret = [\"swordfish\"]\n[[pagerduty]]\nname = \"p\"\nrouting_key = [\"swordfish\"]\n[email]\npassword = [\"swordfish\"]";
    let problems = Config::read("f.toml", text, Vec::new()).unwrap_err().to_string();
    assert_eq!(problems.lines().count(), 3, "{problems}");
    assert!(!problems.contains("swordfish"), "{problems}");
}
