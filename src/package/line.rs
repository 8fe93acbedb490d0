//! One line of a table, built in a buffer that every line reuses.

use super::contents::Contents;
use super::previous::SheetName;
use super::schema::Schema;
use crate::config::{Field, FieldType};
use crate::decisions::RowName;
use crate::records::{Records, Table};
use crate::sources::RowRef;
use crate::values::{Digest, Moment, PartialDate};
use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};
use std::io;

/// One line of a table. It may hold personal data and does not print.
pub struct Line {
    schema: &'static Schema,
    /// Of each column, whether anybody will look at it. Who counts by two columns need not pay for thirty.
    wanted: Vec<bool>,
    cells: csv::StringRecord,
    scratch: String,
}

impl Line {
    fn new(schema: &'static Schema, wanted: Vec<bool>) -> Self {
        assert_eq!(wanted.len(), schema.columns().len());
        Line { schema, wanted, cells: csv::StringRecord::new(), scratch: String::new() }
    }

    /// Its cells, in the order of the schema's columns.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter()
    }

    /// The cell in a place; empty past the end.
    pub fn cell(&self, place: usize) -> &str {
        self.cells.get(place).unwrap_or("")
    }

    pub(super) fn bytes(&self) -> &csv::ByteRecord {
        self.cells.as_byte_record()
    }

    /// Whether anybody will look at the next column. Asserts, where assertions are on, that the schema has it next.
    fn is_wanted(&self, column: &str) -> bool {
        debug_assert_eq!(
            self.schema.columns().get(self.cells.len()).map(String::as_str),
            Some(column),
            "the columns of {} stand in the order of its schema",
            self.schema.name
        );
        self.wanted[self.cells.len()]
    }

    pub(super) fn text(&mut self, column: &str, value: &str) {
        let value = if self.is_wanted(column) { value } else { "" };
        self.cells.push_field(value);
    }

    /// A text that takes some finding.
    pub(super) fn found<T: AsRef<str>>(&mut self, column: &str, find: impl FnOnce() -> T) {
        match self.is_wanted(column) {
            true => self.cells.push_field(find().as_ref()),
            false => self.cells.push_field(""),
        }
    }

    pub(super) fn empty(&mut self, column: &str) {
        self.text(column, "");
    }

    pub(super) fn shown(&mut self, column: &str, value: impl Display) {
        if !self.is_wanted(column) {
            return self.cells.push_field("");
        }
        self.scratch.clear();
        write!(self.scratch, "{value}").expect("writing to memory succeeds");
        self.cells.push_field(&self.scratch);
    }

    /// 64 hexadecimal digits.
    pub(super) fn digest(&mut self, column: &str, digest: &Digest) {
        if !self.is_wanted(column) {
            return self.cells.push_field("");
        }
        let digit = |four: u8| char::from(b"0123456789abcdef"[usize::from(four)]);
        self.scratch.clear();
        self.scratch.extend(digest.bytes().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
        self.cells.push_field(&self.scratch);
    }

    /// A value that is there, as `show` shows it.
    pub(super) fn revealed<T>(&mut self, column: &str, value: Option<T>, show: impl FnOnce(T) -> String) {
        self.found(column, || value.map(show).unwrap_or_default());
    }

    pub(super) fn maybe(&mut self, column: &str, value: Option<impl Display>) {
        match value {
            Some(value) => self.shown(column, value),
            None => self.empty(column),
        }
    }

    /// The texts, joined by `;`.
    pub(super) fn joined<'t>(&mut self, column: &str, values: impl IntoIterator<Item = &'t str>) {
        if !self.is_wanted(column) {
            return self.cells.push_field("");
        }
        self.scratch.clear();
        for (place, value) in values.into_iter().enumerate() {
            if place > 0 {
                self.scratch.push(';');
            }
            self.scratch.push_str(value);
        }
        self.cells.push_field(&self.scratch);
    }

    /// Every field of a record, in the order of the catalogue.
    pub(super) fn fields(&mut self, records: &Records, table: &Table, place: u32) {
        for (place_of_field, (name, _)) in table.kind().fields().iter().enumerate() {
            let field = Field { kind: table.kind(), place: place_of_field };
            match field.field_type() {
                FieldType::Date => self.revealed(name, table.date(field, place), PartialDate::reveal),
                FieldType::Moment => self.revealed(name, table.moment(field, place), Moment::reveal),
                FieldType::Text | FieldType::NhsNumber | FieldType::Coded(_) => {
                    self.text(name, table.text(&records.texts, field, place));
                }
            }
        }
    }

    /// Extra columns as a JSON object, keys in order; empty when the record has none.
    pub(super) fn extra(&mut self, records: &Records, table: &Table, place: u32) {
        let named = table.extra_names().map(|name| (name, table.extra(name, place)));
        let values: BTreeMap<&str, &str> =
            named.filter(|(_, value)| value.is_some()).map(|(name, value)| (name, records.texts.text(value))).collect();
        if values.is_empty() {
            return self.empty("extra");
        }
        self.text("extra", &serde_json::to_string(&values).expect("texts are JSON"));
    }

    /// A row by the name the journal gives it; empty for no row.
    pub(super) fn named_row(&mut self, prefix: &str, row: Option<&RowName>) {
        self.expect_row(prefix);
        let Some(row) = row else { return (0..4).for_each(|_| self.cells.push_field("")) };
        self.scratch.clear();
        write!(self.scratch, "{}", row.row).expect("writing to memory succeeds");
        [&row.source, &row.file, &row.sheet, &self.scratch].into_iter().for_each(|cell| self.cells.push_field(cell));
    }

    /// The four cells that name a row, their columns' names after `prefix`; empty for no row.
    pub(super) fn row(&mut self, prefix: &str, contents: &Contents<'_>, at: Option<RowRef>) {
        self.expect_row(prefix);
        let wanted = self.wanted[self.cells.len()..][..4].contains(&true);
        let Some(at) = at.filter(|_| wanted) else {
            (0..4).for_each(|_| self.cells.push_field(""));
            return;
        };
        let place = contents.place(at);
        self.cells.push_field(place.source);
        self.cells.push_field(place.file);
        self.cells.push_field(place.sheet);
        self.scratch.clear();
        write!(self.scratch, "{}", at.row()).expect("writing to memory succeeds");
        self.cells.push_field(&self.scratch);
    }

    /// A row of the earlier package; empty for none.
    pub(super) fn earlier_row(&mut self, prefix: &str, row: Option<(&SheetName, u32)>) {
        self.expect_row(prefix);
        let Some((sheet, row)) = row else { return (0..4).for_each(|_| self.cells.push_field("")) };
        // They were cells of a table, so they are text.
        sheet.iter().for_each(|name| self.cells.push_field(&String::from_utf8_lossy(name)));
        self.scratch.clear();
        write!(self.scratch, "{row}").expect("writing to memory succeeds");
        self.cells.push_field(&self.scratch);
    }

    fn expect_row(&self, prefix: &str) {
        if cfg!(debug_assertions) {
            let names = ["source", "file", "sheet", "row"].map(|name| format!("{prefix}{name}"));
            let columns = self.schema.columns().iter().skip(self.cells.len()).take(4);
            assert!(columns.eq(names.iter()), "{} names a row here, after {prefix:?}", self.schema.name);
        }
    }
}

/// Where a table's lines go: begun, filled and ended one after another.
pub(super) struct Lines<'a> {
    line: Line,
    written: u64,
    sink: &'a mut dyn FnMut(&Line) -> io::Result<()>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(schema: &'static Schema, sink: &'a mut dyn FnMut(&Line) -> io::Result<()>) -> Self {
        Lines { line: Line::new(schema, vec![true; schema.columns().len()]), written: 0, sink }
    }

    /// Lines of which only these columns are looked at; the others stay empty.
    pub(super) fn of_columns(
        schema: &'static Schema,
        columns: &[usize],
        sink: &'a mut dyn FnMut(&Line) -> io::Result<()>,
    ) -> Self {
        let wanted = (0..schema.columns().len()).map(|place| columns.contains(&place)).collect();
        Lines { line: Line::new(schema, wanted), written: 0, sink }
    }

    /// An empty line.
    pub(super) fn begin(&mut self) -> &mut Line {
        self.line.cells.clear();
        &mut self.line
    }

    /// Gives the line away.
    pub(super) fn end(&mut self) -> io::Result<()> {
        let schema = self.line.schema;
        debug_assert_eq!(self.line.cells.len(), schema.columns().len(), "a line of {} fills every column", schema.name);
        self.written += 1;
        (self.sink)(&self.line)
    }

    /// How many lines were given away.
    pub(super) fn written(&self) -> u64 {
        self.written
    }
}

/// A number with at most six decimals and no trailing noughts.
pub fn decimal(value: f64) -> String {
    let mut text = format!("{value:.6}");
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    if text == "-0" { "0".into() } else { text }
}

/// Hundredths as a decimal: 1234 is 12.34, -50 is -0.5.
pub fn hundredths(value: i32) -> String {
    decimal(f64::from(value) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_end_where_they_say_nothing_more() {
        let shown = [1.0, 0.5, 0.9999994, 0.99999961, -0.0000001, 12_500.0, 1.0 / 3.0].map(decimal);
        assert_eq!(shown, ["1", "0.5", "0.999999", "1", "0", "12500", "0.333333"]);
        assert_eq!([1234, -50, 100, 0, -7].map(hundredths), ["12.34", "-0.5", "1", "0", "-0.07"]);
    }
}
