//! A pair as a clinician can read it: each comparison, what was found, how often that is seen, what it is worth.

use super::page::{LISTED, Page, counted};
use crate::linkage::{Compared, PairExplanation, title};
use crate::package::explain::{PairExplained, PairTold, joined_words, shown_row};
use std::cmp::Reverse;

/// Two rows, or two patients.
pub(super) fn show(page: &mut Page, pair: &PairExplained) {
    let PairExplained { names, are_patients, patients, pairs, decisions, thresholds } = pair;
    page.title(if *are_patients { "Two patients" } else { "Two rows" });
    let whose = |patient: &Option<String>| patient.clone().unwrap_or_else(|| "nobody who is known".into());
    for (name, patient) in names.iter().zip(patients) {
        page.line(if *are_patients { format!("  {name}") } else { format!("  {name}   of {}", whose(patient)) });
    }
    page.line("");
    match (&pairs[..], patients[0].is_some() && patients[0] == patients[1]) {
        ([], true) => page.words(
            "",
            "Nothing of a comparison of these two rows is kept: both are of one patient through other rows, a local id or \
             a decision. Explain the patient to see what joined them.",
        ),
        ([], false) => page.words(
            "",
            "Nothing of a comparison of the two is kept: no blocking rule brought them together, or they were less than \
             5 % likely to be one person.",
        ),
        _ => {}
    }
    for (place, pair) in pairs.iter().take(LISTED).enumerate() {
        if place > 0 {
            page.line("");
        }
        if *are_patients {
            page.line(format!("{} and {}", shown_row(&pair.left), shown_row(&pair.right)));
        }
        page.words("", &format!("{}: {}", standing(&pair.standing), pair.why(*thresholds)));
        page.words("", &format!("Brought together by: {}", pair.rule));
        page.line("");
        weighed(page, &pair.explanation);
    }
    if !pairs.is_empty() {
        page.line("");
        legend(page);
    }
    page.more(pairs.len());
    page.decisions(decisions);
}

fn standing(word: &str) -> &'static str {
    match word {
        "edge" => "Joined",
        "review" => "Kept for review",
        _ => "Not joined",
    }
}

/// Every part of the weight, the strongest first, and what the total means. The parts shown are the total shown.
pub(super) fn weighed(page: &mut Page, told: &PairExplanation) {
    if told.made.is_empty() {
        page.words("  ", "One of the two says too little to be compared.");
        return;
    }
    page.faint(row("", "", "one person", "two people", "bits"));
    page.line(row("to begin with", "any two rows", "", "", &bits(told.prior_hundredths)));
    let mut made: Vec<&Compared> = told.made.iter().collect();
    made.sort_by_key(|compared| Reverse(compared.total_hundredths));
    for compared in made {
        let name = title(&compared.comparison);
        let (one, two) = (often(compared.m), often(compared.u));
        page.line(row(&name, compared.words(), &one, &two, &bits(compared.level_hundredths)));
        if compared.is_limited {
            page.line(row("", "(held to this)", "", "", ""));
        }
        match compared.frequency_hundredths {
            0 => {}
            more @ 1.. => page.line(row("", "  and a rare value", "", "", &bits(more))),
            less => page.line(row("", "  but a common value", "", "", &bits(less))),
        }
    }
    if told.shared_hundredths != 0 {
        page.line(row("", "how common values are, in all", "", "", &bits(told.shared_hundredths)));
    }
    if told.raised_hundredths != 0 {
        page.line(row("NHS number", "decides, as birth and name agree", "", "", &bits(told.raised_hundredths)));
    }
    let probability = format!("probability {}", sure(told.probability));
    page.line(row("together", &probability, "", "", &bits(told.total_hundredths)));
    if !told.not_made.is_empty() {
        let names: Vec<String> = told.not_made.iter().map(|name| title(name)).collect();
        page.words("  ", &format!("Not said by both: {}.", names.join(", ")));
    }
    for note in notes(told) {
        page.words("  ", &note);
    }
    page.words("  ", &format!("{}.", meaning(told.probability)));
}

/// Among whom chances were counted, where that is not everybody.
fn notes(told: &PairExplanation) -> Vec<String> {
    let mut notes: Vec<(&str, Vec<String>)> = Vec::new();
    for compared in told.made.iter().filter(|compared| !compared.among().is_empty()) {
        match notes.iter_mut().find(|(among, _)| *among == compared.among()) {
            Some((_, names)) => names.push(title(&compared.comparison)),
            None => notes.push((compared.among(), vec![title(&compared.comparison)])),
        }
    }
    notes.into_iter().map(|(among, names)| format!("Counted {among}: {}.", names.join(", "))).collect()
}

/// In a few lines: what was found, without its parts.
pub(super) fn briefly(page: &mut Page, sign: &str, pair: &PairTold) {
    let told = &pair.explanation;
    let total = bits(told.total_hundredths);
    let sure = sure(told.probability);
    let found = format!("{total} bits, probability {sure}; brought together by: {}", pair.rule);
    page.words(sign, &found);
    page.words(sign, &told.without_scores());
}

fn row(name: &str, found: &str, one: &str, two: &str, bits: &str) -> String {
    format!("  {name:<14} {found:<34}{one:>10}{two:>11}{bits:>8}").trim_end().to_owned()
}

/// Hundredths of a bit.
pub(super) fn bits(hundredths: i32) -> String {
    let sign = if hundredths < 0 { '-' } else { '+' };
    format!("{sign}{}.{:02}", hundredths.abs() / 100, hundredths.abs() % 100)
}

/// A share as a person says it.
fn often(share: f64) -> String {
    if share >= 0.01 {
        return format!("{:.1} %", share * 100.0);
    }
    let one_in = 1.0 / share;
    match one_in {
        ..9_999.5 => format!("1 in {one_in:.0}"),
        ..999_500.0 => format!("1 in {:.0}k", one_in / 1e3),
        ..999.5e6 => format!("1 in {:.0}m", one_in / 1e6),
        _ => "1 in 1bn".into(),
    }
}

/// What a probability means.
pub(super) fn meaning(probability: f64) -> String {
    let rare = |share: f64| match share {
        share if share < 0.000_000_5 => "fewer than 1 in a million".to_owned(),
        share => format!("about {} in {}", nice(share).0, nice(share).1),
    };
    if probability >= 0.5 {
        format!("Of pairs like this {} are two people", rare(1.0 - probability))
    } else {
        format!("Of pairs like this {} are one person", rare(probability))
    }
}

/// A share up to a half, as so many in ten, a hundred, or as one in so many.
fn nice(share: f64) -> (u64, u64) {
    match share {
        share if share >= 0.1 => ((share * 10.0).round() as u64, 10),
        share if share >= 0.01 => ((share * 100.0).round() as u64, 100),
        share => (1, (1.0 / share).round() as u64),
    }
}

/// Who or what joined a row to its patient, and how probable that is where somebody must wonder.
pub(super) fn how(joined_by: &str, probability: f64) -> String {
    match joined_by {
        "alone" | "decision" => joined_words(joined_by).to_owned(),
        _ => format!("{} ({})", joined_words(joined_by), sure(probability)),
    }
}

/// What the columns are.
pub(super) fn legend(page: &mut Page) {
    page.faint("one person, two people: how often rows of one, or of two, show what was found.");
    page.faint("bits: its worth; each bit doubles the odds, for one person or (-) for two.");
}

/// A probability, which is told to a millionth and is never quite one or nought.
pub(super) fn sure(probability: f64) -> String {
    if probability >= 1.0 {
        "over 0.999999".into()
    } else if probability <= 0.0 {
        "under 0.000001".into()
    } else {
        probability.to_string()
    }
}

/// How the pair ends, in a heading.
pub(super) fn heading(pair: &PairTold) -> &'static str {
    standing(&pair.standing)
}

/// How many pairs there are beyond those shown.
pub(super) fn beyond(page: &mut Page, shown: usize, of: usize, what: &str) {
    if of > shown {
        page.faint(format!("  … and {} more: --json lists them all", counted(of - shown, what)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_a_person_says_them() {
        let shown = [0.9851, 0.01, 0.0099, 0.0001, 0.00001, 1e-6, 1e-9].map(often);
        assert_eq!(shown, ["98.5 %", "1.0 %", "1 in 101", "1 in 10k", "1 in 100k", "1 in 1m", "1 in 1bn"]);
        assert_eq!([1.0, 0.0, 0.97].map(sure), ["over 0.999999", "under 0.000001", "0.97"]);
        assert_eq!([0, -7, 1234, -1205].map(bits), ["+0.00", "-0.07", "+12.34", "-12.05"]);
        let said = [1.0, 0.999_5, 0.97, 0.71, 0.5, 0.2, 0.05].map(meaning);
        let ends = said.map(|text| text.replace("Of pairs like this ", ""));
        assert_eq!(
            ends,
            [
                "fewer than 1 in a million are two people",
                "about 1 in 2000 are two people",
                "about 3 in 100 are two people",
                "about 3 in 10 are two people",
                "about 5 in 10 are two people",
                "about 2 in 10 are one person",
                "about 5 in 100 are one person",
            ]
        );
    }
}
