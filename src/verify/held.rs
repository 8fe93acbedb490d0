//! What a table says by its key, kept while other tables are held against it.

use super::folder::Folder;
use super::keys::{KeySet, key};
use super::problems::Place;
use super::scan::{KeySets, Line};
use super::schema::{Schemas, Table};
use super::table::again;

/// Nobody: a row whose patient is not known, or a key that no line has.
const NONE: u32 = u32::MAX;

/// Some columns of a table with a key of one column. Lines are counted from nought.
pub(super) struct Held<'a> {
    table: &'a Table,
    set: &'a KeySet,
    columns: &'static [&'static str],
    /// The line of each key, by the key's place in the set.
    of_key: Vec<u32>,
    /// Where each line stands in the file.
    numbers: Vec<u64>,
    /// All values one after another, and where each ends.
    text: String,
    ends: Vec<usize>,
}

impl<'a> Held<'a> {
    /// Reads the columns of a table; `None` when it was not read before.
    pub(super) fn read(
        folder: &Folder,
        schemas: &'a Schemas,
        sets: &'a KeySets,
        name: &str,
        columns: &'static [&'static str],
    ) -> Option<Self> {
        let (table, set) = (schemas.table(name), sets.get(name)?);
        let places: Vec<usize> = columns.iter().map(|column| table.column(column)).collect();
        let mut held = Held {
            table,
            set,
            columns,
            of_key: vec![NONE; set.len()],
            numbers: Vec::new(),
            text: String::new(),
            ends: Vec::new(),
        };
        again(folder, table, &mut |number, record| {
            let id = record.get(table.primary_key[0]).unwrap_or_default();
            if let Some(position) = set.position(key([id])) {
                held.of_key[position] = u32::try_from(held.numbers.len()).unwrap_or(NONE);
            }
            held.numbers.push(number);
            for place in &places {
                held.text.push_str(record.get(*place).unwrap_or_default());
                held.ends.push(held.text.len());
            }
        });
        Some(held)
    }

    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The line that has a key.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        let line = self.of_key[self.set.position(key([id]))?];
        (line != NONE).then_some(line as usize)
    }

    /// A value, by the place of its column among those that are held.
    pub(super) fn at(&self, line: usize, column: usize) -> &str {
        let place = line * self.columns.len() + column;
        let from = if place == 0 { 0 } else { self.ends[place - 1] };
        &self.text[from..self.ends[place]]
    }

    pub(super) fn value(&self, line: usize, column: &str) -> &str {
        let column = self.columns.iter().position(|held| *held == column);
        self.at(line, column.expect("only columns that are held are asked for"))
    }

    pub(super) fn place(&self, line: usize, column: &str) -> Place {
        Place::file(&self.table.file()).line(self.numbers[line]).column(column)
    }
}

/// What `patient_records` says of a row.
#[derive(Clone, Copy)]
pub(super) struct OfRow {
    /// The line of its patient.
    pub(super) patient: u32,
    /// The place of the word among those that the schema allows.
    pub(super) joined_by: u8,
    /// The probability in millionths.
    pub(super) millionths: u32,
    /// Where the line stands in the file.
    pub(super) number: u64,
}

/// Every row that is of a patient.
pub(super) struct Rows<'a> {
    set: &'a KeySet,
    of_key: Vec<u32>,
    pub(super) all: Vec<OfRow>,
}

/// In the order of the schema.
pub(super) const JOINED_BY: [&str; 6] = ["alone", "local-id", "nhs-number", "model", "slot", "decision"];

impl<'a> Rows<'a> {
    pub(super) fn read(folder: &Folder, schemas: &'a Schemas, sets: &'a KeySets, patients: &Held) -> Option<Self> {
        let (table, set) = (schemas.table("patient_records"), sets.get("patient_records")?);
        let mut rows = Rows { set, of_key: vec![NONE; set.len()], all: Vec::new() };
        again(folder, table, &mut |number, record| {
            let line = Line { table, number, record };
            let row = ["source", "file", "sheet", "row"].map(|column| line.value(column));
            if let Some(position) = set.position(key(row)) {
                rows.of_key[position] = u32::try_from(rows.all.len()).unwrap_or(NONE);
            }
            let word = JOINED_BY.iter().position(|word| *word == line.value("joined_by"));
            rows.all.push(OfRow {
                patient: patients.find(line.value("patient_id")).and_then(|it| u32::try_from(it).ok()).unwrap_or(NONE),
                joined_by: word.and_then(|word| u8::try_from(word).ok()).unwrap_or(u8::MAX),
                millionths: millionths(line.value("match_probability")).unwrap_or(0),
                number,
            });
        });
        Some(rows)
    }

    /// The row that these columns name, by its place in [`Rows::all`].
    pub(super) fn find(&self, line: &Line, prefix: &str) -> Option<usize> {
        let name = |part: &str| line.value(&format!("{prefix}{part}"));
        self.find_named([name("source"), name("file"), name("sheet"), name("row")])
    }

    pub(super) fn find_named(&self, row: [&str; 4]) -> Option<usize> {
        let place = self.of_key[self.set.position(key(row))?];
        (place != NONE).then_some(place as usize)
    }
}

impl OfRow {
    pub(super) fn is_joined_by(self, words: &[&str]) -> bool {
        JOINED_BY.get(usize::from(self.joined_by)).is_some_and(|word| words.contains(word))
    }

    /// The line of its patient, where that patient is in the table of patients.
    pub(super) fn patient(self) -> Option<usize> {
        (self.patient != NONE).then_some(self.patient as usize)
    }
}

/// A probability as tables write it, in whole millionths.
pub(super) fn millionths(text: &str) -> Option<u32> {
    let probability = text.parse::<f64>().ok().filter(|number| (0.0..=1.0).contains(number))?;
    Some((probability * 1e6).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_in_the_order_of_the_schema() {
        assert_eq!(Schemas::embedded().table("patient_records").words("joined_by"), JOINED_BY);
    }

    #[test]
    fn probabilities_are_whole_millionths() {
        for (text, expected) in [("0", Some(0)), ("0.996189", Some(996_189)), ("1", Some(1_000_000))] {
            assert_eq!(millionths(text), expected);
        }
        for text in ["", "1.1", "-0.1", "NaN", "likely"] {
            assert_eq!(millionths(text), None, "{text}");
        }
    }
}
