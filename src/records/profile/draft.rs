//! A mapping drafted from a profile: what is recognised is mapped, what is doubtful is a comment, what is left out is listed.
//!
//! The text holds names of columns and codes (see [`super::Code`]), and no other value.

use super::assign::path;
use super::codes;
use super::product::{ColumnProfile, DeclaredDraft, FieldDraft, FileProfile, SheetProfile};
use crate::config::fields::paper;
use crate::config::{FieldType, RecordKind};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// One drafted mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafted {
    /// A name for its source and its file, made of the export's.
    pub name: String,
    /// The file, as it was given.
    pub file: String,
    /// The sheet; empty for delimited text.
    pub sheet: String,
    /// Whether the workbook hides the sheet.
    pub hidden: bool,
    /// The mapping, as TOML.
    pub mapping: String,
    /// The name of the system that the sheet looks like an export of.
    pub system: Option<&'static str>,
    /// What the source's `standing` is likely to be, with the keys that go with it.
    pub standing: &'static [(&'static str, &'static str)],
}

/// A mapping for every sheet of which something is recognised, hidden or not; no two of one name.
pub fn drafts(files: &[FileProfile]) -> Vec<Drafted> {
    let mut drafted: Vec<Drafted> = Vec::new();
    for file in files {
        let sheets: Vec<&SheetProfile> = file.sheets.iter().filter(|sheet| is_draftable(sheet)).collect();
        for sheet in &sheets {
            let stem = stem(&file.path);
            let base = if sheets.len() > 1 { format!("{stem}_{}", slug(&sheet.name)) } else { stem };
            let taken = |name: &str| drafted.iter().any(|one| one.name == name);
            let numbered = (2..).map(|number| format!("{base}_{number}"));
            let name = std::iter::once(base.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or_default();
            drafted.push(Drafted {
                name,
                file: file.path.clone(),
                sheet: sheet.name.clone(),
                hidden: sheet.hidden,
                mapping: mapping(file, sheet),
                system: sheet.likeness.map(|likeness| likeness.system),
                standing: standing(sheet),
            });
        }
    }
    drafted
}

/// Whether enough of a sheet is recognised for a mapping.
fn is_draftable(sheet: &SheetProfile) -> bool {
    let maps = |draft: &FieldDraft| draft.mapped && draft.field.kind != RecordKind::Paper;
    sheet.declared.is_some() || sheet.fields.iter().any(maps)
}

fn stem(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    slug(name.rsplit_once('.').map_or(name, |(stem, _)| stem))
}

/// Small letters, digits and underscores.
fn slug(name: &str) -> String {
    let plain: String =
        name.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '_' }).collect();
    let parts: Vec<&str> = plain.split('_').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "source".to_owned() } else { parts.join("_") }
}

fn standing(sheet: &SheetProfile) -> &'static [(&'static str, &'static str)] {
    let says = |word: &str| {
        sheet.columns.iter().any(|column| super::words::words(&column.name).iter().any(|known| known == word))
    };
    let is_booking = sheet.kinds.contains(&RecordKind::Appointment) && !sheet.kinds.contains(&RecordKind::Referral);
    match () {
        () if sheet.declared.is_some() => &[("standing", "declared")],
        () if is_booking && (says("message") || says("sms")) => &[("standing", "evidence"), ("evidence", "text")],
        () if is_booking && (says("letter") || says("printed")) => &[("standing", "evidence"), ("evidence", "letter")],
        () => &[],
    }
}

fn mapping(file: &FileProfile, sheet: &SheetProfile) -> String {
    let mut text = String::new();
    let name = file.path.rsplit(['/', '\\']).next().unwrap_or(&file.path);
    let _ =
        writeln!(text, "# Drafted by `handover profile` from {}: read every line before you rely on it.", plain(name));
    if sheet.hidden {
        let _ = writeln!(
            text,
            "# The workbook hides this sheet: ask whether it is in use, or an old copy, before you map it."
        );
    }
    if let Some(likeness) = sheet.likeness {
        let _ = writeln!(text, "# It looks like {} ({}).", likeness.what, likeness.note);
    }
    let shared = shared_dates(sheet);
    layout(file, sheet, &shared, &mut text);
    match &sheet.declared {
        Some(declared) => declared_table(sheet, declared, &mut text),
        None => RecordKind::ALL.iter().for_each(|(kind, name)| kind_table(sheet, *kind, name, &shared, &mut text)),
    }
    left_out(sheet, &mut text);
    text
}

/// Nothing in a comment begins a line of its own.
fn plain(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect()
}

/// A text as TOML writes it, on one line.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for sign in text.chars() {
        match sign {
            '"' | '\\' => quoted.extend(['\\', sign]),
            _ if sign.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(sign))),
            _ => quoted.push(sign),
        }
    }
    quoted.push('"');
    quoted
}

/// Patterns that the fields share, the commonest first. A pattern that reads another's dates as other days is none of them.
fn shared_dates(sheet: &SheetProfile) -> Vec<String> {
    let single = sheet.fields.iter().filter(|draft| draft.mapped && draft.columns.len() == 1);
    let mut counts: Vec<(u64, &String)> = Vec::new();
    for draft in single {
        let filled = sheet.columns[draft.columns[0]].filled;
        for pattern in &draft.dates {
            match counts.iter_mut().find(|(_, known)| *known == pattern) {
                Some((count, _)) => *count += filled,
                None => counts.push((filled, pattern)),
            }
        }
    }
    counts.sort_by(|left, right| right.0.cmp(&left.0).then_with(|| left.1.cmp(right.1)));
    let swapped = |pattern: &str| pattern.replace("%d", "\0").replace("%m", "%d").replace('\0', "%m");
    let mut shared: Vec<String> = Vec::new();
    for (_, pattern) in counts {
        if !shared.contains(&swapped(pattern)) {
            shared.push(pattern.clone());
        }
    }
    shared
}

fn list(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", quoted.join(", "))
}

fn layout(file: &FileProfile, sheet: &SheetProfile, dates: &[String], text: &mut String) {
    let _ = writeln!(text, "\n[file]\nformat = {}", quoted(file.format));
    if let Some(delimiter) = file.delimiter {
        let _ = writeln!(text, "encoding = {}", quoted(&file.encoding.to_lowercase()));
        let _ = writeln!(text, "delimiter = {}", quoted(&char::from(delimiter).to_string()));
    } else {
        let _ = writeln!(text, "sheet = {}", quoted(sheet.name.trim()));
    }
    if let Some(row) = sheet.header_row {
        let _ = writeln!(text, "header_row = {row}");
        if sheet.header_rows > 1 {
            let _ = writeln!(text, "header_rows = {}", sheet.header_rows);
        }
    }
    if !dates.is_empty() {
        let _ = writeln!(text, "dates = {}", list(dates));
    }
    for column in &sheet.columns {
        let why = column
            .dates
            .as_ref()
            .filter(|dates| !dates.undecided && dates.why.contains(" first"))
            .map(|dates| &dates.why);
        if let Some(why) = why {
            let _ = writeln!(text, "# {}: {}", quoted(&plain(&column.name)), plain(why));
        }
    }
    let undecided = sheet.columns.iter().filter(|column| column.dates.as_ref().is_some_and(|dates| dates.undecided));
    for column in undecided {
        let _ = writeln!(
            text,
            "# Day or month first? Nothing in the column {} decides: ask.",
            quoted(&plain(&column.name))
        );
    }
    if sheet.counts.footer > 0 {
        let _ = writeln!(
            text,
            "# end_of_data = \"…\"   # {} rows under the table were found without it",
            sheet.counts.footer
        );
    }
}

fn kind_table(sheet: &SheetProfile, kind: RecordKind, name: &str, shared: &[String], text: &mut String) {
    let drafts: Vec<&FieldDraft> = sheet.fields.iter().filter(|draft| draft.field.kind == kind).collect();
    let doubts: Vec<(&ColumnProfile, &str, &str)> = doubts(sheet, kind).collect();
    if drafts.is_empty() && doubts.is_empty() {
        return;
    }
    let mapped: Vec<&&FieldDraft> = drafts.iter().filter(|draft| draft.mapped).collect();
    let has = |field| mapped.iter().any(|draft| draft.field == field);
    // Paper without its folder and its keying cannot be told apart.
    let usable = !mapped.is_empty() && (kind != RecordKind::Paper || (has(paper::FOLDER) && has(paper::PASS)));
    let _ = writeln!(text, "\n{}[{name}]", if usable { "" } else { "# " });
    for draft in drafts {
        field(sheet, draft, usable && draft.mapped, shared, text);
    }
    for (column, field, why) in doubts {
        let _ = writeln!(text, "# {field} = {}   # {}", quoted(&plain(&column.name)), plain(why));
    }
}

/// Columns whose name speaks for a field that is not mapped from them.
fn doubts(sheet: &SheetProfile, kind: RecordKind) -> impl Iterator<Item = (&ColumnProfile, &str, &str)> {
    let prefix = format!("{}.", kind.name());
    let drafted: BTreeSet<String> = sheet.fields.iter().map(|draft| path(draft.field)).collect();
    sheet.columns.iter().flat_map(move |column| {
        let drafted = drafted.clone();
        let prefix = prefix.clone();
        let open = column.proposals.iter().filter(move |one| !one.mapped && !drafted.contains(&one.field));
        open.filter_map(move |one| one.field.strip_prefix(&prefix).map(|field| (column, field, one.why.as_str())))
    })
}

fn field(sheet: &SheetProfile, draft: &FieldDraft, usable: bool, shared: &[String], text: &mut String) {
    let name = draft.field.name();
    let columns: Vec<String> = draft.columns.iter().map(|column| sheet.columns[*column].name.clone()).collect();
    let column = &sheet.columns[draft.columns[0]];
    let mut parts = vec![match columns.as_slice() {
        [column] => format!("column = {}", quoted(column)),
        several => format!("columns = {}, join = {}", list(several), quoted(draft.join)),
    }];
    let coded =
        if columns.len() == 1 && codes::is_coded(&path(draft.field)) { known_codes(column) } else { Vec::new() };
    if !coded.is_empty() {
        parts.push(format!("codes = {{ {} }}", coded.join(", ")));
    }
    if draft.dates.iter().any(|pattern| !shared.contains(pattern)) {
        parts.push(format!("dates = {}", list(&draft.dates)));
    }
    let value = match (parts.as_slice(), columns.as_slice()) {
        ([_], [column]) => quoted(column),
        _ => format!("{{ {} }}", parts.join(", ")),
    };
    let remark = if usable { "" } else { "# " };
    let why = format!("   # {}", plain(&draft.why));
    let _ = writeln!(text, "{remark}{name} = {value}{why}");
    if usable {
        to_fill_in(draft, column, text);
    }
}

fn known_codes(column: &ColumnProfile) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let known = column.codes.iter().filter(|code| seen.insert(code.value.trim().to_lowercase()));
    known
        .filter_map(|code| code.meaning.map(|meaning| format!("{} = {}", quoted(&code.value), quoted(meaning))))
        .collect()
}

/// Codes of which only people know what they mean here.
fn to_fill_in(draft: &FieldDraft, column: &ColumnProfile, text: &mut String) {
    let FieldType::Coded(words) = draft.field.field_type() else { return };
    let unknown: Vec<String> =
        column.codes.iter().filter(|code| code.meaning.is_none()).map(|code| quoted(&code.value)).collect();
    if !unknown.is_empty() {
        let _ = writeln!(
            text,
            "# To fill in among the codes of {}: {} (each: {})",
            draft.field.name(),
            unknown.join(", "),
            words.join(" | ")
        );
    }
    if column.codes_withheld > 0 {
        let _ = writeln!(
            text,
            "# Further values of {}, too rare to be told here: {}",
            draft.field.name(),
            column.codes_withheld
        );
    }
}

fn declared_table(sheet: &SheetProfile, declared: &DeclaredDraft, text: &mut String) {
    let name = |column: usize| quoted(&sheet.columns[column].name);
    let _ = writeln!(text, "\n[declared]\nmeasure = {}", name(declared.measure));
    for (key, column) in [("group", declared.group), ("period", declared.period), ("value", declared.value)] {
        if let Some(column) = column {
            let _ = writeln!(text, "{key} = {}", name(column));
        }
    }
    if !declared.period_columns.is_empty() {
        let names: Vec<String> =
            declared.period_columns.iter().map(|column| sheet.columns[*column].name.clone()).collect();
        let _ = writeln!(text, "period_columns = {}", list(&names));
    }
}

fn left_out(sheet: &SheetProfile, text: &mut String) {
    let of_figures: Vec<usize> = sheet.declared.as_ref().map_or(Vec::new(), |declared| {
        let some = [Some(declared.measure), declared.group, declared.period, declared.value];
        some.into_iter().flatten().chain(declared.period_columns.iter().copied()).collect()
    });
    let used = |place: &usize| of_figures.contains(place) || !sheet.columns[*place].proposals.is_empty();
    let out: Vec<String> = (0..sheet.columns.len())
        .filter(|place| !used(place) && !sheet.columns[*place].name.is_empty())
        .map(|place| quoted(&plain(&sheet.columns[place].name)))
        .collect();
    if out.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n# Left out. A column is kept when a table such as [person.extra] names it.");
    out.iter().for_each(|name| {
        let _ = writeln!(text, "#   {name}");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_the_file_s() {
        assert_eq!(stem("sources/RNU MSK report (1).csv"), "rnu_msk_report_1");
        assert_eq!(stem("C:\\exports\\Liste.xlsx"), "liste");
        assert_eq!(stem("…"), "source");
    }

    #[test]
    fn names_of_columns_cannot_break_out() {
        assert_eq!(plain("a\nb"), "a b");
        let read: toml::Table = format!("x = {}", quoted("a \"b\"\n\\c")).parse().expect("TOML");
        assert_eq!(read["x"].as_str(), Some("a \"b\"\n\\c"));
    }
}
