//! Times, what becomes of them, and how they are printed.

use std::fmt;
use std::time::{Duration, Instant};

use super::Ground;

/// Times of the same thing, done again and again.
#[derive(Clone, Debug, Default)]
pub struct Samples(Vec<Duration>);

impl Samples {
    pub fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// In seconds; `part` of the samples took at most this long.
    pub fn at(&self, part: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort();
        let place = ((sorted.len() - 1) as f64 * part).round() as usize;
        sorted[place].as_secs_f64()
    }

    /// How much longer this takes than that.
    pub fn over(&self, other: &Samples) -> f64 {
        self.median() / other.median()
    }
}

/// How long it took.
pub async fn sample<T>(work: impl Future<Output = T>) -> (Duration, T) {
    let began = Instant::now();
    let done = work.await;
    (began.elapsed(), done)
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[derive(Clone, Copy, Debug)]
pub enum Unit {
    Times,
    PerSecond,
    Milliseconds,
    Megabytes,
    Count,
}

impl Unit {
    fn show(self, value: f64) -> String {
        match self {
            Unit::Times => format!("{value:.2}×"),
            Unit::PerSecond => format!("{value:.0}/s"),
            Unit::Milliseconds if value < 10.0 => format!("{value:.2} ms"),
            Unit::Milliseconds => format!("{value:.0} ms"),
            Unit::Megabytes => format!("{value:.0} MB"),
            Unit::Count => format!("{value:.0}"),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// A figure beside a target, for the feel of it.
    None,
}

impl Target {
    fn show(self, unit: Unit) -> String {
        match self {
            Target::AtLeast(bound) => format!("at least {}", unit.show(bound)),
            Target::AtMost(bound) => format!("at most {}", unit.show(bound)),
            Target::None => String::new(),
        }
    }

    fn mark(self, value: f64) -> &'static str {
        let met = match self {
            Target::AtLeast(bound) => value >= bound,
            Target::AtMost(bound) => value <= bound,
            Target::None => return " ",
        };
        if met { "✓" } else { "✗" }
    }
}

/// One thing that was measured.
#[derive(Clone, Debug)]
pub struct Line {
    what: &'static str,
    unit: Unit,
    target: Target,
    value: f64,
}

impl Line {
    pub fn new(what: &'static str, unit: Unit, target: Target, value: f64) -> Line {
        Line { what, unit, target, value }
    }

    pub fn times(what: &'static str, target: Target, value: f64) -> Line {
        Line::new(what, Unit::Times, target, value)
    }

    /// `target` in milliseconds.
    pub fn time(what: &'static str, target: Target, seconds: f64) -> Line {
        Line::new(what, Unit::Milliseconds, target, seconds * 1000.0)
    }
}

/// The databases side by side.
#[derive(Default)]
pub struct Table(Vec<(Ground, Vec<Line>)>);

impl Table {
    pub fn add(&mut self, ground: Ground, lines: Vec<Line>) {
        self.0.push((ground, lines));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {:68} {:>16}", "", "target")?;
        for (ground, _) in &self.0 {
            write!(f, " {:>14}", ground.name())?;
        }
        writeln!(f)?;
        let Some((_, first)) = self.0.first() else { return Ok(()) };
        for (row, line) in first.iter().enumerate() {
            write!(f, "  {:68} {:>16}", line.what, line.target.show(line.unit))?;
            for (_, lines) in &self.0 {
                match lines.get(row) {
                    Some(line) => write!(f, " {:>12} {}", line.unit.show(line.value), line.target.mark(line.value))?,
                    None => write!(f, " {:>14}", "–")?,
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
