//! # report
