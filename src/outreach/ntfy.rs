//! ntfy: a push message to a phone, by a topic. It has no identity of its own: sent again, it is there twice, which is
//! better than not at all.

use async_trait::async_trait;
use serde_json::json;

use super::http::Http;
use crate::plan::{Address, Way};
use crate::ports::{Failure, Notice, Once, Outlet, Urgency};

/// ntfy takes 4,096 bytes as a message and makes a file of what is longer.
const LONGEST: usize = 3_500;

pub struct NtfySettings {
    /// The server, without a slash at the end: `https://ntfy.sh`.
    pub url: String,
    pub token: Option<String>,
}

pub struct Ntfy {
    http: Http,
    settings: NtfySettings,
}

impl Ntfy {
    pub fn new(http: Http, settings: NtfySettings) -> Self {
        Ntfy { http, settings }
    }

    /// Whether the server is there.
    pub async fn check(&self) -> Result<(), String> {
        self.http.get(&format!("{}/v1/health", self.settings.url)).await
    }
}

#[async_trait]
impl Outlet for Ntfy {
    fn way(&self) -> Way {
        Way::Ntfy
    }

    /// As JSON to the server itself, which takes text in any language (<https://docs.ntfy.sh/publish/#publish-as-json>).
    async fn send(&self, _once: Once<'_>, to: &Address, notice: &Notice) -> Result<(), Failure> {
        let (priority, tag) = match notice.urgency {
            Urgency::Page => (5, "rotating_light"),
            Urgency::Notice => (3, "bell"),
        };
        let mut message = json!({
            "topic": to.to,
            "title": notice.subject,
            "message": cut(&notice.doc.to_plain()),
            "priority": priority,
            "tags": [tag],
        });
        // Its page has the button that answers: a phone must not answer by itself.
        if let Some(answer) = &notice.answer {
            message["click"] = answer.url.as_str().into();
            message["actions"] = json!([{ "action": "view", "label": answer.label, "url": answer.url }]);
        }
        let token = self.settings.token.iter().map(|token| ("authorization", format!("Bearer {token}")));
        self.http.post(&self.settings.url, &token.collect::<Vec<_>>(), message.to_string()).await
    }
}

fn cut(text: &str) -> String {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let more = if end < text.len() { "…" } else { "" };
    format!("{}{more}", &text[..end])
}
