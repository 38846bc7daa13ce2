//! Rooms: found by alias or id, made, arranged, closed.

use futures::FutureExt;
use matrix_sdk::ruma::api::client::room::create_room::v3::{Request as CreateRoom, RoomPreset};
use matrix_sdk::ruma::api::client::state::get_state_event_for_key;
use matrix_sdk::ruma::api::error::ErrorKind;
use matrix_sdk::ruma::events::StateEventType;
use matrix_sdk::ruma::serde::Raw;
use matrix_sdk::ruma::{OwnedRoomId, OwnedUserId, RoomAliasId, RoomId as MatrixRoomId, RoomOrAliasId};
use matrix_sdk::{Client, HttpError, Room};
use serde_json::{Value, json};

use super::calls::{CREATE, JOIN, SEND, invite};
use super::failure::{later, never};
use super::{Matrix, away, failure, ids, lock};
use crate::chat::limits::Turn;
use crate::plan::{PersonId, Room as OurRoom, RoomId};
use crate::ports::{Failure, NewRoom, Once};

/// Who may do what in a room of ours: Firebell made it, and with that may do everything.
const ARRANGES: i64 = 50;
/// Aliases tried for a room: its name, and two that nobody else has thought of.
const ALIASES: u32 = 3;
/// A room's alias is at most 255 bytes long, with its server (the specification's appendix on identifiers).
const NAME: usize = 120;

impl Matrix {
    /// The rooms for announcements that Firebell is in.
    pub(super) fn announcement_rooms(&self) -> Vec<Room> {
        let Some(client) = self.client.get() else { return Vec::new() };
        let places = lock(&self.places);
        let names = self.announced_in();
        names
            .filter_map(|name| places.get(&full_alias(&name, self.server())))
            .filter_map(|id| client.get_room(id))
            .collect()
    }

    /// All that the plan names, by alias or id; `[matrix] announce` is in it.
    fn announced_in(&self) -> impl Iterator<Item = String> {
        let announcements = &self.plan.announcements;
        let rooms = announcements.default_rooms.iter().chain(announcements.routes.iter().flat_map(|r| &r.rooms));
        let ours = rooms.filter(|room| room.platform == crate::plan::Platform::Matrix);
        let mut names: Vec<String> = ours.map(|r| r.id.clone()).collect();
        names.sort();
        names.dedup();
        names.into_iter()
    }

    /// Those that can not be joined are told of, and tried again when something is to be said there.
    pub(super) async fn join_announcement_rooms(&self) -> Result<(), Failure> {
        for name in self.announced_in() {
            match self.place(&ids::room(&name)).await {
                Ok(_) | Err(Failure::Busy { .. }) => {}
                Err(Failure::Never { why }) => {
                    tracing::warn!(room = name, %why, "Matrix: nothing can be announced there")
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    /// The room, which Firebell is in by now.
    pub(super) async fn place(&self, room: &RoomId) -> Result<Room, Failure> {
        let name = full_alias(&room.id, self.server());
        let known = lock(&self.places).get(&name).cloned();
        let client = self.client()?;
        let is_in = |room: &Room| room.state() == matrix_sdk::RoomState::Joined;
        if let Some(room) = known.and_then(|id| client.get_room(&id)).filter(is_in) {
            return Ok(room);
        }
        let place = <&RoomOrAliasId>::try_from(name.as_str()).map_err(|_| {
            never(&format!("{name} is neither an alias (#name:server) nor an id (!id:server) of a room"))
        })?;
        if let Ok(id) = <&MatrixRoomId>::try_from(place)
            && let Some(room) = client.get_room(id).filter(is_in)
        {
            return Ok(room);
        }
        let joined = match self.within(JOIN, Turn::First, client.join_room_by_id_or_alias(place, &[]).boxed()).await? {
            Ok(room) => room,
            Err(error) => return Err(cannot_join(&name, error)),
        };
        lock(&self.places).insert(name, joined.room_id().to_owned());
        Ok(joined)
    }

    /// The space that incident rooms are in. What is configured is joined; else one is made, and remembered.
    pub(super) async fn find_space(&self) -> Result<(), Failure> {
        if self.space().await?.is_some() {
            return Ok(());
        }
        let space = match &self.setup.space {
            Some(name) => match self.place(&ids::room(name)).await {
                Ok(space) => space.room_id().to_owned(),
                Err(Failure::Never { why }) => {
                    tracing::warn!(space = name, %why, "Matrix: rooms are made without it");
                    return Ok(());
                }
                Err(failure) => return Err(failure),
            },
            None => self.make_space().await?,
        };
        self.note("space", space.as_str()).await.map_err(away)
    }

    pub(super) async fn space(&self) -> Result<Option<OwnedRoomId>, Failure> {
        let noted = self.noted("space").await.map_err(away)?;
        Ok(noted.and_then(|id| OwnedRoomId::try_from(id).ok()))
    }

    /// Made once: its alias is this installation's.
    async fn make_space(&self) -> Result<OwnedRoomId, Failure> {
        let work = self.work("space").await.map_err(away)?;
        let alias = format!("incidents-{}", ids::short_hash(&work, 4));
        let mut request = CreateRoom::new();
        request.room_alias_name = Some(alias.clone());
        request.name = Some("Incidents".into());
        request.topic = Some("The rooms of incidents, kept by Firebell".into());
        request.preset = Some(RoomPreset::PrivateChat);
        request.creation_content = Some(raw(&json!({ "type": "m.space", ids::WORK: work }))?);
        request.initial_state = vec![raw(&self.join_rules(None))?];
        // Only rooms are in it, nothing is said there.
        request.power_level_content_override = Some(raw(&json!({ "events_default": 100 }))?);
        match self.within(CREATE, Turn::First, self.client()?.create_room(request).boxed()).await? {
            Ok(space) => Ok(space.room_id().to_owned()),
            // An earlier start ended before it had noted it.
            Err(matrix_sdk::Error::Http(error)) if failure::is(&error, &ErrorKind::RoomInUse) => {
                let space = self.made_before(&alias, &work).await?;
                space.ok_or_else(|| never(&format!("#{alias}:{} is somebody else's", self.server())))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Who is in a room for announcements, or in the space, may come in by themselves, or knock: who knocks is invited,
    /// with the keys of what was said before. All others are invited by people.
    fn join_rules(&self, space: Option<&MatrixRoomId>) -> Value {
        let announced: Vec<OwnedRoomId> = self.announcement_rooms().iter().map(|r| r.room_id().to_owned()).collect();
        let from = announced.iter().map(|id| id.as_str()).chain(space.map(|id| id.as_str()));
        let allow: Vec<Value> = from.map(|id| json!({ "type": "m.room_membership", "room_id": id })).collect();
        let content = match allow.is_empty() {
            true => json!({ "join_rule": "invite" }),
            false => json!({ "join_rule": "knock_restricted", "allow": allow }),
        };
        json!({ "type": "m.room.join_rules", "state_key": "", "content": content })
    }

    /// The room, made once: it carries the work that it is, and its alias is its own.
    pub(super) async fn make_room(&self, once: Once<'_>, wanted: NewRoom) -> Result<OurRoom, Failure> {
        let work = self.work(once.key).await.map_err(away)?;
        let name: String = wanted.name.chars().take(NAME).collect();
        let space = self.space().await?.filter(|_| !wanted.private);
        let people: Vec<OwnedUserId> = wanted.people.iter().filter_map(|p| ids::user_id(p).ok()).collect();
        for n in 0..ALIASES {
            let alias = match n {
                0 => name.clone(),
                1 => format!("{name}-{}", ids::short_hash(&work, 2)),
                _ => format!("{name}-{}", ids::short_hash(&work, 4)),
            };
            if once.again
                && let Some(room) = self.made_before(&alias, &work).await?
            {
                return Ok(OurRoom { id: ids::room(room.as_str()), name });
            }
            let mut request = CreateRoom::new();
            request.name = Some(name.clone());
            request.topic = Some(wanted.topic.clone());
            request.room_alias_name = Some(alias.clone());
            request.preset = Some(RoomPreset::PrivateChat);
            request.invite = people.clone();
            request.creation_content = Some(raw(&json!({ ids::WORK: work }))?);
            request.initial_state = self.first_state(wanted.private, space.as_deref())?;
            request.power_level_content_override = Some(raw(&powers())?);
            match self.within(CREATE, Turn::First, self.client()?.create_room(request).boxed()).await? {
                Ok(room) => {
                    lock(&self.topics).insert(room.room_id().to_owned(), wanted.topic);
                    return Ok(OurRoom { id: ids::room(room.room_id().as_str()), name });
                }
                Err(matrix_sdk::Error::Http(error)) if failure::is(&error, &ErrorKind::RoomInUse) => {
                    if let Some(room) = self.made_before(&alias, &work).await? {
                        return Ok(OurRoom { id: ids::room(room.as_str()), name });
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(never(&format!("all aliases like #{name}:{} are in use", self.server())))
    }

    /// Unless it has that topic, and was not given another one since.
    pub(super) async fn give_topic(&self, room: &Room, topic: &str) -> Result<(), Failure> {
        let given = lock(&self.topics).get(room.room_id()).cloned();
        let known = [given, room.topic()];
        let is_so = known.iter().any(Option::is_some) && known.iter().flatten().all(|known| known == topic);
        if !is_so {
            self.within(SEND, Turn::First, room.set_room_topic(topic).boxed()).await??;
            lock(&self.topics).insert(room.room_id().to_owned(), topic.into());
        }
        Ok(())
    }

    fn first_state(
        &self,
        private: bool,
        space: Option<&MatrixRoomId>,
    ) -> Result<Vec<Raw<matrix_sdk::ruma::events::AnyInitialStateEvent>>, Failure> {
        let mut state = vec![json!({
            "type": "m.room.history_visibility", "state_key": "", "content": { "history_visibility": "shared" },
        })];
        if !private {
            state.push(self.join_rules(space));
        }
        if self.setup.encrypted {
            let content = json!({ "algorithm": "m.megolm.v1.aes-sha2" });
            state.push(json!({ "type": "m.room.encryption", "state_key": "", "content": content }));
        }
        if let Some(space) = space {
            let content = json!({ "canonical": true, "via": [self.server()] });
            state.push(json!({ "type": "m.space.parent", "state_key": space, "content": content }));
        }
        state.iter().map(raw).collect()
    }

    /// The room of this alias, if it is this very work.
    async fn made_before(&self, alias: &str, work: &str) -> Result<Option<OwnedRoomId>, Failure> {
        let client = self.client()?;
        let alias = RoomAliasId::parse(format!("#{alias}:{}", self.server()))
            .map_err(|_| never(&format!("#{alias} can not be an alias of a room")))?;
        let room = match client.resolve_room_alias(&alias).boxed().await {
            Ok(found) => found.room_id,
            Err(error) if failure::is(&error, &ErrorKind::NotFound) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        match state_of(client, &room, StateEventType::RoomCreate).await {
            Ok(content) => Ok(Some(room).filter(|_| content[ids::WORK] == work)),
            // Somebody else's room.
            Err(error) if failure::is(&error, &ErrorKind::Forbidden) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Asked in, unless they are there or were asked already.
    pub(super) async fn ask_in(&self, room: &Room, people: &[PersonId]) -> Result<(), Failure> {
        use matrix_sdk::ruma::events::room::member::MembershipState;
        for person in people {
            let user = ids::user_id(person)?;
            // Asks for the members the first time, as encrypting does. To ask in somebody who was asked in while the
            // room was made would take many calls: it begins with sharing keys.
            let member = room.get_member(&user).boxed().await?;
            let there =
                member.is_some_and(|m| matches!(m.membership(), MembershipState::Join | MembershipState::Invite));
            if there {
                continue;
            }
            match self.within(invite(user.as_str()), Turn::InOrder, room.invite_user_by_id(&user).boxed()).await? {
                Ok(()) => {}
                Err(matrix_sdk::Error::Http(error)) if is_there_already(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Beside Firebell, who made the room, only this person may set its topic; everyone may pin.
    pub(super) async fn let_arrange(&self, room: &Room, person: Option<&PersonId>) -> Result<(), Failure> {
        let person = person.map(ids::user_id).transpose()?;
        self.change_powers(room, |levels| {
            let users = levels["users"].as_object().cloned().unwrap_or_default();
            let kept = users.into_iter().filter(|(user, level)| user == self.me() || level.as_i64() != Some(ARRANGES));
            let mut users: serde_json::Map<String, Value> = kept.collect();
            if let Some(person) = &person {
                users.entry(person.as_str()).or_insert(ARRANGES.into());
            }
            levels["users"] = Value::Object(users);
        })
        .await
    }

    /// Nobody but Firebell may say anything there, or everybody may again.
    pub(super) async fn let_speak(&self, room: &Room, everybody: bool) -> Result<(), Failure> {
        self.change_powers(room, |levels| levels["events_default"] = if everybody { 0 } else { 100 }.into()).await
    }

    /// Reads the room's power levels where they are true, and sets them if that changes them.
    async fn change_powers(&self, room: &Room, change: impl FnOnce(&mut Value)) -> Result<(), Failure> {
        let before = state_of(self.client()?, room.room_id(), StateEventType::RoomPowerLevels).await?;
        let mut after = before.clone();
        change(&mut after);
        if after != before {
            let sent = room.send_state_event_raw("m.room.power_levels", "", after);
            self.within(SEND, Turn::First, sent.boxed()).await??;
        }
        Ok(())
    }

    /// The space lists the room, so that people find it there; but not a private one.
    pub(super) async fn list_in_space(&self, room: &Room) -> Result<(), Failure> {
        let number = self.ledger.incident_in(&ids::room(room.room_id().as_str())).await.map_err(away)?;
        let incident = match number {
            Some(number) => self.ledger.incident(number).await.map_err(away)?,
            None => None,
        };
        if incident.is_none_or(|incident| incident.private) {
            return Ok(());
        }
        let Some(space) = self.space().await? else { return Ok(()) };
        let Ok(space) = self.room_of(&space) else { return Ok(()) };
        let content = json!({ "via": [self.server()] });
        let sent = space.send_state_event_raw("m.space.child", room.room_id().as_str(), content);
        self.within(SEND, Turn::InOrder, sent.boxed()).await??;
        Ok(())
    }
}

/// `#incidents` is a room of the bot's own server.
pub(super) fn full_alias(name: &str, server: &str) -> String {
    match name.starts_with('#') && !name.contains(':') {
        true => format!("{name}:{server}"),
        false => name.to_string(),
    }
}

/// What the homeserver has of the room's state; of the kinds that there are once.
pub(super) async fn state_of(client: &Client, room: &MatrixRoomId, kind: StateEventType) -> Result<Value, HttpError> {
    let request = get_state_event_for_key::v3::Request::new(room.to_owned(), kind, String::new());
    let answer = client.send(request).into_future().boxed().await?;
    Ok(serde_json::from_str(answer.into_content().json().get()).unwrap_or_default())
}

/// Everyone may ask others in, and pin: a pin puts a message on the timeline. Only who arranges the room sets its topic.
fn powers() -> Value {
    json!({
        "invite": 0,
        "state_default": ARRANGES,
        "events": {
            "m.room.pinned_events": 0,
            "m.room.topic": ARRANGES,
            // As the specification has them by default; whoever names some events names all.
            "m.room.power_levels": 100,
            "m.room.history_visibility": 100,
            "m.room.server_acl": 100,
            "m.room.tombstone": 100,
            // It can't be switched off again.
            "m.room.encryption": ARRANGES,
        },
    })
}

fn is_there_already(error: &HttpError) -> bool {
    let said = error.as_client_api_error().map(ToString::to_string).unwrap_or_default();
    failure::is(error, &ErrorKind::Forbidden) && said.contains("already in the room")
}

fn cannot_join(name: &str, error: matrix_sdk::Error) -> Failure {
    match error {
        matrix_sdk::Error::Http(error) if failure::is(&error, &ErrorKind::NotFound) => {
            never(&format!("there is no room {name}: make it, and invite the bot"))
        }
        matrix_sdk::Error::Http(error) if failure::is(&error, &ErrorKind::Forbidden) => {
            never(&format!("the bot may not come into {name}: invite it there"))
        }
        error => error.into(),
    }
}

pub(super) fn raw<T>(value: &Value) -> Result<Raw<T>, Failure> {
    Raw::new(value).map(Raw::cast_unchecked).map_err(later)
}
