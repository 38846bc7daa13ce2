//! `firebell check`: looks at everything that must be right, and says what it found.

use chrono::TimeDelta;
use tokio::net::TcpListener;

use super::calendars::OverHttp;
use super::{Failed, Templates, clock, say};
use crate::config::{Config, Problems};
use crate::outreach::Http;
use crate::plan::{Address, PageRule, Plan, Platform, Turns, Way};
use crate::ports::{Ledger, LocalBook};
use crate::store::{Db, LocalStore, Store};

/// How far ahead somebody has to be on call.
const AHEAD: TimeDelta = TimeDelta::days(60);

/// What was found, counted.
#[derive(Default)]
struct Findings {
    wrong: usize,
}

impl Findings {
    fn good(&mut self, what: &str, found: impl std::fmt::Display) {
        say(format_args!("ok     {what}: {found}"));
    }

    fn note(&mut self, what: &str, found: impl std::fmt::Display) {
        say(format_args!("note   {what}: {found}"));
    }

    fn wrong(&mut self, what: &str, found: impl std::fmt::Display) {
        self.wrong += 1;
        say(format_args!("WRONG  {what}: {found}"));
    }

    fn end(self) -> Result<(), Failed> {
        match self.wrong {
            0 => Ok(()),
            1 => Err(Failed::Found("one thing is wrong".into())),
            n => Err(Failed::Found(format!("{n} things are wrong"))),
        }
    }
}

pub(super) fn configuration_is_wrong(problems: &Problems) -> Result<(), Failed> {
    let mut findings = Findings::default();
    for problem in problems.iter() {
        findings.wrong("configuration", problem);
    }
    findings.end()
}

pub(super) async fn check(config: &Config) -> Result<(), Failed> {
    let mut findings = Findings::default();
    let plan = &config.plan;
    findings.good(
        "configuration",
        format_args!(
            "{} severities, {} roles, {} services",
            plan.severities.len(),
            plan.roles.len(),
            plan.services.len()
        ),
    );
    for review in plan.overdue_reviews(clock().now().date_naive()) {
        findings.note("review", format_args!("{} was to be reviewed by {}", review.what, review.by));
    }
    match Templates::load(config) {
        Ok(_) => findings.good("templates", "all can be used"),
        Err(why) => findings.wrong("templates", why),
    }
    address(config, &mut findings).await;
    database(config, &mut findings).await;
    match &config.local {
        Some(local) if local.password.is_some() => findings.good("local chat", "on, with a password"),
        Some(_) => findings.good("local chat", "on, for this machine only"),
        None if config.slack.is_some() || config.matrix.is_some() => findings.note("local chat", "off"),
        None => findings.note("local chat", "off, and there is no other chat: nothing can be declared"),
    }
    outlets(config, &mut findings).await;
    on_call(config, &mut findings);
    calendars(config, &mut findings).await;
    #[cfg(any(feature = "matrix", feature = "slack"))]
    chats(config, &mut findings).await;
    findings.end()
}

async fn address(config: &Config, findings: &mut Findings) {
    let listen = config.server.listen;
    match TcpListener::bind(listen).await {
        Ok(_) => findings.good("address", format_args!("{listen} is free")),
        // That is as it should be if it is Firebell who runs there.
        Err(why) => findings.note("address", format_args!("{listen} is in use ({why}); a running Firebell is fine")),
    }
}

async fn database(config: &Config, findings: &mut Findings) {
    let db = match Db::open(config.store.url.expose()).await {
        Ok(db) => db,
        Err(why) => return findings.wrong("database", why),
    };
    let store = Store::new(db.clone());
    match (store.open().await, store.parked().await) {
        (Ok(open), Ok(parked)) => {
            findings.good("database", format_args!("reached; {} incidents are open", open.len()));
            for work in parked {
                findings.wrong("work set aside", format_args!("{}: {}", work.what, work.why));
            }
        }
        (Err(why), _) | (_, Err(why)) => findings.wrong("database", why),
    }
    private_rooms(config, &db, findings).await;
    db.close().await;
}

/// Firebell makes the announcement rooms of the local chat, but not those for private incidents: people make them,
/// private ones, and the plan names them.
async fn private_rooms(config: &Config, db: &Db, findings: &mut Findings) {
    let book = LocalStore::new(db.clone());
    let rooms = config.plan.announcements.routes.iter().filter(|r| r.private).flat_map(|r| &r.rooms);
    for room in rooms.filter(|room| room.platform == Platform::Local) {
        match book.room(room).await {
            Ok(Some(found)) if found.private => findings.good("announcement room", format_args!("{room} is private")),
            Ok(Some(_)) => findings.note(
                "announcement room",
                format_args!("{room} is told of private incidents, and everyone can join it"),
            ),
            Ok(None) => findings.wrong("announcement room", format_args!("there is no {room}; make it in the chat")),
            Err(why) => findings.wrong("announcement room", why),
        }
    }
}

/// What reaches people outside of chats; nothing is sent.
async fn outlets(config: &Config, findings: &mut Findings) {
    let outreach = &config.outreach;
    if let Some(email) = &outreach.email {
        let server = format!("{}:{}", email.host, email.port);
        let mail = super::outlets::mail(email, clock());
        let found = match mail {
            Ok(mail) => mail.check().await,
            Err(why) => Err(why.to_string()),
        };
        match found {
            Ok(()) => findings.good("e-mail", format_args!("{server} takes it, from {}", email.from)),
            Err(why) => findings.wrong("e-mail", format_args!("{server}: {why}")),
        }
    }
    let topics = config.plan.contacts.iter().flat_map(|c| &c.addresses).any(|a| a.way == Way::Ntfy);
    if topics || outreach.ntfy.token.is_some() {
        let found = match Http::new() {
            Ok(http) => super::outlets::ntfy(config, &http).check().await,
            Err(why) => Err(why.to_string()),
        };
        match found {
            Ok(()) => findings.good("ntfy", format_args!("{} is there", outreach.ntfy.url)),
            Err(why) => findings.wrong("ntfy", format_args!("{}: {why}", outreach.ntfy.url)),
        }
    }
    for hook in &outreach.webhooks {
        findings.good("webhook", format_args!("{} is posted to, and not tried", hook.name));
    }
    for service in &outreach.pagerduty {
        findings.good("pagerduty", format_args!("{} is paged, and not tried", service.name));
    }
}

/// Whether a page would reach somebody just now.
fn on_call(config: &Config, findings: &mut Findings) {
    let plan = &config.plan;
    let now = clock().now();
    for contact in &plan.contacts {
        let by_chat = contact.accounts.iter().any(|account| is_in_use(config, account.platform));
        let by_mail = |a: &Address| a.way != Way::Email || config.outreach.email.is_some();
        if !by_chat && !contact.addresses.iter().any(by_mail) {
            findings.wrong("people", format_args!("{} can't be reached: none of their chats is in use", contact.label));
        }
    }
    for rotation in plan.rotations.iter().filter(|r| matches!(r.turns, Turns::People { .. })) {
        let names = |keys: Vec<String>| keys.iter().map(|key| name(plan, key)).collect::<Vec<_>>().join(" and ");
        match rotation.on_call(now, &[]) {
            nobody if nobody.is_empty() => match rotation.shifts(now, now + AHEAD, &[]).first() {
                Some(next) => {
                    let from = next.from.format("%-d %b %H:%M UTC");
                    findings.good(
                        "on call",
                        format_args!("{}: nobody now, {} from {from}", rotation.label, name(plan, &next.who)),
                    );
                }
                None => {
                    findings.wrong("on call", format_args!("{}: nobody, now and in the next 60 days", rotation.label))
                }
            },
            keys => findings.good("on call", format_args!("{}: {}", rotation.label, names(keys))),
        }
    }
    for service in plan.services.iter().filter(|s| s.owner.is_none() && s.escalation.is_none()) {
        let paged = plan.severities.iter().any(|s| s.page.contains(&PageRule::OfService));
        if paged {
            findings.note(
                "services",
                format_args!("{} has neither owner nor escalation: nobody is paged for it", service.label),
            );
        }
    }
}

async fn calendars(config: &Config, findings: &mut Findings) {
    let http = match super::outlets::http() {
        Ok(http) => http,
        Err(why) => return findings.wrong("calendars", why),
    };
    for (rotation, read) in crate::calendars::check(&config.plan, &OverHttp(http), clock().now()).await {
        match read {
            Err(why) => findings.wrong("calendar", format_args!("{rotation}: {why}")),
            Ok(read) if read.shifts.is_empty() => {
                findings.wrong("calendar", format_args!("{rotation}: nobody of the plan is in it"))
            }
            Ok(read) if read.strangers > 0 => {
                let what = format!(
                    "{rotation}: {} shifts, and {} events that are nobody's",
                    read.shifts.len(),
                    read.strangers
                );
                findings.note("calendar", what);
            }
            Ok(read) => findings.good("calendar", format_args!("{rotation}: {} shifts", read.shifts.len())),
        }
    }
}

fn name(plan: &Plan, key: &str) -> String {
    plan.contact(key).map_or(key.to_string(), |contact| contact.label.clone())
}

fn is_in_use(config: &Config, platform: Platform) -> bool {
    match platform {
        Platform::Local => config.local.is_some(),
        Platform::Slack => config.slack.is_some(),
        Platform::Matrix => config.matrix.is_some(),
    }
}

/// Each chat that is configured, with what the plan names.
#[cfg(any(feature = "matrix", feature = "slack"))]
async fn chats(config: &Config, findings: &mut Findings) {
    use crate::chat::finding::{Finding, Named};
    use crate::plan::Rule;
    let plan = &config.plan;
    let mut rooms = plan.announcements.default_rooms.clone();
    rooms.extend(plan.announcements.routes.iter().flat_map(|r| r.rooms.clone()));
    rooms.sort();
    rooms.dedup();
    let invited = plan.severities.iter().flat_map(|s| &s.invite).chain(plan.services.iter().flat_map(|s| &s.invite));
    let called = plan.contacts.iter().flat_map(|c| &c.accounts);
    let mut people: Vec<_> = invited.chain(plan.groups.values().flatten()).chain(called).cloned().collect();
    people.sort();
    people.dedup();
    let private: Vec<_> =
        plan.announcements.routes.iter().filter(|r| r.private).flat_map(|r| r.rooms.clone()).collect();
    let of_chats = |rule: &Rule| match rule {
        Rule::Group(name) if !plan.groups.contains_key(name) => Some(name.clone()),
        _ => None,
    };
    let groups: Vec<String> = plan.permissions.all().filter_map(of_chats).collect();
    let named = Named { rooms: &rooms, private: &private, people: &people, groups: &groups };
    let mut found = Vec::new();
    #[cfg(feature = "slack")]
    found.extend(super::slack::check(config, &named).await);
    #[cfg(feature = "matrix")]
    found.extend(super::matrix::check(config, &named).await);
    for finding in found {
        match finding {
            Finding::Good { what, found } => findings.good(&what, found),
            Finding::Note { what, found } => findings.note(&what, found),
            Finding::Wrong { what, found } => findings.wrong(&what, found),
        }
    }
}
