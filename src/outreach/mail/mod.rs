//! E-mail, by SMTP. One message for each who gets it, so that nobody reads who else does.

mod render;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls as SmtpTls, TlsParameters};
use lettre::{AsyncTransport, Tokio1Executor};
use sha2::{Digest, Sha256};

use crate::plan::{Address, Way};
use crate::ports::{Clock, Failure, Notice, Once, Outlet};

/// Servers that look at the sender first take their time.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the connection is kept from being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// It begins in the open and is encrypted before anything is said (port 587).
    Starttls,
    /// It is encrypted from the start (port 465).
    Implicit,
    /// It is not.
    None,
}

pub struct MailSettings {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub login: Option<(String, String)>,
    /// `Firebell <firebell@example.org>`
    pub from: Mailbox,
    pub reply_to: Option<Mailbox>,
}

pub struct Mail {
    smtp: AsyncSmtpTransport<Tokio1Executor>,
    clock: Arc<dyn Clock>,
    from: Mailbox,
    reply_to: Option<Mailbox>,
}

impl Mail {
    /// Must be called within a Tokio runtime. Fails if the system has no root certificates.
    pub fn new(settings: MailSettings, clock: Arc<dyn Clock>) -> Result<Mail, String> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let parameters = || TlsParameters::new(settings.host.clone()).map_err(|e| e.to_string());
        let tls = match settings.tls {
            Tls::Starttls => SmtpTls::Required(parameters()?),
            Tls::Implicit => SmtpTls::Wrapper(parameters()?),
            Tls::None => SmtpTls::None,
        };
        let smtp = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(PATIENCE));
        let smtp = match settings.login {
            Some((user, password)) => smtp.credentials(Credentials::new(user, password)),
            None => smtp,
        };
        Ok(Mail { smtp: smtp.build(), clock, from: settings.from, reply_to: settings.reply_to })
    }

    /// Whether the server is there and lets us in; nothing is sent.
    pub async fn check(&self) -> Result<(), String> {
        match self.smtp.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("the server did not answer".into()),
            Err(error) => Err(in_words(&error)),
        }
    }

    fn message(&self, key: &str, to: Mailbox, notice: &Notice) -> Result<Message, lettre::error::Error> {
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(to)
            // A line break would begin another header; in a subject it is a space.
            .subject(notice.subject.split_whitespace().collect::<Vec<_>>().join(" "))
            .date(self.clock.now().into())
            .message_id(Some(self.id("message", key)))
            // The same for all of a topic: clients put them into one thread, also without its first message.
            .in_reply_to(self.id("topic", &notice.topic))
            .references(self.id("topic", &notice.topic));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        let body = MultiPart::alternative_plain_html(render::text(notice), render::html(notice));
        let mut message = builder.multipart(body)?;
        // No answer by a machine, please (RFC 3834).
        let mut headers = vec![("Auto-Submitted", "auto-generated".to_string())];
        if let Some(url) = &notice.unsubscribe {
            headers.push(("List-Unsubscribe", format!("<{url}>")));
            // RFC 8058: one click, by POST.
            headers.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()));
        }
        for (name, value) in headers {
            message.headers_mut().insert_raw(HeaderValue::new(HeaderName::new_from_ascii_str(name), value));
        }
        Ok(message)
    }

    /// The same for the same work: a mail server that gets it twice can tell.
    fn id(&self, what: &str, key: &str) -> String {
        let digest = hex::encode(Sha256::digest(format!("{what}/{key}").as_bytes()));
        format!("<{}.{what}@{}>", &digest[..32], self.from.email.domain())
    }
}

#[async_trait]
impl Outlet for Mail {
    fn way(&self) -> Way {
        Way::Email
    }

    async fn send(&self, once: Once<'_>, to: &Address, notice: &Notice) -> Result<(), Failure> {
        let never = |why: String| Failure::Never { why };
        let to = to.to.parse().map_err(|_| never(format!("{to} is not an e-mail address")))?;
        let message = self.message(once.key, to, notice).map_err(|e| never(e.to_string()))?;
        match self.smtp.send(message).await {
            Ok(_) => Ok(()),
            // The server has said that it will not, and says the same tomorrow.
            Err(error) if error.is_permanent() => Err(never(in_words(&error))),
            Err(error) => Err(Failure::Later { why: in_words(&error), after: None }),
        }
    }
}

fn in_words(error: &lettre::transport::smtp::Error) -> String {
    let mut words = error.to_string();
    let mut beneath = std::error::Error::source(error);
    while let Some(error) = beneath {
        let more = error.to_string();
        if !words.contains(&more) {
            words.push_str(&format!(": {more}"));
        }
        beneath = error.source();
    }
    words
}
