//! One source while its rows come: values cleaned, paper kept until all its keyings are there.

use super::Records;
use super::clean::Cleaned;
use super::columns::{Cells, Item};
use super::draft::Draft;
use super::paper::{FolderName, HeldRow, Pass};
use super::reading::{Readings, Spare};
use super::texts::{Texts, Unified};
use crate::config::fields::paper::{BOX, FOLDER, PASS};
use crate::config::{Config, PaperMapping};
use crate::ledger::{Exception, Reason};
use crate::sources::{Finding, RawRow, RowRef};
use rayon::prelude::*;
use std::mem::take;

/// What is known of one source while its rows come.
pub(super) struct SourceReader<'a> {
    pub items: Vec<Item<'a>>,
    pub paper: Option<&'a PaperMapping>,
    test_number_told: bool,
    pub held: Vec<HeldRow>,
    pub serials: Vec<Serial>,
    /// One an item.
    spare: Vec<Spare>,
}

/// A number that was read as a count of days. Which day it means is certain only when the workbook's date system is
/// known, and that comes with the intake.
pub(super) struct Serial {
    pub at: RowRef,
    pub item: usize,
    pub number: f64,
}

/// Two cells lie in one line of a cache.
const ITEMS_TOGETHER: usize = 2;
const ROWS_TOGETHER: usize = 1024;

impl<'a> SourceReader<'a> {
    /// Before its first row.
    pub fn new(config: &'a Config, source: usize) -> Self {
        SourceReader {
            items: Item::of_source(config, source),
            paper: config.sources[source].mapping.paper.as_ref(),
            test_number_told: false,
            held: Vec::new(),
            serials: Vec::new(),
            spare: Vec::new(),
        }
    }

    /// Reads some rows of one sheet, a few items on each core: what they remember then lies in that core's own cache, and so do
    /// the rows until the last of them has been read.
    pub fn read<'r>(&mut self, rows: &[&'r RawRow], cells: &[Cells], texts: &Texts) -> Vec<Readings<'r>> {
        self.spare.resize_with(self.items.len(), Spare::default);
        let groups = self.items.par_chunks(ITEMS_TOGETHER).zip(cells.par_chunks(ITEMS_TOGETHER));
        let read = groups.zip(self.spare.par_chunks_mut(ITEMS_TOGETHER)).map(|((items, cells), spare)| {
            let readings = items.iter().zip(spare).map(|(item, spare)| Readings::new(item, take(spare)));
            let mut readings: Vec<Readings<'r>> = readings.collect();
            for some in rows.chunks(ROWS_TOGETHER) {
                for ((item, cells), readings) in items.iter().zip(cells).zip(&mut readings) {
                    readings.add(item, cells, some, texts);
                }
            }
            readings
        });
        read.flatten_iter().collect()
    }

    /// Keeps the memory of readings that are done with.
    pub fn reuse(&mut self, readings: Vec<Readings<'_>>) {
        self.spare = readings.into_iter().map(Readings::into_spare).collect();
    }

    /// Settles what was read of rows. Test numbers are told once a source: in test data every row has one.
    pub fn settle(&mut self, rows: &[&RawRow], readings: &mut [Readings<'_>], records: &mut Records) {
        for (place, (item, readings)) in self.items.iter_mut().zip(&mut *readings).enumerate() {
            readings.settle(item, &mut records.texts);
            for (row, number) in readings.serials.drain(..) {
                self.serials.push(Serial { at: rows[row].at, item: place, number });
                readings.values[row].reason = None;
            }
        }
        self.tell_test_numbers(rows, readings, &mut records.exceptions);
    }

    fn tell_test_numbers(&mut self, rows: &[&RawRow], readings: &mut [Readings<'_>], exceptions: &mut Vec<Exception>) {
        let mut first: Option<(usize, usize)> = None;
        for (place, readings) in readings.iter_mut().enumerate().filter(|(place, _)| self.items[*place].is_nhs_number())
        {
            let is_test = |value: &&mut Cleaned| value.reason == Some(Reason::NhsNumberTest);
            for (row, value) in readings.values.iter_mut().enumerate().filter(|(_, value)| is_test(value)) {
                value.reason = None;
                first = Some(first.map_or((row, place), |known| known.min((row, place))));
            }
        }
        if let (Some((row, place)), false) = (first, self.test_number_told) {
            let (field, reason) = (self.items[place].name.clone(), Reason::NhsNumberTest);
            exceptions.push(Exception { at: rows[row].at, field, reason });
            self.test_number_told = true;
        }
    }

    /// Takes the symbols that stay, wherever a row of paper holds one.
    pub fn unify(&mut self, unified: &Unified) {
        let is_text: Vec<bool> = self.items.iter().map(|item| !item.cleaner().is_date()).collect();
        for row in &mut self.held {
            for (value, _) in
                row.values.iter_mut().zip(&is_text).filter(|(value, is_text)| **is_text && value.bits != 0)
            {
                value.bits = unified.of(value.bits);
            }
        }
    }

    /// A row of paper as it is kept until all keyings are there. A sheet laid out beforehand has rows that name a folder
    /// and say nothing yet: they are kept for the folder's sake.
    pub fn hold(
        &self,
        row: &RawRow,
        cells: &[Cells],
        (draft, place): (&Draft<'_, '_>, usize),
        vacant: bool,
        texts: &Texts,
    ) -> HeldRow {
        let text = |field| draft.text(texts, field, place).to_owned();
        let values: Vec<Cleaned> = draft.values(place).collect();
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
            values: if vacant { Vec::new() } else { values },
            as_found,
        }
    }
}

/// What a finding of the reader is called.
pub(super) fn reason_of(finding: Finding) -> Reason {
    match finding {
        Finding::SheetNotMapped => Reason::SheetNotMapped,
        Finding::TooManyCells => Reason::RowTooWide,
        Finding::TooFewCells => Reason::RowTooNarrow,
        Finding::NotDecodable => Reason::NotDecodable,
        Finding::StrayQuote => Reason::StrayQuote,
        Finding::RowTooLong => Reason::RowTooLong,
        Finding::NulCharacter => Reason::NulCharacter,
        Finding::BesideTable => Reason::BesideTable,
        Finding::FormulaWithoutValue => Reason::FormulaWithoutValue,
        Finding::EncodedTwice => Reason::EncodedTwice,
        Finding::HiddenRow => Reason::HiddenRow,
        Finding::MergedCells => Reason::MergedCells,
        Finding::RowLimit => Reason::RowLimit,
        Finding::UnnamedColumn => Reason::UnnamedColumn,
        Finding::TotalAmongData => Reason::TotalAmongData,
        Finding::HiddenSheet => Reason::HiddenSheet,
        Finding::HiddenColumn => Reason::HiddenColumn,
        Finding::ColumnLimit => Reason::ColumnLimit,
    }
}
