//! `handover profile`.

use super::Voice;
use super::exit::{Failure, Outcome};
use super::terminal::{Watcher, header_told, print, say, thousands, wrapped};
use crate::pipeline;
use crate::records::profile::{self, ColumnProfile, ColumnType, Drafted, FileProfile, Remark, SheetProfile, quoted};
use crate::sources::DateSystem;
use crate::values::Shown as _;
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The width that everything fits.
const WIDTH: usize = 80;
/// Patterns and codes that a screen has room for.
const TOLD_MAX: usize = 4;

/// Says what is in each file, column by column. A file that cannot be read does not keep the others from being told.
pub(super) fn profile(files: &[PathBuf], draft: Option<&Path>, voice: Voice) -> Result<Outcome, Failure> {
    draft.map_or(Ok(()), Failure::unless_folder)?;
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut watcher = Watcher::new(voice);
    let (mut profiles, mut failures) = (Vec::new(), Vec::new());
    for file in files {
        // A file of an archive that cannot be read does not keep the others from being told either.
        let (members, unlisted) = match pipeline::members_of(file) {
            Ok(members) => (members, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        failures.extend(unlisted.map(|error| (file.clone(), Failure::from(error))));
        for member in members {
            match pipeline::profile(&member, today, &mut watcher) {
                Ok(profile) => profiles.push(profile),
                Err(error) => failures.push((member, Failure::from(error))),
            }
        }
    }
    drop(watcher);
    let written = draft.map_or(Ok(Vec::new()), |folder| write_drafts(folder, &profiles))?;
    if voice.json {
        let unreadable = failures.iter().map(
            |(file, failure)| json!({ "file": file.to_string_lossy(), "error": failure.message, "hint": failure.hint }),
        );
        let document = json!({
            "format": 1, "ok": failures.is_empty(), "files": profiles.iter().map(file_json).collect::<Vec<Value>>(),
            "unreadable": unreadable.collect::<Vec<Value>>(),
            "not_drafted": draft.map_or(Vec::new(), |_| not_drafted(&profiles, &written)).iter().map(|one| json!({
                "file": one.file, "sheet": one.sheet, "why": one.why,
            })).collect::<Vec<Value>>(),
            "drafts": written.iter().map(|one| json!({
                "mapping": one.path, "file": one.file, "sheet": one.sheet, "source": one.source,
            })).collect::<Vec<Value>>(),
        });
        print(&document.to_string());
    } else if !voice.quiet {
        profiles.iter().for_each(|profile| print(&screen(profile)));
        if let Some(folder) = draft {
            print(&drafts_screen(folder, &written, &not_drafted(&profiles, &written)));
        }
    }
    for (_, failure) in &failures {
        say(&format!("error: {}", failure.message));
        say(&format!("  next: {}", failure.hint));
    }
    Ok(if failures.is_empty() { Outcome::Done } else { Outcome::Input })
}

/// A mapping that was written.
struct Written {
    path: PathBuf,
    file: String,
    sheet: String,
    /// The `[[source]]` table to paste.
    source: String,
}

/// A sheet with rows of which no mapping was drafted.
struct NotDrafted<'a> {
    file: &'a str,
    sheet: &'a str,
    why: &'static str,
}

fn not_drafted<'a>(profiles: &'a [FileProfile], written: &[Written]) -> Vec<NotDrafted<'a>> {
    let sheets = profiles.iter().flat_map(|file| file.sheets.iter().map(move |sheet| (file.path.as_str(), sheet)));
    let with_rows = sheets.filter(|(_, sheet)| sheet.counts.data > 0);
    let missing =
        with_rows.filter(|(file, sheet)| !written.iter().any(|one| one.file == *file && one.sheet == sheet.name));
    let told = missing.map(|(file, sheet)| NotDrafted {
        file,
        sheet: &sheet.name,
        why: match sheet.header_row {
            None => "no header can be told from data; where there is none, a mapping says header_row = 0 and names columns A, B, C",
            Some(_) => "nothing of people, referrals, appointments or declared figures is recognised",
        },
    });
    told.collect()
}

/// Writes all of them or, when one is there already, none.
fn write_drafts(folder: &Path, profiles: &[FileProfile]) -> Result<Vec<Written>, Failure> {
    let drafts = profile::drafts(profiles);
    let path_of = |draft: &Drafted| folder.join(format!("{}.toml", draft.name));
    if let Some(path) = drafts.iter().map(path_of).find(|path| path.exists()) {
        let message = format!("{} is there already", path.shown());
        return Err(Failure::new(
            Outcome::Usage,
            message,
            "give another folder, or move it away; a draft never overwrites",
        ));
    }
    std::fs::create_dir_all(folder).map_err(|error| Failure::io(folder, &error))?;
    let mut written = Vec::new();
    for draft in drafts {
        let path = path_of(&draft);
        let source = source_table(&draft, folder);
        let (head, rest) = draft.mapping.split_once('\n').unwrap_or((&draft.mapping, ""));
        let block: String = source.lines().map(|line| format!("#   {line}\n")).collect();
        let text = format!("{head}\n# For handover.toml, once completed:\n{block}{rest}");
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| Failure::io(&path, &error))?;
        written.push(Written { path, file: draft.file, sheet: draft.sheet, source });
    }
    Ok(written)
}

/// The `[[source]]` table for a draft. What it cannot know does not pass for an answer: the configuration refuses it.
fn source_table(draft: &Drafted, folder: &Path) -> String {
    let base = [folder.to_owned(), folder.join("..")].into_iter().find(|place| place.join("handover.toml").exists());
    let base = base.and_then(|base| base.canonicalize().ok());
    let within = |path: &Path| {
        let whole = whole(path);
        let path = base.as_ref().map_or(path, |base| whole.strip_prefix(base).unwrap_or(&whole));
        path.components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/")
            .replace("//", "/")
    };
    let mapping = Path::new(&within(folder)).join(format!("{}.toml", draft.name));
    let mut lines = vec![
        "[[source]]".to_owned(),
        format!("id = {}", quoted(&draft.name.replace('_', "-"))),
        format!("path = {}", quoted(&glob::Pattern::escape(&within(Path::new(&draft.file))))),
        format!("mapping = {}", quoted(&mapping.to_string_lossy().replace('\\', "/"))),
        "provider = \"(ODS code)\"".to_owned(),
        format!("system = {}", quoted(draft.system.unwrap_or("(its name)"))),
    ];
    lines.extend(draft.hidden.then(|| "# the workbook hides the sheet: is it in use, or an old copy?".to_owned()));
    lines.extend(draft.standing.iter().map(|(key, value)| format!("{key} = {}", quoted(value))));
    lines.join("\n")
}

/// Where a file lies on disk; of a file inside an archive the archive does.
fn whole(path: &Path) -> PathBuf {
    let text = path.to_string_lossy();
    let archive = || {
        let (at, _) = text.match_indices('!').find(|(at, _)| Path::new(&text[..*at]).is_file())?;
        let mut whole = Path::new(&text[..at]).canonicalize().ok()?;
        whole.as_mut_os_string().push(&text[at..]);
        Some(whole)
    };
    path.canonicalize().ok().or_else(archive).unwrap_or_else(|| path.to_owned())
}

fn drafts_screen(folder: &Path, written: &[Written], not_drafted: &[NotDrafted<'_>]) -> String {
    let mut lines = Vec::new();
    if written.is_empty() {
        lines.push(format!(
            "Nothing was recognised that a mapping could be drafted of; nothing was written into {}",
            folder.shown()
        ));
    } else {
        lines.push(format!("Drafted {}, to be read and completed:", written.len()));
        lines.extend(written.iter().map(|one| format!("  {}", one.path.shown())));
    }
    if !not_drafted.is_empty() {
        lines.push("Not drafted:".to_owned());
        for one in not_drafted {
            let sheet = if one.sheet.is_empty() { String::new() } else { format!(" [{}]", one.sheet.shown()) };
            lines.extend(wrapped(WIDTH, "  ", &format!("{}{sheet}: {}", one.file.shown(), one.why)));
        }
    }
    if !written.is_empty() {
        lines.push("\nFor handover.toml:".to_owned());
        lines.extend(written.iter().map(|one| format!("\n{}", one.source)));
    }
    lines.join("\n")
}

fn file_json(file: &FileProfile) -> Value {
    json!({
        "file": file.path, "bytes": file.bytes, "format": file.format, "encoding": file.encoding,
        "delimiter": file.delimiter.map(|byte| char::from(byte).to_string()), "date_system": file.date_system.map(date_system),
        "sheets": file.sheets.iter().map(sheet_json).collect::<Vec<Value>>(),
    })
}

fn date_system(system: DateSystem) -> &'static str {
    match system {
        DateSystem::From1900 => "1900",
        DateSystem::From1904 => "1904",
    }
}

fn sheet_json(sheet: &SheetProfile) -> Value {
    let counts = &sheet.counts;
    let columns = sheet.columns.iter().enumerate().map(|(place, column)| column_json(place + 1, column));
    let remarks = sheet.remarks.iter().map(|remark| {
        json!({ "remark": remark.slug, "what": remark.what, "rows": remark.rows, "first_row": remark.first_row })
    });
    json!({
        "sheet": sheet.name, "hidden": sheet.hidden, "rows": sheet.rows, "header_row": sheet.header_row, "header_rows": sheet.header_rows,
        "data": counts.data, "preamble": counts.preamble, "header_again": counts.header_again, "footer": counts.footer,
        "blank": counts.blank, "unusable": counts.unusable, "odd": counts.odd, "row_limit": sheet.row_limit,
        "looks_like": sheet.likeness.map(|likeness| json!({
            "system": likeness.system, "what": likeness.what, "note": likeness.note,
        })),
        "kinds": sheet.kinds.iter().map(|kind| kind.name()).collect::<Vec<&str>>(), "declared": sheet.declared.is_some(),
        "remarks": remarks.collect::<Vec<Value>>(), "columns": columns.collect::<Vec<Value>>(),
    })
}

fn column_json(number: usize, column: &ColumnProfile) -> Value {
    let patterns = column.patterns.iter().map(|(pattern, count)| json!({ "pattern": pattern, "count": count }));
    let dates = column.dates.as_ref().map(|dates| {
        json!({
            "patterns": dates.patterns, "why": dates.why, "undecided": dates.undecided, "mixed": dates.mixed,
            "serials": dates.serials, "short_years": dates.short_years,
        })
    });
    let fields = column.proposals.iter().map(|one| json!({ "field": one.field, "mapped": one.mapped, "why": one.why }));
    let codes =
        column.codes.iter().map(|code| json!({ "value": code.value, "count": code.count, "meaning": code.meaning }));
    let problems = column.problems.iter().map(|problem| json!({ "problem": problem.slug, "what": problem.what }));
    json!({
        "column": number, "name": column.name, "type": column.column_type.word(), "filled": column.filled,
        "distinct": column.distinct, "distinct_more": column.distinct_more, "patterns": patterns.collect::<Vec<Value>>(),
        "other_patterns": column.other_patterns, "dates": dates, "fields": fields.collect::<Vec<Value>>(),
        "codes": codes.collect::<Vec<Value>>(), "codes_withheld": column.codes_withheld,
        "problems": problems.collect::<Vec<Value>>(),
    })
}

fn screen(file: &FileProfile) -> String {
    let mut lines = vec![file.path.shown()];
    let delimiter = file.delimiter.map(|byte| match byte {
        b',' => ", parted by commas".to_owned(),
        b'\t' => ", parted by tabs".to_owned(),
        b';' => ", parted by semicolons".to_owned(),
        b'|' => ", parted by bars".to_owned(),
        other => format!(", parted by {}", char::from(other)),
    });
    let encoding = if file.encoding.is_empty() { String::new() } else { format!(", {}", file.encoding) };
    let system =
        file.date_system.map_or(String::new(), |system| format!(", days counted from {}", date_system(system)));
    lines.push(format!("{}{encoding}{}{system}", file.format, delimiter.unwrap_or_default()));
    for sheet in &file.sheets {
        lines.push(String::new());
        sheet_screen(file, sheet, &mut lines);
    }
    lines.push(String::new());
    lines.join("\n")
}

fn sheet_screen(file: &FileProfile, sheet: &SheetProfile, lines: &mut Vec<String>) {
    if file.is_workbook() {
        lines.push(format!("sheet {}{}", sheet.name.shown(), if sheet.hidden { " (hidden)" } else { "" }));
    }
    lines.extend(wrapped(WIDTH, "", &rows_told(sheet)));
    if let Some(limit) = sheet.row_limit {
        let limit = thousands(u64::from(limit));
        lines.extend(wrapped(
            WIDTH,
            "! ",
            &format!("exactly {limit} rows, the most that some program holds: the rest may be cut off"),
        ));
    }
    sheet.remarks.iter().for_each(|remark| lines.extend(wrapped(WIDTH, "! ", &remark_told(remark))));
    if let Some(likeness) = &sheet.likeness {
        lines.extend(wrapped(WIDTH, "", &format!("looks like {} ({})", likeness.what, likeness.note)));
    }
    match sheet.kinds.as_slice() {
        _ if sheet.declared.is_some() => lines.push("holds declared figures".to_owned()),
        [] => {}
        kinds => {
            let kinds: Vec<String> = kinds.iter().map(|kind| kind.name().replace('_', " ")).collect();
            lines.push(format!("rows speak of: {}", kinds.join(", ")));
        }
    }
    if sheet.columns.is_empty() {
        return;
    }
    lines.push(String::new());
    lines.push(format!("{:<34} {:<13} {:>16} {:>11}", "column", "type", "filled", "different"));
    for (place, column) in sheet.columns.iter().enumerate() {
        column_screen(place, column, sheet.counts.data, lines);
    }
}

/// Where it is, then what.
fn remark_told(remark: &Remark) -> String {
    let rows = remark.first_row.map(|row| match remark.rows {
        1 => format!("row {row}: "),
        rows => format!("{} rows, the first is {row}: ", thousands(rows)),
    });
    rows.unwrap_or_default() + &remark.what
}

fn rows_told(sheet: &SheetProfile) -> String {
    let counts = &sheet.counts;
    let header = match sheet.header_row {
        Some(row) => header_told(row, sheet.header_rows),
        None if counts.data > 0 => "no header that can be told from data".to_owned(),
        None => "nothing in it".to_owned(),
    };
    let more = [
        (counts.preamble, "before the header"),
        (counts.header_again, "with the header again"),
        (counts.footer, "under the table"),
        (counts.blank, "blank"),
        (counts.unusable, "that cannot be split into cells or read"),
        (counts.odd, "with something odd in them"),
    ];
    let more =
        more.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {} {what}", thousands(*count)));
    let more: String = more.collect();
    format!("{} rows: {header}, {} of data{more}", thousands(u64::from(sheet.rows)), thousands(counts.data))
}

fn column_screen(place: usize, column: &ColumnProfile, rows: u64, lines: &mut Vec<String>) {
    let name = if column.name.is_empty() { "(no name)" } else { &column.name };
    let name = cut(&name.split_whitespace().collect::<Vec<&str>>().join(" "), 30);
    let filled = format!("{} {:>5}", thousands(column.filled), percent(column.filled, rows));
    let distinct = format!("{}{}", if column.distinct_more { "> " } else { "" }, thousands(column.distinct));
    lines.push(format!("{:>3} {name:<30} {:<13} {filled:>16} {distinct:>11}", place + 1, column.column_type.word()));
    for proposal in &column.proposals {
        let (sign, more) = if proposal.mapped { ("→", "") } else { ("?", "perhaps ") };
        lines.extend(wrapped(WIDTH, &format!("    {sign} "), &format!("{more}{}: {}", proposal.field, proposal.why)));
    }
    if let Some(dates) = column.dates.as_ref().filter(|dates| !dates.why.is_empty()) {
        let patterns =
            if dates.patterns.is_empty() { String::new() } else { format!("{}: ", dates.patterns.join(" or ")) };
        let sign = if dates.mixed || dates.undecided { "!" } else { "·" };
        lines.extend(wrapped(WIDTH, &format!("    {sign} "), &format!("{patterns}{}", dates.why)));
    }
    if has_shapes(column.column_type) && !column.patterns.is_empty() {
        lines.extend(wrapped(WIDTH, "    · ", &shapes(column)));
    }
    if !column.codes.is_empty() {
        lines.extend(wrapped(WIDTH, "    · ", &codes(column)));
    }
    column.problems.iter().for_each(|problem| lines.extend(wrapped(WIDTH, "    ! ", &problem.what)));
}

/// Shapes of words say nothing.
fn has_shapes(column_type: ColumnType) -> bool {
    use ColumnType as Is;
    matches!(
        column_type,
        Is::NhsNumber
            | Is::Postcode
            | Is::Phone
            | Is::Practice
            | Is::Ubrn
            | Is::Identifier
            | Is::Time
            | Is::Number
            | Is::Email
    )
}

fn shapes(column: &ColumnProfile) -> String {
    let told = column.patterns.iter().take(TOLD_MAX);
    let mut text: Vec<String> = told.map(|(shape, count)| format!("{shape} × {}", thousands(*count))).collect();
    let rest = column.patterns.iter().skip(TOLD_MAX).map(|(_, count)| count).sum::<u64>() + column.other_patterns;
    text.extend((rest > 0).then(|| format!("others × {}", thousands(rest))));
    text.join(", ")
}

fn codes(column: &ColumnProfile) -> String {
    let told = column.codes.iter().map(|code| {
        let meaning = code.meaning.unwrap_or("(you say)");
        format!("{} = {meaning} × {}", code.value, thousands(code.count))
    });
    let mut text: Vec<String> = told.collect();
    text.extend((column.codes_withheld > 0).then(|| format!("others, rare, not told: {}", column.codes_withheld)));
    text.join(", ")
}

/// Whole only where it is, nothing only where it is nothing.
fn percent(count: u64, of: u64) -> String {
    match (count, of) {
        (_, 0) | (0, _) => "0 %".to_owned(),
        _ if count == of => "100 %".to_owned(),
        _ => match (200 * count + of) / (2 * of) {
            0 => "<1 %".to_owned(),
            100.. => ">99 %".to_owned(),
            share => format!("{share} %"),
        },
    }
}

fn cut(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    text.chars().take(length - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_never_rounded_to_all_or_nothing() {
        for (count, of, expected) in [
            (0, 0, "0 %"),
            (0, 9, "0 %"),
            (9, 9, "100 %"),
            (1, 1000, "<1 %"),
            (999, 1000, ">99 %"),
            (1, 3, "33 %"),
            (1, 200, "1 %"),
        ] {
            assert_eq!(percent(count, of), expected);
        }
    }

    #[test]
    fn lines_are_no_wider_than_the_narrowest_terminal() {
        let mut lines = Vec::new();
        lines.extend(wrapped(WIDTH, "    ! ", &"word and more ".repeat(20)));
        assert!(lines.len() > 3 && lines.iter().all(|line| line.chars().count() <= WIDTH));
        assert!(
            lines[1].starts_with("      word")
                || lines[1].starts_with("      and")
                || lines[1].starts_with("      more")
        );
        assert_eq!(cut("A long name of a column", 10), "A long na…");
    }
}
