//! What of the plan is to be looked at again, and by when: what nobody has looked at for a year is wrong in the night.

use chrono::NaiveDate;

use super::Plan;

/// The plan itself, or a runbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// As people read it: `The response plan`, `Runbook of Checkout`.
    pub what: String,
    pub url: Option<String>,
    /// Whose it is; `None`: everybody's.
    pub service: Option<String>,
    /// The last day on which it is still good.
    pub by: NaiveDate,
}

impl Plan {
    /// What should have been looked at by now, the oldest first.
    pub fn overdue_reviews(&self, today: NaiveDate) -> Vec<&Review> {
        let mut overdue: Vec<&Review> = self.reviews.iter().filter(|review| review.by < today).collect();
        overdue.sort_by_key(|review| review.by);
        overdue
    }
}
