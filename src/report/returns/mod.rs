//! What goes back to one provider: a workbook of rows to mend, and a table of values that nothing explains. Both hold
//! patient data, and nothing of any other provider.

mod about;
mod sheet;
mod unmapped;

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
