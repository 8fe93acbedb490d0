//! # report: report.html, drawn only from the planned tables; and what goes back to each provider.
//! Takes: PackagePlan; ProviderReturn, a type of `records`.   Gives: ReportFiles, a type of `package`; ReturnFiles.
//! May use: values, config, sources, ledger, decisions, records, linkage, reconcile, measures, package.   Touches: nothing outside memory.
//! Holds: no figure is computed here, so the report cannot disagree with the tables.

mod care;
mod chart;
mod findings;
mod page;
mod parts;
mod people;
mod returns;
mod words;

use crate::package::{PackagePlan, ReportFiles};

pub use returns::{ReturnFiles, SHEET_LINES_MAX, SheetOutcome, draw_return};

/// Draws the report. It holds counts and no patient data.
pub fn draw(plan: &PackagePlan<'_>) -> ReportFiles {
    ReportFiles { report_html: page::draw(plan).into_string() }
}
