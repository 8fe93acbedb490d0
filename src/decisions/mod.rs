//! # decisions: the journal of review decisions.
//! Takes: the journal's path.   Gives: Decisions.
//! May use: values, config, sources, ledger.   Touches: the journal, reading only.
//! Holds: a decision is cited, never inferred; a broken chain is refused.

mod journal;

pub use journal::{Answer, Decisions, Error, PairDecision, RowName, load};
