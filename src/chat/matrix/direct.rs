//! Rooms with one person: what others may not read is said there.

use futures::FutureExt;
use matrix_sdk::Room;
use matrix_sdk::ruma::events::room::member::MembershipState;

use super::calls::{CREATE, invite};
use super::{Matrix, ids};
use crate::chat::limits::Turn;
use crate::plan::PersonId;
use crate::ports::Failure;

impl Matrix {
    /// The direct chat with this person, made if there is none. Who has left it is asked in again.
    pub(super) async fn direct_chat(&self, person: &PersonId) -> Result<Room, Failure> {
        let client = self.client()?;
        let user = ids::user_id(person)?;
        let Some(room) = client.get_dm_room(&user) else {
            return Ok(self.within(CREATE, Turn::InOrder, client.create_dm(&user).boxed()).await??);
        };
        let member = room.get_member_no_sync(&user).boxed().await?;
        let left = |m: &MembershipState| matches!(m, MembershipState::Leave | MembershipState::Knock);
        if member.is_some_and(|member| left(member.membership())) {
            self.within(invite(user.as_str()), Turn::InOrder, room.invite_user_by_id(&user).boxed()).await??;
        }
        Ok(room)
    }
}
