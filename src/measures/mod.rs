//! # measures: what the reconciled data show.
//! Takes: Config and Reconciled.   Gives: Measures.
//! May use: values, config, sources, ledger, decisions, records, linkage, reconcile.   Touches: nothing outside memory.
//! Holds: every figure has its definition, numerator, denominator and the items behind it; an unmeasured gate is never green.

mod product;
mod summary;

pub use product::{Figure, Gate, GateState, Item, Measures};
pub use summary::{Summary, by_reason};

pub fn measure(
    _: &crate::config::Config,
    _: &crate::reconcile::Reconciled,
    _: &crate::decisions::Decisions,
) -> Measures {
    Measures::default()
} //TMP
