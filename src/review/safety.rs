//! Open items of the safety list, for a clinician.

use super::asked::{Asked, Column, Item, Line, Question, safety_choices};
use super::care::{APPOINTMENT_ROWS, OF_PERSON, OF_REFERRAL, REFERRAL_ROWS, person_cells, referrals, rows_of};
use super::material::{Material, legible};
use super::rows::Row;
use super::{Error, Queue};
use crate::decisions::{Act, RowName};
use std::collections::{BTreeMap, BTreeSet};

/// Before the name of a rule; after it, and another point, stand figures of what is not open.
const FIGURE: &str = "safety.";

/// An item of a rule: what kind of thing it is, and which.
struct Open {
    rule: String,
    kind: String,
    item: String,
}

/// A line each, in the order of the rules: the worst come first.
pub(super) fn ask(material: &mut Material<'_>) -> Result<Asked, Error> {
    let definitions = definitions(material)?;
    let mut open = open(material)?;
    let order = |rule: &str| definitions.iter().position(|(known, _)| known == rule);
    open.sort_by_key(|open| order(&open.rule));
    let ids = |kind: &str| -> BTreeSet<String> {
        open.iter().filter(|open| open.kind == kind).map(|open| open.item.clone()).collect()
    };
    let of_referrals = rows_of(material, REFERRAL_ROWS, &ids("referral"))?;
    let of_appointments = rows_of(material, APPOINTMENT_ROWS, &ids("appointment"))?;
    let referrals = referrals(material, &ids("referral"))?;
    let of_patients: BTreeMap<String, Vec<Row>> = if ids("patient").is_empty() {
        BTreeMap::new()
    } else {
        let by_patient = material.rows.by_patient().into_iter();
        let rows = |rows: Vec<(Row, u32)>| rows.into_iter().map(|(row, _)| row).collect();
        by_patient.map(|(patient, of)| (material.rows.patient_id(patient).to_owned(), rows(of))).collect()
    };
    let mut asked: Vec<(&Open, Vec<Row>)> = Vec::new();
    for open in &open {
        let of = |rows: &BTreeMap<String, Vec<Row>>| rows.get(&open.item).cloned().unwrap_or_default();
        let rows = match open.kind.as_str() {
            "referral" => of(&of_referrals),
            "appointment" => of(&of_appointments),
            "patient" => of(&of_patients),
            _ => row_named(material, &open.item).into_iter().collect(),
        };
        asked.push((open, rows));
    }
    let closed = closed(material);
    asked.retain(|(open, rows)| !rows.is_empty() && !is_closed(material, &closed, &open.rule, rows));
    let people = material.people(&asked.iter().map(|(_, rows)| rows[0]).collect())?;
    let whose = |rows: &[Row]| material.rows.patient_of(rows[0]).map(str::to_owned);
    let patients = material.patients(&asked.iter().filter_map(|(_, rows)| whose(rows)).collect())?;
    let items = asked.iter().map(|(open, rows)| {
        let known = whose(rows).and_then(|patient| patients.get(&patient)).or_else(|| people.get(&rows[0]));
        let definition = definitions.iter().find(|(rule, _)| *rule == open.rule).map_or("", |(_, text)| text);
        let mut cells = vec![legible(definition)];
        cells.extend(person_cells(known));
        let nothing = vec![String::new(); OF_REFERRAL.len()];
        cells.extend(referrals.get(&open.item).unwrap_or(&nothing).iter().cloned());
        item(material, open, rows, cells)
    });
    Ok(Asked::new(Queue::Safety, columns(), items.collect()))
}

fn columns() -> Vec<Column> {
    let of = |(_, title, width): &(&'static str, &'static str, f64)| (*title, *width);
    let all = std::iter::once(("Why it is on the list", 34.0)).chain(OF_PERSON.iter().map(of));
    all.chain(OF_REFERRAL.iter().map(of)).map(|(title, width)| Column { title, width }).collect()
}

/// The rules with what they say, in the order of the figures.
fn definitions(material: &Material<'_>) -> Result<Vec<(String, String)>, Error> {
    let mut definitions = Vec::new();
    material.package.each_line("figures", ["figure", "definition"], &mut |[figure, definition]| {
        if let Some(rule) = figure.strip_prefix(FIGURE) {
            definitions.push((rule.to_owned(), definition.to_owned()));
        }
    })?;
    Ok(definitions)
}

fn open(material: &Material<'_>) -> Result<Vec<Open>, Error> {
    let mut open = Vec::new();
    material.package.each_line("figure_rows", ["figure", "kind", "item"], &mut |[figure, kind, item]| {
        if let Some(rule) = figure.strip_prefix(FIGURE).filter(|rule| !rule.contains('.')) {
            open.push(Open { rule: rule.to_owned(), kind: kind.to_owned(), item: item.to_owned() });
        }
    })?;
    Ok(open)
}

/// `source:file:sheet:row`. Only the file's name may hold a colon itself.
fn row_named(material: &mut Material<'_>, item: &str) -> Option<Row> {
    let (source, rest) = item.split_once(':')?;
    let (rest, row) = rest.rsplit_once(':')?;
    let (file, sheet) = rest.rsplit_once(':')?;
    Some(material.rows.number([source, file, sheet, row]))
}

/// Of each rule, the rows of what was closed since.
fn closed(material: &Material<'_>) -> Vec<(String, BTreeSet<RowName>)> {
    let closed = material.decisions.in_effect().filter_map(|(_, event)| match &event.entry.act {
        Act::SafetyClosed { rule } => {
            Some((rule.clone(), event.entry.rows.iter().map(|row| row.name.clone()).collect()))
        }
        _ => None,
    });
    closed.collect()
}

fn is_closed(material: &Material<'_>, closed: &[(String, BTreeSet<RowName>)], rule: &str, rows: &[Row]) -> bool {
    let mut of_rule = closed.iter().filter(|(known, _)| known == rule);
    of_rule.any(|(_, shown)| rows.iter().all(|row| shown.contains(&material.rows.name(*row))))
}

fn item(material: &Material<'_>, open: &Open, rows: &[Row], cells: Vec<String>) -> Item {
    let rows: Vec<_> = rows.iter().map(|row| material.rows.shown(*row, material.key)).collect();
    let differs = vec![false; cells.len()];
    let label = "Has it been dealt with?".to_owned();
    let line = Line { label, cells, differs, row: Some(rows[0].clone()), choices: safety_choices() };
    Item { lines: vec![line], question: Question::Safety(rows, open.rule.clone()) }
}
