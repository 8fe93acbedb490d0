//! # package: the handover package, planned and sealed.
//! Takes: Reconciled and Measures; or a sealed package's folder.   Gives: PackagePlan, then Sealed; or Opened.
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
mod opened;
mod plan;
mod schema;
mod seal;
mod summary;
mod tables;

pub use error::Error;
pub use folder::refuse_existing;
pub use line::Line;
pub use opened::{Opened, sealed_beside};
pub use plan::{FigureLine, GateLine, PackagePlan, ReportFiles, plan};
pub use seal::{Progress, Sealed, default_out, seal};
