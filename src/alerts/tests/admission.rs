//! Who may post, and who may not.

use super::super::admission::admitted;
use super::*;

fn enters(source: &Source, query: &str, headers: Headers<'_>, body: &str) -> bool {
    let header = look_up(headers);
    admitted(&Delivery { source, header: &header, body: body.as_bytes(), at: now() }, query).is_ok()
}

#[test]
fn a_token_is_given_in_any_of_four_ways() {
    let source = Source { token: Some("hush+hush".into()), ..source(AlertKind::Alertmanager) };
    for headers in [
        [("authorization", "Bearer hush+hush")],
        [("authorization", "bearer hush+hush")],
        [("authorization", "Basic YW55Ym9keTpodXNoK2h1c2g=")],
        [("x-firebell-token", "hush+hush")],
    ] {
        assert!(enters(&source, "", &headers, "{}"), "{headers:?}");
    }
    assert!(enters(&source, "a=b&token=hush%2Bhush", &[], "{}"));
    for headers in [
        [("authorization", "Bearer hush")],
        [("authorization", "hush+hush")],
        [("authorization", "Basic hush+hush")],
        [("authorization", "Basic aHVzaCtodXNoOm90aGVy")],
        [("authorization", "Bearer")],
        [("x-firebell-token", "")],
    ] {
        assert!(!enters(&source, "token=hush", &headers, "{}"), "{headers:?}");
    }
    assert!(!enters(&source, "", &[], "{}"));
}

#[test]
fn nobody_enters_where_nothing_is_configured() {
    assert!(!enters(&source(AlertKind::Alertmanager), "token=", &[("authorization", "Bearer ")], "{}"));
}

fn signing(kind: AlertKind) -> Source {
    Source { secret: Some("secret".into()), ..source(kind) }
}

#[test]
fn pagerduty_may_sign_with_several_secrets() {
    let source = signing(AlertKind::Pagerduty);
    let (right, wrong) = (signature("secret", PAGERDUTY), signature("other", PAGERDUTY));
    let enters = |given: &str| enters(&source, "", &[("x-pagerduty-signature", given)], PAGERDUTY);
    assert!(enters(&format!("v1={right}")));
    assert!(enters(&format!("v1={wrong}, v1={right}")));
    assert!(!enters(&format!("v1={wrong}")));
    assert!(!enters(&format!("v0={right}")));
    assert!(!enters(&right));
    assert!(!enters(""));
}

#[test]
fn sentry_signs_the_body() {
    let source = signing(AlertKind::Sentry);
    let right = signature("secret", SENTRY_ISSUE);
    assert!(enters(&source, "", &[("sentry-hook-signature", &right)], SENTRY_ISSUE));
    assert!(!enters(&source, "", &[("sentry-hook-signature", &right)], &SENTRY_ISSUE.replace("created", "resolved")));
    assert!(!enters(&source, "", &[("sentry-hook-signature", &right[..62])], SENTRY_ISSUE));
    assert!(!enters(&source, "", &[], SENTRY_ISSUE));
}

#[test]
fn grafana_can_sign_the_time_too() {
    let mut source = signing(AlertKind::Grafana);
    let bare = signature("secret", GRAFANA);
    assert!(enters(&source, "", &[("x-grafana-alerting-signature", &bare)], GRAFANA));
    source.timestamp_header = Some("x-grafana-alerting-timestamp".into());
    assert!(!enters(&source, "", &[("x-grafana-alerting-signature", &bare)], GRAFANA));
    let sent = |ago: i64, signed_ago: i64| {
        let time = (now().timestamp() - ago).to_string();
        let signed = signature("secret", &format!("{}:{GRAFANA}", now().timestamp() - signed_ago));
        let headers = [("x-grafana-alerting-signature", signed.as_str()), ("x-grafana-alerting-timestamp", &time)];
        enters(&source, "", &headers, GRAFANA)
    };
    assert!(sent(0, 0) && sent(300, 300) && sent(-300, -300));
    assert!(!sent(301, 301), "a recording");
    assert!(!sent(0, 301), "a recording with another time");
}

#[test]
fn whatever_else_signs_says_in_which_header() {
    let mut source = signing(AlertKind::Json);
    let right = signature("secret", CHECKS);
    assert!(!enters(&source, "", &[("x-signature", &right)], CHECKS));
    source.signature_header = Some("x-signature".into());
    assert!(enters(&source, "", &[("x-signature", &right)], CHECKS));
    assert!(enters(&source, "", &[("x-signature", &format!("sha256={right}"))], CHECKS));
    assert!(!enters(&source, "", &[("x-signature", &right)], "{}"));
}

#[test]
fn with_a_token_and_a_secret_both_have_to_be_right() {
    let source = Source { token: Some("hush".into()), ..signing(AlertKind::Sentry) };
    let right = signature("secret", SENTRY_ISSUE);
    let signed = ("sentry-hook-signature", right.as_str());
    assert!(enters(&source, "token=hush", &[signed], SENTRY_ISSUE));
    assert!(!enters(&source, "", &[signed], SENTRY_ISSUE));
    assert!(!enters(&source, "token=hush", &[], SENTRY_ISSUE));
}
