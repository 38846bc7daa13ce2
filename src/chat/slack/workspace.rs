//! One workspace: who the bot is in it, its people, its channels.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use serde::Deserialize;
use tokio::sync::OnceCell;

use super::api::{Api, CallError, Called, Nothing};
use super::ids;
use super::known::Known;
use crate::plan::Person;
use crate::ports::Clock;

/// A thousand people each.
const PAGES_OF_PEOPLE: usize = 5;

pub(super) struct Workspace {
    pub api: Api,
    /// Without it no requests by HTTP are taken.
    pub signing_secret: Option<String>,
    clock: Arc<dyn Clock>,
    identity: OnceCell<Identity>,
    people: Known<Someone>,
    channels: Known<Channel>,
    groups: Known<Vec<Group>>,
    /// Channel ids by name, for what the configuration names.
    names: Mutex<HashMap<String, String>>,
    topics: Mutex<HashMap<String, String>>,
}

/// Who the bot is.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Identity {
    pub team_id: String,
    pub team: String,
    /// `https://example.slack.com/`
    pub url: String,
    #[serde(default)]
    pub user: String,
    pub user_id: String,
    #[serde(default)]
    pub bot_id: String,
    /// Of the organisation that several workspaces belong to.
    pub enterprise_id: Option<String>,
}

/// Somebody in the workspace.
#[derive(Clone, Debug)]
pub(super) struct Someone {
    pub person: Person,
    pub zone: Option<chrono_tz::Tz>,
    /// Of this workspace, not of another one that shares a channel with it.
    pub known: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Channel {
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub is_private: bool,
    #[serde(default)]
    pub is_im: bool,
    #[serde(default)]
    pub is_mpim: bool,
    #[serde(default)]
    pub is_archived: bool,
    #[serde(default)]
    pub is_member: bool,
    #[serde(default)]
    pub creator: String,
    #[serde(default)]
    pub created: i64,
    #[serde(default)]
    pub purpose: Words,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Words {
    #[serde(default)]
    pub value: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Group {
    pub id: String,
    pub handle: String,
    #[serde(default)]
    pub users: Vec<String>,
}

impl Workspace {
    pub fn new(api: Api, signing_secret: Option<String>, clock: Arc<dyn Clock>) -> Self {
        Workspace {
            api,
            signing_secret,
            clock,
            identity: OnceCell::new(),
            people: Known::for_a_while(TimeDelta::days(1)),
            channels: Known::for_a_while(TimeDelta::hours(1)),
            groups: Known::for_a_while(TimeDelta::hours(1)),
            names: Mutex::default(),
            topics: Mutex::default(),
        }
    }

    pub async fn identity(&self) -> Called<&Identity> {
        self.identity.get_or_try_init(|| self.api.read("auth.test", &[])).await
    }

    /// As far as it is known by now.
    pub fn known_identity(&self) -> Option<&Identity> {
        self.identity.get()
    }

    pub async fn someone(&self, id: &str) -> Called<Someone> {
        let identity = self.identity().await?;
        let asked = self.people.get(id, self.clock.now(), || self.ask_someone(id, identity)).await;
        match asked {
            // Nobody has a better name for them.
            Err(error) if matches!(error.code(), "user_not_found" | "user_not_visible" | "users_not_found") => {
                Ok(Someone { person: Person { id: ids::person(id), name: id.into() }, zone: None, known: false })
            }
            asked => asked,
        }
    }

    /// Whether this person is here, as far as it is known.
    pub fn knows(&self, id: &str) -> bool {
        self.people.known(id).is_some_and(|someone| someone.known)
    }

    /// Whether nobody has to be asked who this is.
    pub fn has_met(&self, id: &str) -> bool {
        self.identity.initialized() && self.people.is_fresh(id, self.clock.now())
    }

    async fn ask_someone(&self, id: &str, identity: &Identity) -> Called<Someone> {
        #[derive(Deserialize)]
        struct Answer {
            user: User,
        }
        let Answer { user } = self.api.read("users.info", &[("user", id)]).await?;
        Ok(user.seen_from(identity))
    }

    /// Who everybody is, before they are heard: whoever is in a hurry then waits for one call less. Of a large
    /// workspace it is the first that Slack names; the others are asked for when they are heard.
    pub async fn meet_people(&self) -> Called<()> {
        #[derive(Deserialize)]
        struct Answer {
            members: Vec<User>,
            #[serde(default)]
            response_metadata: Page,
        }
        let identity = self.identity().await?;
        let mut cursor = String::new();
        for _ in 0..PAGES_OF_PEOPLE {
            let arguments = [("limit", "1000"), ("cursor", cursor.as_str())];
            let answer: Answer = self.api.read_patiently("users.list", &arguments).await?;
            for user in answer.members.into_iter().filter(|user| !user.deleted) {
                self.people.learn(&user.id.clone(), self.clock.now(), user.seen_from(identity));
            }
            cursor = answer.response_metadata.next_cursor;
            if cursor.is_empty() {
                break;
            }
        }
        Ok(())
    }

    pub async fn channel(&self, id: &str) -> Called<Channel> {
        #[derive(Deserialize)]
        struct Answer {
            channel: Channel,
        }
        let ask = || async {
            let answer: Answer = self.api.read("conversations.info", &[("channel", id)]).await?;
            Ok(answer.channel)
        };
        self.channels.get(id, self.clock.now(), ask).await
    }

    /// Whether not everyone can come into it, as it is now. What can't be seen is taken for private.
    pub async fn is_private(&self, id: &str) -> Called<bool> {
        self.channels.forget(id);
        match self.channel(id).await {
            Ok(channel) => Ok(channel.is_private || channel.is_im || channel.is_mpim),
            Err(CallError::Refused { .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }

    pub async fn groups(&self) -> Called<Vec<Group>> {
        #[derive(Deserialize)]
        struct Answer {
            usergroups: Vec<Group>,
        }
        let ask = || async {
            let answer: Answer = self.api.read("usergroups.list", &[("include_users", "true")]).await?;
            Ok(answer.usergroups)
        };
        self.groups.get("all", self.clock.now(), ask).await
    }

    /// The people of a user group, by its id.
    pub async fn members_of(&self, group: &str) -> Called<Vec<String>> {
        let groups = self.groups().await?;
        Ok(groups.into_iter().find(|g| g.id == group).map(|g| g.users).unwrap_or_default())
    }

    pub fn forget_person(&self, id: &str) {
        self.people.forget(id);
    }

    pub fn forget_channel(&self, id: &str) {
        self.channels.forget(id);
        lock(&self.names).retain(|_, known| known != id);
        lock(&self.topics).remove(id);
    }

    /// Its name and purpose are asked for again.
    pub fn forget_channel_info(&self, id: &str) {
        self.channels.forget(id);
    }

    pub fn forget_groups(&self) {
        self.groups.forget("all");
    }

    /// The id of a channel that the configuration names: one that the bot is in, else a public one, which it joins.
    pub async fn channel_named(&self, name: &str) -> Called<Option<String>> {
        if let Some(id) = lock(&self.names).get(name) {
            return Ok(Some(id.clone()));
        }
        let Some(channel) = self.find_channel(name).await? else { return Ok(None) };
        if !channel.is_member {
            // Whether it could join shows when it posts.
            let _ = self.join(&channel.id).await;
        }
        lock(&self.names).insert(name.into(), channel.id.clone());
        Ok(Some(channel.id))
    }

    /// The bot is in the channel, which must be a public one.
    pub async fn join(&self, channel: &str) -> Called<()> {
        let Nothing {} = self.api.write("conversations.join", None, &serde_json::json!({ "channel": channel })).await?;
        self.forget_channel_info(channel);
        Ok(())
    }

    /// Among the channels that the bot is in, which are few; else among all public ones.
    pub async fn find_channel(&self, name: &str) -> Called<Option<Channel>> {
        match self.find_named("users.conversations", "public_channel,private_channel", name).await? {
            Some(channel) => Ok(Some(channel)),
            None => self.find_named("conversations.list", "public_channel", name).await,
        }
    }

    async fn find_named(&self, method: &'static str, types: &str, name: &str) -> Called<Option<Channel>> {
        let found = self.channels_where(method, types, true, |channel| channel.name == name).await?;
        let own = method == "users.conversations";
        Ok(found.into_iter().next().map(|c| Channel { is_member: c.is_member || own, ..c }))
    }

    /// The channels of this list that fit, page by page until one page has some.
    pub async fn channels_where(
        &self,
        method: &'static str,
        types: &str,
        open_only: bool,
        fits: impl Fn(&Channel) -> bool,
    ) -> Called<Vec<Channel>> {
        #[derive(Deserialize)]
        struct Answer {
            channels: Vec<Channel>,
            #[serde(default)]
            response_metadata: Page,
        }
        let mut cursor = String::new();
        let open_only = if open_only { "true" } else { "false" };
        loop {
            let arguments =
                [("types", types), ("exclude_archived", open_only), ("limit", "999"), ("cursor", cursor.as_str())];
            let answer: Answer = self.api.read_patiently(method, &arguments).await?;
            let found: Vec<Channel> = answer.channels.into_iter().filter(|c| fits(c)).collect();
            cursor = answer.response_metadata.next_cursor;
            if !found.is_empty() || cursor.is_empty() {
                return Ok(found);
            }
        }
    }

    /// Whether the channel's topic is to be set to this: setting it again would only make noise.
    pub fn is_new_topic(&self, channel: &str, topic: &str) -> bool {
        lock(&self.topics).get(channel).is_none_or(|known| known != topic)
    }

    pub fn topic_is(&self, channel: &str, topic: &str) {
        lock(&self.topics).insert(channel.into(), topic.into());
    }
}

/// Where the next page begins.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Page {
    #[serde(default)]
    pub next_cursor: String,
}

#[derive(Deserialize)]
struct User {
    id: String,
    #[serde(default)]
    name: String,
    real_name: Option<String>,
    team_id: Option<String>,
    tz: Option<String>,
    #[serde(default)]
    deleted: bool,
    #[serde(default)]
    is_stranger: bool,
    enterprise_user: Option<EnterpriseUser>,
    #[serde(default)]
    profile: Profile,
}

#[derive(Deserialize)]
struct EnterpriseUser {
    #[serde(default)]
    enterprise_id: String,
}

#[derive(Default, Deserialize)]
struct Profile {
    display_name: Option<String>,
    real_name: Option<String>,
}

impl User {
    fn seen_from(self, identity: &Identity) -> Someone {
        let known = !self.is_stranger && self.is_of(identity);
        let zone = self.tz.as_deref().and_then(|zone| zone.parse().ok());
        Someone { person: Person { id: ids::person(&self.id), name: self.name() }, zone, known }
    }

    /// Of the workspace, or of the organisation that it belongs to.
    fn is_of(&self, identity: &Identity) -> bool {
        let organisation = self.enterprise_user.as_ref().map(|e| e.enterprise_id.as_str()).filter(|id| !id.is_empty());
        let same_organisation = organisation.is_some() && organisation == identity.enterprise_id.as_deref();
        same_organisation || self.team_id.as_ref().is_none_or(|team| *team == identity.team_id)
    }

    /// What others see them as: the name that they chose, else their own.
    fn name(self) -> String {
        let names = [self.profile.display_name, self.profile.real_name, self.real_name, Some(self.name), Some(self.id)];
        names.into_iter().flatten().find(|name| !name.trim().is_empty()).unwrap_or_default()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
