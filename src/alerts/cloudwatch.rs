//! Amazon CloudWatch: its alarms go to a topic of Amazon SNS, which posts them.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html>

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::fields::{Found, Labels, json, labels, needed, text, time};
use super::sns::{Kind, Message, is_confirmation};
use super::{Delivery, Told, Unreadable};

const LABELS: [(&str, &str); 7] = [
    ("AlarmName", "/AlarmName"),
    ("AWSAccountId", "/AWSAccountId"),
    ("Region", "/Region"),
    ("OldStateValue", "/OldStateValue"),
    ("Namespace", "/Trigger/Namespace"),
    ("MetricName", "/Trigger/MetricName"),
    ("AlarmRule", "/AlarmRule"),
];

pub(super) fn read(delivery: &Delivery<'_>) -> Result<Told, Unreadable> {
    let message = Message::read(delivery.body)?;
    match message.kind {
        Kind::Notification => alarm(delivery, &message.message),
        Kind::UnsubscribeConfirmation => Ok(Told::Ended),
        Kind::SubscriptionConfirmation => match message.subscribe_url.filter(|address| is_confirmation(address)) {
            Some(address) => Ok(Told::Confirm(address)),
            None => Err(Unreadable::new("the SubscribeURL does not confirm a subscription at Amazon SNS")),
        },
    }
}

fn alarm(delivery: &Delivery<'_>, message: &str) -> Result<Told, Unreadable> {
    let alarm = json(message.as_bytes())
        .map_err(|_| Unreadable::new("the message is none of a CloudWatch alarm: only those belong on this topic"))?;
    let firing = match needed(&alarm, "/NewStateValue")?.as_str() {
        "ALARM" => true,
        "OK" => false,
        // Not enough is known to say that anything has changed.
        "INSUFFICIENT_DATA" => return Ok(Told::Alerts(Vec::new())),
        other => return Err(Unreadable::new(format!("NewStateValue is {other}, which is not known"))),
    };
    let name = needed(&alarm, "/AlarmName")?;
    let arn = text(&alarm, "/AlarmArn");
    let texts: Vec<String> =
        ["/AlarmDescription", "/NewStateReason"].iter().filter_map(|path| text(&alarm, path)).collect();
    let mut labels = labels(&alarm, &LABELS);
    labels.extend(dimensions(&alarm));
    let found = Found {
        firing,
        text: Some(texts.join("\n\n")),
        labels,
        at: time(&alarm, "/StateChangeTime"),
        link: arn.as_ref().and_then(|arn| link(arn, &name)),
        // Older alarms came without an ARN.
        fingerprint: arn.unwrap_or_else(|| name.clone()),
        title: Some(name),
    };
    Ok(Told::Alerts(vec![found.of(delivery)]))
}

/// By their own names, `InstanceId`; of the alarm's metric, or of those that it calculates with.
fn dimensions(alarm: &Value) -> Labels {
    let of = |value: &Value, path: &str| value.pointer(path).and_then(Value::as_array).cloned().unwrap_or_default();
    let metrics = of(alarm, "/Trigger/Metrics");
    let calculated = metrics.iter().flat_map(|metric| of(metric, "/MetricStat/Metric/Dimensions"));
    let all = calculated.chain(of(alarm, "/Trigger/Dimensions"));
    all.filter_map(|dimension| Some((text(&dimension, "/name")?, text(&dimension, "/value")?))).collect()
}

/// The alarm in Amazon's console: `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:NAME`.
fn link(arn: &str, name: &str) -> Option<String> {
    let mut parts = arn.split(':');
    let console = match (parts.next()?, parts.next()?) {
        ("arn", "aws") => "console.aws.amazon.com",
        ("arn", "aws-cn") => "console.amazonaws.cn",
        _ => return None,
    };
    let region = parts.nth(1)?;
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    Some(format!("https://{region}.{console}/cloudwatch/home?region={region}#alarmsV2:alarm/{name}"))
}
