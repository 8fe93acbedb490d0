//! What is in a file that nobody has described yet, column by column, and the mapping that it would need.
//!
//! [`Profiler`] takes the rows and gives a [`FileProfile`]; [`drafts`] writes mappings from it. What comes out holds no value
//! of a row but codes (see [`Code`]), and names of columns, of which `header` makes sure that they are none of data.

mod assign;
mod codes;
mod declared;
mod draft;
mod evidence;
mod fit;
mod header;
mod header_rows;
mod judge;
mod people;
mod presets;
mod product;
mod remarks;
mod shape;
mod sheet;
mod synonyms;
mod tally;
mod value;
mod words;

pub use draft::{Drafted, drafts, quoted};
pub use product::{
    Code, ColumnProfile, ColumnType, DateEvidence, DeclaredDraft, FieldDraft, FileProfile, Likeness, Problem, Proposal,
    Remark, RowCounts, SheetProfile,
};
pub use sheet::Profiler;

use crate::sources::{FirstRow, HeaderRows};

/// The rows of a sheet's header, if one can be told among its first rows.
pub fn find_header(first: &[FirstRow]) -> Option<HeaderRows> {
    header::find(first)
}
