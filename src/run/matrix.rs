//! Matrix, as far as it is wired: made from the configuration, and set going.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Failed, say};
use crate::chat::finding::{Finding, Named};
use crate::chat::matrix::{Account, Login, Matrix, Opened, PART, Setup, Tools};
use crate::config::{self, Config, MatrixLogin, Secret};
use crate::desk::Desk;
use crate::ports::{Clock, Ledger, Readiness};
use crate::store::{Db, MailStore, NoteStore, Store};

/// `None`: it is not configured.
pub(super) fn open(config: &Config, db: &Db, store: &Store, clock: Arc<dyn Clock>) -> Option<Arc<Matrix>> {
    let tools = Tools {
        mailbox: Arc::new(MailStore::new(db.clone())),
        notes: Arc::new(NoteStore::new(db.clone())),
        ledger: Arc::new(store.clone()) as Arc<dyn Ledger>,
        clock,
        plan: Arc::new(config.plan.clone()),
    };
    Some(Matrix::new(setup(config.matrix.as_ref()?), tools))
}

fn setup(matrix: &config::Matrix) -> Setup {
    let exposed = |secret: &Option<Secret>| secret.as_ref().map(|s| s.expose().to_string());
    let account = Account {
        homeserver: matrix.homeserver.clone(),
        user: matrix.user.clone(),
        login: match &matrix.login {
            MatrixLogin::Password(password) => Login::Password(password.expose().into()),
            MatrixLogin::Token(token) => Login::Token(token.expose().into()),
        },
        store_dir: matrix.store_dir.clone(),
        store_passphrase: exposed(&matrix.store_passphrase),
        recovery_key: exposed(&matrix.recovery_key),
    };
    Setup {
        account,
        prefix: matrix.prefix.clone(),
        space: matrix.space.clone(),
        invites: matrix.invites.clone(),
        encrypted: matrix.encrypted,
    }
}

/// What `firebell check` finds.
pub(super) async fn check(config: &Config, named: &Named<'_>) -> Vec<Finding> {
    let Some(matrix) = &config.matrix else { return Vec::new() };
    // Where the database is not to be had, that has been told.
    let limited = match Db::open(config.store.url.expose()).await {
        Ok(db) => crate::chat::matrix::last_limited(&NoteStore::new(db)).await,
        Err(_) => None,
    };
    crate::chat::matrix::check(&setup(matrix), named, limited).await
}

/// Hears, and deals with what that leaves to do, until told to stop.
pub(super) async fn start(
    matrix: &Arc<Matrix>,
    desk: &Desk,
    tasks: &TaskTracker,
    readiness: &Readiness,
    stop: &CancellationToken,
) -> Result<(), Failed> {
    matrix.hand_to(Arc::new(desk.clone()));
    matrix.take_up().await?;
    readiness.expect(PART);
    tasks.spawn(matrix.clone().listen(readiness.clone(), tell, stop.clone()));
    tasks.spawn(matrix.clone().deal_with_letters(stop.clone()));
    Ok(())
}

/// What the first connection has found, for whoever started the program.
fn tell(opened: &Opened) {
    if let Some(key) = &opened.recovery_key {
        say(format_args!(
            "\nMatrix: the recovery key of the bot's account. Keep it: it is shown this once.\n\n  {key}\n"
        ));
        say("With it as [matrix] recovery_key the account's keys come back if the folder store_dir is lost.");
    }
    if opened.recovered {
        say("Matrix: the device is new, and the account's keys were brought back by the recovery key.");
    }
    if let Some(why) = &opened.unverified {
        say(format_args!("Matrix: others see the bot as not verified: {why}."));
    }
}
