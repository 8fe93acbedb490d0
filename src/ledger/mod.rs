//! # ledger: the disposition of every row and record, the catalogue of reasons, the proof that nothing was lost.
//! Takes: keys of rows and records, and what became of each.   Gives: Balanced.
//! May use: values, config, sources.   Touches: nothing outside memory.
//! Holds: every key is settled exactly once before the ledger closes.

mod account;
mod reasons;

pub use account::{Accountable, Balanced, Disposition, Ledger, Outstanding};
pub use reasons::{Exception, Reason, Severity};
