//! Coming in: a name, a password if there is one, and a session that survives a restart.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::pen::Pen;
use super::{Local, names, person_id};
use crate::plan::Person;
use crate::ports::{Change, LocalPerson, SignIn, StoreError, Trouble};

/// How many wrong passwords are listened to in [`WINDOW`], from all people together: addresses are cheap.
const WRONG: usize = 5;
const WINDOW: TimeDelta = TimeDelta::seconds(60);
/// How long a session lasts.
const SESSION: TimeDelta = TimeDelta::days(90);
/// How long a request may be sent again and still be known.
const REQUEST: TimeDelta = TimeDelta::days(7);

/// The shared password, and the wrong ones that were tried lately.
pub struct Door {
    password: Option<[u8; 32]>,
    wrong: Mutex<VecDeque<DateTime<Utc>>>,
}

impl Door {
    pub fn new(password: Option<String>) -> Self {
        Door { password: password.map(|p| digest(&p)), wrong: Mutex::default() }
    }

    pub fn has_lock(&self) -> bool {
        self.password.is_some()
    }

    fn open(&self, given: &str, now: DateTime<Utc>) -> Result<(), Trouble> {
        let Some(password) = &self.password else { return Ok(()) };
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        while wrong.front().is_some_and(|at| *at + WINDOW <= now) {
            wrong.pop_front();
        }
        // Refused before looking, right or wrong: otherwise guessing could go on at full speed.
        if let (true, Some(oldest)) = (wrong.len() >= WRONG, wrong.front()) {
            let seconds = (*oldest + WINDOW - now).num_seconds() + 1;
            return Err(Trouble::TooMany { seconds });
        }
        // Of digests, so that neither length nor beginning shows in the time it takes.
        if password.ct_eq(&digest(given)).into() {
            return Ok(());
        }
        wrong.push_back(now);
        Err(Trouble::WrongPassword)
    }
}

impl Local {
    pub(super) async fn enter(&self, entry: SignIn) -> Result<String, Trouble> {
        let now = self.clock.now();
        self.door.open(entry.password.as_deref().unwrap_or_default(), now)?;
        let (name, id) = names::person(&entry.name).map_err(Trouble::Refused)?;
        let person = Person { id: person_id(id), name };
        let zone = entry.zone.and_then(|zone| zone.parse().ok());
        let token = new_token();

        let mut pen = self.write().await?;
        let before = pen.tx.people().await?.into_iter().find(|p| p.person.id == person.id);
        let seen = before.as_ref().and_then(|p| p.seen);
        let zone = zone.or(before.as_ref().and_then(|p| p.zone));
        pen.tx.put_person(&LocalPerson { person: person.clone(), zone, seen: seen.or(Some(now)) }).await?;
        if before.is_none_or(|p| p.person != person) {
            pen.tell(None, Change::Met { person: person.clone() }).await?;
        }
        if seen.is_none() {
            self.show_in(&mut pen, &person).await?;
        }
        pen.tx.add_session(&hashed(&token), &person.id, now).await?;
        pen.tx.forget(now - SESSION, now - REQUEST).await?;
        self.finish(pen).await?;
        Ok(token)
    }

    /// Whoever comes for the first time is in the home rooms; leaving them later is theirs to do.
    async fn show_in(&self, pen: &mut Pen, person: &Person) -> Result<(), StoreError> {
        for room in &self.home {
            pen.add_member(room, person).await?;
        }
        Ok(())
    }

    pub(super) async fn leave_by(&self, token: &str) -> Result<(), Trouble> {
        let mut pen = self.write().await?;
        pen.tx.end_session(&hashed(token)).await?;
        self.finish(pen).await?;
        Ok(())
    }

    pub(super) async fn whose(&self, token: &str) -> Result<Option<Person>, Trouble> {
        let since = self.clock.now() - SESSION;
        Ok(self.book.session(&hashed(token), since).await?.map(|p| p.person))
    }
}

fn hashed(token: &str) -> String {
    hex::encode(digest(token))
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[expect(clippy::disallowed_methods, reason = "a session's token has to be unguessable, and nothing follows from it")]
fn new_token() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_few_wrong_passwords_nobody_may_guess_for_a_while() {
        let door = Door::new(Some("hunter2".into()));
        let start = DateTime::UNIX_EPOCH;
        for _ in 0..WRONG {
            assert!(matches!(door.open("guess", start), Err(Trouble::WrongPassword)));
        }
        assert!(matches!(door.open("hunter2", start), Err(Trouble::TooMany { .. })));
        assert!(door.open("hunter2", start + WINDOW).is_ok());
    }

    #[test]
    fn without_a_password_the_door_is_open() {
        assert!(Door::new(None).open("", DateTime::UNIX_EPOCH).is_ok());
    }
}
