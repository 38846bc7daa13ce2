//! How often an incident is told of, and when its audiences are to be left in peace.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{Matter, Plan, Restriction};

/// Hours in which nobody is told but by rooms.
#[derive(Clone, Debug, PartialEq)]
pub struct Quiet {
    pub hours: Vec<Restriction>,
    pub zone: Tz,
}

impl Default for Quiet {
    fn default() -> Self {
        Quiet { hours: Vec::new(), zone: Tz::UTC }
    }
}

impl Quiet {
    /// When it ends; `None`: it is not quiet at that moment.
    pub fn until(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let ends = |at| self.hours.iter().filter_map(|hours| hours.ends(at, self.zone)).max();
        // Where one ends another may begin; a week has no more than these.
        let mut end = ends(at)?;
        for _ in 0..14 {
            match ends(end) {
                Some(later) => end = later,
                None => break,
            }
        }
        Some(end)
    }
}

impl Plan {
    /// When the next update is due: by the severity, or by the first audience that waits for it. Nobody is waited for in
    /// their quiet hours.
    pub fn update_due(&self, matter: Matter<'_>, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let by_severity = self.update_every(matter.severity).map(|every| at + every);
        let routes = self.announcements.matching(matter);
        let by_audience = routes.filter_map(|route| {
            let due = at + route.update_every?;
            Some(route.quiet.until(due).unwrap_or(due))
        });
        by_severity.into_iter().chain(by_audience).min()
    }
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveTime, TimeDelta, Weekday};

    use super::*;
    use crate::plan::{Announcements, Route};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// At night, and on Sunday.
    fn quiet() -> Quiet {
        let days = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
        let clock = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        let night = Restriction { days: days.to_vec(), from: clock(22), until: clock(7) };
        let sunday = Restriction { days: vec![Weekday::Sun], from: clock(0), until: clock(0) };
        Quiet { hours: vec![night, sunday], zone: chrono_tz::Europe::Berlin }
    }

    #[test]
    fn quiet_hours_end_by_the_clock_of_their_zone() {
        // Friday, 27 November 2026; Berlin is an hour ahead of UTC.
        assert_eq!(quiet().until(at("2026-11-27T20:59:59Z")), None);
        assert_eq!(quiet().until(at("2026-11-27T21:00:00Z")), Some(at("2026-11-28T06:00:00Z")));
        assert_eq!(quiet().until(at("2026-11-28T05:59:59Z")), Some(at("2026-11-28T06:00:00Z")));
        assert_eq!(quiet().until(at("2026-11-28T06:00:00Z")), None);
        // From Saturday night to Monday morning without a break.
        assert_eq!(quiet().until(at("2026-11-28T22:00:00Z")), Some(at("2026-11-30T06:00:00Z")));
        // The night in which clocks go forward.
        assert_eq!(quiet().until(at("2027-03-27T22:00:00Z")), Some(at("2027-03-29T05:00:00Z")));
        assert_eq!(Quiet::default().until(at("2026-11-27T21:00:00Z")), None);
    }

    #[test]
    fn an_update_is_due_for_whoever_waits_first() {
        let waits = |hours| Route { update_every: Some(TimeDelta::hours(hours)), quiet: quiet(), ..Route::default() };
        let other = Route { services: vec!["search".into()], ..waits(1) };
        let announcements = Announcements { routes: vec![waits(3), other], ..Announcements::default() };
        let plan = Plan { announcements, ..Plan::default() };
        let due = |severity, noon| plan.update_due(Matter { severity, service: None, private: false }, at(noon));
        // The severity's own cadence is an hour for SEV2 and four for SEV3.
        assert_eq!(due("sev2", "2026-11-27T12:00:00Z"), Some(at("2026-11-27T13:00:00Z")));
        assert_eq!(due("sev3", "2026-11-27T12:00:00Z"), Some(at("2026-11-27T15:00:00Z")));
        // In the evening they are not waited for.
        assert_eq!(due("sev3", "2026-11-27T19:00:00Z"), Some(at("2026-11-27T23:00:00Z")));
        let at_search = Matter { severity: "sev3", service: Some("search"), private: false };
        assert_eq!(plan.update_due(at_search, at("2026-11-27T12:00:00Z")), Some(at("2026-11-27T13:00:00Z")));
    }
}
