//! A workbook that comes back. It was in other hands: nothing it holds may cost more than it is worth.

use crate::review::Error;
use crate::review::asked::LINES_MAX;
use crate::sources;
use calamine::{DataRef, Reader as _, Xlsx, XlsxError, open_workbook};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use zip::ZipArchive;

/// The lines of each sheet that hold anything, by the number that a person sees, as texts.
pub(super) type Sheets = BTreeMap<String, BTreeMap<u32, Vec<String>>>;

/// What a workbook of ours may grow to in other hands.
const BYTES_MAX: u64 = 512 << 20;
const ROWS_MAX: u32 = 4 * LINES_MAX as u32;
const COLUMNS_MAX: u32 = 256;

const SAVE_AGAIN: &str = "open it in a spreadsheet program and save it as an Excel workbook (.xlsx)";
const EXPORT_AGAIN: &str = "if this is the right file, export a new workbook and copy the answers into it";

/// What stands for a formula whose value the file does not hold: the cell is not empty to whoever sees it worked out.
pub(super) const NO_VALUE: &str = "#formula without value";

/// Reads every sheet.
pub(super) fn sheets(path: &Path) -> Result<Sheets, Error> {
    refuse_vast(path)?;
    let mut book: Xlsx<BufReader<File>> = guarded(path, || open_workbook(path))?;
    let mut sheets = Sheets::new();
    for name in book.sheet_names() {
        let lines = lines(path, &mut book, &name)?;
        sheets.insert(name.trim().to_owned(), lines);
    }
    Ok(sheets)
}

/// Sizes are looked at before anything is expanded.
fn refuse_vast(path: &Path) -> Result<(), Error> {
    sources::refuse_vast(path)?;
    let unlike = |what, hint| Error::Unlike { path: path.to_owned(), what, hint };
    let fault = |source| sources::Error::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(fault)?;
    let mut archive =
        ZipArchive::new(BufReader::new(file)).map_err(|_| unlike("this is not an Excel workbook", SAVE_AGAIN))?;
    let mut bytes = 0_u64;
    for place in 0..archive.len() {
        bytes = bytes.saturating_add(archive.by_index_raw(place).map_or(0, |entry| entry.size()));
    }
    if bytes > BYTES_MAX {
        Err(unlike("the workbook is larger than any that was exported", EXPORT_AGAIN))
    } else {
        Ok(())
    }
}

fn lines(path: &Path, book: &mut Xlsx<BufReader<File>>, name: &str) -> Result<BTreeMap<u32, Vec<String>>, Error> {
    let mut lines: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut reader = guarded(path, || book.worksheet_cells_reader(name))?;
    while let Some(cell) = guarded(path, || reader.next_cell_with_formula_metadata())? {
        let mut text = text(&cell.value);
        if text.is_empty() && cell.formula.is_some() {
            text = NO_VALUE.to_owned();
        }
        if text.is_empty() {
            continue;
        }
        let (row, column) = cell.pos;
        if row >= ROWS_MAX || column >= COLUMNS_MAX {
            let what = "a sheet holds something far outside of what was exported";
            return Err(Error::Unlike { path: path.to_owned(), what, hint: EXPORT_AGAIN });
        }
        let cells = lines.entry(row + 1).or_default();
        let column = column as usize;
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        cells[column] = text;
    }
    Ok(lines)
}

/// A cell as text. What was written as text comes back as text; only what a person typed may be something else.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(date) => day(date),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(_) => "#error".to_owned(),
    }
}

/// The reading library has panicked on damaged files, and its words may quote a cell: they go no further.
fn guarded<T>(path: &Path, read: impl FnOnce() -> Result<T, XlsxError>) -> Result<T, Error> {
    let unlike = |what, hint| Error::Unlike { path: path.to_owned(), what, hint };
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(XlsxError::Password)) => {
            Err(unlike("the workbook is protected with a password", "save a copy without the password"))
        }
        Ok(Err(XlsxError::Io(source))) => Err(sources::Error::Io { path: path.to_owned(), source }.into()),
        Ok(Err(_)) | Err(_) => Err(unlike("this is not an Excel workbook, or it is damaged", SAVE_AGAIN)),
    }
}

/// A date that a person typed into a note.
fn day(date: &calamine::ExcelDateTime) -> String {
    let (year, month, day, hour, minute, ..) = date.to_ymd_hms_milli();
    match (hour, minute) {
        (0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};

    fn read(fill: impl FnOnce(&mut Worksheet)) -> Result<Sheets, Error> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.xlsx");
        let mut book = Workbook::new();
        fill(book.add_worksheet());
        book.save(&path).expect("saved");
        sheets(&path)
    }

    #[test]
    fn whatever_was_typed_is_text() {
        let sheets = read(|sheet| {
            let date = Format::new().set_num_format("yyyy-mm-dd");
            let day = ExcelDateTime::from_ymd(2017, 9, 25).expect("a day");
            sheet.write_string(0, 0, " same ").expect("a cell");
            sheet.write_number(0, 2, 7).expect("a cell");
            sheet.write_datetime_with_format(2, 1, &day, &date).expect("a cell");
            sheet.write_boolean(2, 2, true).expect("a cell");
        });
        let sheets = sheets.expect("a workbook");
        let lines = &sheets["Sheet1"];
        assert_eq!(lines[&1], ["same", "", "7"]);
        assert_eq!(lines[&3], ["", "2017-09-25", "true"]);
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn a_formula_is_its_value_and_without_one_no_empty_cell() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_formula(0, 0, Formula::new("=B2").set_result("same")).expect("a cell");
        sheet.write_formula(0, 1, Formula::new("=C2").set_result("77")).expect("a cell");
        let whole = book.save_to_buffer().expect("saved");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.xlsx");
        let mut from = ZipArchive::new(std::io::Cursor::new(whole)).expect("an archive");
        let mut to = zip::ZipWriter::new(File::create(&path).expect("made"));
        for place in 0..from.len() {
            let mut entry = from.by_index(place).expect("an entry");
            let mut text = String::new();
            std::io::Read::read_to_string(&mut entry, &mut text).expect("text");
            to.start_file(entry.name().expect("a name"), zip::write::SimpleFileOptions::default()).expect("an entry");
            // As a program leaves it that works nothing out.
            std::io::Write::write_all(&mut to, text.replace("<v>77</v>", "").as_bytes()).expect("written");
        }
        to.finish().expect("written");
        assert_eq!(sheets(&path).expect("a workbook")["Sheet1"][&1], ["same", NO_VALUE]);
    }

    #[test]
    fn what_lies_far_outside_is_refused_before_room_is_made_for_it() {
        for (row, column) in [(ROWS_MAX, 0), (0, COLUMNS_MAX as u16), (1_048_575, 16_383)] {
            let read = read(|sheet| {
                sheet.write_string(row, column, "x").expect("a cell");
            });
            assert!(matches!(read, Err(Error::Unlike { .. })), "{row} {column}");
        }
    }

    #[test]
    fn what_is_no_workbook_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.xlsx");
        assert!(matches!(sheets(&path), Err(Error::Workbook(_))));
        for content in [&b""[..], b"PK\x03\x04", b"same,different\n"] {
            std::fs::write(&path, content).expect("written");
            assert!(matches!(sheets(&path), Err(Error::Unlike { .. })));
        }
    }
}
