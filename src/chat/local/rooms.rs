//! Rooms and who is in them.

use super::pen::Pen;
use super::{Local, names, room_id};
use crate::plan::{Person, PersonId, RoomId};
use crate::ports::{Change, LocalRoom, StoreError, Trouble};

/// The longest topic, in characters.
const TOPIC: usize = 250;

/// What a person asks of a room of their own.
pub struct Wish<'a> {
    pub name: &'a str,
    pub topic: &'a str,
    pub private: bool,
    pub people: &'a [PersonId],
}

/// The room, if this person may know of it. A private room that they are not in is answered as one that does not
/// exist.
pub async fn seen_by(pen: &mut Pen, me: &Person, id: &RoomId) -> Result<LocalRoom, Trouble> {
    let room = pen.tx.room(id).await?.ok_or(Trouble::NotFound)?;
    if room.private && !pen.tx.is_member(id, &me.id).await? {
        return Err(Trouble::NotFound);
    }
    Ok(room)
}

/// The room, if this person may know of it and it is not read-only.
pub async fn writable_by(pen: &mut Pen, me: &Person, id: &RoomId) -> Result<LocalRoom, Trouble> {
    let room = seen_by(pen, me, id).await?;
    match room.archived {
        true => Err(Trouble::Refused("This room is archived: it can be read, not changed.".into())),
        false => Ok(room),
    }
}

/// The id that a room of this name gets. A public room's is its name. A private room's has the number of a change
/// behind a dot, which no name has: so it clashes with no other room, and that it exists shows to nobody who tries
/// its name.
pub async fn new_id(pen: &mut Pen, name: &str, private: bool) -> Result<RoomId, StoreError> {
    match private {
        true => Ok(room_id(format!("{name}.{}", pen.next_seq().await?))),
        false => Ok(room_id(name)),
    }
}

impl Local {
    pub(super) async fn new_room(&self, pen: &mut Pen, me: &Person, wish: Wish<'_>) -> Result<RoomId, Trouble> {
        let refused = |why: String| Err(Trouble::Refused(why));
        let Some(name) = names::slug(wish.name) else {
            return refused("A room's name needs a letter or a digit.".into());
        };
        if wish.name.trim().chars().count() > names::ROOM {
            return refused(format!("A room's name can have {} characters at most.", names::ROOM));
        }
        if wish.topic.chars().count() > TOPIC {
            return refused(format!("A topic can have {TOPIC} characters at most."));
        }
        if pen.tx.room(&room_id(&name)).await?.is_some() {
            return refused(format!("There is a room #{name} already."));
        }
        let id = new_id(pen, &name, wish.private).await?;
        let topic = wish.topic.replace('\0', "\u{fffd}");
        let room = LocalRoom { id: id.clone(), name, topic, private: wish.private, archived: false };
        pen.make_room(&room, None).await?;
        pen.add_member(&id, me).await?;
        self.invite_known(pen, &id, wish.people).await?;
        Ok(id)
    }

    pub(super) async fn join(&self, pen: &mut Pen, me: &Person, room: &RoomId) -> Result<(), Trouble> {
        writable_by(pen, me, room).await?;
        Ok(pen.add_member(room, me).await?)
    }

    pub(super) async fn leave(&self, pen: &mut Pen, me: &Person, room: &RoomId) -> Result<(), Trouble> {
        let room = seen_by(pen, me, room).await?;
        if pen.tx.remove_member(&room.id, &me.id).await? {
            pen.tell(Some(&room.id), Change::Left { person: me.clone() }).await?;
            // Who has left a private room does not see its changes any more, not even this one.
            pen.tell_only(&me.id, None, Change::Gone).await?;
        }
        Ok(())
    }

    pub(super) async fn invite_by(
        &self,
        pen: &mut Pen,
        me: &Person,
        room: &RoomId,
        people: &[PersonId],
    ) -> Result<(), Trouble> {
        let room = writable_by(pen, me, room).await?;
        if !pen.tx.is_member(&room.id, &me.id).await? {
            return Err(Trouble::Refused("Join the room to invite others.".into()));
        }
        self.invite_known(pen, &room.id, people).await
    }

    /// People invite people who are here; only the plan may name others.
    async fn invite_known(&self, pen: &mut Pen, room: &RoomId, people: &[PersonId]) -> Result<(), Trouble> {
        let known = pen.tx.people().await?;
        for id in people {
            let known = known.iter().find(|k| k.person.id == *id);
            let person = known.ok_or_else(|| Trouble::Refused(format!("Nobody here is called {}.", id.id)))?;
            pen.add_member(room, &person.person).await?;
        }
        Ok(())
    }
}
