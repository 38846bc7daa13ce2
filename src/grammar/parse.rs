//! A typed text as a command, a question, or a misunderstanding. Never panics, whatever the text.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::misunderstanding::{Misunderstanding, closest};
use super::scan::{Scan, dashes, flag, take_flags, unquoted};
use super::words::{Verb, WORDS, Word, word};
use super::{Question, when};
use crate::incident::{ActionAim, Command, Milestone, Paging, Status};
use crate::plan::{COMMANDER, Number, PageTarget, Person, Plan, RoleKey, SeverityKey, Topic};

/// What was asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Asking {
    Command(Box<Command>),
    Question(Question),
    /// Whoever is called comes; `None`: whatever calls them, or the incident of this room.
    Acknowledge {
        incident: Option<Number>,
    },
    /// They want to hear of it, or no more; `None`: the incident of this room.
    Wish {
        topic: Option<Topic>,
        wanted: bool,
    },
}

/// What a text is read with.
pub struct Context<'a> {
    pub speaker: &'a Person,
    pub now: DateTime<Utc>,
    /// The speaker's; UTC where the chat does not tell.
    pub zone: Tz,
    pub plan: &'a Plan,
    /// The people that a name in the text may mean: the chat's own mentions, and what the directory has for each
    /// of [`names_in`].
    pub people: &'a [(String, Vec<Person>)],
}

type Parsed<T> = Result<T, Misunderstanding>;
/// Options, and the text that they stood around.
type WithText<T> = Parsed<(T, String)>;

/// The names in a text that a directory should be asked for, without their `@`.
pub fn names_in(text: &str) -> Vec<String> {
    let mut scan = Scan::new(text);
    let mut names: Vec<String> = Vec::new();
    match scan.word().and_then(word).map(|w| w.verb) {
        // These take a person first, and people leave the @ out.
        Some(Verb::Lead | Verb::Handover | Verb::Page) => names.extend(scan.peek().map(bare_name)),
        Some(Verb::Role) => {
            scan.word();
            names.extend(scan.peek().map(bare_name));
        }
        _ => {}
    }
    names.extend(text.split_whitespace().filter(|w| w.starts_with('@')).map(bare_name));
    names.retain(|n| !n.is_empty() && n != "me");
    names.sort();
    names.dedup();
    names.truncate(8);
    names
}

/// `@ann,` means ann.
fn bare_name(word: &str) -> String {
    word.trim_start_matches('@').trim_end_matches([',', '.', ':', ';', '!', '?', ')']).to_string()
}

pub fn parse(text: &str, context: &Context<'_>) -> Parsed<Asking> {
    let mut scan = Scan::new(text);
    let Some(typed) = scan.word() else { return Ok(Asking::Question(Question::Nothing)) };
    let Some(word) = word(typed) else {
        let names = WORDS.iter().flat_map(|w| std::iter::once(w.name).chain(w.aliases.iter().copied()));
        return Err(Misunderstanding::UnknownWord { typed: shortened(typed), closest: closest(typed, names) });
    };
    Parser { word, scan, context }.asking()
}

/// Long enough to recognise what was typed.
fn shortened(typed: &str) -> String {
    let short: String = typed.chars().take(40).collect();
    if short.len() < typed.len() { format!("{short}…") } else { short }
}

struct Parser<'a> {
    word: &'static Word,
    scan: Scan<'a>,
    context: &'a Context<'a>,
}

impl Parser<'_> {
    fn asking(mut self) -> Parsed<Asking> {
        let ask = |question| Ok(Asking::Question(question));
        let command = match self.word.verb {
            Verb::Declare => self.declare()?,
            Verb::Lead => Command::Assign { role: COMMANDER.into(), to: self.person()? },
            Verb::Role => Command::Assign { role: self.role()?, to: self.person()? },
            Verb::Claim if self.scan.is_empty() => Command::Claim { role: COMMANDER.into() },
            Verb::Claim => Command::Claim { role: self.role()? },
            Verb::Handover => Command::HandOver { to: self.person()?, note: self.note() },
            Verb::Severity => Command::SetSeverity { severity: self.severity()?, reason: self.note() },
            Verb::Status => Command::SetStatus { status: self.status()?, note: self.note() },
            Verb::Identified => Command::SetStatus { status: Status::Identified, note: self.note() },
            Verb::Mitigated => Command::SetStatus { status: Status::Monitoring, note: self.note() },
            Verb::Resolve => Command::SetStatus { status: Status::Resolved, note: self.note() },
            Verb::Close => Command::Close { note: self.note() },
            Verb::Reopen => Command::Reopen { reason: self.text("a reason")? },
            Verb::Cancel => Command::Cancel { reason: self.text("a reason")? },
            Verb::Started => Command::SetMilestone { milestone: Milestone::Started, when: self.time()? },
            Verb::Detected => Command::SetMilestone { milestone: Milestone::Detected, when: self.time()? },
            Verb::Update => self.update()?,
            Verb::Snooze => Command::Snooze { until: self.context.now + self.snooze()? },
            Verb::Triage => return ask(self.triage()?),
            Verb::Page => self.page()?,
            Verb::Ack if self.scan.is_empty() => return Ok(Asking::Acknowledge { incident: None }),
            Verb::Ack => return Ok(Asking::Acknowledge { incident: Some(self.key()?) }),
            Verb::Subscribe => return Ok(Asking::Wish { topic: self.topic()?, wanted: true }),
            Verb::Unsubscribe => return Ok(Asking::Wish { topic: self.topic()?, wanted: false }),
            Verb::Oncall => return ask(Question::OnCall { word: self.note() }),
            Verb::Log => self.log()?,
            Verb::Undo => Command::Undo,
            Verb::Task => self.task()?,
            Verb::Action => self.action()?,
            Verb::Link => self.link()?,
            Verb::Rename => Command::Rename { title: self.title()? },
            Verb::Merge => Command::Merge { into: self.key()?, target: None },
            Verb::List => return ask(Question::List { all: self.only_flag("all")? }),
            Verb::Show if self.scan.is_empty() => return ask(Question::Show { number: None }),
            Verb::Show => return ask(Question::Show { number: Some(self.key()?) }),
            Verb::Timeline if self.scan.is_empty() => return ask(Question::Timeline { last: 10 }),
            Verb::Timeline => return ask(Question::Timeline { last: self.number()?.min(100) as usize }),
            Verb::Tasks => return ask(Question::Tasks),
            Verb::Actions => return ask(Question::Actions { mine: self.only_flag("mine")? }),
            Verb::Postmortem => return ask(Question::Postmortem),
            Verb::Help => return ask(Question::Help { word: self.help_word()? }),
        };
        Ok(Asking::Command(Box::new(command)))
    }

    fn declare(&self) -> Parsed<Command> {
        let ((severity, service, private, anyway), title) = self.options_and_text(Self::declared)?;
        match title.is_empty() {
            true => Err(self.missing("a title: what is wrong, in a few words")),
            false => Ok(Command::Declare { title, severity, service, private, origin: None, same: None, anyway }),
        }
    }

    fn declared(&self, text: &str) -> WithText<(Option<SeverityKey>, Option<String>, bool, bool)> {
        let (text, flags) = take_flags(text, &["service"]);
        let mut service = None;
        let (mut private, mut anyway) = (false, false);
        for (name, value) in flags {
            match (name.as_str(), value) {
                ("private", _) => private = true,
                ("anyway", _) => anyway = true,
                ("service", Some(typed)) => service = Some(self.service(&typed)?),
                ("service", None) => return Err(self.missing("the name of a service behind --service")),
                _ => return Err(self.unknown_flag(&name, &["anyway", "private", "service"])),
            }
        }
        let mut scan = Scan::new(&text);
        let severity = self.leading_severity(&scan);
        if severity.is_some() {
            scan.word();
        }
        if severity.is_none()
            && let Some(typed) = scan.peek().filter(|w| looks_like_a_severity(w))
        {
            return Err(self.not_a_severity(typed));
        }
        Ok(((severity, service, private, anyway), unquoted(scan.rest()).to_string()))
    }

    /// A text with options around it. Where a `--` follows nothing but options, all behind it is text, whatever it
    /// looks like; anywhere else people mean a dash.
    fn options_and_text<T>(&self, read: impl Fn(&Self, &str) -> WithText<T>) -> WithText<T> {
        let rest = self.scan.rest();
        if let Some((before, text)) = dashes(rest)
            && let Ok((options, left)) = read(self, before)
            && left.is_empty()
        {
            return Ok((options, text.to_string()));
        }
        read(self, rest)
    }

    /// `sev2` or a severity's own name; a bare number at the beginning of a title is part of the title.
    fn leading_severity(&self, scan: &Scan<'_>) -> Option<String> {
        let typed = scan.peek()?;
        let begins_a_title = typed != scan.rest() && typed.chars().all(|c| c.is_ascii_digit());
        self.context.plan.severity(typed).filter(|_| !begins_a_title).map(|s| s.key.clone())
    }

    fn severity(&mut self) -> Parsed<String> {
        let typed = self.scan.word().ok_or_else(|| self.missing("a severity"))?;
        match self.context.plan.severity(typed) {
            Some(severity) => Ok(severity.key.clone()),
            None => Err(self.not_a_severity(typed)),
        }
    }

    fn not_a_severity(&self, typed: &str) -> Misunderstanding {
        let known: Vec<String> = self.context.plan.severities.iter().map(|s| s.label.clone()).collect();
        let closest = closest(typed, known.iter().map(String::as_str)).map(str::to_string);
        Misunderstanding::NotASeverity { typed: shortened(typed), known, closest }
    }

    fn service(&self, typed: &str) -> Parsed<String> {
        let plan = self.context.plan;
        match plan.service(typed) {
            Some(service) => Ok(service.key.clone()),
            None => {
                let known: Vec<String> = plan.services.iter().map(|s| s.key.clone()).collect();
                let closest = closest(typed, known.iter().map(String::as_str)).map(str::to_string);
                Err(Misunderstanding::NotAService { typed: shortened(typed), known, closest })
            }
        }
    }

    fn role(&mut self) -> Parsed<RoleKey> {
        let plan = self.context.plan;
        // A role's label may have several words: the longest that fits.
        let rest = self.scan.rest().to_lowercase();
        let label = plan.roles.iter().find(|r| {
            let label = r.label.to_lowercase();
            rest.starts_with(&label) && rest[label.len()..].starts_with(|c: char| c.is_whitespace() || c == '@')
                || rest == label
        });
        if let Some(role) = label {
            let words = role.label.split_whitespace().count();
            (0..words).for_each(|_| {
                self.scan.word();
            });
            return Ok(role.key.clone());
        }
        let typed = self.scan.word().ok_or_else(|| self.missing("a role"))?;
        match plan.role(typed) {
            Some(role) => Ok(role.key.clone()),
            None => {
                let known: Vec<String> = plan.roles.iter().map(|r| r.key.clone()).collect();
                let words = plan.roles.iter().flat_map(|r| std::iter::once(&r.key).chain(&r.aliases));
                let closest = closest(typed, words.map(String::as_str)).map(str::to_string);
                Err(Misunderstanding::NotARole { typed: shortened(typed), known, closest })
            }
        }
    }

    fn status(&mut self) -> Parsed<Status> {
        let typed = self.scan.word().ok_or_else(|| self.missing("a status"))?;
        let lower = typed.to_lowercase();
        let status = match lower.as_str() {
            "mitigated" => Some(Status::Monitoring),
            "cancelled" => Some(Status::Canceled),
            _ => Status::ALL.into_iter().find(|s| s.as_str() == lower),
        };
        status.ok_or_else(|| Misunderstanding::NotAStatus {
            typed: shortened(typed),
            closest: closest(typed, Status::ALL.iter().map(|s| s.as_str())),
        })
    }

    /// `@ann`, `ann`, `me`, or the name of a mention, which may have spaces.
    fn person(&mut self) -> Parsed<Person> {
        let rest = self.scan.rest();
        if rest.is_empty() {
            return Err(self.missing("a person, as @name"));
        }
        let without_at = rest.trim_start_matches('@');
        let at = rest.len() - without_at.len();
        if let Some((length, found)) =
            self.named_at_start(without_at).map(|(length, name, people)| (length, one_of(name, people)))
        {
            self.scan.skip(at + length);
            // The comma behind a name belongs to nothing.
            let rest = self.scan.rest();
            self.scan.skip(rest.len() - rest.trim_start_matches([',', ':', ';']).len());
            return found;
        }
        let typed = self.scan.word().unwrap_or_default();
        match bare_name(typed).as_str() {
            "me" => Ok(self.context.speaker.clone()),
            name => Err(Misunderstanding::NobodyNamed { typed: shortened(name) }),
        }
    }

    /// The longest known name that a text begins with, and how many bytes of the text it takes.
    fn named_at_start(&self, text: &str) -> Option<(usize, &str, &[Person])> {
        self.context
            .people
            .iter()
            .filter_map(|(name, people)| Some((prefix_length(text, name)?, name.as_str(), people.as_slice())))
            .filter(|(length, ..)| !text[*length..].starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-'))
            .max_by_key(|(length, ..)| *length)
    }

    fn time(&mut self) -> Parsed<DateTime<Utc>> {
        let rest = self.scan.rest();
        if rest.is_empty() {
            return Err(self.missing("a time"));
        }
        match when::time_at_start(rest, self.context.now, self.context.zone) {
            Some((time, length)) if rest[length..].trim().is_empty() => Ok(time),
            _ => Err(Misunderstanding::NotATime { verb: self.word.verb, typed: shortened(rest) }),
        }
    }

    /// Flags only before the text: what people paste may have dashes in it.
    fn update(&mut self) -> Parsed<Command> {
        let (mut public, mut title) = (false, None);
        while let Some(name) = self.scan.peek().and_then(flag) {
            match name.to_lowercase().as_str() {
                "public" => public = true,
                "title" => {
                    self.scan.word();
                    let named = self.scan.quoted().filter(|name| !name.is_empty());
                    title = Some(named.ok_or_else(|| self.missing("a name behind --title, in quotes"))?);
                    continue;
                }
                _ => return Err(self.unknown_flag(name, &["public", "title"])),
            }
            self.scan.word();
        }
        if title.is_some() && !public {
            return Err(self.missing("--public before --title: only the public page has a title of its own"));
        }
        Ok(Command::Update { text: self.text("the update's text")?, public, title })
    }

    fn log(&mut self) -> Parsed<Command> {
        let rest = self.scan.rest();
        let found = when::time_at_start(rest, self.context.now, self.context.zone);
        if found.is_none()
            && let Some(typed) = self.scan.peek().filter(|w| when::looks_like_a_time(w))
        {
            return Err(Misunderstanding::NotATime { verb: self.word.verb, typed: shortened(typed) });
        }
        if let Some((_, length)) = found {
            self.scan.skip(length);
        }
        let text = self.text("a text: what happened")?;
        Ok(Command::Log { when: found.map(|(time, _)| time), text })
    }

    fn snooze(&mut self) -> Parsed<TimeDelta> {
        let rest = self.scan.rest();
        if rest.is_empty() {
            return Ok(TimeDelta::minutes(10));
        }
        let typed = rest.strip_prefix("for ").unwrap_or(rest);
        // Longer than half a day is not a snooze but a forgotten incident.
        let found =
            when::duration(&typed.to_lowercase()).filter(|d| *d > TimeDelta::zero() && *d <= TimeDelta::hours(12));
        found.ok_or_else(|| Misunderstanding::NotADuration { verb: self.word.verb, typed: shortened(typed) })
    }

    fn triage(&mut self) -> Parsed<Question> {
        let triage = &self.context.plan.triage;
        let impact = self.one_of_these("impact", &triage.impacts)?;
        let scope = self.one_of_these("scope", &triage.scopes)?;
        Ok(Question::Triage { impact, scope })
    }

    /// One of the answers, by its number or by how it begins.
    fn one_of_these(&mut self, what: &'static str, answers: &[String]) -> Parsed<Option<usize>> {
        let Some(typed) = self.scan.quoted() else { return Ok(None) };
        let number = typed.parse::<usize>().ok().filter(|n| (1..=answers.len()).contains(n)).map(|n| n - 1);
        let begins = |answer: &String| prefix_length(answer, &typed).is_some();
        match number.or_else(|| answers.iter().position(begins)) {
            Some(found) => Ok(Some(found)),
            None => Err(Misunderstanding::NotAnAnswer { what, typed: shortened(&typed), known: answers.to_vec() }),
        }
    }

    /// What the plan knows by the word, unless it is written as a mention; else somebody of this chat.
    fn page(&mut self) -> Parsed<Command> {
        let typed = self.scan.peek().ok_or_else(|| self.missing("whom: a service, a team or a person, as @name"))?;
        let plan = self.context.plan;
        let target = match plan.page_target(&bare_name(typed)).filter(|_| !typed.starts_with('@')) {
            Some(target) => {
                self.scan.word();
                target
            }
            None => self.somebody(typed)?,
        };
        let paging = Paging { label: plan.page_label(&target), target, next: None };
        Ok(Command::Page { paging, text: self.note() })
    }

    /// Somebody of this chat, else whom the plan knows by that name, who may be in another one.
    fn somebody(&mut self, typed: &str) -> Parsed<PageTarget> {
        let plan = self.context.plan;
        let in_plan = plan.contact(&bare_name(typed)).map(|c| PageTarget::Contact(c.key.clone()));
        match (self.person(), in_plan) {
            (Ok(person), _) => Ok(plan.page_person(&person)),
            // The name was taken from the text all the same.
            (Err(Misunderstanding::NobodyNamed { .. }), Some(contact)) => Ok(contact),
            (Err(Misunderstanding::NobodyNamed { typed }), None) => Err(self.nobody_to_page(typed)),
            (Err(why), _) => Err(why),
        }
    }

    fn nobody_to_page(&self, typed: String) -> Misunderstanding {
        let plan = self.context.plan;
        let services = plan.services.iter().map(|s| s.key.clone());
        let known: Vec<String> = services.chain(plan.teams.iter().map(|t| t.key.clone())).collect();
        let closest = closest(&typed, known.iter().map(String::as_str)).map(str::to_string);
        Misunderstanding::NobodyToPage { typed, known, closest }
    }

    /// A key first, then what the plan knows by the word. A bare number is an incident's.
    fn topic(&mut self) -> Parsed<Option<Topic>> {
        let Some(typed) = self.scan.peek() else { return Ok(None) };
        let plan = self.context.plan;
        let numbered = typed.trim_start_matches('#').chars().next().is_some_and(|c| c.is_ascii_digit());
        if numbered || typed.to_lowercase().starts_with("inc-") {
            return Ok(Some(Topic::Incident(self.key()?)));
        }
        let severity = plan.severity(typed).map(|s| Topic::Severity(s.key.clone()));
        let found = severity.or_else(|| plan.service(typed).map(|s| Topic::Service(s.key.clone())));
        found.map(Some).ok_or_else(|| {
            let services = plan.services.iter().map(|s| s.key.clone());
            let known: Vec<String> = plan.severities.iter().map(|s| s.label.clone()).chain(services).collect();
            let closest = closest(typed, known.iter().map(String::as_str)).map(str::to_string);
            Misunderstanding::NotATopic { verb: self.word.verb, typed: shortened(typed), known, closest }
        })
    }

    fn task(&mut self) -> Parsed<Command> {
        if let Some(number) = self.done()? {
            return Ok(Command::FinishTask { number });
        }
        let (owner, text) = self.options_and_text(Self::owner_in)?;
        match text.is_empty() {
            true => Err(self.missing("a text: what is to do")),
            false => Ok(Command::AddTask { text, owner }),
        }
    }

    fn action(&mut self) -> Parsed<Command> {
        if let Some(number) = self.done()? {
            return Ok(Command::FinishAction { number });
        }
        let ((owner, due, aim), text) = self.options_and_text(Self::to_do)?;
        match text.is_empty() {
            true => Err(self.missing("a text: what is to do")),
            false => Ok(Command::AddAction { text, owner, due, aim }),
        }
    }

    fn to_do(&self, text: &str) -> WithText<(Option<Person>, Option<NaiveDate>, Option<ActionAim>)> {
        let (text, flags) = take_flags(text, &[]);
        let mut aim = None;
        for (name, _) in flags {
            aim = Some(match name.as_str() {
                "prevent" => ActionAim::Prevent,
                "mitigate" => ActionAim::Mitigate,
                "detect" => ActionAim::Detect,
                _ => return Err(self.unknown_flag(&name, &["prevent", "mitigate", "detect"])),
            });
        }
        // The owner may stand before or behind the day.
        let (owner, text) = self.owner_in(&text)?;
        let (text, due) = self.due_at_end(&text);
        Ok(((owner, due, aim), text))
    }

    /// `done N`; a text that only begins with *done* is a text.
    fn done(&mut self) -> Parsed<Option<u32>> {
        let rest = self.scan.rest();
        let mut words = rest.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some("done"), Some(typed), None) => typed
                .trim_start_matches('#')
                .parse()
                .map(Some)
                .map_err(|_| Misunderstanding::NotANumber { verb: self.word.verb, typed: shortened(typed) }),
            (Some("done"), None, _) => Err(self.missing("a number behind done")),
            _ => Ok(None),
        }
    }

    /// Takes the last `@who` out of a text. One that means nobody is an error: the person would not know.
    fn owner_in(&self, text: &str) -> WithText<Option<Person>> {
        let starts = text.match_indices('@').map(|(at, _)| at);
        let mut starts = starts.filter(|at| text[..*at].chars().next_back().is_none_or(char::is_whitespace));
        let Some(at) = starts.next_back() else { return Ok((None, text.trim().to_string())) };
        let behind = &text[at + 1..];
        let word = behind.split_whitespace().next().unwrap_or_default();
        let (person, length) = match self.named_at_start(behind) {
            Some((length, name, people)) => (one_of(name, people)?, length),
            None if bare_name(word) == "me" => (self.context.speaker.clone(), 2),
            None => return Err(Misunderstanding::NobodyNamed { typed: shortened(&bare_name(word)) }),
        };
        let without = format!("{} {}", text[..at].trim_end(), text[at + 1 + length..].trim_start());
        Ok((Some(person), without.trim().to_string()))
    }

    /// `… due friday` at the end; where no day follows, it is text.
    fn due_at_end(&self, text: &str) -> (String, Option<NaiveDate>) {
        // At the beginning, too: with the text behind a `--` nothing stands before it.
        let lower = format!(" {}", text.to_ascii_lowercase());
        let found = lower.rfind(" due ").and_then(|at| {
            let day = when::day(&text[at + 4..], self.context.now, self.context.zone)?;
            Some((text[..at].trim_end().to_string(), Some(day)))
        });
        found.unwrap_or_else(|| (text.to_string(), None))
    }

    fn link(&mut self) -> Parsed<Command> {
        let url = self.scan.word().ok_or_else(|| self.missing("an address, as https://…"))?;
        // Slack writes <https://…|label>, and people type <https://…>.
        let url = url.trim_start_matches('<').trim_end_matches('>').to_string();
        let label = self.note().map(|label| unquoted(&label).to_string());
        Ok(Command::AddLink { url, label })
    }

    /// `INC-42`, `inc42`, `42`.
    fn key(&mut self) -> Parsed<Number> {
        let typed = self.scan.word().ok_or_else(|| self.missing("an incident, as INC-42"))?;
        let lower = typed.to_lowercase();
        let digits = lower.trim_start_matches('#').trim_start_matches("inc").trim_start_matches('-');
        match digits.parse() {
            Ok(number) if number > 0 => Ok(number),
            _ => Err(Misunderstanding::NotAKey { verb: self.word.verb, typed: shortened(typed) }),
        }
    }

    fn number(&mut self) -> Parsed<u32> {
        let typed = self.scan.word().unwrap_or_default();
        typed.parse().map_err(|_| Misunderstanding::NotANumber { verb: self.word.verb, typed: shortened(typed) })
    }

    /// `help sev` explains `severity`.
    fn help_word(&mut self) -> Parsed<Option<String>> {
        let Some(typed) = self.scan.word() else { return Ok(None) };
        match word(typed) {
            Some(word) => Ok(Some(word.name.to_string())),
            None => {
                let names = WORDS.iter().map(|w| w.name);
                Err(Misunderstanding::UnknownWord { typed: shortened(typed), closest: closest(typed, names) })
            }
        }
    }

    /// Without the quotes around it, but behind a `--`.
    fn title(&self) -> Parsed<String> {
        let title = self.text("a title")?;
        Ok(if self.scan.peek() == Some("--") { title } else { unquoted(&title).to_string() })
    }

    /// The rest as text that may be left out; a `--` before it says that it is text, whatever it looks like.
    fn note(&self) -> Option<String> {
        let rest = self.scan.rest();
        let text = dashes(rest).filter(|(before, _)| before.is_empty()).map_or(rest, |(_, behind)| behind);
        Some(text).filter(|text| !text.is_empty()).map(str::to_string)
    }

    fn text(&self, what: &'static str) -> Parsed<String> {
        self.note().ok_or_else(|| self.missing(what))
    }

    fn missing(&self, what: &'static str) -> Misunderstanding {
        Misunderstanding::Missing { verb: self.word.verb, what }
    }

    fn unknown_flag(&self, typed: &str, known: &[&'static str]) -> Misunderstanding {
        let closest = closest(typed, known.iter().copied()).and_then(|c| known.iter().find(|k| **k == c)).copied();
        Misunderstanding::UnknownFlag { verb: self.word.verb, typed: shortened(typed), closest }
    }

    /// A question that takes one flag and nothing else.
    fn only_flag(&mut self, known: &'static str) -> Parsed<bool> {
        let Some(typed) = self.scan.word() else { return Ok(false) };
        match flag(typed).unwrap_or(typed) {
            name if name.eq_ignore_ascii_case(known) => Ok(true),
            name => Err(self.unknown_flag(name, &[known])),
        }
    }
}

/// `sev9` is a mistake, not the beginning of a title.
fn looks_like_a_severity(word: &str) -> bool {
    let lower = word.to_lowercase();
    lower
        .strip_prefix("sev")
        .is_some_and(|n| !n.is_empty() && n.trim_start_matches('-').chars().all(|c| c.is_ascii_digit()))
}

/// How many bytes of the text are this name in any case; a letter's other case may have another length.
fn prefix_length(text: &str, name: &str) -> Option<usize> {
    let mut rest = text.chars();
    for wanted in name.chars() {
        let found = rest.next()?;
        if !found.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
    }
    (!name.is_empty()).then(|| text.len() - rest.as_str().len())
}

fn one_of(name: &str, people: &[Person]) -> Parsed<Person> {
    match people {
        [person] => Ok(person.clone()),
        [] => Err(Misunderstanding::NobodyNamed { typed: shortened(name) }),
        several => Err(Misunderstanding::SeveralNamed { typed: shortened(name), people: several.to_vec() }),
    }
}
