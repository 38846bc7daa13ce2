//! Stands between Firebell and its ports, and calls out after every call that begins, writes or commits.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use firebell::detection::Watched;
use firebell::incident::{Incident, Recorded};
use firebell::phrase::Doc;
use firebell::plan::{MessageId, Number, Person, PersonId, Platform, Recipient, Room, RoomId, Topic};
use firebell::ports::{
    Answer, Attachment, Chat, Done, Draft, Failure, Furniture, Job, JobState, Journal, LocalBook, LocalMessage,
    LocalPerson, LocalRoom, LocalTransaction, Mailbox, MessageRecord, NewRoom, Notes, Offer, Once, Posted, ReadMessage,
    Reading, RoomView, Slice, StoreError, StoredChange, Transaction, Wish,
};
use tokio_util::sync::CancellationToken;

use super::watched_mail::WatchedMail;
use super::watched_notes::WatchedNotes;
use super::world::Between;

/// Called with the number of the moment, counted from 1, and what has just returned: `journal.begin`.
type Call = dyn Fn(u64, &str) + Send + Sync;

/// Numbers the moments between the calls that matter. The moment after one is the moment before the next: from one to
/// the other something may be read, but nothing is written.
#[derive(Clone)]
pub struct Watch {
    moments: Arc<AtomicU64>,
    call: Arc<Call>,
    end: Arc<End>,
}

/// Where everything ends, if it is to.
struct End {
    at: AtomicU64,
    dead: CancellationToken,
    /// What had returned last.
    behind: Mutex<String>,
}

impl Default for End {
    fn default() -> Self {
        End { at: AtomicU64::new(u64::MAX), dead: CancellationToken::new(), behind: Mutex::default() }
    }
}

impl Watch {
    pub fn new(call: impl Fn(u64, &str) + Send + Sync + 'static) -> Self {
        Watch { moments: Arc::default(), call: Arc::new(call), end: Arc::default() }
    }

    /// Counts from 1 again. At this moment all that is watched stands still for ever.
    pub fn end_at(&self, moment: Option<u64>) {
        self.end.at.store(moment.unwrap_or(u64::MAX), Ordering::SeqCst);
        self.moments.store(0, Ordering::SeqCst);
    }

    /// How many moments there were.
    pub fn count(&self) -> u64 {
        self.moments.load(Ordering::SeqCst)
    }

    /// Until the moment at which it ends.
    pub async fn ended(&self) {
        self.end.dead.cancelled().await;
    }

    /// What returned last before it ended.
    pub fn behind(&self) -> String {
        self.end.behind.lock().unwrap().clone()
    }

    pub(super) async fn then<T>(&self, what: &str, work: impl Future<Output = T>) -> T {
        self.unless_ended().await;
        let result = work.await;
        let moment = self.moments.fetch_add(1, Ordering::SeqCst) + 1;
        (self.call)(moment, what);
        if moment == self.end.at.load(Ordering::SeqCst) {
            *self.end.behind.lock().unwrap() = what.into();
            self.end.dead.cancel();
        }
        self.unless_ended().await;
        result
    }

    /// Does not return once it has ended.
    pub(super) async fn unless_ended(&self) {
        if self.end.dead.is_cancelled() {
            std::future::pending::<()>().await;
        }
    }
}

impl Between for Watch {
    fn journal(&self, inner: Arc<dyn Journal>) -> Arc<dyn Journal> {
        Arc::new(WatchedJournal { inner, watch: self.clone() })
    }

    fn book(&self, inner: Arc<dyn LocalBook>) -> Arc<dyn LocalBook> {
        Arc::new(WatchedBook { inner, watch: self.clone() })
    }

    fn chat(&self, inner: Arc<dyn Chat>) -> Arc<dyn Chat> {
        Arc::new(WatchedChat { inner, watch: self.clone() })
    }

    fn mailbox(&self, inner: Arc<dyn Mailbox>) -> Arc<dyn Mailbox> {
        Arc::new(WatchedMail { inner, watch: self.clone() })
    }

    fn notes(&self, inner: Arc<dyn Notes>) -> Arc<dyn Notes> {
        Arc::new(WatchedNotes { inner, watch: self.clone() })
    }
}

struct WatchedJournal {
    inner: Arc<dyn Journal>,
    watch: Watch,
}

#[async_trait]
impl Journal for WatchedJournal {
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError> {
        let inner = self.watch.then("journal.begin", self.inner.begin()).await?;
        Ok(Box::new(WatchedEntry { inner, watch: self.watch.clone() }))
    }

    async fn claim(&self, now: DateTime<Utc>, lease_until: DateTime<Utc>, limit: i64) -> Result<Vec<Job>, StoreError> {
        self.watch.then("journal.claim", self.inner.claim(now, lease_until, limit)).await
    }

    async fn hold(&self, job: &Job, lease_until: DateTime<Utc>) -> Result<(), StoreError> {
        self.inner.hold(job, lease_until).await
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.inner.next_due().await
    }

    async fn take_up(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.watch.then("journal.take_up", self.inner.take_up(now)).await
    }
}

struct WatchedEntry {
    inner: Box<dyn Transaction>,
    watch: Watch,
}

#[async_trait]
impl Transaction for WatchedEntry {
    async fn first_time(&mut self, identity: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.inner.first_time(identity, now).await
    }

    async fn incident_in(&mut self, room: &RoomId) -> Result<Option<Number>, StoreError> {
        self.inner.incident_in(room).await
    }

    async fn incidents_in(&mut self, rooms: &[&RoomId]) -> Result<Vec<Option<Number>>, StoreError> {
        self.inner.incidents_in(rooms).await
    }

    async fn load(&mut self, number: Number) -> Result<Option<Incident>, StoreError> {
        self.inner.load(number).await
    }

    async fn next_number(&mut self) -> Result<Number, StoreError> {
        self.inner.next_number().await
    }

    async fn open_titled(&mut self, title: &str) -> Result<Vec<Number>, StoreError> {
        self.inner.open_titled(title).await
    }

    async fn append(&mut self, events: &[Recorded], after: &Incident) -> Result<(), StoreError> {
        self.inner.append(events, after).await
    }

    async fn enqueue(&mut self, draft: &Draft) -> Result<(), StoreError> {
        self.inner.enqueue(draft).await
    }

    async fn settle(&mut self, job: &Job, state: &JobState) -> Result<(), StoreError> {
        self.watch.then("entry.settle", self.inner.settle(job, state)).await
    }

    async fn record(&mut self, messages: &[(MessageRecord, Number)]) -> Result<u64, StoreError> {
        self.inner.record(messages).await
    }

    async fn message(&mut self, id: &MessageId) -> Result<Option<MessageRecord>, StoreError> {
        self.inner.message(id).await
    }

    async fn messages_since(&mut self, room: &RoomId, since: DateTime<Utc>) -> Result<Vec<MessageRecord>, StoreError> {
        self.inner.messages_since(room, since).await
    }

    async fn open_rooms(&mut self) -> Result<Vec<(Number, RoomId)>, StoreError> {
        self.inner.open_rooms().await
    }

    async fn try_again(&mut self, incident: Option<Number>, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.inner.try_again(incident, now).await
    }

    async fn revise(&mut self, id: &MessageId, text: &str) -> Result<(), StoreError> {
        self.inner.revise(id, text).await
    }

    async fn erase(&mut self, id: &MessageId) -> Result<(), StoreError> {
        self.inner.erase(id).await
    }

    async fn meet(&mut self, person: &Person) -> Result<(), StoreError> {
        self.inner.meet(person).await
    }

    async fn joined(&mut self, room: &RoomId, person: &PersonId) -> Result<(), StoreError> {
        self.inner.joined(room, person).await
    }

    async fn left(&mut self, room: &RoomId, person: &PersonId) -> Result<(), StoreError> {
        self.inner.left(room, person).await
    }

    async fn members(&mut self, room: &RoomId) -> Result<Vec<PersonId>, StoreError> {
        self.inner.members(room).await
    }

    async fn is_member(&mut self, room: &RoomId, person: &PersonId) -> Result<bool, StoreError> {
        self.inner.is_member(room, person).await
    }

    async fn people_named(&mut self, name: &str) -> Result<Vec<Person>, StoreError> {
        self.inner.people_named(name).await
    }

    async fn person(&mut self, id: &PersonId) -> Result<Option<Person>, StoreError> {
        self.inner.person(id).await
    }

    async fn alert(&mut self, source: &str, fingerprint: &str) -> Result<Option<Watched>, StoreError> {
        self.inner.alert(source, fingerprint).await
    }

    async fn keep_alert(&mut self, watched: &Watched) -> Result<(), StoreError> {
        self.inner.keep_alert(watched).await
    }

    async fn alerts_of(&mut self, group: &str) -> Result<Vec<Watched>, StoreError> {
        self.inner.alerts_of(group).await
    }

    async fn open_of_service(&mut self, service: &str) -> Result<Vec<Number>, StoreError> {
        self.inner.open_of_service(service).await
    }

    async fn want(&mut self, wish: &Wish, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.inner.want(wish, now).await
    }

    async fn forget_wish(&mut self, who: &Recipient, topic: &Topic) -> Result<(), StoreError> {
        self.inner.forget_wish(who, topic).await
    }

    async fn wishes(&mut self, topics: &[Topic]) -> Result<Vec<Wish>, StoreError> {
        self.inner.wishes(topics).await
    }

    async fn offer(&mut self, offer: &Offer) -> Result<(), StoreError> {
        self.inner.offer(offer).await
    }

    async fn take_offer(&mut self, message: &MessageId, to: &PersonId) -> Result<Option<Offer>, StoreError> {
        self.inner.take_offer(message, to).await
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        let WatchedEntry { inner, watch } = *self;
        watch.then("entry.commit", inner.commit()).await
    }
}

struct WatchedChat {
    inner: Arc<dyn Chat>,
    watch: Watch,
}

#[async_trait]
impl Chat for WatchedChat {
    fn platform(&self) -> Platform {
        self.inner.platform()
    }

    async fn open_room(&self, once: Once<'_>, room: NewRoom) -> Result<Room, Failure> {
        self.watch.then(&format!("chat.open_room {}", once.key), self.inner.open_room(once, room)).await
    }

    async fn invite(&self, room: &RoomId, people: &[PersonId]) -> Result<(), Failure> {
        self.watch.then(&format!("chat.invite {room}"), self.inner.invite(room, people)).await
    }

    async fn post(&self, once: Once<'_>, message: Posted<'_>) -> Result<MessageId, Failure> {
        self.watch.then(&format!("chat.post {}", once.key), self.inner.post(once, message)).await
    }

    async fn edit(&self, message: &MessageId, doc: &Doc) -> Result<(), Failure> {
        self.watch.then(&format!("chat.edit {}/{}", message.room, message.id), self.inner.edit(message, doc)).await
    }

    async fn answer(&self, once: Once<'_>, answer: Answer<'_>) -> Result<(), Failure> {
        self.watch.then(&format!("chat.answer {}", once.key), self.inner.answer(once, answer)).await
    }

    async fn direct(&self, once: Once<'_>, to: &PersonId, doc: &Doc) -> Result<(), Failure> {
        self.watch.then(&format!("chat.direct {}", once.key), self.inner.direct(once, to, doc)).await
    }

    async fn said_in(&self, room: &RoomId, since: DateTime<Utc>, threads: &[String]) -> Result<Reading, Failure> {
        self.watch.then(&format!("chat.said_in {room}"), self.inner.said_in(room, since, threads)).await
    }

    async fn message(&self, id: &MessageId) -> Result<Option<ReadMessage>, Failure> {
        self.watch.then("chat.message", self.inner.message(id)).await
    }

    async fn attach(&self, once: Once<'_>, room: &RoomId, file: Attachment) -> Result<(), Failure> {
        self.watch.then(&format!("chat.attach {}", once.key), self.inner.attach(once, room, file)).await
    }

    fn takes_files(&self) -> bool {
        self.inner.takes_files()
    }

    async fn pin(&self, message: &MessageId) -> Result<(), Failure> {
        self.watch.then(&format!("chat.pin {}/{}", message.room, message.id), self.inner.pin(message)).await
    }

    async fn set_topic(&self, room: &RoomId, topic: &str) -> Result<(), Failure> {
        self.watch.then(&format!("chat.set_topic {room}"), self.inner.set_topic(room, topic)).await
    }

    async fn archive(&self, room: &RoomId) -> Result<(), Failure> {
        self.watch.then(&format!("chat.archive {room}"), self.inner.archive(room)).await
    }

    async fn unarchive(&self, room: &RoomId) -> Result<(), Failure> {
        self.watch.then(&format!("chat.unarchive {room}"), self.inner.unarchive(room)).await
    }

    async fn furnish(&self, room: &RoomId, furniture: &Furniture) -> Result<(), Failure> {
        self.watch.then(&format!("chat.furnish {room}"), self.inner.furnish(room, furniture)).await
    }

    async fn entrust(&self, room: &RoomId, to: Option<&PersonId>) -> Result<(), Failure> {
        self.watch.then(&format!("chat.entrust {room}"), self.inner.entrust(room, to)).await
    }

    async fn show_home(&self, person: &PersonId, doc: &Doc) -> Result<(), Failure> {
        self.watch.then(&format!("chat.show_home {person}"), self.inner.show_home(person, doc)).await
    }

    fn has_forms(&self) -> bool {
        self.inner.has_forms()
    }

    fn link(&self, room: &RoomId, message: Option<&MessageId>) -> Option<String> {
        self.inner.link(room, message)
    }
}

struct WatchedBook {
    inner: Arc<dyn LocalBook>,
    watch: Watch,
}

#[async_trait]
impl LocalBook for WatchedBook {
    async fn begin(&self) -> Result<Box<dyn LocalTransaction>, StoreError> {
        let inner = self.watch.then("book.begin", self.inner.begin()).await?;
        Ok(Box::new(WatchedPage { inner, watch: self.watch.clone() }))
    }

    async fn session(&self, token: &str, since: DateTime<Utc>) -> Result<Option<LocalPerson>, StoreError> {
        self.inner.session(token, since).await
    }

    async fn people(&self) -> Result<Vec<LocalPerson>, StoreError> {
        self.inner.people().await
    }

    async fn rooms(&self, reader: &PersonId) -> Result<Vec<RoomView>, StoreError> {
        self.inner.rooms(reader).await
    }

    async fn room(&self, id: &RoomId) -> Result<Option<LocalRoom>, StoreError> {
        self.inner.room(id).await
    }

    async fn message(&self, id: i64) -> Result<Option<LocalMessage>, StoreError> {
        self.inner.message(id).await
    }

    async fn messages(
        &self,
        reader: &PersonId,
        room: &RoomId,
        slice: Slice,
        limit: i64,
    ) -> Result<Vec<LocalMessage>, StoreError> {
        self.inner.messages(reader, room, slice, limit).await
    }

    async fn changes(&self, after: i64, limit: i64) -> Result<Vec<StoredChange>, StoreError> {
        self.inner.changes(after, limit).await
    }

    async fn changes_for(&self, reader: &PersonId, after: i64, limit: i64) -> Result<Vec<StoredChange>, StoreError> {
        self.inner.changes_for(reader, after, limit).await
    }

    async fn text_at(&self, message: i64, seq: i64) -> Result<Option<String>, StoreError> {
        self.inner.text_at(message, seq).await
    }

    async fn newest(&self) -> Result<i64, StoreError> {
        self.inner.newest().await
    }

    async fn heard(&self) -> Result<i64, StoreError> {
        self.inner.heard().await
    }

    async fn set_heard(&self, seq: i64) -> Result<(), StoreError> {
        self.watch.then("book.set_heard", self.inner.set_heard(seq)).await
    }
}

struct WatchedPage {
    inner: Box<dyn LocalTransaction>,
    watch: Watch,
}

#[async_trait]
impl LocalTransaction for WatchedPage {
    async fn people(&mut self) -> Result<Vec<LocalPerson>, StoreError> {
        self.inner.people().await
    }

    async fn put_person(&mut self, person: &LocalPerson) -> Result<(), StoreError> {
        self.inner.put_person(person).await
    }

    async fn add_session(&mut self, token: &str, person: &PersonId, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.inner.add_session(token, person, at).await
    }

    async fn end_session(&mut self, token: &str) -> Result<(), StoreError> {
        self.inner.end_session(token).await
    }

    async fn room(&mut self, id: &RoomId) -> Result<Option<LocalRoom>, StoreError> {
        self.inner.room(id).await
    }

    async fn room_of_effect(&mut self, effect: &str) -> Result<Option<LocalRoom>, StoreError> {
        self.inner.room_of_effect(effect).await
    }

    async fn add_room(&mut self, room: &LocalRoom, effect: Option<&str>) -> Result<(), StoreError> {
        self.inner.add_room(room, effect).await
    }

    async fn update_room(&mut self, room: &LocalRoom) -> Result<(), StoreError> {
        self.inner.update_room(room).await
    }

    async fn is_member(&mut self, room: &RoomId, person: &PersonId) -> Result<bool, StoreError> {
        self.inner.is_member(room, person).await
    }

    async fn add_member(&mut self, room: &RoomId, person: &PersonId) -> Result<bool, StoreError> {
        self.inner.add_member(room, person).await
    }

    async fn remove_member(&mut self, room: &RoomId, person: &PersonId) -> Result<bool, StoreError> {
        self.inner.remove_member(room, person).await
    }

    async fn message(&mut self, id: i64) -> Result<Option<LocalMessage>, StoreError> {
        self.inner.message(id).await
    }

    async fn message_of_effect(&mut self, effect: &str) -> Result<Option<i64>, StoreError> {
        self.inner.message_of_effect(effect).await
    }

    async fn add_message(&mut self, message: &LocalMessage, effect: Option<&str>) -> Result<(), StoreError> {
        self.inner.add_message(message, effect).await
    }

    async fn update_message(&mut self, message: &LocalMessage) -> Result<(), StoreError> {
        self.inner.update_message(message).await
    }

    async fn set_reaction(
        &mut self,
        message: &LocalMessage,
        emoji: &str,
        person: &PersonId,
        on: bool,
        seq: i64,
    ) -> Result<bool, StoreError> {
        self.inner.set_reaction(message, emoji, person, on, seq).await
    }

    async fn answered(&mut self, person: &PersonId, nonce: &str) -> Result<Option<Done>, StoreError> {
        self.inner.answered(person, nonce).await
    }

    async fn remember(
        &mut self,
        person: &PersonId,
        nonce: &str,
        done: &Done,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.inner.remember(person, nonce, done, at).await
    }

    async fn forget(&mut self, sessions: DateTime<Utc>, requests: DateTime<Utc>) -> Result<(), StoreError> {
        self.inner.forget(sessions, requests).await
    }

    async fn next_seq(&mut self) -> Result<i64, StoreError> {
        self.inner.next_seq().await
    }

    async fn add_change(&mut self, change: &StoredChange) -> Result<(), StoreError> {
        self.inner.add_change(change).await
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        let WatchedPage { inner, watch } = *self;
        watch.then("page.commit", inner.commit()).await
    }
}
