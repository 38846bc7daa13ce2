//! `firebell check` for Slack: each token, scope and channel that is not as it should be, and what mends it. Nothing is
//! changed, and nobody is told anything.

use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use super::api::{Api, Called};
use super::manifest::SCOPES;
use super::workspace::Workspace;
use super::{Setup, api, failure};
use crate::chat::finding::{Finding, Named};
use crate::plan::{PersonId, Platform, RoomId};
use crate::ports::Clock;

pub async fn check(setup: &Setup, named: &Named<'_>, clock: std::sync::Arc<dyn Clock>) -> Vec<Finding> {
    let client = match api::client(&setup.api_url) {
        Ok(client) => client,
        Err(error) => return vec![Finding::wrong("Slack", format!("no connection can be made: {error}"))],
    };
    let mut findings = Vec::new();
    let mut workspaces = Vec::new();
    for membership in &setup.memberships {
        let api = Api::new(client.clone(), &membership.bot_token, clock.clone());
        let workspace = Workspace::new(api, None, clock.clone());
        match workspace.identity().await {
            Ok(identity) => {
                findings.push(Finding::good("Slack", format!("workspace {}, as @{}", identity.team, identity.user)));
                findings.extend(scopes(setup, &membership.bot_token).await);
                workspaces.push(workspace);
            }
            Err(error) => findings.push(Finding::wrong("Slack", failure::in_words(&error))),
        }
        if let Some(token) = &membership.app_token {
            let api = Api::new(client.clone(), token, clock.clone());
            findings.push(socket_mode(&api).await);
        }
    }
    if workspaces.is_empty() {
        return findings;
    }
    for room in named.rooms.iter().filter(|r| r.platform == Platform::Slack) {
        findings.push(channel(&workspaces, room, named.private.contains(room)).await);
    }
    for handle in named.groups {
        findings.extend(group(&workspaces, handle).await);
    }
    for person in named.people.iter().filter(|p| p.platform == Platform::Slack) {
        findings.extend(somebody(&workspaces, person).await);
    }
    findings
}

/// Slack says in a header which scopes a token has, so this one call is made without slack-morphism, which does not
/// show headers.
async fn scopes(setup: &Setup, token: &str) -> Vec<Finding> {
    let granted = match granted(&setup.api_url, token).await {
        Ok(granted) => granted,
        Err(why) => return vec![Finding::wrong("Slack scopes", format!("Slack does not say which there are: {why}"))],
    };
    let missing = SCOPES.iter().filter(|(scope, _)| !granted.iter().any(|g| g == scope));
    let missing: Vec<Finding> = missing
        .map(|(scope, what_for)| {
            let mend = "paste the output of `firebell manifest` into the app's settings and install it again";
            Finding::wrong("Slack scopes", format!("{scope} is missing ({what_for}): {mend}"))
        })
        .collect();
    match missing.is_empty() {
        true => vec![Finding::good("Slack scopes", format!("all {} are there", SCOPES.len()))],
        false => missing,
    }
}

async fn granted(api_url: &str, token: &str) -> Result<Vec<String>, String> {
    let connector = hyper_rustls::HttpsConnectorBuilder::new().with_native_roots().map_err(|e| e.to_string())?;
    let client: Client<_, Empty<&'static [u8]>> =
        Client::builder(TokioExecutor::new()).build(connector.https_or_http().enable_all_versions().build());
    let request = hyper::Request::post(format!("{api_url}/auth.test"))
        .header("authorization", format!("Bearer {token}"))
        .body(Empty::new())
        .map_err(|e| e.to_string())?;
    let answer = client.request(request).await.map_err(|e| e.to_string())?;
    let scopes = answer.headers().get("x-oauth-scopes").and_then(|h| h.to_str().ok()).map(str::to_string);
    let _ = answer.into_body().collect().await;
    let scopes = scopes.ok_or("the answer has no x-oauth-scopes")?;
    Ok(scopes.split(',').map(|scope| scope.trim().to_string()).collect())
}

async fn socket_mode(api: &Api) -> Finding {
    let opened: Called<Value> = api.write("apps.connections.open", None, &serde_json::json!({})).await;
    match opened {
        Ok(_) => Finding::good("Slack Socket Mode", "connections can be opened"),
        Err(error) => Finding::wrong(
            "Slack Socket Mode",
            format!(
                "{error}: the app token needs the scope connections:write, and Socket Mode has to be on in the app's \
                 settings"
            ),
        ),
    }
}

async fn channel(workspaces: &[Workspace], room: &RoomId, of_private: bool) -> Finding {
    let what = "Slack channel";
    for workspace in workspaces {
        let found = match room.id.strip_prefix('#') {
            Some(name) => workspace.find_channel(name).await,
            None => workspace.channel(&room.id).await.map(Some),
        };
        match found {
            Ok(Some(channel)) if channel.is_archived => {
                return Finding::wrong(what, format!("{} is archived: unarchive it, or name another", room.id));
            }
            Ok(Some(channel)) if of_private && !channel.is_private => {
                let mend = "make it private, or name another in the route";
                return Finding::wrong(
                    what,
                    format!("#{} hears of private incidents, and everyone can join it: {mend}", channel.name),
                );
            }
            Ok(Some(channel)) if channel.is_member || !channel.is_private => {
                let joins = if channel.is_member { "" } else { "; the bot joins it when it starts" };
                return Finding::good(what, format!("#{} is there{joins}", channel.name));
            }
            Ok(_) => {}
            Err(error) if error.code() == "channel_not_found" => {}
            Err(error) => return Finding::wrong(what, failure::in_words(&error)),
        }
    }
    Finding::wrong(
        what,
        format!(
            "there is no {} that the bot can see: make it, or type /invite @Firebell in it if it is private",
            room.id
        ),
    )
}

/// Only those that are not there are worth a line.
async fn group(workspaces: &[Workspace], handle: &str) -> Option<Finding> {
    for workspace in workspaces {
        match workspace.groups().await {
            Ok(groups) if groups.iter().any(|g| g.handle == handle) => return None,
            Ok(_) => {}
            Err(error) => return Some(Finding::wrong("Slack", failure::in_words(&error))),
        }
    }
    Some(Finding::wrong(
        "permissions",
        format!("group:{handle} is neither in [groups] nor the handle of a user group in Slack"),
    ))
}

async fn somebody(workspaces: &[Workspace], person: &PersonId) -> Option<Finding> {
    for workspace in workspaces {
        let found = match person.id.starts_with('S') {
            true => workspace.groups().await.map(|groups| groups.iter().any(|g| g.id == person.id)),
            false => workspace.someone(&person.id).await.map(|someone| someone.known),
        };
        match found {
            Ok(true) => return None,
            Ok(false) => {}
            Err(error) => return Some(Finding::wrong("Slack", failure::in_words(&error))),
        }
    }
    Some(Finding::wrong(
        "plan",
        format!("{person} is nobody in Slack: it wants a person's id (U…) or a user group's (S…)"),
    ))
}
