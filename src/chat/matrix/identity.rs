//! Who Firebell is in Matrix: one device that lasts. It is made at the very first start and kept in the store's folder,
//! with its keys; every later start is the same device. Others see it as verified, since it is signed by the account's
//! own cross-signing keys, and what is needed to make another one trusted is kept in secret storage, behind the recovery
//! key.

use std::path::PathBuf;
use std::time::Duration;

use futures::FutureExt;
use matrix_sdk::authentication::matrix::MatrixSession;
use matrix_sdk::config::RequestConfig;
use matrix_sdk::encryption::recovery::RecoveryState;
use matrix_sdk::encryption::{BackupDownloadStrategy, EncryptionSettings};
use matrix_sdk::ruma::api::client::account::whoami;
use matrix_sdk::ruma::api::client::keys::get_keys;
use matrix_sdk::ruma::api::client::uiaa::{AuthData, Password, UserIdentifier};
use matrix_sdk::ruma::{OwnedUserId, UserId};
use matrix_sdk::store::RoomLoadSettings;
use matrix_sdk::{Client, STATE_STORE_DATABASE_NAME, SessionMeta, SessionTokens, SqliteStateStore, StateStore};

use super::failure::{later, never};
use super::listen;
use crate::ports::Failure;

/// Where the SDK's own store keeps what is ours.
const SESSION: &[u8] = b"firebell/session";
const DEVICE: &[u8] = b"firebell/device";
const RECOVERY_SHOWN: &[u8] = b"firebell/recovery-shown";
/// What the device is called in the lists of other clients.
const DEVICE_NAME: &str = "Firebell";
/// For one request; a long poll takes longer, and says so itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the account is reached.
#[derive(Clone)]
pub struct Account {
    /// Without a slash at the end.
    pub homeserver: String,
    /// `@firebell:example.org`, or `firebell`.
    pub user: String,
    pub login: Login,
    pub store_dir: PathBuf,
    pub store_passphrase: Option<String>,
    pub recovery_key: Option<String>,
}

#[derive(Clone)]
pub enum Login {
    Password(String),
    Token(String),
}

/// What a start has found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// The very first start has made this; it is told once.
    pub recovery_key: Option<String>,
    /// The device was not trusted, and is by the recovery key.
    pub recovered: bool,
    /// Why others do not see the bot as verified, if they do not.
    pub unverified: Option<String>,
}

/// The device as it is in the store, or a new one.
pub(super) async fn open(account: &Account) -> Result<Client, Failure> {
    let client = build(account).await?;
    let store = client.state_store();
    if let Some(kept) = store.get_custom_value(SESSION).await.map_err(later)? {
        let session: MatrixSession = serde_json::from_slice(&kept)
            .map_err(|_| never("what [matrix] store_dir holds can not be read: bring it back from a backup"))?;
        client.matrix_auth().restore_session(session, RoomLoadSettings::default()).boxed().await?;
        return Ok(client);
    }
    let session = match &account.login {
        Login::Password(password) => log_in(&client, account, password).await?,
        Login::Token(token) => adopt(&client, token).await?,
    };
    let kept = serde_json::to_vec(&session).map_err(later)?;
    client.state_store().set_custom_value(SESSION, kept).await.map_err(later)?;
    Ok(client)
}

async fn build(account: &Account) -> Result<Client, Failure> {
    let settings = EncryptionSettings {
        // Done here, step by step, so that each can be told of.
        auto_enable_cross_signing: false,
        auto_enable_backups: false,
        backup_download_strategy: BackupDownloadStrategy::AfterDecryptionFailure,
    };
    let built = Client::builder()
        .homeserver_url(&account.homeserver)
        .sqlite_store(&account.store_dir, account.store_passphrase.as_deref())
        .with_encryption_settings(settings)
        .with_enable_share_history_on_invite(true)
        .request_config(patiently())
        .build()
        .await;
    built.map_err(|error| {
        never(&format!(
            "the Matrix store in {} can not be opened ({error}): is [matrix] store_passphrase the one that it was made \
             with?",
            account.store_dir.display()
        ))
    })
}

/// The device's name is chosen and kept first: a start that was killed in the middle makes no second device.
async fn log_in(client: &Client, account: &Account, password: &str) -> Result<MatrixSession, Failure> {
    let store = client.state_store();
    let device = match store.get_custom_value(DEVICE).await.map_err(later)? {
        Some(kept) => String::from_utf8_lossy(&kept).into_owned(),
        None => {
            let device = matrix_sdk::ruma::DeviceId::new().to_string();
            store.set_custom_value(DEVICE, device.clone().into_bytes()).await.map_err(later)?;
            device
        }
    };
    let login = client.matrix_auth().login_username(&account.user, password);
    let answer = login.device_id(&device).initial_device_display_name(DEVICE_NAME).send().boxed().await?;
    Ok((&answer).into())
}

/// A session that somebody else has opened for Firebell.
async fn adopt(client: &Client, token: &str) -> Result<MatrixSession, Failure> {
    let me = whose(client.homeserver().as_str(), token).await?;
    let device = me.device_id.ok_or_else(|| {
        never("the [matrix] access_token belongs to no device, and encryption needs one: make it by logging in")
    })?;
    let meta = SessionMeta { user_id: me.user_id, device_id: device };
    let session = MatrixSession { meta, tokens: only(token) };
    client.matrix_auth().restore_session(session.clone(), RoomLoadSettings::default()).boxed().await?;
    Ok(session)
}

/// Who that is only the homeserver knows; until it has said so, any name will do.
pub(super) async fn whose(homeserver: &str, token: &str) -> Result<whoami::v3::Response, Failure> {
    let nobody = matrix_sdk::ruma::user_id!("@nobody:localhost").to_owned();
    Ok(in_passing(homeserver, nobody, only(token)).await?.whoami().boxed().await?)
}

fn only(token: &str) -> SessionTokens {
    SessionTokens { access_token: token.into(), refresh_token: None }
}

/// A client that asks the homeserver for something and keeps nothing. What it holds for a device is never told to
/// anybody, so that it disturbs neither the account nor the one that lasts.
pub(super) async fn in_passing(
    homeserver: &str,
    user_id: OwnedUserId,
    tokens: SessionTokens,
) -> Result<Client, Failure> {
    let client = nobody(homeserver).await?;
    let session = MatrixSession { meta: SessionMeta { user_id, device_id: "NONE".into() }, tokens };
    client.matrix_auth().restore_session(session, RoomLoadSettings::default()).boxed().await?;
    Ok(client)
}

/// A client that is not logged in.
pub(super) async fn nobody(homeserver: &str) -> Result<Client, Failure> {
    Client::builder().homeserver_url(homeserver).request_config(patiently()).build().await.map_err(later)
}

/// What is tried again, and when, is the relay's business: it tells those that wait.
fn patiently() -> RequestConfig {
    RequestConfig::new().disable_retry().timeout(PATIENCE)
}

/// The session that the store keeps, if there is one; read beside a running Firebell. `Err`: the passphrase is not the
/// store's, or what it holds can't be read.
pub(super) async fn kept(account: &Account) -> Result<Option<MatrixSession>, String> {
    if !account.store_dir.join(STATE_STORE_DATABASE_NAME).exists() {
        return Ok(None);
    }
    let store = SqliteStateStore::open(&account.store_dir, account.store_passphrase.as_deref()).await;
    let kept = store.map_err(|e| e.to_string())?.get_custom_value(SESSION).await.map_err(|e| e.to_string())?;
    kept.map(|kept| serde_json::from_slice(&kept).map_err(|e| e.to_string())).transpose()
}

/// Makes the device one that others trust, as far as that is not so.
pub(super) async fn establish(client: &Client, account: &Account) -> Result<Opened, Failure> {
    let encryption = client.encryption();
    encryption.wait_for_e2ee_initialization_tasks().boxed().await;
    let me = client.user_id().ok_or_else(|| later("nobody is logged in"))?;
    let mut opened = Opened::default();
    if !has_keys(client, me).await? {
        bootstrap(client, account).await?;
    }
    let mut verified = is_verified(client).await?;
    if !verified && let Some(key) = &account.recovery_key {
        // A device whose own keys nobody has seen yet can't be signed; they go out before anything is heard.
        client.sync_once(listen::from_the_start()).boxed().await?;
        match encryption.recovery().recover(key).boxed().await {
            Ok(()) => opened.recovered = true,
            Err(error) => tracing::warn!(why = %error, "Matrix: [matrix] recovery_key opens nothing"),
        }
        verified = is_verified(client).await?;
    }
    if !verified {
        opened.unverified = Some(match account.recovery_key {
            Some(_) => "[matrix] recovery_key is not the account's".into(),
            None => {
                "this device is new to the account: set [matrix] recovery_key to what the first start printed".into()
            }
        });
        return Ok(opened);
    }
    opened.recovery_key = keep_secrets(client, account).await?;
    Ok(opened)
}

/// Whether the homeserver has the account's own keys. The store has them before they are sent there, and a start may end
/// between the two.
async fn has_keys(client: &Client, me: &UserId) -> Result<bool, Failure> {
    let mut request = get_keys::v3::Request::new();
    request.device_keys.insert(me.to_owned(), Vec::new());
    let answer = client.send(request).into_future().boxed().await?;
    Ok(answer.master_keys.contains_key(me))
}

/// The account's own keys, with which it signs its devices.
async fn bootstrap(client: &Client, account: &Account) -> Result<(), Failure> {
    let encryption = client.encryption();
    let Err(error) = encryption.bootstrap_cross_signing(None).boxed().await else { return Ok(()) };
    let (Some(asked), Login::Password(password)) = (error.as_uiaa_response(), &account.login) else {
        return Err(match error.as_uiaa_response() {
            Some(_) => never(
                "the homeserver wants the password before the account gets cross-signing keys: set [matrix] password \
                 instead of access_token for the first start",
            ),
            None => error.into(),
        });
    };
    let user = client.user_id().map(ToString::to_string).unwrap_or_default();
    let mut auth = Password::new(
        UserIdentifier::Matrix(matrix_sdk::ruma::api::client::uiaa::MatrixUserIdentifier::new(user)),
        password.clone(),
    );
    auth.session = asked.session.clone();
    encryption.bootstrap_cross_signing(Some(AuthData::Password(auth))).boxed().await?;
    Ok(())
}

/// Secret storage with its recovery key, and a backup of the rooms' keys. The key that was made is told once: if a start
/// ended before it was, the next one makes another.
async fn keep_secrets(client: &Client, account: &Account) -> Result<Option<String>, Failure> {
    let recovery = client.encryption().recovery();
    let shown = client.state_store().get_custom_value(RECOVERY_SHOWN).await.map_err(later)?.is_some();
    match recovery.state() {
        RecoveryState::Enabled if shown || account.recovery_key.is_some() => Ok(None),
        RecoveryState::Enabled => recovery.reset_key().into_future().boxed().await.map(Some).map_err(later),
        RecoveryState::Incomplete => match &account.recovery_key {
            Some(key) => recovery.recover_and_fix_backup(key).boxed().await.map(|()| None).map_err(later),
            // Somebody else's client has made it, and knows its key.
            None => Ok(None),
        },
        RecoveryState::Disabled | RecoveryState::Unknown => {
            // A start that ended between making a backup and keeping its key has left one that nobody can open.
            let backups = client.encryption().backups();
            if recovery.state() == RecoveryState::Disabled
                && !backups.are_enabled().await
                && backups.fetch_exists_on_server().boxed().await?
            {
                backups.create().boxed().await?;
            }
            let enable = recovery.enable().wait_for_backups_to_upload();
            match &account.recovery_key {
                Some(key) => enable.with_passphrase(key).into_future().boxed().await.map(|_| None).map_err(later),
                None => enable.into_future().boxed().await.map(Some).map_err(later),
            }
        }
    }
}

/// The recovery key was printed.
pub(super) async fn recovery_key_shown(client: &Client) -> Result<(), Failure> {
    client.state_store().set_custom_value(RECOVERY_SHOWN, b"yes".to_vec()).await.map(drop).map_err(later)
}

/// Whether others see this device as the account's own: as the homeserver tells it to everybody.
pub(super) async fn is_verified(client: &Client) -> Result<bool, Failure> {
    if let Some(me) = client.user_id() {
        client.encryption().request_user_identity(me).boxed().await?;
    }
    let device = client.encryption().get_own_device().boxed().await.map_err(later)?;
    Ok(device.is_some_and(|device| device.is_cross_signed_by_owner()))
}
