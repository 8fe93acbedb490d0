//! OpenDocument spreadsheets repeat cells and rows by number, so that a short file can claim billions of cells. The
//! reading library expands them in memory; this pass adds up what it would take, and refuses too much.

use super::Error;
use super::concealed::{Concealed, Merged, part};
use super::fixity::unusable;
use super::packed::Place;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::io::{BufRead, BufReader};
use zip::ZipArchive;

/// Cells, or as much text as so many cells hold.
const CELLS_MAX: u64 = 10_000_000;
const TEXT_BYTES_PER_CELL: u64 = 32;
/// The most rows and columns that the library expands to.
const ROWS_MAX: u64 = 1 << 20;
const COLUMNS_MAX: u64 = 1 << 14;

const LOCKED: &str = "the workbook is protected with a password";

/// Refuses a spreadsheet that expands to more than fits in memory, and one that is cut: of such a file the library would
/// read the end for ever. One whose archive is damaged passes: the library will say so.
pub(super) fn refuse_vast(place: &Place) -> Result<(), Error> {
    let Ok(mut archive) = ZipArchive::new(place.input()?) else { return Ok(()) };
    // "manifest:encryption-data: the element contains all the information needed to decrypt the package file."
    let manifest = part(&mut archive, "META-INF/manifest.xml").unwrap_or_default();
    if manifest.windows(15).any(|bytes| bytes == b"encryption-data") {
        return Err(unusable(place.shown(), LOCKED, "save a copy without the password"));
    }
    let Ok(content) = archive.by_name("content.xml") else { return Ok(()) };
    match claim_of(BufReader::new(content)) {
        Some(claim) if claim.cells <= CELLS_MAX => match claim.beyond {
            None => Ok(()),
            Some(sheet) => Err(super::workbook::beyond(place.shown(), &sheet)),
        },
        Some(_) => Err(unusable(
            place.shown(),
            format!("the spreadsheet claims more than {CELLS_MAX} cells"),
            "delete what stands far from the table, or save it as .xlsx",
        )),
        None => Err(unusable(
            place.shown(),
            "the spreadsheet is damaged: its content is cut, or is no XML",
            "ask for the file again, or open it in a spreadsheet program and save it as .xlsx",
        )),
    }
}

/// Adds up until the end, or until there are too many. `None` when the content is damaged, or ends inside an element.
fn claim_of(content: impl BufRead) -> Option<Claim> {
    let mut xml = Reader::from_reader(content);
    let mut claim = Claim::default();
    let mut depth = 0_u64;
    let mut buffer = Vec::new();
    while claim.cells <= CELLS_MAX {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(element)) => {
                depth += 1;
                claim.open(&element);
            }
            Ok(Event::Empty(element)) => {
                claim.open(&element);
                claim.close(element.name().as_ref());
            }
            Ok(Event::End(element)) => {
                depth = depth.checked_sub(1)?;
                claim.close(element.name().as_ref());
            }
            Ok(Event::Text(text)) => claim.text += text.len() as u64,
            Ok(Event::Eof) => return (depth == 0).then_some(claim),
            Ok(_) => {}
            Err(_) => return None,
        }
    }
    Some(claim)
}

#[derive(Default)]
struct Claim {
    /// Of all tables that are closed, and of the open one so far.
    cells: u64,
    /// Empty rows count only when a filled one follows them.
    empty_rows: u64,
    widest: u64,
    row_repeats: u64,
    /// Columns of the open row up to the last filled cell, and all of them.
    filled_to: u64,
    columns: u64,
    row_text: u64,
    cell_repeats: u64,
    cell_filled: bool,
    /// Bytes of text in the open cell.
    text: u64,
    /// The open table, and its rows so far.
    table: String,
    rows: u64,
    /// A table with something in it beyond the rows and columns to which the library expands.
    beyond: Option<String>,
}

impl Claim {
    fn open(&mut self, element: &BytesStart<'_>) {
        match element.name().as_ref() {
            b"table:table" => {
                let name = element.attributes().flatten().find(|found| found.key.as_ref() == b"table:name");
                let name = name.and_then(|name| Some(name.unescape_value().ok()?.into_owned()));
                (self.table, self.rows) = (name.unwrap_or_default(), 0);
            }
            b"table:table-row" => {
                self.row_repeats = number(element, b"table:number-rows-repeated").min(ROWS_MAX);
                (self.filled_to, self.columns, self.row_text) = (0, 0, 0);
            }
            b"table:table-cell" | b"table:covered-table-cell" => {
                self.cell_repeats = number(element, b"table:number-columns-repeated").min(COLUMNS_MAX);
                self.cell_filled = element.attributes().flatten().any(|attribute| {
                    let name = attribute.key.as_ref();
                    name.starts_with(b"office:") || name == b"table:formula" || name == b"calcext:value-type"
                });
                self.text = element.attributes().flatten().map(|attribute| attribute.value.len() as u64).sum();
            }
            b"text:s" => self.text = self.text.saturating_add(number(element, b"text:c")),
            _ => {}
        }
    }

    fn close(&mut self, name: &[u8]) {
        match name {
            b"table:table-cell" | b"table:covered-table-cell" => {
                self.columns = self.columns.saturating_add(self.cell_repeats);
                if self.cell_filled {
                    self.reach(self.columns > COLUMNS_MAX);
                    self.filled_to = self.columns.min(COLUMNS_MAX);
                    self.row_text = self.row_text.saturating_add(self.text.saturating_mul(self.cell_repeats));
                }
            }
            b"table:table-row" if self.filled_to == 0 => {
                self.rows += self.row_repeats;
                self.empty_rows += self.row_repeats;
            }
            b"table:table-row" => {
                self.rows += self.row_repeats;
                self.reach(self.rows > ROWS_MAX);
                self.widest = self.widest.max(self.filled_to);
                let rows = std::mem::take(&mut self.empty_rows) + self.row_repeats;
                let text = (self.row_text / TEXT_BYTES_PER_CELL).saturating_mul(self.row_repeats);
                self.cells = self.cells.saturating_add(rows.saturating_mul(self.widest)).saturating_add(text);
            }
            b"table:table" => (self.empty_rows, self.widest) = (0, 0),
            _ => {}
        }
    }
}

impl Claim {
    fn reach(&mut self, is_beyond: bool) {
        if is_beyond && self.beyond.is_none() {
            self.beyond = Some(self.table.clone());
        }
    }
}

/// What one table keeps from view.
pub(super) fn concealed(place: &Place, sheet: &str) -> Concealed {
    let read = || {
        let mut archive = ZipArchive::new(place.input().ok()?).ok()?;
        let content = archive.by_name("content.xml").ok()?;
        Some(concealed_in(Reader::from_reader(BufReader::new(content)), sheet).in_order())
    };
    read().unwrap_or_default()
}

fn concealed_in(mut xml: Reader<impl BufRead>, sheet: &str) -> Concealed {
    let mut concealed = Concealed::default();
    let mut at = At::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(element)) => at.open(&element, sheet, &mut concealed),
            Ok(Event::Empty(element)) => {
                at.open(&element, sheet, &mut concealed);
                at.close(element.name().as_ref(), &mut concealed);
            }
            Ok(Event::End(element)) => at.close(element.name().as_ref(), &mut concealed),
            Ok(Event::Eof) | Err(_) => return concealed,
            Ok(_) => {}
        }
    }
}

/// How far a table was followed, rows and columns counted from nought.
#[derive(Default)]
struct At {
    inside: bool,
    row: u64,
    row_repeats: u64,
    column: u64,
    table_column: u64,
    /// Whether a formula of the open row has no value.
    uncached: bool,
}

impl At {
    fn open(&mut self, element: &BytesStart<'_>, sheet: &str, concealed: &mut Concealed) {
        let value = |name: &[u8]| element.attributes().flatten().find(|found| found.key.as_ref() == name);
        let is_hidden = || value(b"table:visibility").is_some_and(|found| found.value.as_ref() != b"visible");
        let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX - 1);
        match element.name().as_ref() {
            b"table:table" => {
                let is_it = value(b"table:name").and_then(|name| Some(name.unescape_value().ok()? == sheet));
                *self = At { inside: is_it == Some(true), ..At::default() };
            }
            _ if !self.inside => {}
            b"table:table-column" => {
                let repeats = number(element, b"table:number-columns-repeated").min(COLUMNS_MAX);
                if is_hidden() {
                    concealed.hide_columns(narrow(self.table_column), narrow(self.table_column + repeats) - 1);
                }
                self.table_column += repeats;
            }
            b"table:table-row" => {
                self.row_repeats = number(element, b"table:number-rows-repeated").min(ROWS_MAX);
                (self.column, self.uncached) = (0, false);
                if is_hidden() && self.row_repeats > 0 {
                    concealed.hide_rows(narrow(self.row + 1), narrow(self.row + self.row_repeats));
                }
            }
            b"table:table-cell" | b"table:covered-table-cell" => {
                let rows = number(element, b"table:number-rows-spanned").min(ROWS_MAX);
                let column = narrow(self.column);
                self.uncached |=
                    value(b"table:formula").is_some_and(|formula| !formula.value.is_empty()) && !has_value(element);
                let columns = number(element, b"table:number-columns-spanned").min(COLUMNS_MAX);
                if rows > 1 || columns > 1 {
                    let rows = (narrow(self.row + 1), narrow(self.row + rows.max(1)));
                    let last = narrow(self.column + columns.max(1) - 1);
                    concealed.merge(Merged { rows, columns: (column, last) });
                }
                self.column += number(element, b"table:number-columns-repeated").min(COLUMNS_MAX);
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &[u8], concealed: &mut Concealed) {
        match name {
            b"table:table-row" if self.inside => {
                let rows = self.row + 1..=self.row + self.row_repeats;
                if self.uncached {
                    rows.filter_map(|row| row.try_into().ok()).for_each(|row| concealed.miss_value(row));
                }
                self.row += self.row_repeats;
            }
            b"table:table" => self.inside = false,
            _ => {}
        }
    }
}

/// Whether the value of a formula was saved; that of a text may stand between the tags.
fn has_value(element: &BytesStart<'_>) -> bool {
    element.attributes().flatten().any(|attribute| match attribute.key.as_ref() {
        b"office:value-type" => attribute.value.as_ref() == b"string",
        name => name.starts_with(b"office:") && name.ends_with(b"value"),
    })
}

fn number(element: &BytesStart<'_>, name: &[u8]) -> u64 {
    let attribute = element.attributes().flatten().find(|attribute| attribute.key.as_ref() == name);
    attribute.and_then(|attribute| std::str::from_utf8(&attribute.value).ok()?.trim().parse().ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells_claimed(content: &[u8]) -> Option<u64> {
        claim_of(content).map(|claim| claim.cells)
    }

    fn check(rows: &str, expected: u64) {
        assert_eq!(cells_claimed(format!("<table:table>{rows}</table:table>").as_bytes()), Some(expected));
    }

    #[test]
    fn hidden_rows_and_merged_cells_are_found_in_their_table() {
        let cell = "<table:table-cell office:value=\"1\"/>";
        let tables = format!(
            "<a><table:table table:name=\"Other\"><table:table-row table:visibility=\"collapse\"/></table:table>\
             <table:table table:name=\"A &amp; B\"><table:table-column/>\
             <table:table-column table:visibility=\"collapse\" table:number-columns-repeated=\"2\"/>\
             <table:table-row table:number-rows-repeated=\"3\">{cell}</table:table-row>\
             <table:table-row table:visibility=\"filter\" table:number-rows-repeated=\"2\">{cell}</table:table-row>\
             <table:table-row table:number-rows-repeated=\"2\">\
             <table:table-cell table:formula=\"of:=1\" table:number-columns-repeated=\"4\"/>\
             <table:table-cell table:number-rows-spanned=\"3\"/>\
             <table:table-cell table:number-columns-spanned=\"2\"/></table:table-row></table:table></a>"
        );
        let found = concealed_in(Reader::from_reader(tables.as_bytes()), "A & B");
        let merged = vec![Merged { rows: (6, 8), columns: (4, 4) }];
        let wide = vec![Merged { rows: (6, 6), columns: (5, 6) }];
        let uncached = vec![6, 7];
        assert_eq!(
            found,
            Concealed { rows: vec![(4, 5)], columns: vec![(1, 2)], merged, wide, uncached, ends_beyond: false }
        );
        assert_eq!(concealed_in(Reader::from_reader(tables.as_bytes()), "None"), Concealed::default());
    }

    #[test]
    fn a_formula_s_value_is_there_or_not() {
        let check = |attributes: &str, expected: bool| {
            let cell = format!("<table:table-cell table:formula=\"of:=1\" {attributes}/>");
            let table =
                format!("<table:table table:name=\"S\"><table:table-row>{cell}</table:table-row></table:table>");
            let found = concealed_in(Reader::from_reader(table.as_bytes()), "S");
            assert_eq!(!found.uncached.is_empty(), expected, "{attributes}");
        };
        check("", true);
        check("office:value-type=\"float\"", true);
        check("office:value-type=\"float\" office:value=\"1\"", false);
        check("office:value-type=\"date\" office:date-value=\"2017-09-30\"", false);
        check("office:value-type=\"string\"", false);
        check("office:value-type=\"string\" office:string-value=\"\"", false);
    }

    #[test]
    fn what_the_library_would_leave_out_is_seen() {
        let cell = "<table:table-cell office:value=\"1\"/>";
        let beyond = |before: &str, cells: &str| {
            let table = format!(
                "<table:table table:name=\"S\">{before}<table:table-row>{cells}</table:table-row></table:table>"
            );
            claim_of(table.as_bytes()).expect("sound").beyond
        };
        let rows = |repeats: u64| format!("<table:table-row table:number-rows-repeated=\"{repeats}\"/>");
        let columns = |repeats: u64| format!("<table:table-cell table:number-columns-repeated=\"{repeats}\"/>{cell}");
        assert_eq!(beyond(&rows(ROWS_MAX - 1), cell), None);
        assert_eq!(beyond(&rows(ROWS_MAX), cell), Some("S".to_owned()));
        assert_eq!(beyond(&rows(ROWS_MAX), ""), None);
        assert_eq!(beyond("", &columns(COLUMNS_MAX - 1)), None);
        assert_eq!(beyond("", &columns(COLUMNS_MAX)), Some("S".to_owned()));
    }

    #[test]
    fn claims_are_added_up() {
        let cell = "<table:table-cell office:value=\"1\"/>";
        let row = |repeats: u64, cells: &str| {
            format!("<table:table-row table:number-rows-repeated=\"{repeats}\">{cells}</table:table-row>")
        };
        let empty = "<table:table-cell table:number-columns-repeated=\"9\"/>";
        check(&row(3, cell), 3);
        check(&row(1_048_576, empty), 0);
        check(&format!("{}{}", row(100, empty), row(1, &format!("{empty}{cell}{empty}"))), 1010);
        let vast = format!("<a>{}{}</a>", row(1 << 40, empty), row(1, &format!("{empty}{cell}")));
        assert!(cells_claimed(vast.as_bytes()) > Some(CELLS_MAX));
        let spaces = "<table:table-cell office:value-type=\"string\"><text:p><text:s text:c=\"4000000000\"/></text:p></table:table-cell>";
        assert!(cells_claimed(row(1, spaces).as_bytes()) > Some(CELLS_MAX));
    }

    #[test]
    fn content_that_is_cut_is_damaged() {
        let whole = "<a><table:table><table:table-row/></table:table></a>";
        assert_eq!(cells_claimed(whole.as_bytes()), Some(0));
        for end in 1..whole.len() {
            assert_eq!(cells_claimed(&whole.as_bytes()[..end]), None, "{end}");
        }
        assert_eq!(cells_claimed(&b"<a></b>"[..]), None);
    }
}
