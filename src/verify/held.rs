//! What a table says by its key, kept while other tables are held against it.

use super::folder::Folder;
use super::keys::{KeySet, key};
use super::problems::Place;
use super::scan::KeySets;
use super::schema::{Schemas, Table};
use super::table::again;
use csv::StringRecord;

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
    /// All values one after another, where each line begins, and where each value ends from there.
    text: String,
    starts: Vec<usize>,
    ends: Vec<u32>,
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
            numbers: Vec::with_capacity(set.len()),
            text: String::new(),
            starts: Vec::with_capacity(set.len()),
            ends: Vec::with_capacity(set.len() * columns.len()),
        };
        again(folder, table, &mut |number, record| {
            let id = record.get(table.primary_key[0]).unwrap_or_default();
            if let Some(position) = set.position(key([id])) {
                held.of_key[position] = u32::try_from(held.numbers.len()).unwrap_or(NONE);
            }
            held.numbers.push(number);
            held.starts.push(held.text.len());
            let start = held.text.len();
            for place in &places {
                held.text.push_str(record.get(*place).unwrap_or_default());
                held.ends.push(u32::try_from(held.text.len() - start).unwrap_or(u32::MAX));
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
        let ends = &self.ends[line * self.columns.len()..];
        let from = if column == 0 { 0 } else { ends[column - 1] as usize };
        // A line longer than four gigabytes has lost its ends, and says nothing.
        self.text[self.starts[line]..].get(from..ends[column] as usize).unwrap_or_default()
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
    pub(super) number: u32,
}

/// Every row that is of a patient.
pub(super) struct Rows<'a> {
    set: &'a KeySet,
    of_key: Vec<u32>,
    keys: Vec<u128>,
    pub(super) all: Vec<OfRow>,
}

/// Finds the rows that the lines of one table name. Tables list rows in one order, so the next is most often near.
pub(super) struct Finder<'r> {
    rows: &'r Rows<'r>,
    columns: [usize; 4],
    next: usize,
}

/// So many rows are looked at before all are searched.
const NEAR: usize = 4;

/// In the order of the schema.
pub(super) const JOINED_BY: [&str; 6] = ["alone", "local-id", "nhs-number", "model", "slot", "decision"];

impl<'a> Rows<'a> {
    pub(super) fn read(folder: &Folder, schemas: &'a Schemas, sets: &'a KeySets, patients: &Held) -> Option<Self> {
        let (table, set) = (schemas.table("patient_records"), sets.get("patient_records")?);
        let (keys, all) = (Vec::with_capacity(set.len()), Vec::with_capacity(set.len()));
        let mut rows = Rows { set, of_key: vec![NONE; set.len()], keys, all };
        let columns = named(table, "");
        let place = |name| table.column(name);
        let (patient, joined_by, probability) = (place("patient_id"), place("joined_by"), place("match_probability"));
        again(folder, table, &mut |number, record| {
            let value = |column: usize| record.get(column).unwrap_or_default();
            let row = key(columns.map(value));
            if let Some(position) = set.position(row) {
                rows.of_key[position] = u32::try_from(rows.all.len()).unwrap_or(NONE);
            }
            rows.keys.push(row);
            let word = JOINED_BY.iter().position(|word| *word == value(joined_by));
            rows.all.push(OfRow {
                patient: patients.find(value(patient)).and_then(|it| u32::try_from(it).ok()).unwrap_or(NONE),
                joined_by: word.and_then(|word| u8::try_from(word).ok()).unwrap_or(u8::MAX),
                millionths: millionths(value(probability)).unwrap_or(0),
                number: u32::try_from(number).unwrap_or(u32::MAX),
            });
        });
        Some(rows)
    }

    /// Finds the rows that a table names in the columns with this prefix.
    pub(super) fn finder(&self, table: &Table, prefix: &str) -> Finder<'_> {
        Finder { rows: self, columns: named(table, prefix), next: 0 }
    }
}

impl Finder<'_> {
    /// The row of a line, by its place in [`Rows::all`].
    pub(super) fn find(&mut self, record: &StringRecord) -> Option<usize> {
        let Rows { set, of_key, keys, .. } = self.rows;
        let row = key(self.columns.map(|column| record.get(column).unwrap_or_default()));
        let near = keys[self.next..].iter().take(NEAR).position(|key| *key == row).map(|ahead| self.next + ahead);
        let found = near.or_else(|| {
            let place = of_key[set.position(row)?];
            (place != NONE).then_some(place as usize)
        })?;
        self.next = found;
        Some(found)
    }
}

fn named(table: &Table, prefix: &str) -> [usize; 4] {
    ["source", "file", "sheet", "row"].map(|part| table.column(&format!("{prefix}{part}")))
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
