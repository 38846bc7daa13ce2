//! The links of [`ports::Links`](crate::ports::Links): what they are for is written in them, and sealed with a key of
//! this installation, so that nothing has to be kept of those that nobody follows.

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::{Desk, Office};
use crate::incident::Answerer;
use crate::phrase;
use crate::plan::{Number, Recipient, Topic};
use crate::ports::{Errand, Heard, Inbound, Links, StoreError, Wish};

/// Under which links about incidents are followed.
const FIREBELL: &str = "Firebell";
/// Long enough that nobody guesses one, short enough for a text message.
const SEAL: usize = 16;

/// What a link is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub(super) enum Link {
    Acknowledge { incident: Number, page: u32, who: Answerer },
    Wish { wish: Wish },
}

/// The whole address.
pub(super) fn address(office: &Office, link: &Link) -> String {
    format!("{}/go/{}", office.pages, seal(&office.key, link))
}

fn seal(key: &[u8], link: &Link) -> String {
    let body = serde_json::to_vec(link).unwrap_or_default();
    let mut sealed = mark(key, &body);
    sealed.extend(body);
    URL_SAFE_NO_PAD.encode(sealed)
}

fn opened(key: &[u8], token: &str) -> Option<Link> {
    let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (seal, body) = sealed.split_at_checked(SEAL)?;
    let genuine: bool = subtle::ConstantTimeEq::ct_eq(seal, mark(key, body).as_slice()).into();
    genuine.then(|| serde_json::from_slice(body).ok())?
}

fn mark(key: &[u8], body: &[u8]) -> Vec<u8> {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    mac.update(body);
    mac.finalize().into_bytes()[..SEAL].to_vec()
}

#[async_trait]
impl Links for Desk {
    async fn look(&self, token: &str) -> Result<Option<Errand>, StoreError> {
        let office = &self.office;
        match opened(&office.key, token) {
            Some(Link::Acknowledge { incident, page, who }) => page_errand(office, incident, page, &who).await,
            Some(Link::Wish { wish }) => wish_errand(office, wish).await.map(Some),
            None => Ok(None),
        }
    }

    async fn follow(&self, token: &str) -> Result<Option<Errand>, StoreError> {
        let at = self.office.clock.now();
        let heard = match opened(&self.office.key, token) {
            Some(Link::Acknowledge { incident, page, who }) => Heard::Answered { incident, page, who },
            Some(Link::Wish { wish }) => Heard::Wished { wish, at },
            None => return Ok(None),
        };
        self.receive(Inbound { at, heard }).await?;
        self.look(token).await
    }
}

async fn page_errand(
    office: &Office,
    incident: Number,
    page: u32,
    who: &Answerer,
) -> Result<Option<Errand>, StoreError> {
    let Some(incident) = office.ledger.incident(incident).await? else { return Ok(None) };
    let Some(page) = incident.pages.iter().find(|p| p.number == page) else { return Ok(None) };
    let doc = phrase::page_away(page, &incident, &office.plan);
    let button = page.is_open().then(|| format!("Acknowledge as {}", who.name));
    Ok(Some(Errand { title: FIREBELL.into(), doc, button }))
}

async fn wish_errand(office: &Office, wish: Wish) -> Result<Errand, StoreError> {
    let said = office.ledger.wishes_of(&wish.who).await?;
    let so = said.contains(&wish);
    let address = match &wish.who {
        Recipient::Address(address) => address.to.clone(),
        Recipient::Person(person) => person.id.clone(),
    };
    let back = address_of_opposite(office, &wish);
    let button = (!so).then(|| if wish.wanted { "Subscribe" } else { "Unsubscribe" }.to_string());
    let title = if wish.topic == Topic::Public { &office.plan.public.title } else { FIREBELL };
    Ok(Errand {
        title: title.to_string(),
        doc: phrase::wish_link(&address, &wish.topic, wish.wanted, so, back),
        button,
    })
}

fn address_of_opposite(office: &Office, wish: &Wish) -> String {
    let wish = Wish { wanted: !wish.wanted, ..wish.clone() };
    address(office, &Link::Wish { wish })
}
