//! # package
