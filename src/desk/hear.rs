//! One thing heard, within a transaction: what it is decides who looks at it.

use chrono::{DateTime, Utc};

use super::{Office, alerts, commands, paging, reactions, rooms, subscribers};
use crate::incident::{Actor, Asked, Command};
use crate::plan::RoomId;
use crate::ports::{Heard, Inbound, MessageRecord, Said, Speaker, StoreError, Transaction};

pub(super) async fn hear(office: &Office, tx: &mut dyn Transaction, inbound: &Inbound) -> Result<(), StoreError> {
    if let Some(said) = said(inbound) {
        return messages(tx, &[said]).await;
    }
    // What is known of an alert tells whether it is heard again.
    if let Heard::Alert(alert) = &inbound.heard {
        return alerts::heard(office, tx, alert).await;
    }
    let identity = inbound.identity();
    if !tx.first_time(&identity, office.clock.now()).await? {
        return Ok(());
    }
    match &inbound.heard {
        Heard::Message(_) | Heard::Alert(_) => Ok(()),
        Heard::Command { by, room, in_room, .. } => {
            tx.meet(&by.person).await?;
            // Who speaks in the room is in it, also if that they came is told late.
            if *in_room && tx.incident_in(&room.id).await?.is_some() {
                tx.joined(&room.id, &by.person.id).await?;
            }
            commands::command(office, tx, &typed(inbound, &identity)?).await.map(drop)
        }
        Heard::Edited { message, text, .. } => {
            tx.revise(message, text).await?;
            // What becomes of a message becomes of its entry on the timeline.
            let command = Command::Revise { message: message.clone(), text: text.clone() };
            rooms::happened(office, tx, &message.room, command, None, inbound.at).await
        }
        Heard::Deleted { message } => {
            tx.erase(message).await?;
            let command = Command::Erase { message: message.clone() };
            rooms::happened(office, tx, &message.room, command, None, inbound.at).await
        }
        Heard::Unread { message, by } => {
            let command = Command::NoteUnread { message: message.clone(), author: by.clone() };
            rooms::happened(office, tx, &message.room, command, None, inbound.at).await
        }
        Heard::Decrypted { message } => {
            let command = Command::NoteRead { message: message.clone() };
            rooms::happened(office, tx, &message.room, command, None, inbound.at).await
        }
        Heard::Reacted { message, emoji, by, on, stamp, said, unread, private_room } => {
            tx.meet(&by.person).await?;
            let (on, said) = (*on, said.as_ref());
            let touch = reactions::Touch { identity: &identity, at: inbound.at, by, message, on, said };
            let emoji = reactions::Emoji { name: emoji, stamp, unread: *unread, private_room: *private_room };
            reactions::emoji(office, tx, &touch, &emoji).await
        }
        Heard::Pinned { message, by, on, said, .. } => {
            tx.meet(&by.person).await?;
            let (on, said) = (*on, said.as_ref());
            let touch = reactions::Touch { identity: &identity, at: inbound.at, by, message, on, said };
            reactions::note(office, tx, &touch, reactions::With::Pin).await
        }
        Heard::Joined { room, person, blind, .. } => {
            tx.meet(person).await?;
            tx.joined(room, &person.id).await?;
            match blind {
                true => rooms::newcomer(office, tx, room).await,
                false => Ok(()),
            }
        }
        Heard::Left { room, person, .. } => tx.left(room, person).await,
        Heard::Noted { by, said, .. } => {
            tx.meet(&by.person).await?;
            let touch = reactions::Touch {
                identity: &identity,
                at: inbound.at,
                by,
                message: &said.id,
                on: true,
                said: Some(said),
            };
            reactions::note(office, tx, &touch, reactions::With::Hand).await
        }
        Heard::Renamed { room, .. } => {
            let command = Command::NoteRename { room: room.clone() };
            rooms::happened(office, tx, &room.id, command, None, inbound.at).await
        }
        Heard::Lost { room, why, by, .. } => {
            let command = Command::NoteLoss { room: room.clone(), why: *why };
            rooms::happened(office, tx, room, command, by.as_ref(), inbound.at).await
        }
        Heard::Found { room, .. } => rooms::found(office, tx, room, inbound.at).await,
        Heard::Returned { platform, since } => rooms::returned(office, tx, *platform, *since, inbound.at).await,
        Heard::AlertCalm { source, fingerprint, .. } => alerts::calmed(office, tx, source, fingerprint).await,
        Heard::Answered { incident, page, who } => paging::answered(office, tx, *incident, *page, who).await,
        Heard::MailWanted { address, .. } => subscribers::wanted(office, tx, address, &identity).await,
        Heard::Wished { wish, at } => tx.want(wish, *at).await,
        Heard::HomeOpened { by, .. } => {
            tx.meet(&by.person).await?;
            rooms::show_home(office, tx, by).await
        }
    }
}

/// The command that was heard.
pub(super) fn typed<'a>(inbound: &'a Inbound, identity: &'a str) -> Result<commands::Typed<'a>, StoreError> {
    match &inbound.heard {
        Heard::Command { by, room, words, mentions, reply, origin, .. } => Ok(commands::Typed {
            identity,
            at: inbound.at,
            by,
            room,
            words,
            mentions,
            reply: reply.as_deref(),
            origin: origin.as_ref(),
        }),
        _ => Err(StoreError { why: "what was heard is no command".into(), clash: false }),
    }
}

/// Everything that is said in an incident's room goes on its transcript. A message there is its own mark of having been
/// heard: it is there once.
pub(super) async fn messages(tx: &mut dyn Transaction, said: &[(&Said, DateTime<Utc>)]) -> Result<(), StoreError> {
    let rooms: Vec<&RoomId> = said.iter().map(|(said, _)| &said.id.room).collect();
    let mut records = Vec::with_capacity(said.len());
    for ((said, at), incident) in said.iter().zip(tx.incidents_in(&rooms).await?) {
        match incident {
            Some(number) => records.push((MessageRecord::new(said, *at), number)),
            None => tx.meet(&said.by.person).await?,
        }
    }
    tx.record(&records).await.map(drop)
}

/// What is said, and when, if it is merely said.
pub(super) fn said(inbound: &Inbound) -> Option<(&Said, DateTime<Utc>)> {
    match &inbound.heard {
        Heard::Message(said) => Some((said, inbound.at)),
        _ => None,
    }
}

/// Who asks, for `decide`.
pub(super) fn asked(inbound_at: DateTime<Utc>, by: &Speaker, room: &RoomId, member: bool) -> Asked {
    Asked {
        by: Actor::Person(by.person.clone()),
        at: inbound_at,
        place: Some(room.clone()),
        known: by.known,
        member,
        groups: by.groups.clone(),
    }
}
