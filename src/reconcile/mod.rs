//! # reconcile
