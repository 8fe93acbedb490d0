//! A mapping file to [`Mapping`].

use super::document::{Document, nearest, quoted};
use super::fields::{FieldType, RecordKind};
use super::mapping::{
    Columns, DeclaredMapping, FieldRule, FileFormat, FileLayout, Mapping, PaperMapping, without_zone,
};
use super::walk::{Item, Table};
use jiff::fmt::strtime::BrokenDownTime;
use std::collections::BTreeMap;
use toml::de::DeValue;

const FORMATS: &[(&str, FileFormat)] = &[
    ("csv", FileFormat::Csv),
    ("xlsx", FileFormat::Xlsx),
    ("xlsb", FileFormat::Xlsb),
    ("xls", FileFormat::Xls),
    ("ods", FileFormat::Ods),
];

/// No header that people made stands on more rows.
const HEADER_ROWS_MAX: u32 = 5;

/// What people call some fields, and what they are called here.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("surname", "family_name"),
    ("last_name", "family_name"),
    ("forename", "given_name"),
    ("first_name", "given_name"),
    ("dob", "date_of_birth"),
    ("gender", "sex"),
    ("telephone", "phone"),
    ("gp", "gp_practice"),
];

/// Reads one mapping; what is wrong gathers in the document.
pub(super) fn read(document: &Document) -> Mapping {
    let entries = document.parse();
    let kinds = RecordKind::ALL.iter().map(|(_, name)| *name);
    let known: Vec<&str> = ["file"].into_iter().chain(kinds).chain(["declared"]).collect();
    let root = Table::root(document, &entries, &known);
    let mut mapping = Mapping { file: layout(&root), ..Mapping::default() };
    for (kind, name) in RecordKind::ALL {
        if let Some(table) = root.get(name).and_then(Item::open_table) {
            read_kind(*kind, &table, &mut mapping);
        }
    }
    mapping.paper = paper(&root, &mapping);
    mapping.declared = root.get("declared").and_then(Item::open_table).map(|table| declared(&table));
    let fields = mapping.fields.keys().map(|field| field.kind).chain(mapping.extra.keys().map(|(kind, _)| *kind));
    if fields.into_iter().all(|kind| kind == RecordKind::Paper) && mapping.declared.is_none() {
        let hint = "add a table such as [person] that says which column each field comes from";
        document.absent(&(0..0), "this mapping maps no field", hint);
    }
    mapping
}

fn layout(root: &Table<'_>) -> FileLayout {
    let known = [
        "format",
        "encoding",
        "delimiter",
        "sheet",
        "header_row",
        "header_rows",
        "end_of_data",
        "fill_merged",
        "dates",
    ];
    let Some(table) = root.table("file", &known) else { return FileLayout::default() };
    FileLayout {
        format: table.get("format").and_then(|item| item.word(FORMATS)),
        encoding: table.get("encoding").and_then(encoding),
        delimiter: table.get("delimiter").and_then(delimiter),
        sheet: table.get("sheet").and_then(sheet),
        header_row: table.get("header_row").and_then(header_row),
        header_rows: table.get("header_rows").and_then(|item| header_rows(item, &table)),
        end_of_data: table.get("end_of_data").and_then(|item| item.text()),
        fill_merged: table.get("fill_merged").and_then(|item| item.truth()).unwrap_or(false),
        dates: table.get("dates").map(dates).unwrap_or_default(),
    }
}

fn encoding(item: Item<'_>) -> Option<String> {
    let label = item.any_text()?;
    if encoding_rs::Encoding::for_label(label.as_bytes()).is_none() {
        let what = format!("{} names no known encoding: {}", quoted(&item.name), quoted(label));
        item.mistake(what, "most exports are \"utf-8\" or \"windows-1252\"; remove the key to have it detected");
        return None;
    }
    item.text()
}

fn delimiter(item: Item<'_>) -> Option<u8> {
    let byte = match item.any_text()?.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n' | 0) => Some(*byte),
        _ => None,
    };
    if byte.is_none() {
        item.mistake(format!("{} must be one character", quoted(&item.name)), "such as \",\", \";\", \"|\" or \"\\t\"");
    }
    byte
}

fn sheet(item: Item<'_>) -> Option<String> {
    match item.value {
        DeValue::Integer(_) => item.whole(1).map(|number| number.to_string()),
        _ => item.exact(),
    }
}

fn header_row(item: Item<'_>) -> Option<u32> {
    let row = item.whole(0)?;
    let small = u32::try_from(row).ok();
    if small.is_none() {
        item.mistake(
            format!("{} is no row of any file", quoted(&item.name)),
            "rows count from 1; 0 says that there is no header",
        );
    }
    small
}

fn header_rows(item: Item<'_>, file: &Table<'_>) -> Option<u32> {
    let rows = item.whole(1)?;
    let is_nought = |row: Item<'_>| row.value.as_integer().is_some_and(|row| row.as_str() == "0");
    if file.get("header_row").is_some_and(is_nought) {
        let hint = "header_row = 0 says that there is no header; keep one of the two";
        item.mistake(format!("{} cannot stand beside header_row = 0", quoted(&item.name)), hint);
        return None;
    }
    let few = u32::try_from(rows).ok().filter(|rows| *rows <= HEADER_ROWS_MAX);
    if few.is_none() {
        let what = format!("{} is more than {HEADER_ROWS_MAX}", quoted(&item.name));
        item.mistake(what, "it counts the rows that one header stands on, from header_row down");
    }
    few
}

/// Patterns that give a date, or at least a year.
fn dates(item: Item<'_>) -> Vec<String> {
    let parts = if item.value.is_array() { item.parts() } else { vec![item] };
    let mut patterns = Vec::new();
    for part in parts {
        let Some(pattern) = part.any_text() else { continue };
        if gives_a_date(pattern) {
            patterns.push(pattern.to_owned());
        } else {
            let what = format!("{} is no pattern of a date: {}", quoted(&part.name), quoted(pattern));
            part.mistake(what, "write it with strftime's letters, such as \"%d/%m/%Y\" or \"%d-%b-%y\"");
        }
    }
    patterns
}

fn gives_a_date(pattern: &str) -> bool {
    let pattern = without_zone(pattern).unwrap_or(pattern);
    let sample = jiff::civil::date(2017, 9, 30).at(14, 25, 0, 0);
    let Ok(shown) = BrokenDownTime::from(sample).to_string(pattern) else { return false };
    BrokenDownTime::parse(pattern, &shown).is_ok_and(|read| read.year().is_some())
}

fn read_kind(kind: RecordKind, table: &Table<'_>, mapping: &mut Mapping) {
    for (key, item) in table.items() {
        match (kind.field(key), key) {
            (Some(field), _) => {
                if let Some(rule) = field_rule(item, field.field_type()) {
                    mapping.fields.insert(field, rule);
                }
            }
            (None, "double") if kind == RecordKind::Paper => {}
            (None, "extra") => {
                let Some(extra) = item.open_table() else { continue };
                for (name, item) in extra.items() {
                    if let Some(rule) = field_rule(item, FieldType::Text) {
                        mapping.extra.insert((kind, name.to_owned()), rule);
                    }
                }
            }
            (None, _) => refuse_field(kind, key, &item),
        }
    }
}

fn refuse_field(kind: RecordKind, key: &str, item: &Item<'_>) {
    let known = kind.fields().iter().map(|(name, _)| *name);
    let other_name =
        OTHER_NAMES.iter().find(|(other, field)| *other == key.to_lowercase() && kind.field(field).is_some());
    let elsewhere = RecordKind::ALL.iter().find(|(kind, _)| kind.field(key).is_some());
    let hint = match (nearest(key, known).or(other_name.map(|(_, field)| *field)), elsewhere) {
        (Some(near), _) => format!("did you mean {}?", quoted(near)),
        (None, Some((_, table))) => format!("it is a field of [{table}]"),
        (None, None) => format!("a column that is no field of the catalogue goes to [{}.extra]", kind.name()),
    };
    item.document.mistake(&item.key_span, format!("unknown field {} in [{}]", quoted(key), kind.name()), hint);
}

fn field_rule(item: Item<'_>, field_type: FieldType) -> Option<FieldRule> {
    match item.value {
        DeValue::String(_) | DeValue::Array(_) => {
            let columns = Columns::FirstOf(columns(item)?);
            Some(FieldRule { columns, codes: BTreeMap::new(), dates: Vec::new() })
        }
        DeValue::Table(_) => {
            let table = item.table(&["column", "columns", "join", "codes", "dates"])?;
            Some(FieldRule {
                codes: table.get("codes").map(|item| codes(item, field_type)).unwrap_or_default(),
                dates: table.get("dates").map(|item| field_dates(item, field_type)).unwrap_or_default(),
                columns: table_columns(&table)?,
            })
        }
        _ => {
            item.refuse_type(
                "a column's name, a list of names, or { column = \"…\" }",
                "write the header's text in quotes",
            );
            None
        }
    }
}

/// One column or several; `None` after a mistake that leaves none.
fn columns(item: Item<'_>) -> Option<Vec<String>> {
    let parts = if item.value.is_array() { item.parts() } else { vec![item] };
    let names: Vec<String> = parts.into_iter().filter_map(|item| item.exact()).collect();
    (!names.is_empty()).then_some(names)
}

fn table_columns(table: &Table<'_>) -> Option<Columns> {
    match (table.get("column"), table.get("columns"), table.get("join")) {
        (Some(column), None, None) => columns(column).map(Columns::FirstOf),
        (None, Some(several), join) => {
            let join = join.and_then(|item| item.any_text()).unwrap_or(" ").to_owned();
            columns(several).map(|columns| Columns::Join { columns, join })
        }
        (Some(_), Some(several), _) => {
            several.mistake(format!("{} has both column and columns", quoted(&table.name)), "keep one of the two");
            None
        }
        (Some(_), None, Some(join)) => {
            join.mistake(
                format!("{} joins nothing", quoted(&join.name)),
                "name the columns to join in columns = [\"…\", \"…\"]",
            );
            None
        }
        (None, None, _) => {
            table.document.absent(
                &table.span,
                format!("{} names no column", quoted(&table.name)),
                "add column = \"…\"",
            );
            None
        }
    }
}

fn field_dates(item: Item<'_>, field_type: FieldType) -> Vec<String> {
    if !matches!(field_type, FieldType::Date | FieldType::Moment) {
        item.mistake(format!("{} stands on a field that is not a date", quoted(&item.name)), "remove it");
    }
    dates(item)
}

/// Raw value to coded value, the raw ones trimmed and in lower case.
fn codes(item: Item<'_>, field_type: FieldType) -> BTreeMap<String, String> {
    let mut codes = BTreeMap::new();
    let Some(table) = item.open_table() else { return codes };
    for (raw, item) in table.items() {
        let Some(word) = item.any_text() else { continue };
        if let FieldType::Coded(words) = field_type
            && !words.contains(&word)
        {
            item.refuse_word(word, words);
            continue;
        }
        let raw = raw.trim().to_lowercase();
        if codes.get(&raw).is_some_and(|earlier| earlier != word) {
            let what = format!("{} stands for two words", quoted(&item.name));
            item.mistake(what, "codes are compared without regard to case and outer white space; keep one");
        }
        codes.insert(raw, word.to_owned());
    }
    codes
}

fn paper(root: &Table<'_>, mapping: &Mapping) -> Option<PaperMapping> {
    let table = root.get("paper").and_then(Item::open_table)?;
    for key in ["folder", "pass"] {
        table.require(key);
    }
    let mut double = Vec::new();
    let Some(item) = table.get("double") else { return Some(PaperMapping { double }) };
    let parts = if item.value.is_array() { item.parts() } else { vec![item] };
    for part in parts {
        let Some(name) = part.any_text() else { continue };
        let mapped = || mapping.fields.keys().filter(|field| field.kind != RecordKind::Paper).map(|field| field.name());
        if mapped().any(|field| field == name) {
            double.push(name.to_owned());
            continue;
        }
        let near = nearest(name, mapped()).map(|near| format!("did you mean {}?", quoted(near)));
        let what = format!("{} names a field that this mapping does not map: {}", quoted(&part.name), quoted(name));
        part.mistake(what, near.unwrap_or_else(|| "map the field, or take it out of the list".to_owned()));
    }
    Some(PaperMapping { double })
}

fn declared(table: &Table<'_>) -> DeclaredMapping {
    table.refuse_unknown(&["measure", "group", "period", "period_columns", "value"]);
    let column = |key| table.get(key).and_then(|item| item.exact());
    let declared = DeclaredMapping {
        measure: table.require("measure").and_then(|item| item.exact()).unwrap_or_default(),
        group: column("group"),
        period: column("period"),
        period_columns: table.get("period_columns").and_then(columns).unwrap_or_default(),
        value: column("value"),
    };
    match (table.get("value"), table.get("period"), table.get("period_columns")) {
        (None, _, None) => table.document.absent(
            &table.span,
            "[declared] says neither value nor period_columns",
            "a long table has value = \"…\", the column of the figure; a wide one has period_columns = [\"…\", \"…\"]",
        ),
        (Some(other), _, Some(_)) | (None, Some(other), Some(_)) => {
            let what = format!("{} cannot stand beside period_columns", quoted(&other.name));
            other.mistake(what, "a wide table has its figures and periods in period_columns; keep one of the two");
        }
        _ => {}
    }
    declared
}
