//! Gates, rows, exceptions and figures.

use super::chart::{self, SEGMENTS};
use super::parts::{Cell, Section, some, source_note, spoken_date, table};
use super::words;
use crate::ledger::Reason;
use crate::package::{FigureLine, PackagePlan};
use maud::{Markup, html};
use std::cmp::Reverse;
use std::collections::BTreeMap;

pub(super) fn gates(plan: &PackagePlan<'_>) -> Section {
    let rows = plan.gates().into_iter().map(|gate| {
        let closes = match gate.worst_source.as_str() {
            "" => words::spoken(&gate.closes_by),
            worst => format!("{} (worst: {worst})", words::spoken(&gate.closes_by)),
        };
        let [measured, ceiling] = words::measured(&gate);
        vec![
            Cell::Explained { head: words::gate(&gate.gate), meaning: gate.definition },
            Cell::State(gate.state),
            Cell::Number(measured),
            Cell::Number(ceiling),
            Cell::Text(closes),
        ]
    });
    let heads = ["Gate", "State", "Measured", "Ceiling", "What closes it"];
    let body = html! {
        p { "Under " code { "--final" } " every gate must be green, or waived by a named person. A gate that is not measured is never green." }
        (table("Gates and their state", &heads, rows.collect()))
        (waivers(plan))
    };
    Section { id: "gates", title: "Is it ready?", body }
}

fn waivers(plan: &PackagePlan<'_>) -> Markup {
    let rows = plan.config().waivers.iter().map(|waiver| {
        vec![
            Cell::Head(words::gate(&waiver.gate)),
            Cell::Text(format!("{}, {}", waiver.name, waiver.role)),
            Cell::Text(spoken_date(waiver.date)),
            Cell::Text(waiver.reason.clone()),
        ]
    });
    let rows: Vec<_> = rows.collect();
    html! { @if !rows.is_empty() { (table("Waivers", &["Gate", "Waived by", "On", "Because"], rows)) } }
}

pub(super) fn rows(plan: &PackagePlan<'_>) -> Section {
    let mut sources: BTreeMap<String, [u64; SEGMENTS.len()]> = BTreeMap::new();
    for ([source, disposition], count) in plan.count_by("rows", ["source", "disposition"]) {
        sources.entry(source).or_default()[chart::segment(&disposition)] += count;
    }
    let count = |name: &str| plan.counts().get(name).copied().unwrap_or(0);
    let read = count("rows.read");
    let mut heads = vec!["Source"];
    heads.extend(["Used", "Unassigned", "Declared", "Second keying", "Reference", "Set aside", "Layout"]);
    let lines = sources.iter().map(|(source, counts)| {
        std::iter::once(Cell::Head(source.clone())).chain(counts.iter().map(|count| Cell::Count(*count))).collect()
    });
    let meanings = words::DISPOSITIONS.iter().map(|(word, meaning)| {
        vec![
            Cell::Head(words::spoken(word)),
            Cell::Count(count(&format!("rows.{word}"))),
            Cell::Text((*meaning).into()),
        ]
    });
    let body = html! {
        p { "Every physical row of every file went to exactly one place: " strong { (some(read, "row", "rows")) } " in all." }
        (chart::legend())
        div.bars { @for (source, counts) in &sources { (chart::bar(source, *counts)) } }
        (table("Rows by source", &heads, lines.collect()))
        (table("What became of the rows", &["Disposition", "Rows", "Meaning"], meanings.collect()))
        (source_note("audit/rows.csv"))
    };
    Section { id: "rows", title: "What came in and where it went", body }
}

pub(super) fn exceptions(plan: &PackagePlan<'_>) -> Section {
    let mut reasons: Vec<_> = plan.count_by("exceptions", ["severity", "reason"]).into_iter().collect();
    reasons.sort_by_key(|([severity, reason], count)| (severity_rank(severity), Reverse(*count), reason.clone()));
    let lines = reasons.into_iter().map(|([severity, slug], count)| {
        let reason = Reason::ALL.iter().find(|reason| reason.slug() == slug);
        vec![
            Cell::Head(reason.map_or(slug, |reason| reason.sentence().to_owned())),
            Cell::Count(count),
            Cell::Text(words::spoken(&severity)),
            Cell::Text(reason.map_or(String::new(), |reason| words::spoken_sentence(reason.what_to_do()))),
        ]
    });
    let body = html! {
        p {
            "An " strong { "error" } " cost the row, a " strong { "warning" } " cost a value or repaired one, a " strong { "notice" }
            " cost nothing."
        }
        (table("Exceptions by reason", &["What is wrong", "Times", "Severity", "What to do"], lines.collect()))
        (source_note("tables/exceptions.csv"))
    };
    Section { id: "exceptions", title: "Exceptions", body }
}

fn severity_rank(severity: &str) -> u8 {
    match severity {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    }
}

pub(super) fn figures(plan: &PackagePlan<'_>) -> Section {
    let mut groups: Vec<(String, Vec<FigureLine>)> = Vec::new();
    for figure in plan.figures() {
        let group = figure.name.split('.').next().unwrap_or_default().to_owned();
        match groups.iter_mut().find(|(name, _)| *name == group) {
            Some((_, figures)) => figures.push(figure),
            None => groups.push((group, vec![figure])),
        }
    }
    let body = html! {
        p { "Every figure with its definition. A share is the part divided by the whole; " code { "handover explain" } " lists what stands behind each." }
        @for (group, figures) in groups {
            (table(&format!("Figures: {}", words::spoken(&group).to_lowercase()), &FIGURE_HEADS, figures.into_iter().map(figure_line).collect()))
        }
        (source_note("tables/figures.csv"))
    };
    Section { id: "figures", title: "Figures and their definitions", body }
}

const FIGURE_HEADS: [&str; 5] = ["Figure", "Value", "Part", "Whole", "Share"];

fn figure_line(figure: FigureLine) -> Vec<Cell> {
    let (part, whole) = match figure.denominator.as_str() {
        "" => (String::new(), String::new()),
        _ => (figure.numerator, figure.denominator),
    };
    let share = words::share(&figure.value, &whole);
    vec![
        Cell::Explained { head: figure.name.clone(), meaning: figure.definition },
        Cell::Figure { name: figure.name, value: figure.value },
        Cell::Number(part),
        Cell::Number(whole),
        Cell::Number(share),
    ]
}
