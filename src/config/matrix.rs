//! `[matrix]`: the account that Firebell has on a homeserver, and the rooms there.

use std::path::PathBuf;

use super::values::{Judge, names, start};
use super::written::{self, List, Text};
use super::{Matrix, MatrixLogin};
use crate::plan::{Platform, RoomId};

const STORE_DIR: &str = "firebell-matrix";
const ANNOUNCE: &str = "#incidents";

/// `None`: there is neither a homeserver nor anything of an account.
pub(super) fn matrix(judge: &mut Judge<'_>, written: &written::Matrix) -> Option<Matrix> {
    let homeserver = written.homeserver.as_ref().map(|w| judge.web_address("[matrix] homeserver", w));
    let user = written.user.as_ref().map(|w| judge.matrix_user("[matrix] user", w));
    let login = login(judge, written);
    let store_dir = store_dir(judge, written.store_dir.as_ref());
    let (here, file) = (written.store_passphrase.as_ref(), written.store_passphrase_file.as_ref());
    let store_passphrase = judge.secret("[matrix] store_passphrase", here, file);
    let (here, file) = (written.recovery_key.as_ref(), written.recovery_key_file.as_ref());
    let recovery_key = judge.secret("[matrix] recovery_key", here, file);
    let prefix = judge.command("[matrix] prefix", written.prefix.as_ref(), &['!', '/']);
    let announce = announce(judge, written.announce.as_ref());
    let space = written.space.as_ref().and_then(|w| judge.matrix_room("[matrix] space", start(w), w.get_ref()));
    let invites = written.invites.as_ref().map(|list| invites(judge, list));

    let at = place(written)?;
    if homeserver.is_none() {
        let what = "is missing; it is the server's web address, such as https://matrix.example.org";
        judge.wrong(at, "[matrix] homeserver", what);
    }
    match (password(written), access_token(written)) {
        (None, None) => {
            let what = "is missing; give the account's password, or an access_token instead";
            judge.wrong(at, "[matrix] password", what);
        }
        // An access token says itself whose it is.
        (Some(_), None) if user.is_none() => {
            let what = "is missing; it is whose password it is, such as @firebell:example.org";
            judge.wrong(at, "[matrix] user", what);
        }
        _ => {}
    }
    Some(Matrix {
        homeserver: homeserver?,
        user: user.unwrap_or_default(),
        login: login?,
        store_dir,
        store_passphrase,
        recovery_key,
        prefix,
        announce,
        space: space.map(|room| room.id),
        invites,
        encrypted: written.encrypted.unwrap_or(true),
    })
}

/// Where to point to when something is missing; `None`: nothing is given that would need it.
fn place(written: &written::Matrix) -> Option<usize> {
    let texts = [written.homeserver.as_ref(), written.user.as_ref(), password(written), access_token(written)];
    texts.into_iter().flatten().map(start).next()
}

/// As it is given: here or in a file.
fn password(written: &written::Matrix) -> Option<&Text> {
    written.password.as_ref().or(written.password_file.as_ref())
}

fn access_token(written: &written::Matrix) -> Option<&Text> {
    written.access_token.as_ref().or(written.access_token_file.as_ref())
}

fn login(judge: &mut Judge<'_>, written: &written::Matrix) -> Option<MatrixLogin> {
    let key = "[matrix] access_token";
    // With both it could not be told which account, or which device of it, is meant.
    if let (Some(_), Some(token)) = (password(written), access_token(written)) {
        judge.wrong(start(token), key, "[matrix] password is given too; keep one of them");
        return None;
    }
    let password = judge.secret("[matrix] password", written.password.as_ref(), written.password_file.as_ref());
    let token = judge.secret(key, written.access_token.as_ref(), written.access_token_file.as_ref());
    password.map(MatrixLogin::Password).or(token.map(MatrixLogin::Token))
}

fn store_dir(judge: &mut Judge<'_>, written: Option<&Text>) -> PathBuf {
    let Some(written) = written else { return STORE_DIR.into() };
    let folder = PathBuf::from(judge.text("[matrix] store_dir", written));
    // It is made at the first start.
    if folder.exists() && !folder.is_dir() {
        judge.wrong(start(written), "[matrix] store_dir", format!("{} is not a folder", folder.display()));
    }
    folder
}

fn announce(judge: &mut Judge<'_>, written: Option<&List>) -> Vec<RoomId> {
    if written.is_none() {
        return vec![RoomId::new(Platform::Matrix, ANNOUNCE)];
    }
    names(written).iter().filter_map(|n| judge.matrix_room("[matrix] announce", start(n), n.get_ref())).collect()
}

fn invites(judge: &mut Judge<'_>, list: &List) -> Vec<String> {
    list.names.iter().map(|name| judge.matrix_inviter("[matrix] invites", name)).collect()
}
