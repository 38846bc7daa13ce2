//! Firebell is killed at each moment, and in each call to the homeserver, of its very first start: later starts go on
//! with the same device, and the account ends up with one that others trust, a recovery key that works, and one space.

use std::collections::{BTreeMap, BTreeSet};

use insta::assert_snapshot;

use super::firebell::{Firebell, Place, Step};
use crate::support::ground::Ground;

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn killed_at_each_moment() {
    let (kills, of) = killed(|moments, _| (1..=moments as u64).map(Step::Moment).collect()).await;
    assert!(of > 5 && kills.len() + MAY_MISS >= of, "{} of {of} kills", kills.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn killed_in_each_call_for_keys() {
    let (kills, of) = killed(|_, calls| numbered(calls, |call| call.contains("keys/"))).await;
    assert!(kills.len() + MAY_MISS >= of, "{} of {of} kills", kills.len());
    assert_snapshot!(kinds(&kills), @"
    GET room_keys/version
    POST keys/device_signing/upload
    POST keys/query
    POST keys/signatures/upload
    POST keys/upload
    POST room_keys/version
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn killed_in_each_other_call() {
    let (kills, of) = killed(|_, calls| numbered(calls, |call| !call.contains("keys/"))).await;
    assert!(kills.len() + MAY_MISS >= of, "{} of {of} kills", kills.len());
    assert_snapshot!(kinds(&kills), @"
    GET rooms/messages
    GET sync
    GET user/account_data
    GET user/account_data/m.cross_signing.master
    GET user/account_data/m.cross_signing.self_signing
    GET user/account_data/m.cross_signing.user_signing
    GET user/account_data/m.secret_storage.default_key
    GET versions
    POST createRoom
    POST join
    POST login
    POST rooms/join
    PUT user/account_data
    PUT user/account_data/m.cross_signing.master
    PUT user/account_data/m.cross_signing.self_signing
    PUT user/account_data/m.cross_signing.user_signing
    PUT user/account_data/m.key_backup
    PUT user/account_data/m.org.matrix.custom.backup_disabled
    PUT user/account_data/m.secret_storage.default_key
    ");
}

/// Some calls the library makes beside all others, and in how many pieces the stream comes is the homeserver's to say: there
/// may be fewer of them.
const MAY_MISS: usize = 3;

/// Those of these calls, each as the how manieth of its kind it is.
fn numbered(calls: Vec<String>, which: impl Fn(&str) -> bool) -> Vec<Step> {
    let mut known = BTreeMap::<String, usize>::new();
    calls.into_iter().filter(|call| which(call)).for_each(|call| *known.entry(call).or_default() += 1);
    known.into_iter().flat_map(|(kind, n)| (1..=n).map(move |n| Step::Call(kind.clone(), n))).collect()
}

fn kinds(kills: &[Step]) -> String {
    let kinds = kills.iter().filter_map(|step| if let Step::Call(kind, _) = step { Some(kind.as_str()) } else { None });
    kinds.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("\n")
}

/// At each step that is chosen of the moments and the calls that a whole first start has. Where it was killed, and how
/// many steps there were.
async fn killed(chosen: impl FnOnce(usize, Vec<String>) -> Vec<Step>) -> (Vec<Step>, usize) {
    let (place, _, firebell) = first_start(None).await;
    let steps = chosen(firebell.moments().len(), place.proxy().calls());
    firebell.ends().await;
    let mut kills = Vec::new();
    for step in &steps {
        let (place, killed, firebell) = first_start(Some(step)).await;
        kills.extend(killed.then(|| step.clone()));
        let village = firebell.village();
        let ann = village.resident("Ann").await;
        let devices: Vec<bool> =
            ann.devices_of(village.bot()).await.into_iter().map(|(_, verified)| verified).collect();
        assert_eq!(devices, [true], "the devices are verified, killed at {step:?}");
        assert_eq!(place.proxy().spaces().len(), 1, "spaces, killed at {step:?}");
        let key = village.recovery_key();
        // What it keeps is lost: only the key brings it back.
        village.loses_store();
        village.knows_recovery_key(&key);
        firebell.ends().await;
        let firebell = Firebell::starts(&place, None).await.expect("it lives");
        let opened = firebell.village().opened();
        assert!(opened.recovered && opened.unverified.is_none(), "{opened:?}, killed at {step:?}");
        firebell.ends().await;
    }
    println!("killed {} times", kills.len());
    (kills, steps.len())
}

/// Of a new account; whether it was killed, and the Firebell that lives in the end.
async fn first_start(step: Option<&Step>) -> (Place, bool, Firebell) {
    let place = Place::on(Ground::sqlite()).await;
    place.proxy().forgets_calls();
    let first = Firebell::starts(&place, step).await;
    let killed = first.is_none();
    let firebell = match first {
        Some(firebell) => firebell,
        None => Firebell::starts(&place, None).await.expect("it lives"),
    };
    // It may not have come to that call.
    if step.is_some() {
        firebell.is_killed_at(None);
    }
    (place, killed, firebell)
}
