//! What is heard from a chat, in one form for all of them.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::Wish;
use crate::incident::{Answerer, Loss, Origin, SaidMessage};
use crate::plan::{Address, Alert, MessageId, Number, Person, PersonId, Platform, Room, RoomId};

/// One thing heard. Delivering it again, with whatever delivery id, changes nothing: see [`Inbound::identity`].
#[derive(Clone, Debug)]
pub struct Inbound {
    /// When it happened, by the chat's clock.
    pub at: DateTime<Utc>,
    pub heard: Heard,
}

/// Who spoke.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Speaker {
    pub person: Person,
    /// Of the person's profile, where the chat tells it.
    pub zone: Option<Tz>,
    /// Shares a workspace or an announcement room with the bot.
    pub known: bool,
    /// The chat's groups that the person is in.
    pub groups: Vec<String>,
}

/// A mention that the chat has resolved: `name` stands in the text behind an `@`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    pub name: String,
    pub person: Person,
}

/// A message as its author wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    pub id: MessageId,
    /// The message that it answers in a thread.
    pub thread: Option<String>,
    pub by: Speaker,
    /// Readable text: mentions as `@name`, no markup of the chat's own.
    pub text: String,
    pub link: Option<String>,
}

#[derive(Clone, Debug)]
pub enum Heard {
    /// A command was typed, or a button pressed. `words` is without the prefix.
    Command {
        /// The chat's id of this very command, the same in each delivery.
        id: String,
        by: Speaker,
        /// Where it was typed.
        room: Room,
        /// They were seen in the room by it. A form can be filled in by somebody who is not there any more.
        in_room: bool,
        words: String,
        mentions: Vec<Mention>,
        /// The adapter's own note of where exactly an answer goes.
        reply: Option<String>,
        /// The message that an incident is declared from.
        origin: Option<Origin>,
    },
    Message(Said),
    /// `text` is now what the message says. `version` tells one edit from another.
    Edited {
        message: MessageId,
        text: String,
        version: String,
    },
    Deleted {
        message: MessageId,
    },
    /// Something was said that is encrypted, and its key has not come within a while.
    Unread {
        message: MessageId,
        by: Person,
    },
    /// Its key has come.
    Decrypted {
        message: MessageId,
    },
    /// An emoji put on (`on`) or taken off. `stamp` tells this time from the next time.
    Reacted {
        message: MessageId,
        emoji: String,
        by: Speaker,
        on: bool,
        stamp: String,
        /// The message itself, where the chat sends it along; messages of incident rooms are on the transcript.
        said: Option<SaidMessage>,
        /// The chat did not send it along, but can be asked for it.
        unread: bool,
        /// Not everyone can come into the room.
        private_room: bool,
    },
    /// The chat's own pin, put on or taken off.
    Pinned {
        message: MessageId,
        by: Speaker,
        on: bool,
        stamp: String,
        said: Option<SaidMessage>,
    },
    /// Put on the timeline by hand, with neither emoji nor pin.
    Noted {
        by: Speaker,
        said: SaidMessage,
        stamp: String,
    },
    Joined {
        room: RoomId,
        person: Person,
        stamp: String,
        /// They can't read what was said there before they came.
        blind: bool,
    },
    Left {
        room: RoomId,
        person: PersonId,
        stamp: String,
    },
    /// The room has another name now.
    Renamed {
        room: Room,
        stamp: String,
    },
    /// Firebell hears nothing in the room any more, and can say nothing.
    Lost {
        room: RoomId,
        why: Loss,
        by: Option<Person>,
        stamp: String,
    },
    /// It is heard again.
    Found {
        room: RoomId,
        stamp: String,
    },
    /// The whole chat is heard again, and was not since then.
    Returned {
        platform: Platform,
        since: DateTime<Utc>,
    },
    /// What a monitoring system says.
    Alert(Alert),
    /// An alert that changed too often may have kept still by now.
    AlertCalm {
        source: String,
        fingerprint: String,
        at: DateTime<Utc>,
    },
    /// Somebody has followed the link of a page: they come.
    Answered {
        incident: Number,
        page: u32,
        who: Answerer,
    },
    /// Somebody has followed a link that says what they want to hear of.
    Wished {
        wish: Wish,
        at: DateTime<Utc>,
    },
    /// Somebody wants the public updates sent to this address.
    MailWanted {
        address: Address,
        at: DateTime<Utc>,
    },
    /// Somebody looks at their own page in the chat.
    HomeOpened {
        by: Speaker,
        stamp: String,
    },
}

impl Inbound {
    /// What tells this from everything else that is heard: what it is, not how it was delivered. Slack is known to
    /// deliver one message many times under new delivery ids.
    pub fn identity(&self) -> String {
        let in_room = |m: &MessageId| format!("{}/{}", m.room, m.id);
        match &self.heard {
            Heard::Command { id, by, .. } => format!("command/{}/{id}", by.person.id),
            Heard::Message(said) => format!("message/{}", in_room(&said.id)),
            Heard::Edited { message, version, .. } => format!("edited/{}/{version}", in_room(message)),
            Heard::Deleted { message } => format!("deleted/{}", in_room(message)),
            Heard::Unread { message, .. } => format!("unread/{}", in_room(message)),
            Heard::Decrypted { message } => format!("decrypted/{}", in_room(message)),
            Heard::Reacted { message, emoji, by, on, stamp, .. } => {
                format!("reacted/{}/{emoji}/{}/{on}/{stamp}", in_room(message), by.person.id)
            }
            Heard::Pinned { message, by, on, stamp, .. } => {
                format!("pinned/{}/{}/{on}/{stamp}", in_room(message), by.person.id)
            }
            Heard::Noted { by, said, stamp } => format!("noted/{}/{}/{stamp}", in_room(&said.id), by.person.id),
            Heard::Joined { room, person, stamp, .. } => format!("joined/{room}/{}/{stamp}", person.id),
            Heard::Left { room, person, stamp } => format!("left/{room}/{person}/{stamp}"),
            Heard::Renamed { room, stamp } => format!("renamed/{}/{stamp}", room.id),
            Heard::Lost { room, stamp, .. } => format!("lost/{room}/{stamp}"),
            Heard::Found { room, stamp } => format!("found/{room}/{stamp}"),
            Heard::Returned { platform, since } => {
                format!("returned/{platform}/{}/{}", since.timestamp_micros(), self.at.timestamp_micros())
            }
            Heard::Alert(alert) => {
                format!("alert/{}/{}/{}/{}", alert.source, alert.fingerprint, alert.firing, alert.at.timestamp_micros())
            }
            Heard::AlertCalm { source, fingerprint, at } => {
                format!("calm/{source}/{fingerprint}/{}", at.timestamp_micros())
            }
            Heard::Answered { incident, page, who } => format!("answered/{incident}/{page}/{}", who.name),
            Heard::Wished { wish, at } => {
                format!("wished/{}/{}/{}/{}", wish.who, wish.topic, wish.wanted, at.timestamp_micros())
            }
            // Once in an hour: nobody's mailbox is filled by others.
            Heard::MailWanted { address, at } => format!("mail wanted/{address}/{}", at.timestamp() / 3600),
            Heard::HomeOpened { by, stamp } => format!("home/{}/{stamp}", by.person.id),
        }
    }
}
