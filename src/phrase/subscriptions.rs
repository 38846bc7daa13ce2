//! To those who want to hear of something, or no more.

use super::{Doc, Span, Style, strong, text};
use crate::plan::{Plan, Topic, key};

/// They hear of it from now on, or no more. `title`: the incident's.
pub fn wished(topic: &Topic, wanted: bool, title: Option<&str>, plan: &Plan, style: &Style) -> Doc {
    let title = title.map_or(String::new(), |title| format!(" {title}"));
    let what = format!("{}{title}", in_words(topic, plan));
    if !wanted {
        return Doc::plain(format!("You hear no more of {what}."));
    }
    Doc::new().line([
        text(format!("You hear of {what} by direct message from now on. To stop: ")),
        style.typed(&format!("unsubscribe {}", typed(topic))),
        text("."),
    ])
}

/// What somebody hears of.
pub fn subscriptions(topics: &[Topic], plan: &Plan, style: &Style) -> Doc {
    let more = [style.typed("subscribe INC-1"), text(" adds one; a service or a severity can stand in its place.")];
    if topics.is_empty() {
        return Doc::plain("You are subscribed to nothing.").line(more);
    }
    let line = |topic: &Topic| -> Vec<Span> {
        vec![strong(in_words(topic, plan)), text(" · to stop: "), style.typed(&format!("unsubscribe {}", typed(topic)))]
    };
    let doc = Doc::plain("You hear by direct message of").list(topics.iter().map(line).collect());
    doc.line(more)
}

/// Where the link of an e-mail leads. `so`: it is so already; `back`: where the opposite can be had.
pub fn wish_link(address: &str, topic: &Topic, wanted: bool, so: bool, back: String) -> Doc {
    let what = match topic {
        Topic::Public => "the updates of the status page",
        _ => "e-mails about incidents",
    };
    let said = match (wanted, so) {
        (true, false) => format!("Subscribe {address} to {what}?"),
        (true, true) => format!("{address} is subscribed to {what}."),
        (false, false) => format!("Unsubscribe {address} from {what}?"),
        (false, true) => format!("{address} is unsubscribed from {what}."),
    };
    let doc = Doc::new().headline([strong(said)]);
    match so {
        false => doc,
        true => {
            let label = if wanted { "Unsubscribe" } else { "Subscribe again" };
            doc.line([Span::Link { url: back, label: label.into() }])
        }
    }
}

fn in_words(topic: &Topic, plan: &Plan) -> String {
    match topic {
        Topic::Incident(number) => key(*number),
        Topic::Service(service) => format!("incidents of {}", plan.service_label(service)),
        Topic::Severity(severity) if plan.severity_rank(severity) == 0 => {
            format!("{} incidents", plan.severity_label(severity))
        }
        Topic::Severity(severity) => format!("incidents of {} and worse", plan.severity_label(severity)),
        Topic::Everything => "what the plan tells".into(),
        Topic::Public => "what is public".into(),
    }
}

/// As it is typed behind the command.
fn typed(topic: &Topic) -> String {
    match topic {
        Topic::Incident(number) => key(*number),
        Topic::Service(name) | Topic::Severity(name) => name.clone(),
        Topic::Everything | Topic::Public => String::new(),
    }
}
