//! # config: one transition, described and checked as a whole before any source is opened.
//! Takes: the path of handover.toml.   Gives: Config.
//! May use: values.   Touches: handover.toml, the mappings it names, the commitment key.
//! Holds: every mistake in every file is reported in one pass, with file, line and column.

mod error;
pub mod fields;
mod mapping;
mod parse;
mod settings;

pub use error::{Error, Mistake};
pub use fields::{Field, FieldType, RecordKind};
pub use mapping::{Columns, DeclaredMapping, FieldRule, FileFormat, FileLayout, Mapping, PaperMapping};
pub use parse::{load, load_key};
pub use settings::{
    BlockRule, ClockSettings, ComparisonSetting, Config, EvidenceKind, Exclusion, GateCeilings, Kpi, LinkSettings, Overlap,
    SafetySwitch, Source, Standing, Transition, Waiver,
};
