//! # records: rows to typed records.
//! Takes: Config and batches of RawRow.   Gives: Records.
//! May use: values, config, sources, ledger, decisions.   Touches: nothing outside memory.
//! Holds: every row comes out as records, as reference, or set aside with a reason; values are kept in columns.

mod calendar;
mod chi;
mod clean;
mod coded;
mod column;
mod columns;
mod dates;
mod declared;
mod draft;
mod form;
mod found;
mod instant;
mod memory;
mod moved;
mod names;
mod normalise;
mod number;
mod organisation;
mod paper;
mod placeholders;
pub mod profile;
mod reader;
mod reading;
mod returned;
mod rows;
mod said;
#[cfg(test)]
mod sample;
mod sites;
mod store;
mod texts;
mod trace;
mod written;

pub use found::{Found, FoundIn, FoundReason, RecordCounts};
pub use normalise::Normaliser;
pub use returned::{ProviderReturn, ReturnReader, Returned, ReturnedLine, ReturnedSheet, UnmappedValue};
pub use rows::{RowNames, find_person, row_name};
pub use said::{REPAIRS, unreadable};
pub use store::{
    DeclaredFigure, Keying, PaperDisagreement, PaperFolder, PersonId, RecordOutcome, RecordRef, Records, Site, Table,
};
pub use texts::{Symbol, Texts};
pub use trace::Traced;
