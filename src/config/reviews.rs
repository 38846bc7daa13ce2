//! `review`: by when the plan, or a runbook of it, is to be looked at again.

use chrono::NaiveDate;

use super::values::{Judge, start};
use super::written::{Text, Written};
use crate::plan::{Plan, Review};

pub(super) fn reviews(judge: &mut Judge<'_>, plan: &Plan, written: &Written) -> Vec<Review> {
    let mut reviews = Vec::new();
    if let Some(by) = written.plan.review.as_ref().and_then(|w| day(judge, "[plan] review", w)) {
        reviews.push(Review { what: "The response plan".into(), url: None, service: None, by });
    }
    let services = written.service.iter().flat_map(|list| list.get_ref());
    for (service, written) in plan.services.iter().zip(services) {
        for link in written.get_ref().links.iter().map(|link| link.get_ref()) {
            let by = link.review.as_ref().and_then(|w| day(judge, "[[service]] links", w));
            if let (Some(by), Some(label)) = (by, &link.label) {
                let what = format!("{} of {}", label.get_ref(), service.label);
                let url = link.url.as_ref().map(|url| url.get_ref().clone());
                reviews.push(Review { what, url, service: Some(service.key.clone()), by });
            }
        }
    }
    reviews
}

fn day(judge: &mut Judge<'_>, key: &str, written: &Text) -> Option<NaiveDate> {
    let day = written.get_ref().trim().parse().ok();
    if day.is_none() {
        judge.wrong(start(written), key, format!("\"{}\" is not a day, such as 2027-01-31", written.get_ref()));
    }
    day
}

#[cfg(test)]
mod tests {
    use super::super::tests::{right, wrong};

    #[test]
    fn what_is_to_be_reviewed_has_a_day() {
        let service = "[[service]]\nname = \"checkout\"\nlabel = \"Checkout\"\n";
        let links = "links = [{ label = \"Runbook\", url = \"https://wiki.example/1\", review = \"2026-11-01\" }]\n";
        let plan = right(&format!("{service}{links}[plan]\nreview = \"2027-01-31\"")).plan;
        let overdue = |day: &str| -> Vec<String> {
            plan.overdue_reviews(day.parse().unwrap()).iter().map(|review| review.what.clone()).collect()
        };
        assert_eq!(overdue("2026-11-01"), [""; 0]);
        assert_eq!(overdue("2026-11-02"), ["Runbook of Checkout"]);
        assert_eq!(overdue("2027-02-01"), ["Runbook of Checkout", "The response plan"]);
        wrong("[plan]\nreview = \"soon\"", "f.toml:2:10: [plan] review: \"soon\" is not a day, such as 2027-01-31");
    }
}
