//! What of the plan is to be looked at again is told once a week, in the morning, until somebody has moved its day.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::stakeholders::ways;
use super::{Desk, Office};
use crate::phrase::review_due;
use crate::plan::{Review, Target};
use crate::ports::{Draft, Reader, StoreError, Work};

const KEY: &str = "reviews";

impl Desk {
    /// From now on reviews are asked for. What an earlier process had still to look at, it looks at.
    pub async fn watch_reviews(&self) -> Result<(), StoreError> {
        let office = &self.office;
        if office.plan.reviews.is_empty() || office.ledger.waits_in(&[KEY.to_string()]).await? {
            return Ok(());
        }
        let yesterday = office.clock.now() - TimeDelta::days(1);
        let draft = next_look(office, yesterday.date_naive());
        self.deliver(super::clerk::Delivery::Due(draft)).await
    }
}

/// At nine, UTC.
fn morning(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default()).and_utc()
}

/// Today's look, or tomorrow's if it is past that.
fn next_look(office: &Office, looked: NaiveDate) -> Draft {
    let now = office.clock.now();
    let today = now.date_naive();
    let due = if morning(today) > now { morning(today) } else { morning(today + Days::new(1)) };
    Draft { key: KEY.into(), lane: KEY.into(), rank: 2, due, work: Work::LookAtReviews { looked } }
}

/// A word about each that passed since it was last looked, and about those that passed whole weeks ago; and the next look.
pub(super) fn look(office: &Office, looked: NaiveDate) -> Vec<Draft> {
    let today = office.clock.now().date_naive();
    let mut drafts = vec![next_look(office, today)];
    for review in office.plan.overdue_reviews(today) {
        // How many words about it there have been by that day: the first on the day after, the next each seventh.
        let said = |day: NaiveDate| match (day - review.by).num_days() {
            late if late > 0 => (late - 1) / 7 + 1,
            _ => 0,
        };
        if said(today) > said(looked) {
            drafts.extend(words_about(office, review, today));
        }
    }
    drafts
}

fn words_about(office: &Office, review: &Review, today: NaiveDate) -> Vec<Draft> {
    let service = review.service.as_ref().and_then(|key| office.plan.services.iter().find(|s| s.key == *key));
    let owner = service.and_then(|service| service.owner.clone()).map(Target::Team);
    let reached = office.plan.reach(owner.as_slice(), office.clock.now(), &|_| Vec::new());
    let people = reached.iter().flat_map(|reached| ways(office, reached)).map(Reader::Recipient);
    let mut readers: Vec<Reader> = people.collect();
    if readers.is_empty() {
        readers.extend(office.plan.announcements.default_rooms.iter().cloned().map(Reader::Room));
    }
    let draft = |to: Reader| {
        let key = format!("review/{today}/{}/{to}", review.what);
        let work = Work::TellReview { doc: review_due(review), what: review.what.clone(), to };
        Draft { lane: format!("review/{}", review.what), key, rank: 2, due: office.clock.now(), work }
    };
    readers.into_iter().map(draft).collect()
}
