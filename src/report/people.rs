//! Patients, pairs for review, and paper.

use super::parts::{Cell, Section, some, source_note, table};
use super::words;
use crate::ledger::Reason;
use crate::package::{IdTallies, PackagePlan, SourceTally};
use maud::{Markup, html};
use std::cmp::Reverse;

pub(super) fn patients(plan: &PackagePlan<'_>) -> Section {
    let count = |name: &str| plan.counts().get(name).copied().unwrap_or(0);
    let explained = |table: &str, column: &str, explain: fn(&str) -> &'static str| {
        let mut counts: Vec<_> = plan.count_by(table, [column]).into_iter().collect();
        counts.sort_by_key(|(_, count)| Reverse(*count));
        let counts = counts.into_iter();
        counts
            .map(|([word], count)| {
                vec![Cell::Head(words::spoken(&word)), Cell::Count(count), Cell::Text(explain(&word).into())]
            })
            .collect::<Vec<_>>()
    };
    let numbers = explained("patients", "nhs_number_status", words::number_status);
    let joins = explained("patient_records", "joined_by", words::joined_by);
    let unassigned =
        plan.count_by("unassigned", ["reason"]).into_iter().map(|([slug], count)| reason_line(&slug, count));
    let body = html! {
        p {
            strong { (some(count("patients"), "patient", "patients")) } " in " (some(count("patient_records"), "row", "rows")) ". "
            @if count("unassigned") == 0 { "The patient of every row is known." } @else {
                "The patient of " (some(count("unassigned"), "further row", "further rows"))
                " is not known; nobody is counted from those."
            }
        }
        (table("NHS numbers", &["NHS number", "Patients", "Meaning"], numbers))
        (table("How rows came to their patients", &["Joined by", "Rows", "Meaning"], joins))
        (table("Rows whose patient is not known", &["Why", "Rows", "What to do"], unassigned.collect()))
        (source_note("tables/patients.csv, tables/patient_records.csv and tables/unassigned.csv"))
        (ids(plan))
    };
    Section { id: "patients", title: "Patients", body }
}

/// What became of the ids of the package before; nothing where none was named.
fn ids(plan: &PackagePlan<'_>) -> Markup {
    let Some(IdTallies { patients, referrals, appointments }) = plan.id_tallies() else { return html! {} };
    let lines =
        [("Patients", patients), ("Referrals", referrals), ("Appointments", appointments)].map(|(kind, ids)| {
            let counts = [ids.carried, ids.new, ids.split, ids.merged, ids.ended];
            std::iter::once(Cell::Head(kind.into())).chain(counts.map(Cell::Count)).collect::<Vec<_>>()
        });
    let heads = ["Ids of", "Live on", "New", "Split from another", "Ended: merged into another", "Ended: nothing left"];
    let changes = plan.count_by("id_changes", ["change"]).into_iter();
    let changes = changes.map(|([word], count)| {
        vec![Cell::Head(words::spoken(&word)), Cell::Count(count), Cell::Text(words::id_change(&word).into())]
    });
    html! {
        p { "The ids of an earlier package live on: whoever shares most rows with what an id stood for has that id." }
        (table("Ids since the earlier package", &heads, lines.into()))
        (table("What became of earlier ids", &["Change", "Lines", "Meaning"], changes.collect()))
        (source_note("tables/id_changes.csv"))
        (source_changes(plan.source_tallies()))
    }
}

/// What later extracts added, changed and left out.
fn source_changes(sources: &[SourceTally]) -> Markup {
    let lines = sources.iter().map(|of| {
        let counts = [of.before, of.unchanged, of.changed, of.gone, of.added];
        std::iter::once(Cell::Head(of.source.clone())).chain(counts.map(Cell::Count)).collect::<Vec<_>>()
    });
    let heads = ["Source", "Rows then", "As they were", "Changed", "Gone", "Added"];
    html! {
        p {
            "Rows then are as they were, changed or gone. A row changed where the same place, or the same patient, referral and "
            "appointment, has other content now; one that only moved is as it was."
        }
        (table("Rows of people since the earlier package, by source", &heads, lines.collect()))
        (source_note("tables/source_changes.csv"))
    }
}

fn reason_line(slug: &str, count: u64) -> Vec<Cell> {
    let reason = Reason::ALL.iter().find(|reason| reason.slug() == slug);
    vec![
        Cell::Head(reason.map_or_else(|| words::spoken(slug), |reason| reason.sentence().to_owned())),
        Cell::Count(count),
        Cell::Text(reason.map_or(String::new(), |reason| words::spoken_sentence(reason.what_to_do()))),
    ]
}

pub(super) fn pairs(plan: &PackagePlan<'_>) -> Section {
    let mut review = Vec::new();
    for ([standing, slug], count) in plan.count_by("pairs", ["standing", "reason"]) {
        match (standing.as_str(), slug.as_str()) {
            ("review", "") => review.push(vec![
                Cell::Head("The details agree in part: neither clearly one person nor clearly two.".into()),
                Cell::Count(count),
                Cell::Text("Decide in review.".into()),
            ]),
            ("review", slug) => review.push(reason_line(slug, count)),
            _ => {}
        }
    }
    let columns = ["kind", "standing", "effect"];
    let effects = plan.count_by("review_decisions", columns).into_iter().map(|([kind, standing, effect], count)| {
        let changed = if standing == "in-effect" { words::effect(&effect) } else { String::new() };
        vec![
            Cell::Head(words::spoken(&kind)),
            Cell::Text(words::spoken(&standing)),
            Cell::Text(changed),
            Cell::Count(count),
        ]
    });
    let against = contradictions(plan);
    let waiting = plan.counts().get("pairs.review").copied().unwrap_or(0);
    let body = html! {
        @if waiting > 0 {
            p {
                "A person must say of " strong { (some(waiting, "pair of rows", "pairs of rows")) }
                " whether it is one patient or two: " code { "handover review" } ". Until then they stay apart."
            }
        }
        (table("Pairs for review", &["Why", "Pairs", "What to do"], review))
        (table("Decisions so far", &["About", "Standing", "What it changed", "Decisions"], effects.collect()))
        @if !against.is_empty() {
            p {
                "Decisions that cannot all be right wait until a person takes back the wrong one: "
                code { "handover review undo" } ". Nothing is joined by them until then."
            }
        }
        (table("Decisions that contradict others", &["Event of the journal", "Against event"], against))
        (source_note("tables/pairs.csv and tables/review_decisions.csv"))
    };
    Section { id: "pairs", title: "Pairs for review", body }
}

/// Events that are contradicted, with the event that stands against each.
fn contradictions(plan: &PackagePlan<'_>) -> Vec<Vec<Cell>> {
    let events = plan.count_by("review_decisions", ["standing", "event", "by"]).into_keys();
    let mut against: Vec<(u64, String)> = events
        .filter(|[standing, ..]| standing == "contradicted")
        .map(|[_, event, by]| (event.parse().unwrap_or_default(), by))
        .collect();
    against.sort_unstable();
    against.into_iter().map(|(event, by)| vec![Cell::Head(event.to_string()), Cell::Text(by)]).collect()
}

pub(super) fn paper(plan: &PackagePlan<'_>) -> Section {
    let folders = plan.count_by("paper_folders", ["keyings"]).into_iter().map(|([keyings], count)| {
        let times = if keyings == "1" { "Keyed once".to_owned() } else { format!("Keyed {keyings} times") };
        vec![Cell::Head(times), Cell::Count(count)]
    });
    let fields = plan.count_by("paper_disagreements", ["field"]).into_iter();
    let fields = fields.map(|([field], count)| vec![Cell::Head(field), Cell::Count(count)]);
    let body = html! {
        p { "Folders are keyed twice by two people. Where the two differ, somebody looks at the folder: " code { "handover paper adjudicate" } "." }
        (table("Folders", &["Folders", "How many"], folders.collect()))
        (table("Fields on which two keyings disagree", &["Field", "Times"], fields.collect()))
        (source_note("tables/paper_folders.csv and tables/paper_disagreements.csv"))
    };
    Section { id: "paper", title: "Paper", body }
}
