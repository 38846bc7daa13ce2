//! `firebell check` for Matrix: the account, whether others trust its device, each room, and how to lift the homeserver's
//! limits. Nothing is changed, nobody is told anything, no device is logged in or out, and a Firebell that runs is not
//! disturbed: its store is only read.

use chrono::{DateTime, Utc};
use futures::FutureExt;
use matrix_sdk::authentication::matrix::MatrixSession;
use matrix_sdk::ruma::api::client::alias::get_alias;
use matrix_sdk::ruma::api::client::discovery::get_supported_versions;
use matrix_sdk::ruma::api::client::membership::joined_rooms;
use matrix_sdk::ruma::api::client::profile::get_profile;
use matrix_sdk::ruma::api::client::session::get_login_types::v3::{LoginType, Request as LoginTypes};
use matrix_sdk::ruma::api::error::ErrorKind;
use matrix_sdk::ruma::events::StateEventType;
use matrix_sdk::ruma::{OwnedRoomAliasId, OwnedRoomId, OwnedUserId, RoomAliasId};
use matrix_sdk::{Client, HttpError, SessionTokens};
use serde_json::Value;

use super::rooms::{full_alias, state_of};
use super::{Account, LIMITED, Login, SOURCE, Setup, failure, identity, ids};
use crate::chat::finding::{Finding, Named};
use crate::plan::{PersonId, Platform, RoomId};
use crate::ports::{Failure, Notes};

/// When the homeserver last had enough of the bot's calls.
pub async fn last_limited(notes: &dyn Notes) -> Option<DateTime<Utc>> {
    let noted = notes.noted(SOURCE, LIMITED).await.ok().flatten()?;
    DateTime::parse_from_rfc3339(&noted).ok().map(|at| at.to_utc())
}

pub async fn check(setup: &Setup, named: &Named<'_>, limited: Option<DateTime<Utc>>) -> Vec<Finding> {
    let account = &setup.account;
    let reached = match identity::nobody(&account.homeserver).await {
        Ok(client) => client.send(get_supported_versions::Request::new()).into_future().boxed().await.map(|_| client),
        Err(why) => return vec![Finding::wrong("Matrix", why.to_string())],
    };
    let client = match reached {
        Ok(client) => client,
        Err(error) => {
            let why = failure::in_words(&error);
            let found = format!("{} can not be reached ({why}): see [matrix] homeserver", account.homeserver);
            return vec![Finding::wrong("Matrix", found)];
        }
    };
    match (identity::kept(account).await, &account.login) {
        (Ok(Some(session)), _) => with_session(setup, named, limited, session).await,
        (Ok(None), Login::Password(_)) => vec![password(&client, account).await],
        (Ok(None), Login::Token(token)) => vec![token_of(account, token).await],
        (Err(why), _) => {
            let folder = account.store_dir.display();
            let mend = "is [matrix] store_passphrase the one that it was made with?";
            vec![Finding::wrong("Matrix", format!("the store in {folder} can not be read ({why}): {mend}"))]
        }
    }
}

/// Nobody has logged in yet, and `check` does not.
async fn password(client: &Client, account: &Account) -> Finding {
    let homeserver = &account.homeserver;
    match client.send(LoginTypes::new()).into_future().boxed().await {
        Ok(types) if types.flows.iter().any(|flow| matches!(flow, LoginType::Password(_))) => {
            Finding::note("Matrix", format!("{homeserver} is there; `firebell serve` logs in as {}", account.user))
        }
        Ok(_) => Finding::wrong(
            "Matrix",
            format!("{homeserver} takes no passwords: log in elsewhere, and set [matrix] access_token"),
        ),
        Err(error) => Finding::wrong("Matrix", failure::in_words(&error)),
    }
}

async fn token_of(account: &Account, token: &str) -> Finding {
    match identity::whose(&account.homeserver, token).await {
        Ok(who) => Finding::note(
            "Matrix",
            format!("as {} on {}; its keys are made by the first `firebell serve`", who.user_id, account.homeserver),
        ),
        Err(why) => Finding::wrong("Matrix", why.to_string()),
    }
}

async fn with_session(
    setup: &Setup,
    named: &Named<'_>,
    limited: Option<DateTime<Utc>>,
    session: MatrixSession,
) -> Vec<Finding> {
    let homeserver = &setup.account.homeserver;
    let (me, tokens) = (session.meta.user_id.clone(), session.tokens.clone());
    let visit = match Visit::begin(homeserver, me, tokens).await {
        Ok(visit) => visit,
        Err(why) => return vec![Finding::wrong("Matrix", why.to_string())],
    };
    let mut findings = vec![Finding::good("Matrix", format!("as {} on {homeserver}", visit.me))];
    findings.push(visit.device(&session).await);
    findings.extend(visit.recovery_key(&setup.account).await);
    for room in named.rooms.iter().filter(|room| room.platform == Platform::Matrix) {
        findings.push(visit.announcements(room, named.private.contains(room)).await);
    }
    if let Some(space) = &setup.space {
        findings.push(visit.space(space).await);
    }
    for person in named.people.iter().filter(|person| person.platform == Platform::Matrix) {
        findings.extend(visit.somebody(person).await);
    }
    findings.push(limits(&visit.me, limited));
    findings
}

/// Synapse counts in five ways; an administrator's exception lifts them all for one account (its admin API, "Override
/// ratelimiting for users").
fn limits(me: &OwnedUserId, limited: Option<DateTime<Utc>>) -> Finding {
    let met = match limited {
        Some(at) => format!("the homeserver slowed Firebell down, last at {} UTC", at.format("%Y-%m-%d %H:%M")),
        None => "none were met so far".into(),
    };
    let lift = format!(
        "an administrator of Synapse lifts them for the bot with POST \
         /_synapse/admin/v1/users/{me}/override_ratelimit and {{\"messages_per_second\": 0, \"burst_count\": 0}}"
    );
    Finding::note("Matrix limits", format!("{met}; {lift}"))
}

/// Looking around with the bot's own access.
struct Visit {
    client: Client,
    me: OwnedUserId,
    joined: Vec<OwnedRoomId>,
}

impl Visit {
    async fn begin(homeserver: &str, me: OwnedUserId, tokens: SessionTokens) -> Result<Visit, Failure> {
        let client = identity::in_passing(homeserver, me.clone(), tokens).await?;
        let joined = client.send(joined_rooms::v3::Request::new()).into_future().boxed().await?.joined_rooms;
        Ok(Visit { client, me, joined })
    }

    /// As the homeserver tells it to everybody.
    async fn device(&self, session: &MatrixSession) -> Finding {
        let encryption = self.client.encryption();
        let what = "Matrix device";
        let id = &session.meta.device_id;
        if let Err(error) = encryption.request_user_identity(&self.me).boxed().await {
            return Finding::wrong(what, format!("it can not be asked who trusts it: {error}"));
        }
        match encryption.get_device(&self.me, id).boxed().await {
            Ok(Some(device)) if device.is_cross_signed_by_owner() => {
                Finding::good(what, format!("{id}, which others see as verified"))
            }
            Ok(Some(_)) => Finding::wrong(
                what,
                format!(
                    "{id}, which others see as not verified: set [matrix] recovery_key to what the first start \
                     printed, and start again"
                ),
            ),
            Ok(None) => Finding::wrong(
                what,
                format!("{id} has no keys on the homeserver: `firebell serve` puts them there when it starts"),
            ),
            Err(error) => Finding::wrong(what, error.to_string()),
        }
    }

    /// Whether the one that is configured opens what the account keeps.
    async fn recovery_key(&self, account: &Account) -> Option<Finding> {
        let key = account.recovery_key.as_deref()?;
        let what = "Matrix recovery key";
        Some(match self.client.encryption().secret_storage().open_secret_store(key).boxed().await {
            Ok(_) => Finding::good(what, "it is the account's"),
            Err(error) => Finding::wrong(
                what,
                format!(
                    "it opens nothing of the account's ({error}): set [matrix] recovery_key to what the first start printed"
                ),
            ),
        })
    }

    async fn announcements(&self, room: &RoomId, of_private: bool) -> Finding {
        let what = "Matrix room";
        let id = match self.find(&room.id).await {
            Ok(id) => id,
            Err(why) => return Finding::wrong(what, why),
        };
        let name = &room.id;
        let (rules, powers, encryption) = match self.state(&id).await {
            Ok(state) => state,
            Err(error) => return Finding::wrong(what, format!("{name}: {}", failure::in_words(&error))),
        };
        let kind = if encryption.is_null() { "m.room.message" } else { "m.room.encrypted" };
        if !self.may_send(&powers, kind) {
            return Finding::wrong(
                what,
                format!("the bot may not write in {name}: give it a higher power level there"),
            );
        }
        if of_private && rules["join_rule"] == "public" {
            let mend = "have people invited there, or name another in the route";
            return Finding::wrong(
                what,
                format!("{name} hears of private incidents, and everyone can come in: {mend}"),
            );
        }
        match encryption.is_null() {
            true => Finding::note(
                what,
                format!(
                    "the bot is in {name}, which is not encrypted: its homeserver can read what is announced there"
                ),
            ),
            false => Finding::good(what, format!("the bot is in {name}, which is encrypted")),
        }
    }

    async fn space(&self, name: &str) -> Finding {
        let what = "Matrix space";
        match self.find(name).await {
            Ok(id) => match self.state(&id).await {
                Ok((_, powers, _)) if self.may_set(&powers, "m.space.child") => {
                    Finding::good(what, format!("the bot is in {name}"))
                }
                Ok(_) => Finding::wrong(
                    what,
                    format!("the bot may not add rooms to {name}: give it a higher power level there"),
                ),
                Err(error) => Finding::wrong(what, failure::in_words(&error)),
            },
            Err(why) => Finding::wrong(what, why),
        }
    }

    /// By alias or id; the bot is in it.
    async fn find(&self, name: &str) -> Result<OwnedRoomId, String> {
        let alias = full_alias(name, ids::server_of(self.me.as_str()));
        let id = match RoomAliasId::parse(alias) {
            Ok(alias) => self.resolve(alias).await?,
            Err(_) => OwnedRoomId::try_from(name).map_err(|_| format!("{name} is neither an alias nor an id"))?,
        };
        match self.joined.contains(&id) {
            true => Ok(id),
            false => Err(format!("the bot is not in {name}: invite {} there", self.me)),
        }
    }

    async fn resolve(&self, alias: OwnedRoomAliasId) -> Result<OwnedRoomId, String> {
        match self.client.send(get_alias::v3::Request::new(alias.clone())).into_future().boxed().await {
            Ok(found) => Ok(found.room_id),
            Err(error) if failure::is(&error, &ErrorKind::NotFound) => {
                Err(format!("there is no room {alias}: make it, and invite {}", self.me))
            }
            Err(error) => Err(failure::in_words(&error)),
        }
    }

    /// Who may come in, who may do what, and how it is encrypted.
    async fn state(&self, room: &OwnedRoomId) -> Result<(Value, Value, Value), HttpError> {
        let of = |kind: StateEventType| async {
            match state_of(&self.client, room, kind).await {
                Err(error) if failure::is(&error, &ErrorKind::NotFound) => Ok(Value::Null),
                state => state,
            }
        };
        let rules = of(StateEventType::RoomJoinRules).await?;
        let powers = of(StateEventType::RoomPowerLevels).await?;
        Ok((rules, powers, of(StateEventType::RoomEncryption).await?))
    }

    fn may_send(&self, powers: &Value, kind: &str) -> bool {
        self.has(powers, powers["events"][kind].as_i64().or(powers["events_default"].as_i64()).unwrap_or(0))
    }

    fn may_set(&self, powers: &Value, kind: &str) -> bool {
        self.has(powers, powers["events"][kind].as_i64().or(powers["state_default"].as_i64()).unwrap_or(50))
    }

    fn has(&self, powers: &Value, needed: i64) -> bool {
        let own = powers["users"][self.me.as_str()].as_i64();
        own.or(powers["users_default"].as_i64()).unwrap_or(0) >= needed
    }

    /// Only who is not there is worth a line.
    async fn somebody(&self, person: &PersonId) -> Option<Finding> {
        let Ok(user) = ids::user_id(person) else {
            return Some(Finding::wrong("plan", format!("{person} is no Matrix id, such as matrix:@ann:example.org")));
        };
        match self.client.send(get_profile::v3::Request::new(user)).into_future().boxed().await {
            // Synapse has no kind of error for it.
            Err(error) if error.as_client_api_error().is_some_and(|e| e.status_code.as_u16() == 404) => {
                Some(Finding::wrong("plan", format!("{person} is nobody in Matrix")))
            }
            // A server of others may be away just now, or tell nothing of its people.
            _ => None,
        }
    }
}
