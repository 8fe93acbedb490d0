//! # config: one transition, described and checked as a whole before any source is opened.
//! Takes: the path of handover.toml.   Gives: Config.
//! May use: values.   Touches: handover.toml, the mappings and the model it names, the commitment key.
//! Holds: every mistake in every file is reported in one pass, with file, line and column.

mod digest;
mod document;
mod error;
pub mod fields;
mod key_file;
mod mapping;
mod mapping_file;
mod parse;
mod people;
mod plain_file;
mod settings;
mod terms;
#[cfg(test)]
mod tests;
mod walk;

pub use error::{Error, Mistake};
pub use fields::{Field, FieldType, RecordKind};
pub use key_file::{load_key, load_key_in_use};
pub use mapping::{Columns, DeclaredMapping, FieldRule, FileFormat, FileLayout, Mapping, PaperMapping, without_zone};
pub use parse::load;
pub use people::{BESIDE, PeopleTables, of_people};
pub use plain_file::{NoFile, open_file, read_file};
pub use settings::{
    BlockRule, COMPARISON_LEVELS_AT_MOST, COMPARISONS_AT_MOST, ClockSettings, ComparisonSetting, Config, EvidenceKind,
    Exclusion, GateCeilings, Holidays, Kpi, LISTS_AT_MOST, LinkSettings, Overlap, SafetySwitch, Source, Standing,
    Transition, Waiver,
};
