//! Referrals, appointments and the waiting list.

use super::parts::{Cell, Section, grouped, some, source_note, table};
use super::words;
use crate::package::PackagePlan;
use crate::reconcile::{Classification, Cohort, Relation, WaitType};
use maud::{Markup, html};
use std::collections::BTreeMap;

pub(super) fn referrals(plan: &PackagePlan<'_>) -> Section {
    let count = |name: &str| plan.counts().get(name).copied().unwrap_or(0);
    let cohorts = Cohort::ALL.iter().map(|cohort| {
        let word = cohort.word();
        let referrals = count(&format!("referrals.{word}"));
        vec![Cell::Head(words::spoken(word)), Cell::Count(referrals), Cell::Text(words::cohort(word).into())]
    });
    let relations = Relation::ALL.iter().map(|relation| {
        let word = relation.word();
        let rows = count(&format!("referral_records.{word}"));
        vec![Cell::Head(words::spoken(word)), Cell::Count(rows), Cell::Text(words::relation(word).into())]
    });
    let body = html! {
        p {
            strong { (some(count("referrals"), "referral", "referrals")) } " told by " (some(count("referral_records"), "row", "rows"))
            ". Each is in exactly one group, and the groups add up."
        }
        (table("Referrals by where they stand", &["Group", "Referrals", "Meaning"], cohorts.collect()))
        (table("Rows that speak of referrals", &["Relation", "Rows", "Meaning"], relations.collect()))
        (source_note("tables/referrals.csv and tables/referral_records.csv"))
    };
    Section { id: "referrals", title: "Referrals", body }
}

pub(super) fn appointments(plan: &PackagePlan<'_>) -> Section {
    let count = |name: &str| plan.counts().get(name).copied().unwrap_or(0);
    let found = plan.count_by("appointments", ["classification", "recorded_by", "evidence", "flags"]);
    let (mut classes, mut evidence, mut flags) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for ([class, by, kinds, joined], appointments) in &found {
        let order = Classification::ALL.iter().position(|known| known.word() == class);
        *classes.entry((order, class.as_str(), by.as_str())).or_insert(0) += appointments;
        if class == "unrecorded" {
            *evidence.entry(kinds.as_str()).or_insert(0) += appointments;
        }
        for flag in joined.split(';').filter(|flag| !flag.is_empty()) {
            *flags.entry(flag).or_insert(0) += appointments;
        }
    }
    let classes = classes.into_iter().map(|((_, class, by), appointments)| {
        let meaning = Cell::Text(words::classification(class).into());
        vec![Cell::Head(words::spoken(class)), Cell::Text(words::spoken(by)), Cell::Count(appointments), meaning]
    });
    let evidence = evidence.into_iter().map(|(kinds, appointments)| {
        vec![Cell::Head(words::spoken(&kinds.replace(';', " and "))), Cell::Count(appointments)]
    });
    let flags = flags.into_iter().map(|(flag, appointments)| {
        vec![Cell::Head(words::spoken(flag)), Cell::Count(appointments), Cell::Text(words::flag(flag).into())]
    });
    let settled = plan.count_by("appointments", ["resolution"]).into_iter().filter(|([word], _)| !word.is_empty());
    let settled = settled.map(|([word], appointments)| {
        let meaning = Cell::Text(words::resolution(&word).into());
        vec![Cell::Head(words::spoken(&word)), Cell::Count(appointments), meaning]
    });
    let settled: Vec<_> = settled.collect();
    let held = plan.count_by("appointments", ["holds"]).into_iter().filter(|([word], _)| !word.is_empty());
    let held = held.map(|([word], appointments)| {
        let meaning = Cell::Text(words::holds(&word).into());
        vec![Cell::Head(words::spoken(&word)), Cell::Count(appointments), meaning]
    });
    let held: Vec<_> = held.collect();
    let body = html! {
        p {
            strong { (some(count("appointments"), "appointment", "appointments")) } ". "
            @if count("appointments.without-patient") == 0 { "The patient of each is known." } @else {
                "Of " (grouped(count("appointments.without-patient"))) " the patient is not known, and someone will turn up."
            }
        }
        (table("Appointments by what the systems and the evidence say", &CLASS_HEADS, classes.collect()))
        h3 { "Booked, and recorded nowhere" }
        p { "Somebody told these patients to come, and no booking system holds the appointment." }
        (table("Unrecorded appointments by their evidence", &["Evidence", "Appointments"], evidence.collect()))
        (table("Appointments that need a person’s eye", &["Flag", "Appointments", "Meaning"], flags.collect()))
        @if !settled.is_empty() {
            (table("Bookings ahead that a named person settled", &["Answer", "Appointments", "Meaning"], settled))
        }
        @if !held.is_empty() {
            (table("Conflicts that a named person settled", &["Which is right", "Appointments", "Meaning"], held))
        }
        (source_note("tables/appointments.csv"))
    };
    Section { id: "appointments", title: "Appointments", body }
}

const CLASS_HEADS: [&str; 4] = ["What is known", "In the system of", "Appointments", "Meaning"];

pub(super) fn waiting_list(plan: &PackagePlan<'_>) -> Section {
    let count = |name: &str| plan.counts().get(name).copied().unwrap_or(0);
    let waits = WaitType::ALL.iter().map(|wait| {
        let (spoken, meaning) = words::wait_type(wait.word());
        let pathways = count(&format!("waiting_list.{}", wait.word()));
        vec![Cell::Head(spoken), Cell::Count(pathways), Cell::Text(meaning.into())]
    });
    let differences = plan.count_by("waiting_list_differences", ["difference", "cause"]).into_iter();
    let differences = differences.map(|([kind, cause], times)| {
        let cause = if cause == "unknown" { "Unexplained".into() } else { words::spoken(&cause) };
        vec![Cell::Head(words::difference(&kind).into()), Cell::Text(cause), Cell::Count(times)]
    });
    let waiting = count("waiting_list");
    let body = html! {
        p { strong { (some(waiting, "pathway waits", "pathways wait")) } " by the records." }
        (table("The waiting list rebuilt from the records", &["Waits for", "Pathways", "Meaning"], waits.collect()))
        h3 { "Declared and found" }
        (declared(plan))
        (table("Where the declared list and the records differ, person by person", &["Difference", "Cause", "Times"], differences.collect()))
        (source_note("tables/waiting_list.csv, tables/waiting_list_differences.csv and tables/declared.csv"))
    };
    Section { id: "waiting-list", title: "The waiting list", body }
}

/// A page is to be read: longer tables of declared figures are cut, and the page says so.
const DECLARED_SHOWN: usize = 60;

fn declared(plan: &PackagePlan<'_>) -> Markup {
    let mut lines = Vec::new();
    let mut in_all = 0;
    plan.each_line("declared", &mut |line| {
        in_all += 1;
        if in_all <= DECLARED_SHOWN {
            let text = |place| line.cell(place).to_owned();
            let number = |place| Cell::Number(if line.cell(place).is_empty() { "–".into() } else { text(place) });
            let explained = Cell::Text(words::spoken(line.cell(6)));
            lines.push(vec![
                Cell::Head(text(0)),
                Cell::Text(text(1)),
                Cell::Text(text(2)),
                number(3),
                number(4),
                number(5),
                explained,
            ]);
        }
    });
    html! {
        (table("Declared figures", &["Measure", "Group", "Period", "Declared", "Found", "Difference", "Borne out"], lines))
        @if in_all > DECLARED_SHOWN {
            p.cut { strong { "Cut short: " } "the first " (DECLARED_SHOWN) " of " (in_all) " declared figures are shown; all are in the table." }
        }
    }
}
