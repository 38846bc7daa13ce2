//! An iCalendar text (RFC 5545) as shifts.

use std::collections::BTreeMap;

use calcard::icalendar::{ICalendar, ICalendarComponent, ICalendarProperty, ICalendarStatus, ICalendarValue};
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::Read;
use crate::plan::{Contact, ContactKey, Shift, Way, moment};

/// A daily event since the last century has fewer occurrences.
const OCCURRENCES: usize = 20_000;

/// What is between these two moments, in order. Times without a zone are in this one.
pub(super) fn read(
    text: &str,
    zone: Tz,
    contacts: &[Contact],
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Read, String> {
    if !text.trim_start().to_ascii_uppercase().starts_with("BEGIN:VCALENDAR") {
        return Err("it is no iCalendar text".into());
    }
    let mut read = Read { shifts: Vec::new(), strangers: 0 };
    for text in by_event(text) {
        let calendar = ICalendar::parse(&text).map_err(|_| "it is no iCalendar text that can be read".to_string())?;
        for event in calendar.expand_dates(zone, OCCURRENCES).events {
            let Some(component) = calendar.components.get(event.comp_id as usize) else { continue };
            let Some((begins, ends)) = times(component, &event, zone) else { continue };
            if ends <= from || begins >= until || is_cancelled(component) {
                continue;
            }
            match whose(component, contacts) {
                people if people.is_empty() => read.strangers += 1,
                people => read.shifts.extend(people.into_iter().map(|who| Shift { who, from: begins, until: ends })),
            }
        }
    }
    read.shifts.sort_by(|a, b| (a.from, a.until, &a.who).cmp(&(b.from, b.until, &b.who)));
    Ok(read)
}

/// A calendar of its own for each event with what replaces occurrences of it: the library tells replacements apart by
/// their time alone, and two people's shifts may begin at the same.
fn by_event(text: &str) -> Vec<String> {
    let (mut around, mut events) = (String::new(), BTreeMap::<String, String>::new());
    let mut event: Option<(String, String)> = None;
    for line in text.lines() {
        let line = line.trim_end_matches('\r');
        let upper = line.to_ascii_uppercase();
        match &mut event {
            None if upper == "BEGIN:VEVENT" => event = Some((String::new(), format!("{line}\r\n"))),
            None if upper == "END:VCALENDAR" => {}
            None => around.push_str(&format!("{line}\r\n")),
            Some((uid, lines)) => {
                lines.push_str(&format!("{line}\r\n"));
                if upper.starts_with("UID") {
                    *uid = line.split_once(':').map_or_else(String::new, |(_, uid)| uid.trim().to_string());
                }
                if upper == "END:VEVENT"
                    && let Some((uid, lines)) = event.take()
                {
                    // One without an identity is its own.
                    let uid = if uid.is_empty() { format!("#{}", events.len()) } else { uid };
                    events.entry(uid).or_default().push_str(&lines);
                }
            }
        }
    }
    events.into_values().map(|event| format!("{around}{event}END:VCALENDAR\r\n")).collect()
}

type Event = calcard::icalendar::dates::CalendarEvent<
    DateTime<calcard::common::timezone::Tz>,
    calcard::icalendar::dates::TimeOrDelta<DateTime<calcard::common::timezone::Tz>, TimeDelta>,
>;

/// When it is. One that recurs ends at its local time, also where clocks change in it: the next begins there.
fn times(component: &ICalendarComponent, event: &Event, zone: Tz) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    use calcard::icalendar::dates::TimeOrDelta;
    let zone = match event.start.timezone() {
        calcard::common::timezone::Tz::Tz(zone) => Some(zone),
        calcard::common::timezone::Tz::Floating => Some(zone),
        calcard::common::timezone::Tz::Fixed(_) => None,
    };
    let at = |at: &DateTime<calcard::common::timezone::Tz>| match (at.timezone(), zone) {
        (calcard::common::timezone::Tz::Floating, Some(zone)) => moment(at.naive_local(), zone),
        _ => at.to_utc(),
    };
    let begins = at(&event.start);
    let ends = match (&event.end, zone) {
        (TimeOrDelta::Time(end), _) => at(end),
        (TimeOrDelta::Delta(length), Some(zone)) => {
            let length = on_the_clock(component).unwrap_or(*length);
            moment(zone.from_utc_datetime(&begins.naive_utc()).naive_local() + length, zone)
        }
        (TimeOrDelta::Delta(length), None) => begins + *length,
    };
    (begins < ends).then_some((begins, ends))
}

/// How long it takes by the clock on the wall.
fn on_the_clock(component: &ICalendarComponent) -> Option<TimeDelta> {
    let time = |name: ICalendarProperty| match component.property(&name)?.values.first()? {
        ICalendarValue::PartialDateTime(time) => time.to_date_time(),
        _ => None,
    };
    let (start, end) = (time(ICalendarProperty::Dtstart)?, time(ICalendarProperty::Dtend)?);
    // Of times in UTC the clock is not on anybody's wall.
    (start.offset.is_none() && end.offset.is_none()).then(|| end.date_time - start.date_time)
}

fn is_cancelled(component: &ICalendarComponent) -> bool {
    let status = component.property(&ICalendarProperty::Status).and_then(|entry| entry.values.first());
    matches!(status, Some(ICalendarValue::Status(ICalendarStatus::Cancelled)))
}

/// By the addresses of who takes part; else by the longest name in the title: `On call: Ann Lee`.
fn whose(component: &ICalendarComponent, contacts: &[Contact]) -> Vec<ContactKey> {
    let attendees = component.entries.iter().filter(|entry| entry.name == ICalendarProperty::Attendee);
    let addresses = attendees.filter_map(|entry| entry.values.first()?.as_text());
    let addresses: Vec<String> =
        addresses.map(|a| a.to_lowercase().trim_start_matches("mailto:").to_string()).collect();
    let has = |contact: &&Contact| {
        contact.addresses.iter().any(|a| a.way == Way::Email && addresses.contains(&a.to.to_lowercase()))
    };
    let found: Vec<ContactKey> = contacts.iter().filter(has).map(|c| c.key.clone()).collect();
    if !found.is_empty() {
        return found;
    }
    let title = component.property(&ICalendarProperty::Summary).and_then(|entry| entry.values.first()?.as_text());
    let title = title.unwrap_or_default().to_lowercase();
    let named = |contact: &&Contact| {
        [&contact.label, &contact.key].into_iter().filter(|n| has_word(&title, n)).map(|n| n.len()).max()
    };
    let best = contacts.iter().filter_map(|contact| Some((named(&contact)?, contact)));
    best.max_by_key(|(length, _)| *length).map(|(_, contact)| contact.key.clone()).into_iter().collect()
}

/// Ann is not in *Annual planning*.
fn has_word(text: &str, name: &str) -> bool {
    let name = name.to_lowercase();
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(&name)
        .any(|(at, found)| edge(text[..at].chars().next_back()) && edge(text[at + found.len()..].chars().next()))
}
