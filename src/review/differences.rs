//! Differences between the declared waiting list and the rebuilt one that no row explains.

use super::asked::{Asked, Column, Item, Line, Question};
use super::care::{OF_PERSON, OF_REFERRAL, REFERRAL_ROWS, person_cells, referrals, rows_of};
use super::fields::Values;
use super::material::{Material, legible};
use super::rows::Row;
use super::{Error, Queue};
use crate::decisions::{Act, RowName};
use std::collections::{BTreeMap, BTreeSet};

const UNKNOWN: &str = "unknown";

/// How the lists differ, as a table writes it and as a person reads it, and what can be the cause.
const KINDS: [(&str, &str, &[&str]); 5] = [
    (
        "declared-not-found",
        "Declared, and not on the rebuilt list",
        &["closed-before-census", "referred-on", "seen", "declared-in-error", "record-missing"],
    ),
    (
        "found-not-declared",
        "On the rebuilt list, and not declared",
        &["left-off-in-error", "clock-stopped", "paper-only", "repeat-of-declared", "not-of-this-service"],
    ),
    ("clock-start-differs", "Another clock start", &["clock-reset", "clock-after-receipt", "typing-error"]),
    ("priority-differs", "Another priority", &["lowered-by-clinician", "raised-by-clinician", "typing-error"]),
    ("declared-twice", "Declared twice", &["listed-twice", "two-referrals"]),
];

/// A difference without a cause.
struct Open {
    kind: usize,
    patient: String,
    referral: String,
    values: [String; 2],
    declared: Option<Row>,
}

/// A line each.
pub(super) fn ask(material: &mut Material<'_>) -> Result<Asked, Error> {
    let open = open(material)?;
    let of_referrals: BTreeSet<String> = open.iter().map(|open| open.referral.clone()).collect();
    let rows = rows_of(material, REFERRAL_ROWS, &of_referrals)?;
    let referrals = referrals(material, &of_referrals)?;
    let patients = material.patients(&open.iter().map(|open| open.patient.clone()).collect())?;
    let people = material.people(&open.iter().filter_map(|open| open.declared).collect())?;
    let explained = explained(material);
    let mut items = Vec::new();
    for open in &open {
        let about: Vec<Row> = match open.declared {
            Some(row) => vec![row],
            None => rows.get(&open.referral).cloned().unwrap_or_default(),
        };
        let is_explained = about.iter().any(|row| explained.contains(&(open.kind, material.rows.name(*row))));
        if !about.is_empty() && !is_explained {
            let person = patients.get(&open.patient).or_else(|| people.get(&about[0]));
            items.push(item(material, open, &about, person, &referrals));
        }
    }
    Ok(Asked::new(Queue::Differences, columns(), items))
}

fn columns() -> Vec<Column> {
    let before = [("How they differ", 26.0), ("Declared", 14.0), ("Found", 14.0)];
    let of = |(_, title, width): &(&'static str, &'static str, f64)| (*title, *width);
    let all = before.into_iter().chain(OF_PERSON.iter().map(of)).chain(OF_REFERRAL.iter().map(of));
    all.map(|(title, width)| Column { title, width }).collect()
}

fn open(material: &mut Material<'_>) -> Result<Vec<Open>, Error> {
    let columns = [
        "patient_id",
        "referral_id",
        "difference",
        "cause",
        "declared_value",
        "found_value",
        "declared_source",
        "declared_file",
        "declared_sheet",
        "declared_row",
    ];
    let rows = &mut material.rows;
    let mut open = Vec::new();
    material.package.each_line("waiting_list_differences", columns, &mut |cells| {
        let Some(kind) = KINDS.iter().position(|(word, ..)| *word == cells[2]) else { return };
        if cells[3] != UNKNOWN {
            return;
        }
        let declared = (!cells[9].is_empty()).then(|| rows.number([cells[6], cells[7], cells[8], cells[9]]));
        let [patient, referral] = [cells[0], cells[1]].map(str::to_owned);
        open.push(Open { kind, patient, referral, values: [legible(cells[4]), legible(cells[5])], declared });
    })?;
    Ok(open)
}

/// Rows of which somebody has said since why there is a difference of this kind.
fn explained(material: &Material<'_>) -> BTreeSet<(usize, RowName)> {
    let mut explained = BTreeSet::new();
    for (_, event) in material.decisions.in_effect() {
        let Act::DifferenceCause { difference, .. } = &event.entry.act else { continue };
        let Some(kind) = KINDS.iter().position(|(word, ..)| word == difference) else { continue };
        explained.extend(event.entry.rows.iter().map(|row| (kind, row.name.clone())));
    }
    explained
}

fn item(
    material: &Material<'_>,
    open: &Open,
    about: &[Row],
    person: Option<&Values>,
    referrals: &BTreeMap<String, Vec<String>>,
) -> Item {
    let (word, spoken, causes) = KINDS[open.kind];
    let rows: Vec<_> = about.iter().map(|row| material.rows.shown(*row, material.key)).collect();
    let mut cells = vec![spoken.to_owned()];
    cells.extend(open.values.clone());
    cells.extend(person_cells(person));
    let nothing = vec![String::new(); OF_REFERRAL.len()];
    cells.extend(referrals.get(&open.referral).unwrap_or(&nothing).iter().cloned());
    let differs = vec![false; cells.len()];
    let choices = causes.iter().map(|cause| (*cause).to_owned()).collect();
    let line = Line { label: "Why do they differ?".to_owned(), cells, differs, row: Some(rows[0].clone()), choices };
    Item { lines: vec![line], question: Question::Cause(rows, word.to_owned()) }
}
