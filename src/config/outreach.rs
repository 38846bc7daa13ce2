//! `[email]`, `[ntfy]`, `[[webhook]]`, `[[pagerduty]]`: how to reach who is in no chat.

use super::error::instead;
use super::secret::Secret;
use super::values::{Judge, start};
use super::written::{self, Text, Written};
use super::{Email, EmailTls, Ntfy, Outreach, PagerdutyService, Webhook};
use crate::plan::{Address, Plan, Target, Way, is_email};

const NTFY: &str = "https://ntfy.sh";
const EVENTS: &str = "https://events.pagerduty.com";
/// What keys of Standard Webhooks begin with.
const WHSEC: &str = "whsec_";

pub(super) fn outreach(judge: &mut Judge<'_>, written: &Written) -> Outreach {
    Outreach {
        email: email(judge, &written.email),
        ntfy: ntfy(judge, &written.ntfy),
        webhooks: written.webhook.iter().filter_map(|w| webhook(judge, start(w), w.get_ref())).collect(),
        pagerduty: written.pagerduty.iter().filter_map(|p| pagerduty(judge, start(p), p.get_ref())).collect(),
    }
}

/// On once there is a host.
fn email(judge: &mut Judge<'_>, written: &written::Email) -> Option<Email> {
    let password = judge.secret("[email] password", written.password.as_ref(), written.password_file.as_ref());
    let host = judge.text("[email] host", written.host.as_ref()?);
    let modes = [("starttls", EmailTls::Starttls), ("tls", EmailTls::Implicit), ("none", EmailTls::None)];
    let tls = written.tls.as_ref();
    let tls = tls.map_or(EmailTls::Starttls, |w| judge.choice("[email] tls", w, &modes, EmailTls::Starttls));
    let usual = match tls {
        EmailTls::Starttls => 587,
        EmailTls::Implicit => 465,
        EmailTls::None => 25,
    };
    let from = match &written.from {
        Some(from) => mailbox(judge, "[email] from", from),
        None => {
            let at = written.host.as_ref().map_or(0, start);
            judge.wrong(
                at,
                "[email] from",
                "is missing: whom e-mails come from, such as Firebell <firebell@example.org>",
            );
            String::new()
        }
    };
    let user = written.user.as_ref().map(|user| judge.text("[email] user", user));
    let login = match (user, password, &written.user) {
        (Some(user), Some(password), _) => Some((user, password)),
        (Some(_), None, Some(user)) if written.password_file.is_none() => {
            judge.wrong(start(user), "[email] user", "has no password; add password_file or password");
            None
        }
        _ => None,
    };
    let reply_to = written.reply_to.as_ref().map(|w| mailbox(judge, "[email] reply_to", w));
    Some(Email { host, port: written.port.unwrap_or(usual), tls, login, from, reply_to })
}

/// `ann@example.org`, `Ann Lee <ann@example.org>`.
fn mailbox(judge: &mut Judge<'_>, key: &str, written: &Text) -> String {
    let text = written.get_ref().trim();
    let address = text.strip_suffix('>').and_then(|t| t.rsplit_once('<')).map_or(text, |(_, address)| address);
    if !is_email(address) || text.contains(char::is_control) {
        let what = format!("\"{text}\" is no e-mail address, such as Firebell <firebell@example.org>");
        judge.wrong(start(written), key, what);
    }
    text.to_string()
}

fn ntfy(judge: &mut Judge<'_>, written: &written::Ntfy) -> Ntfy {
    Ntfy {
        url: written.url.as_ref().map_or(NTFY.to_string(), |w| judge.web_address("[ntfy] url", w)),
        token: judge.secret("[ntfy] token", written.token.as_ref(), written.token_file.as_ref()),
    }
}

fn webhook(judge: &mut Judge<'_>, at: usize, written: &written::Webhook) -> Option<Webhook> {
    const HOOK: &str = "[[webhook]]";
    let secret = judge.secret("[[webhook]] secret", written.secret.as_ref(), written.secret_file.as_ref());
    let old = judge.secret("[[webhook]] old_secret", written.old_secret.as_ref(), written.old_secret_file.as_ref());
    let name = written.name.as_ref().map(|w| judge.word("[[webhook]] name", w));
    let url = written.url.as_ref().map(|w| judge.web_address("[[webhook]] url", w));
    let has_secret = written.secret.is_some() || written.secret_file.is_some();
    let given = [("name", name.is_some()), ("url", url.is_some()), ("secret", has_secret)];
    for (key, _) in given.iter().filter(|(_, given)| !given) {
        judge.wrong(at, HOOK, format!("has no {key}"));
    }
    let secrets =
        [(secret, &written.secret, &written.secret_file), (old, &written.old_secret, &written.old_secret_file)];
    let secrets = secrets.into_iter().filter_map(|(secret, here, file)| {
        let at = here.as_ref().or(file.as_ref()).map_or(at, start);
        Some(key_of(judge, at, &secret?))
    });
    let secrets = secrets.collect();
    Some(Webhook { name: name?, url: url?, secrets })
}

/// In base64, 24 to 64 bytes, usually behind `whsec_`.
fn key_of(judge: &mut Judge<'_>, at: usize, secret: &Secret) -> Secret {
    use base64::Engine;
    let text = secret.expose().trim().trim_start_matches(WHSEC);
    let key = base64::engine::general_purpose::STANDARD.decode(text);
    if key.is_ok_and(|key| (24..=64).contains(&key.len())) {
        return Secret::new(text);
    }
    let what = "is no key of Standard Webhooks: whsec_ and 24 to 64 bytes in base64; \
                `echo whsec_$(openssl rand -base64 32)` makes one";
    judge.wrong(at, "[[webhook]] secret", what);
    Secret::new("")
}

fn pagerduty(judge: &mut Judge<'_>, at: usize, written: &written::Pagerduty) -> Option<PagerdutyService> {
    let key = "[[pagerduty]] routing_key";
    let routing_key = judge.secret(key, written.routing_key.as_ref(), written.routing_key_file.as_ref());
    let has_key = written.routing_key.is_some() || written.routing_key_file.is_some();
    let name = written.name.as_ref().map(|w| judge.word("[[pagerduty]] name", w));
    for (key, _) in [("name", name.is_some()), ("routing_key", has_key)].iter().filter(|(_, given)| !given) {
        judge.wrong(at, "[[pagerduty]]", format!("has no {key}"));
    }
    let api_url = written.api_url.as_ref();
    let api_url = api_url.map_or(EVENTS.to_string(), |w| judge.web_address("[[pagerduty]] api_url", w));
    Some(PagerdutyService { name: name?, routing_key: routing_key?, api_url })
}

// --- What the plan names ----------------------------------------------------------------------------------------------

/// An address whose way is not there would never be reached.
pub(super) fn is_there(judge: &mut Judge<'_>, at: usize, key: &str, address: &Address, outreach: &Outreach) {
    let unknown = |judge: &mut Judge<'_>, what: &str, known: Vec<&String>| {
        judge.wrong(at, key, format!("unknown {what} \"{}\"; {}", address.to, instead(&address.to, &known)));
    };
    match address.way {
        Way::Email if outreach.email.is_none() => {
            judge.wrong(at, key, format!("\"{address}\" needs [email]: add its host and from"))
        }
        Way::Webhook if !outreach.webhooks.iter().any(|w| w.name == address.to) => {
            unknown(judge, "webhook", outreach.webhooks.iter().map(|w| &w.name).collect());
        }
        Way::Pagerduty if !outreach.pagerduty.iter().any(|p| p.name == address.to) => {
            unknown(judge, "pagerduty", outreach.pagerduty.iter().map(|p| &p.name).collect());
        }
        _ => {}
    }
}

/// The addresses that escalations page, each with where it was written.
pub(super) fn paged_addresses<'a>(plan: &'a Plan, written: &'a Written) -> Vec<(usize, &'a Address)> {
    let steps = written.escalation.iter().flat_map(|list| list.get_ref()).flat_map(|e| &e.get_ref().steps);
    let places = steps.map(start);
    let steps = plan.escalations.iter().flat_map(|e| &e.steps);
    let addresses = places.zip(steps).flat_map(|(at, step)| {
        step.page.iter().filter_map(move |target| match target {
            Target::Address(address) => Some((at, address)),
            _ => None,
        })
    });
    addresses.collect()
}
