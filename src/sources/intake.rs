//! What was read, and how.

use crate::values::Digest;

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The source at this place of [`crate::config::Config::sources`].
    Source(usize),
    /// The site crosswalk of `[transition] sites`; its source id in tables is `sites`.
    Sites,
}

/// Every file that was read, in the order of source id and path.
#[derive(Debug, Default)]
pub struct Intake {
    /// The files; [`super::RowRef::file`] is a place in this list.
    pub files: Vec<SourceFile>,
    /// Files inside archives that were read which no source's path names, in order: `archive.zip!member`.
    pub left_out: Vec<String>,
}

/// One file.
#[derive(Debug)]
pub struct SourceFile {
    /// Whose it is.
    pub origin: Origin,
    /// Path relative to the config's folder, with `/`.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Digest of the bytes.
    pub digest: Digest,
    /// How it was read.
    pub read_as: ReadAs,
    /// Its sheets, in order; delimited text has one, of no name.
    pub sheets: Vec<Sheet>,
}

/// How a file was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadAs {
    /// `csv`, `xlsx`, `xlsb`, `xls` or `ods`.
    pub format: &'static str,
    /// The encoding's name; empty for workbooks.
    pub encoding: String,
    /// The byte between fields; `None` for workbooks.
    pub delimiter: Option<u8>,
    /// The date system of a workbook.
    pub date_system: Option<DateSystem>,
}

/// Where a workbook counts days from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateSystem {
    /// 1900.
    From1900,
    /// 1904.
    From1904,
}

/// One sheet.
#[derive(Debug)]
pub struct Sheet {
    /// Its name; empty for delimited text.
    pub name: String,
    /// Physical rows, from 1 to the last that holds anything (or the last line of text).
    pub rows: u32,
    /// The header's row, the first where it stands on several.
    pub header_row: Option<u32>,
    /// How many rows the header stands on; none where there is no header.
    pub header_rows: u32,
    /// The header.
    pub header: Vec<String>,
    /// Whether the workbook hides it.
    pub hidden: bool,
    /// Whether a mapping claims it.
    pub mapped: bool,
}
