//! Triage, a question at a time: how bad, for how many, and what the plan makes of it.

use super::{Doc, Style, strong, text};
use crate::incident::Incident;
use crate::plan::Plan;

/// `impact` and `scope` are those that are known by now, counted from 0.
pub fn triage(incident: &Incident, impact: Option<usize>, scope: Option<usize>, plan: &Plan, style: &Style) -> Doc {
    let triage = &plan.triage;
    match (impact, scope) {
        (None, _) => asking("How bad is it for those whom it meets?", &triage.impacts, "triage", style),
        (Some(impact), None) => {
            let words = format!("triage {}", impact + 1);
            asking("How many does it meet?", &triage.scopes, &words, style)
        }
        (Some(impact), Some(scope)) => proposal(incident, impact, scope, plan, style),
    }
}

fn asking(question: &str, answers: &[String], words: &str, style: &Style) -> Doc {
    let numbered = answers.iter().enumerate().map(|(n, answer)| vec![text(format!("{}: {answer}", n + 1))]);
    let doc = Doc::new().line([strong(question)]).list(numbered.collect());
    let doc = answers.iter().enumerate().fold(doc, |doc, (n, answer)| doc.ask(answer, &format!("{words} {}", n + 1)));
    doc.line([text("Or type it: "), style.typed(&format!("{words} 1")), text(".")])
}

/// Whoever asked changes it: a severity is never changed by pointing at a question.
fn proposal(incident: &Incident, impact: usize, scope: usize, plan: &Plan, style: &Style) -> Doc {
    let Some(severity) = plan.proposed(impact, scope) else { return Doc::plain("The plan has no such combination.") };
    let (label, now) = (plan.severity_label(severity), plan.severity_label(&incident.severity));
    let because = format!("{} × {}", plan.triage.impacts[impact], plan.triage.scopes[scope]);
    let doc = Doc::new().line([strong(format!("By the plan this is {label}")), text(format!(": {because}."))]);
    if *severity == incident.severity {
        return doc.line([text("That is what it is already.")]);
    }
    let words = format!("severity {severity} {because}");
    doc.line([
        text(format!("It is {now} now. To change it: ")),
        style.typed(&format!("severity {severity}")),
        text("."),
    ])
    .button(&format!("Make it {label}"), &words)
}
