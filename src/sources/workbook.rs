//! Workbooks: their sheets, and the rows of a sheet. Nothing that a workbook holds may make us panic or take the
//! memory it claims to need.

use super::cells::{of_data, of_data_ref};
use super::fixity::unusable;
use super::format::word;
use super::{Cell, DateSystem, Error, Finding, ReadAs};
use crate::config::FileFormat;
use calamine::{DataRef, OdsError, Reader, SheetType, SheetVisible, XlsError, XlsbError, XlsxError, open_workbook};
use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

const ROWS_MAX: u32 = 1 << 20;
const COLUMNS_MAX: u32 = 1 << 14;

type Input = BufReader<File>;

/// An open workbook.
pub(super) struct Workbook {
    path: PathBuf,
    format: FileFormat,
    system: DateSystem,
    book: Book,
}

enum Book {
    Xlsx(Box<calamine::Xlsx<Input>>),
    Xlsb(Box<calamine::Xlsb<Input>>),
    Xls(Box<calamine::Xls<Input>>),
    Ods(Box<calamine::Ods<Input>>),
}

/// A sheet as the workbook lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) hidden: bool,
    /// Charts and macros are sheets too, without cells.
    pub(super) has_cells: bool,
}

/// A row that holds something, with its 1-based number.
pub(super) struct Filled {
    pub(super) row: u32,
    pub(super) cells: Vec<Cell>,
    pub(super) findings: Vec<Finding>,
}

/// Why a reading library gave up.
enum Trouble {
    Password,
    Damaged,
    Io(std::io::Error),
}

impl Workbook {
    pub(super) fn open(path: &Path, format: FileFormat) -> Result<Self, Error> {
        let (book, from_1904) = Self::open_book(path, format).map_err(|trouble| fail(path, trouble))?;
        let system = if from_1904 { DateSystem::From1904 } else { DateSystem::From1900 };
        Ok(Workbook { path: path.to_owned(), format, system, book })
    }

    fn open_book(path: &Path, format: FileFormat) -> Result<(Book, bool), Trouble> {
        match format {
            FileFormat::Xlsx => {
                let book: calamine::Xlsx<Input> = guarded(|| open_workbook(path))?;
                let from_1904 = book.has_1904_epoch();
                Ok((Book::Xlsx(Box::new(book)), from_1904))
            }
            FileFormat::Xlsb => {
                let book: calamine::Xlsb<Input> = guarded(|| open_workbook(path))?;
                let from_1904 = book.has_1904_epoch();
                Ok((Book::Xlsb(Box::new(book)), from_1904))
            }
            FileFormat::Xls => {
                // A protected xlsx wears an xls's coat, which only the xlsx reader sees through.
                let as_xlsx = guarded(|| open_workbook::<calamine::Xlsx<Input>, _>(path));
                if let Err(Trouble::Password) = as_xlsx {
                    return Err(Trouble::Password);
                }
                let book: calamine::Xls<Input> = guarded(|| open_workbook(path))?;
                let from_1904 = book.has_1904_epoch();
                Ok((Book::Xls(Box::new(book)), from_1904))
            }
            FileFormat::Ods => Ok((Book::Ods(Box::new(guarded(|| open_workbook(path))?)), false)),
            FileFormat::Csv => Err(Trouble::Damaged),
        }
    }

    pub(super) fn read_as(&self) -> ReadAs {
        // OpenDocument stores dates as dates.
        let date_system = (self.format != FileFormat::Ods).then_some(self.system);
        ReadAs { format: word(self.format), encoding: String::new(), delimiter: None, date_system }
    }

    pub(super) fn sheets(&self) -> Vec<Listed> {
        let listed = match &self.book {
            Book::Xlsx(book) => book.sheets_metadata(),
            Book::Xlsb(book) => book.sheets_metadata(),
            Book::Xls(book) => book.sheets_metadata(),
            Book::Ods(book) => book.sheets_metadata(),
        };
        let listed = listed.iter().map(|sheet| Listed {
            name: sheet.name.clone(),
            hidden: sheet.visible != SheetVisible::Visible,
            has_cells: sheet.typ == SheetType::WorkSheet,
        });
        listed.collect()
    }

    /// Whether any cell of the sheet holds anything.
    pub(super) fn holds_data(&mut self, sheet: &Listed) -> Result<bool, Error> {
        let mut found = false;
        self.rows(sheet, &mut |_| {
            found = true;
            Ok(false)
        })?;
        Ok(found)
    }

    /// Gives the rows that hold something, in order, while `give` answers true.
    pub(super) fn rows(
        &mut self,
        sheet: &Listed,
        give: &mut dyn FnMut(Filled) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        if !sheet.has_cells {
            return Ok(());
        }
        let (path, system) = (&self.path, self.system);
        let failed = |trouble| fail(path, trouble);
        let mut rows = Rows { path, row: None, cells: Vec::new(), findings: Vec::new() };
        match &mut self.book {
            Book::Xlsx(book) => {
                let mut reader = guarded(|| book.worksheet_cells_reader(&sheet.name)).map_err(failed)?;
                while let Some(cell) = guarded(|| reader.next_cell_with_formula_metadata()).map_err(failed)? {
                    let uncached = cell.formula.is_some() && cell.value == DataRef::Empty;
                    if !rows.add(cell.pos, of_data_ref(&cell.value, system), uncached, give)? {
                        return Ok(());
                    }
                }
            }
            Book::Xlsb(book) => {
                let mut reader = guarded(|| book.worksheet_cells_reader(&sheet.name)).map_err(failed)?;
                while let Some(cell) = guarded(|| reader.next_cell()).map_err(failed)? {
                    if !rows.add(cell.get_position(), of_data_ref(cell.get_value(), system), false, give)? {
                        return Ok(());
                    }
                }
            }
            Book::Xls(book) => {
                let range = guarded(|| book.worksheet_range(&sheet.name)).map_err(failed)?;
                return rows.add_range(&range, system, give);
            }
            Book::Ods(book) => {
                let range = guarded(|| book.worksheet_range(&sheet.name)).map_err(failed)?;
                return rows.add_range(&range, system, give);
            }
        }
        rows.end(give)
    }
}

/// The reading library has panicked on damaged files in most of its releases; that is the file's fault, not ours.
fn guarded<T, E: Into<Trouble>>(read: impl FnOnce() -> Result<T, E>) -> Result<T, Trouble> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(outcome) => outcome.map_err(Into::into),
        Err(_) => Err(Trouble::Damaged),
    }
}

/// The library's own words may quote a cell, so they go no further.
fn fail(path: &Path, trouble: Trouble) -> Error {
    match trouble {
        Trouble::Password => {
            unusable(path, "the workbook is protected with a password", "save a copy without the password")
        }
        Trouble::Damaged => unusable(
            path,
            "the workbook is damaged, or of a kind that cannot be read",
            "open it in a spreadsheet program and save it as .xlsx",
        ),
        Trouble::Io(source) => Error::Io { path: path.to_owned(), source },
    }
}

macro_rules! troubles {
    ($($error:ident,)+) => {
        $(impl From<$error> for Trouble {
            fn from(error: $error) -> Trouble {
                match error {
                    $error::Password => Trouble::Password,
                    $error::Io(source) if source.raw_os_error().is_some() => Trouble::Io(source),
                    _ => Trouble::Damaged,
                }
            }
        })+
    };
}

troubles!(XlsxError, XlsbError, XlsError, OdsError,);

/// Puts cells together into rows.
struct Rows<'a> {
    path: &'a Path,
    row: Option<u32>,
    cells: Vec<Cell>,
    findings: Vec<Finding>,
}

impl Rows<'_> {
    /// Takes one cell, with its place counted from nought. False when no more rows are asked for.
    fn add(
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
        if self.row != Some(row) && !self.finish(give)? {
            return Ok(false);
        }
        self.row = Some(row);
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

    fn add_range(
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
        }
        self.end(give)
    }

    fn end(&mut self, give: &mut dyn FnMut(Filled) -> Result<bool, Error>) -> Result<(), Error> {
        self.finish(give).map(|_| ())
    }

    fn finish(&mut self, give: &mut dyn FnMut(Filled) -> Result<bool, Error>) -> Result<bool, Error> {
        let Some(row) = self.row.take() else { return Ok(true) };
        let (cells, findings) = (std::mem::take(&mut self.cells), std::mem::take(&mut self.findings));
        give(Filled { row: row + 1, cells, findings })
    }
}
