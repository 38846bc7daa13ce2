//! `/status/subscribe`: somebody wants the updates by e-mail. Only whoever reads the letter that follows can say so.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::cache::StatusPage;
use super::page::{self, Asked};
use crate::plan::{Address, Way, is_email};
use crate::ports::Subscribers;

/// As long as addresses are at most (RFC 5321 §4.5.3.1.3, without its angle brackets).
const LONGEST: usize = 254;
/// How many letters may be asked for in a minute, by whomever.
const A_MINUTE: u32 = 60;

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    address: String,
}

/// What asking needs.
pub(super) struct Desk {
    pub page: Arc<StatusPage>,
    pub subscribers: Arc<dyn Subscribers>,
    pub asked: AskedLately,
}

/// How many have asked in this minute.
#[derive(Default)]
pub(super) struct AskedLately(Mutex<(i64, u32)>);

impl AskedLately {
    fn one_more(&self, now: DateTime<Utc>) -> bool {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.timestamp() / 60;
        if asked.0 != minute {
            *asked = (minute, 0);
        }
        asked.1 += 1;
        asked.1 <= A_MINUTE
    }
}

pub(super) async fn ask(State(desk): State<Arc<Desk>>, Form(wanted): Form<Wanted>) -> Response {
    let text = wanted.address.trim();
    let answer = |status: StatusCode, asked: Asked<'_>| {
        (status, [desk.page.own_style()], Html(page::asked(&asked, desk.page.settings()))).into_response()
    };
    if !is_email(text) || text.len() > LONGEST {
        return answer(StatusCode::UNPROCESSABLE_ENTITY, Asked::NoAddress(text));
    }
    if !desk.asked.one_more(desk.page.now()) {
        return answer(StatusCode::TOO_MANY_REQUESTS, Asked::TooMany);
    }
    match desk.subscribers.invite(&Address::new(Way::Email, text)).await {
        Ok(()) => answer(StatusCode::OK, Asked::Sent(text)),
        Err(why) => {
            tracing::error!(%why, "somebody's wish for public updates could not be stored");
            answer(StatusCode::SERVICE_UNAVAILABLE, Asked::NotNow)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_minute_takes_so_many() {
        let asked = AskedLately::default();
        let at = |seconds| DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap();
        assert!((0..A_MINUTE).all(|n| asked.one_more(at(i64::from(n) % 60))));
        assert!(!asked.one_more(at(59)));
        assert!(asked.one_more(at(60)));
    }
}
