//! Performing one piece of work: the chat is asked, and what it answers comes back in as a command.

use std::sync::Arc;

use super::Office;
use super::look::{Asker, look};
use crate::incident::{Command, Effect, Incident};
use crate::phrase::{self, Doc};
use crate::plan::{MessageId, Number, Platform, RoomId};
use crate::ports::{Chat, Failure, Inbound, Job, NewRoom, Posted, StoreError, Work};

/// What comes back in.
#[derive(Default)]
pub(super) struct Learnt {
    pub command: Option<(Number, Command)>,
    pub heard: Vec<Inbound>,
}

/// Learnt by performing; `None`: nothing that matters later.
type Note = Option<(Number, Command)>;

pub(super) async fn perform(office: &Office, job: &Job) -> Result<Learnt, Failure> {
    if let Work::Effect { effect: Effect::ReadBack { room }, .. } = &job.work {
        let heard = chat(office, room.platform)?.said_in(room).await?;
        return Ok(Learnt { heard, ..Learnt::default() });
    }
    let command = perform_work(office, job).await?;
    Ok(Learnt { command, ..Learnt::default() })
}

async fn perform_work(office: &Office, job: &Job) -> Result<Note, Failure> {
    match &job.work {
        Work::Effect { incident, effect } => {
            let state = office.ledger.incident(*incident).await.map_err(away)?;
            match state {
                Some(state) => perform_effect(office, job, &state, effect).await,
                None => Ok(None),
            }
        }
        Work::Answer { to, room, doc, .. } => {
            chat(office, room.platform)?.answer(&job.key, to, room, doc).await?;
            Ok(None)
        }
        Work::Look { to, room, groups, question, incident } => {
            let asker = Asker { person: to, groups, here: *incident, style: office.style(room.platform) };
            let doc = look(office, question, &asker).await.map_err(away)?;
            chat(office, room.platform)?.answer(&job.key, &to.id, room, &doc).await?;
            Ok(None)
        }
    }
}

/// The database does not answer: that passes.
fn away(error: StoreError) -> Failure {
    Failure::Later { why: error.why, after: None }
}

fn chat(office: &Office, platform: Platform) -> Result<&Arc<dyn Chat>, Failure> {
    office.chats.get(&platform).ok_or_else(|| Failure::Never { why: format!("{platform} is not configured") })
}

async fn perform_effect(office: &Office, job: &Job, incident: &Incident, effect: &Effect) -> Result<Note, Failure> {
    let plan = &office.plan;
    let number = incident.number;
    match effect {
        Effect::OpenRoom => open_room(office, job, incident).await,
        Effect::Invite { room, people } => {
            chat(office, room.platform)?.invite(room, people).await?;
            Ok(None)
        }
        Effect::ShowCard { room } => {
            let doc = phrase::card(incident, plan, &office.style(room.platform));
            let known = incident.rooms.iter().find(|r| r.room.id == *room).and_then(|r| r.card.clone());
            let posted = show(office, job, room, known, &doc).await?;
            Ok(posted.map(|message| (number, Command::NoteCard { message })))
        }
        Effect::PinCard { message } => {
            chat(office, message.room.platform)?.pin(message).await?;
            Ok(None)
        }
        Effect::ShowTopic { room } => {
            chat(office, room.platform)?.set_topic(room, &phrase::topic(incident, plan)).await?;
            Ok(None)
        }
        Effect::ShowFirstSteps { room } => say(office, job, room, None, &phrase::first_steps(incident, plan)).await,
        Effect::Tell { room, fact } => {
            let doc = phrase::told(fact, incident, plan, &office.style(room.platform));
            say(office, job, room, None, &doc).await
        }
        Effect::AnswerDeclared { room, to } => {
            chat(office, room.platform)?.answer(&job.key, to, room, &phrase::declared(incident, plan)).await?;
            Ok(None)
        }
        Effect::Announce { room } => {
            let doc = words(office.words.announcement(incident, plan, &office.style(room.platform)))?;
            let known = incident.announcements.get(room).cloned();
            let posted = show(office, job, room, known, &doc).await?;
            Ok(posted.map(|message| (number, Command::NoteAnnouncement { message })))
        }
        Effect::AnnounceChange { room, fact } => {
            let Some(thread) = incident.announcements.get(room) else {
                return Err(Failure::Never { why: format!("the announcement in {room} is not there") });
            };
            let doc = words(office.words.change(fact, incident, plan, &office.style(room.platform)))?;
            say(office, job, room, Some(thread), &doc).await
        }
        Effect::Archive { room } => {
            chat(office, room.platform)?.archive(room).await?;
            Ok(None)
        }
        Effect::Unarchive { room } => {
            chat(office, room.platform)?.unarchive(room).await?;
            Ok(None)
        }
        // What is heard is no note: see `perform`.
        Effect::ReadBack { .. } => Ok(None),
        // Its time has come: it goes in by the front door.
        Effect::SetAlarm { alarm, .. } => Ok(Some((number, Command::Ring(*alarm)))),
    }
}

fn words(doc: Result<Doc, phrase::WordsError>) -> Result<Doc, Failure> {
    doc.map_err(|e| Failure::Never { why: e.to_string() })
}

/// Where the command was typed; an incident that nobody typed gets its room in the first chat there is.
async fn open_room(office: &Office, job: &Job, incident: &Incident) -> Result<Note, Failure> {
    if incident.room().is_some() {
        return Ok(None);
    }
    let home = incident.declared_in.as_ref().map(|room| room.platform);
    let platform = home.or_else(|| office.chats.keys().next().copied());
    let Some(platform) = platform else { return Err(Failure::Never { why: "no chat is configured".into() }) };
    let room = NewRoom {
        name: phrase::room_name(incident),
        private: incident.private,
        topic: phrase::topic(incident, &office.plan),
    };
    let room = chat(office, platform)?.open_room(&job.key, room).await?;
    Ok(Some((incident.number, Command::NoteRoom { room })))
}

/// Brings a standing message up to date, or posts it: then it says which message it is.
async fn show(
    office: &Office,
    job: &Job,
    room: &RoomId,
    known: Option<MessageId>,
    doc: &Doc,
) -> Result<Option<MessageId>, Failure> {
    let chat = chat(office, room.platform)?;
    match known {
        Some(message) => chat.edit(&message, doc).await.map(|()| None),
        None => chat.post(&job.key, Posted { room, thread: None, doc }).await.map(Some),
    }
}

async fn say(
    office: &Office,
    job: &Job,
    room: &RoomId,
    thread: Option<&MessageId>,
    doc: &Doc,
) -> Result<Note, Failure> {
    chat(office, room.platform)?.post(&job.key, Posted { room, thread, doc }).await?;
    Ok(None)
}
