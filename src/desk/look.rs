//! Answers to questions, looked up when they are given.

use super::enact::may_see;
use super::{Office, oncall};
use crate::grammar::Question;
use crate::incident::{Incident, Refusal};
use crate::phrase::{self, ActionLine, Doc, Home, IncidentLine, Style};
use crate::plan::{Number, Person, Recipient, Topic};
use crate::ports::{ActionRow, StoreError, Summary};

/// Who asks and where.
pub(super) struct Asker<'a> {
    pub person: &'a Person,
    pub groups: &'a [String],
    /// The incident of the room, if it is one's.
    pub here: Option<Number>,
    pub style: Style,
}

impl Asker<'_> {
    /// A private incident that is not the one of the room: others there may not read of it.
    fn is_discreet(&self, number: Number, private: bool) -> bool {
        private && self.here != Some(number)
    }
}

/// The answer, and whether it says what others in that room may not read.
pub(super) async fn look(office: &Office, question: &Question, asker: &Asker<'_>) -> Result<(Doc, bool), StoreError> {
    let style = &asker.style;
    let doc = match question {
        Question::List { all } => return list(office, *all, asker).await,
        Question::Actions { mine } => return actions(office, *mine, asker).await,
        Question::OnCall { word } => oncall::look(office, word.as_deref(), style),
        Question::Subscriptions => subscriptions(office, asker).await?,
        Question::Help { word: Some(word) } => phrase::help_word(word, style),
        Question::Help { word: None } => phrase::help(asker.here.is_some(), style),
        Question::Nothing if asker.here.is_none() => phrase::start(style),
        Question::Show { number: Some(number) } => match visible(office, *number, asker).await? {
            Some(incident) => {
                let discreet = asker.is_discreet(*number, incident.private);
                return Ok((phrase::card(&incident, &office.plan, style), discreet));
            }
            None => phrase::refused(&Refusal::NoSuchIncident { number: *number }, &office.plan, style),
        },
        Question::Show { number: None }
        | Question::Timeline { .. }
        | Question::Tasks
        | Question::Postmortem
        | Question::Triage { .. }
        | Question::Nothing => here(office, question, asker).await?,
    };
    Ok((doc, false))
}

/// What they hear of because they asked to.
async fn subscriptions(office: &Office, asker: &Asker<'_>) -> Result<Doc, StoreError> {
    let wishes = office.ledger.wishes_of(&Recipient::Person(asker.person.id.clone())).await?;
    let topics: Vec<Topic> = wishes.into_iter().filter(|wish| wish.wanted).map(|wish| wish.topic).collect();
    Ok(phrase::subscriptions(&topics, &office.plan, &asker.style))
}

/// Questions about the incident of this room.
async fn here(office: &Office, question: &Question, asker: &Asker<'_>) -> Result<Doc, StoreError> {
    let style = &asker.style;
    let incident = match asker.here {
        Some(number) => visible(office, number, asker).await?,
        None => None,
    };
    let Some(incident) = incident else {
        let word = match question {
            Question::Timeline { .. } => "timeline",
            Question::Tasks => "tasks",
            Question::Postmortem => "postmortem",
            Question::Triage { .. } => "triage",
            _ => "show",
        };
        return Ok(phrase::strange_place(word, style));
    };
    let doc = match question {
        Question::Timeline { last } => phrase::timeline(&incident, *last, style),
        Question::Tasks => phrase::tasks(&incident, style),
        Question::Postmortem => phrase::postmortem(&incident, style),
        Question::Triage { impact, scope } => phrase::triage(&incident, *impact, *scope, &office.plan, style),
        Question::Nothing => phrase::panel(&incident, &office.plan, style),
        _ => phrase::card(&incident, &office.plan, style),
    };
    Ok(phrase::overdue(doc, &incident, &asker.person.id, office.clock.now(), style))
}

/// The incident, if there is one that this person may know of.
async fn visible(office: &Office, number: Number, asker: &Asker<'_>) -> Result<Option<Incident>, StoreError> {
    let Some(incident) = office.ledger.incident(number).await? else { return Ok(None) };
    if !incident.private {
        return Ok(Some(incident));
    }
    let member = office.ledger.is_member(number, &asker.person.id).await?;
    Ok(Some(incident).filter(|i| may_see(office, i, asker.person, member, asker.groups)))
}

async fn list(office: &Office, all: bool, asker: &Asker<'_>) -> Result<(Doc, bool), StoreError> {
    let mut found = open(office, asker).await?;
    if all {
        found.extend(only_visible(office, office.ledger.ended().await?, asker).await?);
    }
    let lines: Vec<IncidentLine<'_>> = found.iter().map(incident_line).collect();
    let discreet = found.iter().any(|s| asker.is_discreet(s.number, s.private));
    Ok((phrase::incidents(&lines, all, office.clock.now(), &office.plan, &asker.style), discreet))
}

/// What is open and this person may know of, worst first.
async fn open(office: &Office, asker: &Asker<'_>) -> Result<Vec<Summary>, StoreError> {
    let mut found = only_visible(office, office.ledger.open().await?, asker).await?;
    // The ledger gives the oldest first.
    found.sort_by_key(|s| office.plan.severity_rank(&s.severity));
    Ok(found)
}

async fn only_visible(office: &Office, found: Vec<Summary>, asker: &Asker<'_>) -> Result<Vec<Summary>, StoreError> {
    let mut shown = Vec::with_capacity(found.len());
    for summary in found {
        if !summary.private || visible(office, summary.number, asker).await?.is_some() {
            shown.push(summary);
        }
    }
    Ok(shown)
}

fn incident_line(summary: &Summary) -> IncidentLine<'_> {
    IncidentLine {
        number: summary.number,
        title: &summary.title,
        severity: &summary.severity,
        status: summary.status,
        commander: summary.commander.as_ref().map(|p| p.name.as_str()),
        room: summary.room.as_ref(),
        declared: summary.declared,
    }
}

/// The person's own page: the open incidents, those that they are in first, and what they have to do.
pub(super) async fn home(office: &Office, asker: &Asker<'_>) -> Result<Doc, StoreError> {
    let (mut mine, mut others) = (Vec::new(), Vec::new());
    let mut calling = Vec::new();
    for summary in office.ledger.open().await? {
        let incident = office.ledger.incident(summary.number).await?;
        // Who is called may know of it.
        let calls = |i: &Incident| i.pages.iter().any(|p| p.is_open() && p.has_called(&asker.person.id, &office.plan));
        calling.extend(incident.filter(calls));
    }
    for summary in open(office, asker).await? {
        match office.ledger.is_member(summary.number, &asker.person.id).await? {
            true => mine.push(summary),
            false => others.push(summary),
        }
    }
    let to_do = seen_actions(office, None, true, asker).await?;
    let mine: Vec<IncidentLine<'_>> = mine.iter().map(incident_line).collect();
    let others: Vec<IncidentLine<'_>> = others.iter().map(incident_line).collect();
    let lines: Vec<ActionLine<'_>> = to_do.iter().map(|a| action_line(a, true)).collect();
    let home = Home { calling: &calling, mine: &mine, others: &others, to_do: &lines };
    Ok(phrase::home(&home, office.clock.now(), &office.plan, &asker.style))
}

/// In an incident's room those of the incident; elsewhere, and with `mine`, those of all incidents.
async fn actions(office: &Office, mine: bool, asker: &Asker<'_>) -> Result<(Doc, bool), StoreError> {
    let only = asker.here.filter(|_| !mine);
    let shown = seen_actions(office, only, mine, asker).await?;
    let lines: Vec<ActionLine<'_>> = shown.iter().map(|a| action_line(a, only.is_none())).collect();
    let discreet = shown.iter().any(|a| asker.is_discreet(a.incident, a.private));
    Ok((phrase::actions(&lines, mine, office.clock.now().date_naive(), &asker.style), discreet))
}

async fn seen_actions(
    office: &Office,
    only: Option<Number>,
    mine: bool,
    asker: &Asker<'_>,
) -> Result<Vec<ActionRow>, StoreError> {
    let mut shown = Vec::new();
    for action in office.ledger.actions(only).await? {
        let is_mine = action.owner.as_ref().is_some_and(|p| p.id == asker.person.id);
        if (mine && !is_mine) || (action.private && visible(office, action.incident, asker).await?.is_none()) {
            continue;
        }
        shown.push(action);
    }
    Ok(shown)
}

fn action_line(action: &ActionRow, with_incident: bool) -> ActionLine<'_> {
    ActionLine {
        incident: Some(action.incident).filter(|_| with_incident),
        number: action.number,
        text: &action.text,
        owner: action.owner.as_ref().map(|p| p.name.as_str()),
        due: action.due,
    }
}
