//! A mapping: for each kind of record that a row carries, where its fields come from.

use super::fields::{Field, RecordKind};
use std::collections::BTreeMap;

/// One mapping file, checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping {
    /// How the file is laid out; whatever is absent is detected.
    pub file: FileLayout,
    /// The rule of each mapped field, in the order of the catalogue. Paper's fields are among them.
    pub fields: BTreeMap<Field, FieldRule>,
    /// Further columns that are kept, by kind of record and name.
    pub extra: BTreeMap<(RecordKind, String), FieldRule>,
    /// Present when the source is transcribed paper.
    pub paper: Option<PaperMapping>,
    /// Present when the source is a table of declared figures.
    pub declared: Option<DeclaredMapping>,
}

/// How a file is laid out. `None` means: detect it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileLayout {
    /// The format, else told by the content.
    pub format: Option<FileFormat>,
    /// The name of an encoding that encoding_rs knows, such as `windows-1252`.
    pub encoding: Option<String>,
    /// The byte between fields.
    pub delimiter: Option<u8>,
    /// A sheet's name, or its 1-based number.
    pub sheet: Option<String>,
    /// The 1-based row of the header; 0: there is none, and columns are named A, B, C as a spreadsheet shows them.
    pub header_row: Option<u32>,
    /// How many rows the header stands on, from `header_row` down; one unless the mapping says more.
    pub header_rows: Option<u32>,
    /// Rows from the first whose first non-empty cell starts so are footer.
    pub end_of_data: Option<String>,
    /// Whether what a merged cell holds is read in each of its rows.
    pub fill_merged: bool,
    /// strftime patterns, tried in order.
    pub dates: Vec<String>,
}

/// What kind of file a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// Any delimited text.
    Csv,
    /// Office Open XML, with or without macros.
    Xlsx,
    /// Binary workbook.
    Xlsb,
    /// BIFF workbook.
    Xls,
    /// OpenDocument spreadsheet.
    Ods,
}

/// Where one field comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldRule {
    /// Its column or columns.
    pub columns: Columns,
    /// Raw value to coded value; compared without regard to case and outer white space.
    pub codes: BTreeMap<String, String>,
    /// strftime patterns for this field, tried before the file's.
    pub dates: Vec<String>,
}

/// The columns of a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Columns {
    /// The first of these that the header holds.
    FirstOf(Vec<String>),
    /// All of these, their non-empty values joined.
    Join {
        /// The columns, in order.
        columns: Vec<String>,
        /// What stands between two values.
        join: String,
    },
}

/// What is special about a source of transcribed paper; its fields are [`RecordKind::Paper`]'s.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PaperMapping {
    /// The fields that were keyed twice; empty means all of them.
    pub double: Vec<String>,
}

/// Where a table of declared figures says what.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredMapping {
    /// The column that says what is counted.
    pub measure: String,
    /// The column that says of which group.
    pub group: Option<String>,
    /// The column of the period, in a long table.
    pub period: Option<String>,
    /// One column a period, in a wide table.
    pub period_columns: Vec<String>,
    /// The column of the figure, in a long table.
    pub value: Option<String>,
}

impl Mapping {
    /// Every column that the mapping names, in order.
    pub fn column_names(&self) -> Vec<&str> {
        let rules = self.fields.values().chain(self.extra.values());
        let mut names: Vec<&str> = rules
            .flat_map(|rule| match &rule.columns {
                Columns::FirstOf(columns) | Columns::Join { columns, .. } => columns.iter().map(String::as_str),
            })
            .collect();
        if let Some(declared) = &self.declared {
            names.push(&declared.measure);
            names
                .extend([&declared.group, &declared.period, &declared.value].into_iter().flatten().map(String::as_str));
            names.extend(declared.period_columns.iter().map(String::as_str));
        }
        names
    }
}

/// What stands before the distance from Greenwich at the end of a date's pattern: `%z`, `%:z`, or the letter Z after a time.
/// `None` where there is none.
pub fn without_zone(pattern: &str) -> Option<&str> {
    let before = match pattern.strip_suffix("%z").or_else(|| pattern.strip_suffix("%:z")) {
        Some(before) => before,
        None => pattern.strip_suffix('Z').filter(|before| !before.ends_with('%'))?,
    };
    let before = before.trim_end();
    let tells_time = ["%M", "%S", "%f", "%p", "%P", "%T", "%R"].iter().any(|last| before.ends_with(last));
    let tells_part = before.ends_with('f') && before.contains("%.");
    (tells_time || tells_part).then_some(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_from_greenwich_stands_at_the_end_and_after_a_time() {
        for (pattern, expected) in [
            ("%d/%m/%Y %H:%M%z", Some("%d/%m/%Y %H:%M")),
            ("%d/%m/%Y %H:%M:%S %:z", Some("%d/%m/%Y %H:%M:%S")),
            ("%Y-%m-%dT%H:%M:%SZ", Some("%Y-%m-%dT%H:%M:%S")),
            ("%d/%m/%Y %H:%M:%S%.fZ", Some("%d/%m/%Y %H:%M:%S%.f")),
            ("%d/%m/%Y %I:%M %p %z", Some("%d/%m/%Y %I:%M %p")),
            ("%d/%m/%Y %H:%M %Z", None),
            ("%d/%m/%Y%z", None),
            ("%d/%m/%YZ", None),
            ("%z %d/%m/%Y", None),
            ("%d/%m/%Y %H:%M", None),
        ] {
            assert_eq!(without_zone(pattern), expected, "{pattern}");
        }
    }
}
