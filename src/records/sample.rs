//! Hand-made configs, rows and intakes for the tests of this room.

use super::{Normaliser, Records};
use crate::config::fields::RecordKind;
use crate::config::{Columns, Config, FieldRule, Mapping, PaperMapping, Source, Standing, Transition};
use crate::sources::{Batch, Cell, DateSystem, Intake, Origin, RawRow, ReadAs, RowKind, RowRef, Sheet, SourceFile};
use crate::values::Digest;
use std::collections::BTreeMap;

/// A config with these mappings as its sources.
pub fn config(mappings: Vec<Mapping>) -> Config {
    Config::of(
        Transition::for_tests(&["RNU"], "NXX"),
        mappings.into_iter().enumerate().map(|(number, mapping)| source(number, mapping)).collect(),
    )
}

fn source(number: usize, mapping: Mapping) -> Source {
    Source {
        id: format!("source-{number}"),
        path: format!("source_{number}.csv"),
        mapping_path: format!("source_{number}.toml"),
        mapping,
        provider: "RNU".into(),
        system: "SystmOne".into(),
        service_line: "community".into(),
        standing: Standing::Record,
        extracted_at: None,
        control_rows: None,
        certified_by: None,
    }
}

/// A config with one source of transcribed paper; `double` are the fields that were keyed twice, all where none is named.
pub fn paper(fields: &[&str], double: &[&str]) -> Config {
    let mut mapping = mapping(fields);
    mapping.paper = Some(PaperMapping { double: double.iter().map(|name| (*name).to_owned()).collect() });
    config(vec![mapping])
}

/// A mapping whose fields, such as `person.local_id`, are read from columns of the same name, with dates day first.
pub fn mapping(fields: &[&str]) -> Mapping {
    let mut mapping = Mapping::default();
    mapping.file.dates = vec!["%d/%m/%Y".into()];
    for name in fields {
        let (kind, field) = name.split_once('.').expect("kind and field");
        let kind = RecordKind::ALL.iter().find(|(_, name)| *name == kind).expect("a kind").0;
        match field.strip_prefix("extra.") {
            Some(extra) => drop(mapping.extra.insert((kind, extra.to_owned()), rule(name))),
            None => drop(mapping.fields.insert(kind.field(field).expect("a field"), rule(name))),
        }
    }
    mapping
}

/// A rule that reads one column.
pub fn rule(column: &str) -> FieldRule {
    FieldRule { columns: Columns::FirstOf(vec![column.into()]), codes: BTreeMap::new(), dates: Vec::new() }
}

/// A row of data of the first sheet of a file.
pub fn row(file: u16, number: u32, cells: &[&str]) -> RawRow {
    let text = |cell: &&str| if cell.trim().is_empty() { Cell::Empty } else { Cell::Text((*cell).into()) };
    row_of(file, number, RowKind::Data, cells.iter().map(text).collect())
}

/// A row of any kind and cells.
pub fn row_of(file: u16, number: u32, kind: RowKind, cells: Vec<Cell>) -> RawRow {
    let at = RowRef::for_tests(file, 0, number);
    RawRow { at, kind, cells, digest: Digest::of(&number.to_be_bytes()), findings: Vec::new(), padded: Vec::new() }
}

/// A file of one sheet with so many rows.
pub fn file(origin: Origin, rows: u32, date_system: Option<DateSystem>) -> SourceFile {
    SourceFile {
        origin,
        path: "sample.csv".into(),
        bytes: 0,
        digest: Digest::of(b""),
        read_as: ReadAs { date_system, ..ReadAs::default() },
        sheets: vec![Sheet {
            name: String::new(),
            rows,
            header_row: Some(1),
            header_rows: 1,
            header: Vec::new(),
            hidden: false,
            mapped: true,
        }],
    }
}

/// Rows of text under a header, one file, one source.
pub fn records(config: &Config, header: &[&str], rows: &[&[&str]]) -> Records {
    let rows = rows.iter().zip(2..).map(|(cells, number)| row(0, number, cells)).collect();
    records_of(config, header, rows, None)
}

/// Rows under a header, which is row 1; one file, one source.
pub fn records_of(config: &Config, header: &[&str], mut rows: Vec<RawRow>, system: Option<DateSystem>) -> Records {
    let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
    rows.insert(0, row_of(0, 1, RowKind::Header, Vec::new()));
    let last = rows.last().map_or(0, |row| row.at.row());
    let mut normaliser = Normaliser::new(config);
    normaliser.take(Batch { origin: Origin::Source(0), header: &header, rows });
    normaliser.finish(Intake { files: vec![file(Origin::Source(0), last, system)], ..Intake::default() })
}
