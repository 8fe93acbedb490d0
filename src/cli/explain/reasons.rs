//! Reasons and figures on a page.

use super::super::check::find_reason;
use super::super::exit::{Failure, Outcome};
use super::super::terminal::{print, print_styled, thousands};
use super::Voice;
use super::page::{LISTED, Page, counted};
use crate::ledger::{Reason, Severity};
use crate::measures::spoken_percent;
use crate::package::Opened;
use crate::package::explain::{ExplainError, FigureExplained, exceptions_of};
use serde_json::{Value, json};
use std::path::Path;

/// Documents a reason, or lists them all; of a package, says where it stands.
pub(super) fn explain(slug: &str, package: Option<&Path>, voice: Voice) -> Result<Outcome, Failure> {
    let reasons = if slug.is_empty() { Reason::ALL.to_vec() } else { vec![find_reason(slug)?] };
    let counts = match (package, &reasons[..]) {
        (Some(folder), [reason]) => {
            let package = Opened::open(folder).map_err(ExplainError::from)?;
            Some(exceptions_of(&package, *reason).map_err(ExplainError::from)?)
        }
        _ => None,
    };
    if voice.json {
        print(&document(slug, &reasons, counts.as_deref()).to_string());
    } else if !voice.quiet {
        let mut page = Page::default();
        match &reasons[..] {
            [reason] => one(&mut page, *reason, counts.as_deref()),
            _ => all(&mut page, &reasons),
        }
        print_styled(&page.into_lines());
    }
    Ok(Outcome::Done)
}

fn one(page: &mut Page, reason: Reason, counts: Option<&[(String, u64)]>) {
    page.title(reason.slug());
    page.pair("what it means", reason.sentence());
    page.pair("severity", &format!("{}: {}", reason.severity().word(), cost(reason.severity())));
    page.pair("what to do", &format!("{}.", capital(reason.what_to_do())));
    match counts {
        Some([]) => page.pair("in this package", "no row has it"),
        Some(counts) => {
            let parts: Vec<String> =
                counts.iter().map(|(source, count)| format!("{source} {}", thousands(*count))).collect();
            page.pair("in this package", &parts.join(", "));
        }
        None => {}
    }
    let list = format!("handover check --reason {} before a run; tables/exceptions.csv after it", reason.slug());
    page.pair("its rows", &list);
}

fn all(page: &mut Page, reasons: &[Reason]) {
    page.title(format!("Every reason: {}", counted(reasons.len(), "reason")));
    for reason in reasons {
        page.line(format!("{:<28} {}", reason.slug(), reason.severity().word()));
        page.words("    ", reason.sentence());
    }
    page.line("");
    page.faint("What to do about one: handover explain --reason SLUG");
}

fn cost(severity: Severity) -> &'static str {
    match severity {
        Severity::Notice => "worth knowing; nothing was left out",
        Severity::Warning => "a value was left out or repaired, or needs a person's eye; the row is used",
        Severity::Error => "the row was set aside",
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn document(slug: &str, reasons: &[Reason], counts: Option<&[(String, u64)]>) -> Value {
    let told = |reason: &Reason| {
        json!({
            "reason": reason.slug(), "sentence": reason.sentence(), "severity": reason.severity().word(),
            "cost": cost(reason.severity()), "what_to_do": reason.what_to_do(),
        })
    };
    let sources = counts.map(|counts| {
        counts.iter().map(|(source, count)| json!({ "source": source, "count": count })).collect::<Vec<Value>>()
    });
    match reasons {
        [reason] if !slug.is_empty() => {
            let mut document = told(reason);
            (document["format"], document["ok"], document["kind"]) = (json!(1), json!(true), json!("reason"));
            document["sources"] = json!(sources);
            document
        }
        _ => json!({
            "format": 1, "ok": true, "kind": "reasons", "reasons": reasons.iter().map(told).collect::<Vec<Value>>(),
        }),
    }
}

/// A figure, with what is behind it.
pub(super) fn figure(page: &mut Page, figure: &FigureExplained) {
    page.title(format!("Figure {}", figure.name));
    page.pair("what is counted", &figure.definition);
    page.pair("how many", &thousands(figure.numerator));
    if let Some(whole) = figure.denominator {
        let share =
            figure.value.parse().map_or_else(|_| figure.value.clone(), |part: f64| spoken_percent(part * 100.0, None));
        page.pair("of", &format!("{}, which is {share}", thousands(whole)));
    }
    if figure.listed_in.is_empty() {
        page.pair("counted in", "a sum over several tables: no table lists what it counts one by one");
        return;
    }
    page.pair("counted in", &figure.listed_in);
    if figure.items.is_empty() {
        return;
    }
    page.heading("What it counts");
    for item in figure.items.iter().take(LISTED) {
        page.line(format!("  {} {}", item.kind, item.item));
    }
    page.more(figure.items.len());
}
