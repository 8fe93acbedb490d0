//! # decisions: the journal of review decisions.
//! Takes: the journal's path, and what is known of the rows.   Gives: Journal, Decisions.
//! May use: values, config, sources, ledger.   Touches: the journal, reading and appending.
//! Holds: a decision is cited, never inferred; a broken chain is refused; what was acknowledged is on the disk.

mod effect;
mod error;
mod event;
#[cfg(test)]
pub(crate) mod example;
mod journal;
mod line;
mod standing;
#[cfg(test)]
mod tests;

pub use effect::{Effect, Effects};
pub use error::Error;
pub use event::{Act, Answer, Entry, Event, Matching, Placing, Reading, Restart, RowName, Settlement, ShownRow};
pub use journal::{Appended, Journal, append, load};
pub use standing::{Answers, Beside, Contradiction, Decisions, PairDecision, Presence, Standing};
