//! The lines of every table, given out one after another in the table's order.

mod care;
mod findings;
mod items;
mod people;

use super::contents::Contents;
use super::line::Lines;
use super::schema::{self, Schema};
use std::io;

/// Walks a table's lines.
pub(super) type Cursor = fn(&Contents<'_>, &mut Lines<'_>) -> io::Result<()>;

/// A table: its schema and its lines in order.
pub(super) struct Table {
    pub(super) schema: &'static Schema,
    pub(super) lines: Cursor,
}

const TABLES: [(&str, Cursor); 27] = [
    ("patients", people::patients),
    ("person_records", people::person_records),
    ("patient_records", people::patient_records),
    ("pairs", people::pairs),
    ("unassigned", people::unassigned),
    ("review_decisions", people::review_decisions),
    ("id_changes", people::id_changes),
    ("source_changes", people::source_changes),
    ("referrals", care::referrals),
    ("referral_records", care::referral_records),
    ("appointments", care::appointments),
    ("appointment_records", care::appointment_records),
    ("waiting_list", care::waiting_list),
    ("waiting_list_differences", care::waiting_list_differences),
    ("diagnostics", items::diagnostics),
    ("documents", items::documents),
    ("outcome_scores", items::outcome_scores),
    ("concerns", items::concerns),
    ("paper_folders", items::paper_folders),
    ("paper_disagreements", items::paper_disagreements),
    ("declared", findings::declared),
    ("figures", findings::figures),
    ("figure_rows", findings::figure_rows),
    ("gates", findings::gates),
    ("exceptions", findings::exceptions),
    ("rows", findings::rows),
    ("sources", findings::sources),
];

/// Every table.
pub(super) fn all() -> Vec<Table> {
    let tables: Vec<Table> =
        TABLES.iter().map(|(name, lines)| Table { schema: schema::of(name), lines: *lines }).collect();
    assert_eq!(tables.len(), schema::all().len(), "every schema has its table");
    tables
}
