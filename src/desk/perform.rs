//! Performing one piece of work: the chat is asked, and what it answers comes back in as a command.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::look::{Asker, home, look};
use super::rooms::LOOK_BACK;
use super::{Office, enact, notices, paging, reviews, shifts, subscribers};
use crate::export::{Export, Format, Record};
use crate::incident::{Alarm, Command, Effect, Gap, Incident, invited_at_first};
use crate::phrase::{self, Doc, News as IncidentNews, Style};
use crate::plan::{Address, MessageId, Number, Platform, Recipient, RoomId, Way};
use crate::ports::{
    Answer, Attachment, Chat, Draft, Failure, Furniture, Heard, Inbound, Job, MessageRecord, NewRoom, Notice, Once,
    Outlet, Posted, ReadMessage, Reader, Reading, StoreError, Touched, Work,
};

/// When archiving looks again whether all else is done.
const LAST: TimeDelta = TimeDelta::seconds(2);

/// What comes back in.
#[derive(Default)]
pub(super) struct Learnt {
    pub news: Option<News>,
    pub heard: Vec<Inbound>,
}

/// What is taken in together with the work's being done.
#[derive(Clone, Debug)]
pub(super) enum News {
    Command(Number, Command),
    /// More is to be done.
    Work(Vec<Draft>),
    /// What a room's history holds.
    Read {
        number: Number,
        room: RoomId,
        reading: Reading,
        /// As it was known before that was read.
        before: Box<Incident>,
        gap: Option<Gap>,
    },
}

impl Learnt {
    /// Nothing that matters later.
    fn nothing() -> Self {
        Learnt::default()
    }

    fn work(drafts: Vec<Draft>) -> Self {
        Learnt { news: Some(News::Work(drafts)), heard: Vec::new() }
    }

    fn noted(number: Number, command: Option<Command>) -> Self {
        Learnt { news: command.map(|command| News::Command(number, command)), heard: Vec::new() }
    }
}

async fn read_back(office: &Office, incident: &Incident, room: &RoomId, gap: Option<&Gap>) -> Result<Learnt, Failure> {
    let threads = office.ledger.threads(room).await.map_err(away)?;
    let reading = chat(office, room.platform)?.said_in(room, read_since(incident, gap), &threads).await?;
    let before = Box::new(incident.clone());
    let news = News::Read { number: incident.number, room: room.clone(), reading, before, gap: gap.cloned() };
    Ok(Learnt { news: Some(news), heard: Vec::new() })
}

/// Some time before the gap, but nothing from before the incident.
fn read_since(incident: &Incident, gap: Option<&Gap>) -> DateTime<Utc> {
    let declared = incident.milestones.declared.unwrap_or_default() - TimeDelta::minutes(1);
    gap.map_or(declared, |gap| (gap.from - LOOK_BACK).max(declared))
}

/// The message, and the emoji on it once more.
fn heard_again(touched: &Touched, message: ReadMessage) -> Vec<Inbound> {
    let reacted = Heard::Reacted {
        message: touched.message.clone(),
        emoji: touched.emoji.clone(),
        by: touched.by.clone(),
        on: true,
        stamp: format!("{}/read", touched.stamp),
        said: Some(MessageRecord::new(&message.said, message.at).said()),
        unread: false,
        private_room: touched.private_room,
    };
    let read = Inbound { at: message.at, heard: Heard::Message(message.said) };
    vec![read, Inbound { at: touched.at, heard: reacted }]
}

pub(super) async fn perform(office: &Office, job: &Job) -> Result<Learnt, Failure> {
    match &job.work {
        Work::Effect { incident, effect } => {
            let state = office.ledger.incident(*incident).await.map_err(away)?;
            match state {
                Some(state) => perform_effect(office, job, &state, effect).await,
                None => Ok(Learnt::nothing()),
            }
        }
        Work::Answer { to, room, reply, doc, discreet, .. } => {
            let answer = Answer { to, room, reply: reply.as_deref(), discreet: *discreet, doc };
            chat(office, room.platform)?.answer(once(job), answer).await?;
            Ok(Learnt::nothing())
        }
        Work::ShowHome { to, groups } => {
            let style = office.style(to.id.platform);
            let asker = Asker { person: to, groups, here: None, style };
            let doc = home(office, &asker).await.map_err(away)?;
            chat(office, to.id.platform)?.show_home(&to.id, &doc).await?;
            Ok(Learnt::nothing())
        }
        Work::LookAtAlert { source, fingerprint } => {
            let (source, fingerprint, at) = (source.clone(), fingerprint.clone(), office.clock.now());
            let heard = Heard::AlertCalm { source, fingerprint, at };
            Ok(Learnt { news: None, heard: vec![Inbound { at, heard }] })
        }
        Work::Suggest { room, severity, service, alert } => {
            let doc = phrase::suggestion(alert, severity, service.as_deref(), &office.plan);
            say(office, job, room, None, &doc).await
        }
        Work::LookAtShift { rotation, since } => Ok(Learnt::work(shifts::look(office, rotation, *since))),
        Work::TellShift { rotation, to, at, begins } => {
            let platform = match to {
                Recipient::Person(person) => person.platform,
                Recipient::Address(_) => Platform::Local,
            };
            let words = shifts::words(office, rotation, *at, *begins, &office.style(platform)).await.map_err(away)?;
            let Some(doc) = words else { return Ok(Learnt::nothing()) };
            let notice = |_: &Address| Ok(notices::shift(&doc, rotation, *at, *begins));
            send(office, job, to, |_| Ok(doc.clone()), notice).await
        }
        Work::LookAtReviews { looked } => Ok(Learnt::work(reviews::look(office, *looked))),
        Work::TellReview { to: Reader::Room(room), doc, .. } => say(office, job, room, None, doc).await,
        Work::TellReview { to: Reader::Recipient(to), what, doc } => {
            send(office, job, to, |_| Ok(doc.clone()), |_| Ok(notices::review(doc, what))).await
        }
        Work::Invite { to } => {
            outlet(office, to.way)?.send(once(job), to, &notices::invitation(office, to)).await?;
            Ok(Learnt::nothing())
        }
        Work::Fetch { touched } => {
            let found = chat(office, touched.message.room.platform)?.message(&touched.message).await?;
            Ok(Learnt { news: None, heard: found.map(|m| heard_again(touched, m)).unwrap_or_default() })
        }
        Work::Look { to, room, reply, groups, question, incident } => {
            let asker = Asker { person: to, groups, here: *incident, style: office.style(room.platform) };
            let (doc, discreet) = look(office, question, &asker).await.map_err(away)?;
            let answer = Answer { to: &to.id, room, reply: reply.as_deref(), discreet, doc: &doc };
            chat(office, room.platform)?.answer(once(job), answer).await?;
            Ok(Learnt::nothing())
        }
    }
}

fn once(job: &Job) -> Once<'_> {
    Once { key: &job.key, again: job.attempts > 0 }
}

/// The database does not answer: that passes.
fn away(error: StoreError) -> Failure {
    Failure::Later { why: error.why, after: None }
}

fn chat(office: &Office, platform: Platform) -> Result<&Arc<dyn Chat>, Failure> {
    office.chats.get(&platform).ok_or_else(|| Failure::Never { why: format!("{platform} is not configured") })
}

async fn perform_effect(office: &Office, job: &Job, incident: &Incident, effect: &Effect) -> Result<Learnt, Failure> {
    let plan = &office.plan;
    let number = incident.number;
    match effect {
        Effect::OpenRoom => open_room(office, job, incident).await,
        Effect::Invite { room, people } => {
            chat(office, room.platform)?.invite(room, people).await?;
            Ok(Learnt::nothing())
        }
        Effect::ShowCard { room } => {
            let doc = phrase::card(incident, plan, &office.style(room.platform));
            let known = incident.rooms.iter().find(|r| r.room.id == *room).and_then(|r| r.card.clone());
            let posted = show(office, job, room, known, &doc).await?;
            Ok(Learnt::noted(number, posted.map(|message| Command::NoteCard { message })))
        }
        Effect::CountAlerts { room, .. } => {
            let card = enact::standing(number, Effect::ShowCard { room: room.clone() }, office.clock.now());
            Ok(Learnt::work(card.into_iter().collect()))
        }
        Effect::TellCalm { room, seq, .. } => match incident.is_calm_since(*seq) {
            true => say(office, job, room, None, &phrase::calm(incident, &office.style(room.platform))).await,
            false => Ok(Learnt::nothing()),
        },
        Effect::PinCard { message } => {
            chat(office, message.room.platform)?.pin(message).await?;
            Ok(Learnt::nothing())
        }
        Effect::ShowTopic { room } => {
            chat(office, room.platform)?.set_topic(room, &phrase::topic(incident, plan)).await?;
            Ok(Learnt::nothing())
        }
        Effect::ShowFirstSteps { room } => say(office, job, room, None, &phrase::first_steps(incident, plan)).await,
        Effect::Tell { room, fact } => {
            let doc = phrase::told(fact, incident, plan, &office.style(room.platform));
            say(office, job, room, None, &doc).await
        }
        Effect::AnswerDeclared { room, to } => {
            let doc = phrase::declared(incident, plan);
            let answer = Answer { to, room, reply: None, discreet: incident.private, doc: &doc };
            chat(office, room.platform)?.answer(once(job), answer).await?;
            Ok(Learnt::nothing())
        }
        Effect::Warn { to, room, fact } => {
            let doc = phrase::lost(fact, incident, room);
            let answer = Answer { to, room, reply: None, discreet: true, doc: &doc };
            chat(office, room.platform)?.answer(once(job), answer).await?;
            Ok(Learnt::nothing())
        }
        Effect::Furnish { room } => {
            let (purpose, links) = phrase::furniture(incident, plan, &office.style(room.platform));
            chat(office, room.platform)?.furnish(room, &Furniture { purpose, links }).await?;
            Ok(Learnt::nothing())
        }
        Effect::Entrust { room } => {
            let commander = incident.commander().filter(|person| person.id.platform == room.platform);
            chat(office, room.platform)?.entrust(room, commander.map(|person| &person.id)).await?;
            Ok(Learnt::nothing())
        }
        Effect::Announce { room } => {
            let audience = plan.announcements.template_of(room, incident.matter());
            let doc = words(office.words.announcement(audience, incident, plan, &office.style(room.platform)))?;
            let known = incident.announcements.get(room).cloned();
            let posted = show(office, job, room, known, &doc).await?;
            Ok(Learnt::noted(number, posted.map(|message| Command::NoteAnnouncement { message })))
        }
        Effect::AnnounceChange { room, fact } => {
            let Some(thread) = incident.announcements.get(room) else {
                return Err(Failure::Never { why: format!("the announcement in {room} is not there") });
            };
            let audience = plan.announcements.template_of(room, incident.matter());
            let doc = words(office.words.change(
                audience,
                &IncidentNews { fact, incident, plan },
                &office.style(room.platform),
            ))?;
            say(office, job, room, Some(thread), &doc).await
        }
        Effect::Inform { to, template, fact } => {
            inform(office, job, to, template.as_deref(), IncidentNews { fact, incident, plan }).await
        }
        Effect::SumUp { to, template, .. } => {
            let audience = template.as_deref();
            let doc = |style: &Style| words(office.words.announcement(audience, incident, plan, style));
            let away = office.style(Platform::Local);
            send(office, job, to, doc, |address| Ok(notices::digest(office, incident, doc(&away)?, address))).await
        }
        Effect::TellPublic { seq, after } => {
            Ok(Learnt::work(subscribers::letters(office, incident, *seq, after).await.map_err(away)?))
        }
        Effect::InformPublic { seq, to } => inform_public(office, job, incident, *seq, to).await,
        Effect::TellNewcomers { room } => {
            say(office, job, room, None, &phrase::card(incident, plan, &office.style(room.platform))).await
        }
        Effect::ShareDraft { room } => share_draft(office, job, incident, room).await,
        Effect::Archive { room } => {
            // What was put off would find the room closed, and what it shows would stay wrong.
            if office.ledger.waits_in(&Effect::before_archiving(room)).await.map_err(away)? {
                return Err(Failure::Busy { why: "the room is not ready to be archived".into(), after: LAST });
            }
            chat(office, room.platform)?.archive(room).await?;
            Ok(Learnt::nothing())
        }
        Effect::Unarchive { room } => {
            chat(office, room.platform)?.unarchive(room).await?;
            Ok(Learnt::nothing())
        }
        Effect::ReadBack { room, gap } => read_back(office, incident, room, gap.as_ref()).await,
        Effect::PageByPlan { .. } => Ok(Learnt::noted(number, Some(paging::by_plan(office, incident)))),
        Effect::Call { page, to, .. } => call(office, job, incident, *page, to).await,
        Effect::EndCall { page, to } => end_call(office, job, incident, *page, to).await,
        Effect::SetAlarm { alarm: Alarm::Page { page }, .. } => {
            let page = incident.pages.iter().find(|p| p.number == *page && p.is_open());
            Ok(Learnt::noted(number, page.map(|page| paging::escalation(office, page))))
        }
        // Its time has come: it goes in by the front door.
        Effect::SetAlarm { alarm, .. } => Ok(Learnt::noted(number, Some(Command::Ring(*alarm)))),
    }
}

fn words(doc: Result<Doc, phrase::WordsError>) -> Result<Doc, Failure> {
    doc.map_err(|e| Failure::Never { why: e.to_string() })
}

/// What is known by now. Who can't reach the pages has it, and it stays with the room.
async fn share_draft(office: &Office, job: &Job, incident: &Incident, room: &RoomId) -> Result<Learnt, Failure> {
    let chat = chat(office, room.platform)?;
    if !chat.takes_files() {
        return Ok(Learnt::nothing());
    }
    let Some(record) = Record::read(office.ledger.as_ref(), incident.number).await.map_err(away)? else {
        return Ok(Learnt::nothing());
    };
    let now = office.clock.now();
    let export = Export { plan: &office.plan, template: &office.template, now, transcript: false };
    let draft = export.write(&record, Format::Markdown).map_err(|e| Failure::Never { why: e.to_string() })?;
    let name = format!("{}-postmortem.md", incident.key());
    let file = Attachment { name, kind: "text/markdown", content: draft.into_bytes() };
    chat.attach(once(job), room, file).await?;
    Ok(Learnt::nothing())
}

/// Whoever is called while the page still calls.
async fn call(office: &Office, job: &Job, incident: &Incident, page: u32, to: &Recipient) -> Result<Learnt, Failure> {
    let Some(page) = incident.pages.iter().find(|p| p.number == page && p.is_open()) else {
        return Ok(Learnt::nothing());
    };
    let doc = |style: &Style| Ok(phrase::page(page, incident, &office.plan, style));
    send(office, job, to, doc, |address| Ok(notices::page(office, page, incident, address))).await
}

/// News for somebody outside of rooms.
async fn inform(
    office: &Office,
    job: &Job,
    to: &Recipient,
    template: Option<&str>,
    news: IncidentNews<'_>,
) -> Result<Learnt, Failure> {
    let doc = |style: &Style| words(office.words.news(template, &news, style));
    // Where the pages are is the same in all chats, and nothing can be typed there.
    let away = office.style(Platform::Local);
    send(office, job, to, doc, |address| Ok(notices::news(office, &news, doc(&away)?, address))).await
}

/// A letter to one of the public, unless it was taken back meanwhile.
async fn inform_public(
    office: &Office,
    job: &Job,
    incident: &Incident,
    seq: i64,
    to: &Address,
) -> Result<Learnt, Failure> {
    let public = incident.public.as_ref();
    let update = public.and_then(|public| public.updates.iter().find(|update| update.seq == seq));
    if let (Some(public), Some(update)) = (public, update) {
        let notice = notices::public(office, public, update, incident.number, to);
        outlet(office, to.way)?.send(once(job), to, &notice).await?;
    }
    Ok(Learnt::nothing())
}

/// In the words for a chat, or for what is none.
async fn send(
    office: &Office,
    job: &Job,
    to: &Recipient,
    doc: impl Fn(&Style) -> Result<Doc, Failure>,
    notice: impl Fn(&Address) -> Result<Notice, Failure>,
) -> Result<Learnt, Failure> {
    match to {
        Recipient::Person(person) => {
            // Somebody can have an account in a chat that is not in use here.
            if let Some(chat) = office.chats.get(&person.platform) {
                chat.direct(once(job), person, &doc(&office.style(person.platform))?).await?;
            }
        }
        Recipient::Address(address) => {
            outlet(office, address.way)?.send(once(job), address, &notice(address)?).await?;
        }
    }
    Ok(Learnt::nothing())
}

async fn end_call(
    office: &Office,
    job: &Job,
    incident: &Incident,
    page: u32,
    to: &Recipient,
) -> Result<Learnt, Failure> {
    let Some(page) = incident.pages.iter().find(|p| p.number == page) else { return Ok(Learnt::nothing()) };
    let doc = |_: &Style| Ok(phrase::page_away(page, incident, &office.plan));
    send(office, job, to, doc, |_| Ok(notices::page_over(office, page, incident))).await
}

fn outlet(office: &Office, way: Way) -> Result<&Arc<dyn Outlet>, Failure> {
    office.outlets.get(&way).ok_or_else(|| Failure::Never { why: format!("{way} is not configured") })
}

/// Where the command was typed; an incident that nobody typed gets its room in the first chat there is.
async fn open_room(office: &Office, job: &Job, incident: &Incident) -> Result<Learnt, Failure> {
    if incident.room().is_some() {
        return Ok(Learnt::nothing());
    }
    let home = incident.declared_in.as_ref().map(|room| room.platform);
    let platform = home.or_else(|| office.chats.keys().next().copied());
    let Some(platform) = platform else { return Err(Failure::Never { why: "no chat is configured".into() }) };
    let room = NewRoom {
        name: phrase::room_name(incident),
        private: incident.private,
        topic: phrase::topic(incident, &office.plan),
        near: incident.declared_in.clone(),
        people: invited_at_first(incident, &office.plan, platform),
    };
    let room = chat(office, platform)?.open_room(once(job), room).await?;
    Ok(Learnt::noted(incident.number, Some(Command::NoteRoom { room })))
}

/// Brings a standing message up to date, or posts it, also where somebody has deleted it: then it says which message it
/// is.
async fn show(
    office: &Office,
    job: &Job,
    room: &RoomId,
    known: Option<MessageId>,
    doc: &Doc,
) -> Result<Option<MessageId>, Failure> {
    let chat = chat(office, room.platform)?;
    if let Some(message) = known {
        match chat.edit(&message, doc).await {
            Err(Failure::Gone { .. }) => {}
            edited => return edited.map(|()| None),
        }
    }
    chat.post(once(job), Posted { room, thread: None, doc, stands: true }).await.map(Some)
}

async fn say(
    office: &Office,
    job: &Job,
    room: &RoomId,
    thread: Option<&MessageId>,
    doc: &Doc,
) -> Result<Learnt, Failure> {
    chat(office, room.platform)?.post(once(job), Posted { room, thread, doc, stands: false }).await?;
    Ok(Learnt::nothing())
}
