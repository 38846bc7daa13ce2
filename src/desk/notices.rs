//! What is sent out of the chats: the words for people, the facts for programs.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Office;
use super::links::{self, Link};
use crate::incident::{self, Answerer, Event, Incident, Page, Public, PublicUpdate, public_id};
use crate::phrase::{self, Doc, News};
use crate::plan::{Address, NewsKind, Number, Recipient, Topic, Way};
use crate::ports::{AnswerLink, Notice, Urgency, Wish};

/// Somebody is called.
pub(super) fn page(office: &Office, page: &Page, incident: &Incident, to: &Address) -> Notice {
    Notice {
        kind: "page.sent".into(),
        subject: phrase::page_subject(incident, &office.plan),
        doc: phrase::page_away(page, incident, &office.plan),
        data: page_data(office, page, incident),
        topic: topic(page, incident),
        urgency: Urgency::Page,
        answer: Some(AnswerLink { label: "Acknowledge".into(), url: answer(office, page, incident, to) }),
        unsubscribe: None,
    }
}

/// Whoever was called need not come, or need not go on calling.
pub(super) fn page_over(office: &Office, page: &Page, incident: &Incident) -> Notice {
    let kind = if page.acknowledged.is_some() { "page.acknowledged" } else { "page.ended" };
    Notice {
        kind: kind.into(),
        subject: phrase::page_subject(incident, &office.plan),
        doc: phrase::page_away(page, incident, &office.plan),
        data: page_data(office, page, incident),
        topic: topic(page, incident),
        urgency: Urgency::Notice,
        answer: None,
        unsubscribe: None,
    }
}

/// Something happened to an incident; `doc` says it to people.
pub(super) fn news(office: &Office, news: &News<'_>, doc: Doc, to: &Address) -> Notice {
    let News { fact, incident, .. } = news;
    let kind = match incident::news(fact, incident) {
        Some(NewsKind::Declared) | None => "incident.declared",
        Some(NewsKind::Severity) => "incident.severity_changed",
        Some(NewsKind::Status) => "incident.status_changed",
        Some(NewsKind::Update) => "incident.updated",
        Some(NewsKind::Commander) => "incident.commander_changed",
        Some(NewsKind::Title) => "incident.renamed",
        Some(NewsKind::Merged) => "incident.merged",
    };
    let update = incident.updates.last().filter(|_| matches!(fact.event, Event::Updated { .. }));
    let data = json!({
        "incident": incident_data(office, incident),
        "at": fact.at,
        "by": fact.by.person().map(|p| &p.name),
        "update": update.map(|u| &u.text),
    });
    told(office, kind, incident, doc, data, to)
}

/// How it stands, after quiet hours.
pub(super) fn digest(office: &Office, incident: &Incident, doc: Doc, to: &Address) -> Notice {
    let data = json!({ "incident": incident_data(office, incident) });
    told(office, "incident.digest", incident, doc, data, to)
}

fn told(office: &Office, kind: &str, incident: &Incident, doc: Doc, data: Value, to: &Address) -> Notice {
    let unsubscribe = (to.way == Way::Email).then(|| wish(office, to, Topic::Everything, false));
    Notice {
        kind: kind.into(),
        subject: format!("{}: {}", incident.key(), incident.title),
        doc,
        data,
        topic: incident.key(),
        urgency: Urgency::Notice,
        answer: None,
        unsubscribe,
    }
}

/// Somebody comes on call, or goes; `doc` says it.
pub(super) fn shift(doc: &Doc, rotation: &str, at: DateTime<Utc>, begins: bool) -> Notice {
    Notice {
        kind: if begins { "shift.begun" } else { "shift.ended" }.into(),
        subject: format!("On call: {rotation}"),
        doc: doc.clone(),
        data: json!({ "rotation": rotation, "at": at }),
        topic: format!("shift/{rotation}"),
        urgency: Urgency::Notice,
        answer: None,
        unsubscribe: None,
    }
}

/// Something of the plan is to be looked at again.
pub(super) fn review(doc: &Doc, what: &str) -> Notice {
    Notice {
        kind: "review.due".into(),
        subject: format!("To be reviewed: {what}"),
        doc: doc.clone(),
        data: json!({ "what": what }),
        topic: format!("review/{what}"),
        urgency: Urgency::Notice,
        answer: None,
        unsubscribe: None,
    }
}

/// Somebody has asked for the public updates, under this address.
pub(super) fn invitation(office: &Office, to: &Address) -> Notice {
    let title = &office.plan.public.title;
    Notice {
        kind: "status.invited".into(),
        subject: format!("{title}: please confirm your subscription"),
        doc: phrase::invitation(title),
        data: Value::Null,
        topic: "status".into(),
        urgency: Urgency::Notice,
        answer: Some(AnswerLink { label: "Confirm".into(), url: wish(office, to, Topic::Public, true) }),
        unsubscribe: None,
    }
}

/// What the public reads.
pub(super) fn public(office: &Office, public: &Public, update: &PublicUpdate, number: Number, to: &Address) -> Notice {
    let id = public_id(number);
    let url = format!("{}/status/incidents/{id}", office.pages);
    Notice {
        kind: "status.updated".into(),
        subject: format!("{}: {}", office.plan.public.title, public.title),
        doc: phrase::public_update(public, update, &url),
        data: json!({
            "id": id,
            "title": public.title,
            "status": update.status_word(),
            "text": public.words(update),
            "at": update.at,
            "url": url,
        }),
        topic: id,
        urgency: Urgency::Notice,
        answer: None,
        unsubscribe: Some(wish(office, to, Topic::Public, false)),
    }
}

/// Where the one who has this address says that they want a topic, or no more.
fn wish(office: &Office, to: &Address, topic: Topic, wanted: bool) -> String {
    links::address(office, &Link::Wish { wish: Wish { who: Recipient::Address(to.clone()), topic, wanted } })
}

fn topic(page: &Page, incident: &Incident) -> String {
    format!("{}/page-{}", incident.key(), page.number)
}

/// Where the one who gets it answers, under the name of whoever has this address.
fn answer(office: &Office, page: &Page, incident: &Incident, to: &Address) -> String {
    let whom = page.reached.iter().find(|r| r.addresses.contains(to));
    let name = whom.map_or_else(|| to.to_string(), |r| r.name.clone());
    let who = Answerer { name, account: whom.and_then(|r| r.accounts.first().cloned()) };
    links::address(office, &Link::Acknowledge { incident: incident.number, page: page.number, who })
}

fn page_data(office: &Office, page: &Page, incident: &Incident) -> Value {
    json!({
        "incident": incident_data(office, incident),
        "page": {
            "number": page.number,
            "for": page.label,
            "text": page.text,
            "at": page.at,
            "acknowledged": page.acknowledged.as_ref().map(|a| json!({ "by": a.by, "at": a.at })),
        },
    })
}

/// The facts that every message about an incident has.
pub(super) fn incident_data(office: &Office, incident: &Incident) -> Value {
    json!({
        "key": incident.key(),
        "title": incident.title,
        "severity": incident.severity,
        "status": incident.status,
        "service": incident.service,
        "declared": incident.milestones.declared,
        "commander": incident.commander().map(|p| &p.name),
        "room": incident.room().map(|r| &r.name),
        "url": format!("{}/incidents/{}", office.pages, incident.key()),
    })
}
