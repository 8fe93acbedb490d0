//! Reads one table, line by line, and holds each value to its column.

use super::folder::{Folder, open_file};
use super::problems::{Place, ProblemKind as Kind};
use super::schema::{Field, FieldKind, Table};
use super::verdict::Findings;
use csv::{ErrorKind, ReaderBuilder, StringRecord, Terminator};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;

/// What is told of each line: its number and its fields, as many as the schema has.
pub(super) type EachLine<'a> = dyn FnMut(u64, &StringRecord) + 'a;

/// Gives every well-formed line to `each`. The number of lines below the header; `None` when the table cannot be judged.
pub(super) fn read(folder: &Folder, table: &Table, findings: &mut Findings, each: &mut EachLine) -> Option<u64> {
    let place = Place::file(&table.file());
    let Some(path) = folder.path(&place.file) else {
        findings.add(Kind::FileAbsent, &place, || "every package has this table".into());
        return None;
    };
    let Ok(file) = open(&path) else {
        findings.add(Kind::FileUnreadable, &place, || "the table could not be read".into());
        return None;
    };
    if file.buffer().starts_with(b"\xef\xbb\xbf") {
        findings.add(Kind::TableHeader, &place.line(1), || "a byte order mark stands before the header".into());
        return None;
    }
    // Lines end with LF alone, so that a CR is part of a value and shows as one that does not fit.
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).terminator(Terminator::Any(b'\n')).from_reader(file);
    let mut record = StringRecord::new();
    let headed = matches!(reader.read_record(&mut record), Ok(true));
    if !headed || !record.iter().eq(table.fields.iter().map(|field| field.name.as_str())) {
        findings.add(Kind::TableHeader, &place.line(1), || header_detail(headed.then_some(&record), table));
        return None;
    }
    let mut lines = 0;
    loop {
        let line = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(false) => return Some(lines),
            Ok(true) if record.len() == table.fields.len() => {
                lines += 1;
                if record.iter().next_back().is_some_and(|last| last.ends_with('\r')) {
                    findings.add(Kind::TableLine, &place.clone().line(line), || "ends with CR LF, not LF".into());
                }
                each(line, &record);
            }
            Ok(true) => {
                lines += 1;
                let (found, must) = (record.len(), table.fields.len());
                let detail = || format!("{found} fields where the header has {must}");
                findings.add(Kind::TableLine, &place.clone().line(line), detail);
            }
            Err(error) if matches!(error.kind(), ErrorKind::Utf8 { .. }) => {
                lines += 1;
                findings.add(Kind::TableLine, &place.clone().line(line), || "not UTF-8".into());
            }
            Err(_) => {
                findings.add(Kind::FileUnreadable, &place, || "the table could not be read to its end".into());
                return None;
            }
        }
    }
}

/// The file with its first bytes already in the buffer.
fn open(path: &Path) -> io::Result<BufReader<File>> {
    let mut file = BufReader::with_capacity(256 << 10, open_file(path)?);
    file.fill_buf()?;
    Ok(file)
}

fn header_detail(found: Option<&StringRecord>, table: &Table) -> String {
    let Some(found) = found else { return "there is no header".into() };
    let wrong = table.fields.iter().enumerate().find(|(place, field)| found.get(*place) != Some(&field.name));
    match wrong {
        Some((place, field)) => format!("column {} must be {}", place + 1, field.name),
        None => format!("there are {} columns after the last of the schema", found.len() - table.fields.len()),
    }
}

/// Reads a table again, whose lines have been judged before.
pub(super) fn again(folder: &Folder, table: &Table, each: &mut EachLine) {
    let _ = read(folder, table, &mut Findings::new("again"), each);
}

/// Holds each value of a line to its column.
pub(super) fn check_values(table: &Table, line: u64, record: &StringRecord, findings: &mut Findings) {
    for (field, value) in table.fields.iter().zip(record) {
        if let Err((kind, detail)) = check_value(field, value) {
            let place = Place::file(&table.file()).line(line).column(&field.name);
            findings.add(kind, &place, || detail.into());
        }
    }
}

fn check_value(field: &Field, value: &str) -> Result<(), (Kind, &'static str)> {
    if value.is_empty() {
        return if field.required { Err((Kind::ValueMissing, "the value is missing")) } else { Ok(()) };
    }
    let number = match field.kind {
        FieldKind::String => None,
        FieldKind::Integer => Some(integer(value).ok_or((Kind::ValueType, "not a whole number"))?),
        FieldKind::Number => Some(number(value).ok_or((Kind::ValueType, "not a number"))?),
        FieldKind::Boolean if matches!(value, "true" | "false") => None,
        FieldKind::Boolean => return Err((Kind::ValueType, "neither true nor false")),
    };
    if !field.allowed.is_empty() && !field.allowed.iter().any(|allowed| allowed == value) {
        return Err((Kind::ValueNotAllowed, "none of the words that the column allows"));
    }
    if field.pattern.as_ref().is_some_and(|pattern| !pattern.matches(value)) {
        return Err((Kind::ValueForm, "not of the column's form"));
    }
    let beyond = |number: f64| {
        field.minimum.is_some_and(|minimum| number < minimum) || field.maximum.is_some_and(|maximum| number > maximum)
    };
    match number {
        Some(number) if beyond(number) => Err((Kind::ValueRange, "smaller or greater than the column allows")),
        _ => Ok(()),
    }
}

/// A whole number in its plainest form: two ways to write one key would be two keys.
fn integer(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == text || digits != "0");
    let plain = plain && (digits.len() == 1 || !digits.starts_with('0'));
    text.parse::<i64>().ok().filter(|_| plain).map(|number| number as f64)
}

fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse().ok().filter(|number: &f64| plain && number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::pattern::Pattern;

    fn check(field: &Field, value: &str, expected: Option<Kind>) {
        assert_eq!(check_value(field, value).err().map(|(kind, _)| kind), expected, "{value:?}");
    }

    fn field(kind: FieldKind) -> Field {
        let (allowed, pattern) = (vec![], None);
        Field { name: "x".into(), kind, required: false, allowed, pattern, minimum: Some(0.0), maximum: Some(5.0) }
    }

    #[test]
    fn types() {
        let ok = ["", "0", "5"].map(|value| (value, None));
        let wrong =
            ["01", "-0", "+1", " 1", "1.0", "one", "99999999999999999999"].map(|it| (it, Some(Kind::ValueType)));
        let beyond = ["6", "-1"].map(|it| (it, Some(Kind::ValueRange)));
        for (value, expected) in ok.into_iter().chain(wrong).chain(beyond) {
            check(&field(FieldKind::Integer), value, expected);
        }
        for (value, expected) in [("0.25", None), ("1e0", None), ("5.1", Some(Kind::ValueRange))] {
            check(&field(FieldKind::Number), value, expected);
        }
        for value in ["NaN", "inf", "1,5", "1 ", "0x1"] {
            check(&field(FieldKind::Number), value, Some(Kind::ValueType));
        }
        check(&field(FieldKind::Boolean), "true", None);
        check(&field(FieldKind::Boolean), "True", Some(Kind::ValueType));
    }

    #[test]
    fn constraints() {
        let plain = || field(FieldKind::String);
        check(&Field { required: true, ..plain() }, "", Some(Kind::ValueMissing));
        let words = Field { allowed: vec!["open".into()], ..plain() };
        check(&words, "open", None);
        check(&words, "Open", Some(Kind::ValueNotAllowed));
        let form = Field { pattern: Pattern::parse("[0-9]{2}"), ..plain() };
        check(&form, "30", None);
        check(&form, "300", Some(Kind::ValueForm));
        check(&form, "", None);
    }
}
