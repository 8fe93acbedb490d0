//! Puts the cells of a worksheet together into rows.

use super::cells::{is_padded, of_data};
use super::workbook::{COLUMNS_MAX, Filled, ROWS_MAX, Trouble, fail};
use super::{Cell, DateSystem, Error, Finding};
use std::path::Path;

/// Puts cells together into rows.
pub(super) struct Rows<'a> {
    path: &'a Path,
    row: Option<u32>,
    cells: Vec<Cell>,
    findings: Vec<Finding>,
    padded: Vec<u16>,
    /// Rows still to come, counted from one, with a formula whose value is not there.
    uncached: &'a [u32],
}

impl<'a> Rows<'a> {
    pub(super) fn new(path: &'a Path, uncached: &'a [u32]) -> Self {
        Rows { path, row: None, cells: Vec::new(), findings: Vec::new(), padded: Vec::new(), uncached }
    }

    /// Takes one cell, with its place counted from nought. False when no more rows are asked for.
    pub(super) fn add(
        &mut self,
        (row, column): (u32, u32),
        cell: Cell,
        uncached: bool,
        give: &mut dyn FnMut(Filled) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        if cell.is_empty() && !uncached {
            return Ok(true);
        }
        let out_of_order = self.row.is_some_and(|current| row < current);
        if row >= ROWS_MAX || column >= COLUMNS_MAX || out_of_order {
            return Err(fail(self.path, Trouble::Damaged));
        }
        if self.row != Some(row) && !(self.finish(give)? && self.begin(row, give)?) {
            return Ok(false);
        }
        let column = column as usize;
        if self.cells.len() <= column {
            self.cells.resize_with(column + 1, || Cell::Empty);
        }
        if !self.cells[column].is_empty() {
            return Err(fail(self.path, Trouble::Damaged));
        }
        self.cells[column] = cell;
        if uncached && self.findings.is_empty() {
            self.findings.push(Finding::FormulaWithoutValue);
        }
        Ok(true)
    }

    /// Says of the cell that came last whether its text stands between white space.
    pub(super) fn pad(&mut self, column: u32, is_padded: bool) {
        self.padded.extend(u16::try_from(column).ok().filter(|_| is_padded));
    }

    pub(super) fn add_range(
        &mut self,
        range: &calamine::Range<calamine::Data>,
        system: DateSystem,
        give: &mut dyn FnMut(Filled) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let Some((first_row, first_column)) = range.start() else { return Ok(()) };
        for (row, column, value) in range.used_cells() {
            let place = (first_row + row as u32, first_column + column as u32);
            if !self.add(place, of_data(value, system), false, give)? {
                return Ok(());
            }
            self.pad(place.1, is_padded(value));
        }
        self.end(give)
    }

    pub(super) fn end(&mut self, give: &mut dyn FnMut(Filled) -> Result<bool, Error>) -> Result<(), Error> {
        if self.finish(give)? {
            self.give_uncached(u32::MAX, give)?;
        }
        Ok(())
    }

    /// Gives the rows before it that hold nothing but formulas without a value.
    fn begin(&mut self, row: u32, give: &mut dyn FnMut(Filled) -> Result<bool, Error>) -> Result<bool, Error> {
        if !self.give_uncached(row, give)? {
            return Ok(false);
        }
        self.row = Some(row);
        if let [first, rest @ ..] = self.uncached
            && *first == row + 1
        {
            self.uncached = rest;
            self.findings.push(Finding::FormulaWithoutValue);
        }
        Ok(true)
    }

    fn give_uncached(
        &mut self,
        before: u32,
        give: &mut dyn FnMut(Filled) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        while let [row, rest @ ..] = self.uncached
            && *row <= before
        {
            self.uncached = rest;
            let findings = vec![Finding::FormulaWithoutValue];
            if !give(Filled { row: *row, cells: Vec::new(), findings, padded: Vec::new() })? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn finish(&mut self, give: &mut dyn FnMut(Filled) -> Result<bool, Error>) -> Result<bool, Error> {
        let Some(row) = self.row.take() else { return Ok(true) };
        let (cells, findings) = (std::mem::take(&mut self.cells), std::mem::take(&mut self.findings));
        give(Filled { row: row + 1, cells, findings, padded: std::mem::take(&mut self.padded) })
    }
}
