//! # report: report.html, drawn only from the planned tables.
//! Takes: PackagePlan.   Gives: ReportFiles, a type of `package`.
//! May use: values, config, sources, ledger, decisions, records, linkage, reconcile, measures, package.   Touches: nothing outside memory.
//! Holds: no figure is computed here, so the report cannot disagree with the tables.
