//! One writer for everything that comes in: what waits is committed together, so that a busy room costs one
//! commit for many messages (group commit).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use metrics::{counter, histogram};
use tokio::sync::{mpsc, oneshot};

use super::perform::News;
use super::{Office, hear, rooms};
use crate::incident::{Asked, Command};
use crate::plan::Number;
use crate::ports::{Draft, Inbound, Job, JobState, Said, StoreError, Transaction};

/// How many deliveries may wait; then chats are asked to wait.
pub(super) const QUEUE: usize = 1024;
/// The most that one commit takes: while it is written, others are answered and the next arrive.
const TOGETHER: usize = 512;
/// How often a delivery is decided anew when other replicas were quicker.
const TRIES: usize = 20;

#[derive(Clone)]
pub(super) enum Delivery {
    /// From a chat.
    Heard(Inbound),
    /// Work that time asks for.
    Due(Draft),
    /// From the relay: what became of a piece of work, and what was learnt by it.
    Performed { job: Job, state: JobState, learnt: Option<News> },
}

type Answer = oneshot::Sender<Result<(), StoreError>>;

/// Works until the desk is dropped.
pub(super) async fn work(office: Arc<Office>, mut waiting: mpsc::Receiver<(Delivery, Answer)>) {
    let mut batch = Vec::with_capacity(TOGETHER);
    while waiting.recv_many(&mut batch, TOGETHER).await > 0 {
        let (deliveries, answers): (Vec<Delivery>, Vec<Answer>) = batch.drain(..).unzip();
        histogram!("firebell_commit_deliveries").record(deliveries.len() as f64);
        let results = take(&office, &deliveries).await;
        for (answer, result) in answers.into_iter().zip(results) {
            // Who asked may have given up; the delivery is durable all the same.
            let _ = answer.send(result);
        }
        office.changes.send_modify(|n| *n += 1);
        // Nothing follows from what is merely said.
        if deliveries.iter().any(|delivery| said(delivery).is_none()) {
            office.work.notify_one();
        }
    }
}

/// All in one transaction; if that fails, each in one of its own, so that one bad delivery fails alone.
async fn take(office: &Office, deliveries: &[Delivery]) -> Vec<Result<(), StoreError>> {
    match take_together(office, deliveries).await {
        Ok(()) => deliveries.iter().map(|_| Ok(())).collect(),
        Err(_) => {
            let mut results = Vec::with_capacity(deliveries.len());
            for delivery in deliveries {
                results.push(take_alone(office, delivery).await);
            }
            results
        }
    }
}

async fn take_alone(office: &Office, delivery: &Delivery) -> Result<(), StoreError> {
    let mut tries = 1;
    loop {
        match take_together(office, std::slice::from_ref(delivery)).await {
            // Somebody else decided first: read again, decide again.
            Err(error) if error.clash && tries < TRIES => {
                counter!("firebell_clashes_total").increment(1);
                tries += 1;
            }
            Err(error) => {
                tracing::error!(why = %error, "a delivery could not be stored");
                counter!("firebell_deliveries_failed_total").increment(1);
                return Err(error);
            }
            Ok(()) => return Ok(()),
        }
    }
}

async fn take_together(office: &Office, deliveries: &[Delivery]) -> Result<(), StoreError> {
    let mut tx = office.journal.begin().await?;
    let mut rest = deliveries;
    while let Some((first, others)) = rest.split_first() {
        let talk: Vec<_> = rest.iter().map_while(said).collect();
        match talk.len() {
            0 => {
                take_one(office, tx.as_mut(), first).await?;
                rest = others;
            }
            // What is said in a row is written in a row.
            many => {
                hear::messages(tx.as_mut(), &talk).await?;
                rest = &rest[many..];
            }
        }
    }
    tx.commit().await?;
    counter!("firebell_deliveries_total").increment(deliveries.len() as u64);
    Ok(())
}

fn said(delivery: &Delivery) -> Option<(&Said, DateTime<Utc>)> {
    match delivery {
        Delivery::Heard(inbound) => hear::said(inbound),
        Delivery::Due(_) | Delivery::Performed { .. } => None,
    }
}

async fn take_one(office: &Office, tx: &mut dyn Transaction, delivery: &Delivery) -> Result<(), StoreError> {
    match delivery {
        Delivery::Heard(inbound) => hear::hear(office, tx, inbound).await,
        Delivery::Due(draft) => tx.enqueue(draft).await,
        Delivery::Performed { job, state, learnt } => {
            match learnt {
                Some(News::Command(number, command)) => learn(office, tx, *number, command.clone()).await?,
                Some(News::Work(drafts)) => {
                    for draft in drafts {
                        tx.enqueue(draft).await?;
                    }
                }
                Some(News::Read { number, room, reading, before, gap }) => {
                    rooms::read(office, tx, *number, room, reading, before, gap.as_ref()).await?;
                }
                None => {}
            }
            tx.settle(job, state).await
        }
    }
}

async fn learn(office: &Office, tx: &mut dyn Transaction, number: Number, command: Command) -> Result<(), StoreError> {
    let Some(incident) = tx.load(number).await? else { return Ok(()) };
    let asked = Asked::by_firebell(office.clock.now());
    // Learnt twice is "already so", which is nobody's business.
    let _ = super::enact::enact(office, tx, incident, command, &asked).await?;
    Ok(())
}
