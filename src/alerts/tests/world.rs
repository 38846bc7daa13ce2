//! A mailbox, a desk, a clock and a web, each as small as it can be.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::super::{Alerts, Fetch, Tools};
use super::*;
use crate::phrase::Doc;
use crate::ports::{Clock, Heard, Inbound, Letter, Mailbox, Reception, StoreError, Webhook, WebhookAnswer};

pub(super) struct World {
    pub alerts: Arc<Alerts>,
    pub mail: Arc<Mail>,
    pub desk: Arc<Desk>,
    pub web: Arc<Web>,
    pub clock: Arc<Hands>,
}

impl World {
    pub fn new(sources: Vec<Source>) -> World {
        let (mail, desk, web) = (Arc::<Mail>::default(), Arc::<Desk>::default(), Arc::<Web>::default());
        let clock = Arc::new(Hands(Mutex::new(now())));
        let tools = Tools { mailbox: mail.clone(), clock: clock.clone(), fetch: web.clone() };
        let alerts = Alerts::new(sources, tools);
        alerts.hand_to(desk.clone());
        World { alerts, mail, desk, web, clock }
    }

    pub async fn post(&self, path: &str, headers: Headers<'_>, body: &[u8]) -> WebhookAnswer {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        self.alerts.posted(path, query, &look_up(headers), body).await
    }

    pub async fn status(&self, path: &str, headers: Headers<'_>, body: &[u8]) -> u16 {
        self.post(path, headers, body).await.status
    }

    /// All letters that are there, and what the desk has heard since.
    pub async fn take_in(&self) -> Vec<String> {
        while self.alerts.take_in().await.unwrap() > 0 {}
        let heard = std::mem::take(&mut *self.desk.heard.lock().unwrap());
        heard.iter().map(|alert| line(alert, &[])).collect()
    }

    pub fn later(&self, by: TimeDelta) {
        *self.clock.0.lock().unwrap() += by;
    }
}

pub(super) struct Hands(Mutex<DateTime<Utc>>);

impl Clock for Hands {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// What is at which address, and what was asked for.
#[derive(Default)]
pub(super) struct Web {
    pub pages: Mutex<HashMap<String, String>>,
    pub asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Fetch for Web {
    async fn get(&self, address: &str) -> Result<Vec<u8>, String> {
        self.asked.lock().unwrap().push(address.to_string());
        let page = self.pages.lock().unwrap().get(address).cloned();
        page.map(String::into_bytes).ok_or_else(|| "nobody answers".into())
    }
}

#[derive(Default)]
pub(super) struct Desk {
    pub heard: Mutex<Vec<Alert>>,
    /// Of this fingerprint nothing is taken.
    pub refuses: Mutex<Option<String>>,
}

#[async_trait]
impl Reception for Desk {
    async fn receive(&self, inbound: Inbound) -> Result<(), StoreError> {
        tokio::task::yield_now().await;
        let Heard::Alert(alert) = inbound.heard else { panic!("it is no alert") };
        if self.refuses.lock().unwrap().as_ref() == Some(&alert.fingerprint) {
            return Err(StoreError { why: "the disk is full".into(), clash: false });
        }
        self.heard.lock().unwrap().push(alert);
        Ok(())
    }

    async fn rehearse(&self, _: &Inbound) -> Result<Option<Doc>, StoreError> {
        Ok(None)
    }
}

#[derive(Default)]
pub(super) struct Mail {
    pub letters: Mutex<Vec<(Letter, DateTime<Utc>)>>,
    pub aside: Mutex<Vec<String>>,
    pub full: Mutex<bool>,
}

#[async_trait]
impl Mailbox for Mail {
    async fn put(&self, source: &str, lane: &str, kind: &str, body: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        assert_eq!(source, "alerts");
        if *self.full.lock().unwrap() {
            return Err(StoreError { why: "the disk is full".into(), clash: false });
        }
        let mut letters = self.letters.lock().unwrap();
        let id = letters.last().map_or(1, |(letter, _)| letter.id + 1);
        let letter = Letter { id, lane: lane.into(), kind: kind.into(), body: body.into(), at };
        letters.push((letter, DateTime::UNIX_EPOCH));
        Ok(())
    }

    async fn take(
        &self,
        _: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<Letter>, StoreError> {
        let mut letters = self.letters.lock().unwrap();
        let held: Vec<String> = letters.iter().filter(|(_, h)| *h > now).map(|(l, _)| l.lane.clone()).collect();
        let free = letters.iter_mut().filter(|(letter, _)| !held.contains(&letter.lane)).take(limit as usize);
        let taken = free.map(|(letter, held)| {
            *held = until;
            letter.clone()
        });
        Ok(taken.collect())
    }

    async fn done(&self, ids: &[i64]) -> Result<(), StoreError> {
        self.letters.lock().unwrap().retain(|(letter, _)| !ids.contains(&letter.id));
        Ok(())
    }

    async fn put_back(&self, back: &[(i64, DateTime<Utc>)]) -> Result<(), StoreError> {
        for (letter, held) in self.letters.lock().unwrap().iter_mut() {
            if let Some((_, from)) = back.iter().find(|(id, _)| *id == letter.id) {
                *held = *from;
            }
        }
        Ok(())
    }

    async fn set_aside(&self, id: i64, why: &str) -> Result<(), StoreError> {
        self.aside.lock().unwrap().push(why.to_string());
        self.done(&[id]).await
    }

    async fn aside(&self) -> Result<i64, StoreError> {
        Ok(self.aside.lock().unwrap().len() as i64)
    }

    async fn free(&self) -> Result<(), StoreError> {
        self.letters.lock().unwrap().iter_mut().for_each(|(_, held)| *held = DateTime::UNIX_EPOCH);
        Ok(())
    }

    async fn alive(&self, _: &str, _: DateTime<Utc>) -> Result<(), StoreError> {
        Ok(())
    }

    async fn last_alive(&self, _: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        Ok(None)
    }
}
