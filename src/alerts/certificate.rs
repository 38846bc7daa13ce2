//! The keys that Amazon signs with. Each message says where the certificate is; what is there can be trusted because
//! it is fetched from a host of Amazon's over HTTPS, and only from there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex as Quick, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::Mutex;
use x509_parser::pem::parse_x509_pem;

use super::sns::is_certificate;
use super::web::Fetch;

/// One for each region, and a few that have run out. Beyond that somebody makes addresses up.
const KEPT: usize = 64;

/// A public key for RSA, as PKCS #1 has it, and until when it holds.
#[derive(Clone)]
pub(super) struct Key {
    pub rsa: Vec<u8>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

/// Why there is no key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// The message can't be Amazon's.
    Untrusted(String),
    /// It could not be fetched just now.
    Later(String),
}

pub(super) struct Certificates {
    fetch: Arc<dyn Fetch>,
    known: Quick<HashMap<String, Key>>,
    /// One at a time: many messages with one certificate ask for it once, and who makes addresses up is not served fast.
    asking: Mutex<()>,
}

impl Certificates {
    pub fn new(fetch: Arc<dyn Fetch>) -> Self {
        Certificates { fetch, known: Quick::default(), asking: Mutex::new(()) }
    }

    pub async fn key(&self, address: &str, now: DateTime<Utc>) -> Result<Key, NoKey> {
        if !is_certificate(address) {
            return Err(NoKey::Untrusted("its certificate is not at an address of Amazon SNS".into()));
        }
        if let Some(key) = self.known(address, now) {
            return Ok(key);
        }
        let _turn = self.asking.lock().await;
        if let Some(key) = self.known(address, now) {
            return Ok(key);
        }
        let pem = self.fetch.get(address).await.map_err(NoKey::Later)?;
        let key = key_of(&pem).map_err(NoKey::Untrusted)?;
        if !key.holds(now) {
            return Err(NoKey::Untrusted("its certificate has run out, or is not valid yet".into()));
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(address.to_string(), key.clone());
        Ok(key)
    }

    fn known(&self, address: &str, now: DateTime<Utc>) -> Option<Key> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(address).filter(|key| key.holds(now)).cloned()
    }
}

impl Key {
    fn holds(&self, now: DateTime<Utc>) -> bool {
        self.from <= now && now <= self.until
    }
}

fn key_of(pem: &[u8]) -> Result<Key, String> {
    let (_, pem) = parse_x509_pem(pem).map_err(|_| "what is at its certificate's address is none")?;
    let certificate = pem.parse_x509().map_err(|_| "its certificate can't be read")?;
    let time = |seconds| DateTime::from_timestamp(seconds, 0).ok_or("its certificate has an impossible date");
    Ok(Key {
        rsa: certificate.public_key().subject_public_key.data.to_vec(),
        from: time(certificate.validity().not_before.timestamp())?,
        until: time(certificate.validity().not_after.timestamp())?,
    })
}
