//! # report: report.html, drawn only from the planned tables.
//! Takes: PackagePlan.   Gives: ReportFiles, a type of `package`.
//! May use: values, config, sources, ledger, decisions, records, linkage, reconcile, measures, package.   Touches: nothing outside memory.
//! Holds: no figure is computed here, so the report cannot disagree with the tables.

mod care;
mod chart;
mod findings;
mod page;
mod parts;
mod people;
mod words;

use crate::package::{PackagePlan, ReportFiles};

/// Draws the report. It holds counts and no patient data.
pub fn draw(plan: &PackagePlan<'_>) -> ReportFiles {
    ReportFiles { report_html: page::draw(plan).into_string() }
}
