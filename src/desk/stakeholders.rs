//! Who hears of an incident outside its room: whom the plan names, and who has asked to.

use chrono::{DateTime, Utc};

use super::Office;
use super::commands::{Answered, Typed};
use super::enact::{is_member, may_see};
use crate::incident::{Effect, Incident, Recorded, Refusal, news, severities_told};
use crate::phrase::{refused, wished};
use crate::plan::{Address, Matter, NewsKind, Number, Person, Reached, Recipient, Topic, Way};
use crate::ports::{StoreError, Transaction, Wish};

/// The news of this event, one for each who is to hear it.
pub(super) async fn informed(
    office: &Office,
    tx: &mut dyn Transaction,
    fact: &Recorded,
    incident: &Incident,
) -> Result<Vec<Effect>, StoreError> {
    let Some(kind) = news(fact, incident) else { return Ok(Vec::new()) };
    let wishes = tx.wishes(&topics(office, fact, incident)).await?;
    let mut told = Told::default();
    for wish in wishes.iter().filter(|wish| wish.wanted && wish.topic != Topic::Everything) {
        if may_hear(office, tx, incident, &wish.who).await? {
            told.add(wish.who.clone(), None, None);
        }
    }
    by_plan(office, kind, fact, incident, &mut told);
    told.0.retain(|reader| {
        !wants_none(&reader.who, incident.number, &wishes) && !did_it(office, &reader.who, fact, incident)
    });
    let inform = |Reader { who: to, template, quiet }| match quiet {
        Some(due) => Effect::SumUp { to, template, due },
        None => Effect::Inform { to, template, fact: Box::new(fact.clone()) },
    };
    Ok(told.0.into_iter().map(inform).collect())
}

/// Each once.
#[derive(Default)]
struct Told(Vec<Reader>);

struct Reader {
    who: Recipient,
    template: Option<String>,
    /// Until when they are to be left in peace.
    quiet: Option<DateTime<Utc>>,
}

impl Told {
    /// By several routes, the words are those of the first; what one of them tells at once is told at once.
    fn add(&mut self, who: Recipient, template: Option<&str>, quiet: Option<DateTime<Utc>>) {
        match self.0.iter_mut().find(|reader| reader.who == who) {
            Some(known) => {
                known.quiet = known.quiet.min(quiet);
                known.template = known.template.take().or_else(|| template.map(str::to_string));
            }
            None => self.0.push(Reader { who, template: template.map(str::to_string), quiet }),
        }
    }
}

/// Whatever of it somebody may have asked for, or against.
fn topics(office: &Office, fact: &Recorded, incident: &Incident) -> Vec<Topic> {
    let mut topics = vec![Topic::Incident(incident.number), Topic::Everything];
    topics.extend(incident.service.clone().map(Topic::Service));
    let plan = &office.plan;
    let worst = severities_told(fact, incident, plan).first().map_or(0, |severity| plan.severity_rank(severity));
    topics.extend(plan.severities.iter().skip(worst).map(|severity| Topic::Severity(severity.key.clone())));
    topics
}

fn by_plan(office: &Office, kind: NewsKind, fact: &Recorded, incident: &Incident, told: &mut Told) {
    for severity in severities_told(fact, incident, &office.plan) {
        let matter = Matter { severity, ..incident.matter() };
        for route in office.plan.announcements.telling(kind, matter) {
            let quiet = route.quiet.until(fact.at);
            let reached = office.plan.reach(&route.people, fact.at, &|rotation| office.calendars.shifts(rotation));
            for who in reached.iter().flat_map(|reached| ways(office, reached)) {
                told.add(who, route.template.as_deref(), quiet);
            }
        }
    }
}

/// Where they talk; who is in no chat here, by e-mail. What the plan names by its address gets it there.
pub(super) fn ways(office: &Office, reached: &Reached) -> Vec<Recipient> {
    let accounts = reached.accounts.iter().filter(|account| office.chats.contains_key(&account.platform));
    let accounts: Vec<Recipient> = accounts.cloned().map(Recipient::Person).collect();
    if !accounts.is_empty() {
        return accounts;
    }
    // A person's address may be known that nothing is configured for.
    let usable = |a: &&Address| match reached.contact {
        Some(_) => a.way == Way::Email && office.outlets.contains_key(&a.way),
        None => true,
    };
    let addresses = reached.addresses.iter().filter(usable);
    addresses.cloned().map(Recipient::Address).collect()
}

/// What is private is only for those in its room, and for whom the plan permits.
async fn may_hear(
    office: &Office,
    tx: &mut dyn Transaction,
    incident: &Incident,
    who: &Recipient,
) -> Result<bool, StoreError> {
    match who {
        _ if !incident.private => Ok(true),
        Recipient::Person(id) => {
            let member = is_member(tx, incident, id).await?;
            let person = Person { id: id.clone(), name: id.id.clone() };
            Ok(may_see(office, incident, &person, member, &[]))
        }
        Recipient::Address(_) => Ok(false),
    }
}

/// What they said of the incident itself counts before what they said of everything.
fn wants_none(who: &Recipient, number: Number, wishes: &[Wish]) -> bool {
    let said = |topic: &Topic| wishes.iter().find(|w| w.who == *who && w.topic == *topic).map(|w| w.wanted);
    said(&Topic::Incident(number)).or_else(|| said(&Topic::Everything)) == Some(false)
}

/// Nobody is told what they did themselves.
fn did_it(office: &Office, who: &Recipient, fact: &Recorded, incident: &Incident) -> bool {
    let by = match news(fact, incident) {
        Some(NewsKind::Declared) => incident.declared_by.as_ref(),
        _ => fact.by.person(),
    };
    let (Recipient::Person(who), Some(by)) = (who, by) else { return false };
    let contact = office.plan.contact_of(&by.id);
    *who == by.id || contact.is_some_and(|contact| contact.accounts.contains(who))
}

/// `subscribe` and `unsubscribe`.
pub(super) async fn wish(
    office: &Office,
    tx: &mut dyn Transaction,
    typed: &Typed<'_>,
    topic: Topic,
    wanted: bool,
    here: Option<Number>,
) -> Result<Answered, StoreError> {
    let style = office.style(typed.room.id.platform);
    let who = Recipient::Person(typed.by.person.id.clone());
    let (mut title, mut discreet) = (None, false);
    if let Topic::Incident(number) = topic {
        let Some(incident) = seen(office, tx, typed, number).await? else {
            let why = Refusal::NoSuchIncident { number };
            return Ok(Answered::refusal(refused(&why, &office.plan, &style)));
        };
        discreet = incident.private && here != Some(number);
        title = Some(incident.title);
    }
    match (&topic, wanted) {
        // The plan may name them for the incident; of the rest nothing is told but what was asked for.
        (Topic::Incident(_), _) | (_, true) => {
            tx.want(&Wish { who, topic: topic.clone(), wanted }, office.clock.now()).await?;
        }
        (_, false) => tx.forget_wish(&who, &topic).await?,
    }
    Ok(Answered::told(Some(wished(&topic, wanted, title.as_deref(), &office.plan, &style)), discreet))
}

async fn seen(
    office: &Office,
    tx: &mut dyn Transaction,
    typed: &Typed<'_>,
    number: Number,
) -> Result<Option<Incident>, StoreError> {
    let Some(incident) = tx.load(number).await? else { return Ok(None) };
    let person = &typed.by.person;
    let member = is_member(tx, &incident, &person.id).await?;
    Ok(may_see(office, &incident, person, member, &typed.by.groups).then_some(incident))
}
