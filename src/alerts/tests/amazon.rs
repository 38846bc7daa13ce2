//! Amazon's messages. They are signed as Amazon signs, with a key that was thrown away; `amazon.pem` is its certificate
//! (`openssl req -x509 -newkey rsa:2048`). To have others, make a new one and sign what `Message::signed` gives with
//! `openssl dgst -sha256 -sign`; `amazon_ok.json` is of signature version 1, so with `-sha1`.

use chrono::TimeDelta;

use super::world::World;
use super::*;

pub(super) const ALARM: &str = include_str!("amazon_alarm.json");
pub(super) const SUBSCRIPTION: &str = include_str!("amazon_subscription.json");
const OK: &str = include_str!("amazon_ok.json");
const CERTIFICATE: &str = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem";
const CONFIRM: &str = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&\
                       TopicArn=arn:aws:sns:eu-west-1:123456789012:alarms&Token=2336412f37fb";
const PATH: &str = "/alerts/src";

fn world() -> World {
    let world = World::new(vec![source(AlertKind::Cloudwatch)]);
    world.web.pages.lock().unwrap().insert(CERTIFICATE.into(), include_str!("amazon.pem").into());
    world
}

fn asked(world: &World) -> Vec<String> {
    std::mem::take(&mut *world.web.asked.lock().unwrap())
}

#[tokio::test]
async fn an_alarm_comes_and_goes() {
    let world = world();
    for body in [ALARM, OK] {
        assert_eq!(world.post(PATH, &[], body.as_bytes()).await.body, "Alerts taken: 1.\n");
    }
    let known_by = "checkout-5xx [arn:aws:cloudwatch:eu-west-1:123456789012:alarm:checkout-5xx]";
    let told = [format!("firing {known_by} 2027-01-14 12:34:56"), format!("over {known_by} 2027-01-14 12:44:56")];
    assert_eq!(world.take_in().await, told);
    // The certificate is asked for once.
    assert_eq!(asked(&world), [CERTIFICATE]);
}

#[test]
fn an_alarm_has_labels_and_a_link() {
    let alert = one(&source(AlertKind::Cloudwatch), &[], ALARM);
    let labels = ["LoadBalancer", "MetricName", "Region", "AWSAccountId"].map(|name| alert.labels[name].as_str());
    let expected = ["app/checkout/50dc6c495c0c9188", "HTTPCode_Target_5XX_Count", "EU (Ireland)", "123456789012"];
    assert_eq!(labels, expected);
    assert_eq!(
        alert.link.as_deref(),
        Some("https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/checkout%2D5xx")
    );
    assert!(alert.text.unwrap().starts_with("Too many errors at the checkout.\n\nThreshold Crossed: "));
    let unknown = ALARM.replace("NewStateValue\\\": \\\"ALARM", "NewStateValue\\\": \\\"INSUFFICIENT_DATA");
    assert_eq!(alerts(&source(AlertKind::Cloudwatch), &[], &unknown), []);
    let told =
        unreadable(&source(AlertKind::Cloudwatch), &[], &ALARM.replace("\"Message\": \"{", "\"Message\": \"Hi {"));
    assert_eq!(told, "the message is none of a CloudWatch alarm: only those belong on this topic");
}

#[tokio::test]
async fn what_amazon_has_not_signed_is_turned_away() {
    let world = world();
    for (from, to) in [
        ("checkout-5xx", "checkout-4xx"),
        ("3a4c1c6f0001", "3a4c1c6f0009"),
        ("12:34:56.900Z", "12:34:57.900Z"),
        ("\"SignatureVersion\": \"2\"", "\"SignatureVersion\": \"1\""),
        ("\"SignatureVersion\": \"2\"", "\"SignatureVersion\": \"3\""),
        ("\"Signature\": \"", "\"Signature\": \"AAAA"),
        ("\"Signature\": \"", "\"Signature\": \"?"),
        ("sns.eu-west-1.amazonaws.com/S", "sns.eu-west-1.evil.example/S"),
        (":alarms\"", ":others\""),
    ] {
        let changed = ALARM.replace(from, to);
        assert_ne!(changed, ALARM);
        assert_eq!(world.status(PATH, &[], changed.as_bytes()).await, 401, "{from} → {to}");
    }
    assert_eq!(world.status(PATH, &[], b"{}").await, 400);
    assert!(world.take_in().await.is_empty());
    assert!(asked(&world).iter().all(|address| address == CERTIFICATE));
}

#[tokio::test]
async fn without_the_certificate_amazon_is_asked_to_repeat() {
    let world = world();
    let page = world.web.pages.lock().unwrap().remove(CERTIFICATE).unwrap();
    assert_eq!(world.status(PATH, &[], ALARM.as_bytes()).await, 503);
    world.web.pages.lock().unwrap().insert(CERTIFICATE.into(), "not a certificate".into());
    assert_eq!(world.status(PATH, &[], ALARM.as_bytes()).await, 401);
    world.web.pages.lock().unwrap().insert(CERTIFICATE.into(), page);
    assert_eq!(world.status(PATH, &[], ALARM.as_bytes()).await, 200);
    // It is valid for a hundred years.
    world.later(TimeDelta::days(100 * 366));
    assert_eq!(world.status(PATH, &[], ALARM.as_bytes()).await, 401);
}

#[tokio::test]
async fn a_subscription_is_confirmed() {
    let world = world();
    assert_eq!(world.post(PATH, &[], SUBSCRIPTION.as_bytes()).await.body, "The subscription will be confirmed.\n");
    assert_eq!(asked(&world), [CERTIFICATE]);
    // Amazon does not answer; then it does.
    assert!(world.take_in().await.is_empty());
    world.web.pages.lock().unwrap().insert(CONFIRM.into(), "<ConfirmSubscriptionResponse/>".into());
    world.later(TimeDelta::seconds(31));
    world.take_in().await;
    assert_eq!(asked(&world), [CONFIRM, CONFIRM]);
    assert!(world.mail.letters.lock().unwrap().is_empty() && world.mail.aside.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_subscription_that_can_not_be_confirmed_is_told_in_the_end() {
    let world = world();
    assert_eq!(world.status(PATH, &[], SUBSCRIPTION.as_bytes()).await, 200);
    world.later(TimeDelta::days(3));
    world.take_in().await;
    assert_eq!(*world.mail.aside.lock().unwrap(), ["nobody answers"]);
}

#[test]
fn only_amazons_confirmation_is_asked_for() {
    let source = source(AlertKind::Cloudwatch);
    assert_eq!(told(&source, &[], SUBSCRIPTION.as_bytes()), Ok(Told::Confirm(CONFIRM.into())));
    let elsewhere = SUBSCRIPTION.replace("https://sns.eu-west-1.amazonaws.com/?", "https://169.254.169.254/?");
    assert_eq!(unreadable(&source, &[], &elsewhere), "the SubscribeURL does not confirm a subscription at Amazon SNS");
    let ended = SUBSCRIPTION.replace("SubscriptionConfirmation", "UnsubscribeConfirmation");
    assert_eq!(told(&source, &[], ended.as_bytes()), Ok(Told::Ended));
}
