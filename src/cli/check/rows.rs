//! Every row of one reason. Rows are located, and nothing that stands in them is quoted.

use super::super::terminal::{thousands, wrapped};
use super::Checked;
use super::screen::{WIDTH, sheet_name};
use crate::ledger::Reason;
use crate::sources::RowRef;
use serde_json::{Value, json};

/// As a person reads them.
pub(super) fn screen(checked: &Checked<'_>, reason: Reason) -> String {
    let found = rows(checked, reason);
    let mut lines = vec![format!("{} · {}", reason.slug(), reason.severity().word())];
    lines.extend(wrapped(WIDTH, "  ", reason.sentence()));
    lines.extend(wrapped(WIDTH, "  ", &format!("Next: {}.", reason.what_to_do())));
    lines.push(String::new());
    if found.is_empty() {
        lines.push("No row has it.".into());
        let more = "Reasons that linking and reconciliation find are in tables/exceptions.csv of a package: \
                    handover run.";
        lines.extend(wrapped(WIDTH, "", more));
        return lines.join("\n");
    }
    let named: Vec<(&str, String, u32, &str)> = found.iter().map(|(row, field)| names(checked, *row, field)).collect();
    let width =
        |of: fn(&(&str, String, u32, &str)) -> usize, least: usize| named.iter().map(of).fold(least, usize::max);
    let source = width(|(source, ..)| source.chars().count(), 6);
    let file = width(|(_, file, ..)| file.chars().count(), 4);
    lines.push(format!("{:<source$}  {:<file$}  {:>9}  field", "source", "file", "row"));
    lines.extend(named.iter().map(|(id, path, row, field)| {
        format!("{id:<source$}  {path:<file$}  {row:>9}  {field}").trim_end().to_owned()
    }));
    lines.push(String::new());
    let all = thousands(found.len() as u64);
    lines.push(format!("{all} in all; a line without a field speaks of the whole row"));
    lines.join("\n")
}

/// The same as a document.
pub(super) fn document(checked: &Checked<'_>, reason: Reason) -> Value {
    let rows: Vec<Value> = rows(checked, reason).iter().map(|(row, field)| place(checked, *row, field)).collect();
    json!({
        "format": 1, "ok": true, "transition": checked.config.transition.name,
        "source": checked.only.map(|origin| checked.source_name(origin)),
        "reason": reason.slug(), "severity": reason.severity().word(), "sentence": reason.sentence(),
        "what_to_do": reason.what_to_do(), "count": rows.len(), "rows": rows,
    })
}

/// Where something stands.
pub(super) fn place(checked: &Checked<'_>, row: RowRef, field: &str) -> Value {
    let file = &checked.records.intake.files[row.file()];
    json!({
        "source": checked.source_name(file.origin), "file": file.path, "sheet": file.sheets[row.sheet()].name,
        "row": row.row(), "field": field,
    })
}

/// In order of rows. Which sites are unknown is no business of one row, so their rows come from elsewhere.
fn rows<'c>(checked: &'c Checked<'_>, reason: Reason) -> Vec<(RowRef, &'c str)> {
    let told = checked.records.exceptions.iter().filter(|exception| exception.reason == reason);
    let mut rows: Vec<(RowRef, &str)> = told.map(|exception| (exception.at, exception.field.as_str())).collect();
    if reason == Reason::SiteUnknown {
        rows.extend(checked.unknown_sites.iter().flat_map(|site| &site.rows).map(|row| (*row, "appointment.site")));
        rows.sort_unstable();
    }
    rows.retain(|(row, _)| checked.is_asked(checked.records.origin(*row)));
    rows
}

fn names<'c>(checked: &'c Checked<'_>, row: RowRef, field: &'c str) -> (&'c str, String, u32, &'c str) {
    let file = &checked.records.intake.files[row.file()];
    (checked.source_name(file.origin), sheet_name(file, &file.sheets[row.sheet()]), row.row(), field)
}
