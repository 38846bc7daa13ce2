//! What people outside the room read: the announcement, edited in place, and what changed, in its thread. The words
//! come from templates that users can replace.

use minijinja::{Environment, UndefinedBehavior, Value, context};

use super::{Doc, Span, Style, strong, text};
use crate::incident::{Event, Incident, Recorded, Restore, Status};
use crate::plan::{Plan, template_files};

/// Stands in a template's output where the room's name is to be a link.
const ROOM: char = '\u{e000}';

/// The templates, ready to use.
pub struct AnnouncementWords {
    templates: Environment<'static>,
}

/// Something that happened, and how it stands after it.
pub struct News<'a> {
    pub fact: &'a Recorded,
    pub incident: &'a Incident,
    pub plan: &'a Plan,
}

/// A template that does not work, in words for the operator.
#[derive(Debug, thiserror::Error)]
#[error("the template {name} does not work: {why}")]
pub struct WordsError {
    pub name: String,
    pub why: String,
}

/// Where they stand among an audience's files.
const ANNOUNCEMENT: usize = 0;
const CHANGE: usize = 1;
const NEWS: usize = 2;

const BUILT_IN: [&str; 3] = [
    include_str!("../../config/templates/announcement.txt"),
    include_str!("../../config/templates/announcement_change.txt"),
    include_str!("../../config/templates/announcement_news.txt"),
];

impl AnnouncementWords {
    /// Takes templates by the names of their files; those of everybody that are not there are the built-in ones. Each is
    /// tried on an example, so that a mistake is found at start, not in an outage.
    pub fn new(own: Vec<(String, String)>) -> Result<Self, WordsError> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        let built_in = template_files(None).into_iter().zip(BUILT_IN.map(String::from));
        for (name, source) in built_in.chain(own) {
            let added = templates.add_template_owned(name.clone(), source);
            added.map_err(|e| WordsError { name, why: e.to_string() })?;
        }
        let words = AnnouncementWords { templates };
        words.try_out()?;
        Ok(words)
    }

    fn try_out(&self) -> Result<(), WordsError> {
        let (incident, plan) = (Incident::unborn(1), Plan::default());
        let style = Style { prefix: "/incident".into(), pages: String::new(), forms: false };
        for (name, _) in self.templates.templates() {
            let facts = facts(&incident, &plan, &style);
            match name.ends_with("_change.txt") || name.ends_with("_news.txt") {
                true => self.render(name, context! { change => "", by => "", note => "", ..facts })?,
                false => self.render(name, facts)?,
            };
        }
        Ok(())
    }

    /// How it stands, as the one message that is edited in place.
    pub fn announcement(
        &self,
        audience: Option<&str>,
        incident: &Incident,
        plan: &Plan,
        style: &Style,
    ) -> Result<Doc, WordsError> {
        let lines = self.render(&self.file(audience, ANNOUNCEMENT), facts(incident, plan, style))?;
        Ok(document(&lines, incident))
    }

    /// What changed, for the thread.
    pub fn change(&self, audience: Option<&str>, news: &News<'_>, style: &Style) -> Result<Doc, WordsError> {
        self.told(&self.file(audience, CHANGE), news, style)
    }

    /// What changed, for somebody who has nothing else before them.
    pub fn news(&self, audience: Option<&str>, news: &News<'_>, style: &Style) -> Result<Doc, WordsError> {
        self.told(&self.file(audience, NEWS), news, style)
    }

    fn told(&self, file: &str, news: &News<'_>, style: &Style) -> Result<Doc, WordsError> {
        let News { fact, incident, plan } = news;
        let (change, note) = change_words(&fact.event, plan);
        let by = match &fact.event {
            // Who takes a role is named already.
            Event::RoleChanged { to: Some(p), .. } if p.name == fact.by.name() => "",
            Event::RoomOpened { .. } => incident.declared_by.as_ref().map_or("", |p| &p.name),
            _ => fact.by.name(),
        };
        let facts = context! { change, note, by, ..facts(incident, plan, style) };
        Ok(document(&self.render(file, facts)?, incident))
    }

    /// The audience's own file of those three, if it has one.
    fn file(&self, audience: Option<&str>, which: usize) -> String {
        let [own, everybodys] = [audience, None].map(|audience| template_files(audience)[which].clone());
        if self.templates.get_template(&own).is_ok() { own } else { everybodys }
    }

    fn render(&self, name: &str, facts: Value) -> Result<String, WordsError> {
        let rendered = self.templates.get_template(name).and_then(|t| t.render(facts));
        rendered.map_err(|e| WordsError { name: name.into(), why: e.to_string() })
    }
}

/// What a template can name.
fn facts(incident: &Incident, plan: &Plan, style: &Style) -> Value {
    let severity = plan.severities.iter().find(|s| s.key == incident.severity);
    let time = |at: chrono::DateTime<chrono::Utc>| at.format("%H:%M UTC").to_string();
    let status = match (incident.status, incident.merged_into) {
        (Status::Merged, Some(into)) => format!("merged into {}", crate::plan::key(into)),
        (status, _) => status.as_str().to_string(),
    };
    let update = incident.updates.last();
    context! {
        key => incident.key(),
        title => incident.title.replace(ROOM, ""),
        severity => plan.severity_label(&incident.severity),
        severity_means => severity.map_or("", |s| &s.meaning),
        status,
        is_open => incident.status.is_open(),
        is_over => !incident.status.is_active(),
        service => incident.service.as_deref().map_or("", |s| plan.service_label(s)),
        commander => incident.commander().map_or("", |p| &p.name),
        room => incident.room().map_or(String::new(), |_| ROOM.to_string()),
        update => update.map_or(String::new(), |u| u.text.replace(ROOM, "")),
        update_by => update.map_or("", |u| &u.by.name),
        update_at => update.map_or(String::new(), |u| time(u.at)),
        next_update => incident.update_due.map_or(String::new(), time),
        declared => incident.milestones.declared.map_or(String::new(), time),
        page => style.incident_page(incident.number),
        postmortem => match incident.status {
            Status::Closed => style.postmortem_page(incident.number),
            _ => String::new(),
        },
    }
}

/// The first line is the headline; empty lines go.
fn document(rendered: &str, incident: &Incident) -> Doc {
    let mut lines = rendered.lines().map(str::trim_end).filter(|l| !l.trim().is_empty());
    let mut doc = Doc::new();
    if let Some(first) = lines.next() {
        doc = doc.headline([strong(first)]);
    }
    lines.fold(doc, |doc, line| doc.line(with_room(line, incident)))
}

fn with_room(line: &str, incident: &Incident) -> Vec<Span> {
    let mut spans = Vec::new();
    for (n, part) in line.split(ROOM).enumerate() {
        if let Some(room) = incident.room().filter(|_| n > 0) {
            spans.push(Span::Room(room.clone()));
        }
        if !part.is_empty() {
            spans.extend(with_links(part));
        }
    }
    spans
}

/// Makes the addresses in a line links.
fn with_links(line: &str) -> Vec<Span> {
    let Some(at) = line.find("http://").into_iter().chain(line.find("https://")).min() else {
        return vec![text(line)];
    };
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '|' | '"');
    let length = line[at..].find(ends).unwrap_or(line.len() - at);
    let url = &line[at..at + length];
    let mut spans = vec![text(&line[..at]), Span::Link { url: url.into(), label: url.into() }];
    if at + length < line.len() {
        spans.push(text(&line[at + length..]));
    }
    spans
}

/// A change in a few words, and what was said with it.
fn change_words(event: &Event, plan: &Plan) -> (String, String) {
    let note = |note: &Option<String>| note.clone().unwrap_or_default();
    match event {
        Event::SeverityChanged { from, to, reason, .. } => {
            let change = format!("Severity {} → {}", plan.severity_label(from), plan.severity_label(to));
            (change, note(reason))
        }
        Event::StatusChanged { to, note: said, .. } => (format!("Status: {}", to.as_str()), note(said)),
        Event::RoleChanged { role, to, .. } => {
            let name = to.as_ref().map_or("nobody", |p| &p.name);
            (format!("{}: {name}", plan.role_label(role)), String::new())
        }
        Event::Updated { text, .. } => ("Update".into(), text.clone()),
        Event::Renamed { to, .. } => (format!("Renamed: {to}"), String::new()),
        Event::Merged { into } => (format!("Goes on in {}", crate::plan::key(*into)), String::new()),
        Event::TakenBack { restore: Restore::Update { .. }, .. } => ("Update taken back".into(), String::new()),
        Event::TakenBack { what, .. } => (format!("Taken back: {what}"), String::new()),
        Event::RoomOpened { .. } => ("Declared".into(), String::new()),
        _ => (String::new(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::Actor;

    fn rendered(words: &AnnouncementWords, audience: Option<&str>) -> [String; 3] {
        let mut incident = Incident::unborn(7);
        incident.title = "Checkout is down".into();
        let fact = Recorded {
            incident: 7,
            seq: 1,
            at: chrono::DateTime::UNIX_EPOCH,
            by: Actor::Firebell,
            place: None,
            event: Event::Renamed { from: "Down".into(), to: "Checkout is down".into() },
        };
        let plan = Plan::default();
        let news = News { fact: &fact, incident: &incident, plan: &plan };
        let style = Style { prefix: "/incident".into(), pages: "https://f.example".into(), forms: false };
        let docs = [
            words.announcement(audience, &incident, &plan, &style),
            words.change(audience, &news, &style),
            words.news(audience, &news, &style),
        ];
        docs.map(|doc| doc.unwrap().to_plain().lines().next().unwrap_or_default().to_string())
    }

    #[test]
    fn an_audience_has_its_own_words_where_it_has_a_file() {
        let own = |name: &str, text: &str| (name.to_string(), text.to_string());
        let files = vec![own("board.txt", "BOARD {{ key }}"), own("board_news.txt", "NEWS {{ change }}")];
        let words = AnnouncementWords::new(files).unwrap();
        let everybodys = rendered(&words, None);
        assert_eq!(rendered(&words, Some("other")), everybodys);
        let [_, change, _] = everybodys;
        let expected = ["BOARD INC-7".to_string(), change, "NEWS Renamed: Checkout is down".to_string()];
        assert_eq!(rendered(&words, Some("board")), expected);
    }

    #[test]
    fn a_mistake_is_found_at_start() {
        let wrong = |name: &str, text: &str| AnnouncementWords::new(vec![(name.into(), text.into())]).err();
        assert_eq!(wrong("board.txt", "{{ titel }}").unwrap().name, "board.txt");
        // What changed is known only where something did.
        assert_eq!(wrong("board.txt", "{{ change }}").unwrap().name, "board.txt");
        assert!(wrong("board_change.txt", "{{ change }}").is_none());
        assert!(wrong("announcement_news.txt", "{{ note }").is_some());
    }
}
