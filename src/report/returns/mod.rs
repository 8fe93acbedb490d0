//! What goes back to one provider: a workbook of rows to mend, and a table of values that nothing explains. Both hold
//! patient data, and nothing of any other provider.

mod about;
mod sheet;
mod unmapped;

use super::parts::grouped;
use crate::ledger::{Reason, Severity};
use crate::records::ProviderReturn;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use std::collections::BTreeMap;

/// What a sheet of a workbook has room for, its header aside.
pub const SHEET_LINES_MAX: usize = 1_048_575;

/// The files of one provider.
pub struct ReturnFiles {
    /// `rows-to-fix.xlsx`
    pub rows_to_fix: Vec<u8>,
    /// `unmapped-values.csv`
    pub unmapped_values: Vec<u8>,
    /// The sheets of the workbook.
    pub sheets: Vec<SheetOutcome>,
}

/// What became of one sheet with rows to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetOutcome {
    /// Its name in the workbook.
    pub name: String,
    /// The source's id.
    pub source: String,
    /// The file.
    pub file: String,
    /// The sheet in that file.
    pub sheet: String,
    /// Lines in the workbook.
    pub lines: u64,
    /// Lines for which a sheet has no room.
    pub lines_left_out: u64,
    /// Cells that hold more than a workbook's cell may, cut there.
    pub cells_cut: u64,
    /// Columns for which a sheet has no room.
    pub columns_left_out: u64,
}

impl SheetOutcome {
    /// Whether all of it is there.
    pub fn is_whole(&self) -> bool {
        self.lines_left_out + self.cells_cut + self.columns_left_out == 0
    }

    /// What is not there, and why, part by part.
    pub fn what_is_cut(&self) -> Vec<String> {
        let told = [
            (self.lines_left_out, "lines are left out, for which a sheet has no room"),
            (self.cells_cut, "cells are cut to the 32,767 letters that a cell holds"),
            (self.columns_left_out, "columns are left out, for which a sheet has no room"),
        ];
        told.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{} {what}", grouped(*count))).collect()
    }
}

/// Draws the files of one provider.
pub fn draw_return(transition: &str, provider: &str, returned: &ProviderReturn) -> Result<ReturnFiles, XlsxError> {
    let mut workbook = Workbook::new();
    // No clock: a date there must be, and this one says nothing.
    let properties = DocProperties::new()
        .set_title("Rows to fix: holds patient data")
        .set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?);
    workbook.set_properties(&properties);
    let sheets: Vec<SheetOutcome> =
        returned.sheets.iter().zip(1..).map(|(sheet, number)| sheet::outcome(sheet, number)).collect();
    about::write(
        workbook.add_worksheet(),
        &about::page(transition, provider, &to_fix(returned), &notices(returned), &sheets),
    )?;
    for (sheet, outcome) in returned.sheets.iter().zip(&sheets) {
        sheet::write(workbook.add_worksheet(), sheet, outcome)?;
    }
    let rows_to_fix = workbook.save_to_buffer()?;
    Ok(ReturnFiles { rows_to_fix, unmapped_values: unmapped::table(&returned.unmapped), sheets })
}

type Counts = Vec<(Reason, u64)>;

/// What a provider can mend, most first.
fn to_fix(returned: &ProviderReturn) -> Counts {
    let mut lines: BTreeMap<Reason, u64> = BTreeMap::new();
    for (reason, count) in &returned.reasons {
        if reason.severity() != Severity::Notice {
            lines.insert(*reason, *count);
        }
    }
    most_first(lines)
}

fn notices(returned: &ProviderReturn) -> Counts {
    let notices = returned.reasons.iter().filter(|(reason, _)| reason.severity() == Severity::Notice);
    most_first(notices.map(|(reason, count)| (*reason, *count)).collect())
}

fn most_first(counts: BTreeMap<Reason, u64>) -> Counts {
    let mut counts: Counts = counts.into_iter().collect();
    counts.sort_by_key(|(reason, count)| (std::cmp::Reverse(*count), reason.slug()));
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{ReturnedLine, ReturnedSheet};
    use calamine::{Data, Reader as _, Xlsx};
    use std::io::Cursor;

    fn returned(cell: &str, file: &str, left_out: u64) -> ProviderReturn {
        let line = |cells| ReturnedLine {
            reason: Reason::DateImpossible,
            field: "person.date_of_birth".into(),
            row: 7,
            cells,
            at_fault: vec![0],
        };
        let sheet = ReturnedSheet {
            source: "clinic".into(),
            file: file.into(),
            sheet: String::new(),
            header: vec!["DOB".into()],
            rows: vec![vec![cell.into()]],
            lines: vec![line(0)],
            left_out,
        };
        let reasons = [(Reason::DateImpossible, 1 + left_out), (Reason::BirthYearOnly, 3)];
        ProviderReturn { reasons: reasons.into_iter().collect(), sheets: vec![sheet], unmapped: Vec::new() }
    }

    fn sheets(bytes: Vec<u8>) -> Vec<(String, Vec<Vec<Data>>)> {
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).expect("a workbook");
        let ranges = book.worksheets();
        ranges.into_iter().map(|(name, range)| (name, range.rows().map(<[Data]>::to_vec).collect())).collect()
    }

    #[test]
    fn what_is_cut_is_told_first_and_loud() {
        let long = "é".repeat(40_000);
        let drawn = draw_return("Test", "RNU", &returned(&long, "sources/a.csv", 12)).expect("drawn");
        assert_eq!((drawn.sheets[0].lines_left_out, drawn.sheets[0].cells_cut), (12, 1));
        let sheets = sheets(drawn.rows_to_fix);
        let about: Vec<String> = sheets[0].1.iter().map(|row| row[0].to_string()).collect();
        assert_eq!(
            about[2],
            "CUT · 1 a.csv · 12 lines are left out, for which a sheet has no room; \
             1 cells are cut to the 32,767 letters that a cell holds"
        );
        assert!(!about.iter().any(|line| line.starts_with("Nothing was cut")));
        let count = |what: &str| sheets[0].1.iter().find(|row| row[0] == Data::String(what.into())).map(|row| &row[3]);
        assert_eq!(count("Lines left out because a sheet was full"), Some(&Data::Float(12.0)));
        assert_eq!(count("Notices left out"), Some(&Data::Float(3.0)));
        assert_eq!(sheets[1].1[1][4].to_string().chars().count(), 32_767);
    }

    #[test]
    fn what_is_cut_is_told_of_each_part_by_itself() {
        let outcome = |lines_left_out, cells_cut, columns_left_out| {
            let name = String::new();
            let (source, file, sheet) = (name.clone(), name.clone(), name.clone());
            SheetOutcome { name, source, file, sheet, lines: 1, lines_left_out, cells_cut, columns_left_out }
        };
        let lines = "1,200 lines are left out, for which a sheet has no room";
        let cells = "3 cells are cut to the 32,767 letters that a cell holds";
        let columns = "4 columns are left out, for which a sheet has no room";
        assert_eq!(outcome(0, 3, 0).what_is_cut(), [cells]);
        assert_eq!(outcome(1_200, 3, 4).what_is_cut(), [lines, cells, columns]);
        assert!(outcome(0, 0, 0).what_is_cut().is_empty() && outcome(0, 0, 0).is_whole());
    }

    #[test]
    fn any_name_of_a_file_makes_a_sheet_and_any_cell_is_text() {
        for (file, expected) in [
            ("a/b[1]:*?.csv", "1 b_1____.csv"),
            ("in.zip!x/'quoted'", "1 _quoted_"),
            ("a name that is longer than a sheet's may be.csv", "1 a name that is longer than a "),
        ] {
            for cell in ["=1+1", "+44", "@x", "-0", "000123", "https://example.invalid", "_x0041_", "\u{1}"] {
                let drawn = draw_return("Test", "RNU", &returned(cell, file, 0)).expect("drawn");
                let sheets = sheets(drawn.rows_to_fix);
                assert_eq!(sheets[1].0.trim_end(), expected.trim_end());
                assert!(matches!(&sheets[1].1[1][4], Data::String(_)), "{cell}");
                if !cell.starts_with(['_', '\u{1}']) {
                    assert_eq!(sheets[1].1[1][4], Data::String(cell.into()));
                }
            }
        }
    }
}
