//! Rows whose patient is not known, with the patients they may be of.

use super::asked::{Asked, Column, Item, Line, Question, place_choices};
use super::fields::{FIELDS, Values, differing};
use super::material::Material;
use super::rows::Row;
use super::{Error, Queue};
use crate::decisions::{Act, Placing, RowName};
use crate::ledger::Reason;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// More than so many are not shown: who fits so many is not found by looking at them.
const CANDIDATES_MAX: usize = 5;

/// A row that waits for its patient.
struct Waiting {
    row: Row,
    reason: String,
    candidates: Vec<String>,
    more: usize,
}

/// The row, then a line for each candidate, with the row that speaks for it best.
pub(super) fn ask(material: &mut Material<'_>) -> Result<Asked, Error> {
    let waiting = waiting(material)?;
    let rows: BTreeSet<Row> = waiting.iter().map(|waiting| waiting.row).collect();
    let people = material.people(&rows)?;
    let ids: BTreeSet<String> = waiting.iter().flat_map(|waiting| &waiting.candidates).cloned().collect();
    let patients = material.patients(&ids)?;
    let speaking = speaking_rows(material);
    let items = waiting.iter().map(|waiting| item(material, waiting, &people, &patients, &speaking)).collect();
    let why = Column { title: "Why it is not known", width: 30.0 };
    Ok(Asked::of_people(Queue::Unassigned, Some(why), items))
}

fn waiting(material: &mut Material<'_>) -> Result<Vec<Waiting>, Error> {
    let placed = material.decisions.in_effect().filter_map(|(_, event)| match event.entry.act {
        Act::RowPlaced(Placing::There | Placing::Nobody) if !material.held_back.contains(&event.number) => {
            Some(event.entry.rows[0].name.clone())
        }
        _ => None,
    });
    let placed: BTreeSet<RowName> = placed.collect();
    let columns = ["source", "file", "sheet", "row", "reason", "candidates"];
    let rows = &mut material.rows;
    let mut waiting = Vec::new();
    material.package.each_line("unassigned", columns, &mut |[source, file, sheet, row, reason, candidates]| {
        let row = rows.number([source, file, sheet, row]);
        if placed.contains(&rows.name(row)) {
            return;
        }
        let all = candidates.split(';').filter(|id| !id.is_empty()).count();
        let candidates = candidates.split(';').filter(|id| !id.is_empty()).take(CANDIDATES_MAX);
        let candidates: Vec<String> = candidates.map(str::to_owned).collect();
        waiting.push(Waiting { row, reason: reason.to_owned(), more: all - candidates.len(), candidates });
    })?;
    Ok(waiting)
}

/// The row of each patient that is its most surely; of equals the first.
fn speaking_rows(material: &Material<'_>) -> HashMap<String, Row> {
    let by_patient = material.rows.by_patient().into_iter();
    let best = by_patient.filter_map(|(patient, rows)| {
        let (row, _) = rows.into_iter().rev().max_by_key(|(_, sure)| *sure)?;
        Some((material.rows.patient_id(patient).to_owned(), row))
    });
    best.collect()
}

fn item(
    material: &Material<'_>,
    waiting: &Waiting,
    people: &BTreeMap<Row, Values>,
    patients: &BTreeMap<String, Values>,
    speaking: &HashMap<String, Row>,
) -> Item {
    let shown = |row: Row| material.rows.shown(row, material.key);
    let values = people.get(&waiting.row).cloned().unwrap_or_default();
    let row = shown(waiting.row);
    let known: Vec<(&String, Row)> =
        waiting.candidates.iter().filter_map(|id| Some((id, *speaking.get(id)?))).collect();
    let first = Line::of_person("Whose is this row?", &values, vec![false; FIELDS.len()], row.clone())
        .choose(place_choices(known.len()))
        .before(why(waiting));
    let candidates = known.iter().zip(1..).map(|((id, row), number)| {
        let known = patients.get(*id).cloned().unwrap_or_default();
        Line::of_person(format!("Candidate {number}"), &known, differing(&values, &known, false), shown(*row))
            .before("")
    });
    let lines = std::iter::once(first).chain(candidates).collect();
    Item { lines, question: Question::Place(row, known.iter().map(|(_, row)| shown(*row)).collect()) }
}

fn why(waiting: &Waiting) -> String {
    let reason = Reason::ALL.iter().find(|reason| reason.slug() == waiting.reason);
    let sentence = reason.map_or(waiting.reason.as_str(), |reason| reason.sentence());
    match waiting.more {
        0 => sentence.to_owned(),
        more => format!("{sentence} {more} more patients fit and are not shown: answer unsure rather than guess."),
    }
}
