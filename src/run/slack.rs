//! Slack, as far as it is wired: made from the configuration, set going, looked at by `check`.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Failed;
use crate::chat::finding::{Finding, Named};
use crate::chat::slack::{Membership, PART, Setup, Slack, Sockets, Tools};
use crate::config::{self, Config, Secret, SlackMode};
use crate::desk::Desk;
use crate::ports::{Clock, Ledger, Readiness};
use crate::store::{Db, MailStore, Store};

/// `None`: it is not configured.
pub(super) fn open(
    config: &Config,
    db: &Db,
    store: &Store,
    clock: Arc<dyn Clock>,
) -> Result<Option<Arc<Slack>>, Failed> {
    let Some(slack) = &config.slack else { return Ok(None) };
    let tools = Tools {
        mailbox: Arc::new(MailStore::new(db.clone())),
        ledger: Arc::new(store.clone()) as Arc<dyn Ledger>,
        clock,
        plan: Arc::new(config.plan.clone()),
    };
    let slack = Slack::new(&setup(slack), tools);
    slack.map(Some).map_err(|why| Failed::Io { what: "the system's root certificates".into(), why })
}

fn setup(slack: &config::Slack) -> Setup {
    let exposed = |secret: &Option<Secret>| secret.as_ref().map(|s| s.expose().to_string());
    let of_mode = |mode, secret: &Option<Secret>| exposed(secret).filter(|_| slack.mode == mode);
    let memberships = slack.workspaces.iter().map(|workspace| Membership {
        bot_token: workspace.bot_token.expose().to_string(),
        app_token: of_mode(SlackMode::Socket, &workspace.app_token),
        signing_secret: of_mode(SlackMode::Http, &workspace.signing_secret),
    });
    Setup { api_url: slack.api_url.clone(), command: slack.command.clone(), memberships: memberships.collect() }
}

/// What `firebell check` finds.
pub(super) async fn check(config: &Config, named: &Named<'_>) -> Vec<Finding> {
    let Some(slack) = &config.slack else { return Vec::new() };
    let mut found = crate::chat::slack::check(&setup(slack), named, super::clock()).await;
    match (slack.mode, &config.server.public_url) {
        (SlackMode::Http, None) => found.push(Finding::wrong(
            "Slack",
            "mode = \"http\" needs [server] public_url: the address at which Slack reaches this server",
        )),
        (SlackMode::Http, Some(url)) => {
            let told = format!("delivers to {url}/slack/events, …/commands and …/interactions");
            found.push(Finding::note("Slack", told));
        }
        (SlackMode::Socket, _) => {}
    }
    found
}

/// Takes letters in, keeps connections open, and looks after both, until told to stop.
pub(super) async fn start(
    config: &Config,
    slack: &Arc<Slack>,
    desk: &Desk,
    tasks: &TaskTracker,
    readiness: &Readiness,
    stop: &CancellationToken,
) -> Result<(), Failed> {
    let Some(written) = &config.slack else { return Ok(()) };
    slack.hand_to(Arc::new(desk.clone()));
    let sockets = written.mode == SlackMode::Socket;
    slack.take_up(sockets).await?;
    tasks.spawn(slack.clone().listen(stop.clone()));
    if sockets {
        let opened = Sockets::open(slack, &setup(written)).await;
        let opened = opened.map_err(|why| Failed::Found(format!("Slack: no connection can be opened: {why}")))?;
        tasks.spawn(opened.run(stop.clone()));
    }
    readiness.expect(PART);
    tasks.spawn(slack.clone().look_after(readiness.clone(), sockets, stop.clone()));
    Ok(())
}
