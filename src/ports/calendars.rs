//! On-call calendars that are kept elsewhere.

use std::collections::BTreeMap;

use crate::plan::Shift;

pub trait Calendars: Send + Sync {
    /// The shifts of the rotation that has this calendar, as they were last read: some weeks back and some months ahead,
    /// in order of time. Empty if it was never read.
    fn shifts(&self, rotation: &str) -> Vec<Shift>;
}

/// Calendars that are known once and for all.
impl Calendars for BTreeMap<String, Vec<Shift>> {
    fn shifts(&self, rotation: &str) -> Vec<Shift> {
        self.get(rotation).cloned().unwrap_or_default()
    }
}
