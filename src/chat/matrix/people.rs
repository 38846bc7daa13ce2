//! Who somebody is.

use futures::FutureExt;
use matrix_sdk::Room;
use matrix_sdk::ruma::events::room::member::MembershipState;
use matrix_sdk::ruma::events::room::power_levels::UserPowerLevel;
use matrix_sdk::ruma::{Int, UserId};

use super::{Matrix, ids};
use crate::plan::{Person, Rule, power_group};
use crate::ports::{Failure, Speaker};

impl Matrix {
    /// What others see them as in this room: the name that they chose, else the first part of their id.
    pub(super) async fn name_in(&self, room: &Room, user: &str) -> String {
        let chosen = match UserId::parse(user) {
            Ok(id) => room
                .get_member_no_sync(&id)
                .boxed()
                .await
                .ok()
                .flatten()
                .and_then(|m| m.display_name().map(String::from)),
            Err(_) => None,
        };
        chosen.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| local_part(user).into())
    }

    pub(super) async fn person_in(&self, room: &Room, user: &str) -> Person {
        Person { id: ids::person(user), name: self.name_in(room, user).await }
    }

    pub(super) async fn speaker(&self, room: &Room, user: &str) -> Result<Speaker, Failure> {
        let person = self.person_in(room, user).await;
        let known = self.is_known(room, user).await?;
        // Matrix tells no time zones.
        Ok(Speaker { person, zone: None, known, groups: self.powers(room, user).await? })
    }

    /// The power levels of the plan's permissions that somebody has, here or where announcements are.
    async fn powers(&self, room: &Room, user: &str) -> Result<Vec<String>, Failure> {
        let asked = self.plan.permissions.all().filter_map(|rule| match rule {
            Rule::MatrixPower(level) => Some(*level),
            _ => None,
        });
        let asked: Vec<i64> = asked.collect();
        let Ok(id) = UserId::parse(user) else { return Ok(Vec::new()) };
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let mut powers = Vec::new();
        for place in self.announcement_rooms().iter().chain([room]) {
            if !is_in(place, user).await? {
                continue;
            }
            let power = place.get_user_power_level(&id).boxed().await?;
            let has = |level: &&i64| Int::new(**level).is_some_and(|level| power >= UserPowerLevel::Int(level));
            powers.extend(asked.iter().filter(has).map(|level| power_group(*level)));
        }
        Ok(powers)
    }

    /// Who is in a room for announcements, or was let into the room of an incident, in that room. Somebody in any other
    /// room that the bot happens to be in is a stranger.
    async fn is_known(&self, room: &Room, user: &str) -> Result<bool, Failure> {
        if self.hears_announcements(user).await? {
            return Ok(true);
        }
        let here = self.ledger.incident_in(&ids::room(room.room_id().as_str())).await.map_err(super::away)?;
        Ok(here.is_some() && is_in(room, user).await?)
    }

    pub(super) async fn hears_announcements(&self, user: &str) -> Result<bool, Failure> {
        for announce in self.announcement_rooms() {
            if is_in(&announce, user).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Asks the homeserver for the members the first time; the stream of events keeps them up to date.
async fn is_in(room: &Room, user: &str) -> Result<bool, Failure> {
    let Ok(id) = UserId::parse(user) else { return Ok(false) };
    let member = room.get_member(&id).boxed().await?;
    Ok(member.is_some_and(|member| *member.membership() == MembershipState::Join))
}

fn local_part(user: &str) -> &str {
    user.trim_start_matches('@').split(':').next().unwrap_or(user)
}
