//! # linkage: decides which records speak of the same patient.
//! Takes: Records, LinkModel, Decisions.   Gives: Linked.
//! May use: values, config, sources, ledger, decisions, records.   Touches: nothing outside memory.
//! Holds: every person record that comes in is a member of exactly one patient going out, or unplaced with its candidates.

mod births;
mod blocking;
mod blocks;
mod calibration;
mod candidates;
mod cluster;
mod columns;
mod compare;
mod comparisons;
mod effects;
mod explain;
mod features;
mod held;
mod likeness;
mod link;
mod model;
mod names;
mod neighbours;
mod number;
mod one_to_one;
mod pairs;
mod permutation;
#[cfg(test)]
mod planted;
mod product;
mod rarity;
#[cfg(test)]
mod relatives;
mod rulings;
mod score;
mod sessions;
mod superseded;
mod sweep;
#[cfg(test)]
mod tests;
mod thin;
mod thresholds;
mod trace;
mod train;
mod units;

pub use calibration::{Bin, Reliability};
pub use explain::{Compared, Explainer, KeptPair, Outcome, PairExplanation, title};
pub use link::{Prepared, link, prepare, train};
pub use model::{BlockingReport, ComparisonModel, LevelModel, LinkModel, SessionReport, TrainingReport};
pub use number::{NumberStatus, PatientNumbers};
pub use permutation::Permutation;
pub use product::{
    COMPARISONS, ComparisonLevels, ComparisonWeights, JoinedBy, Linked, PairStanding, PatientIndex, Place, Rule,
    ScoredPair, WEIGHTS,
};
pub use rulings::Rulings;
pub use superseded::Superseded;
pub use sweep::{Agreement, Joined, sweep};
pub use thresholds::{AtThreshold, likely};
