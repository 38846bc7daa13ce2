//! The work that follows from events. Each piece can be done again without harm: its key is its identity in the
//! chat, and pieces that show a state (card, topic, announcement) are rendered when they are performed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Alarm, Gap, Recorded};
use crate::plan::{Address, MessageId, Number, PersonId, Recipient, RoomId};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Make the incident's room, where the command came from.
    OpenRoom,
    Invite {
        room: RoomId,
        people: Vec<PersonId>,
    },
    /// Post the card, or bring the posted one up to date.
    ShowCard {
        room: RoomId,
    },
    PinCard {
        message: MessageId,
    },
    /// Bring the room's topic up to date.
    ShowTopic {
        room: RoomId,
    },
    /// Hear what was said in the room before it was known as the incident's, or in a gap.
    ReadBack {
        room: RoomId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gap: Option<Gap>,
    },
    /// Bring the room's purpose and its links up to date.
    Furnish {
        room: RoomId,
    },
    /// Let the commander, and nobody who was it before, arrange the room.
    Entrust {
        room: RoomId,
    },
    /// Tell one person, outside the room, what happened to the room.
    Warn {
        to: PersonId,
        room: RoomId,
        fact: Box<Recorded>,
    },
    /// The plan's first steps and links, once.
    ShowFirstSteps {
        room: RoomId,
    },
    /// Tell the room, in a line, what happened.
    Tell {
        room: RoomId,
        fact: Box<Recorded>,
    },
    /// Answer the one who declared, where it was typed, with the room.
    AnswerDeclared {
        room: RoomId,
        to: PersonId,
    },
    /// Post the announcement, or bring the posted one up to date.
    Announce {
        room: RoomId,
    },
    /// What changed, in the announcement's thread.
    AnnounceChange {
        room: RoomId,
        fact: Box<Recorded>,
    },
    /// Tell news to somebody outside of rooms, by the templates of that name or by everybody's.
    Inform {
        to: Recipient,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        template: Option<String>,
        fact: Box<Recorded>,
    },
    /// Tell somebody how it stands, once their quiet hours are over.
    SumUp {
        to: Recipient,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        template: Option<String>,
        due: DateTime<Utc>,
    },
    /// Send what the public reads since that event to those who want it by e-mail; a hundred, behind `after`, and the
    /// rest by work of the same kind.
    TellPublic {
        seq: i64,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        after: String,
    },
    InformPublic {
        seq: i64,
        to: Address,
    },
    /// Say how it stands to those who have come and can't read the card.
    TellNewcomers {
        room: RoomId,
    },
    /// The postmortem's draft as a file, where the chat takes files.
    ShareDraft {
        room: RoomId,
    },
    Archive {
        room: RoomId,
    },
    Unarchive {
        room: RoomId,
    },
    /// Show the card, once alerts have come for a while.
    CountAlerts {
        room: RoomId,
        due: DateTime<Utc>,
    },
    /// Say that all alerts are over, if nothing has been heard of any since that event.
    TellCalm {
        room: RoomId,
        seq: i64,
        due: DateTime<Utc>,
    },
    /// Page those whom the plan names, and who have not been paged.
    PageByPlan {
        due: DateTime<Utc>,
    },
    /// Call somebody; `whom` is the name of the one who is meant.
    Call {
        page: u32,
        to: Recipient,
        whom: String,
    },
    /// Whoever was called hears that the page is answered, or not needed any more.
    EndCall {
        page: u32,
        to: Recipient,
    },
    /// Look again at `due`.
    SetAlarm {
        alarm: Alarm,
        due: DateTime<Utc>,
    },
}

/// What must happen in order: pieces of one lane are done one after the other, lanes side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane(pub String);

impl Effect {
    /// A piece with a standing key shows a state: any number of them, waiting, is one.
    /// `None`: it is done once for its event.
    pub fn standing_key(&self, incident: Number) -> Option<String> {
        match self {
            Effect::ShowCard { room } => Some(format!("card/{incident}/{room}")),
            Effect::CountAlerts { room, .. } => Some(format!("count/{incident}/{room}")),
            Effect::ShowTopic { room } => Some(format!("topic/{incident}/{room}")),
            Effect::Furnish { room } => Some(format!("furnish/{incident}/{room}")),
            Effect::Entrust { room } => Some(format!("entrust/{incident}/{room}")),
            Effect::Announce { room } => Some(format!("announce/{incident}/{room}")),
            Effect::SetAlarm { alarm: Alarm::Commander, .. } => Some(format!("alarm/{incident}/commander")),
            Effect::SetAlarm { alarm: Alarm::Update { .. }, .. } => Some(format!("alarm/{incident}/update")),
            Effect::SetAlarm { alarm: Alarm::Page { page }, .. } => Some(format!("alarm/{incident}/page/{page}")),
            Effect::PageByPlan { .. } => Some(format!("page/{incident}/plan")),
            Effect::SumUp { to, .. } => Some(format!("sum/{incident}/{to}")),
            _ => None,
        }
    }

    /// What it is, for operators.
    pub fn in_words(&self) -> &'static str {
        match self {
            Effect::OpenRoom => "open the room",
            Effect::Invite { .. } => "invite people",
            Effect::ShowCard { .. } => "show the card",
            Effect::CountAlerts { .. } => "count the alerts on the card",
            Effect::TellCalm { .. } => "say that all alerts are over",
            Effect::PinCard { .. } => "pin the card",
            Effect::ShowTopic { .. } => "set the topic",
            Effect::ReadBack { .. } => "read back what was said",
            Effect::Furnish { .. } => "show the room's purpose and links",
            Effect::Entrust { .. } => "let the commander arrange the room",
            Effect::Warn { .. } => "warn somebody about the room",
            Effect::ShowFirstSteps { .. } => "post the first steps",
            Effect::Tell { .. } => "tell the room",
            Effect::AnswerDeclared { .. } => "answer the one who declared",
            Effect::Announce { .. } => "announce it",
            Effect::AnnounceChange { .. } => "announce a change",
            Effect::Inform { .. } => "tell a stakeholder",
            Effect::SumUp { .. } => "tell a stakeholder how it stands",
            Effect::TellPublic { .. } | Effect::InformPublic { .. } => "send a public update",
            Effect::TellNewcomers { .. } => "tell newcomers how it stands",
            Effect::ShareDraft { .. } => "share the postmortem's draft",
            Effect::Archive { .. } => "archive the room",
            Effect::Unarchive { .. } => "take the room out of the archive",
            Effect::PageByPlan { .. } => "page by the plan",
            Effect::Call { .. } => "page somebody",
            Effect::EndCall { .. } => "end a page",
            Effect::SetAlarm { .. } => "look again later",
        }
    }

    pub fn lane(&self, incident: Number) -> Lane {
        Lane(match self {
            Effect::OpenRoom => format!("open/{incident}"),
            Effect::Invite { room, .. } | Effect::Entrust { room } => format!("people/{room}"),
            Effect::ShowCard { room } => format!("card/{room}"),
            // Not the card's own lane: until it is due, it would hold up what is not to wait.
            Effect::CountAlerts { room, .. } => format!("count/{room}"),
            // The same goes for the room's.
            Effect::TellCalm { room, .. } => format!("calm/{room}"),
            Effect::PinCard { message } => format!("pin/{}", message.room),
            Effect::ReadBack { room, .. } => format!("read/{room}"),
            Effect::Furnish { room } => format!("furnish/{room}"),
            Effect::Warn { to, .. } => format!("answer/{to}"),
            Effect::TellNewcomers { room } => format!("newcomers/{room}"),
            Effect::ShowTopic { room } => format!("topic/{room}"),
            // Archiving waits until all is said, and what is said later waits for the unarchiving.
            Effect::ShowFirstSteps { room }
            | Effect::Tell { room, .. }
            | Effect::ShareDraft { room }
            | Effect::Archive { room }
            | Effect::Unarchive { room } => format!("say/{room}"),
            Effect::AnswerDeclared { to, .. } => format!("answer/{to}"),
            // The thread needs the message that it hangs on.
            Effect::Announce { room } | Effect::AnnounceChange { room, .. } => format!("announce/{incident}/{room}"),
            Effect::SumUp { to, .. } => format!("sum/{incident}/{to}"),
            Effect::TellPublic { .. } => format!("public/{incident}"),
            Effect::InformPublic { to, .. } => format!("mail/{}", hurdle(to)),
            Effect::Inform { to, .. } => format!("inform/{incident}/{to}"),
            Effect::SetAlarm { alarm: Alarm::Commander, .. } => format!("alarm/{incident}/commander"),
            Effect::SetAlarm { alarm: Alarm::Update { .. }, .. } => format!("alarm/{incident}/update"),
            Effect::SetAlarm { alarm: Alarm::Page { page }, .. } => format!("alarm/{incident}/page/{page}"),
            Effect::PageByPlan { .. } => format!("page/{incident}/plan"),
            Effect::Call { page, to, .. } | Effect::EndCall { page, to } => format!("page/{incident}/{page}/{to}"),
        })
    }

    /// The lanes of what can not be done in this room any more once it is archived, beside its own.
    pub fn before_archiving(room: &RoomId) -> [String; 5] {
        ["card", "topic", "pin", "people", "furnish"].map(|lane| format!("{lane}/{room}"))
    }

    /// 0 before 1: what people cannot work without goes before what is merely good to have.
    pub fn rank(&self) -> i16 {
        match self {
            Effect::OpenRoom | Effect::ShowCard { .. } | Effect::Invite { .. } | Effect::PinCard { .. } => 0,
            Effect::AnswerDeclared { .. } | Effect::Tell { .. } | Effect::Warn { .. } => 0,
            Effect::PageByPlan { .. } | Effect::Call { .. } | Effect::SetAlarm { alarm: Alarm::Page { .. }, .. } => 0,
            Effect::TellPublic { .. } | Effect::InformPublic { .. } => 2,
            // What only looks better with it waits until all else has been said.
            Effect::Furnish { .. } => 2,
            _ => 1,
        }
    }
}

/// A few letters to the public are on their way at once, however many are to be sent: pages go by the same road.
fn hurdle(to: &Address) -> u32 {
    to.to.bytes().map(u32::from).sum::<u32>() % 4
}
