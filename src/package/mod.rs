//! # package: the handover package, planned and sealed.
//! Takes: Reconciled and Measures.   Gives: PackagePlan, then Sealed.
//! May use: values, config, sources, ledger, decisions, records, linkage, reconcile, measures.   Touches: the package's folder.
//! Holds: a package appears whole, by one rename, or not at all; its tables are those of `schemas/`.

mod contents;
mod counts;
mod documents;
mod error;
#[cfg(test)]
pub(crate) mod examples;
mod folder;
mod ids;
mod line;
mod plan;
mod schema;
mod seal;
mod summary;
mod tables;
mod trace;

pub use error::Error;
pub use folder::{Abandoned, abandon, refuse_existing};
pub use line::Line;
pub use plan::{FigureLine, GateLine, PackagePlan, ReportFiles, plan};
pub use seal::{Progress, Sealed, default_out, seal};
pub use trace::{TraceRequest, people_to_trace};
