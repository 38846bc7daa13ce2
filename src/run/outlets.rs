//! What reaches people outside of chats, as far as it is wired.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Failed;
use crate::config::{Config, Email, EmailTls, Secret};
use crate::outreach::{Hook, Http, Mail, MailSettings, Ntfy, NtfySettings, Pagerduty, PagerdutyService, Tls, Webhooks};
use crate::ports::{Clock, Outlet};

/// What all that is asked for over the network shares.
pub(super) fn http() -> Result<Http, Failed> {
    Http::new().map_err(|e| roots(e.to_string()))
}

/// All outlets that are configured.
pub(super) fn open(config: &Config, http: Http, clock: Arc<dyn Clock>) -> Result<Vec<Arc<dyn Outlet>>, Failed> {
    let outreach = &config.outreach;
    let mut outlets: Vec<Arc<dyn Outlet>> = vec![Arc::new(ntfy(config, &http))];
    if let Some(email) = &outreach.email {
        outlets.push(Arc::new(mail(email, clock.clone())?));
    }
    if !outreach.webhooks.is_empty() {
        let exposed = |secrets: &[Secret]| secrets.iter().map(|s| s.expose().to_string()).collect();
        let hooks = outreach.webhooks.iter();
        let hooks = hooks.map(|w| (w.name.clone(), Hook { url: w.url.clone(), secrets: exposed(&w.secrets) }));
        outlets.push(Arc::new(Webhooks::new(http.clone(), clock, hooks.collect())));
    }
    if !outreach.pagerduty.is_empty() {
        let services: BTreeMap<_, _> = outreach
            .pagerduty
            .iter()
            .map(|p| {
                let routing_key = p.routing_key.expose().to_string();
                (p.name.clone(), PagerdutyService { routing_key, api_url: p.api_url.clone() })
            })
            .collect();
        outlets.push(Arc::new(Pagerduty::new(http, services)));
    }
    Ok(outlets)
}

pub(super) fn mail(email: &Email, clock: Arc<dyn Clock>) -> Result<Mail, Failed> {
    let mailbox = |text: &str| text.parse().map_err(|e| Failed::Found(format!("\"{text}\" is no e-mail address: {e}")));
    let settings = MailSettings {
        host: email.host.clone(),
        port: email.port,
        tls: match email.tls {
            EmailTls::Starttls => Tls::Starttls,
            EmailTls::Implicit => Tls::Implicit,
            EmailTls::None => Tls::None,
        },
        login: email.login.as_ref().map(|(user, password)| (user.clone(), password.expose().to_string())),
        from: mailbox(&email.from)?,
        reply_to: email.reply_to.as_deref().map(mailbox).transpose()?,
    };
    Mail::new(settings, clock).map_err(roots)
}

pub(super) fn ntfy(config: &Config, http: &Http) -> Ntfy {
    let ntfy = &config.outreach.ntfy;
    let token = ntfy.token.as_ref().map(|token| token.expose().to_string());
    Ntfy::new(http.clone(), NtfySettings { url: ntfy.url.clone(), token })
}

fn roots(why: String) -> Failed {
    Failed::Io { what: "the system's root certificates".into(), why: std::io::Error::other(why) }
}
