//! Somebody with a real client, that encrypts.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::FutureExt;
use matrix_sdk::authentication::matrix::MatrixSession;
use matrix_sdk::config::{RequestConfig, SyncSettings};
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::{OwnedEventId, OwnedUserId, RoomAliasId, RoomId, UInt};
use matrix_sdk::store::RoomLoadSettings;
use matrix_sdk::{Client, Room, RoomState, SessionMeta, SessionTokens};
use serde_json::{Value, json};

use super::homeserver::{Account, Homeserver, SERVER};

pub struct Resident {
    pub name: String,
    pub user_id: String,
    pub client: Client,
}

impl Resident {
    pub async fn arrives(homeserver: &Homeserver, name: &str) -> Resident {
        let resident = Resident::with(homeserver, name, homeserver.register(name).await).await;
        // What was said before somebody came is shared with devices that are signed, and with no others.
        let encryption = resident.client.encryption();
        encryption.bootstrap_cross_signing(None).boxed().await.expect("keys to sign with");
        resident.catches_up().await;
        resident
    }

    /// The same person at another device, which is new.
    pub async fn another_device(&self, homeserver: &Homeserver) -> Resident {
        let other = Resident::with(homeserver, &self.name, homeserver.log_in(&self.name).await).await;
        other.catches_up().await;
        other
    }

    async fn with(homeserver: &Homeserver, name: &str, account: Account) -> Resident {
        let Account { user_id, device_id, access_token } = account;
        let client = Client::builder()
            .homeserver_url(&homeserver.url)
            .with_enable_share_history_on_invite(true)
            .request_config(RequestConfig::new().disable_retry().timeout(Duration::from_secs(30)))
            .build()
            .await
            .expect("a client");
        let meta = SessionMeta {
            user_id: user_id.as_str().try_into().expect("a user's id"),
            device_id: device_id.as_str().into(),
        };
        let session = MatrixSession { meta, tokens: SessionTokens { access_token, refresh_token: None } };
        client.matrix_auth().restore_session(session, RoomLoadSettings::default()).boxed().await.expect("a session");
        client.encryption().wait_for_e2ee_initialization_tasks().boxed().await;
        Resident { name: name.into(), user_id, client }
    }

    /// Hears all that there is by now.
    pub async fn catches_up(&self) {
        let settings = SyncSettings::new().timeout(Duration::ZERO);
        self.client.sync_once(settings).boxed().await.expect("to hear");
    }

    /// A public room with this name; the first to speak of it makes it.
    pub async fn makes_room(&self, homeserver: &Homeserver, name: &str, public: bool, people: &[&str]) -> Room {
        use matrix_sdk::ruma::api::client::room::create_room::v3::{Request, RoomPreset};
        let mut request = Request::new();
        request.name = Some(name.into());
        request.preset = Some(if public { RoomPreset::PublicChat } else { RoomPreset::PrivateChat });
        request.room_alias_name = public.then(|| format!("{name}-{}", homeserver.tag));
        request.invite = people.iter().map(|id| (*id).try_into().expect("a user's id")).collect();
        self.client.create_room(request).boxed().await.expect("a room")
    }

    pub async fn joins(&self, alias: &str) {
        let alias = RoomAliasId::parse(alias).expect("an alias");
        self.client.join_room_by_id_or_alias((&*alias).into(), &[]).boxed().await.expect("to join");
    }

    /// Goes where they are asked in, and knocks where they may: whether there is anything that is waited for.
    pub async fn comes_in(&self, open: &[String]) -> bool {
        self.catches_up().await;
        let mut waiting = false;
        for room in self.client.invited_rooms() {
            room.join().boxed().await.expect("to join");
            waiting = true;
        }
        for id in open {
            let id = <&RoomId>::try_from(id.as_str()).expect("a room's id");
            let state = self.client.get_room(id).map(|room| room.state());
            if !matches!(state, Some(RoomState::Joined | RoomState::Invited | RoomState::Knocked)) {
                let via = vec![SERVER.try_into().expect("a server's name")];
                self.client.knock(id.to_owned().into(), None, via).await.expect("to knock");
                waiting = true;
            }
        }
        if waiting {
            self.catches_up().await;
        }
        waiting
    }

    /// The room of this name that they are in.
    pub fn room(&self, name: &str) -> Option<Room> {
        self.client.joined_rooms().into_iter().find(|room| room.name().as_deref() == Some(name))
    }

    pub async fn says(&self, room: &Room, content: Value) -> OwnedEventId {
        self.sends(room, "m.room.message", content).await
    }

    pub async fn sends(&self, room: &Room, kind: &str, content: Value) -> OwnedEventId {
        let sent = room.send_raw(kind, content).await.expect("to say it");
        sent.response.event_id
    }

    pub async fn takes_away(&self, room: &Room, event: &str) -> OwnedEventId {
        let event = OwnedEventId::try_from(event).expect("an event's id");
        room.redact(&event, None, None).await.expect("to take it away").event_id
    }

    /// All that the room's timeline holds and they can read, oldest first.
    pub async fn reads(&self, room: &Room) -> Vec<Value> {
        let mut found: Vec<Value> = Vec::new();
        let mut from = None;
        loop {
            let mut options = MessagesOptions::backward().from(from.as_deref());
            options.limit = UInt::from(200u32);
            let page = room.messages(options).boxed().await.expect("the history");
            found.extend(page.chunk.iter().map(as_json));
            match page.end {
                Some(end) => from = Some(end),
                None => break,
            }
        }
        found.reverse();
        found
    }

    pub async fn pinned(&self, room: &Room) -> Vec<String> {
        let pinned = room.load_pinned_events().await.expect("what is pinned").unwrap_or_default();
        pinned.iter().map(ToString::to_string).collect()
    }

    pub async fn pins(&self, room: &Room, event: &str, on: bool) {
        let mut pinned = self.pinned(room).await;
        pinned.retain(|id| id != event);
        if on {
            pinned.push(event.into());
        }
        room.send_state_event_raw("m.room.pinned_events", "", json!({ "pinned": pinned })).await.expect("to pin");
    }

    pub async fn reacts(&self, room: &Room, event: &str, emoji: &str) {
        let relates = json!({ "rel_type": "m.annotation", "event_id": event, "key": emoji });
        self.sends(room, "m.reaction", json!({ "m.relates_to": relates })).await;
    }

    /// A direct chat with somebody.
    pub async fn writes_to(&self, user: &str) -> Room {
        self.client.create_dm(&user_id(user)).boxed().await.expect("a direct chat")
    }

    pub async fn invites(&self, room: &Room, user: &str) {
        room.invite_user_by_id(&user_id(user)).boxed().await.expect("to ask somebody in");
    }

    pub async fn puts_out(&self, room: &Room, user: &str) {
        room.kick_user(&user_id(user), None).boxed().await.expect("to put somebody out");
    }

    pub async fn joins_by_id(&self, room: &str) {
        self.tries_to_join(room).await.expect("to join");
        self.catches_up().await;
    }

    pub async fn tries_to_join(&self, room: &str) -> matrix_sdk::Result<Room> {
        let id = <&RoomId>::try_from(room).expect("a room's id");
        self.client.join_room_by_id(id).boxed().await
    }

    /// The id of what was said, if it could be.
    pub async fn tries_to_say(&self, room: &Room, text: &str) -> matrix_sdk::Result<String> {
        let sent = room.send_raw("m.room.message", json!({ "msgtype": "m.text", "body": text })).await?;
        Ok(sent.response.event_id.to_string())
    }

    pub async fn may_set_topic(&self, room: &Room, topic: &str) -> bool {
        self.catches_up().await;
        room.set_room_topic(topic).boxed().await.is_ok()
    }

    /// The files in the room, by name, with what is in them.
    pub async fn files(&self, room: &Room) -> Vec<(String, String)> {
        use matrix_sdk::media::{MediaFormat, MediaRequestParameters};
        use matrix_sdk::ruma::events::room::MediaSource;
        let mut files = Vec::new();
        for event in self.reads(room).await.iter().filter(|e| e["content"]["msgtype"] == "m.file") {
            let content = &event["content"];
            let encrypted = serde_json::from_value(content["file"].clone()).expect("an encrypted file");
            let request = MediaRequestParameters {
                source: MediaSource::Encrypted(Box::new(encrypted)),
                format: MediaFormat::File,
            };
            let got = self.client.media().get_media_content(&request, false).boxed().await.expect("the file");
            files.push((content["body"].as_str().expect("a name").into(), String::from_utf8(got).expect("text")));
        }
        files
    }

    pub async fn encrypts(&self, room: &Room) {
        let content = json!({ "algorithm": "m.megolm.v1.aes-sha2" });
        room.send_state_event_raw("m.room.encryption", "", content).await.expect("to switch encryption on");
        self.catches_up().await;
    }

    /// Whether somebody is in the room: `join`, `invite`, `leave` …
    pub async fn membership(&self, room: &Room, user: &str) -> String {
        let state = self.state(room).await;
        let member = state.iter().find(|e| e["type"] == "m.room.member" && e["state_key"] == user);
        member.and_then(|e| e["content"]["membership"].as_str()).unwrap_or_default().into()
    }

    /// All of the room's state.
    pub async fn state(&self, room: &Room) -> Vec<Value> {
        use matrix_sdk::ruma::api::client::state::get_state_events;
        let request = get_state_events::v3::Request::new(room.room_id().to_owned());
        let answer = self.client.send(request).into_future().boxed().await.expect("the state");
        answer.room_state.iter().map(|e| serde_json::from_str(e.json().get()).expect("JSON")).collect()
    }

    /// The devices of somebody, and whether they are signed as their own.
    pub async fn devices_of(&self, user: &str) -> Vec<(String, bool)> {
        self.client.encryption().request_user_identity(&user_id(user)).boxed().await.expect("to ask");
        let devices = self.client.encryption().get_user_devices(&user_id(user)).boxed().await.expect("to know");
        devices.devices().map(|d| (d.device_id().to_string(), d.is_cross_signed_by_owner())).collect()
    }

    /// What they say next in this room needs a key that nobody has yet.
    pub async fn makes_new_key(&self, room: &str) {
        self.room(room).expect("a room").discard_room_key().boxed().await.expect("to forget it");
    }

    /// What people are called in this room.
    pub async fn names(&self, room: &Room) -> BTreeMap<String, String> {
        use matrix_sdk::RoomMemberships;
        let members = room.members(RoomMemberships::all()).await.expect("the members");
        members.iter().map(|m| (m.user_id().to_string(), m.name().to_string())).collect()
    }
}

fn as_json(event: &TimelineEvent) -> Value {
    let mut json: Value = serde_json::from_str(event.raw().json().get()).expect("JSON");
    json["unreadable"] = event.kind.is_utd().into();
    json
}

fn user_id(user: &str) -> OwnedUserId {
    user.try_into().expect("a user's id")
}
