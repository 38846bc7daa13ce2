//! Those outside who have the public updates sent to them.

use async_trait::async_trait;

use super::{Desk, Office};
use crate::incident::{Effect, Incident};
use crate::plan::{Address, Recipient, Topic, Way};
use crate::ports::{Draft, Heard, Inbound, StoreError, Subscribers, Transaction, Work};

#[async_trait]
impl Subscribers for Desk {
    async fn invite(&self, address: &Address) -> Result<(), StoreError> {
        let at = self.office.clock.now();
        self.receive(Inbound { at, heard: Heard::MailWanted { address: address.clone(), at } }).await
    }
}

pub(super) async fn wanted(
    office: &Office,
    tx: &mut dyn Transaction,
    address: &Address,
    identity: &str,
) -> Result<(), StoreError> {
    let work = Work::Invite { to: address.clone() };
    let (key, lane) = (format!("invite/{identity}"), format!("invite/{address}"));
    tx.enqueue(&Draft { key, lane, rank: 2, due: office.clock.now(), work }).await
}

/// A letter for each of the next hundred, and work for those behind them.
pub(super) async fn letters(
    office: &Office,
    incident: &Incident,
    seq: i64,
    after: &str,
) -> Result<Vec<Draft>, StoreError> {
    // People may have subscribed at a time when there was a mail server.
    if !office.outlets.contains_key(&Way::Email) {
        return Ok(Vec::new());
    }
    let (number, now) = (incident.number, office.clock.now());
    let readers = office.ledger.wanting(&Topic::Public, after).await?;
    let addresses = readers.iter().filter_map(|reader| match reader {
        Recipient::Address(address) => Some(address),
        Recipient::Person(_) => None,
    });
    let letter = |to: &Address| {
        let key = format!("public/{number}/{seq}/{to}");
        Draft::of_effect(number, Effect::InformPublic { seq, to: to.clone() }, key, now)
    };
    let mut drafts: Vec<Draft> = addresses.map(letter).collect();
    if let Some(last) = readers.last() {
        let after = last.to_string();
        let key = format!("public/{number}/{seq}/after/{after}");
        drafts.push(Draft::of_effect(number, Effect::TellPublic { seq, after }, key, now));
    }
    Ok(drafts)
}
