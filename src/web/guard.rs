//! What stands before every page: which names we answer to, and what a browser may do with what it gets.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Site;
use crate::export::STYLE_HASH;

const POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self'; frame-ancestors 'none'; \
                      base-uri 'none'; form-action 'self'";

/// The names under which we may be asked for. Somebody's page can point a name of its own at 127.0.0.1 and read us
/// from there (DNS rebinding); a browser still sends that name as the host, and so is told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// Others can reach us anyway, under names that we do not know.
    Any,
    These(Vec<String>),
}

impl Hosts {
    /// By the address that we listen on and the configured public address, such as `https://firebell.example.org`.
    pub fn listening(on: SocketAddr, public_url: Option<&str>) -> Self {
        if !on.ip().is_loopback() {
            return Hosts::Any;
        }
        let mut names: Vec<String> = ["localhost", "127.0.0.1", "[::1]"].map(String::from).into();
        let public = public_url.and_then(|url| url.parse::<Uri>().ok());
        names.extend(public.as_ref().and_then(Uri::host).map(str::to_lowercase));
        Hosts::These(names)
    }

    fn allow(&self, host: Option<&str>) -> bool {
        match self {
            Hosts::Any => true,
            Hosts::These(names) => host.is_some_and(|host| {
                let host = without_port(host).to_lowercase();
                names.contains(&host)
            }),
        }
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => name,
        _ => host,
    }
}

pub(super) async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    // HTTP/2 has the host in the address of the request.
    let host = request.headers().get(HOST).and_then(|h| h.to_str().ok()).or(request.uri().host());
    let mut response = if site.hosts.allow(host) {
        next.run(request).await
    } else {
        (StatusCode::MISDIRECTED_REQUEST, "Firebell does not answer under this name.\n").into_response()
    };
    add_headers(response.headers_mut());
    response
}

fn add_headers(headers: &mut HeaderMap) {
    let mut unless_set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    unless_set(CONTENT_SECURITY_POLICY, POLICY);
    unless_set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    unless_set(REFERRER_POLICY, "same-origin");
    // What one viewer may see is not for the next one at the same browser.
    unless_set(CACHE_CONTROL, "no-store");
}

/// The policy for a page of [`crate::export`], which carries its own style.
pub(super) fn export_policy() -> String {
    POLICY.replace("style-src 'self'", &format!("style-src 'self' '{STYLE_HASH}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_loopback_only_our_own_names_are_answered() {
        let hosts = Hosts::listening(([127, 0, 0, 1], 7878).into(), Some("https://Fire.example.org/x"));
        for name in ["localhost:7878", "LOCALHOST", "127.0.0.1:7878", "[::1]:7878", "[::1]", "fire.example.org"] {
            assert!(hosts.allow(Some(name)), "{name}");
        }
        for name in ["evil.example", "127.0.0.1.evil.example:7878", "localhost.evil.example", ""] {
            assert!(!hosts.allow(Some(name)), "{name}");
        }
        assert!(!hosts.allow(None));
        assert!(Hosts::listening(([0, 0, 0, 0], 80).into(), None).allow(Some("any.example")));
    }
}
