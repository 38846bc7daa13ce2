use std::sync::Mutex;

use super::*;
use crate::plan::{Address, Contact, Way};

fn contact(key: &str, label: &str, email: &str) -> Contact {
    Contact {
        key: key.into(),
        label: label.into(),
        accounts: Vec::new(),
        addresses: vec![Address::new(Way::Email, email)],
        zone: chrono_tz::UTC,
    }
}

fn plan() -> Plan {
    let contacts = vec![
        contact("ann", "Ann Lee", "ann@example.org"),
        contact("bob", "Bob", "bob@example.org"),
        contact("annika", "Annika", "annika@example.org"),
    ];
    let rotation = Rotation {
        key: "payments".into(),
        label: "Payments".into(),
        zone: chrono_tz::Europe::Berlin,
        turns: Turns::Calendar("https://calendar.example/a.ics".into()),
        restrictions: Vec::new(),
        overrides: Vec::new(),
    };
    Plan { contacts, rotations: vec![rotation], ..Plan::default() }
}

fn utc(text: &str) -> DateTime<Utc> {
    format!("{text}:00Z").parse().unwrap()
}

/// The shifts from March until May 2026.
fn shown(events: &str) -> Vec<String> {
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\n{}END:VCALENDAR\r\n",
        events.replace('\n', "\r\n")
    );
    let plan = plan();
    let read = look(&plan.rotations[0], &plan, &text, utc("2026-04-01T00:00")).unwrap();
    let shifts = read.shifts.iter().filter(|s| s.from < utc("2026-05-01T00:00"));
    let line = |s: &Shift| format!("{} {} – {}", s.who, s.from.format("%m-%d %H:%M"), s.until.format("%m-%d %H:%M"));
    let mut lines: Vec<String> = shifts.map(line).collect();
    if read.strangers > 0 {
        lines.push(format!("{} strangers", read.strangers));
    }
    lines
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\nUID:{}\nDTSTAMP:20260101T000000Z\n{lines}\nEND:VEVENT\n", lines.len())
}

#[test]
fn weeks_in_turn_meet_also_where_clocks_change() {
    let ann = "UID:1\nDTSTART;TZID=Europe/Berlin:20260316T090000\nDTEND;TZID=Europe/Berlin:20260323T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3\nSUMMARY:On call: Ann Lee";
    let bob = "UID:2\nDTSTART;TZID=Europe/Berlin:20260323T090000\nDTEND;TZID=Europe/Berlin:20260330T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=2\nSUMMARY:Bob (payments)";
    assert_eq!(
        shown(&format!("BEGIN:VEVENT\n{ann}\nEND:VEVENT\nBEGIN:VEVENT\n{bob}\nEND:VEVENT\n")),
        [
            "ann 03-16 08:00 – 03-23 08:00",
            "bob 03-23 08:00 – 03-30 07:00",
            "ann 03-30 07:00 – 04-06 07:00",
            "bob 04-06 07:00 – 04-13 07:00",
            "ann 04-13 07:00 – 04-20 07:00"
        ]
    );
}

#[test]
fn who_takes_part_counts_before_the_title() {
    let both = event(
        "DTSTART:20260401T080000Z\nDTEND:20260401T160000Z\nSUMMARY:Ann Lee\nATTENDEE;CN=\"Bob\":MAILTO:Bob@Example.org\nATTENDEE:mailto:annika@example.org",
    );
    assert_eq!(shown(&both), ["annika 04-01 08:00 – 04-01 16:00", "bob 04-01 08:00 – 04-01 16:00"]);
    let title = event("DTSTART:20260401T080000Z\nDURATION:PT8H\nSUMMARY:annika is on call");
    assert_eq!(shown(&title), ["annika 04-01 08:00 – 04-01 16:00"]);
    let nobody = event("DTSTART:20260401T080000Z\nDTEND:20260401T160000Z\nSUMMARY:Annual planning");
    assert_eq!(shown(&nobody), ["1 strangers"]);
}

#[test]
fn one_of_many_can_be_somebody_elses_or_nobodys() {
    let daily = "UID:d\nDTSTART;TZID=Europe/Berlin:20260401T090000\nDTEND;TZID=Europe/Berlin:20260401T170000\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE;TZID=Europe/Berlin:20260402T090000\nSUMMARY:Bob";
    let instead = "UID:d\nRECURRENCE-ID;TZID=Europe/Berlin:20260403T090000\nDTSTART;TZID=Europe/Berlin:20260403T100000\nDTEND;TZID=Europe/Berlin:20260403T170000\nSUMMARY:Ann Lee";
    let other = "UID:e\nDTSTART;TZID=Europe/Berlin:20260403T090000\nDTEND;TZID=Europe/Berlin:20260403T093000\nRRULE:FREQ=DAILY;COUNT=1\nSUMMARY:Annika";
    let gone = "UID:f\nDTSTART:20260404T090000Z\nDTEND:20260404T100000Z\nSTATUS:CANCELLED\nSUMMARY:Ann Lee";
    let events = [daily, instead, other, gone].map(|e| format!("BEGIN:VEVENT\n{e}\nEND:VEVENT\n")).concat();
    assert_eq!(
        shown(&events),
        [
            "bob 04-01 07:00 – 04-01 15:00",
            "annika 04-03 07:00 – 04-03 07:30",
            "ann 04-03 08:00 – 04-03 15:00",
            "bob 04-04 07:00 – 04-04 15:00"
        ]
    );
}

#[test]
fn days_and_times_without_a_zone_are_the_rotations() {
    let day = event("DTSTART;VALUE=DATE:20260404\nDTEND;VALUE=DATE:20260406\nSUMMARY:Bob");
    assert_eq!(shown(&day), ["bob 04-03 22:00 – 04-05 22:00"]);
    let floating = event("DTSTART:20260404T090000\nDTEND:20260404T100000\nSUMMARY:Bob");
    assert_eq!(shown(&floating), ["bob 04-04 07:00 – 04-04 08:00"]);
}

#[test]
fn what_is_no_calendar_is_refused() {
    let plan = plan();
    for text in ["", "<html>Sign in</html>", "BEGIN:VCARD"] {
        assert!(look(&plan.rotations[0], &plan, text, utc("2026-04-01T00:00")).is_err(), "{text}");
    }
}

struct Here(Mutex<Result<String, String>>);

#[async_trait]
impl Fetch for Here {
    async fn get(&self, _: &str) -> Result<String, String> {
        self.0.lock().unwrap().clone()
    }
}

#[derive(Default)]
struct Memory(Mutex<BTreeMap<String, String>>);

#[async_trait]
impl Notes for Memory {
    async fn note(&self, _: &str, key: &str, value: &str) -> Result<(), StoreError> {
        self.0.lock().unwrap().insert(key.into(), value.into());
        Ok(())
    }

    async fn noted(&self, _: &str, key: &str) -> Result<Option<String>, StoreError> {
        Ok(self.0.lock().unwrap().get(key).cloned())
    }
}

struct April;

impl Clock for April {
    fn now(&self) -> DateTime<Utc> {
        utc("2026-04-01T12:00")
    }
}

/// What was read last counts while nothing can be read, also after a restart.
#[tokio::test]
async fn a_calendar_that_is_away_is_as_it_was() {
    let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260401T080000Z\r\nDTEND:20260401T160000Z\r\nSUMMARY:Bob\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let here = Arc::new(Here(Mutex::new(Ok(text.into()))));
    let (plan, notes, clock) = (Arc::new(plan()), Arc::new(Memory::default()), Arc::new(April));
    let calendars = Calendars::open(plan.clone(), notes.clone(), clock.clone(), here.clone()).await.unwrap();
    assert_eq!(calendars.shifts("payments"), Vec::new());
    calendars.read().await;
    let known = calendars.shifts("payments");
    assert_eq!(known.len(), 1);
    for away in [Err("nobody answers".to_string()), Ok("<html>Sign in</html>".to_string())] {
        *here.0.lock().unwrap() = away;
        calendars.read().await;
        assert_eq!(calendars.shifts("payments"), known);
    }
    let again = Calendars::open(plan, notes, clock, here).await.unwrap();
    assert_eq!(again.shifts("payments"), known);
}
