//! What a refusal of Slack's means for the work, and what the operator reads.

use chrono::TimeDelta;

use super::api::CallError;
use crate::ports::Failure;

/// A token or a scope is mended while Firebell runs; then work goes on by itself.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(60);

impl From<CallError> for Failure {
    fn from(error: CallError) -> Failure {
        let why = in_words(&error);
        match error {
            CallError::Busy { after, .. } => Failure::Busy { why, after },
            CallError::Unclear { .. } => Failure::Later { why, after: None },
            CallError::Refused { ref code, .. } if is_unwell(code) => Failure::Later { why, after: None },
            CallError::Refused { ref code, .. } if code == "message_not_found" => Failure::Gone { why },
            CallError::Refused { ref code, .. } if is_locked_out(code) => {
                Failure::Later { why, after: Some(LOOK_AGAIN) }
            }
            CallError::Refused { .. } => Failure::Never { why },
        }
    }
}

/// Slack's own trouble.
pub(super) fn is_unwell(code: &str) -> bool {
    let codes = ["internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"];
    codes.contains(&code)
}

/// Firebell may not, until somebody mends the app.
pub(super) fn is_locked_out(code: &str) -> bool {
    let codes = [
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "token_expired",
        "account_inactive",
        "missing_scope",
        "no_permission",
        "team_access_not_granted",
        "org_login_required",
        "access_denied",
    ];
    codes.contains(&code)
}

/// What happened, and what mends it.
pub(super) fn in_words(error: &CallError) -> String {
    let CallError::Refused { method, code, detail, .. } = error else { return error.to_string() };
    let mends = match code.as_str() {
        "token_revoked" | "invalid_auth" | "not_authed" | "token_expired" => {
            "Slack does not take the bot token any more: install the app again and set [slack] bot_token"
        }
        "account_inactive" => "the bot's account is deactivated: install the app in the workspace again",
        "missing_scope" => {
            return format!(
                "{method}: the app lacks a scope{detail}: paste the output of `firebell manifest` into the app's \
                 settings and install it again"
            );
        }
        "is_archived" => "the channel is archived: unarchive it in Slack",
        "not_in_channel" => "the bot is not in the channel: type /invite @Firebell there",
        "channel_not_found" => "there is no such channel, or it is private and the bot is not in it",
        "restricted_action" | "no_permission" => "the workspace's settings do not let apps do that: ask its owner",
        "user_not_found" | "users_not_found" => "there is no such person in the workspace",
        "cant_invite" => "they can not be invited: is the account deactivated, or a guest's?",
        "user_disabled" => "the person's account is deactivated",
        "message_not_found" => "the message was deleted",
        "cant_update_message" => "the message is not Firebell's own",
        _ => return error.to_string(),
    };
    format!("{method}: {code}: {mends}")
}
