//! What the public is shown at one moment, as facts. Nothing that is not public gets past here.

use crate::incident::{Incident, PublicUpdate, public_id, public_name};
use crate::plan::{Component, Plan};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

/// How many days the bars show.
pub const DAYS: u64 = 90;

/// What the operator says about the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub title: String,
    pub description: String,
    /// People can have the updates sent to them.
    pub mails: bool,
    /// Where it is, without a slash at the end: `https://firebell.example.org`.
    pub url: String,
}

/// How much the public suffers. By the place of the severity in the plan: the worst is critical, the next major, the
/// third minor, all others none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Impact {
    None,
    Minor,
    Major,
    Critical,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub at: DateTime<Utc>,
    /// When something last changed.
    pub changed: DateTime<Utc>,
    pub components: Vec<ComponentState>,
    /// Newest first.
    pub incidents: Vec<PublicIncident>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ComponentState {
    pub id: String,
    pub label: String,
    pub description: String,
    /// How it is now.
    pub impact: Impact,
    /// The last [`DAYS`], oldest first.
    pub days: Vec<Day>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Day {
    pub date: NaiveDate,
    pub worst: Impact,
    /// How long it was away, a partial outage counted as three tenths of its time.
    pub away: TimeDelta,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PublicIncident {
    pub id: String,
    pub title: String,
    pub impact: Impact,
    /// Places in [`Snapshot::components`].
    pub components: Vec<usize>,
    pub since: DateTime<Utc>,
    /// `None`: it goes on.
    pub resolved: Option<DateTime<Utc>>,
    /// Newest first.
    pub updates: Vec<Told>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub id: String,
    pub at: DateTime<Utc>,
    /// `investigating`, `identified`, `monitoring` or `resolved`: Statuspage's words.
    pub status: &'static str,
    pub text: String,
}

impl Impact {
    pub fn as_str(self) -> &'static str {
        match self {
            Impact::None => "none",
            Impact::Minor => "minor",
            Impact::Major => "major",
            Impact::Critical => "critical",
        }
    }
}

impl Snapshot {
    pub fn of(incidents: &[Incident], plan: &Plan, now: DateTime<Utc>) -> Snapshot {
        let components = plan.components();
        let mut public: Vec<PublicIncident> =
            incidents.iter().filter_map(|incident| shown(incident, &components, plan)).collect();
        public.sort_by(|a, b| b.since.cmp(&a.since).then_with(|| a.id.cmp(&b.id)));
        let states = components.iter().enumerate().map(|(n, component)| state(n, component, &public, now)).collect();
        let changed = public.iter().flat_map(|i| &i.updates).map(|u| u.at).max();
        Snapshot { at: now, changed: changed.unwrap_or(DateTime::UNIX_EPOCH), components: states, incidents: public }
    }

    pub fn current(&self) -> impl Iterator<Item = &PublicIncident> {
        self.incidents.iter().filter(|incident| incident.resolved.is_none())
    }

    /// How bad it is, all in all.
    pub fn worst(&self) -> Impact {
        self.current().map(|incident| incident.impact).max().unwrap_or(Impact::None)
    }

    /// As Statuspage words it; it goes on without an impact that shows.
    pub fn in_words(&self) -> &'static str {
        match self.worst() {
            Impact::Critical => "Major System Outage",
            Impact::Major => "Partial System Outage",
            Impact::Minor => "Minor Service Outage",
            Impact::None => "All Systems Operational",
        }
    }
}

impl ComponentState {
    /// Of the days that are shown, in percent.
    pub fn uptime(&self) -> f64 {
        let away: i64 = self.days.iter().map(|day| day.away.num_seconds()).sum();
        let all = self.days.len().max(1) as f64 * 86_400.0;
        100.0 * (1.0 - away as f64 / all)
    }
}

fn shown(incident: &Incident, components: &[Component], plan: &Plan) -> Option<PublicIncident> {
    let public = incident.public.as_ref().filter(|_| !incident.private)?;
    let affected = components.iter().enumerate();
    let affected = affected.filter(|(_, c)| incident.service.as_ref().is_some_and(|s| c.services.contains(s)));
    let id = public_id(incident.number);
    let told = |(n, update): (usize, &PublicUpdate)| Told {
        id: public_name(&id, &n.to_string()),
        at: update.at,
        status: update.status_word(),
        text: public.words(update),
    };
    let mut updates: Vec<Told> = public.updates.iter().enumerate().map(told).collect();
    updates.reverse();
    Some(PublicIncident {
        title: public.title.clone(),
        impact: impact(plan.severity_rank(&incident.severity)),
        components: affected.map(|(n, _)| n).collect(),
        since: public.since,
        resolved: public.resolved(),
        updates,
        id,
    })
}

fn impact(rank: usize) -> Impact {
    match rank {
        0 => Impact::Critical,
        1 => Impact::Major,
        2 => Impact::Minor,
        _ => Impact::None,
    }
}

fn state(n: usize, component: &Component, incidents: &[PublicIncident], now: DateTime<Utc>) -> ComponentState {
    let of_it: Vec<&PublicIncident> = incidents.iter().filter(|i| i.components.contains(&n)).collect();
    let today = now.date_naive();
    let dates = (0..DAYS).rev().map(|back| today - Days::new(back));
    ComponentState {
        id: public_name("component", &component.key),
        label: component.label.clone(),
        description: component.description.clone(),
        impact: of_it.iter().filter(|i| i.resolved.is_none()).map(|i| i.impact).max().unwrap_or(Impact::None),
        days: dates.map(|date| day(date, &of_it, now)).collect(),
    }
}

/// What of this day it was away. Where incidents overlap, the worse counts.
fn day(date: NaiveDate, incidents: &[&PublicIncident], now: DateTime<Utc>) -> Day {
    let (begins, ends) = (
        date.and_time(chrono::NaiveTime::MIN).and_utc(),
        (date + Days::new(1)).and_time(chrono::NaiveTime::MIN).and_utc(),
    );
    let within: Vec<(DateTime<Utc>, DateTime<Utc>, Impact)> = incidents
        .iter()
        .flat_map(|incident| spans(incident, now))
        .map(|(from, until, impact)| (from.max(begins), until.min(ends), impact))
        .filter(|(from, until, _)| from < until)
        .collect();
    let mut edges: Vec<DateTime<Utc>> = within.iter().flat_map(|(from, until, _)| [*from, *until]).collect();
    edges.sort();
    edges.dedup();
    let mut away = TimeDelta::zero();
    for (from, until) in edges.iter().zip(edges.iter().skip(1)) {
        let covering = within.iter().filter(|(f, u, _)| f <= from && until <= u);
        away += match covering.map(|(.., impact)| *impact).max() {
            Some(Impact::Critical) => *until - *from,
            Some(Impact::Major) => (*until - *from) * 3 / 10,
            _ => TimeDelta::zero(),
        };
    }
    Day { date, worst: within.iter().map(|(.., impact)| *impact).max().unwrap_or(Impact::None), away }
}

/// When it went on: from the first update until one that ends it, and again from one that takes it up.
fn spans(incident: &PublicIncident, now: DateTime<Utc>) -> Vec<(DateTime<Utc>, DateTime<Utc>, Impact)> {
    let (mut spans, mut began) = (Vec::new(), None);
    for update in incident.updates.iter().rev() {
        match (began, update.status) {
            (None, "resolved") => {}
            (None, _) => began = Some(update.at),
            (Some(from), "resolved") => {
                spans.push((from, update.at, incident.impact));
                began = None;
            }
            (Some(_), _) => {}
        }
    }
    spans.extend(began.map(|from| (from, now, incident.impact)));
    spans
}
