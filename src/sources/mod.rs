//! # sources: files to rows.
//! Takes: Config.   Gives: Intake, and batches of RawRow on the way.
//! May use: values, config.   Touches: the source files and the reference files, reading only.
//! Holds: every physical row of every file is given out exactly once, with its kind; only this room mints RowRef.

mod ahead;
mod cells;
mod claims;
mod concealed;
mod delimited;
mod encoding;
mod error;
mod fixity;
mod footer;
mod format;
mod gather;
mod header;
mod intake;
mod kind;
mod layout;
mod ods;
mod outlet;
mod packed;
mod read;
mod row;
mod scan;
mod split;
#[cfg(test)]
mod trial;
mod twice;
mod unmapped;
mod workbook;
mod xls;
mod xlsb;
mod xlsx;

pub use cells::trim;
pub use claims::source_that_names;
pub use error::Error;
pub use fixity::bytes_of_file;
pub use header::{HeaderRows, joined_names, letters};
pub use intake::{DateSystem, Intake, Origin, ReadAs, Sheet, SourceFile};
pub use outlet::Take;
pub use read::{Progress, read};
pub use row::{Batch, Cell, Finding, RawRow, RowKind, RowRef, Sourced};
pub use unmapped::{FirstRow, members_of, read_unmapped};
pub use workbook::is_guarded;
pub use xlsx::refuse_vast;
