//! # measures: what the reconciled data show.
//! Takes: Config, Reconciled, Decisions.   Gives: Measures.
//! May use: values, config, sources, ledger, decisions, records, linkage, reconcile.   Touches: nothing outside memory.
//! Holds: every figure has its definition, numerator, denominator and the items behind it; an unmeasured gate is never green.

mod closing;
mod counts;
mod exclusions;
mod figures;
mod gates;
mod percent;
mod product;
mod run;
mod safety;
mod summary;

pub use percent::spoken_percent;
pub use product::{Figure, Gate, GateState, Item, Measures, UNRESOLVED};
pub use run::measure;
pub use summary::{ContradictedEvents, DecisionCounts, Summary, by_reason, not_acted_upon};
