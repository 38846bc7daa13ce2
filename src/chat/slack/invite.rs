//! Bringing people into a channel: persons, and the members of user groups.

use serde::Deserialize;
use serde_json::json;

use super::api::{CallError, Called, PersonError};
use super::send::never;
use super::workspace::Workspace;
use crate::plan::{PersonId, Platform};
use crate::ports::Failure;

/// How many people one call invites.
const TOGETHER: usize = 100;

pub(super) async fn invite(workspace: &Workspace, channel: &str, people: &[PersonId]) -> Result<(), Failure> {
    let bot = workspace.identity().await?.user_id.clone();
    let mut invited = Vec::new();
    for person in people.iter().filter(|p| p.platform == Platform::Slack) {
        match person.id.starts_with('S') {
            true => invited.extend(workspace.members_of(&person.id).await?),
            false => invited.push(person.id.clone()),
        }
    }
    invited.sort();
    invited.dedup();
    invited.retain(|id| *id != bot);
    for some in invited.chunks(TOGETHER) {
        invite_some(workspace, channel, some).await?;
    }
    Ok(())
}

/// Those who can not be invited keep nobody else out.
async fn invite_some(workspace: &Workspace, channel: &str, people: &[String]) -> Result<(), Failure> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(default)]
        errors: Vec<PersonError>,
    }
    let arguments = json!({ "channel": channel, "users": people.join(","), "force": true });
    let answer: Called<Answer> = workspace.api.write("conversations.invite", None, &arguments).await;
    let errors = match answer {
        Ok(answer) => answer.errors,
        Err(CallError::Refused { people, .. }) if !people.is_empty() => people,
        Err(error) if is_there(error.code()) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let mut refused = Vec::new();
    for PersonError { user, error } in errors.iter().filter(|e| !is_there(&e.error)) {
        let name = workspace.someone(user).await.map_or_else(|_| user.clone(), |someone| someone.person.name);
        refused.push(format!("{name} ({error})"));
    }
    match refused.is_empty() {
        true => Ok(()),
        false => Err(never(&format!(
            "could not be invited: {}: is the account deactivated, or a guest's?",
            refused.join(", ")
        ))),
    }
}

fn is_there(code: &str) -> bool {
    matches!(code, "already_in_channel" | "cant_invite_self")
}
