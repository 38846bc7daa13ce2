//! The pure core: what an incident is, what may happen to it, and what follows.
//!
//! [`decide`] turns a command into events or a refusal, [`evolve`] turns events into the state, and
//! [`consequences`] turns an event into work. Nothing here reads a clock, makes an id or performs anything.

mod alerts;
mod alike;
mod command;
mod consequences;
mod decide;
mod effect;
mod event;
mod evolve;
mod news;
mod page;
mod public;
mod refusal;
mod state;
mod timeline;

pub use alerts::{AlertState, IncidentAlert, NotedAlert};
pub use alike::{Described, alike};
pub use command::{Alarm, Asked, Command, MergeTarget, Paging, Same};
pub use consequences::{consequences, invited_at_first};
pub use decide::{LIMIT_TEXT, LIMIT_TITLE, decide};
pub use effect::{Effect, Lane};
pub use event::{Actor, Event, Gap, Loss, Origin, Recorded, Reminder, Restore, SaidMessage};
pub use evolve::evolve;
pub use news::{news, severities_told};
pub use page::{Acknowledged, Answerer, Page};
pub use public::{Public, PublicUpdate, public_id, public_name};
pub use refusal::{AlreadySo, Refusal};
pub use state::{
    ActionAim, ActionItem, Change, Incident, IncidentRoom, Link, LostRoom, Milestone, Milestones, Reminded, Status,
    Task, Update,
};
pub use timeline::{Entry, EntryKind, Marked, Source};
