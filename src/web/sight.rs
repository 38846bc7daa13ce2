//! Who looks, and what they may see.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::header::COOKIE;
use axum::http::request::Parts;

use super::{Site, Trouble};
use crate::plan::{Number, Permission, Person, Standing};
use crate::ports::StoreError;

/// The one who looks at the page, if the page knows them.
#[derive(Clone, Debug)]
pub struct Reader(pub Option<Person>);

impl FromRequestParts<Arc<Site>> for Reader {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Self::Rejection> {
        // HTTP/2 may send the cookies in pieces.
        let pieces: Vec<&str> = parts.headers.get_all(COOKIE).iter().filter_map(|c| c.to_str().ok()).collect();
        let viewer = site.viewer.viewer(&pieces.join("; ")).await;
        match viewer.is_some() || !site.signed_in_only {
            true => Ok(Reader(viewer)),
            false => Err(Trouble::SignIn),
        }
    }
}

impl Reader {
    /// Whether this private incident is shown: to its members, and to whom the plan permits it.
    async fn may_see_private(&self, site: &Site, number: Number) -> Result<bool, StoreError> {
        let Some(person) = &self.0 else { return Ok(false) };
        if site.ledger.is_member(number, &person.id).await? {
            return Ok(true);
        }
        let Some(incident) = site.ledger.incident(number).await? else { return Ok(false) };
        let roles = incident.roles_of(&person.id);
        let standing = Standing { person: &person.id, known: true, member: false, groups: &[], roles: &roles };
        Ok(site.plan.permits(Permission::Private, standing))
    }

    /// `NotFound` for what this reader may not see, as for what is not there.
    pub(super) async fn must_see(&self, site: &Site, number: Number, private: bool) -> Result<(), Trouble> {
        match !private || self.may_see_private(site, number).await? {
            true => Ok(()),
            false => Err(Trouble::NotFound),
        }
    }

    /// Those of the rows that this reader may see. `of` tells the incident and whether it is private; a private row
    /// of no incident is for nobody.
    pub(super) async fn only_seen<T>(
        &self,
        site: &Site,
        rows: Vec<T>,
        of: impl Fn(&T) -> (Option<Number>, bool),
    ) -> Result<Vec<T>, StoreError> {
        let mut answers: BTreeMap<Number, bool> = BTreeMap::new();
        let mut seen = Vec::with_capacity(rows.len());
        for row in rows {
            let shown = match of(&row) {
                (_, false) => true,
                (None, true) => false,
                (Some(number), true) => match answers.get(&number) {
                    Some(answer) => *answer,
                    None => {
                        let answer = self.may_see_private(site, number).await?;
                        answers.insert(number, answer);
                        answer
                    }
                },
            };
            if shown {
                seen.push(row);
            }
        }
        Ok(seen)
    }
}

/// What the address names. What is no text, such as `/incidents/%FF`, is the name of nothing.
#[derive(FromRequestParts)]
#[from_request(via(Path), rejection(Trouble))]
pub(super) struct Named<T>(pub T);

/// `INC-42`, in any case, or `42`.
pub(super) fn number_in(key: &str) -> Option<Number> {
    let digits = key.get(..4).filter(|p| p.eq_ignore_ascii_case("inc-")).map_or(key, |_| &key[4..]);
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}
