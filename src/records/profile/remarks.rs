//! What a person should know of a whole sheet before it is used: what was found in its rows, totals among them, tables
//! that stand side by side, pivots. No row is left out for it.

use super::product::{ColumnProfile, Remark};
use crate::records::reader::reason_of;
use crate::sources::{Cell, Finding, RawRow, RowKind};
use std::collections::BTreeMap;

/// A total adds up two rows at least, in two columns at least.
const ADDED_MIN: u64 = 2;
const SUMS_MIN: usize = 2;
/// Figures that were computed agree but for the last digits.
const TOLERANCE: f64 = 1e-6;
/// A table has so many named columns.
const TABLE_COLUMNS_MIN: usize = 2;

/// What reading found, with the number of rows and the first of them.
#[derive(Default)]
pub(super) struct Findings(BTreeMap<Finding, (u64, u32)>);

impl Findings {
    pub(super) fn see(&mut self, row: &RawRow) {
        let fault = match row.kind {
            RowKind::SetAside(finding) => Some(finding),
            _ => None,
        };
        for finding in row.findings.iter().copied().chain(fault) {
            self.0.entry(finding).or_insert((0, row.at.row())).0 += 1;
        }
    }

    /// That a sheet ends where spreadsheets end is told apart.
    pub(super) fn remarks(&self) -> impl Iterator<Item = Remark> {
        let told = self.0.iter().filter(|(finding, _)| **finding != Finding::RowLimit);
        told.map(|(finding, &(rows, first_row))| {
            let reason = reason_of(*finding);
            Remark { slug: reason.slug(), what: reason.sentence().to_owned(), rows, first_row: Some(first_row) }
        })
    }
}

/// The figures of one column: their sum, and those in the first and last row of data.
#[derive(Clone, Default)]
pub(super) struct Sum {
    rows: u64,
    positive: u64,
    sum: f64,
    first: Option<f64>,
    last: Option<f64>,
}

impl Sum {
    /// Of a column that no row had so far.
    pub(super) fn after(rows: u64) -> Self {
        Sum { rows, ..Sum::default() }
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn see(&mut self, cell: Option<&Cell>) {
        let figure = cell.and_then(figure);
        if self.rows == 0 {
            self.first = figure;
        }
        self.last = figure;
        self.rows += 1;
        self.sum += figure.unwrap_or(0.0);
        self.positive += u64::from(figure.is_some_and(|figure| figure > 0.0));
    }

    fn is_of_others(&self, figure: f64) -> bool {
        self.positive > ADDED_MIN && (self.sum - 2.0 * figure).abs() <= figure * TOLERANCE
    }
}

fn figure(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Number(number) => Some(*number),
        Cell::Text(text) if text.starts_with(|first: char| first.is_ascii_digit()) && text.len() <= 20 => {
            text.replace(',', "").parse().ok()
        }
        _ => None,
    }
}

/// The rows of data that hold the sums of all others: a total stands first or last.
pub(super) fn total_rows(sums: &[Sum], data: (u32, u32)) -> impl Iterator<Item = Remark> {
    let is_total = |pick: fn(&Sum) -> Option<f64>| {
        let figures = || sums.iter().filter_map(|sum| pick(sum).filter(|figure| *figure > 0.0).map(|one| (sum, one)));
        let agreeing = figures().filter(|(sum, figure)| sum.is_of_others(*figure)).count();
        agreeing >= SUMS_MIN && agreeing * 2 >= figures().count()
    };
    let found = [(is_total(|sum| sum.first), data.0), (is_total(|sum| sum.last), data.1)];
    found.into_iter().filter(|(is_total, _)| *is_total).map(|(_, row)| Remark {
        slug: "total-row",
        what: "The row holds the sums of the other rows: it counts them again.".to_owned(),
        rows: 1,
        first_row: Some(row),
    })
}

/// Named columns behind one that is empty from top to bottom.
pub(super) fn apart(columns: &[ColumnProfile]) -> Option<Remark> {
    let is_gap = |column: &ColumnProfile| column.name.is_empty() && column.filled == 0;
    let named = |columns: &[ColumnProfile]| columns.iter().filter(|column| !column.name.is_empty()).count();
    let tables = columns.split(is_gap).filter(|columns| named(columns) >= TABLE_COLUMNS_MIN).count();
    (tables > 1).then(|| Remark {
        slug: "tables-side-by-side",
        what: format!("{tables} groups of columns stand apart, an empty column between them: tables of their own?"),
        rows: 0,
        first_row: None,
    })
}

/// A pivot, by the names that a spreadsheet gives its columns.
pub(super) fn pivot(columns: &[ColumnProfile]) -> Option<Remark> {
    let mut names = columns.iter().map(|column| column.name.as_str()).filter(|name| !name.is_empty());
    let is_pivot = names.next() == Some("Row Labels")
        && names.any(|name| ["Sum of ", "Count of ", "Average of "].iter().any(|start| name.starts_with(start)));
    is_pivot.then(|| Remark {
        slug: "pivot-table",
        what: "A pivot: rows of several levels stand in one column, each counted again in the one above it.".to_owned(),
        rows: 0,
        first_row: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(rows: &[[&str; 3]]) -> Vec<u32> {
        let mut sums = vec![Sum::default(); 3];
        for row in rows {
            sums.iter_mut().zip(row).for_each(|(sum, cell)| sum.see(Some(&Cell::Text((*cell).into()))));
        }
        total_rows(&sums, (1, rows.len() as u32)).filter_map(|remark| remark.first_row).collect()
    }

    #[test]
    fn a_row_that_holds_the_sums_of_the_others_is_told() {
        let [one, two, all] = [["a", "1,000", "5"], ["b", "200", "7"], ["c", "1,200", "12"]];
        assert_eq!(totals(&[all, one, two]), [1]);
        assert_eq!(totals(&[one, two, all]), [3]);
        assert_eq!(totals(&[one, all, two]), [0; 0]);
        assert_eq!(totals(&[one, two, ["c", "1,200", "13"]]), [0; 0]);
        assert_eq!(totals(&[one, one]), [0; 0]);
    }
}
