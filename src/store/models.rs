//! The read models: rows that follow from events. The same functions make them when events are appended and when
//! `verify` compares.

use chrono::{DateTime, Utc};

use super::Tx;
use super::codec::title_key;
use super::db::executing;
use crate::incident::{Event, Incident, Recorded};
use crate::plan::{Number, RoomId};
use crate::ports::StoreError;

pub(super) const SHOW_INCIDENT: &str = "INSERT INTO incidents (number, seq, head, title, title_key, severity, status, \
     is_open, service, private, commander_id, commander_name, room_id, room_name, declared, ended, update_due, \
     public) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) \
     ON CONFLICT (number) DO UPDATE SET seq = excluded.seq, head = excluded.head, title = excluded.title, \
     title_key = excluded.title_key, severity = excluded.severity, status = excluded.status, \
     is_open = excluded.is_open, service = excluded.service, private = excluded.private, \
     commander_id = excluded.commander_id, commander_name = excluded.commander_name, room_id = excluded.room_id, \
     room_name = excluded.room_name, declared = excluded.declared, ended = excluded.ended, \
     update_due = excluded.update_due, public = excluded.public";
pub(super) const SHOW_ROOM: &str =
    "INSERT INTO rooms (room, incident) VALUES ($1, $2) ON CONFLICT (room) DO UPDATE SET incident = excluded.incident";
pub(super) const MOVE_MESSAGES: &str = "UPDATE messages SET incident = $1 WHERE room = $2";
pub(super) const CLEAR_ACTIONS: &str = "DELETE FROM actions WHERE incident = $1";
pub(super) const SHOW_ACTION: &str = "INSERT INTO actions (incident, number, text, owner_id, owner_name, due, aim, done) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// A row of `incidents`.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub(super) struct IncidentRow {
    pub number: Number,
    pub seq: i64,
    pub head: String,
    pub title: String,
    pub title_key: String,
    pub severity: String,
    pub status: String,
    pub is_open: bool,
    pub service: Option<String>,
    pub private: bool,
    pub commander_id: Option<String>,
    pub commander_name: Option<String>,
    pub room_id: Option<String>,
    pub room_name: Option<String>,
    pub declared: DateTime<Utc>,
    pub ended: Option<DateTime<Utc>>,
    pub update_due: Option<DateTime<Utc>>,
    pub public: bool,
}

pub(super) fn incident_row(incident: &Incident, head: &str) -> IncidentRow {
    let commander = incident.commander();
    let room = incident.room();
    IncidentRow {
        number: incident.number,
        seq: incident.seq,
        head: head.into(),
        title: incident.title.clone(),
        title_key: title_key(&incident.title),
        severity: incident.severity.clone(),
        status: incident.status.as_str().into(),
        is_open: incident.status.is_open(),
        service: incident.service.clone(),
        private: incident.private,
        commander_id: commander.map(|p| p.id.to_string()),
        commander_name: commander.map(|p| p.name.clone()),
        room_id: room.map(|r| r.id.to_string()),
        room_name: room.map(|r| r.name.clone()),
        declared: incident.milestones.declared.unwrap_or_default(),
        ended: incident.ended,
        update_due: incident.update_due,
        public: incident.public.is_some(),
    }
}

/// A row of `actions`.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub(super) struct ActionItemRow {
    pub incident: Number,
    pub number: i64,
    pub text: String,
    pub owner_id: Option<String>,
    pub owner_name: Option<String>,
    pub due: Option<String>,
    pub aim: Option<String>,
    pub done: Option<DateTime<Utc>>,
}

/// None for an incident that was merged: its action items go on in the other one.
pub(super) fn action_rows(incident: &Incident) -> Vec<ActionItemRow> {
    if incident.merged_into.is_some() {
        return Vec::new();
    }
    let row = |a: &crate::incident::ActionItem| ActionItemRow {
        incident: incident.number,
        number: i64::from(a.number),
        text: a.text.clone(),
        owner_id: a.owner.as_ref().map(|p| p.id.to_string()),
        owner_name: a.owner.as_ref().map(|p| p.name.clone()),
        due: a.due.map(|d| d.to_string()),
        aim: a.aim.map(|a| a.as_str().to_string()),
        done: a.done,
    };
    incident.actions.iter().map(row).collect()
}

/// The rooms that belong to the incident now.
pub(super) fn rooms_of(incident: &Incident) -> Vec<&RoomId> {
    match incident.merged_into {
        Some(_) => Vec::new(),
        None => incident.rooms.iter().map(|r| &r.room.id).collect(),
    }
}

/// Brings the rows of this incident up to date with what these events led to.
pub(super) async fn follow(tx: &mut Tx, events: &[Recorded], after: &Incident, head: &str) -> Result<(), StoreError> {
    show_incident(tx, &incident_row(after, head)).await?;
    let mut actions_changed = false;
    for event in events {
        match &event.event {
            Event::RoomOpened { room } => show_room(tx, &room.id, after.number).await?,
            Event::Absorbed { rooms, .. } => {
                for room in rooms {
                    show_room(tx, &room.room.id, after.number).await?;
                    move_messages(tx, &room.room.id, after.number).await?;
                }
                actions_changed = true;
            }
            Event::ActionAdded { .. }
            | Event::ActionDone { .. }
            | Event::Marked { action: Some(_), .. }
            | Event::Unmarked { .. }
            | Event::MessageRevised { .. }
            | Event::MessageDeleted { .. }
            | Event::Merged { .. }
            | Event::TakenBack { .. } => actions_changed = true,
            _ => {}
        }
    }
    if actions_changed {
        show_actions(tx, after).await?;
    }
    Ok(())
}

async fn show_incident(tx: &mut Tx, row: &IncidentRow) -> Result<(), StoreError> {
    executing!(
        tx,
        sqlx::query(SHOW_INCIDENT)
            .bind(row.number)
            .bind(row.seq)
            .bind(&row.head)
            .bind(&row.title)
            .bind(&row.title_key)
            .bind(&row.severity)
            .bind(&row.status)
            .bind(row.is_open)
            .bind(&row.service)
            .bind(row.private)
            .bind(&row.commander_id)
            .bind(&row.commander_name)
            .bind(&row.room_id)
            .bind(&row.room_name)
            .bind(row.declared)
            .bind(row.ended)
            .bind(row.update_due)
            .bind(row.public)
    );
    Ok(())
}

async fn show_room(tx: &mut Tx, room: &RoomId, number: Number) -> Result<(), StoreError> {
    executing!(tx, sqlx::query(SHOW_ROOM).bind(room.to_string()).bind(number));
    Ok(())
}

async fn move_messages(tx: &mut Tx, room: &RoomId, number: Number) -> Result<(), StoreError> {
    executing!(tx, sqlx::query(MOVE_MESSAGES).bind(number).bind(room.to_string()));
    Ok(())
}

async fn show_actions(tx: &mut Tx, incident: &Incident) -> Result<(), StoreError> {
    executing!(tx, sqlx::query(CLEAR_ACTIONS).bind(incident.number));
    for row in action_rows(incident) {
        executing!(
            tx,
            sqlx::query(SHOW_ACTION)
                .bind(row.incident)
                .bind(row.number)
                .bind(&row.text)
                .bind(&row.owner_id)
                .bind(&row.owner_name)
                .bind(&row.due)
                .bind(&row.aim)
                .bind(row.done)
        );
    }
    Ok(())
}
