//! One source while its rows come: values cleaned, paper kept until all its keyings are there.

use super::Records;
use super::clean::Cleaned;
use super::columns::{Cells, Item};
use super::draft::Draft;
use super::paper::{FolderName, HeldRow, Pass};
use crate::config::fields::paper::{BOX, FOLDER, PASS};
use crate::config::{Config, PaperMapping};
use crate::ledger::{Exception, Reason};
use crate::sources::{RawRow, RowRef};

/// What is known of one source while its rows come.
pub(super) struct SourceReader<'a> {
    pub items: Vec<Item<'a>>,
    pub paper: Option<&'a PaperMapping>,
    test_number_told: bool,
    pub held: Vec<HeldRow>,
    pub serials: Vec<Serial>,
}

/// A number that was read as a count of days. Which day it means is certain only when the workbook's date system is
/// known, and that comes with the intake.
pub(super) struct Serial {
    pub at: RowRef,
    pub item: usize,
    pub number: f64,
}

impl<'a> SourceReader<'a> {
    /// Before its first row.
    pub fn new(config: &'a Config, source: usize) -> Self {
        SourceReader {
            items: Item::of_source(config, source),
            paper: config.sources[source].mapping.paper.as_ref(),
            test_number_told: false,
            held: Vec::new(),
            serials: Vec::new(),
        }
    }

    /// Cleans a row, one value an item. Test numbers are told once a source: in test data every row has one.
    pub fn clean(
        &mut self,
        row: &RawRow,
        cells: &[Cells],
        (records, values, scratch): (&mut Records, &mut Vec<Cleaned>, &mut String),
    ) {
        values.clear();
        for (place, (item, cells)) in self.items.iter_mut().zip(cells).enumerate() {
            let (mut cleaned, serial) = item.clean(cells, row, &mut records.texts, scratch);
            if let Some(number) = serial {
                self.serials.push(Serial { at: row.at, item: place, number });
                cleaned.reason = None;
            }
            if cleaned.reason == Some(Reason::NhsNumberTest) {
                cleaned.reason = None;
                if !self.test_number_told {
                    let (field, reason) = (item.name.clone(), Reason::NhsNumberTest);
                    records.exceptions.push(Exception { at: row.at, field, reason });
                    self.test_number_told = true;
                }
            }
            values.push(cleaned);
        }
    }

    /// A row of paper as it is kept until all keyings are there. A sheet laid out beforehand has rows that name a folder
    /// and say nothing yet: they are kept for the folder's sake.
    pub fn hold(
        &self,
        row: &RawRow,
        cells: &[Cells],
        values: &[Cleaned],
        vacant: bool,
        draft: &Draft,
        records: &Records,
    ) -> HeldRow {
        let text = |field| draft.text(&records.texts, field).to_owned();
        let is_mapped = |field| self.items.iter().any(|item| item.field() == Some(field));
        let (box_name, folder, pass) = (text(BOX), text(FOLDER), text(PASS));
        let is_named = !folder.is_empty() && (!box_name.is_empty() || !is_mapped(BOX));
        let found = |(item, (value, cells)): (&Item<'_>, (&Cleaned, &Cells))| {
            if value.filled && value.bits == 0 { item.as_found(cells, row) } else { String::new() }
        };
        let as_found = self.items.iter().zip(values.iter().zip(cells)).map(found).collect();
        HeldRow {
            at: row.at,
            digest: row.digest,
            folder: is_named.then_some(FolderName { box_name, folder }),
            pass: if is_mapped(PASS) { Pass::parse(&pass) } else { Pass::First },
            values: if vacant { Vec::new() } else { values.to_vec() },
            as_found,
        }
    }
}
