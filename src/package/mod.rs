//! # package: the handover package, planned and sealed.
//! Takes: Reconciled and Measures.   Gives: PackagePlan, then Sealed.
//! May use: values, config, sources, ledger, decisions, records, linkage, reconcile, measures.   Touches: the package's folder.
//! Holds: a package appears whole, by one rename, or not at all; its tables are those of `schemas/`.
