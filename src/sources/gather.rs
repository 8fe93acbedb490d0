//! Puts the cells of a worksheet together into rows.

use super::ahead::{Found, Value};
use super::cells::{of_data, of_text};
use super::workbook::{COLUMNS_MAX, Filled, ROWS_MAX, Trouble, fail};
use super::{Cell, DateSystem, Error, Finding};
use std::path::Path;

/// Puts cells together into rows.
pub(super) struct Rows<'a> {
    path: &'a Path,
    system: DateSystem,
    row: Option<u32>,
    cells: Vec<Cell>,
    findings: Vec<Finding>,
    padded: Vec<u16>,
    /// Rows still to come, counted from one, with a formula whose value is not there.
    uncached: &'a [u32],
}

impl<'a> Rows<'a> {
    pub(super) fn new(path: &'a Path, system: DateSystem, uncached: &'a [u32]) -> Self {
        Rows { path, system, row: None, cells: Vec::new(), findings: Vec::new(), padded: Vec::new(), uncached }
    }

    /// Takes one cell. False when no more rows are asked for.
    pub(super) fn add_found(
        &mut self,
        found: Found<'_>,
        give: &mut dyn FnMut(Filled) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        let (cell, is_padded) = match found.value {
            Value::Shared(text) => of_text(text),
            Value::Made(cell, is_padded) => (cell, is_padded),
        };
        self.add(found.at, cell, is_padded, found.uncached, give)
    }

    /// Takes all cells. False when no more rows are asked for.
    pub(super) fn add_range(
        &mut self,
        range: &calamine::Range<calamine::Data>,
        give: &mut dyn FnMut(Filled) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        let Some((first_row, first_column)) = range.start() else { return Ok(true) };
        for (row, column, value) in range.used_cells() {
            let at = (first_row + row as u32, first_column + column as u32);
            let (cell, is_padded) = of_data(value, self.system);
            if !self.add(at, cell, is_padded, false, give)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) fn end(&mut self, give: &mut dyn FnMut(Filled) -> Result<bool, Error>) -> Result<(), Error> {
        if self.finish(give)? {
            self.give_uncached(u32::MAX, give)?;
        }
        Ok(())
    }

    fn add(
        &mut self,
        (row, column): (u32, u32),
        cell: Cell,
        is_padded: bool,
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
        let place = column as usize;
        if self.cells.len() <= place {
            self.cells.resize_with(place + 1, || Cell::Empty);
        }
        if !self.cells[place].is_empty() {
            return Err(fail(self.path, Trouble::Damaged));
        }
        self.cells[place] = cell;
        self.padded.extend(is_padded.then_some(column as u16));
        if uncached && self.findings.is_empty() {
            self.findings.push(Finding::FormulaWithoutValue);
        }
        Ok(true)
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
        // The next row is most likely as wide as this one.
        let next = Vec::with_capacity(self.cells.len());
        let (cells, findings) = (std::mem::replace(&mut self.cells, next), std::mem::take(&mut self.findings));
        give(Filled { row: row + 1, cells, findings, padded: std::mem::take(&mut self.padded) })
    }
}
