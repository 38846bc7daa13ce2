//! From how bad it is and how many it meets to a severity.

use super::{Plan, SeverityKey};

/// Impact by scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Triage {
    /// How bad it is for whom it meets, the worst first; never empty.
    pub impacts: Vec<String>,
    /// How many it meets, the most first; never empty.
    pub scopes: Vec<String>,
    /// A row for each impact, with a severity for each scope.
    pub matrix: Vec<Vec<SeverityKey>>,
}

impl Triage {
    /// By the usual words, the severities spread evenly from the worst corner to the mildest.
    pub fn over(severities: &[SeverityKey]) -> Triage {
        let impacts = ["Cannot work", "Hindered, or with a way around", "Hardly noticed"];
        let scopes = ["Everyone", "Many", "Few"];
        let farthest = impacts.len() + scopes.len() - 2;
        let last = severities.len().saturating_sub(1);
        let at = |impact: usize, scope: usize| ((impact + scope) * last + farthest / 2) / farthest;
        let severity = |impact, scope| severities.get(at(impact, scope)).cloned().unwrap_or_default();
        let row = |impact| (0..scopes.len()).map(|scope| severity(impact, scope)).collect();
        Triage {
            impacts: impacts.map(String::from).to_vec(),
            scopes: scopes.map(String::from).to_vec(),
            matrix: (0..impacts.len()).map(row).collect(),
        }
    }
}

impl Plan {
    /// The severity that the plan's matrix proposes; both are counted from 0.
    pub fn proposed(&self, impact: usize, scope: usize) -> Option<&SeverityKey> {
        self.triage.matrix.get(impact)?.get(scope)
    }
}
