//! What could not be used, with what to do about it.

use super::asked::{Asked, Column, Item, Line, Question, repair_choices};
use super::fields::{FIELDS, Values};
use super::material::{Material, legible};
use super::rows::Row;
use super::{Error, Queue};
use crate::decisions::{Act, RowName};
use crate::ledger::Reason;
use crate::records::REPAIRS;
use std::collections::BTreeSet;

/// One exception.
struct Found {
    row: Row,
    field: String,
    reason: String,
    severity: String,
}

/// A line each. Only repairs wait for an answer; they come first.
pub(super) fn ask(material: &mut Material<'_>) -> Result<Asked, Error> {
    let mut found = found(material)?;
    found.sort_by_key(|found| !found.is_repair());
    let repaired: BTreeSet<Row> = found.iter().filter(|found| found.is_repair()).map(|found| found.row).collect();
    let people = if repaired.is_empty() { Default::default() } else { material.people(&repaired)? };
    let items = found.iter().map(|found| item(material, found, people.get(&found.row)));
    Ok(Asked::new(Queue::Exceptions, columns(), items.collect()))
}

fn columns() -> Vec<Column> {
    let columns = [
        ("Severity", 10.0),
        ("Field", 24.0),
        ("Reason", 24.0),
        ("What it means", 48.0),
        ("What to do", 48.0),
        ("Used as", 16.0),
    ];
    columns.map(|(title, width)| Column { title, width }).into()
}

fn found(material: &mut Material<'_>) -> Result<Vec<Found>, Error> {
    let decided = material.decisions.in_effect().filter_map(|(_, event)| match &event.entry.act {
        Act::Repair { field, .. } => Some((event.entry.rows[0].name.clone(), field.clone())),
        _ => None,
    });
    let decided: BTreeSet<(RowName, String)> = decided.collect();
    let columns = ["source", "file", "sheet", "row", "field", "reason", "severity"];
    let rows = &mut material.rows;
    let mut found = Vec::new();
    material.package.each_line("exceptions", columns, &mut |[source, file, sheet, row, field, reason, severity]| {
        let row = rows.number([source, file, sheet, row]);
        let one = Found { row, field: field.to_owned(), reason: reason.to_owned(), severity: severity.to_owned() };
        if !one.is_repair() || !decided.contains(&(rows.name(row), one.field.clone())) {
            found.push(one);
        }
    })?;
    Ok(found)
}

impl Found {
    /// Whether the value is used all the same, until a person says otherwise.
    fn is_repair(&self) -> bool {
        REPAIRS.iter().any(|reason| reason.slug() == self.reason)
    }
}

fn item(material: &Material<'_>, found: &Found, person: Option<&Values>) -> Item {
    let row = material.rows.shown(found.row, material.key);
    let reason = Reason::ALL.iter().find(|reason| reason.slug() == found.reason);
    let used = person.filter(|_| found.is_repair()).and_then(|values| {
        let field = found.field.strip_prefix("person.")?;
        FIELDS.iter().zip(values).find(|(shown, _)| shown.field == field).map(|(_, value)| value.clone())
    });
    let cells = [
        found.severity.clone(),
        legible(&found.field),
        found.reason.clone(),
        reason.map_or_else(String::new, |reason| reason.sentence().to_owned()),
        reason.map_or_else(String::new, |reason| reason.what_to_do().to_owned()),
        used.unwrap_or_default(),
    ];
    let (choices, question) = match found.is_repair() {
        true => (repair_choices(), Question::Repair(row.clone(), found.field.clone())),
        false => (Vec::new(), Question::Nothing),
    };
    let differs = vec![false; cells.len()];
    let label = if found.is_repair() { "Is the repair right?" } else { "For reading" };
    let line = Line { label: label.to_owned(), cells: cells.into(), differs, row: Some(row), choices };
    Item { lines: vec![line], question }
}
