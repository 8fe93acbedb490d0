//! A row as it stands in a file, and where.

use crate::values::{Digest, Moment};
use compact_str::CompactString;
use std::fmt;

/// Where a row stands: the place of its file in [`super::Intake::files`], the place of its sheet there, and the number a
/// person sees when the file is open in a spreadsheet: from 1, preamble, header and blank lines counted; a quoted field
/// over several lines is one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowRef {
    file: u16,
    sheet: u16,
    row: u32,
}

impl RowRef {
    /// Only this room mints row references.
    pub(super) fn mint(file: u16, sheet: u16, row: u32) -> Self {
        RowRef { file, sheet, row }
    }

    /// For the tests of other rooms, which have no file to read.
    #[cfg(test)]
    pub fn for_tests(file: u16, sheet: u16, row: u32) -> Self {
        RowRef { file, sheet, row }
    }

    /// The place of its file in the intake.
    pub fn file(self) -> usize {
        usize::from(self.file)
    }

    /// The place of its sheet in the file.
    pub fn sheet(self) -> usize {
        usize::from(self.sheet)
    }

    /// The number a person sees.
    pub fn row(self) -> u32 {
        self.row
    }
}

/// A value with the row it came from.
#[derive(Clone, Copy, Debug)]
pub struct Sourced<T> {
    /// The row.
    pub at: RowRef,
    /// The value.
    pub value: T,
}

impl<T> Sourced<T> {
    /// Another value of the same row.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced { at: self.at, value: change(self.value) }
    }

    /// Another value of the same row, or what is wrong, with the row.
    pub fn try_map<U, E>(self, change: impl FnOnce(T) -> Result<U, E>) -> Result<Sourced<U>, Sourced<E>> {
        match change(self.value) {
            Ok(value) => Ok(Sourced { at: self.at, value }),
            Err(value) => Err(Sourced { at: self.at, value }),
        }
    }
}

/// What a cell holds, as the file says it. No guess is made here: a number is not a date because it could be.
#[derive(PartialEq)]
pub enum Cell {
    /// Nothing, or white space alone.
    Empty,
    /// Text, outer white space trimmed.
    Text(CompactString),
    /// A number of a workbook.
    Number(f64),
    /// A logical value of a workbook.
    Bool(bool),
    /// A date of a workbook, its date system already applied. A time of day alone is `Text`, as `09:30`.
    Moment(Moment),
    /// An error of a workbook, such as `#N/A`.
    Error(Box<str>),
}

impl fmt::Debug for Cell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Cell::Empty => "Empty",
            Cell::Text(_) => "Text(redacted)",
            Cell::Number(_) => "Number(redacted)",
            Cell::Bool(_) => "Bool(redacted)",
            Cell::Moment(_) => "Moment(redacted)",
            Cell::Error(_) => "Error",
        })
    }
}

/// What a row is to its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// A row of data.
    Data,
    /// The header, or the header again in mid-file.
    Header,
    /// Before the header.
    Preamble,
    /// After the data: totals, notes.
    Footer,
    /// No cell holds anything.
    Blank,
    /// A row that must not be used; the finding says why.
    SetAside(Finding),
}

/// What reading alone can find wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// The sheet is claimed by no mapping.
    SheetNotMapped,
    /// The row has more cells than the header, and the surplus is not empty.
    TooManyCells,
    /// The row has fewer cells than the header (delimited text only).
    TooFewCells,
    /// Bytes that the encoding does not allow.
    NotDecodable,
    /// A quoted field is never closed, or holds what must be rows of their own: a stray quote.
    StrayQuote,
    /// The row is longer than a row may be.
    RowTooLong,
    /// A NUL character stands in the row.
    NulCharacter,
    /// Cells of a worksheet stand beside the table, right of its header. The row is used without them.
    BesideTable,
    /// A formula was saved without its value, so its cell reads as empty (of an .xls it is told of texts alone). The row is used.
    FormulaWithoutValue,
    /// A character of UTF-8 stands in the row as Windows-1252 reads its bytes. The row is used as it stands.
    EncodedTwice,
    /// The worksheet hides the row. It is used.
    HiddenRow,
    /// A merged cell of a row above covers a place in the row, which reads as empty. The row is used.
    MergedCells,
    /// The last row of a table that ends where old spreadsheets end: more may have been cut off.
    RowLimit,
    /// A cell stands in a column that has no name, so that no mapping can read it. Told of the first such row.
    UnnamedColumn,
    /// The row looks like a total or a note, and data follow it. The row is used.
    TotalAmongData,
    /// Of a header: the mapping names a sheet that the workbook hides.
    HiddenSheet,
    /// Of a header: the worksheet hides a column that has a name.
    HiddenColumn,
    /// Of a header: it is as wide as old spreadsheets are, so that columns may have been cut off.
    ColumnLimit,
}

/// One row. It is given out once and not copied.
#[derive(Debug)]
pub struct RawRow {
    /// Where it stands.
    pub at: RowRef,
    /// What it is to its file.
    pub kind: RowKind,
    /// Its cells, padded with [`Cell::Empty`] to the header's width; as they stand in a row that is set aside, and where it
    /// could not be split, the beginning of its text in one cell; empty for other rows that are not data.
    pub cells: Vec<Cell>,
    /// Digest of its cells as text, empty ones at the end not counted; of its bytes (as UTF-8) where it could not be split
    /// into cells.
    pub digest: Digest,
    /// Findings that do not stop the row from being used; of a header, what is found of the whole sheet.
    pub findings: Vec<Finding>,
    /// Columns whose text stands between white space in the file, which is left out of the cell.
    pub padded: Vec<u16>,
}

impl RawRow {
    /// The cell in a column, with the row it came from.
    pub fn cell(&self, column: usize) -> Sourced<&Cell> {
        Sourced { at: self.at, value: self.cells.get(column).unwrap_or(&Cell::Empty) }
    }
}

/// Some rows of one sheet, in order.
#[derive(Debug)]
pub struct Batch<'a> {
    /// Which source or reference file they belong to.
    pub origin: super::Origin,
    /// The header's names as they stand, trimmed; empty when no header was found.
    pub header: &'a [String],
    /// The rows.
    pub rows: Vec<RawRow>,
}

/// Millions of cells are on their way at a time.
const _: () = assert!(size_of::<Cell>() <= 24);
