//! The timeline as a picture: statuses as a band, milestones as flags above it, entries as marks below it, each
//! kind in its own row. All of it is in the lists of the page too, so that the picture itself is one image with a
//! description.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::ticks::ticks;
use super::timeline::{group, word};
use crate::incident::{Entry, EntryKind, Incident, Milestone, Recorded};
use crate::postmortem::{Phase, in_words, phases};

const WIDTH: i64 = 1000;
const LEFT: i64 = 84;
const RIGHT: i64 = 18;
const FLAG_ROW: i64 = 19;
const BAND: i64 = 26;
const LANE: i64 = 25;
const AXIS: i64 = 30;
/// About as wide as a letter of the labels is; they are never measured, only kept apart.
const LETTER: i64 = 7;

/// `None`: there is nothing to draw yet.
pub(super) fn draw(incident: &Incident, events: &[Recorded], now: DateTime<Utc>) -> Option<Markup> {
    let scale = Scale::of(incident, now)?;
    let phases = phases(events);
    let flags = flags(incident, &scale);
    let lanes = lanes(incident, &scale);
    let band_top = flags.iter().map(|f| f.row + 1).max().unwrap_or(0) * FLAG_ROW + 8;
    let lanes_top = band_top + BAND + 8;
    let axis_top = lanes_top + lanes.len() as i64 * LANE + 6;
    let height = axis_top + AXIS;
    Some(html! {
        svg.timeline-picture viewBox={ "0 0 " (WIDTH) " " (height) } role="img" aria-labelledby="picture-title picture-text" {
            title #picture-title { "Timeline of " (incident.key()) }
            desc #picture-text { (described(incident, &phases, &scale)) }
            (axis(&scale, band_top, axis_top))
            @for flag in &flags { (flag_markup(flag, axis_top)) }
            (band(&phases, &scale, band_top))
            @for (row, (name, entries)) in lanes.iter().enumerate() {
                (lane(name, entries, &scale, lanes_top + row as i64 * LANE + LANE / 2))
            }
        }
    })
}

/// From times to places across.
struct Scale {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl Scale {
    /// From the first thing known to the end of the impact, or to now. Days in which a resolved incident only waited
    /// to be closed would press everything else into a corner, so no more than a quarter is added for them.
    fn of(incident: &Incident, now: DateTime<Utc>) -> Option<Scale> {
        let milestones = Milestone::ALL.into_iter().filter_map(|m| incident.milestones.get(m));
        let from = milestones.clone().chain(incident.timeline.first().map(|e| e.at)).min()?;
        let last = milestones.chain(incident.timeline.last().map(|e| e.at)).max()?;
        let last = if incident.status.is_active() { last.max(now) } else { last };
        let until = match incident.milestones.resolved {
            Some(resolved) if !incident.status.is_active() => last.min(resolved + (resolved - from) / 4),
            _ => last,
        };
        (until > from).then_some(Scale { from, until })
    }

    fn holds(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && at <= self.until
    }

    fn x(&self, at: DateTime<Utc>) -> i64 {
        let whole = (self.until - self.from).num_milliseconds().max(1) as f64;
        let part = (at.clamp(self.from, self.until) - self.from).num_milliseconds() as f64;
        LEFT + (part / whole * (WIDTH - LEFT - RIGHT) as f64).round() as i64
    }
}

struct Flag {
    milestone: Milestone,
    x: i64,
    /// 0 is the highest.
    row: i64,
}

impl Flag {
    /// Left of its line where it would leave the picture on the right.
    fn is_left(&self) -> bool {
        self.x + self.width() > WIDTH
    }

    /// From where to where its name reaches.
    fn reach(&self) -> (i64, i64) {
        if self.is_left() { (self.x - self.width(), self.x) } else { (self.x, self.x + self.width()) }
    }

    fn crowds(&self, other: &Flag) -> bool {
        let (mine, theirs) = (self.reach(), other.reach());
        mine.0 < theirs.1 && theirs.0 < mine.1
    }

    fn width(&self) -> i64 {
        (self.milestone.as_str().len() as i64 + 1) * LETTER + 6
    }
}

/// Flags that would lie over one another go into rows, later ones lower, so that no line crosses a name.
fn flags(incident: &Incident, scale: &Scale) -> Vec<Flag> {
    let mut flags: Vec<Flag> = Vec::new();
    let known = Milestone::ALL.into_iter().filter_map(|m| Some((m, incident.milestones.get(m)?)));
    for (milestone, at) in known.filter(|(_, at)| scale.holds(*at)) {
        let flag = Flag { milestone, x: scale.x(at), row: 0 };
        let row = flags.iter().filter(|other| other.crowds(&flag)).map(|other| other.row + 1).max().unwrap_or(0);
        flags.push(Flag { row, ..flag });
    }
    flags
}

fn flag_markup(flag: &Flag, bottom: i64) -> Markup {
    let top = flag.row * FLAG_ROW + 4;
    let (x, anchor) = if flag.is_left() { (flag.x - 6, "end") } else { (flag.x + 6, "start") };
    html! {
        line.flag x1=(flag.x) x2=(flag.x) y1=(top) y2=(bottom) {}
        circle.flag-head cx=(flag.x) cy=(top + 3) r="3.5" {}
        text.flag-name x=(x) y=(top + 8) text-anchor=(anchor) { (flag.milestone.as_str()) }
    }
}

fn band(phases: &[Phase], scale: &Scale, top: i64) -> Markup {
    html! {
        @for phase in phases.iter().filter(|p| p.from <= scale.until) {
            @let (from, until) = (scale.x(phase.from), scale.x(phase.until.unwrap_or(scale.until)));
            @let name = phase.status.as_str();
            @if until > from {
                rect class={ "band band-" (name) } x=(from) y=(top) width=(until - from) height=(BAND) {}
                @if until - from > name.len() as i64 * LETTER + 14 {
                    text.band-name x=(from + 8) y=(top + BAND / 2 + 4) { (name) }
                }
            }
        }
    }
}

fn axis(scale: &Scale, top: i64, bottom: i64) -> Markup {
    html! {
        line.axis x1=(LEFT) x2=(WIDTH - RIGHT) y1=(bottom) y2=(bottom) {}
        @for tick in ticks(scale.from, scale.until) {
            @let x = scale.x(tick.at);
            line.grid x1=(x) x2=(x) y1=(top) y2=(bottom + 5) {}
            text.tick x=(x) y=(bottom + 20) text-anchor="middle" { (tick.label) }
        }
    }
}

/// The rows that have something in them, each with its entries.
fn lanes<'a>(incident: &'a Incident, scale: &Scale) -> Vec<(&'static str, Vec<&'a Entry>)> {
    let rows = [
        ("found", "Found"),
        ("done", "Done"),
        ("told", "Told"),
        ("changed", "Changed"),
        ("noted", "Noted"),
        ("gap", "Gaps"),
    ];
    let of = |key: &str| {
        let drawn = incident.timeline.iter().filter(|e| is_a_mark(e.kind) && scale.holds(e.at));
        drawn.filter(|e| group(e.kind) == key).collect::<Vec<_>>()
    };
    rows.into_iter().map(|(key, name)| (name, of(key))).filter(|(_, entries)| !entries.is_empty()).collect()
}

/// What the band and the flags show needs no mark of its own.
fn is_a_mark(kind: EntryKind) -> bool {
    !matches!(kind, EntryKind::Declared | EntryKind::Status | EntryKind::Milestone)
}

fn lane(name: &str, entries: &[&Entry], scale: &Scale, y: i64) -> Markup {
    html! {
        text.lane x=(LEFT - 12) y=(y + 4) text-anchor="end" { (name) }
        line.lane-line x1=(LEFT) x2=(WIDTH - RIGHT) y1=(y) y2=(y) {}
        @for entry in entries { (mark(entry, scale.x(entry.at), y)) }
    }
}

/// Each kind has a shape as well as a colour.
fn mark(entry: &Entry, x: i64, y: i64) -> Markup {
    let class = format!("mark mark-{} is-{}", group(entry.kind), entry.kind.as_str());
    let shape = match entry.kind {
        EntryKind::Decision => Some("M0 -7 L7 0 L0 7 L-7 0 Z"),
        EntryKind::Mitigation => Some("M-2.5 -7 H2.5 V-2.5 H7 V2.5 H2.5 V7 H-2.5 V2.5 H-7 V-2.5 H-2.5 Z"),
        EntryKind::Update => Some("M-6 -5 H6 V5 H-6 Z"),
        EntryKind::Task => Some("M0 -6.5 L6.5 5 H-6.5 Z"),
        EntryKind::Gap => Some("M-6 -6 L6 6 M6 -6 L-6 6"),
        _ => None,
    };
    html! {
        @match shape {
            Some(path) => path class=(class) d=(path) transform={ "translate(" (x) " " (y) ")" } { title { (hint(entry)) } },
            None => circle class=(class) cx=(x) cy=(y) r="5.5" { title { (hint(entry)) } },
        }
    }
}

/// What the shapes mean that are in the picture; the round ones are told apart by their rows.
pub(super) fn legend(incident: &Incident) -> Option<String> {
    let shapes = [
        (EntryKind::Finding, "●"),
        (EntryKind::Hypothesis, "○"),
        (EntryKind::Decision, "◆"),
        (EntryKind::Mitigation, "✚"),
        (EntryKind::Task, "▲"),
        (EntryKind::Update, "■"),
        (EntryKind::Gap, "✕"),
    ];
    let drawn = shapes.into_iter().filter(|(kind, _)| incident.timeline.iter().any(|e| e.kind == *kind));
    let words: Vec<String> = drawn.map(|(kind, shape)| format!("{shape}\u{a0}{}", word(kind))).collect();
    (!words.is_empty()).then(|| words.join(" · "))
}

/// For who points at it.
fn hint(entry: &Entry) -> String {
    let text = if entry.is_deleted() { "message deleted" } else { &entry.text };
    let short: String = text.chars().take(120).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    format!("{} {}, {}: {short}{more}", entry.at.format("%H:%M"), entry.author.name(), word(entry.kind))
}

fn described(incident: &Incident, phases: &[Phase], scale: &Scale) -> String {
    let mut words = vec![format!(
        "From {} to {}.",
        scale.from.format("%H:%M UTC on %-d %B %Y"),
        scale.until.format("%H:%M UTC on %-d %B %Y")
    )];
    for phase in phases.iter().filter(|p| p.from < scale.until) {
        let lasted = phase.until.unwrap_or(scale.until) - phase.from;
        words.push(format!("{} for {}.", capital(phase.status.as_str()), in_words(lasted)));
    }
    let drawn = incident.timeline.iter().filter(|e| is_a_mark(e.kind) && scale.holds(e.at)).count();
    words.push(format!(
        "Entries drawn: {drawn} of {}. Milestones and entries are listed below.",
        incident.timeline.len()
    ));
    words.join(" ")
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
