//! What is told of a file. Nothing here holds a value of a row, but for codes (see [`Code`]).

use crate::config::{Field, FileFormat, RecordKind};
use crate::sources::DateSystem;

/// One file.
#[derive(Clone, Debug)]
pub struct FileProfile {
    /// Its path, as it was given.
    pub path: String,
    /// `csv`, `xlsx`, `xlsb`, `xls` or `ods`.
    pub format: &'static str,
    /// The encoding's name; empty for workbooks.
    pub encoding: String,
    /// The byte between fields; `None` for workbooks.
    pub delimiter: Option<u8>,
    /// Where a workbook counts days from.
    pub date_system: Option<DateSystem>,
    /// Size in bytes.
    pub bytes: u64,
    /// Its sheets, in order; delimited text has one, of no name.
    pub sheets: Vec<SheetProfile>,
}

impl FileProfile {
    /// Whether it is a workbook, of which a mapping must name the sheet.
    pub fn is_workbook(&self) -> bool {
        self.format != "csv"
    }

    /// Its format as a mapping says it.
    pub fn file_format(&self) -> FileFormat {
        match self.format {
            "xlsx" => FileFormat::Xlsx,
            "xlsb" => FileFormat::Xlsb,
            "xls" => FileFormat::Xls,
            "ods" => FileFormat::Ods,
            _ => FileFormat::Csv,
        }
    }
}

/// One sheet.
#[derive(Clone, Debug, Default)]
pub struct SheetProfile {
    /// Its name; empty for delimited text.
    pub name: String,
    /// Whether the workbook hides it.
    pub hidden: bool,
    /// Physical rows.
    pub rows: u32,
    /// The header's row; `None` where no row can be told to be one.
    pub header_row: Option<u32>,
    /// How many rows the header stands on, from that one down; none where no row can be told to be one.
    pub header_rows: u32,
    /// What its rows are.
    pub counts: RowCounts,
    /// The most rows that some program holds, where the sheet has exactly so many: the rest may be cut off.
    pub row_limit: Option<u32>,
    /// What a person should know of it before it is used.
    pub remarks: Vec<Remark>,
    /// Its columns.
    pub columns: Vec<ColumnProfile>,
    /// The system whose export it looks like.
    pub likeness: Option<Likeness>,
    /// What its rows speak of.
    pub kinds: Vec<RecordKind>,
    /// Where fields would come from, in the order of the catalogue.
    pub fields: Vec<FieldDraft>,
    /// Where a table of declared figures would say what.
    pub declared: Option<DeclaredDraft>,
}

/// Something to know of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// A stable word for it.
    pub slug: &'static str,
    /// What, in a sentence.
    pub what: String,
    /// In how many rows; none where it is of the sheet as a whole.
    pub rows: u64,
    /// The first of them.
    pub first_row: Option<u32>,
}

/// The rows of a sheet by what they are to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowCounts {
    /// Rows of data.
    pub data: u64,
    /// Before the header.
    pub preamble: u64,
    /// The header again, in mid-file.
    pub header_again: u64,
    /// Totals and notes.
    pub footer: u64,
    /// No cell holds anything.
    pub blank: u64,
    /// Rows that cannot be split into cells or read.
    pub unusable: u64,
    /// Rows in which something is odd that does not stop them from being used.
    pub odd: u64,
}

/// A system whose export a sheet looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// What it is called.
    pub system: &'static str,
    /// What it looks like, such as "a SystmOne report".
    pub what: &'static str,
    /// How sure the column names are.
    pub note: &'static str,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// No value, or none that says anything.
    Empty,
    /// NHS, CHI or Health and Care numbers with a valid check digit.
    NhsNumber,
    /// Dates.
    Date,
    /// Dates with a time.
    DateTime,
    /// Times of day.
    Time,
    /// Postcodes.
    Postcode,
    /// Telephone numbers.
    Phone,
    /// E-mail addresses.
    Email,
    /// Words for a sex.
    Sex,
    /// Titles, such as Mrs.
    Title,
    /// Codes of GP practices.
    Practice,
    /// Booking references of the e-Referral Service.
    Ubrn,
    /// Few different values, each many times.
    Code,
    /// Given names.
    GivenName,
    /// Family names.
    FamilyName,
    /// Whole names.
    FullName,
    /// Identifiers: letters and digits without a space.
    Identifier,
    /// Numbers to count with.
    Number,
    /// Places of files.
    FilePath,
    /// Sentences.
    FreeText,
    /// Other words.
    Text,
}

impl ColumnType {
    /// What it is called.
    pub fn word(self) -> &'static str {
        match self {
            ColumnType::Empty => "empty",
            ColumnType::NhsNumber => "NHS number",
            ColumnType::Date => "date",
            ColumnType::DateTime => "date and time",
            ColumnType::Time => "time",
            ColumnType::Postcode => "postcode",
            ColumnType::Phone => "telephone",
            ColumnType::Email => "e-mail",
            ColumnType::Sex => "sex",
            ColumnType::Title => "title",
            ColumnType::Practice => "GP practice",
            ColumnType::Ubrn => "UBRN",
            ColumnType::Code => "code",
            ColumnType::GivenName => "given name",
            ColumnType::FamilyName => "family name",
            ColumnType::FullName => "full name",
            ColumnType::Identifier => "identifier",
            ColumnType::Number => "number",
            ColumnType::FilePath => "file path",
            ColumnType::FreeText => "free text",
            ColumnType::Text => "text",
        }
    }
}

/// One column.
#[derive(Clone, Debug)]
pub struct ColumnProfile {
    /// The header's text; empty where there is none.
    pub name: String,
    /// What its values are.
    pub column_type: ColumnType,
    /// How many rows of data have a value.
    pub filled: u64,
    /// How many different values.
    pub distinct: u64,
    /// Whether there are more of them than are counted.
    pub distinct_more: bool,
    /// Shapes of values with their counts, the commonest first.
    pub patterns: Vec<(String, u64)>,
    /// Values of other shapes.
    pub other_patterns: u64,
    /// How dates are written, and how that is known.
    pub dates: Option<DateEvidence>,
    /// What it would fill, such as `person.nhs_number`.
    pub proposals: Vec<Proposal>,
    /// Codes and what they mean.
    pub codes: Vec<Code>,
    /// Different values that are not told, because too few rows have them or they may be no codes.
    pub codes_withheld: u64,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// A field that a column may fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The field, such as `person.nhs_number`.
    pub field: String,
    /// Whether it is mapped; otherwise it is for a person to say.
    pub mapped: bool,
    /// Why.
    pub why: String,
}

/// How the dates of a column are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DateEvidence {
    /// strftime patterns for a mapping, the commonest first; empty where dates are understood without one.
    pub patterns: Vec<String>,
    /// How that is known, with counts.
    pub why: String,
    /// Day and month may stand either way: nothing in the column decides.
    pub undecided: bool,
    /// Some rows have the day first and some the month: no pattern reads them all rightly.
    pub mixed: bool,
    /// Numbers of days, as a spreadsheet counts them, not marked as dates.
    pub serials: bool,
    /// Years of two digits.
    pub short_years: u64,
}

/// A value of a column of codes.
///
/// The one place where a value is told, because a mapping must name it. It is safe since the column is proposed for a
/// field of few words (sex, priority, status), most of its rows hold words known to mean such a thing, and the value is
/// either one of those words, or of two signs at most, or short and in at least five rows: no name, number or date of a person gets here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The value.
    pub value: String,
    /// In how many rows.
    pub count: u64,
    /// What it means in the field; `None` where a person must say.
    pub meaning: Option<&'static str>,
}

/// Something wrong, or worth knowing before the column is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A stable word for it.
    pub slug: &'static str,
    /// What, with counts.
    pub what: String,
}

/// A field with its columns.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldDraft {
    /// The field.
    pub field: Field,
    /// Places of its columns; several are joined.
    pub columns: Vec<usize>,
    /// What stands between joined columns.
    pub join: &'static str,
    /// strftime patterns that the field needs beside the file's.
    pub dates: Vec<String>,
    /// Why.
    pub why: String,
    /// Whether it is mapped; otherwise it is written as a comment for a person to decide.
    pub mapped: bool,
}

/// Where a table of declared figures says what; places of columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredDraft {
    /// What is counted.
    pub measure: usize,
    /// Of which group.
    pub group: Option<usize>,
    /// When, in a long table.
    pub period: Option<usize>,
    /// The figure, in a long table.
    pub value: Option<usize>,
    /// The columns of a wide table.
    pub period_columns: Vec<usize>,
}
