//! Referrals as a reviewer sees them, and the rows that speak of things.

use super::Error;
use super::fields::{Values, place};
use super::material::{Material, legible};
use super::rows::Row;
use std::collections::{BTreeMap, BTreeSet};

/// What is shown of a referral: its column, the title, and how many letters wide.
pub(super) const OF_REFERRAL: [(&str, &str, f64); 6] = [
    ("specialty", "Specialty", 18.0),
    ("condition", "Condition", 20.0),
    ("received", "Received", 12.0),
    ("clock_start", "Clock start", 12.0),
    ("priority", "Priority", 10.0),
    ("cohort", "Where it stands", 18.0),
];

/// What is shown of the person: the field, the title, and how many letters wide.
pub(super) const OF_PERSON: [(&str, &str, f64); 7] = [
    ("nhs_number", "NHS number", 13.0),
    ("family_name", "Family name", 18.0),
    ("given_name", "Given name", 16.0),
    ("date_of_birth", "Born", 12.0),
    ("postcode", "Postcode", 11.0),
    ("phone", "Phone", 15.0),
    ("mobile", "Mobile", 15.0),
];

/// The cells of a person, in the order of [`OF_PERSON`]; empty ones when nothing is known.
pub(super) fn person_cells(values: Option<&Values>) -> impl Iterator<Item = String> + use<'_> {
    OF_PERSON.iter().map(move |(field, ..)| values.map_or_else(String::new, |values| values[place(field)].clone()))
}

/// The cells of these referrals, in the order of [`OF_REFERRAL`].
pub(super) fn referrals(
    material: &Material<'_>,
    wanted: &BTreeSet<String>,
) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let mut columns = [""; 1 + OF_REFERRAL.len()];
    columns[0] = "referral_id";
    OF_REFERRAL.iter().zip(&mut columns[1..]).for_each(|((field, ..), column)| *column = field);
    let mut referrals = BTreeMap::new();
    material.package.each_line("referrals", columns, &mut |cells| {
        if wanted.contains(cells[0]) {
            referrals.insert(cells[0].to_owned(), cells[1..].iter().map(|cell| legible(cell)).collect());
        }
    })?;
    Ok(referrals)
}

/// A table of rows with the things that they speak of: its name, the column of ids, and that of what a row is to its thing.
pub(super) type SpeakingRows = [&'static str; 3];

pub(super) const REFERRAL_ROWS: SpeakingRows = ["referral_records", "referral_id", "relation"];
pub(super) const APPOINTMENT_ROWS: SpeakingRows = ["appointment_records", "appointment_id", "standing"];

/// The rows of these things, in order. Second keyings are left out: of what they say nothing new is shown.
pub(super) fn rows_of(
    material: &mut Material<'_>,
    [table, id, relation]: SpeakingRows,
    wanted: &BTreeSet<String>,
) -> Result<BTreeMap<String, Vec<Row>>, Error> {
    let mut of: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    let rows = &mut material.rows;
    let columns = ["source", "file", "sheet", "row", id, relation];
    material.package.each_line(table, columns, &mut |[source, file, sheet, row, id, relation]| {
        if relation != "keying" && wanted.contains(id) {
            of.entry(id.to_owned()).or_default().push(rows.number([source, file, sheet, row]));
        }
    })?;
    Ok(of)
}
