//! One write to the chat: a transaction, and the changes that tell of it.

use chrono::{DateTime, Utc};

use super::names;
use crate::plan::{Person, PersonId, Platform, RoomId};
use crate::ports::{Change, LocalMessage, LocalPerson, LocalRoom, LocalTransaction, StoreError, StoredChange};

pub struct Pen {
    pub tx: Box<dyn LocalTransaction>,
    /// When all of it happens.
    pub at: DateTime<Utc>,
    last: i64,
}

impl Pen {
    pub fn new(tx: Box<dyn LocalTransaction>, at: DateTime<Utc>) -> Self {
        Pen { tx, at, last: 0 }
    }

    /// The number of the last change made.
    pub fn last(&self) -> i64 {
        self.last
    }

    pub async fn commit(self) -> Result<i64, StoreError> {
        self.tx.commit().await?;
        Ok(self.last)
    }

    pub async fn next_seq(&mut self) -> Result<i64, StoreError> {
        self.last = self.tx.next_seq().await?;
        Ok(self.last)
    }

    /// Tells of a change to a room, or of one that everybody hears of.
    pub async fn tell(&mut self, room: Option<&RoomId>, change: Change) -> Result<(), StoreError> {
        self.line(room, None, change).await
    }

    /// Tells one person only.
    pub async fn tell_only(
        &mut self,
        person: &PersonId,
        room: Option<&RoomId>,
        change: Change,
    ) -> Result<(), StoreError> {
        self.line(room, Some(person), change).await
    }

    async fn line(
        &mut self,
        room: Option<&RoomId>,
        only_for: Option<&PersonId>,
        change: Change,
    ) -> Result<(), StoreError> {
        let seq = self.next_seq().await?;
        let stored = StoredChange {
            seq,
            at: self.at,
            room: room.cloned(),
            only_for: only_for.cloned(),
            message: None,
            text: None,
            change,
        };
        self.tx.add_change(&stored).await
    }

    /// Tells of a change to this message, as number `seq`. What people's messages say stays with the change, for the
    /// bot to hear what was said at that time.
    pub async fn tell_of(&mut self, seq: i64, message: &LocalMessage, change: Change) -> Result<(), StoreError> {
        let says = matches!(change, Change::Posted | Change::Edited) && message.author.is_some();
        let stored = StoredChange {
            seq,
            at: self.at,
            room: Some(message.room.clone()),
            only_for: message.only_for.clone(),
            message: Some(message.id),
            text: says.then(|| message.text.clone()),
            change,
        };
        self.tx.add_change(&stored).await
    }

    pub async fn make_room(&mut self, room: &LocalRoom, effect: Option<&str>) -> Result<(), StoreError> {
        self.tx.add_room(room, effect).await?;
        self.tell(Some(&room.id), Change::Room).await
    }

    pub async fn add_member(&mut self, room: &RoomId, person: &Person) -> Result<(), StoreError> {
        if self.tx.add_member(room, &person.id).await? {
            self.tell(Some(room), Change::Joined { person: person.clone() }).await?;
        }
        Ok(())
    }

    /// These people are in the room. The plan may name somebody who has not been here yet: they are known from now
    /// on, and find the room when they come.
    pub async fn bring_in(&mut self, room: &RoomId, people: &[PersonId]) -> Result<(), StoreError> {
        let known = self.tx.people().await?;
        for wanted in people.iter().filter(|p| p.platform == Platform::Local) {
            let Some(id) = names::slug(&wanted.id).map(super::person_id) else { continue };
            if id.id == super::BOT {
                continue;
            }
            let person = match known.iter().find(|k| k.person.id == id) {
                Some(known) => known.person.clone(),
                None => self.expect(Person { name: wanted.id.clone(), id }).await?,
            };
            self.add_member(room, &person).await?;
        }
        Ok(())
    }

    async fn expect(&mut self, person: Person) -> Result<Person, StoreError> {
        self.tx.put_person(&LocalPerson { person: person.clone(), zone: None, seen: None }).await?;
        self.tell(None, Change::Met { person: person.clone() }).await?;
        Ok(person)
    }
}
