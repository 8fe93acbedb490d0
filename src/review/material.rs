//! What the queues draw on: a package's rows and people, and the decisions in effect when somebody looked.

use super::Error;
use super::fields::{FIELDS, OF_PATIENT, Values, place};
use super::rows::{Row, Rows};
use crate::decisions::{Decisions, Effect, Journal};
use crate::package::Opened;
use crate::values::CommitmentKey;
use std::collections::{BTreeMap, BTreeSet};

/// A package, opened for review.
pub(super) struct Material<'a> {
    pub package: &'a Opened,
    pub key: &'a CommitmentKey,
    pub rows: Rows,
    pub decisions: Decisions,
    /// Events that the package holds back: what they answer is asked again.
    pub held_back: BTreeSet<usize>,
}

impl<'a> Material<'a> {
    /// Reads the rows, and holds the journal against them.
    pub(super) fn read(package: &'a Opened, key: &'a CommitmentKey, journal: Journal) -> Result<Self, Error> {
        let rows = Rows::read(package)?;
        let mut held_back = BTreeSet::new();
        package.each_line("review_decisions", ["event", "effect"], &mut |[event, effect]| {
            held_back.extend(event.parse::<usize>().ok().filter(|_| effect == Effect::HeldBack.word()));
        })?;
        let mut material = Material { package, key, rows, decisions: Decisions::default(), held_back };
        material.weigh(journal)?;
        Ok(material)
    }

    /// Holds another state of the journal against the rows.
    pub(super) fn weigh(&mut self, journal: Journal) -> Result<(), Error> {
        let named = journal.events.iter().flat_map(|event| event.entry.rows.iter().map(|row| &row.name));
        self.rows.look_for(self.package, &named.collect::<Vec<_>>())?;
        self.decisions = journal.weigh(|shown| self.rows.presence(shown, self.key));
        Ok(())
    }

    /// What these rows say of their people.
    pub(super) fn people(&mut self, wanted: &BTreeSet<Row>) -> Result<BTreeMap<Row, Values>, Error> {
        let mut columns = [""; 4 + FIELDS.len()];
        columns[..4].copy_from_slice(&["source", "file", "sheet", "row"]);
        FIELDS.iter().zip(&mut columns[4..]).for_each(|(shown, column)| *column = shown.field);
        let mut people = BTreeMap::new();
        let rows = &mut self.rows;
        self.package.each_line("person_records", columns, &mut |cells| {
            let row = rows.number([cells[0], cells[1], cells[2], cells[3]]);
            if wanted.contains(&row) {
                people.insert(row, std::array::from_fn(|place| legible(cells[4 + place])));
            }
        })?;
        Ok(people)
    }

    /// What is known of these patients, by their ids.
    pub(super) fn patients(&self, wanted: &BTreeSet<String>) -> Result<BTreeMap<String, Values>, Error> {
        let mut patients = BTreeMap::new();
        self.package.each_line("patients", OF_PATIENT, &mut |cells| {
            let (id, said) = (cells[0], &cells[1..]);
            if wanted.contains(id) {
                let mut values = Values::default();
                let named = OF_PATIENT[1..].iter().zip(said);
                named.for_each(|(field, value)| values[place(field)] = legible(value));
                patients.insert(id.to_owned(), values);
            }
        })?;
        Ok(patients)
    }
}

/// A cell holds no more letters of a value: nobody compares by more.
const LETTERS_MAX: usize = 600;

/// A text as a cell can hold it: on one line, without control characters, and not without end.
pub(super) fn legible(text: &str) -> String {
    let plain = |letter: char| if letter.is_control() || is_noncharacter(letter) { ' ' } else { letter };
    let words: String = text.chars().map(plain).collect();
    let words = words.split_whitespace().collect::<Vec<&str>>().join(" ");
    match words.char_indices().nth(LETTERS_MAX) {
        None => words,
        Some((end, _)) => format!("{} …", words[..end].trim_end()),
    }
}

/// XML cannot hold these.
fn is_noncharacter(letter: char) -> bool {
    matches!(letter, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_one_line_of_bounded_length() {
        assert_eq!(legible(" a\u{1}b\r\n\u{ffff}c "), "a b c");
        let long = legible(&"é".repeat(2 * LETTERS_MAX));
        assert_eq!(long.chars().count(), LETTERS_MAX + 2);
        assert!(long.ends_with('…'));
    }
}
