//! Ways to reach who is in no chat: e-mail, programs that are posted to, ntfy, PagerDuty. Each is an [`Outlet`].
//!
//! Operators say where things go, so that no address is refused for being inside of their network.

mod http;
mod mail;
mod ntfy;
mod pagerduty;
mod webhook;

pub use http::Http;
pub use mail::{Mail, MailSettings, Tls};
pub use ntfy::{Ntfy, NtfySettings};
pub use pagerduty::{Pagerduty, PagerdutyService};
pub use webhook::{Hook, Webhooks};
