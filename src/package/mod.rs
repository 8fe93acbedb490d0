//! # package: the handover package, planned and sealed.
//! Takes: Reconciled, Measures, and an earlier package where ids live on; or a sealed package's folder.   Gives: PackagePlan, then Sealed; or Opened.
//! May use: values, config, sources, ledger, decisions, records, linkage, reconcile, measures.   Touches: the package's folder; an earlier package, reading.
//! Holds: a package appears whole, by one rename, or not at all; its tables are those of `schemas/`.

mod anchors;
mod carry;
mod contents;
mod counts;
mod documents;
mod error;
#[cfg(test)]
pub(crate) mod examples;
pub mod explain;
mod folder;
mod ids;
mod line;
mod open;
mod opened;
mod plan;
mod previous;
mod schema;
mod seal;
mod shared;
mod since;
mod summary;
mod tables;
mod trace;

pub use error::Error;
pub use folder::{Abandoned, abandon, refuse_existing};
pub use ids::{IdTallies, IdTally, Naming};
pub use line::{Line, decimal, hundredths};
pub use open::open_previous;
pub use opened::{Opened, Thresholds, sealed_beside};
pub use plan::{FigureLine, GateLine, PackagePlan, ReportFiles, plan};
pub use previous::Previous;
pub use seal::{Progress, Sealed, default_out, seal};
pub use since::SourceTally;
pub use trace::{TraceRequest, people_to_trace};
