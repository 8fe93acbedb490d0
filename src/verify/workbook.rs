//! Rows of workbooks, through the reading library alone.

use super::binary;
use super::packed::Input;
use calamine::{Data, DataRef, ExcelDateTime, Reader, SheetType};
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, date};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Seek as _, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// As many as the formats have.
const ROWS_MAX: u32 = 1 << 20;
const COLUMNS_MAX: u32 = 1 << 14;
/// A cell's date lies between 1800 and this many days later; else it is the number it is stored as.
const DAYS_MAX: i64 = 400_000;

/// What a workbook's entries may come to when expanded, and how many times their size in the file once that is large.
const EXPANDED_BYTES_MAX: u64 = 2 << 30;
const EXPANSION_MAX: u64 = 200;
const EXPANSION_APPLIES_FROM_BYTES: u64 = 10 << 20;

/// An open workbook.
pub(super) enum Workbook {
    Xlsx(Box<calamine::Xlsx<Input>>),
    /// With the rows of each sheet that hold a formula which the library passes over.
    Xlsb(Box<calamine::Xlsb<Input>>, BTreeMap<String, BTreeSet<u32>>),
    Xls(Box<calamine::Xls<Input>>),
    Ods(Box<calamine::Ods<Input>>),
}

/// Takes each row that holds something: its number, and its cells as text.
pub(super) type EachRow<'a> = dyn FnMut(u64, &[String]) + 'a;

impl Workbook {
    /// `None` when it cannot be read as this format.
    pub(super) fn open(mut input: Input, format: &str) -> Option<Workbook> {
        guarded(|| {
            if format != "xls" && !expands_modestly(&mut input)? {
                return None;
            }
            Some(match format {
                "xlsx" => Workbook::Xlsx(Box::new(Reader::new(input).ok()?)),
                "xlsb" => {
                    let bare = binary::rows_of_errors(&mut input).unwrap_or_default();
                    input.rewind().ok()?;
                    Workbook::Xlsb(Box::new(Reader::new(input).ok()?), bare)
                }
                "xls" => Workbook::Xls(Box::new(Reader::new(input).ok()?)),
                "ods" => Workbook::Ods(Box::new(Reader::new(input).ok()?)),
                _ => return None,
            })
        })
    }

    /// Every sheet's name, and whether it can hold rows.
    pub(super) fn sheets(&self) -> Vec<(String, bool)> {
        let sheets = match self {
            Workbook::Xlsx(book) => book.sheets_metadata(),
            Workbook::Xlsb(book, _) => book.sheets_metadata(),
            Workbook::Xls(book) => book.sheets_metadata(),
            Workbook::Ods(book) => book.sheets_metadata(),
        };
        sheets.iter().map(|sheet| (sheet.name.clone(), sheet.typ == SheetType::WorkSheet)).collect()
    }

    /// Gives every row that holds something; the answer is the number of the last. `None` when the sheet is damaged.
    pub(super) fn rows(&mut self, sheet: &str, each: &mut EachRow) -> Option<u64> {
        let mut rows = Rows { last: None, cells: Vec::new(), bare: BTreeSet::new(), each };
        guarded(|| {
            match self {
                Workbook::Xlsx(book) => {
                    let from_1904 = book.has_1904_epoch();
                    let mut reader = book.worksheet_cells_reader(sheet).ok()?;
                    while let Some(cell) = reader.next_cell_with_formula_metadata().ok()? {
                        let text = text_of_ref(&cell.value, from_1904);
                        let bare = cell.formula.is_some() && cell.value == DataRef::Empty;
                        rows.cell(cell.pos, text, bare)?;
                    }
                }
                Workbook::Xlsb(book, bare) => {
                    let from_1904 = book.has_1904_epoch();
                    rows.bare = bare.get(sheet).cloned().unwrap_or_default();
                    let mut reader = book.worksheet_cells_reader(sheet).ok()?;
                    while let Some(cell) = reader.next_cell().ok()? {
                        rows.cell(cell.get_position(), text_of_ref(cell.get_value(), from_1904), false)?;
                    }
                    rows.bare_before(ROWS_MAX)?;
                }
                Workbook::Xls(book) => {
                    let from_1904 = book.has_1904_epoch();
                    let values = book.worksheet_range(sheet).ok()?;
                    rows.bare = bare_rows(&values, &book.worksheet_formula(sheet).ok()?);
                    rows.range(&values, from_1904)?;
                    rows.bare_before(ROWS_MAX)?;
                }
                Workbook::Ods(book) => {
                    let values = book.worksheet_range(sheet).ok()?;
                    rows.bare = bare_rows(&values, &book.worksheet_formula(sheet).ok()?);
                    rows.range(&values, false)?;
                    rows.bare_before(ROWS_MAX)?;
                }
            }
            Some(())
        })?;
        rows.finish();
        Some(rows.last.map_or(0, |last| u64::from(last) + 1))
    }
}

/// Rows, from nought, with a formula and no value in its place.
fn bare_rows(values: &calamine::Range<Data>, formulas: &calamine::Range<String>) -> BTreeSet<u32> {
    let (row, column) = formulas.start().unwrap_or_default();
    let places = formulas.used_cells().map(|cell| (row + cell.0 as u32, column + cell.1 as u32));
    places
        .filter(|place| values.get_value(*place).is_none_or(|value| *value == Data::Empty))
        .map(|place| place.0)
        .collect()
}

/// A small archive can claim to hold more than any memory does.
fn expands_modestly(input: &mut Input) -> Option<bool> {
    let in_file = input.seek(SeekFrom::End(0)).ok()?;
    let mut archive = zip::ZipArchive::new(&mut *input).ok()?;
    let mut expanded = 0u64;
    for place in 0..archive.len() {
        expanded = expanded.saturating_add(archive.by_index_raw(place).ok()?.size());
    }
    let within_ratio = expanded <= EXPANSION_APPLIES_FROM_BYTES || expanded / EXPANSION_MAX <= in_file;
    input.rewind().ok()?;
    Some(expanded <= EXPANDED_BYTES_MAX && within_ratio)
}

/// The reading library has panicked on damaged files in most of its releases.
fn guarded<T>(read: impl FnOnce() -> Option<T>) -> Option<T> {
    let before = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(read));
    GUARDED.set(before);
    outcome.ok().flatten()
}

thread_local! {
    static GUARDED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Whether this thread is in the reading library, whose panics are caught and need not be told.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Puts cells together into rows.
struct Rows<'a, 'b> {
    last: Option<u32>,
    cells: Vec<String>,
    /// Rows with a bare formula, which the library does not give.
    bare: BTreeSet<u32>,
    each: &'a mut EachRow<'b>,
}

impl Rows<'_, '_> {
    /// A cell with its place from nought. A bare formula, of which no value is stored, makes its row one that holds
    /// something; one whose stored value is an empty text does not.
    fn cell(&mut self, (row, column): (u32, u32), text: String, bare: bool) -> Option<()> {
        if text.is_empty() && !bare {
            return Some(());
        }
        if row >= ROWS_MAX || column >= COLUMNS_MAX || self.last.is_some_and(|last| row < last) {
            return None;
        }
        if !bare && !self.bare.is_empty() {
            self.bare_before(row)?;
        }
        if self.last != Some(row) {
            self.finish();
            self.last = Some(row);
        }
        let column = column as usize;
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        self.cells[column] = text;
        Some(())
    }

    fn bare_before(&mut self, row: u32) -> Option<()> {
        while let Some(first) = self.bare.first().copied().filter(|first| *first < row) {
            self.bare.pop_first();
            if self.last.is_none_or(|last| last < first) {
                self.cell((first, 0), String::new(), true)?;
            }
        }
        Some(())
    }

    fn range(&mut self, range: &calamine::Range<Data>, from_1904: bool) -> Option<()> {
        let Some((first_row, first_column)) = range.start() else { return Some(()) };
        for (row, column, value) in range.used_cells() {
            let place = (first_row + row as u32, first_column + column as u32);
            self.cell(place, text_of(value, from_1904), false)?;
        }
        Some(())
    }

    fn finish(&mut self) {
        if let Some(last) = self.last {
            (self.each)(u64::from(last) + 1, &self.cells);
            self.cells.clear();
        }
    }
}

fn text_of_ref(value: &DataRef<'_>, from_1904: bool) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => text_of_number(*number as f64),
        DataRef::Float(number) => text_of_number(*number),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(yes) => text_of_bool(*yes),
        DataRef::DateTime(serial) => text_of_serial(serial, from_1904),
        DataRef::DateTimeIso(text) => text_of_iso(text),
        DataRef::DurationIso(text) => text_of_duration(text),
        DataRef::Error(error) => error.to_string(),
    }
}

fn text_of(value: &Data, from_1904: bool) -> String {
    match value {
        Data::Empty => String::new(),
        Data::Int(number) => text_of_number(*number as f64),
        Data::Float(number) => text_of_number(*number),
        Data::String(text) => text.trim().to_owned(),
        Data::Bool(yes) => text_of_bool(*yes),
        Data::DateTime(serial) => text_of_serial(serial, from_1904),
        Data::DateTimeIso(text) => text_of_iso(text),
        Data::DurationIso(text) => text_of_duration(text),
        Data::Error(error) => error.to_string(),
    }
}

/// The shortest digits that give the number again, and no `.0`; minus nought is nought.
fn text_of_number(number: f64) -> String {
    if number == 0.0 { "0".into() } else { number.to_string() }
}

fn text_of_bool(yes: bool) -> String {
    if yes { "TRUE" } else { "FALSE" }.into()
}

/// A day, with the minute unless it is midnight; a serial below one, or a duration, as hours and minutes.
fn text_of_serial(serial: &ExcelDateTime, from_1904: bool) -> String {
    let value = serial.as_f64();
    if !value.is_finite() || value < 0.0 {
        return text_of_number(value);
    }
    let minutes = (value * 1440.0).round();
    if serial.is_duration() || value < 1.0 {
        return hours_and_minutes(minutes);
    }
    let (days, minute) = ((minutes / 1440.0).floor(), minutes % 1440.0);
    match day(days, from_1904) {
        Some(day) if minute == 0.0 => day.to_string(),
        Some(day) => format!("{day}T{}", hours_and_minutes(minute)),
        None => text_of_number(value),
    }
}

fn hours_and_minutes(minutes: f64) -> String {
    format!("{:02}:{:02}", (minutes / 60.0).floor(), minutes % 60.0)
}

/// Spreadsheets hold 1900 for a leap year: day 60 is a day that never was, and days before it are counted from a day
/// later than those after it.
fn day(days: f64, from_1904: bool) -> Option<Date> {
    let nought = match (from_1904, days) {
        (true, _) => date(1904, 1, 1),
        (false, 60.0) => return None,
        (false, days) if days < 60.0 => date(1899, 12, 31),
        (false, _) => date(1899, 12, 30),
    };
    let days = if days <= DAYS_MAX as f64 { days as i64 } else { return None };
    nought.checked_add(days.days()).ok().filter(|day| plausible(*day))
}

fn plausible(day: Date) -> bool {
    let first = date(1799, 12, 31);
    let last = first.saturating_add(DAYS_MAX.days());
    day > first && day <= last
}

fn text_of_iso(text: &str) -> String {
    match text.parse::<DateTime>() {
        Ok(at) if plausible(at.date()) && text.len() > 10 && (at.hour(), at.minute()) != (0, 0) => {
            format!("{}T{:02}:{:02}", at.date(), at.hour(), at.minute())
        }
        Ok(at) if plausible(at.date()) => at.date().to_string(),
        _ => text.trim().to_owned(),
    }
}

/// `PT09H30M00S`.
fn text_of_duration(text: &str) -> String {
    let minutes = || {
        let (hours, rest) = text.strip_prefix("PT")?.split_once('H')?;
        let minutes: f64 = rest.split_once('M').map_or(Some(0.0), |(minutes, _)| minutes.parse().ok())?;
        Some(hours.parse::<f64>().ok()? * 60.0 + minutes)
    };
    let minutes = minutes().filter(|minutes| minutes.is_finite() && *minutes >= 0.0);
    minutes.map_or_else(|| text.trim().to_owned(), hours_and_minutes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType;
    use std::fs::File;
    use std::path::Path;

    fn input(path: &Path) -> Input {
        Box::new(std::io::BufReader::new(File::open(path).expect("a file")))
    }

    #[test]
    fn numbers_and_dates_as_text() {
        let serial = |value: f64, from_1904: bool| {
            let serial = ExcelDateTime::new(value, ExcelDateTimeType::DateTime, from_1904);
            text_of_serial(&serial, from_1904)
        };
        assert_eq!(serial(43_008.0, false), "2017-09-30");
        assert_eq!(serial(43_008.0 - 1462.0, true), "2017-09-30");
        assert_eq!(serial(43_008.395_833_333, false), "2017-09-30T09:30");
        assert_eq!(serial(43_008.999_99, false), "2017-10-01");
        assert_eq!(serial(0.395_833_333, false), "09:30");
        assert_eq!(serial(60.0, false), "60");
        assert_eq!(serial(1.0, false), "1900-01-01");
        assert_eq!(serial(-1.5, false), "-1.5");
        assert_eq!([3.0, 0.1, -0.0].map(text_of_number), ["3", "0.1", "0"]);
        assert_eq!(text_of_iso("2017-10-04T09:30:00"), "2017-10-04T09:30");
        assert_eq!(text_of_iso("2017-10-04T00:00:00"), "2017-10-04");
        assert_eq!(text_of_duration("PT09H30M00S"), "09:30");
    }

    #[test]
    fn an_archive_that_expands_beyond_measure_is_not_opened() {
        use std::io::Write as _;
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("bomb.xlsx");
        let mut archive = zip::ZipWriter::new(File::create(&path).expect("made"));
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file("xl/workbook.xml", options).expect("begun");
        (0..20).for_each(|_| archive.write_all(&vec![b' '; 1 << 20]).expect("written"));
        archive.finish().expect("closed");
        assert_eq!(expands_modestly(&mut input(&path)), Some(false));
        assert!(Workbook::open(input(&path), "xlsx").is_none());
    }

    #[test]
    fn rows_of_a_workbook_are_numbered_as_seen() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("book.xlsx");
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.set_name("People").expect("named");
        sheet.write_string(2, 1, " Ann ").expect("written");
        sheet.write_number(4, 0, 12.0).expect("written");
        sheet.write_boolean(4, 2, true).expect("written");
        sheet.write_string(7, 0, "  ").expect("written");
        book.save(&path).expect("saved");

        let mut read = Workbook::open(input(&path), "xlsx").expect("a workbook");
        assert_eq!(read.sheets(), [("People".to_owned(), true)]);
        let mut found = Vec::new();
        let last = read.rows("People", &mut |row, cells| found.push((row, cells.join("|"))));
        assert_eq!(last, Some(5));
        assert_eq!(found, [(3, "|Ann".to_owned()), (5, "12||TRUE".to_owned())]);
        assert!(Workbook::open(input(&path), "xls").is_none());
        assert!(read.rows("Absent", &mut |_, _| {}).is_none());
    }
}
