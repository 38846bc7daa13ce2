//! Calls in a row: each begun after the one before was answered.

use std::collections::BTreeMap;

/// A call, as far as its place in a row goes: when it began and when it was answered, in one order for both.
#[derive(Clone, Copy)]
pub struct Span {
    pub began: u64,
    pub ended: Option<u64>,
    /// However many of these stand in a row, they count once.
    pub as_one: bool,
}

/// For each call how long the longest row is that ends in it. Calls are in the order in which they began.
pub fn places(spans: &[Span]) -> Vec<usize> {
    // Without any that count as one, and with some.
    let mut rows: Vec<(usize, Option<usize>)> = Vec::new();
    for (n, span) in spans.iter().enumerate() {
        let before = (0..n).filter(|b| spans[*b].ended.is_some_and(|ended| ended < span.began)).map(|b| rows[b]);
        let (without, with) = before.fold((0, None), |(without, with), row| (without.max(row.0), with.max(row.1)));
        rows.push(match span.as_one {
            true => (0, with.max(Some(without + 1))),
            false => (without + 1, with.map(|with| with + 1)),
        });
    }
    rows.into_iter().map(|(without, with)| with.unwrap_or_default().max(without)).collect()
}

/// The calls of each step, by name, with how many of them there are.
pub fn steps(names: &[&str], places: &[usize]) -> Vec<String> {
    let last = places.iter().copied().max().unwrap_or_default();
    let step = |place| {
        let mut calls = BTreeMap::new();
        for (name, _) in names.iter().zip(places).filter(|(_, p)| **p == place) {
            *calls.entry(*name).or_insert(0) += 1;
        }
        let times = |(name, n): (&str, i32)| if n > 1 { format!("{name} ×{n}") } else { name.to_string() };
        calls.into_iter().map(times).collect::<Vec<_>>().join(", ")
    };
    (1..=last).map(step).collect()
}
