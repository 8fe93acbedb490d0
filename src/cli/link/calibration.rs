//! What each threshold is likely to do, and whether probabilities mean what they say: as lines, JSON and a table.

use super::super::exit::Failure;
use super::super::terminal::thousands;
use super::tables::write;
use crate::linkage::{Agreement, AtThreshold, Reliability};
use serde_json::{Value, json};
use std::path::Path;

/// A share, as tables and documents have it.
fn rounded(share: f64) -> f64 {
    (share * 1e6).round() / 1e6
}

/// A line a threshold, this run's marked.
pub(super) fn threshold_lines(thresholds: &[AtThreshold], match_at: f64, answers: u64) -> Vec<String> {
    let from = match answers {
        0 => "from the probabilities alone".to_owned(),
        1 => "with 1 answer heeded".to_owned(),
        count => format!("with {} answers heeded", thousands(count)),
    };
    let shown = |share: Option<f64>| share.map_or("-".to_owned(), |share| format!("{share:.4}"));
    let mut lines = vec![
        String::new(),
        format!("Likely outcome by threshold, {from}; of all pairs of rows within patients"),
        format!(
            "{:>9} {:>11} {:>9} {:>9} {:>11} {:>11}",
            "match", "joined", "precision", "recall", "wrong joins", "in doubt"
        ),
    ];
    lines.extend(thresholds.iter().map(|at| {
        let mark = if at.match_at == match_at { "   this run" } else { "" };
        format!(
            "{:>9} {:>11} {:>9} {:>9} {:>11.1} {:>11}{mark}",
            at.match_at,
            thousands(at.joined),
            shown(at.precision()),
            shown(at.recall()),
            at.wrong(),
            thousands(at.for_review)
        )
    }));
    lines.push(String::new());
    lines
}

/// A line a bin; nothing where there is no truth.
pub(super) fn reliability_lines(reliability: Option<&Reliability>) -> Vec<String> {
    let Some((of, error)) = reliability.and_then(|of| Some((of, of.expected_calibration_error?))) else {
        return Vec::new();
    };
    let mut lines = vec![
        format!("Probabilities        {:>11} pairs shown; expected calibration error {error:.4}", thousands(of.pairs)),
        format!("{:>15} {:>11} {:>9} {:>9}", "from to", "pairs", "stated", "true"),
    ];
    lines.extend(of.bins.iter().filter_map(|bin| {
        let (stated, observed) = (bin.probability?, bin.observed?);
        let bounds = format!("{} {}", bin.from, bin.to);
        Some(format!("{bounds:>15} {:>11} {stated:>9.4} {observed:>9.4}", thousands(bin.pairs)))
    }));
    lines.push(String::new());
    lines
}

pub(super) fn thresholds_json(thresholds: &[AtThreshold]) -> Vec<Value> {
    let one = |at: &AtThreshold| {
        json!({
            "match": at.match_at, "joined": at.joined, "expected_wrong": rounded(at.wrong()),
            "expected_precision": at.precision().map(rounded), "expected_recall": at.recall().map(rounded),
            "expected_f1": at.f1().map(rounded), "for_review": at.for_review,
        })
    };
    thresholds.iter().map(one).collect()
}

pub(super) fn reliability_json(reliability: Option<&Reliability>) -> Value {
    let Some(of) = reliability else { return Value::Null };
    let bins = of.bins.iter().filter(|bin| bin.pairs > 0).map(|bin| {
        let [stated, observed] = [bin.probability, bin.observed].map(|share| share.map(rounded));
        json!({ "from": bin.from, "to": bin.to, "pairs": bin.pairs, "probability": stated, "observed": observed })
    });
    json!({
        "pairs": of.pairs, "expected_calibration_error": of.expected_calibration_error.map(rounded),
        "bins": bins.collect::<Vec<Value>>(),
    })
}

const COLUMNS: [&str; 11] = [
    "match",
    "pairs_joined",
    "expected_wrong_joins",
    "expected_precision",
    "expected_recall",
    "expected_f1",
    "pairs_for_review",
    "wrong_joins",
    "precision",
    "recall",
    "f1",
];

/// A line a threshold; what it truly came to stands beside it where that is known.
pub(super) fn write_thresholds(path: &Path, thresholds: &[AtThreshold], truth: &[Agreement]) -> Result<(), Failure> {
    let shown = |share: Option<f64>| share.map(|share| format!("{share:.6}")).unwrap_or_default();
    write(path, |out| {
        out.write_record(COLUMNS)?;
        for at in thresholds {
            let truth = truth.iter().find(|known| known.match_at == at.match_at);
            let known = |share: fn(&Agreement) -> Option<f64>| shown(truth.and_then(share));
            out.write_record([
                at.match_at.to_string(),
                at.joined.to_string(),
                format!("{:.3}", at.wrong()),
                shown(at.precision()),
                shown(at.recall()),
                shown(at.f1()),
                at.for_review.to_string(),
                truth.map(|known| (known.joined - known.right).to_string()).unwrap_or_default(),
                known(Agreement::precision),
                known(Agreement::recall),
                known(Agreement::f1),
            ])?;
        }
        Ok(())
    })
}
