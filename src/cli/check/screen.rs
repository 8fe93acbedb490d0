//! What `check` shows a person, at most a hundred letters wide.

use super::super::run::not_acted_upon;
use super::super::terminal::{header_told, thousands, wrapped};
use super::{Checked, columns_left_out, may_be_quoted};
use crate::measures;
use crate::reconcile::UnknownSite;
use crate::records::{FoundIn, FoundReason};
use crate::sources::{RowRef, Sheet, SourceFile};
use crate::values::Shown as _;

pub(super) const WIDTH: usize = 100;

/// The whole screen.
pub(super) fn of(checked: &Checked<'_>) -> String {
    let (config, records) = (checked.config, checked.records);
    let linked = if checked.written.is_some() { "nothing is linked" } else { "nothing is linked, nothing is written" };
    let mut lines = vec![format!("{} · check · {linked}", config.transition.name), String::new()];
    for file in records.intake.files.iter().filter(|file| checked.is_asked(file.origin)) {
        file.sheets.iter().for_each(|sheet| lines.extend(of_sheet(checked, file, sheet)));
    }
    lines.push(String::new());
    let counts = records.counts(checked.only);
    lines.push(format!(
        "Records: {} of people, {} of referrals, {} of appointments, {} declared figures",
        thousands(counts.people as u64),
        thousands(counts.referrals as u64),
        thousands(counts.appointments as u64),
        thousands(counts.declared as u64)
    ));
    lines.extend(exceptions(checked));
    lines.extend(unknown_sites(checked));
    match checked.written {
        Some(written) => lines.extend(written.screen()),
        None if checked.only.is_none() => {
            let more = "For the providers: handover check --out DIR writes the rows to fix of each into a workbook, \
                        and its values that nothing explains into a table";
            lines.extend(wrapped(WIDTH, "", more));
        }
        None => {}
    }
    lines.extend(not_acted_upon(&measures::not_acted_upon(config)));
    lines.join("\n")
}

/// A file, or a sheet of it.
pub(super) fn sheet_name(file: &SourceFile, sheet: &Sheet) -> String {
    if sheet.name.is_empty() { file.path.shown() } else { format!("{} [{}]", file.path.shown(), sheet.name.shown()) }
}

fn of_sheet(checked: &Checked<'_>, file: &SourceFile, sheet: &Sheet) -> Vec<String> {
    let name = sheet_name(file, sheet);
    let how = match file.read_as.encoding.as_str() {
        "" => file.read_as.format.to_owned(),
        encoding => format!("{}, {encoding}", file.read_as.format),
    };
    let header = sheet.header_row.map_or("no header".to_owned(), |row| header_told(row, sheet.header_rows));
    let source = checked.source_name(file.origin);
    let line = format!("{source:<18} {:>9} rows   {name}", thousands(u64::from(sheet.rows)));
    let whole = format!("{line}   ({how}; {header})");
    let indent = " ".repeat(36);
    let mut lines = match whole.chars().count() {
        ..=WIDTH => vec![whole],
        _ => vec![line, format!("{indent}({how}; {header})")],
    };
    let left_out = columns_left_out(checked.config, file.origin, &sheet.header);
    if sheet.mapped && !left_out.is_empty() {
        lines.extend(wrapped(WIDTH, &indent, &format!("not mapped: {}", left_out.join(", "))));
    }
    lines
}

/// Every reason, most frequent first.
fn exceptions(checked: &Checked<'_>) -> Vec<String> {
    let found = checked.records.found(checked.only);
    let all: u64 = found.reasons.iter().map(|found| found.exceptions).sum();
    let rows = thousands(found.rows_of_data);
    if found.reasons.is_empty() {
        return vec![format!("Exceptions: none on {rows} rows of data")];
    }
    let mut lines = vec![
        format!("Exceptions: {}, for {} reasons", thousands(all), found.reasons.len()),
        format!("  beside each: % of the {rows} rows of data that have it; then the source that has most"),
    ];
    for reason in &found.reasons {
        lines.extend(of_reason(checked, reason, found.rows_of_data));
    }
    lines.push(String::new());
    lines.extend(wrapped(
        WIDTH,
        "",
        "Every row of a reason: handover check --reason SLUG; of one source alone: --source ID",
    ));
    lines
}

fn of_reason(checked: &Checked<'_>, found: &FoundReason, rows_of_data: u64) -> Vec<String> {
    let slug = found.reason.slug();
    let severity = found.reason.severity().word();
    let count = thousands(found.exceptions);
    let indent = " ".repeat(22);
    let mut lines =
        vec![String::new(), format!("{count:>11}  {:>6}   {slug} · {severity}", percent(found.rows, rows_of_data))];
    lines.extend(wrapped(WIDTH, &indent, found.reason.sentence()));
    lines.extend(wrapped(WIDTH, &indent, &format!("Next: {}.", found.reason.what_to_do())));
    if let Some(most) = found.sources.first() {
        lines.extend(wrapped(WIDTH, &indent, &most_of(checked, most, found.sources.len() - 1)));
    }
    if !found.fields.is_empty() {
        lines.extend(wrapped(WIDTH, &indent, &fields(&found.fields)));
    }
    lines
}

fn most_of(checked: &Checked<'_>, most: &FoundIn, others: usize) -> String {
    let name = checked.source_name(most.origin);
    let of = match most.rows {
        0 => "of a whole file".to_owned(),
        rows => format!("{} of its rows", percent(rows, most.rows_of_data)),
    };
    let rest = match others {
        0 => "no other source has it".to_owned(),
        1 => "1 other source has it".to_owned(),
        others => format!("{others} other sources have it"),
    };
    format!("Most: {name}, {} ({of}); {rest}.", thousands(most.exceptions))
}

fn fields(fields: &[(String, u64)]) -> String {
    const SHOWN: usize = 4;
    let listed: Vec<String> =
        fields.iter().take(SHOWN).map(|(field, count)| format!("{field} {}", thousands(*count))).collect();
    let more = match fields.len().checked_sub(SHOWN) {
        Some(more @ 1..) => format!(" … AND {more} MORE FIELDS NOT SHOWN: see --reason or --json"),
        _ => String::new(),
    };
    format!("Fields: {}{more}", listed.join(", "))
}

/// To a tenth; a hyphen where no row of data has it.
fn percent(part: u64, whole: u64) -> String {
    match (part, whole) {
        (0, _) | (_, 0) => "-".to_owned(),
        _ => match (part * 1000 + whole / 2) / whole {
            0 => "<0.1%".to_owned(),
            thousandths => format!("{}.{}%", thousandths / 10, thousandths % 10),
        },
    }
}

/// Each once, on most rows first.
fn unknown_sites(checked: &Checked<'_>) -> Vec<String> {
    const SHOWN: usize = 10;
    let sites = checked.sites();
    if sites.is_empty() {
        return Vec::new();
    }
    let rows: usize = sites.iter().map(|(_, rows)| rows.len()).sum();
    let mut lines = vec![String::new()];
    lines.push(format!("Sites that the crosswalk does not know: {}; rows: {}", sites.len(), thousands(rows as u64)));
    lines.extend(sites.iter().take(SHOWN).flat_map(|(site, rows)| of_site(checked, site, rows)));
    if let Some(more @ 1..) = sites.len().checked_sub(SHOWN) {
        let cut = format!("{more} MORE UNKNOWN SITES ARE NOT SHOWN: handover check --json has all of them");
        lines.extend(wrapped(WIDTH, &" ".repeat(11), &cut));
    }
    lines.extend(wrapped(
        WIDTH,
        "  ",
        "Next: add them to the crosswalk. Every row: handover check --reason site-unknown",
    ));
    lines
}

fn of_site(checked: &Checked<'_>, site: &UnknownSite, rows: &[RowRef]) -> Vec<String> {
    let name = match (may_be_quoted(&site.text), rows.first()) {
        (false, Some(row)) => {
            let file = &checked.records.intake.files[row.file()];
            let place = sheet_name(file, &file.sheets[row.sheet()]);
            format!("(a text, which may name somebody, is not quoted: {place} row {})", row.row())
        }
        _ => site.text.clone(),
    };
    let near: Vec<String> = site.nearest.iter().map(|(code, name)| format!("{code} {name}")).collect();
    let near = if near.is_empty() { "nothing near".to_owned() } else { format!("nearest: {}", near.join("; ")) };
    let count = thousands(rows.len() as u64);
    let mut lines = wrapped(WIDTH, &" ".repeat(13), &format!("{name} · {near}"));
    if let Some(first) = lines.first_mut() {
        *first = format!("{count:>11}  {}", first.trim_start());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_shown_to_a_tenth_and_never_as_nothing() {
        for (part, whole, expected) in
            [(0, 5, "-"), (1, 0, "-"), (1, 3, "33.3%"), (3, 3, "100.0%"), (1, 9000, "<0.1%"), (1, 2000, "0.1%")]
        {
            assert_eq!(percent(part, whole), expected);
        }
    }

    #[test]
    fn no_line_of_words_is_over_a_hundred_letters() {
        let text = "all the king's horses and ".repeat(20);
        let lines = wrapped(WIDTH, "    ", &text);
        assert!(lines.len() > 5 && lines.iter().all(|line| line.chars().count() <= WIDTH));
        assert_eq!(lines.join(" ").split_whitespace().count(), text.split_whitespace().count());
    }

    #[test]
    fn fields_that_are_left_out_are_counted() {
        let all: Vec<(String, u64)> = (0..6).map(|number| (format!("person.f{number}"), 9)).collect();
        assert!(fields(&all).ends_with(" … AND 2 MORE FIELDS NOT SHOWN: see --reason or --json"));
        assert_eq!(fields(&all[..1]), "Fields: person.f0 9");
    }
}
