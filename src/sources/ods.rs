//! OpenDocument spreadsheets repeat cells and rows by number, so that a short file can claim billions of cells. The
//! reading library expands them in memory; this pass adds up what it would take, and refuses too much.

use super::Error;
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

/// Refuses a spreadsheet that expands to more than fits in memory. A damaged one passes: the library will say so.
pub(super) fn refuse_vast(place: &Place) -> Result<(), Error> {
    let Ok(mut archive) = ZipArchive::new(place.input()?) else { return Ok(()) };
    let Ok(content) = archive.by_name("content.xml") else { return Ok(()) };
    if cells_claimed(BufReader::new(content)) <= CELLS_MAX {
        return Ok(());
    }
    Err(unusable(
        place.shown(),
        format!("the spreadsheet claims more than {CELLS_MAX} cells"),
        "delete what stands far from the table, or save it as .xlsx",
    ))
}

/// Adds up until the end, until damage, or until there are too many.
fn cells_claimed(content: impl BufRead) -> u64 {
    let mut xml = Reader::from_reader(content);
    let mut claim = Claim::default();
    let mut buffer = Vec::new();
    while claim.cells <= CELLS_MAX {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(element)) => claim.open(&element),
            Ok(Event::Empty(element)) => {
                claim.open(&element);
                claim.close(element.name().as_ref());
            }
            Ok(Event::End(element)) => claim.close(element.name().as_ref()),
            Ok(Event::Text(text)) => claim.text += text.len() as u64,
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    claim.cells
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
}

impl Claim {
    fn open(&mut self, element: &BytesStart<'_>) {
        match element.name().as_ref() {
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
                    self.filled_to = self.columns.min(COLUMNS_MAX);
                    self.row_text = self.row_text.saturating_add(self.text.saturating_mul(self.cell_repeats));
                }
            }
            b"table:table-row" if self.filled_to == 0 => self.empty_rows += self.row_repeats,
            b"table:table-row" => {
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

fn number(element: &BytesStart<'_>, name: &[u8]) -> u64 {
    let attribute = element.attributes().flatten().find(|attribute| attribute.key.as_ref() == name);
    attribute.and_then(|attribute| std::str::from_utf8(&attribute.value).ok()?.trim().parse().ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rows: &str, expected: u64) {
        assert_eq!(cells_claimed(format!("<table:table>{rows}</table:table>").as_bytes()), expected);
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
        assert!(
            CELLS_MAX
                < cells_claimed(
                    format!("<a>{}{}</a>", row(1 << 40, empty), row(1, &format!("{empty}{cell}"))).as_bytes()
                )
        );
        let spaces = "<table:table-cell office:value-type=\"string\"><text:p><text:s text:c=\"4000000000\"/></text:p></table:table-cell>";
        assert!(CELLS_MAX < cells_claimed(row(1, spaces).as_bytes()));
    }
}
